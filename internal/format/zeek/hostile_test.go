package zeek

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/formattest"
)

// attacks are texts that clients, servers and users write into logs.
var attacks = []string{
	"\x1b]0;title\x07", "\x1b[2J", "\x1b]8;;http://evil.example\x1b\\x", "\x1b]52;c;cm0=\x07", "\x9b31m", "\x07\x7f", // A1
	"\r", "\n", "\r\n", "\u0085", "\u2028\u2029", "\t", "\x00", "a\nNO SIGN\tx", // A2
	"\u202efdp.exe", "pay\u200bpal", "\u0430dmin", "a" + strings.Repeat("\u0301", 500), "\xff\xfe", "\xed\xa0\x80", "\xc0\xaf", // A3
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "javascript:alert(1)", "[x](javascript:alert(1))", "`${x}`", "<!--", "{{.}}", "", // A5
	"=1+1", "+1", "-1", "@SUM(A1)", ` "=1`, "\t=1", "\r=1", `=cmd|' /C calc'!A0`, // A6
	"-", "(empty)", "null", "N/A", "#close", ",", `\`, // A7
	`a"b;c|d\ne`, `\\srv\share`, "%n%s", "'; DROP TABLE x; --", "../../etc/passwd", // A8
}

// TestHostileText writes each attack into the text fields of a record, as Zeek
// would escape it: what is read is what the client sent, in TSV and JSON.
func TestHostileText(t *testing.T) {
	for _, s := range attacks {
		tsv := tsvHead + "#path\thttp\n#fields\tts\tid.orig_h\tid.resp_h\thost\turi\tuser_agent\tusername\torig_filenames\n" +
			"1.5\t1.1.1.1\t2.2.2.2" + strings.Repeat("\t"+escapeText(s), 4) + "\t" + strings.ReplaceAll(escapeText(s), ",", `\x2c`) + "\n"
		q := quoteText(s)
		object := `{"_path":"http","ts":1.5,"id.orig_h":"1.1.1.1","id.resp_h":"2.2.2.2","host":` + q + `,"uri":` + q + `,"user_agent":` + q +
			`,"username":` + q + `,"orig_filenames":[` + q + "]}\n"
		var want []byte
		if s != "" {
			want = []byte(s)
		}
		for _, data := range []string{tsv, object} {
			rec := formattest.Read(t, Reader{}, []byte(data))
			if len(rec.Records) != 1 || len(rec.Bads) > 0 || len(rec.Warnings) > 0 {
				t.Errorf("%q: %q", s, outcome(rec))
				continue
			}
			h := rec.Records[0].Event.(event.HTTP)
			got := [][]byte{h.Host, h.URI, h.UserAgent, h.Username}
			if want != nil {
				got = append(got, h.OrigFilenames...)
			} else if len(h.OrigFilenames) > 0 {
				t.Errorf("a list of nothing: %q", h.OrigFilenames)
			}
			for i := range got {
				if !bytes.Equal(got[i], want) {
					t.Errorf("%q: field %d of %.40q is %q", s, i, data, got[i])
				}
			}
		}
	}
}

