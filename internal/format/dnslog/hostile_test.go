package dnslog

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// TestHostile reads lines whose names were chosen by an attacker. want is the name
// that must come out, or the reason why the line is bad.
func TestHostile(t *testing.T) {
	f := func(line, want string) {
		t.Helper()
		rec := formattest.Read(t, Reader{}, []byte(line+"\n"))
		switch {
		case len(rec.Records) == 1 && len(rec.Bads) == 0:
			if e := rec.Records[0].Event.(event.DNS); string(e.Query) != want || e.Orig.String() != "10.0.0.5" {
				t.Errorf("%.80q: %q from %s, want %q", line, e.Query, e.Orig, want)
			}
		case len(rec.Records) == 0 && len(rec.Bads) == 1:
			if rec.Bads[0].Reason != want {
				t.Errorf("%.80q: %s, want %q", line, rec.Bads[0].Reason, want)
			}
		default:
			t.Errorf("%.80q: %d records, %+v", line, len(rec.Records), rec.Bads)
		}
	}
	bind := "02-Mar-2026 10:00:00.000 queries: info: client @0x1 10.0.0.5#1 (x): query: "
	f(bind+`query:\032forged\032IN\032A.test IN A +`, "query: forged IN A.test")
	f(bind+`\\\..test IN A +`, `\..test`)
	f(bind+`a\ IN A +`, `a\`)
	f(bind+`\999.test IN A +`, "999.test")
	f(bind+strings.Repeat("a", 256)+" IN A +", "a name longer than a name can be")
	f(bind+strings.Repeat(`\001`, 255)+" IN A +", strings.Repeat("\x01", 255))
	f(bind+" IN A +", "a query without class and type")
	f(bind+"x.test IN A", "x.test")
	f("02-Mar-2026 10:00:00.000 queries: info: client @0x1 10.0.0.5 (x): query: x.test IN A +", "a query without a client's port")
	f("99-Mar-2026 10:00:00.000 queries: info: client @0x1 10.0.0.5#1 (x): query: x.test IN A +", badTime)
	f("02-Mar-9999 10:00:00.000 queries: info: client @0x1 10.0.0.5#1 (x): query: x.test IN A +", badTime)
	f("02-Mar-2026 25:00:00.000 queries: info: client @0x1 10.0.0.5#1 (x): query: x.test IN A +", "not a line of a DNS server that is known")
	dnsmasq := "Mar  2 10:00:00 dnsmasq[1]: "
	f(dnsmasq+"query[A] x from 10.9.9.9 y.test from 10.0.0.5", "x from 10.9.9.9 y.test")
	f(dnsmasq+"query[A] from 10.0.0.5", "a query without name and client")
	f(dnsmasq+"query[A]", "a query without name and client")
	f(dnsmasq+"query[A] a"+strings.Repeat("b", 300)+" from 10.0.0.5", "a name longer than a name can be")
	f(dnsmasq+"1 10.0.0.5/99999 query[A] x.test from 10.0.0.5", "x.test")
	f("[1772445600] unbound[1:0] reply: 10.0.0.5 x.test. A IN NOERROR", "x.test")
	f("[1772445600] unbound[1:0] reply: 10.0.0.5 x.test A IN NOERROR", "a reply without client, name, type and class")
	f("[1772445600] unboun", "not a line of a DNS server that is known")
	windows := "25/03/2026 10:00:00 0E70 PACKET 00000000033397A0 UDP Rcv 10.0.0.5 5b47 Q [0001 D NOERROR] A "
	f(windows+"(13)(3)forged(0)x(4)test(0)", "(3)forged(0)x.test")
	f(windows+"(64)a(0)", "a packet without a name")
	f(windows+"(3)www", "a packet without a name")
	f(windows+"(99999999)a(0)", "a packet without a name")
	f(windows+"(2)\u00e9\u00e9(4)test(0)", "\u00e9\u00e9.test")
	f(windows+strings.Repeat("(1)a", 200)+"(0)", "a name longer than a name can be")
	f("25/03/2026 13:00:00 PM 0E70 PACKET UDP Rcv 10.0.0.5 5b47 Q [0001 D NOERROR] A (0)", "not a line of a DNS server that is known")
	f("25/03/2026 10:00:00 0E70 PACKET UDP Rcv 10.0.0.5 5b47 Q ]0001 D NOERROR[ A (0)", "a packet without xid and flags")
}

// TestFlood asks more questions than may wait, all of them for names of one chain,
// and answers the first and the last.
func TestFlood(t *testing.T) {
	var b bytes.Buffer
	for i := range 3 * waiting {
		fmt.Fprintf(&b, "Mar  2 10:00:00 dnsmasq[1]: query[A] same.test from 10.0.%d.%d\n", i>>8, i&255)
	}
	for range 200 {
		b.WriteString("Mar  2 10:00:00 dnsmasq[1]: reply same.test is 203.0.113.1\n")
	}
	b.WriteString("Mar  2 10:00:00 dnsmasq[1]: reply same.test is <CNAME>\n")
	for i := range 500 {
		fmt.Fprintf(&b, "Mar  2 10:00:00 dnsmasq[1]: reply c%d.test is <CNAME>\n", i)
	}
	b.WriteString("Mar  2 10:00:00 dnsmasq[1]: reply end.test is 203.0.113.2\n")
	rec := formattest.Read(t, Reader{}, b.Bytes())
	if len(rec.Records) != 3*waiting || len(rec.Bads) != 0 {
		t.Fatalf("%d records, %d bad", len(rec.Records), len(rec.Bads))
	}
	for i, r := range rec.Records {
		e := r.Event.(event.DNS)
		want := 0
		if i == len(rec.Records)-1 {
			want = maxAnswers
		}
		if len(e.Answers) != want {
			t.Fatalf("record %d has %d answers, want %d", i, len(e.Answers), want)
		}
	}
}

// TestOrder asserts that look-ups come in the order of their lines, whichever of
// them wait.
func TestOrder(t *testing.T) {
	data := append(repeat(dnsmasqLine, 3), repeat(bindLine, 2)...)
	data = append(append(data, repeat(unboundLine, 2)...), repeat(windowsLine, 2)...)
	rec := formattest.Read(t, Reader{}, data)
	last := int64(-1)
	for _, r := range rec.Records {
		if r.Offset <= last {
			t.Errorf("offset %d after %d", r.Offset, last)
		}
		last = r.Offset
	}
	if len(rec.Records) != 9 {
		t.Errorf("%d records, want 9", len(rec.Records))
	}
}
