package table

import (
	"strings"
	"testing"
)

const small = "record: conn\nfields:\n  ts: {column: t, time: s}\n  id.orig_h: a\n  id.resp_h: b\n"

// TestParseErrors asserts that errors name file, line and what to do.
func TestParseErrors(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		m, err := Parse([]byte(text), "x.yaml")
		if err == nil {
			t.Errorf("%q parses: %+v", text, m)
		} else if !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "x.yaml:") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	f("", "empty: write a mapping")
	f("a", "pairs of")
	f("a: [", "line 1")
	f("\xff: a", "UTF-8")
	f(strings.Repeat("#", maxMapping+1), "256 KiB")
	f("what: 1\n"+small, `x.yaml:1: "what" is not known; known are name`)
	f(small+"record: dns\n", `x.yaml:6: "record" stands here twice`)
	f(small+"separator: ab\n", "x.yaml:6: separator must be one")
	f(small+"separator: \"\\n\"\n", "x.yaml:6: separator must be one")
	f(small+"quote: yes\n", "x.yaml:6: quote must be")
	f(small+"separator: spaces\nquote: line\n", "x.yaml:7: cells between spaces")
	f(small+"format: xml\n", "format must be csv or json")
	f(small+"header: maybe\n", "true or false")
	f(small+"header: false\n", "columns have to be named")
	f(small+"columns: [a]\n", `write "header: false"`)
	f(small+"header: false\ncolumns: [a, b]\n", `the column "t" is not among columns`)
	f(small+"header: false\ncolumns: [a, b, t, t]\n", `"t" is named twice`)
	f(small+"expand: a[]\n", "format: json")
	f(small+"format: json\nexpand: \"[].a[]\"\n", "must begin with a key")
	f(small+"format: json\nexpand: a.b\n", "end in a list")
	f(small+"format: json\nquote: none\n", "quote is for csv")
	f(small+"format: json\nseparator: x\n", "separator is for csv")
	f(small+"zone: Mars\n", `x.yaml:6: "Mars" is no time zone`)
	f(small+"recognise: []\n", "recognise must name")
	f(small+"name: two words\n", "one word")
	f(small+"accept: {}\n", "needs a column and its words")
	f(small+"accept: 1\n", "pairs of")
	f(small+"one_way: 1\n", "true or false")
	f(small+"link_header: many\n", "14 for Ethernet")
	f("fields: {}\n", "which records?")
	f("record: tcp\nfields: {}\n", `x.yaml:1: "tcp" is no type of record; known are conn, dns`)
	f("record: conn\n", "which columns go where")
	f("record: conn\nfields:\n  ts: {column: t, time: s}\n", "conn needs the field id.orig_h")
	f("records: []\n", "must be a list")
	f("records: [{record: conn, fields: {}}]\nrecord: dns\n", `"record" belongs into an entry of records`)
	f("records:\n- "+strings.ReplaceAll(small, "\n", "\n  ")+"\n- "+strings.ReplaceAll(small, "\n", "\n  "), "recognise: [a, b]")
	f(small+"  what: a\n", `x.yaml:6: conn has no field "what"; it has ts`)
	f(small+"  proto: {colum: a}\n", `x.yaml:6: "colum" is not known; a field has column`)
	f(small+"  proto: {column: a, constant: tcp}\n", "either a column or a constant")
	f(small+"  proto: {}\n", "either a column or a constant")
	f(small+"  proto: {constant: 300}\n", "is not a protocol")
	f(small+"  proto: {column: \"\"}\n", "a column needs a name")
	f(small+"  proto: {column: [[a]]}\n", "one word or text")
	f(small+"  conn_state: {column: s, words: {ok: XX}}\n", "Zeek's conn_state")
	f(small+"  local_orig: {column: s, words: {in: maybe}}\n", "neither true nor false")
	f(small+"  duration: {column: d, unit: parsec}\n", "known are h, min, ms, ns, s, us")
	f(small+"  orig_bytes: {column: d, unit: s}\n", "known are B, GB")
	f(small+"  proto: {column: d, unit: s}\n", "has no unit")
	f(small+"  proto: {column: d, time: s}\n", "proto is no time")
	f(small+"  duration: {column: d, minus: x}\n", "minus is for counts")
	f(small+"  duration: {column: d, thousands: .}\n", "thousands is for counts")
	f(small+"  orig_bytes: {column: d, thousands: x}\n", "does not stand between thousands")
	f(small+"  uid: {column: d, split: x}\n", "split is for lists")
	f(small+"one_way: &a true\n", "anchors, aliases")
	f("a: &x [1]\nb: *x\n", "anchors")
	f(strings.Replace(small, "time: s", "time: minutes", 1), "is no time format")
	f(strings.Replace(small, "time: s", `time: "%H:%M"`, 1), "no year or no day")
	f(strings.Replace(small, "time: s", `time: "%Y-%m-%d %Q"`, 1), "not known: use %Y")
	f(strings.Replace(small, ", time: s", "", 1), "needs the format of its times")
	f(strings.Replace(small, "column: t, time: s", "constant: 1", 1), "needs the format")
	f("record: dns\none_way: true\nfields:\n  ts: {column: t, time: s}\n  id.orig_h: a\n  query: q\n", `for "record: conn"`)
	f(small+strings.Repeat("x: {", 2000), "line")
}

// TestShipped asserts that shipped mappings parse to the same again, and that
// their names are those of their files.
func TestShipped(t *testing.T) {
	if len(Shipped()) < 8 {
		t.Errorf("%d mappings", len(Shipped()))
	}
	for _, m := range Shipped() {
		again, err := Parse([]byte(m.Text()), "again")
		if err != nil || again.Name() != m.Name() || again.Records() != m.Records() || m.About() == "" {
			t.Errorf("%s: %v", m.Name(), err)
		}
		if _, err := files.ReadFile("mappings/" + m.Name() + ".yaml"); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range Shipped() {
		f.Add([]byte(m.Text()))
	}
	f.Add([]byte(small + "swap: [{d: [in*, \"\"]}]\nempty: [x]\n"))
	table := []byte("t,a,b\n1772445600,10.0.0.5,10.0.0.6\n\"\n")
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := Parse(text, "x.yaml")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x.yaml:") {
				t.Fatal(err)
			}
			return
		}
		checkRead(t, By(m), table)
	})
}
