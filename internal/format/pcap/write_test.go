package pcap

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"regexp"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// Ends of the packets of tests.
const (
	pc  = "10.0.0.1"
	far = "192.0.2.1"
)

// began is the time of the first packet of tests, in microseconds.
const began = 1_700_000_000_000_000

// file writes a pcap file.
type file struct {
	b     []byte
	order binary.AppendByteOrder
	nano  bool
	now   int64 // microseconds
}

// newFile begins a file in the byte order of most machines.
func newFile(link linkType) *file { return newFileIn(binary.LittleEndian, false, link) }

func newFileIn(order binary.AppendByteOrder, nano bool, link linkType) *file {
	f := &file{order: order, nano: nano, now: began}
	magic := uint32(0xa1b2c3d4)
	if nano {
		magic = 0xa1b23c4d
	}
	f.b = order.AppendUint32(f.b, magic)
	f.b = order.AppendUint16(f.b, 2)
	f.b = order.AppendUint16(f.b, 4)
	f.b = append(f.b, make([]byte, 8)...)
	f.b = order.AppendUint32(f.b, 65535)
	f.b = order.AppendUint32(f.b, uint32(link))
	return f
}

// frame adds a frame, a millisecond after the one before.
func (f *file) frame(b []byte) *file { return f.cut(b, len(b)) }

// cut adds a frame of which n bytes were captured.
func (f *file) cut(b []byte, n int) *file {
	sub := uint32(f.now % 1_000_000)
	if f.nano {
		sub *= 1000
	}
	for _, v := range []uint32{uint32(f.now / 1_000_000), sub, uint32(n), uint32(len(b))} {
		f.b = f.order.AppendUint32(f.b, v)
	}
	f.b = append(f.b, b[:n]...)
	f.now += 1000
	return f
}

// wait lets time pass.
func (f *file) wait(seconds int64) *file {
	f.now += seconds * 1_000_000
	return f
}

// ether returns an Ethernet frame with layers above it.
func ether(t testing.TB, kind layers.EthernetType, above ...gopacket.SerializableLayer) []byte {
	return serialize(t, append([]gopacket.SerializableLayer{&layers.Ethernet{
		SrcMAC: []byte{2, 0, 0, 0, 0, 1}, DstMAC: []byte{2, 0, 0, 0, 0, 2}, EthernetType: kind,
	}}, above...)...)
}

func serialize(t testing.TB, l ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, l...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// ipLayer returns the header of a datagram of either version.
func ipLayer(src, dst string, proto layers.IPProtocol) (layers.EthernetType, gopacket.SerializableLayer) {
	a, b := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	if a.Is4() {
		return layers.EthernetTypeIPv4, &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: a.AsSlice(), DstIP: b.AsSlice()}
	}
	return layers.EthernetTypeIPv6, &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: a.AsSlice(), DstIP: b.AsSlice()}
}

// udp returns a frame with a UDP datagram.
func udp(t testing.TB, src string, sport uint16, dst string, dport uint16, payload []byte) []byte {
	kind, ip := ipLayer(src, dst, layers.IPProtocolUDP)
	return ether(t, kind, ip, &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: layers.UDPPort(dport)}, gopacket.Payload(payload))
}

// segmentOf is a TCP segment of a test.
type segmentOf struct {
	flags    string // of "SAFRP"
	seq, ack uint32
	payload  string
}

// tcp returns a frame with a TCP segment.
func tcp(t testing.TB, src string, sport uint16, dst string, dport uint16, s segmentOf) []byte {
	kind, ip := ipLayer(src, dst, layers.IPProtocolTCP)
	h := &layers.TCP{SrcPort: layers.TCPPort(sport), DstPort: layers.TCPPort(dport), Seq: s.seq, Ack: s.ack, Window: 1000}
	for _, c := range s.flags {
		switch c {
		case 'S':
			h.SYN = true
		case 'A':
			h.ACK = true
		case 'F':
			h.FIN = true
		case 'R':
			h.RST = true
		case 'P':
			h.PSH = true
		}
	}
	return ether(t, kind, ip, h, gopacket.Payload(s.payload))
}

// dialog is a TCP connection from client to far, written in order.
type dialog struct {
	t        testing.TB
	f        *file
	port     uint16 // of the server
	from     uint16 // of the client
	next     [2]uint32
	src, dst string
}

