package pcap

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// aDatagram is one, from its IP header on, that asks for a name.
func aDatagram(t testing.TB) []byte {
	return udp(t, pc, 40000, far, 53, dnsQuery(t, 7, "example.org", layers.DNSTypeA))[14:]
}

const asked = "10.0.0.1 example.org"

// lookedUp says who asked for what.
func lookedUp(r *formattest.Recorder) string {
	var out []string
	for _, rec := range r.Records {
		if e, ok := rec.Event.(event.DNS); ok {
			out = append(out, e.Orig.String()+" "+string(e.Query))
		}
	}
	return strings.Join(out, "; ")
}

// TestLinks reads one datagram out of each link layer and tunnel.
func TestLinks(t *testing.T) {
	raw := aDatagram(t)
	eth := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeIPv4}
	inner := serialize(t, eth, gopacket.Payload(raw))
	f := func(name string, link linkType, tunnel string, parts ...[]byte) {
		t.Helper()
		got := formattest.Read(t, Reader{}, newFile(link).frame(slices.Concat(parts...)).b)
		if len(got.Bads) > 0 || lookedUp(got) != asked {
			t.Errorf("%s: %q, bad %+v", name, lookedUp(got), got.Bads)
		}
		kind := ""
		for _, r := range got.Records {
			if e, ok := r.Event.(event.Tunnel); ok {
				kind = string(e.Type)
			}
		}
		if kind != tunnel {
			t.Errorf("%s: tunnel %q, want %q", name, kind, tunnel)
		}
	}
	mac := make([]byte, 12)
	f("Ethernet", linkEthernet, "", inner)
	f("VLAN", linkEthernet, "", mac, []byte{0x81, 0, 0, 5, 8, 0}, raw)
	f("QinQ", linkEthernet, "", mac, []byte{0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 8, 0}, raw)
	f("MPLS", linkEthernet, "", mac, []byte{0x88, 0x47, 0, 0, 0, 9, 0, 0, 1, 9}, raw)
	f("PPPoE", linkEthernet, "", mac, []byte{0x88, 0x64, 0x11, 0, 0, 1, 0, 0, 0, 0x21}, raw)
	f("raw", linkRaw, "", raw)
	f("raw 12", linkRaw12, "", raw)
	f("IPv4", linkIPv4, "", raw)
	f("null", linkNull, "", []byte{2, 0, 0, 0}, raw)
	f("loop", linkLoop, "", []byte{0, 0, 0, 2}, raw)
	f("PPP", linkPPP, "", []byte{0xff, 3, 0, 0x21}, raw)
	f("PPP, short", linkPPP, "", []byte{0x21}, raw)
	f("SLL", linkSLL, "", []byte{0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0}, raw)
	f("SLL2", linkSLL2, "", []byte{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}, raw)

	carry := func(proto layers.IPProtocol, head ...byte) func(b []byte) []byte {
		return func(b []byte) []byte {
			_, ip := ipLayer("198.51.100.1", "198.51.100.2", proto)
			return serialize(t, ip, gopacket.Payload(slices.Concat(head, b)))
		}
	}
	f("GRE", linkRaw, "Tunnel::GRE", carry(layers.IPProtocolGRE, 0, 0, 8, 0)(raw))
	f("GRE, key", linkRaw, "Tunnel::GRE", carry(layers.IPProtocolGRE, 0x20, 0, 8, 0, 0, 0, 0, 1)(raw))
	f("GRE, Ethernet", linkRaw, "Tunnel::GRE", carry(layers.IPProtocolGRE, 0, 0, 0x65, 0x58)(inner))
	f("ERSPAN", linkRaw, "Tunnel::GRE", carry(layers.IPProtocolGRE, 0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0)(inner))
	f("IP in IP", linkRaw, "Tunnel::IP", carry(layers.IPProtocolIPv4)(raw))
	f("IP in IP in IP", linkRaw, "Tunnel::IP", carry(layers.IPProtocolIPv4)(carry(layers.IPProtocolIPv4)(raw)))
	over := func(port uint16, b []byte) []byte { return udp(t, "198.51.100.1", 9, "198.51.100.2", port, b)[14:] }
	f("VXLAN", linkRaw, "Tunnel::VXLAN", over(portVXLAN, append([]byte{8, 0, 0, 0, 0, 0, 1, 0}, inner...)))
	f("Geneve", linkRaw, "Tunnel::GENEVE", over(portGeneve, append([]byte{0, 0, 0x65, 0x58, 0, 0, 1, 0}, inner...)))

	// A client may call from the port of a tunnel: what comes back is none.
	answer := udp(t, far, 53, pc, portVXLAN, dnsAnswer(t, 0x0801, "example.org", far))
	if got := formattest.Read(t, Reader{}, newFile(linkEthernet).frame(answer).b); got.Counts()["tunnel"] > 0 || lookedUp(got) != asked {
		t.Error(got.Texts())
	}

	// Extension headers of IPv6: hop by hop, then destination options.
	_, v6 := ipLayer("2001:db8::1", "2001:db8::2", layers.IPProtocolIPv6Destination)
	body := serialize(t, &layers.UDP{SrcPort: 40000, DstPort: 53}, gopacket.Payload(dnsQuery(t, 7, "example.org", layers.DNSTypeA)))
	got := formattest.Read(t, Reader{}, newFile(linkRaw).frame(serialize(t, v6, gopacket.Payload(slices.Concat([]byte{17, 0, 1, 4, 0, 0, 0, 0}, body)))).b)
	if lookedUp(got) != "2001:db8::1 example.org" || len(got.Bads) > 0 {
		t.Error(lookedUp(got), got.Bads)
	}
}

