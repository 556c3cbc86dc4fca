package pcap

import (
	"bytes"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// byLayers reads an Ethernet frame with IPv4 and TCP or UDP by package layers
// alone. It is ok when there is no damage, plain when nothing else lies in the
// frame.
func byLayers(b []byte) (p packet, ok, plain bool) {
	var (
		eth  layers.Ethernet
		ip   layers.IPv4
		tcp  layers.TCP
		udp  layers.UDP
		none nothing
	)
	if eth.DecodeFromBytes(b, none) != nil {
		return p, false, true
	}
	if eth.EthernetType != layers.EthernetTypeIPv4 || len(eth.Payload) == 0 || eth.Payload[0]>>4 != 4 {
		return p, false, false
	}
	if ip.DecodeFromBytes(eth.Payload, none) != nil {
		return p, false, true
	}
	if ip.FragOffset != 0 || ip.Flags&layers.IPv4MoreFragments != 0 {
		return p, false, false
	}
	var l gopacket.DecodingLayer
	switch ip.Protocol {
	case layers.IPProtocolTCP:
		l = &tcp
	case layers.IPProtocolUDP:
		l = &udp
	default:
		return p, false, false
	}
	if l.DecodeFromBytes(ip.Payload, none) != nil {
		return p, false, true
	}
	p.src, p.dst = addr6(ip.SrcIP.To16()), addr6(ip.DstIP.To16())
	p.proto, p.payload = ip.Protocol, l.LayerPayload()
	if ip.Protocol == layers.IPProtocolUDP {
		p.sport, p.dport = uint16(udp.SrcPort), uint16(udp.DstPort)
		return p, true, p.dport != portVXLAN && p.dport != portGeneve
	}
	p.sport, p.dport, p.seq, p.ack, p.window = uint16(tcp.SrcPort), uint16(tcp.DstPort), tcp.Seq, tcp.Ack, tcp.Window
	for _, k := range []struct {
		set  bool
		flag tcpFlags
	}{{tcp.FIN, flagFIN}, {tcp.SYN, flagSYN}, {tcp.RST, flagRST}, {tcp.PSH, flagPSH}, {tcp.ACK, flagACK}, {tcp.URG, flagURG}} {
		if k.set {
			p.flags |= k.flag
		}
	}
	return p, true, true
}

// FuzzHeaders compares the headers that are read here with what package layers
// reads in them: the same frames are damaged, and the others say the same.
func FuzzHeaders(f *testing.F) {
	const ipAt, tcpAt = 14, 14 + 20
	segment := tcp(f, pc, 1025, far, 80, segmentOf{"PA", 7, 8, "payload"})
	edit := func(b []byte, at int, v ...byte) []byte { b = bytes.Clone(b); copy(b[at:], v); return b }
	for _, b := range [][]byte{
		segment, udp(f, pc, 1025, far, 80, []byte("payload")),
		append(bytes.Clone(segment), 0, 0, 0),                 // padding of Ethernet
		edit(segment, ipAt+2, 0, 0),                           // no length
		edit(segment, ipAt, 0x46),                             // options that are none
		edit(segment, ipAt, 0x46, 0, 0, 47, 0, 0, 0, 0, 9, 6), // a length with them
		edit(segment, tcpAt+12, 0x60, 0xff), edit(segment, tcpAt+12, 0x60, 2, 0, 0, 0, 0, 0, 0, 30, 1), edit(segment, tcpAt+12, 0x40), edit(segment, tcpAt+12, 0xf0),
	} {
		for n := range len(b) + 1 {
			f.Add(b[:n])
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, ok, plain := byLayers(data)
		if !plain {
			return
		}
		var got packet
		read := false
		d := decoder{outer: func(*packet, string) {}, packet: func(p *packet) { got, read = *p, true }}
		v := d.frame(&frame{link: linkEthernet, data: data})
		if read != ok || ok == (v.fate == broken) {
			t.Fatalf("read %v, damaged %q; package layers: %v", read, v.reason, ok)
		}
		if !ok {
			return
		}
		if !bytes.Equal(got.payload, want.payload) || got.size < len(got.payload) {
			t.Fatalf("payload %x of %d bytes, want %x", got.payload, got.size, want.payload)
		}
		if got.describes() != want.describes() {
			t.Fatalf("got %+v, want %+v", got.describes(), want.describes())
		}
	})
}

// described is what of a packet can be compared.
type described struct {
	src, dst     addr
	sport, dport uint16
	proto        layers.IPProtocol
	seq, ack     uint32
	window       uint16
	flags        tcpFlags
}

func (p *packet) describes() described {
	return described{p.src, p.dst, p.sport, p.dport, p.proto, p.seq, p.ack, p.window, p.flags & (flagURG<<1 - 1)}
}
