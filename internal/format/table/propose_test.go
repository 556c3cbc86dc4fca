package table

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format/formattest"
)

// proposed reads data by the mapping that is proposed for it.
func proposed(t *testing.T, data []byte) (*Mapping, *formattest.Recorder) {
	t.Helper()
	text, err := Propose(data, "x.log")
	if err != nil {
		t.Fatal(err)
	}
	m, err := Parse([]byte(text), "proposal")
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if said := By(m).Sniff(data, ""); said.Confidence == 0 {
		t.Fatalf("the proposal does not fit: %+v\n%s", said, text)
	}
	return m, formattest.Read(t, By(m), data)
}

// TestProposeShipped compares what a proposal reads with what the shipped mapping
// reads of the same table. What no content can tell is listed: without.
func TestProposeShipped(t *testing.T) {
	f := func(name string, kinds int, without ...string) {
		t.Helper()
		for _, s := range samples() {
			if s.Name != name {
				continue
			}
			m, got := proposed(t, s.Data)
			want := formattest.Read(t, Reader{}, s.Data)
			if len(m.logs) != 1 || kinds != 1 && len(want.Counts()) != kinds {
				t.Errorf("%s: %d kinds", name, len(want.Counts()))
			}
			texts := func(r *formattest.Recorder) (out []string) {
				for _, x := range r.Records {
					if x.Kind != m.logs[0].kind.name {
						continue
					}
					var kept []string
					for part := range strings.SplitSeq(x.Text, " ") {
						field, _, _ := strings.Cut(part, "=")
						drop := false
						for _, w := range without {
							drop = drop || w == field
						}
						if !drop {
							kept = append(kept, part)
						}
					}
					out = append(out, strings.Join(kept, " "))
				}
				return out
			}
			if d := cmp.Diff(texts(want), texts(got)); d != "" {
				t.Errorf("%s:\n%s\n%s", name, m.Text(), d)
			}
			return
		}
		t.Errorf("no sample %s", name)
	}
	f("argus", 1, "State")
	f("aws-vpc", 1)
	// Only the document says that Google counts payload.
	f("gcp-vpc", 1, "OrigBytes", "OrigIPBytes", "RespBytes", "RespIPBytes")
	f("security-onion", 5, "Service")
	f("zeek-inside", 3, "Sensor", "TS")
}

// TestProposeByContent asserts what is found where no header names it.
func TestProposeByContent(t *testing.T) {
	for _, s := range samples() {
		if s.Name != "aws-vpc-plain" && !strings.HasPrefix(s.Name, "azure") {
			continue
		}
		_, got := proposed(t, s.Data)
		ends := map[string]bool{}
		for _, r := range got.Records {
			ends[r.Text[:strings.Index(r.Text, " Sensor=")]+r.Text[strings.Index(r.Text, " Orig="):strings.Index(r.Text, " Service=")]] = true
		}
		found := 0
		want := formattest.Read(t, Reader{}, s.Data)
		for _, r := range want.Records {
			// The shipped mapping turns answers round.
			if ends[r.Text[:strings.Index(r.Text, " Sensor=")]+r.Text[strings.Index(r.Text, " Orig="):strings.Index(r.Text, " Service=")]] {
				found++
			}
		}
		if found < len(want.Records)-1 {
			t.Errorf("%s: %d of %d records have the same time, ends, ports and protocol\n%v", s.Name, found, len(want.Records), got.Texts())
		}
	}
}

func TestProposeTable(t *testing.T) {
	f := func(data string, want ...string) {
		t.Helper()
		m, rec := proposed(t, []byte(data))
		if len(rec.Bads) > 0 {
			t.Errorf("bad: %+v\n%s", rec.Bads, m.Text())
		}
		for _, w := range want {
			if !strings.Contains(m.Text()+strings.Join(rec.Texts(), "\n"), w) {
				t.Errorf("no %q in\n%s%v", w, m.Text(), rec.Texts())
			}
		}
	}
	f("Date/Time;Source IP;Source Port;Destination IP;Dest Port;Protocol;Action;Sent Bytes;Received Bytes\n"+
		"02.03.2026 10:00:00;10.0.0.5;50123;203.0.113.7;443;TCP;Allow;123456;4444\n02.03.2026 10:00:01;10.0.0.6;50124;203.0.113.7;443;TCP;Deny;0;0\n",
		`separator: ";"`, "words: {Deny: REJ}", "State=REJ", "OrigBytes=123456", "TS=1772445600000000")
	f("time,client,method,url,status,bytes_sent,user agent\n2026-03-02T10:00:00Z,10.0.0.5,PUT,http://x.test/a,204,5000,\"a, \"\"b\"\"\"\n", "record: http", `UserAgent="a, \"b\""`, "ReqLen=5000")
	f("ts\tclient\tqname\tqtype\trcode\n1772445600\t10.0.0.5\texample.org\tA\tNXDOMAIN\n", "record: dns", "separator: tab", "RCode=3", "QType=1")
	f("1772445600.5 10.0.0.5 50123 203.0.113.7 443 6\n1772445601.5 10.0.0.5 50124 203.0.113.7 443 6\n", "header: false", "TS=1772445600500000", "RespPort=443", "Proto=tcp")
	f("10.0.0.5   203.0.113.7    2026-03-02T10:00:00Z\n10.0.0.51  203.0.113.70   2026-03-02T10:00:01Z\n", "separator: spaces", "Orig=10.0.0.5 ")
	f(`{"hits":{"total":2,"hits":[{"_source":{"time":"2026-03-02T10:00:00Z","src_ip":"10.0.0.5","dst_ip":"10.0.0.6"}},{"_source":{"time":"2026-03-02T10:00:00Z","src_ip":"10.0.0.5","dst_ip":"10.0.0.7"}}]}}`,
		"hits.hits[]", "Resp=10.0.0.7")
	f("# made by x\nts,src_ip,dst_ip\n1772445600,10.0.0.5,10.0.0.6\n", `comment: "#"`)
}