// TestFragments joins the fragments of one datagram in any order, and says what
// is missing.
func TestFragments(t *testing.T) {
	raw := aDatagram(t)
	part := func(from, to int, more bool) []byte {
		b := slices.Concat(raw[:20], raw[20+from:20+to])
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		field := uint16(from / 8)
		if more {
			field |= 0x2000
		}
		binary.BigEndian.PutUint16(b[6:], field)
		return b
	}
	n := len(raw) - 20
	f := func(want string, bads int, parts ...[]byte) {
		t.Helper()
		file := newFile(linkRaw)
		for _, b := range parts {
			file.frame(b)
		}
		got := formattest.Read(t, Reader{}, file.b)
		if lookedUp(got) != want || len(got.Bads) != bads {
			t.Errorf("%q, bad %+v", lookedUp(got), got.Bads)
		}
	}
	a, b, c := part(0, 16, true), part(16, 24, true), part(24, n, false)
	f(asked, 0, a, b, c)
	f(asked, 0, c, b, a)
	f(asked, 0, b, b, c, c, a)
	f(asked, 0, a, part(8, n, false)) // overlapping
	f("", 1, a, b)                    // the end is missing
	f("", 1, b, c)
	f("", 1, part(16, 24, true), part(32, n, false)) // a hole
	spoilt := part(8, n, false)
	copy(spoilt[20:], bytes.Repeat([]byte{'x'}, 8))
	f(asked, 0, a, spoilt) // what came first counts
}

// TestDamaged counts frames that are broken, with their places, and goes on.
func TestDamaged(t *testing.T) {
	good := udp(t, pc, 40000, far, 53, dnsQuery(t, 7, "example.org", layers.DNSTypeA))
	f := func(reason string, b []byte) {
		t.Helper()
		file := newFile(linkEthernet).frame(b).frame(good)
		got := formattest.Read(t, Reader{}, file.b)
		if len(got.Bads) != 1 || got.Bads[0].Offset != fileHeader || got.Bads[0].Line != 1 || !strings.Contains(got.Bads[0].Reason, reason) || lookedUp(got) != asked {
			t.Errorf("%s: %+v, %q", reason, got.Bads, lookedUp(got))
		}
	}
	edit := func(at int, v ...byte) []byte { b := bytes.Clone(good); copy(b[at:], v); return b }
	f("Ethernet header", good[:10])
	f("IPv4 header", good[:20])
	f("neither IPv4 nor IPv6", edit(14, 0xf5))
	f("IPv4 header", edit(14, 0x44))
	f("UDP header", good[:36])
	f("UDP header: a length of 3 bytes", edit(14+20+4, 0, 3))
	f("TCP header", edit(14+9, 6, 0, 0, 0, 0, 0))
	f("too many VLAN tags", slices.Concat(make([]byte, 12), bytes.Repeat([]byte{0x81, 0, 0, 1}, 40), []byte{8, 0}))
	f("DNS: a question", edit(14+20+8+12, 0x3f))
}