// TestHostileRaw reads the same bytes as a careless writer would leave them.
func TestHostileRaw(t *testing.T) {
	f := func(name, uid string, want ...string) {
		t.Helper()
		data := connHead + strings.Replace(connRow, "Coy", uid, 1) + connRow2
		rec := formattest.Read(t, Reader{}, []byte(data))
		if d := cmp.Diff(append(want, "conn"), outcome(rec), cmp.Transformer("sort", func(in []string) map[string]int {
			out := map[string]int{}
			for _, s := range in {
				out[s]++
			}
			return out
		})); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	f("escape sequences", "\x1b[2J\x07\x9b\x7f", "conn")
	f("carriage return, NUL", "a\rb\x00", "conn")
	f("not UTF-8", "\xff\xfe\xed\xa0\x80\xc0\xaf", "conn")
	f("separators of Unicode", "\u0085\u2028\u2029", "conn")
	f("a line feed", "a\nb", "bad: the row has 2 of 12 columns", "bad: the row has 11 of 12 columns")
	f("a tab", "a\tb", "bad: field id.orig_h: b is not an IP address")
	f("a header line", "a\n#close\tb", "bad: the row has 2 of 12 columns")
	f("1 MiB", strings.Repeat("x", format.MaxRecord), "bad: "+tooLong)
	f("nearly 1 MiB", strings.Repeat("x", format.MaxRecord-200), "conn")
}

// TestHostileTimes reads each time in TSV and in JSON, as number and as text. What
// is not a time between 1970 and 2262 makes the record bad; nothing is guessed.
func TestHostileTimes(t *testing.T) {
	f := func(ts, want string) {
		t.Helper()
		row := strings.Replace(connRow, "1379288667.706265", ts, 1)
		docs := []string{connHead + row, strings.Replace(connJSON, "1379288667.706265", `"`+ts+`"`, 1)}
		if !strings.ContainsAny(ts, "-:,TNI") || strings.HasPrefix(ts, "-") && ts != "-Inf" {
			docs = append(docs, strings.Replace(connJSON, "1379288667.706265", ts, 1))
		}
		for _, data := range docs {
			rec := formattest.Read(t, Reader{}, []byte(data))
			got := ""
			switch {
			case len(rec.Records) == 1 && len(rec.Bads) == 0:
				got = rec.Records[0].Event.(event.Conn).TS.Std().Format("2006-01-02T15:04:05.000000")
			case len(rec.Records) == 0 && len(rec.Bads) == 1:
				got = rec.Bads[0].Reason
			}
			if got != want {
				t.Errorf("%s in %.1s…: %s, want %s", ts, data, got, want)
			}
		}
	}
	bad := func(ts, why string) {
		t.Helper()
		f(ts, fmt.Sprintf("field ts: %s %s", ts, why))
	}
	const outside, none = "is not a time from 1970 to 2262", "is not a time"
	bad("-11644473600.000000", outside) // 1601
	bad("1601-01-01T00:00:00Z", outside)
	bad("1969-12-31T23:59:59.999999Z", outside)
	f("0", "1970-01-01T00:00:00.000000")
	f("0.000001", "1970-01-01T00:00:00.000001")
	f("2147483647.999999", "2038-01-19T03:14:07.999999")
	f("2147483648", "2038-01-19T03:14:08.000000")
	f("2038-01-19T03:14:08Z", "2038-01-19T03:14:08.000000")
	f("4294967295", "2106-02-07T06:28:15.000000")
	f("4294967296", "2106-02-07T06:28:16.000000")
	f("2106-02-07T06:28:16Z", "2106-02-07T06:28:16.000000")
	f("9223372036.854775", "2262-04-11T23:47:16.854775")
	bad("9223372036.854776", outside)
	bad("9999-12-31T23:59:59Z", outside)
	bad("253402300799", outside)
	bad("-1", outside)
	bad("-0.000001", outside)
	bad("NaN", none)
	bad("Inf", none)
	bad("-Inf", none)
	bad("1e308", outside)
	bad("9007199254740993", outside) // 2^53+1
	bad("18446744073709551616", outside)
	f("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000")
	f("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00.000000") // the hour that comes twice
	f("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00.000000")
	f("2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00.000000") // the hour that does not exist
	f("2026-03-01T12:00:00-0330", "2026-03-01T15:30:00.000000")
	f("2026-03-01T12:00:00+05:45", "2026-03-01T06:15:00.000000")
	f("2026-03-01T12:00:00", "2026-03-01T12:00:00.000000") // no offset is UTC
	bad("2026-03-01", none)
	bad("20260301T120000Z", none)
	bad("1772366400,5", none)
}

// TestHostileValues reads numbers and addresses at and beyond their limits.
func TestHostileValues(t *testing.T) {
	f := func(column int, key, value, want string) {
		t.Helper()
		columns := strings.Split(strings.TrimSuffix(connRow, "\n"), "\t")
		old := columns[column]
		columns[column] = value
		docs := []string{connHead + strings.Join(columns, "\t") + "\n"}
		for _, q := range []string{old, `"` + old + `"`} {
			docs = append(docs, strings.Replace(connJSON, `"`+key+`":`+q, `"`+key+`":"`+value+`"`, 1))
		}
		for _, data := range docs {
			rec := formattest.Read(t, Reader{}, []byte(data))
			if data == connJSON {
				continue // the other spelling of the old value
			}
			got := strings.Join(outcome(rec), " ")
			if got == "conn" {
				c := rec.Records[0].Event.(event.Conn)
				got = fmt.Sprint(c.Orig, c.OrigPort, c.OrigBytes)
			}
			if got != want && got != "bad: "+want {
				t.Errorf("%s %s in %.1s…: %s, want %s", key, value, data, got, want)
			}
		}
	}
	const port, bytesOut, addr = 3, 9, 2
	f(port, "id.orig_p", "65535", "192.168.33.10 65535 601")
	f(port, "id.orig_p", "65536", "field id.orig_p: 65536 is not a port")
	f(port, "id.orig_p", "70000", "field id.orig_p: 70000 is not a port")
	f(port, "id.orig_p", "-1", "field id.orig_p: -1 is not a port")
	f(port, "id.orig_p", "0", "192.168.33.10 0 601")
	f(bytesOut, "orig_bytes", "9007199254740993", "192.168.33.10 1032 9007199254740993") // no binary fraction is involved
	f(bytesOut, "orig_bytes", "9223372036854775807", "192.168.33.10 1032 9223372036854775807")
	f(bytesOut, "orig_bytes", "9223372036854775808", "field orig_bytes: 9223372036854775808 is too large")
	f(bytesOut, "orig_bytes", "18446744073709551615", "field orig_bytes: 18446744073709551615 is too large")
	f(bytesOut, "orig_bytes", "18446744073709551616", "field orig_bytes: 18446744073709551616 is too large")
	f(bytesOut, "orig_bytes", "-1", "field orig_bytes: -1 is negative")
	f(bytesOut, "orig_bytes", "1e308", "field orig_bytes: 1e308 is too large")
	f(bytesOut, "orig_bytes", "1e999999999999999999", "field orig_bytes: 1e999999999999999999 is too large")
	f(bytesOut, "orig_bytes", "0x10", "field orig_bytes: 0x10 is not a whole number")
	f(bytesOut, "orig_bytes", "１２", "field orig_bytes: １２ is not a whole number")
	f(addr, "id.orig_h", "::ffff:10.0.0.5", "10.0.0.5 1032 601")
	f(addr, "id.orig_h", "::ffff:a00:5", "10.0.0.5 1032 601")
	f(addr, "id.orig_h", "fe80::1%eth0", "fe80::1 1032 601")
	f(addr, "id.orig_h", "fe80::1%<script>", "fe80::1 1032 601")
	f(addr, "id.orig_h", "2000::/3", "field id.orig_h: 2000::/3 is not an IP address")
	f(addr, "id.orig_h", "0.0.0.0/0", "field id.orig_h: 0.0.0.0/0 is not an IP address")
	f(addr, "id.orig_h", "010.0.0.5", "field id.orig_h: 010.0.0.5 is not an IP address")
	f(addr, "id.orig_h", "10.5", "field id.orig_h: 10.5 is not an IP address")
	f(addr, "id.orig_h", "0x0a000005", "field id.orig_h: 0x0a000005 is not an IP address")
}

// TestHostileShapes reads lines and objects whose shape is the attack, each
// between two good records: these must be read, and memory stays bounded.
func TestHostileShapes(t *testing.T) {
	f := func(name, data string, records int, want string) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		rec := formattest.Read(t, Reader{}, []byte(data))
		runtime.ReadMemStats(&after)
		// A list costs 24 bytes an element, some times over while it grows and once
		// more in the Recorder; half a million of them fit into a record.
		if used := after.TotalAlloc - before.TotalAlloc; used > 192<<20 {
			t.Errorf("%s: %d MiB allocated for %d MiB", name, used>>20, len(data)>>20)
		}
		got := ""
		if len(rec.Bads) > 0 {
			got = rec.Bads[0].Reason
		}
		if len(rec.Records) != records || got != want || want != "" && len(rec.Bads) != 1 {
			t.Errorf("%s: %d records, %d bad, %q; want %d, %q", name, len(rec.Records), len(rec.Bads), got, records, want)
		}
		for _, b := range rec.Bads {
			if len(b.Sample) == 0 || len(b.Sample) > 256 {
				t.Errorf("%s: a sample of %d bytes", name, len(b.Sample))
			}
		}
	}
	json := func(name, middle string, records int, want string) {
		t.Helper()
		f(name, connJSON+"\n"+middle+"\n"+connJSON+"\n", records, want)
	}
	const million = 1_000_000
	json("depth 100,000 of objects", strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000), 2, "nested too deeply")
	json("depth 100,000 of lists", `{"a":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"}", 2, "nested too deeply")
	json("depth 100,000, never closed", strings.Repeat(`{"a":[`, 100_000), 2, "nested too deeply")
	json("a million keys", `{"_path":"conn"`+strings.Repeat(`,"a":1`, million)+"}", 2, "too many fields")
	json("as many keys as fit into 1 MiB", `{"_path":"conn"`+strings.Repeat(`,"a":1`, 170_000)+"}", 2, "too many fields")
	json("a million equal keys", strings.Replace(connJSON, "{", "{"+strings.Repeat(`"uid":"x",`, 4000), 1), 3, "")
	json("a number of 1 MB", strings.Replace(connJSON, "601", strings.Repeat("7", million), 1), 2, "field orig_bytes: "+strings.Repeat("7", 32)+"… is too large")
	json("an exponent of 1 MB", strings.Replace(connJSON, "601", "1e"+strings.Repeat("9", million), 1), 2, "field orig_bytes: 1e"+strings.Repeat("9", 30)+"… is too large")
	json("a time of 1 MB", strings.Replace(connJSON, "1379288667.706265", "0."+strings.Repeat("1", million), 1), 3, "")
	json("a list of a million", strings.Replace(connJSON, `"http"`, "["+strings.Repeat(`"",`, 300_000)+`""]`, 1), 3, "")
	json("a key of 1 MB", strings.Replace(connJSON, `"service"`, `"`+strings.Repeat("k", million)+`"`, 1), 3, "")
	json("keys that only differ in escapes", strings.Replace(connJSON, `"uid":"Coy"`, `"\u0075id":"x","u\u0069d":"y"`, 1), 3, "")
	json("concatenated", strings.Repeat(connJSON, 1000), 1002, "")
	json("byte order marks", "\xef\xbb\xbf"+connJSON, 3, "")
	json("an array", "["+strings.Repeat(connJSON+",", 1000)+connJSON+"]", 1003, "")
	json("an array in arrays", strings.Repeat("[", 100_000)+connJSON+strings.Repeat("]", 100_000), 3, "")
	json("backslashes", `{"a":"`+strings.Repeat(`\`, 100_001)+`"}`, 2, "broken JSON: an object without end")

	tsv := func(name, header, row string, records int, want string) {
		t.Helper()
		f(name, connHead+connRow+header+row+"\n"+connHead+connRow, records, want)
	}
	wide := strings.Repeat("\tx", 100_000)
	tsv("a row of 100,000 columns", "", strings.TrimSuffix(connRow, "\n")+wide, 3, "")
	tsv("a header of 100,000 columns", strings.TrimSuffix(connHead, "\n")+wide+"\n", strings.TrimSuffix(connRow, "\n")+wide, 3, "")
	tsv("a header of 100,000 columns, a short row", strings.TrimSuffix(connHead, "\n")+wide+"\n", strings.TrimSuffix(connRow, "\n"), 2, "the row has 12 of 100012 columns")
	tsv("a set of a million", tsvHead+"#path\tdns\n#fields\tts\tanswers\n", "1.5\t"+strings.Repeat("a,", 500_000), 3, "")
	tsv("a header line of 1 MB", "#comment "+strings.Repeat("x", million)+"\n", strings.TrimSuffix(connRow2, "\n"), 3, "")
	tsv("a million header lines", strings.Repeat("#\n", million), strings.TrimSuffix(connRow2, "\n"), 3, "")
}

// TestHostileHeader goes through what #-lines can say.
func TestHostileHeader(t *testing.T) {
	f := func(name, data string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, outcome(formattest.Read(t, Reader{}, []byte(data)))); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	const dns = "#path\tdns\n#fields\tts\tquery\tanswers\n"
	f("no #fields", tsvHead+"#path\tconn\n"+connRow, "bad: a row before any #fields line")
	f("no #path", strings.Replace(connHead, "#path\tconn\n", "", 1)+connRow, "conn")
	f("no #separator", strings.Replace(connHead, "#separator \\x09\n", "", 1)+connRow, "conn")
	f("fields twice", connHead+"#fields\tts\tid.orig_h\tid.resp_h\n"+"1.5\t1.1.1.1\t2.2.2.2\n", "conn")
	f("a field named twice", tsvHead+"#path\tconn\n#fields\tts\tts\tid.orig_h\tid.resp_h\n1.5\t2.5\t1.1.1.1\t2.2.2.2\n", "conn")
	f("types that nobody knows", connHead+"#types\tfoo\tbar\n"+connRow, "conn")
	f("types of another number", connHead+"#types\ttime\n"+connRow, "conn")
	f("changed in the middle", connHead+connRow+"#close\tx\n"+tsvHead+dns+"1.5\tq\ta\n"+connHead+connRow2, "conn", "dns", "conn")
	f("changed without a new head", connHead+connRow+dns+"1.5\tq\ta\n", "conn", "dns")
	f("another separator in the middle", connHead+connRow+"#separator \\x2c\n#path,conn\n#fields,ts,id.orig_h,id.resp_h\n1.5,1.1.1.1,2.2.2.2\n", "conn", "conn")
	f("rows of the old header behind a new separator", connHead+connRow+"#separator \\x2c\n"+connRow, "conn", "bad: a row before any #fields line")
	f("separator NUL in the middle", connHead+connRow+"#separator \\x00\n#fields\tts\n"+connRow, "conn",
		`bad: the separator "\\x00" is not supported, only a single byte other than NUL and backslash is`,
		`bad: the separator "\\x00" is not supported, only a single byte other than NUL and backslash is`)
	f("#close twice, rows behind", connHead+connRow+"#close\tx\n#close\tx\n"+connRow2, "conn", "conn")
	f("a nested set", tsvHead+dns+"1.5\tq\t{a,{b,c}}\n", "dns")
	f("a set separator that is a tab", strings.Replace(tsvHead, "#set_separator\t,", "#set_separator\t\\x09", 1)+dns+"1.5\tq\ta\n", "dns")
	f("unset and empty are the same", strings.NewReplacer("(empty)", "-").Replace(tsvHead)+dns+"1.5\t-\t-\n", "dns")
	f("an unset field that is an address", strings.Replace(connHead, "#unset_field\t-", "#unset_field\t192.168.33.10", 1)+connRow, "bad: field id.orig_h is missing")
	f("the type of a path with control bytes", tsvHead+"#path\t\x1b[2J\n#fields\tts\n1.5\n", "skip \x1b[2J ")
}

// TestHostileTypes asserts that types which the log invents are counted without
// growing memory: each line names another one.
func TestHostileTypes(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		for i := range 20_000 {
			fmt.Fprintf(w, "{\"_path\":\"type%d\",\"ts\":1}\n", i)
		}
		_ = w.Close()
	}()
	var rec formattest.Recorder
	if err := (Reader{}).Read(t.Context(), r, &rec); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range rec.Skipped {
		total += n
	}
	if len(rec.Skipped) > 300 || total != 20_000 {
		t.Errorf("%d types, %d records", len(rec.Skipped), total)
	}
}