// dial writes a handshake.
func dial(t testing.TB, f *file, from, port uint16) *dialog {
	d := &dialog{t: t, f: f, from: from, port: port, src: pc, dst: far, next: [2]uint32{7000, 5_000_000}}
	d.send(true, "S", "")
	d.next[0]++
	d.send(false, "SA", "")
	d.next[1]++
	d.send(true, "A", "")
	return d
}

// send writes one segment; orig says that the client sends it.
func (d *dialog) send(orig bool, flags, payload string) *dialog {
	i, src, sport, dst, dport := 0, d.src, d.from, d.dst, d.port
	if !orig {
		i, src, sport, dst, dport = 1, d.dst, d.port, d.src, d.from
	}
	d.f.frame(tcp(d.t, src, sport, dst, dport, segmentOf{flags, d.next[i], d.next[1-i], payload}))
	d.next[i] += uint32(len(payload))
	return d
}

// say writes payload, in segments of the usual size.
func (d *dialog) say(orig bool, payload string) *dialog {
	const most = 1460
	for len(payload) > most {
		d.send(orig, "A", payload[:most])
		payload = payload[most:]
	}
	return d.send(orig, "PA", payload)
}

// hangUp closes both sides.
func (d *dialog) hangUp() *dialog {
	d.send(true, "FA", "")
	d.next[0]++
	d.send(false, "FA", "")
	d.next[1]++
	return d.send(true, "A", "")
}

// dnsQuery returns a DNS message that asks for a name.
func dnsQuery(t testing.TB, id uint16, name string, kind layers.DNSType) []byte {
	return serialize(t, &layers.DNS{ID: id, RD: true, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: kind, Class: layers.DNSClassIN}}})
}

// dnsAnswer returns a DNS message that answers it with addresses.
func dnsAnswer(t testing.TB, id uint16, name string, addrs ...string) []byte {
	m := &layers.DNS{ID: id, QR: true, RD: true, RA: true, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN}}}
	for _, a := range addrs {
		m.Answers = append(m.Answers, layers.DNSResourceRecord{
			Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN, TTL: 60, IP: netip.MustParseAddr(a).AsSlice(),
		})
	}
	return serialize(t, m)
}

// section begins a pcapng file: a section header and interfaces.
func section(order binary.AppendByteOrder, links ...linkType) []byte {
	body := order.AppendUint32(nil, 0x1a2b3c4d)
	body = order.AppendUint16(body, 1)
	body = order.AppendUint16(body, 0)
	body = order.AppendUint64(body, ^uint64(0))
	b := blockOf(order, blockSection, body)
	for _, l := range links {
		b = append(b, interfaceBlock(order, l, 0)...)
	}
	return b
}

// interfaceBlock describes an interface with a resolution of time, 0 for the
// usual one.
func interfaceBlock(order binary.AppendByteOrder, link linkType, resolution byte) []byte {
	body := order.AppendUint16(nil, uint16(link))
	body = order.AppendUint16(body, 0)
	body = order.AppendUint32(body, 65535)
	if resolution != 0 {
		body = order.AppendUint16(body, optResolution)
		body = order.AppendUint16(body, 1)
		body = append(body, resolution, 0, 0, 0)
		body = append(body, 0, 0, 0, 0)
	}
	return blockOf(order, blockInterface, body)
}

// packetBlock holds a packet.
func packetBlock(order binary.AppendByteOrder, iface uint32, ticks uint64, b []byte) []byte {
	body := order.AppendUint32(nil, iface)
	for _, v := range []uint32{uint32(ticks >> 32), uint32(ticks), uint32(len(b)), uint32(len(b))} {
		body = order.AppendUint32(body, v)
	}
	return blockOf(order, blockEnhanced, append(body, b...))
}

func blockOf(order binary.AppendByteOrder, kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	b := order.AppendUint32(nil, kind)
	b = order.AppendUint32(b, uint32(len(body)+12))
	b = append(b, body...)
	return order.AppendUint32(b, uint32(len(body)+12))
}

func newBytes(b []byte) *bytes.Reader { return bytes.NewReader(b) }

var uidPattern = regexp.MustCompile(`UID="[^"]*"`)

// withoutUID drops the uid from a record's text: it depends on where the packet
// lies.
func withoutUID(text string) string { return uidPattern.ReplaceAllString(text, "UID") }
