package table

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/formattest"
	"barium/internal/format/pieces"
)

func parsed(t testing.TB, text string) *Mapping {
	t.Helper()
	m, err := Parse([]byte(text), "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkRead asserts what holds for any input, and that reading byte by byte gives
// the same.
func checkRead(t testing.TB, r Reader, data []byte) *formattest.Recorder {
	t.Helper()
	src := iotest.OneByteReader(bytes.NewReader(data))
	if len(data) > 16<<10 {
		src = iotest.HalfReader(bytes.NewReader(data))
	}
	return checkSame(t, r, data, src)
}

// checkSame asserts that records have times and come in order, and that they and
// the bad ones are the same when the bytes come as src gives them.
func checkSame(t testing.TB, r Reader, data []byte, src io.Reader) *formattest.Recorder {
	t.Helper()
	rec := formattest.Read(t, r, data)
	last := int64(-1)
	for _, x := range rec.Records {
		if x.Offset < last || x.Offset >= int64(len(data)) || !strings.Contains(x.Text, " TS=") || strings.Contains(x.Text, " TS=-") {
			t.Fatalf("%+v after %d", x, last)
		}
		last = x.Offset
	}
	var again formattest.Recorder
	if err := r.Read(t.Context(), src, &again); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rec.Texts(), again.Texts()) || !slices.Equal(rec.Bads, again.Bads) {
		t.Fatalf("in parts: %s", cmp.Diff(rec.Bads, again.Bads))
	}
	return rec
}

func TestHostile(t *testing.T) {
	f := func(mapping, data string, records int, bads ...string) {
		t.Helper()
		rec := checkRead(t, By(parsed(t, mapping)), []byte(data))
		if len(rec.Records) != records || len(rec.Bads) != len(bads) {
			t.Errorf("%.60q: %d records, bad %+v", data, len(rec.Records), rec.Bads)
			return
		}
		for i, b := range rec.Bads {
			if got := fmt.Sprintf("%d: %s", b.Line, b.Reason); !strings.HasPrefix(got, bads[i]) {
				t.Errorf("%.60q: %s, want %s", data, got, bads[i])
			}
		}
	}
	const head, row = "t,a,b\n", "1772445600,10.0.0.5,10.0.0.6\n"
	f(small, head+row, 1)
	f(small, "\xef\xbb\xbf"+head+strings.ReplaceAll(row, "\n", "\r\n"), 1)
	f(small, "\n\r\n"+head+"\n"+row, 1)
	f(small, head+row+head+row, 2) // two files in one
	f(small, head+row+"b,a,t\n"+row, 2, "3: column t: \"b\" is not a time")
	f(small, head+"1772445600,10.0.0.5\n"+row, 1, "2: 2 columns instead of 3")
	f(small, head+"1772445600,\"10.0.0.5\n"+row, 1, "2: a quotation mark without its counterpart")
	f(small, head+"1772445600,\"10.0.0.5\n"+row+"\",1\n"+row, 1, "2: column a: \"10.0.0.5")
	f(small, head+"1772445600,10.0.0.5\",10.0.0.6\n"+row, 1, "2: a quotation mark")
	f(small, head+"1772445600,\"10.0.0.5\"x,10.0.0.6\n"+row, 1, "2: a quotation mark inside a quoted cell")
	f(small+"quote: line\n", head+"1772445600,\"10.0.0.5\n"+row, 1, "2: a quotation mark without its counterpart")
	f(small+"quote: none\n", head+"1772445600,\"10.0.0.5\",10.0.0.6\n"+row, 1, `2: column a: "`)
	f(small, head+"1772445600,,10.0.0.6\n1772445600,-,10.0.0.6\n", 0, "2: column a is empty, and conn needs it", "3: column a is empty")
	f(small, head+"-5,10.0.0.5,10.0.0.6\n99999999999999999999,10.0.0.5,1\n", 0, `2: column t: "-5" is not a time`, "3: column t")
	f(small+"  id.orig_p: p\n  orig_bytes: n\n", "t,a,b,p,n\n"+
		"1,10.0.0.5,10.0.0.6,70000,1\n1,10.0.0.5,10.0.0.6,1,-1\n1,10.0.0.5,10.0.0.6,1,9223372036854775808\n1,10.0.0.5,10.0.0.6,1,1.5\n1,10.0.0.5,10.0.0.6,1,=1+1\n1,10.0.0.5,10.0.0.6,1,9223372036854775807\n", 1,
		`2: column p: "70000" is not a port`, `3: column n: "-1" is negative`, "4: column n: \"9223372036854775808\" is too large", "5: column n: \"1.5\" is not a whole number", "6: column n: \"=1+1\" is not a number")
	f(small+"  orig_bytes: {column: n, minus: m}\n", "t,a,b,n,m\n1,10.0.0.5,10.0.0.6,5,9\n1,10.0.0.5,10.0.0.6,5,x\n1,10.0.0.5,10.0.0.6,5,\n", 1, `2: column n: "5" is less than m`, `3: column m: "x"`)
	f(small, "no,header\n1,2\n", 0, "1: no header line: it does not name the column t", "2: no header line")
	f(small, "\xff\xfet\x00,\x00a\x00", 0, "1: no header line")
	// Columns without end, and rows of other lengths.
	wide := strings.Repeat(",x", 10_000)
	f(small, "t,a,b"+wide+"\n1772445600,10.0.0.5,10.0.0.6"+wide+"\n"+row, 1, "3: 3 columns instead of 10003")
	f(small, head+strings.Repeat(",", 100_000)+"\n"+row, 1, "2: too many columns")
	f(small, head+"1,10.0.0.5,"+strings.Repeat("x", format.MaxRecord)+"\n"+row, 1, "2: longer than 1 MiB")
	f(small+"header: false\ncolumns: [t, a, b, c]\nshort_rows: true\n", row+"1,10.0.0.5,10.0.0.6,x\n1,10.0.0.5,10.0.0.6,x,y\n", 2, "3: 5 columns instead of 4")

	const object = `{"t":1772445600,"a":"10.0.0.5","b":"10.0.0.6"}` + "\n"
	json := small + "format: json\n"
	f(json, object, 1)
	f(json, "["+strings.ReplaceAll(object, "\n", ",\n")+object+"]", 2)
	f(json, strings.ReplaceAll(object, ",", ",\n  ")+object, 2)
	f(json, strings.TrimSpace(object)+object, 2)
	f(json, `{"t":1,"a":`+"\n"+object, 1, "1: broken JSON")
	f(json, "x\n"+object, 1, "1: not a JSON object")
	f(json, `{"t":1,"a":"\ud800","b":"\q"}`+"\n"+object, 1, "1: broken JSON")
	f(json, strings.Repeat(`{"a":`, 100)+"\n"+object, 1, "1: nested too deeply")
	f(json, strings.Repeat("[", 100_000)+"\n"+object, 1)
	f(json, `{"t":1,"a":"10.0.0.5","b":"10.0.0.6","t":2,"c":[`+strings.Repeat("1,", 1<<17)+"1]}\n"+object, 1, "1: too many values")
	f(json, `{"`+strings.Repeat("k", 2000)+`":1}`+"\n"+object, 1, "1: a key is too long")
	f(json, `{"t":null,"a":"10.0.0.5","b":true}`+"\n"+object, 1, "1: column b: \"true\" is not an IP address")
	f(json, `{"x":"`+strings.Repeat("y", 2<<20)+"\"}\n"+object, 1, "1: longer than 1 MiB")
	f(json, "{\"a\":\"b\nc\"}\n"+object, 1, "1: broken JSON")

	tuples := small + "format: json\nexpand: r[].x[]\ncolumns: [t, a, b]\n"
	const tuple = `"1772445600,10.0.0.5,10.0.0.6"`
	f(tuples, `{"r":[{"x":[`+tuple+","+tuple+"]}]}", 2)
	f(tuples, `{"q":{"x":[`+tuple+`]},"r":[{"y":[`+tuple+`],"x":[`+tuple+`]},{"x":`+tuple+`}]}`, 1)
	f(tuples, "{\"r\":\n[{\"x\":\n["+tuple+",\n"+tuple+"\n]}]}\n{\"r\":[{\"x\":["+tuple+"]}]}", 3)
	f(tuples, `{"r":[{"x":["1,2",`+tuple+`,{"t":1},3]}]}`, 1, "1: 2 columns instead of 3", "1: an object, where")
	f(tuples, `{"r":[{"x":[`+tuple+`,]}]}`+"\n{\"r\":[{\"x\":["+tuple+"]}]}", 2, "1: broken JSON; the rest of the document is not read")
	f(tuples, `{"r":[{"x":[`+tuple+`,"177`, 1)
	f(tuples, "x\n"+`{"r":[{"x":[`+tuple+`]}]}`, 1, "1: not a JSON document")
	f(tuples, `{"r":[{"z":"`+strings.Repeat("y", 3<<20)+`","x":[`+tuple+`]}]}`, 1)
	f(tuples, `{"r":[{"x":["`+strings.Repeat("y", 3<<20)+`"]}]}`+"\n{\"r\":[{\"x\":["+tuple+"]}]}", 1, "1: a row longer than 1 MiB")
	f(tuples, strings.Repeat(`{"r":[`, 50)+"\n{\"r\":[{\"x\":["+tuple+"]}]}", 1, "1: nested too deeply")
}

// TestWords asserts what a mapping can say about cells.
func TestWords(t *testing.T) {
	f := func(mapping, data, want string) {
		t.Helper()
		rec := formattest.Read(t, By(parsed(t, small+mapping)), []byte(data))
		got := strings.Join(rec.Texts(), "\n") + fmt.Sprint(rec.Bads, rec.Skipped)
		if !strings.Contains(got, want) {
			t.Errorf("%s: no %q in %s", mapping, want, got)
		}
	}
	row := func(column, cell string) string {
		return "t,a,b," + column + "\n1772445600,10.0.0.5,10.0.0.6," + cell + "\n"
	}
	f("  duration: {column: d, unit: ms}\n", row("d", "1500"), "Duration=1500000")
	f("  duration: {column: d, unit: min}\n", row("d", "1.5"), "Duration=90000000")
	f("  duration: {column: d, unit: ns}\n", row("d", "1500"), "Duration=2 ")
	f("  duration: {column: d, time: s}\n", row("d", "1772445601.5"), "Duration=1500000")
	f("  duration: {column: d, time: s}\n", row("d", "1772445599"), "Duration=-1")
	f("  orig_bytes: {column: n, unit: kB}\n", row("n", "1.5"), "OrigBytes=1500")
	f("  orig_bytes: {column: n, unit: KiB}\n", row("n", "2"), "OrigBytes=2048")
	f("  orig_bytes: {column: n, unit: bit}\n", row("n", "80"), "OrigBytes=10 ")
	f("  orig_bytes: {column: n, unit: GB}\n", row("n", "99999999999"), "is too large")
	f("  orig_bytes: {column: n, thousands: \"'\"}\n", row("n", "12'345'678"), "OrigBytes=12345678")
	f("  orig_bytes: {column: n, thousands: \"'\", unit: kB}\n", row("n", "1'234.5"), "OrigBytes=1234500")
	f("  orig_bytes: {column: n, thousands: .}\n", row("n", "1.234"), "OrigBytes=1234")
	f("  orig_bytes: {column: n, thousands: .}\n", row("n", "1.23"), "is not a number with groups")
	f("  orig_bytes: {column: n, thousands: .}\n", row("n", ".123"), "is not a number with groups")
	f("  orig_bytes: {column: n, thousands: .}\n", row("n", "1..234"), "is not a number with groups")
	f("  orig_bytes: {column: n, thousands: .}\n", row("n", "77"), "OrigBytes=77")
	f("  proto: p\n", row("p", "UDP"), "Proto=udp")
	f("  proto: p\n", row("p", "58"), "Proto=icmp")
	f("  proto: p\n", row("p", "IPv6-ICMP"), "Proto=icmp")
	f("  proto: p\n", row("p", "strange"), "Proto=unknown_transport")
	f("  proto: p\n", row("p", "256"), "is not a protocol")
	f("  conn_state: {column: s, words: {accept: SF, deny: REJ}}\n", row("s", "deny"), "State=REJ")
	f("  conn_state: {column: s, words: {accept: SF, \"*\": REJ}}\n", row("s", "x"), "State=REJ")
	f("  conn_state: {column: s, words: {deny: REJ}}\n", row("s", "accept"), "State= ")
	f("  local_orig: {column: s, words: {in: F, out: T}}\n", row("s", "out"), "LocalOrig=1")
	f("  sensor: {constant: fw1}\n", row("s", "x"), `Sensor="fw1"`)
	f("  service: {column: [x, s]}\n", row("s", "http"), `Service="http"`)
	f("  uid: {column: s, empty: [none]}\n", row("s", "none"), `UID=""`)
	f("accept: {s: [ok, done]}\n", row("s", "bad"), "map[x, as the mapping says:1]")
	f("accept: [{s: ok}, {s: d*}]\n", row("s", "done"), "conn ")
	f("skip: {s: \"\"}\n", row("s", ""), "map[x, as")
	f("skip: {s: \"*\"}\n", row("s", "x"), "map[x, as")
	f("swap: {s: in}\n", row("s", "in"), "Orig=10.0.0.6 Resp=10.0.0.5")
	f("  id.orig_p: p\n  id.resp_p: {constant: 50000}\n  proto: {constant: tcp}\none_way: true\n", row("p", "443"), "Orig=10.0.0.6 Resp=10.0.0.5 OrigPort=50000 RespPort=443")
	f("  orig_ip_bytes: n\n  orig_pkts: {constant: 2}\n  proto: {constant: tcp}\nlink_header: 14\n", row("n", "1028"), "OrigBytes=920")
}

// TestTimes asserts formats and zones.
func TestTimes(t *testing.T) {
	f := func(layout, zone, in, want string) {
		t.Helper()
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		c, err := newClock(layout, loc)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := c.moment([]byte(in), &offsets{})
		text := "no"
		if ok {
			text = got.Std().Format("2006-01-02T15:04:05.999999")
		}
		if text != want {
			t.Errorf("%s %s %q: %s, want %s", layout, zone, in, text, want)
		}
	}
	f("s", "UTC", "1772445600", "2026-03-02T10:00:00")
	f("s", "UTC", "1772445600.1234567", "2026-03-02T10:00:00.123457")
	f("ms", "UTC", "1772445600123", "2026-03-02T10:00:00.123")
	f("ns", "UTC", "1772445600123456789", "2026-03-02T10:00:00.123457")
	f("s", "UTC", "x", "no")
	f("s", "UTC", "", "no")
	f("rfc3339", "UTC", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00")
	f("rfc3339", "UTC", "2026-03-02 12:00:00.5+02:00", "2026-03-02T10:00:00.5")
	f("rfc3339", "UTC", "2026-03-02T12:00:00,123456789+0200", "2026-03-02T10:00:00.123456")
	f("rfc3339", "Europe/Prague", "2026-03-02 11:00:00", "2026-03-02T10:00:00")
	f("rfc3339", "Europe/Prague", "2026-07-02 12:00:00", "2026-07-02T10:00:00")
	f("rfc3339", "UTC", "2026-02-29T10:00:00Z", "no")
	f("rfc3339", "UTC", "2024-02-29T10:00:00Z", "2024-02-29T10:00:00")
	f("rfc3339", "UTC", "2026-03-02T10:00:00Zx", "no")
	f("rfc3339", "UTC", "1969-12-31T23:59:59Z", "no")
	f("rfc3339", "UTC", "9999-12-31T23:59:59Z", "no")
	f("rfc3339", "UTC", "2026-03-02T25:00:00Z", "no")
	f("%d/%b/%Y:%H:%M:%S %z", "UTC", "02/Mar/2026:11:00:00 +0100", "2026-03-02T10:00:00")
	f("%m/%d/%y %I:%M:%S %p", "UTC", "3/2/26 12:00:05 AM", "2026-03-02T00:00:05")
	f("%m/%d/%y %I:%M:%S %p", "UTC", "3/2/26 1:00:05 pm", "2026-03-02T13:00:05")
	f("%a %b %e %T %Y", "UTC", "Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00")
	f("%A, %d %B %Y %H:%M", "UTC", "Monday, 02 March 2026 10:00", "2026-03-02T10:00:00")
	f("%Y%j %T", "UTC", "2026061 10:00:00", "2026-03-02T10:00:00")
	f("%Y%j %T", "UTC", "2026366 10:00:00", "no")
	f("%F %T%%", "UTC", "2026-03-02 10:00:00%", "2026-03-02T10:00:00")
}

// TestPieces asserts that a source that is cut gives what it gives whole.
func TestPieces(t *testing.T) {
	f := func(m *Mapping, data []byte, cut bool) {
		t.Helper()
		r := By(m)
		if got := r.Cut(data[:min(len(data), headBytes)]) != nil; got != cut {
			t.Errorf("%s: cut %t", m.Name(), got)
		}
		want := formattest.Read(t, r, data)
		var recs [3]formattest.Recorder
		if _, err := pieces.Read(t.Context(), r, bytes.NewReader(data), 0, []format.Sink{&recs[0], &recs[1], &recs[2]}); err != nil {
			t.Fatal(err)
		}
		var got formattest.Recorder
		for i := range recs {
			got.Records = append(got.Records, recs[i].Records...)
			got.Bads = append(got.Bads, recs[i].Bads...)
		}
		slices.SortFunc(got.Records, func(a, b formattest.Record) int { return int(a.Offset - b.Offset) })
		slices.SortFunc(got.Bads, func(a, b formattest.BadRecord) int { return int(a.Offset - b.Offset) })
		if !slices.Equal(want.Texts(), got.Texts()) || !slices.Equal(want.Bads, got.Bads) || len(want.Records) < 8_000 {
			t.Errorf("%s: %d records and %d bad, want %d and %d: %+v", m.Name(), len(got.Records), len(got.Bads), len(want.Records), len(want.Bads), got.Bads[:min(3, len(got.Bads))])
		}
	}
	const head = "t,a,b\n"
	rows := strings.Repeat("1772445600,10.0.0.5,10.0.0.6\n", 4_000) + "junk\n" + head + "b,a,t\n"
	f(parsed(t, small+"quote: none\n"), []byte(head+rows+rows+rows), true)
	f(parsed(t, small+"quote: line\n"), []byte(head+rows+"\"x\n"+rows), true)
	f(parsed(t, small), []byte(head+rows+rows), false)
	f(parsed(t, small+"header: false\ncolumns: [t, a, b]\nquote: none\n"), []byte(rows+rows), true)
	objects := strings.Repeat(`{"t":1772445600,"a":"10.0.0.5","b":"10.0.0.6"}`+"\n", 4_000) + "junk\n"
	f(parsed(t, small+"format: json\n"), []byte(objects+objects), true)
}
