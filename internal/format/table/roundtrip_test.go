package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// spelled writes a field as a cell; empty when it is unset.
func spelled(f *field, t *target, times *clock) string {
	switch p := f.at(t).(type) {
	case *[]byte:
		return string(*p)
	case *event.Time:
		return spellTime(*p, times)
	case *event.Addr:
		return p.String()
	case *uint16:
		return fmt.Sprint(*p)
	case *int:
		return spellInt(int64(*p))
	case *int64:
		if f.use == asDuration && *p >= 0 {
			return fmt.Sprintf("%d.%06d", *p/1_000_000, *p%1_000_000)
		}
		return spellInt(*p)
	case *event.Proto:
		return fmt.Sprint(uint8(*p))
	case *event.ConnState:
		return p.String()
	case *event.Tri:
		return [...]string{"F", "", "T"}[*p+1]
	case *bool:
		return fmt.Sprint(*p)
	case *[][]byte:
		return string(bytes.Join(*p, []byte{';'}))
	}
	panic(f.name)
}

func spellInt(n int64) string {
	if n < 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func spellTime(t event.Time, c *clock) string {
	std := t.Std()
	switch {
	case c.mul != 0 && c.div == 1 && c.mul == 1:
		return fmt.Sprint(int64(t))
	case c.mul == 1_000_000:
		return fmt.Sprintf("%d.%06d", t/1_000_000, t%1_000_000)
	case c.mul == 1000:
		return fmt.Sprintf("%d.%03d", t/1000, t%1000)
	case c.mul == 1:
		return fmt.Sprint(int64(t) * 1000)
	case c.layout == layoutISO:
		return std.In(time.FixedZone("", 2*3600)).Format("2006-01-02T15:04:05.000000Z07:00")
	}
	return std.In(c.zone).Format("02.01.2006 15:04:05.000000")
}

// random draws a value for a field.
func random(t *rapid.T, f *field, to *target) {
	text := rapid.StringMatching(`[a-zA-Z0-9"',=@+\n|-]{1,8}[a-z]`)
	switch p := f.at(to).(type) {
	case *[]byte:
		*p = []byte(text.Draw(t, f.name))
	case *event.Time:
		*p = event.Time(rapid.Int64Range(1_000_000_000_000_000, 1_900_000_000_000_000).Draw(t, f.name))
	case *event.Addr:
		if rapid.Bool().Draw(t, "6") {
			*p = event.AddrFrom(netip.AddrFrom16([16]byte(append([]byte{0x20, 1}, rapid.SliceOfN(rapid.Byte(), 14, 14).Draw(t, f.name)...))))
		} else {
			*p = event.AddrFrom(netip.AddrFrom4([4]byte(append([]byte{10}, rapid.SliceOfN(rapid.Byte(), 3, 3).Draw(t, f.name)...))))
		}
	case *uint16:
		*p = rapid.Uint16().Draw(t, f.name)
	case *int:
		*p = rapid.IntRange(-1, 500).Draw(t, f.name)
	case *int64:
		*p = rapid.Int64Range(-1, 1<<50).Draw(t, f.name)
	case *event.Proto:
		*p = rapid.SampledFrom([]event.Proto{1, 6, 17, 47}).Draw(t, f.name)
	case *event.ConnState:
		*p = event.ConnState(rapid.IntRange(0, 13).Draw(t, f.name))
	case *event.Tri:
		*p = event.Tri(rapid.IntRange(-1, 1).Draw(t, f.name))
	case *bool:
		*p = rapid.Bool().Draw(t, f.name)
	case *[][]byte:
		*p = nil
		for _, s := range rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,6}`), 0, 3).Draw(t, f.name) {
			*p = append(*p, []byte(s))
		}
	}
}

// TestRoundTrip writes random records of every type as CSV and as JSON by a random
// mapping, and reads them back.
func TestRoundTrip(t *testing.T) {
	formats := []string{"s", "ms", "us", "ns", "rfc3339", "%d.%m.%Y %H:%M:%S.%f"}
	rapid.Check(t, func(t *rapid.T) {
		all := kinds()
		k := &all[rapid.IntRange(0, len(all)-1).Draw(t, "kind")]
		layout := rapid.SampledFrom(formats).Draw(t, "time")
		times, err := newClock(layout, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		comma := rapid.SampledFrom([]string{",", ";", "|", "\t"}).Draw(t, "separator")
		asJSON := rapid.Bool().Draw(t, "json")
		order := rapid.Permutation(k.fields).Draw(t, "order")
		var yaml strings.Builder
		if asJSON {
			yaml.WriteString("format: json\n")
		} else {
			fmt.Fprintf(&yaml, "separator: %q\nquote: multiline\n", comma)
		}
		fmt.Fprintf(&yaml, "record: %s\nempty: [\"\"]\nfields:\n", k.name)
		names := []string{}
		for i := range order {
			f := &order[i]
			name := "x." + f.name
			names = append(names, name)
			switch f.use {
			case asMoment:
				fmt.Fprintf(&yaml, "  %s: {column: %s, time: %q}\n", f.name, name, layout)
			case asList:
				fmt.Fprintf(&yaml, "  %s: {column: %s, split: \";\"}\n", f.name, name)
			default:
				fmt.Fprintf(&yaml, "  %s: %s\n", f.name, name)
			}
		}
		m, err := Parse([]byte(yaml.String()), "x")
		if err != nil {
			t.Fatal(err)
		}
		var want formattest.Recorder
		rows := [][]string{names}
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			var to target
			k.reset(&to)
			row := make([]string, len(order))
			for i := range order {
				random(t, &order[i], &to)
			}
			for i := range order {
				row[i] = spelled(&order[i], &to, times)
			}
			k.send(&to, &want)
			rows = append(rows, row)
		}
		var data bytes.Buffer
		if asJSON {
			for _, row := range rows[1:] {
				o := map[string]any{}
				for i, cell := range row {
					// Half of the keys are nested.
					key, rest, _ := strings.Cut(names[i], ".")
					if i%2 == 0 {
						o[names[i]] = cell
					} else if inner, ok := o[key].(map[string]any); ok {
						inner[rest] = cell
					} else {
						o[key] = map[string]any{rest: cell}
					}
				}
				if err := json.NewEncoder(&data).Encode(o); err != nil {
					t.Fatal(err)
				}
			}
		} else {
			w := csv.NewWriter(&data)
			w.Comma = rune(comma[0])
			if err := w.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
		}
		var got formattest.Recorder
		if err := By(m).Read(t.Context(), &data, &got); err != nil {
			t.Fatal(err)
		}
		if len(got.Bads) > 0 || !slices.Equal(want.Texts(), got.Texts()) {
			t.Fatalf("bad %+v\nwant %s\ngot  %s\nby\n%s", got.Bads, strings.Join(want.Texts(), "\n"), strings.Join(got.Texts(), "\n"), yaml.String())
		}
	})
}

// TestFieldsAll asserts that each type of record has all its fields in the
// language, and lists those that a mapping cannot fill.
func TestFieldsAll(t *testing.T) {
	// A record's place in its source, ids that only Zeek has, and what only packets
	// show.
	left := map[string]bool{
		"Offset": true, "Log": true, "CertID": true, "ClientCertID": true,
		"Turns": true, "Held": true, "Browser": true, "Anonymous": true, "NamesSelf": true,
	}
	for _, k := range kinds() {
		var to target
		k.reset(&to)
		at := map[uintptr]bool{}
		for i := range k.fields {
			at[reflect.ValueOf(k.fields[i].at(&to)).Pointer()] = true
		}
		var walk func(v reflect.Value)
		walk = func(v reflect.Value) {
			for i := range v.NumField() {
				f := v.Type().Field(i)
				if f.Anonymous {
					walk(v.Field(i))
				} else if !left[f.Name] && !at[v.Field(i).Addr().Pointer()] {
					t.Errorf("%s has no field for %s", k.name, f.Name)
				}
			}
		}
		switch k.name {
		case "conn":
			walk(reflect.ValueOf(&to.conn).Elem())
		case "dns":
			walk(reflect.ValueOf(&to.dns).Elem())
		case "http":
			walk(reflect.ValueOf(&to.http).Elem())
		case "ssl":
			walk(reflect.ValueOf(&to.ssl).Elem())
		case "files":
			walk(reflect.ValueOf(&to.file).Elem())
		case "smb_files":
			walk(reflect.ValueOf(&to.smb).Elem())
		case "ftp":
			walk(reflect.ValueOf(&to.ftp).Elem())
		case "dhcp":
			walk(reflect.ValueOf(&to.dhcp).Elem())
		case "smtp":
			walk(reflect.ValueOf(&to.mail).Elem())
		default:
			walk(reflect.ValueOf(&to.logon).Elem())
		}
	}
}
