package netflow

import (
	"bytes"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// TestHostile gives what an attacker may send to a listener.
func TestHostile(t *testing.T) {
	f := func(name string, data []byte, want ...string) {
		t.Helper()
		t.Run(name, func(t *testing.T) { t.Helper(); wantLines(t, data, want...) })
	}
	t9 := setOf(0, template(256, flowFields))
	bad := func(line int, why string) string { return fmt.Sprintf("bad %d: %s", line, why) }
	f("empty datagram", file(nil), bad(1, "a datagram of less than 2 bytes"))
	f("text", file([]byte("\x1b[2Jhello")), bad(1, "neither NetFlow v5 or v9, IPFIX nor sFlow v5"))
	f("only headers", file([]byte{0, 5, 0, 9}, []byte{0, 9}, []byte{0, 10}, u32(nil, 5, 1)),
		bad(1, "a NetFlow v5 header that ends too early"), bad(2, "a NetFlow v9 header that ends too early"),
		bad(3, "an IPFIX header that ends too early"), bad(4, "an sFlow header that ends too early or gives no address"))
	short := legacy5(up, down)
	f("v5 that promises more", file(short[:len(short)-1]), "-60.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +59000  out 1460000/1500000/1000 in ?/?/? [192.0.2.1]",
		bad(1, "NetFlow v5: fewer records than the header says"))
	empty := setOf(0, template(256, []field{{1, 0, 0}, {2, 0, 0}}))
	f("records without bytes", file(message9(0, empty, flows(256, up))), bad(1, "a template of records without bytes"),
		bad(1, "no template yet: 192.0.2.1 has not said what records of its template 256 are"))
	f("a template of 65535 fields", file(message9(0, setOf(0, u16(nil, 256, 65535, 1, 4)))), bad(1, "a template that ends too early"))
	f("options with more scopes than fields", file(messageIPFIX(0, setOf(3, u16(nil, 256, 1, 2, 1, 4, 1, 4)))), bad(1, "a template that ends too early"))
	f("too many fields", file(message9(0, setOf(0, template(256, make([]field, 2000))))), bad(1, "a template of 2000 fields (at most 1024 are read)"))
	f("template with a low number", file(message9(0, setOf(0, template(3, flowFields)))), bad(1, "a template with the number 3, below 256"))
	f("reserved set", file(message9(0, setOf(5, []byte("abcd")))), bad(1, "a set with the reserved number 5"))
	f("set of length 0", file(message9(0, u16(nil, 256, 0))), bad(1, "a set that is cut short or gives a wrong length"))
	f("set beyond the datagram", file(message9(0, t9, u16(nil, 256, 100, 1))), bad(1, "a set that is cut short or gives a wrong length"))
	wrong := messageIPFIX(0, setOf(2, template(256, flowFields)), flows(256, up))
	wrong[2], wrong[3] = 0xff, 0xff
	f("IPFIX with a wrong length", file(wrong), "0.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +?  out 1460000/1500000/1000 in ?/?/? [192.0.2.1]",
		bad(1, "an IPFIX message that is cut short or gives a wrong length"))
	odd := []field{{8, 3, 0}, {12, 16, 0}, {1, 9, 0}, {152, 65535, 0}}
	f("fields of lengths that they cannot have", file(message9(0, setOf(0, template(256, odd)), setOf(256, append(make([]byte, 28), 0)))), "skipped 1 netflow without addresses")
	huge := []field{{8, 4, 0}, {12, 4, 0}, {1, 8, 0}, {2, 8, 0}, {152, 8, 0}}
	f("counts and times beyond all measure", file(message9(0, setOf(0, template(256, huge)), setOf(256, bytes.Repeat([]byte{0xff}, 32)))),
		"0.000 255.255.255.255:0 > 255.255.255.255:0 unknown_transport +?  out ?/?/? in ?/?/? [192.0.2.1]")
	long := []field{{8, 4, 0}, {12, 4, 0}, {82, 65535, 0}}
	f("a length in the record beyond the set", file(message9(0, setOf(0, template(256, long)), setOf(256, append(make([]byte, 8), 255, 255, 255)))), bad(1, "a record that ends too early"))
	epoch := message9(0, t9, flows(256, up))
	copy(epoch[8:12], []byte{0, 0, 0, 1})
	f("before 1970", file(epoch), bad(1, "a flow that began before 1970 or after 2262"))
	s := sampled(1, 60, ethernetTCP(in, far, 1, 2, syn, 40))
	lie := bytes.Clone(s)
	copy(lie[36+28:], []byte{0xff, 0xff, 0xff, 0xff})
	f("sFlow with 4 G records", file(lie), bad(1, "an sFlow sample with fewer records than it says"))
	lie = bytes.Clone(s)
	copy(lie[28:], []byte{0, 0, 0, 3}) // the expanded form, whose count stands elsewhere
	copy(lie[36+40:], []byte{0xff, 0xff, 0xff, 0xff})
	f("expanded sFlow with 4 G records", file(lie), bad(1, "an sFlow sample with fewer records than it says"))
	lie = bytes.Clone(s)
	copy(lie[24:], []byte{0xff, 0xff, 0xff, 0xff})
	f("sFlow with 4 G samples", file(lie), "0.000 10.20.0.5:1 > 203.0.113.7:2 tcp +?  out 0/40/1 in ?/?/? [192.0.2.9]", bad(1, "sFlow: fewer samples than the header says"))
}

// TestDamage cuts and spoils files: whole datagrams around the damage are read.
func TestDamage(t *testing.T) {
	data := file(legacy5(up), legacy5(ask), legacy5(tell))
	at := HeadBytes + frameHead + 72
	spoilt := bytes.Clone(data)
	spoilt[at+50] ^= 1
	wantLines(t, spoilt, "-60.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +59000  out 1460000/1500000/1000 in ?/?/? [192.0.2.1]",
		"-4.980 10.20.0.5:40000 > 10.20.0.1:53 udp +0  out ?/?/? in 132/160/1 [192.0.2.1]", "bad 2: 112 bytes that are no whole datagram")
	for n := range data {
		rec := formattest.Read(t, Reader{}, data[:n])
		whole := max(0, n-HeadBytes) / 112
		flows := 0
		for _, l := range lines(rec) {
			flows += strings.Count(l, "/1 ") + strings.Count(l, "/1000 ")
		}
		if flows != whole || len(rec.Bads) > 1 {
			t.Fatalf("%d of %d flows in the first %d bytes: %v", flows, whole, n, lines(rec))
		}
	}
	// A frame inside the damage is not lost, and one inside a datagram is not read twice.
	inner := file(legacy5(ask))
	wantLines(t, file(append([]byte("xx"), inner...)), "bad 1: neither NetFlow v5 or v9, IPFIX nor sFlow v5")
}

// TestBounded floods the decoder with names and templates.
func TestBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a few seconds")
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := newDecoder()
	d.flow, d.skip, d.fail = func(*flow) {}, func(string) {}, func(int64, int64, string, []byte) {}
	d.warn = func(*exporter, int64) {}
	var sets [][]byte
	var many []field
	for i := range 500 {
		many = append(many, field{uint16(i%2 + 1), 4, 0})
	}
	for i := range 30 {
		sets = append(sets, setOf(0, template(uint16(256+i), many)))
	}
	big := message9(0, sets...)
	begun := time.Now()
	for i := range 2000 {
		f := Frame{Sender: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1), Datagram: big}
		be.PutUint32(big[16:], uint32(i))
		d.datagram(&f, 0, 0)
		w := Frame{Sender: f.Sender, Datagram: message9(uint32(i), setOf(999, make([]byte, 1400)))}
		d.datagram(&w, 0, 0)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if d.exporters.Len() > maxExporters || d.steps > maxSteps || d.waiting.Len() > maxWaiting || d.held > maxWaitingBytes {
		t.Errorf("%d exporters, %d steps, %d sets of %d bytes", d.exporters.Len(), d.steps, d.waiting.Len(), d.held)
	}
	if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 64<<20 {
		t.Errorf("%d MiB", used>>20)
	}
	t.Logf("%d exporters, %d steps, %s", d.exporters.Len(), d.steps, time.Since(begun))
	runtime.KeepAlive(d)

	one := newDecoder()
	one.fail, one.flow, one.skip = d.fail, d.flow, d.skip
	for i := range 2000 {
		f := Frame{Time: event.Time(i), Sender: exporterAddr, Datagram: message9(0, setOf(0, template(uint16(256+i), flowFields)))}
		one.datagram(&f, 0, 0)
	}
	for _, e := range one.byKey {
		if n := len(e.Value.(*exporter).templates); n != maxTemplates {
			t.Errorf("%d templates", n)
		}
	}
}
