package zeek

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"barium/internal/format/formattest"
)

// readGeneral reads data without the short ways.
func readGeneral(t testing.TB, data []byte) *formattest.Recorder {
	t.Helper()
	var rec formattest.Recorder
	r := reading{w: newWindow(t.Context(), bytes.NewReader(data)), sink: &rec, general: true}
	r.tsv.reset()
	r.run()
	return &rec
}

// usual is a record of each type in JSON, with all fields that are kept and some
// that are not, as Zeek writes it.
func usual() map[string]string {
	out := map[string]string{}
	for path, fields := range fieldsOf {
		object := `{"ts":1379288667.706265`
		for _, name := range strings.Fields(fields) {
			object += `,"` + name + `":` + usualValue(name)
		}
		out[path] = object + `,"TTLs":[60.0,5],"other":"x","rtt":0.0010929107666015625,"AA":false,"Z":0,"note":"a\\b"}` + "\n"
	}
	return out
}

func usualValue(name string) string {
	switch {
	case strings.HasSuffix(name, "_h") || strings.HasSuffix(name, "_addr"):
		return `"192.168.33.10"`
	case slices.Contains([]string{"answers", "proxied", "tx_hosts", "rx_hosts", "conn_uids", "uids", "san.dns", "orig_fuids", "cert_chain_fps"}, name):
		return `["10.0.0.1","10.0.0.2"]`
	case strings.HasPrefix(name, "local_") || slices.Contains([]string{"rejected", "resumed", "established", "is_orig", "basic_constraints.ca"}, name):
		return "true"
	case slices.Contains([]string{"duration", "lease_time", "ts_delta", "percent_lost", "certificate.not_valid_before", "certificate.not_valid_after"}, name):
		return "12.25"
	case strings.HasSuffix(name, "_p") || strings.HasSuffix(name, "_bytes") || strings.HasSuffix(name, "_pkts") || strings.HasSuffix(name, "_len") ||
		slices.Contains([]string{"qtype", "rcode", "status_code", "reply_code", "trans_depth", "size", "file_size", "gaps", "acks", "certificate.key_length"}, name):
		return "443"
	case name == "proto":
		return `"tcp"`
	case name == "conn_state":
		return `"SF"`
	}
	return `"value of ` + name + `"`
}

// TestShortObjects asserts that what Zeek usually writes is read the short way,
// for each type, and gives what the general way gives.
func TestShortObjects(t *testing.T) {
	f := func(name, data string) {
		t.Helper()
		var rec formattest.Recorder
		r := reading{w: newWindow(t.Context(), strings.NewReader(data)), sink: &rec}
		r.tsv.reset()
		r.next(r.w.peek()) // the first object tells the type
		for r.w.pos < r.w.end && !r.w.bol {
			r.next(r.w.peek())
		}
		first := r.w.pos
		r.objects()
		if left := len(data) - int(r.w.offset()); left > 2*first+slack {
			t.Errorf("%s: the short way ends %d bytes before the end, at %.200q", name, left, r.w.buf[r.w.pos:r.w.end])
		}
		r.run()
		want := readGeneral(t, []byte(data))
		if d := cmp.Diff(want.Texts(), rec.Texts()); d != "" || len(want.Records) < 100 {
			t.Errorf("%s: %d records\n%s", name, len(want.Records), d)
		}
		if d := cmp.Diff(want.Bads, rec.Bads); d != "" || len(rec.Bads) > 0 {
			t.Errorf("%s: %+v\n%s", name, rec.Bads, d)
		}
	}
	all := usual()
	for _, path := range slices.Sorted(maps.Keys(all)) {
		object := all[path]
		f(path, strings.Repeat(object, 1000))
		f(path+", CR", strings.Repeat(strings.TrimSuffix(object, "\n")+"\r\n", 100))
		f(path+", spaces", strings.Repeat(strings.NewReplacer(`,"`, `, "`, `":`, `": `).Replace(object), 100))
		f(path+", named", strings.Repeat(strings.Replace(object, "{", `{"_path":"`+path+`",`, 1), 100))
		f(path+", named at the end", strings.Repeat(strings.Replace(object, "}\n", `,"@stream":"`+path+`"}`+"\n", 1), 100))
		f(path+", unset and empty", strings.Repeat(strings.NewReplacer("{", `{"_path":"`+path+`",`, "443", "null", `"192.168.33.10"`, `"::1"`, `"tcp"`, `""`).Replace(object), 100))
	}
	// Types take turns, and each record names its own.
	var mixed strings.Builder
	for range 20 {
		for _, path := range slices.Sorted(maps.Keys(all)) {
			mixed.WriteString(strings.Replace(all[path], "{", `{"_path":"`+path+`",`, 1))
		}
	}
	f("mixed", mixed.String())
	// Fields come and go.
	var gaps strings.Builder
	for i := range 300 {
		object := all["conn"]
		for j, name := range []string{"service", "duration", "orig_bytes", "resp_bytes", "history"} {
			if i>>j&1 == 1 {
				object = strings.Replace(object, `"`+name+`":`+usualValue(name)+",", "", 1)
			}
		}
		gaps.WriteString(object)
	}
	f("gaps", gaps.String())
}

