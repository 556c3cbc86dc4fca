package zeek

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// outcome describes a reading in lines: records by kind, bad and skipped ones,
// warnings.
func outcome(rec *formattest.Recorder) []string {
	out := []string{}
	for _, r := range rec.Records {
		out = append(out, r.Kind)
	}
	for name, n := range rec.Skipped {
		out = append(out, strings.Repeat("skip "+name+" ", n))
	}
	for _, b := range rec.Bads {
		out = append(out, "bad: "+b.Reason)
	}
	for _, w := range rec.Warnings {
		out = append(out, "warning: "+w)
	}
	return out
}

func TestTSVVariants(t *testing.T) {
	f := func(name, data string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, outcome(formattest.Read(t, Reader{}, []byte(data)))); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	const row = "1.5\tC1\t1.1.1.1\t1\t2.2.2.2\t2\tSF\n"
	const fields = "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tconn_state\n"
	f("no path", tsvHead+fields+row, "conn")
	f("only fields", fields+row, "conn")
	f("separator behind a tab", "#separator\t\\x09\n#path\tconn\n"+fields+row, "conn")
	f("comma", strings.ReplaceAll("#separator \\x2c\n#set_separator\t;\n#path\tconn\n"+fields+row, "\t", ","), "conn")
	f("bar, plain", strings.ReplaceAll("#separator |\n#path\tconn\n"+fields+row, "\t", "|"), "conn")
	f("BOM", "\xef\xbb\xbf"+tsvHead+"#path\tconn\n"+fields+row, "conn")
	f("path with suffix", tsvHead+"#path\tconn-internal\n"+fields+row, "conn")
	f("path with date", tsvHead+"#path\tconn_20240101\n"+fields+row, "conn")
	f("other type", tsvHead+"#path\tconn_long\n"+fields+row, "skip conn_long ")
	f("kept type without its fields", tsvHead+"#path\tconn\n#fields\tts\tuid\n1.5\tC1\n", "bad: field id.orig_h is missing")
	f("unknown fields", tsvHead+"#fields\tts\tfoo\n1.5\tC1\n", "skip unknown ")
	f("reordered", tsvHead+"#path\tconn\n#fields\tid.resp_h\tnew_field\tid.orig_h\tts\n2.2.2.2\tx\t1.1.1.1\t1.5\n", "conn")
	f("fields change", tsvHead+"#path\tconn\n"+fields+row+"#fields\tid.resp_h\tid.orig_h\tts\n2.2.2.2\t1.1.1.1\t1.5\n", "conn", "conn")
	f("path changes", tsvHead+"#path\tconn\n"+fields+row+"#path\tdns\n#fields\tts\tuid\tquery\n1.5\tC1\tx.example\n", "conn", "dns")
	f("row before fields", tsvHead+row, "bad: a row before any #fields line")
	f("no header", row, "bad: a row before any #fields line")
	f("separator NUL", "#separator \\x00\n#path\tconn\n"+fields+row,
		`bad: the separator "\\x00" is not supported, only a single byte other than NUL and backslash is`,
		`bad: the separator "\\x00" is not supported, only a single byte other than NUL and backslash is`)
	f("separator of two bytes", "#separator \\x09\\x09\n"+fields+row,
		`bad: the separator "\\x09\\x09" is not supported, only a single byte other than NUL and backslash is`,
		`bad: the separator "\\x09\\x09" is not supported, only a single byte other than NUL and backslash is`)
	f("too few columns", tsvHead+"#path\tconn\n"+fields+"1.5\tC1\t1.1.1.1\n", "bad: the row has 3 of 7 columns")
	f("too many columns", tsvHead+"#path\tconn\n"+fields+strings.TrimSpace(row)+"\tmore\n", "conn")
	f("labels missing in rows", tsvHead+"#path\tconn\n"+strings.TrimSpace(fields)+"\tlabel\tdetailedlabel\n"+row, "conn")
	f("labels behind three spaces", tsvHead+"#path\tconn\n"+strings.TrimSpace(fields)+"   label   detailed-label\n"+strings.TrimSpace(row)+"   Malicious   C&C\n", "conn")
	f("cut last line that reads", tsvHead+"#path\tconn\n"+fields+strings.TrimSpace(row), "conn",
		"warning: no #close line and the last line is cut off: the log is incomplete or still being written")
	f("cut last line", tsvHead+"#path\tconn\n"+fields+"1.5\tC", "bad: the row has 2 of 7 columns",
		"warning: no #close line and the last line is cut off: the log is incomplete or still being written")
	f("no close", tsvHead+"#path\tconn\n"+fields+row, "conn")
	f("blank lines", tsvHead+"\n#path\tconn\n\r\n"+fields+"\n"+row+"\n", "conn")
	f("control bytes", tsvHead+"#path\tconn\n"+fields+strings.Replace(row, "C1", "C\x00\x1b\x01", 1), "conn")
	f("JSON behind TSV", tsvHead+"#path\tconn\n"+fields+row+connJSON+"\n"+row, "conn", "conn", "conn")
	f("TSV behind JSON", connJSON+"\n"+tsvHead+"#path\tconn\n"+fields+row, "conn", "conn")
	f("tabs only", tsvHead+"#path\tconn\n"+fields+"\t\t\t\t\t\t\n", "bad: field ts is missing")
	f("fields without names", tsvHead+"#path\tconn\n#fields\t\n"+row, "bad: a #fields line without names", "bad: a row before any #fields line")
}