// TestSnapshot reads packets that the capture cut off: the bytes on the wire
// count, what is missing of a stream is said.
func TestSnapshot(t *testing.T) {
	file := newFile(linkEthernet)
	d := dial(t, file, 1025, 80)
	whole := tcp(t, pc, 1025, far, 80, segmentOf{"PA", d.next[0], d.next[1], strings.Repeat("x", 1000)})
	file.cut(whole, 96)
	if got, want := conns(t, file), "1025>80 S1 ShAD 1000/0 3+1 -0"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got := formattest.Read(t, Reader{}, file.b)
	if len(got.Bads) > 0 {
		t.Error(got.Bads)
	}
}

// TestContainerDamage puts junk between packets and cuts files off: the packets
// around it are read, and what is not is counted.
func TestContainerDamage(t *testing.T) {
	f := func(name string, data []byte, names, bads int) {
		t.Helper()
		got := formattest.Read(t, Reader{}, data)
		if n := got.Counts()["dns"]; n != names || len(got.Bads) != bads {
			t.Errorf("%s: %d look-ups, want %d; bad %+v", name, n, names, got.Bads)
		}
		for _, b := range got.Bads {
			if b.Offset >= int64(len(data)) || b.Reason == "" {
				t.Errorf("%s: %+v", name, b)
			}
		}
	}
	ask := func(i int) []byte {
		return udp(t, pc, 40000, far, 53, dnsQuery(t, uint16(i), fmt.Sprint("n", i, ".example.org"), layers.DNSTypeA))
	}
	one := func(n int) *file {
		f := newFile(linkEthernet)
		for i := range n {
			f.frame(ask(i))
		}
		return f
	}
	four := one(4).b
	size := (len(four) - fileHeader) / 4
	second := fileHeader + size
	junk := bytes.Repeat([]byte{0xee}, 1000)
	f("junk", slices.Concat(four[:second], junk, four[second:]), 4, 1)
	f("cut", four[:len(four)-3], 3, 1)
	f("cut in a header", four[:len(four)-size+5], 3, 1)
	f("two files", slices.Concat(four, four), 8, 0)
	f("two files of two orders", slices.Concat(four, newFileIn(binary.BigEndian, true, linkEthernet).frame(ask(9)).b), 5, 0)
	long := bytes.Clone(four)
	binary.LittleEndian.PutUint32(long[second+8:], 0xfffffff0)
	f("a length of 4 GB", long, 3, 1)
	f("only a header", four[:fileHeader], 0, 0)

	le := binary.LittleEndian
	ng := section(le, linkEthernet)
	blocks := func(n int) (b []byte) {
		for i := range n {
			b = append(b, packetBlock(le, 0, uint64(began+i*1000), ask(i))...)
		}
		return b
	}
	f("pcapng", slices.Concat(ng, blocks(3)), 3, 0)
	f("pcapng, junk", slices.Concat(ng, blocks(2), junk, blocks(2)), 4, 1)
	f("pcapng, names and statistics", slices.Concat(ng, blockOf(le, blockNames, junk), blocks(1), blockOf(le, blockStats, junk)), 1, 0)
	f("pcapng, two sections of two orders", slices.Concat(ng, blocks(1), section(binary.BigEndian, linkEthernet), packetBlock(binary.BigEndian, 0, began, ask(7))), 2, 0)
	f("pcapng, no such interface", slices.Concat(ng, packetBlock(le, 5, began, ask(1)), blocks(1)), 1, 1)
	f("pcapng, simple packet", slices.Concat(ng, blockOf(le, blockSimple, le.AppendUint32(nil, 60)), blocks(1)), 1, 1)
	f("pcapng, cut", slices.Concat(ng, blocks(2))[:len(ng)+40], 0, 1)
	f("pcapng, two link types", slices.Concat(section(le, linkEthernet, linkRaw), packetBlock(le, 1, began, aDatagram(t)), blocks(1)), 2, 0)
	f("pcapng, impossible resolution", slices.Concat(section(le), interfaceBlock(le, linkEthernet, 0x7f), packetBlock(le, 0, began, ask(1))), 0, 2)

	nano := slices.Concat(section(le), interfaceBlock(le, linkEthernet, 9), packetBlock(le, 0, began*1000+999, ask(1)))
	if r := formattest.Read(t, Reader{}, nano).Records; len(r) != 2 || r[0].Event.(event.DNS).TS != began {
		t.Error(r)
	}
}