// TestProposeUnknown asserts that what is not found is left to be filled in, and
// that such a mapping parses.
func TestProposeUnknown(t *testing.T) {
	text, err := Propose([]byte("name,age\nann,31\nbob,44\n"), "/x/people.csv")
	if err != nil || !strings.Contains(text, "ts: {column: FILL-IN") || !strings.Contains(text, "name: people\n") {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := Parse([]byte(text), "x"); err != nil {
		t.Error(err)
	}
	for _, no := range []string{"", "\n\n", "just text\nand more text of other length\n\nx\n", "\xff\xfea\x00", "a\x00b", "[1, 2]", "{}"} {
		if text, err := Propose([]byte(no), "x"); err == nil {
			t.Errorf("%q: %s", no, text)
		}
	}
}

// TestProposeUnusual asserts what the proposal says of tables that need a hand.
func TestProposeUnusual(t *testing.T) {
	f := func(data string, want ...string) {
		t.Helper()
		m, rec := proposed(t, []byte(data))
		if len(rec.Bads) > 0 {
			t.Errorf("%.40q: %+v", data, rec.Bads)
		}
		for _, w := range want {
			if !strings.Contains(m.Text(), w) {
				t.Errorf("%.40q: no %q in\n%s", data, w, m.Text())
			}
		}
	}
	const ends = "10.0.0.5;50123;203.0.113.7;443;TCP;"
	f("Datum;Quelle;Quellport;Ziel;Zielport;Protokoll;Aktion;Gesendet;Empfangen\n"+
		"02.03.2026 10:00:00;"+ends+"Zulassen;1.234.567;12\n02.03.2026 10:00:01;"+ends+"Zu;7;12\n",
		"# zone: Europe/Prague", `orig_bytes: {column: Gesendet, thousands: "."}  # sure`, "resp_bytes: Empfangen  # sure",
		`conn_state: {column: Aktion, words: {}}  # fill in which words mean that it was refused, such as {Deny: REJ}; there are "Zu", "Zulassen"`)
	f("\xef\xbb\xbfstart,src,dst,\"bytes sent\"\r\n2026-03-02T10:00:00Z,10.0.0.5,10.0.0.6,\"12,345\"\r\n", `thousands: ","`)
	f("start\tsrc\tdst\tverdict\n2026-03-02T10:00:00Z\t10.0.0.5\t10.0.0.6\tdropped\n", "# How much was sent is not known", "words: {dropped: REJ}}  # sure")
	f("1772445600,10.0.0.5,50123,203.0.113.7,443,6,1200,900\n1772445601,10.0.0.6,50124,203.0.113.7,80,6,400,50\n", "header: false", "# How much was sent is not known", `"c7", such as "1200"`)
	f("time_ms\tsource ip\tdst\tbytes out\n1772445600123\t10.0.0.5\t10.0.0.6\tmany\n", "ts: {column: time_ms, time: ms}  # sure",
		`"bytes out", such as "many": it is called as orig_bytes is, but its cells do not all look like that`)
}

func FuzzPropose(f *testing.F) {
	for _, s := range samples() {
		f.Add(s.Data)
	}
	f.Add([]byte("\"a\n#\",\x1b[2J,: {},\u202e\n1,2,3,4\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > mostFuzzed {
			return
		}
		text, err := Propose(data, string(data[:min(len(data), 20)]))
		if err != nil {
			return
		}
		if _, err := Parse([]byte(text), "x"); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, c := range text {
			if c < ' ' && c != '\n' || c == 0x7f {
				t.Fatalf("a control character in %q", text)
			}
		}
	})
}
