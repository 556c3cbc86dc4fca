package dnslog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/formattest"
)

const (
	bindLine    = "02-Mar-2026 10:00:00.%03d queries: info: client @0x7f66774f1098 10.0.0.5#45888 (www.example.test): view internal: query: www.example.test IN A +E(0)K (10.0.0.53)\n"
	syslogLine  = "<30>2026-03-02T10:00:00.%03dZ ns1 named[812]: client @0x7f66774f1098 10.0.0.5#45888 (www.example.test): query: www.example.test IN A +E(0)K (10.0.0.53)\n"
	bsdLine     = "Mar  2 10:00:0%d ns1 named[812]: client @0x7f66774f1098 10.0.0.5#45888 (www.example.test): query: www.example.test IN A +E(0)K (10.0.0.53)\n"
	dnsmasqLine = "Mar  2 10:00:0%d dnsmasq[812]: query[A] www%[1]d.example.test from 10.0.0.5\nMar  2 10:00:0%[1]d dnsmasq[812]: reply www%[1]d.example.test is 203.0.113.34\n"
	extraLine   = "Mar  2 10:00:0%d dnsmasq[812]: %[1]d 10.0.0.5/56951 query[A] www.example.test from 10.0.0.5\nMar  2 10:00:0%[1]d dnsmasq[812]: %[1]d 10.0.0.5/56951 cached www.example.test is 203.0.113.34\n"
	unboundLine = "[177244560%d] unbound[812:0] info: 10.0.0.5 www%[1]d.example.test. A IN\n[177244560%[1]d] unbound[812:0] info: 10.0.0.5 www%[1]d.example.test. A IN NOERROR 0.026361 0 45\n"
	windowsLine = "25/03/2026 10:00:0%d 0E70 PACKET  00000000033397A0 UDP Rcv 10.0.0.5        5b4%[1]d   Q [0001   D   NOERROR] A      (3)www(7)example(4)test(0)\n" +
		"25/03/2026 10:00:0%[1]d 0E70 PACKET  00000000033397A0 UDP Snd 10.0.0.5        5b4%[1]d R Q [8081   DR  NOERROR] A      (3)www(7)example(4)test(0)\n"
)

// repeat writes a line n times, with numbers from 0.
func repeat(line string, n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, line, i)
	}
	return b.Bytes()
}

func TestConformance(t *testing.T) {
	dns := func(n int) map[string]int { return map[string]int{"dns": n} }
	crlf := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }
	formattest.Run(t, Reader{}, formattest.Cases{
		Samples: []formattest.Sample{
			{Name: "BIND", Data: repeat(bindLine, 8), Counts: dns(8)},
			{Name: "BIND behind syslog", Data: repeat(syslogLine, 8), Counts: dns(8)},
			{Name: "BIND without year", Data: repeat(bsdLine, 8), Counts: dns(8)},
			{Name: "dnsmasq", Data: repeat(dnsmasqLine, 8), Counts: dns(8)},
			{Name: "dnsmasq extra", Data: repeat(extraLine, 8), Counts: dns(8)},
			{Name: "unbound", Data: repeat(unboundLine, 8), Counts: dns(8)},
			{Name: "Windows", Data: crlf(repeat(windowsLine, 8)), Counts: dns(8)},
		},
		Foreign: [][]byte{
			[]byte("Mar  2 10:00:00 ns1 sshd[812]: Accepted publickey for root from 10.0.0.9 port 22\n"),
			[]byte("1772445600.000000\tCoy\t192.168.33.10\t1032\t10.0.0.53\t53\tudp\n"),
			[]byte("10.0.0.5 - - [02/Mar/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 2 \"-\" \"curl\"\n"),
			[]byte("#Fields: date time c-ip cs-method\n2026-03-02 10:00:00 10.0.0.5 GET\n"),
			[]byte("client @ work query: none\n"),
		},
	})
}

// wide returns text in UTF-16, low byte first.
func wide(text []byte, mark bool) []byte {
	var b []byte
	if mark {
		b = append(b, 0xff, 0xfe)
	}
	for _, c := range string(text) {
		b = append(b, byte(c), byte(c>>8))
	}
	return b
}