// TestShortValues reads each value as each field of a connection, between usual
// objects: the short way and the general way agree.
func TestShortValues(t *testing.T) {
	conn := usual()["conn"]
	values := []string{
		"0", "00", "7", "1234567", "12345678", "123456789", "1234567890123456", "12345678901234567", "9223372036854775807", "9223372036854775808",
		"-1", "+1", "1.", ".5", "1.5", "1.0", "1e3", "1.5e3", "0.0000004", "0.0000005", "1379288667.7062654", "1379288667.70626549999999999999", "1379288667.706265500000000000000001",
		"1379288667706", "1379288667.70", "9223372036.854775", "9223372036.854776", "99999999999.5", "1.99999950", "12345678.123456785", "true", "false", "truex", "falsy", "null", "nul", "T",
		`""`, `"1.5"`, `"443"`, `"true"`, `"T"`, `"0.0.0.0"`, `"255.255.255.255"`, `"256.1.1.1"`, `"1.2.3"`, `"01.2.3.4"`, `"::1"`, `"a\"b"`, `"a\\"`, `"\u0041"`, `"\q"`, `"\u12"`,
		"\"a\tb\"", "\"a\x00b\"", "\"\xff\x80\"", `"é\x07"`, "\"a\nb\"", `"open`, `"x" `, ` "x"`, "1 ", "  1", "[]", `["a"]`, `[1,"b",null]`, "[", "{}", `{"a":1}`, "{", "", ",", "}", ":", "tru", "NaN", "-Infinity",
		`"` + strings.Repeat("x", 5000) + `"`, strings.Repeat("9", 100), `"conn"`, `"dns"`, `"SF"`, `"icmp"`, "65535", "65536", "2147483647", "2147483648", "4294967296",
	}
	names := append(strings.Fields(fieldsOf["conn"]), "ts", "other", "_path", "@stream", "sensor", "uid\\u0041", "", strings.Repeat("k", 60), strings.Repeat("k", 70), "a\tb", "qtype", "query", "fuid")
	for _, name := range names {
		for _, v := range values {
			for _, data := range []string{
				strings.Replace(conn, `"other":"x"`, `"`+name+`":`+v, 1),
				strings.Replace(conn, `"`+name+`":`+usualValue(name), `"`+name+`":`+v, 1),
				`{"` + name + `":` + v + "}\n",
			} {
				data = conn + conn + data + conn + conn
				want, got := readGeneral(t, []byte(data)), formattest.Read(t, Reader{}, []byte(data))
				if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
					t.Fatalf("%s: %s\n%s", name, v, d)
				}
				if d := cmp.Diff(want.Bads, got.Bads); d != "" {
					t.Fatalf("%s: %s\n%s", name, v, d)
				}
				if d := cmp.Diff(want.Skipped, got.Skipped); d != "" {
					t.Fatalf("%s: %s\n%s", name, v, d)
				}
			}
		}
	}
}

// TestShortStreams draws streams of objects of several types, with fields in any
// order, missing, twice, nested or named by nobody: both ways agree.
func TestShortStreams(t *testing.T) {
	paths := slices.Sorted(maps.Keys(fieldsOf))
	rapid.Check(t, func(rt *rapid.T) {
		var data strings.Builder
		orders := map[string][]string{}
		for i := range rapid.IntRange(1, 12).Draw(rt, "objects") {
			path := rapid.SampledFrom(paths[:rapid.SampledFrom([]int{1, 2, len(paths)}).Draw(rt, "types")]).Draw(rt, "path")
			names := orders[path]
			if names == nil || rapid.IntRange(0, 9).Draw(rt, "another order") == 0 {
				names = rapid.Permutation(append(strings.Fields(fieldsOf[path]), "ts", "_path", "x", "ts")).Draw(rt, "order")
				orders[path] = names
			}
			var fields []string
			for _, name := range names {
				n := strconv.Itoa(i)
				switch v := drawField(rt, name); {
				case name != "ts" && rapid.IntRange(0, 5).Draw(rt, name+" unset "+n) == 0:
				case name == "_path":
					fields = append(fields, `"_path":"`+path+`"`)
				default:
					fields = append(fields, `"`+name+`":`+v.json)
				}
			}
			comma := rapid.SampledFrom([]string{",", ", ", " ,", ",\t"}).Draw(rt, "comma")
			data.WriteString("{" + strings.Join(fields, comma) + "}" + rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "", "\n\n", ",\n", " \n", "}\n"}).Draw(rt, "end"))
		}
		data.WriteString(strings.Repeat(" ", slack))
		want, got := readGeneral(t, []byte(data.String())), formattest.Read(t, Reader{}, []byte(data.String()))
		if d := cmp.Diff(fmt.Sprint(want.Texts(), want.Bads, want.Skipped), fmt.Sprint(got.Texts(), got.Bads, got.Skipped)); d != "" {
			rt.Fatalf("%s\n%s", data.String(), d)
		}
	})
}

// FuzzObjects puts bytes between objects that are read the short way, as a line
// and as a field.
func FuzzObjects(f *testing.F) {
	all := usual()
	paths := slices.Sorted(maps.Keys(all))
	for i, path := range paths {
		f.Add(uint8(i), []byte(strings.TrimSuffix(all[path], "\n")), []byte(`"x":1`))
		f.Add(uint8(i), []byte(strings.Replace(all[path], "ts", "_path", 1)), []byte(`"sensor":"a\u0041"`))
	}
	f.Add(uint8(0), []byte(`{"ts":1,"uid":"`+"\n{"), []byte(`"uid":"\n","id":{"orig_h":"::1"}`))
	f.Fuzz(func(t *testing.T, kind uint8, line, field []byte) {
		object := all[paths[int(kind)%len(paths)]]
		i := strings.LastIndex(object[:int(kind)*len(object)/256+10], `,"`) // where a field begins
		if i < 0 {
			i = strings.Index(object, `,"`)
		}
		with := object[:i+1] + string(field) + object[i:]
		data := bytes.Join([][]byte{[]byte(object + object), line, []byte("\n" + object + with + with + object + object)}, nil)
		check(t, data)
	})
}