func TestBadValues(t *testing.T) {
	f := func(field, value, reason string) {
		t.Helper()
		names := []string{"ts", "id.orig_h", "id.orig_p", "id.resp_h", "id.resp_p", "duration", "orig_bytes", "local_orig", "service"}
		values := []string{"1.5", "1.1.1.1", "1", "2.2.2.2", "2", "0.5", "3", "T", "ssl"}
		object := "{"
		for i := range names {
			if names[i] == field {
				values[i] = value
			}
			if values[i] != "-" {
				object += `"` + names[i] + `":"` + values[i] + `",`
			}
		}
		tsv := tsvHead + "#path\tconn\n#fields\t" + strings.Join(names, "\t") + "\n" + strings.Join(values, "\t") + "\n"
		object += `"_path":"conn"}` + "\n"
		for _, data := range []string{tsv, object} {
			rec := formattest.Read(t, Reader{}, []byte(data))
			if reason == "" {
				if len(rec.Bads) > 0 || len(rec.Records) != 1 {
					t.Errorf("%s %q: bad: %+v", field, value, rec.Bads)
				}
			} else if len(rec.Bads) != 1 || rec.Bads[0].Reason != reason {
				t.Errorf("%s %q: %+v, want %q", field, value, rec.Bads, reason)
			}
		}
	}
	f("id.orig_p", "70000", "field id.orig_p: 70000 is not a port")
	f("id.orig_p", "-1", "field id.orig_p: -1 is not a port")
	f("id.orig_p", "80/tcp", "field id.orig_p: 80/tcp is not a port")
	f("id.orig_p", "-", "")
	f("ts", "-", "field ts is missing")
	f("ts", "-5.5", "field ts: -5.5 is not a time from 1970 to 2262")
	f("ts", "9223372037", "field ts: 9223372037 is not a time from 1970 to 2262")
	f("ts", "9223372036.854775", "")
	f("ts", "9999-12-31T23:59:59Z", "field ts: 9999-12-31T23:59:59Z is not a time from 1970 to 2262")
	f("ts", "253402300799", "field ts: 253402300799 is not a time from 1970 to 2262")
	f("ts", "NaN", "field ts: NaN is not a time")
	f("ts", "1e308", "field ts: 1e308 is not a time from 1970 to 2262")
	f("id.orig_h", "-", "field id.orig_h is missing")
	f("id.resp_h", "-", "field id.resp_h is missing")
	f("id.resp_h", "1.2.3", "field id.resp_h: 1.2.3 is not an IP address")
	f("id.resp_h", "::ffff:10.0.0.1", "")
	f("id.resp_h", "fe80::1%eth0", "")
	f("duration", "-0.5", "field duration: -0.5 is negative")
	f("duration", "Inf", "field duration: Inf is not a number of seconds")
	f("duration", "1e300", "field duration: 1e300 is too long")
	f("duration", "-", "")
	f("orig_bytes", "-3", "field orig_bytes: -3 is negative")
	f("orig_bytes", "9223372036854775808", "field orig_bytes: 9223372036854775808 is too large")
	f("orig_bytes", "1.5", "field orig_bytes: 1.5 is not a whole number")
	f("orig_bytes", strings.Repeat("x", 100), "field orig_bytes: "+strings.Repeat("x", 32)+"… is not a whole number")
	f("local_orig", "maybe", "field local_orig: maybe is not true or false")
	f("local_orig", "F", "")
}

func TestTSVValues(t *testing.T) {
	f := func(path, fields, row string, want any) {
		t.Helper()
		data := tsvHead + "#path\t" + path + "\n#fields\tts\t" + fields + "\n1.5\t" + row + "\n"
		rec := formattest.Read(t, Reader{}, []byte(data))
		if len(rec.Records) != 1 {
			t.Errorf("%s: %q", row, outcome(rec))
			return
		}
		if d := cmp.Diff(want, rec.Records[0].Event); d != "" {
			t.Errorf("%s:\n%s", row, d)
		}
	}
	head := func(fields, row string) event.Head {
		return event.Head{Offset: int64(len(tsvHead) + len("#path\tdns\n#fields\tts\t\n") + len(fields)), TS: 1500000}
	}
	dns := func(row string, query string, answers ...string) {
		t.Helper()
		e := event.DNS{Head: head("query\tanswers", row), QType: event.Unset, RCode: event.Unset}
		if query != "" {
			e.Query = []byte(query)
		}
		for _, a := range answers {
			if a == "" {
				e.Answers = append(e.Answers, nil)
			} else {
				e.Answers = append(e.Answers, []byte(a))
			}
		}
		f("dns", "query\tanswers", row, e)
	}
	dns("a.example\t1.1.1.1", "a.example", "1.1.1.1")
	dns("-\t-", "")
	dns("(empty)\t(empty)", "")
	dns(`\x2d`+"\t"+`\x2d`, "-", "-")
	dns(`\x28empty)`+"\t"+`\x28empty)`, "(empty)", "(empty)")
	dns("q\t"+`TXT 5 a\x2cb,c`, "q", "TXT 5 a,b", "c")
	dns("q\ta,-,(empty),b", "q", "a", "", "", "b")
	dns("q\ta,,b", "q", "a", "", "b")
	dns(`\x09\x0a\x00`+"\tx", "\t\n\x00", "x")
}