// TestWide asserts that UTF-16 reads as UTF-8 does, at offsets twice as far.
func TestWide(t *testing.T) {
	text := append(repeat(windowsLine, 3), []byte("this line is not a record\n\u010a\u0a0a\n")...)
	text = append(text, repeat(windowsLine, 2)...)
	want := formattest.Read(t, Reader{}, text)
	f := func(name string, mark bool, reader func([]byte) *formattest.Recorder) {
		t.Helper()
		data := wide(text, mark)
		if s := (Reader{}).Sniff(data, ""); s.Confidence != format.Certain {
			t.Errorf("%s: sniffed %+v", name, s)
		}
		if (Reader{}).Cut(data) != nil {
			t.Errorf("%s: may be cut", name)
		}
		got := reader(data)
		if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
			t.Fatalf("%s: %s", name, d)
		}
		for i, r := range got.Records {
			at := want.Records[i].Offset
			offset := 2 * int64(len([]rune(string(text[:at]))))
			if mark && at > 0 {
				offset += 2
			}
			if r.Offset != offset {
				t.Errorf("%s: record %d at %d, want %d", name, i, r.Offset, offset)
			}
			if r.Offset > 0 {
				if alone := formattest.Read(t, Reader{}, data[r.Offset:]); len(alone.Records) == 0 || alone.Records[0].Text != r.Text {
					t.Errorf("%s: offset %d does not lead to record %d", name, r.Offset, i)
				}
			}
		}
		if len(got.Bads) != 2 || got.Bads[0].Line != 7 || got.Bads[1].Line != 8 {
			t.Errorf("%s: bad lines %+v", name, got.Bads)
		}
	}
	whole := func(data []byte) *formattest.Recorder { return formattest.Read(t, Reader{}, data) }
	f("with mark", true, whole)
	f("without mark", false, whole)
	f("byte by byte", true, func(data []byte) *formattest.Recorder {
		var rec formattest.Recorder
		if err := (Reader{}).Read(t.Context(), iotest.OneByteReader(bytes.NewReader(data)), &rec); err != nil {
			t.Fatal(err)
		}
		return &rec
	})
}

func TestSniff(t *testing.T) {
	f := func(data string, want format.Confidence, kind string) {
		t.Helper()
		got := Reader{}.Sniff([]byte(data), "dns.log")
		if got.Confidence != want || kind != "" && got.Type != kind {
			t.Errorf("%.40q: %+v, want %d %s", data, got, want, kind)
		}
	}
	other := "Mar  2 10:00:00 ns1 sshd[812]: Accepted publickey for root from 10.0.0.9 port 22\n"
	f(string(repeat(bindLine, 2)), format.Certain, "BIND look-ups")
	f(string(repeat(dnsmasqLine, 2))+string(repeat(unboundLine, 1)), format.Certain, "dnsmasq, unbound look-ups")
	f(strings.Repeat(other, 9)+string(repeat(bsdLine, 2)), format.Perhaps, "BIND look-ups")
	f("02-Mar-2026 10:00:00.000 general: notice: running\n", format.Perhaps, "BIND look-ups")
	f("DNS Server log file creation at 3/2/2026 10:00:00 AM\n\nMessage logging key (for packets - other items use a subset of these fields):\n", format.Certain, "Windows DNS look-ups")
	f(other, format.NotMine, "")
	f("client @0x7f66774f1098 10.0.0.5#50000 (a.test): query: a.test IN A + (10.0.0.53)\n", format.NotMine, "")
	f("\xfe\xff\x00a\x00b", format.NotMine, "")
}

// TestCut asserts which sources may be cut into pieces.
func TestCut(t *testing.T) {
	f := func(name string, data []byte, want bool) {
		t.Helper()
		if got := (Reader{}).Cut(data) != nil; got != want {
			t.Errorf("%s: cut %v, want %v", name, got, want)
		}
	}
	f("BIND", repeat(bindLine, 9), true)
	f("behind syslog", repeat(syslogLine, 9), false)
	f("dnsmasq", repeat(dnsmasqLine, 9), false)
	f("unbound", repeat(unboundLine, 9), false)
	f("Windows", repeat(windowsLine, 9), false)
	f("BIND and unbound", append(repeat(bindLine, 9), repeat(unboundLine, 1)...), false)
}
