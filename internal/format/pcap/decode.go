package pcap

import (
	"encoding/binary"
	"fmt"

	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
)

// packet is one IP datagram, as it reaches the flow table.
type packet struct {
	ts       event.Time
	offset   int64 // of the frame
	number   int64 // of the frame
	src, dst addr
	proto    layers.IPProtocol
	length   int    // of the datagram, by its header
	sport    uint16 // or the ICMP type
	dport    uint16 // or the ICMP code
	payload  []byte // as captured
	size     int    // of the payload on the wire, at least that of payload
	seq, ack uint32 // of TCP, as are the next two
	window   uint16
	flags    tcpFlags
}

// verdict says what became of a frame. It is small, for it is handed on through
// all layers of each packet.
type verdict struct {
	fate   fate
	reason string // what is damaged, in words; which kind of traffic is passed over
}

type fate uint8

const (
	taken   fate = iota // the table has it, or it waits for other fragments
	broken              // it is damaged
	passed              // it is nothing for us
	foreign             // its link type is not read
)

func damage(reason string) verdict { return verdict{broken, reason} }

func damaged(what string, err error) verdict { return damage(what + ": " + err.Error()) }

func pass(kind string) verdict { return verdict{passed, kind} }

const (
	// maxLayers is how many headers below each other are taken off a frame:
	// tags, labels, extension headers.
	maxLayers = 24
	// maxTunnels is how many tunnels inside one another are opened.
	maxTunnels = 4
)

// decoder takes layers off frames. Its layers are used again and again.
type decoder struct {
	p packet

	tag   layers.Dot1Q
	sll   layers.LinuxSLL
	sll2  layers.LinuxSLL2
	loop  layers.Loopback
	ip4   layers.IPv4
	gre   layers.GRE
	vxlan layers.VXLAN

	fragments fragments
	tunnels   int                          // taken off the present frame
	outer     func(p *packet, kind string) // is told of a tunnel, with the datagram around it
	packet    func(p *packet)              // is given each datagram
	none      nothing                      // for layers that report cuts: lengths tell us
}

// nothing is a gopacket.DecodeFeedback that nobody listens to.
type nothing struct{}

// SetTruncated implements gopacket.DecodeFeedback.
func (nothing) SetTruncated() {}

// frame hands what a frame holds to d.packet.
func (d *decoder) frame(f *frame) (v verdict) {
	defer func() {
		if r := recover(); r != nil { // the layers' decoders are not ours
			v = damage(fmt.Sprintf("a packet that cannot be taken apart: %v", r))
		}
	}()
	d.p = packet{ts: f.ts, offset: f.offset, number: f.number}
	d.tunnels = 0
	b := f.data
	switch f.link {
	case linkEthernet:
		return d.ethernet(b)
	case linkRaw, linkRaw12, linkRaw14, linkIPv4, linkIPv6:
		return d.ip(b)
	case linkSLL:
		if err := d.sll.DecodeFromBytes(b, d.none); err != nil {
			return damaged("Linux cooked header", err)
		}
		return d.ether(uint16(d.sll.EthernetType), d.sll.Payload)
	case linkSLL2:
		if err := d.sll2.DecodeFromBytes(b, d.none); err != nil {
			return damaged("Linux cooked header", err)
		}
		return d.ether(uint16(d.sll2.ProtocolType), d.sll2.Payload)
	case linkNull, linkLoop:
		return d.loopback(b)
	case linkPPP, linkPPPHDLC:
		return d.ppp(b)
	}
	return verdict{fate: foreign}
}

func (d *decoder) ethernet(b []byte) verdict {
	const header = 14
	if len(b) < header {
		return damage("Ethernet header: too short")
	}
	return d.ether(binary.BigEndian.Uint16(b[12:]), b[header:])
}

// loopback reads LINKTYPE_NULL and LINKTYPE_LOOP: a protocol family that differs
// between systems, so the datagram's own version decides.
func (d *decoder) loopback(b []byte) verdict {
	if err := d.loop.DecodeFromBytes(b, d.none); err != nil {
		return damaged("loopback header", err)
	}
	return d.ip(d.loop.Payload)
}

// ppp reads a PPP frame (RFC 1661), with or without HDLC's address and control.
func (d *decoder) ppp(b []byte) verdict {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0x03 {
		b = b[2:]
	}
	if len(b) < 2 {
		return damage("PPP header: too short")
	}
	proto, n := uint16(b[0]), 1
	if b[0]&1 == 0 {
		proto, n = binary.BigEndian.Uint16(b), 2
	}
	switch proto {
	case 0x0021, 0x0057:
		return d.ip(b[n:])
	}
	return pass("ppp control")
}

// Types of Ethernet payload beyond those that package layers names.
const (
	etherERSPAN1and2 = 0x88be
	etherERSPAN3     = 0x22eb
	etherPPP         = 0x880b
	etherQinQOld     = 0x9100
)

// ether goes on behind a link layer, by the number of what follows.
func (d *decoder) ether(kind uint16, b []byte) verdict {
	for range maxLayers {
		switch layers.EthernetType(kind) {
		case layers.EthernetTypeIPv4, layers.EthernetTypeIPv6:
			return d.ip(b)
		case layers.EthernetTypeDot1Q, layers.EthernetTypeQinQ, etherQinQOld:
			if err := d.tag.DecodeFromBytes(b, d.none); err != nil {
				return damaged("VLAN tag", err)
			}
			kind, b = uint16(d.tag.Type), d.tag.Payload
		case layers.EthernetTypeMPLSUnicast, layers.EthernetTypeMPLSMulticast:
			for bottom := false; !bottom; b = b[4:] {
				if len(b) < 4 {
					return damage("MPLS label: too short")
				}
				bottom = b[2]&1 != 0
			}
			return d.ip(b)
		case layers.EthernetTypePPPoESession:
			if len(b) < 6 {
				return damage("PPPoE header: too short")
			}
			return d.ppp(b[6:])
		case layers.EthernetTypeARP:
			return pass("arp")
		default:
			if kind < 0x600 {
				return pass("llc")
			}
			return pass("other than IP")
		}
	}
	return damage("too many VLAN tags")
}

// ip reads a datagram of either version.
func (d *decoder) ip(b []byte) verdict {
	if len(b) == 0 {
		return damage("an empty IP datagram")
	}
	switch b[0] >> 4 {
	case 4:
		return d.ipv4(b)
	case 6:
		return d.ipv6(b)
	}
	return damage("neither IPv4 nor IPv6")
}

func (d *decoder) ipv4(b []byte) verdict {
	const least = 20
	if len(b) < least {
		return damage(fmt.Sprintf("IPv4 header: %d bytes of 20", len(b)))
	}
	p := &d.p
	p.length = int(binary.BigEndian.Uint16(b[2:]))
	if p.length == 0 { // left to the network card, and larger than the field
		p.length = len(b)
	}
	header := int(b[0]&0xf) * 4
	if header != least || p.length < least { // options, or damage
		if err := d.ip4.DecodeFromBytes(b, d.none); err != nil {
			return damaged("IPv4 header", err)
		}
	}
	p.src, p.dst = addr4(b[12:]), addr4(b[16:])
	proto, size := layers.IPProtocol(b[9]), p.length-header
	part, payload := binary.BigEndian.Uint16(b[6:]), b[header:min(len(b), p.length)]
	if part&^notFragmented != 0 {
		id := fragmentKey{src: p.src, dst: p.dst, id: uint32(binary.BigEndian.Uint16(b[4:])), proto: proto}
		return d.fragment(id, fragment{at: int(part&0x1fff) * 8, last: part&moreFragments == 0, data: payload, size: size}, header)
	}
	return d.transport(proto, payload, size)
}

// Bits of an IPv4 header beside the place of a fragment (RFC 791 section 3.1).
const (
	moreFragments = 0x2000
	notFragmented = 0xc000 // the others: reserved, may not be fragmented
)

// ipv6 reads the header and those that extend it (RFC 8200 section 4).
func (d *decoder) ipv6(b []byte) verdict {
	const header = 40
	if len(b) < header {
		return damage(fmt.Sprintf("IPv6 header: %d bytes of 40", len(b)))
	}
	p := &d.p
	p.src, p.dst = addr6(b[8:]), addr6(b[24:])
	size := int(binary.BigEndian.Uint16(b[4:]))
	if size == 0 { // a jumbogram, or left to the network card
		size = len(b) - header
	}
	p.length = header + size
	next := layers.IPProtocol(b[6])
	b = b[header:min(len(b), p.length)]
	for range maxLayers {
		length := 0
		switch next {
		case layers.IPProtocolIPv6HopByHop, layers.IPProtocolIPv6Routing, layers.IPProtocolIPv6Destination, protoMobility:
			if len(b) >= 8 {
				length = int(b[1])*8 + 8
			}
		case layers.IPProtocolAH:
			if len(b) >= 8 {
				length = int(b[1])*4 + 8
			}
		case layers.IPProtocolIPv6Fragment:
			if len(b) < 8 {
				return damage("IPv6 fragment header: too short")
			}
			field := binary.BigEndian.Uint16(b[2:])
			if field&^6 == 0 { // the only fragment (RFC 6946)
				next, b, size = layers.IPProtocol(b[0]), b[8:], size-8
				continue
			}
			id := fragmentKey{src: p.src, dst: p.dst, id: binary.BigEndian.Uint32(b[4:]), proto: layers.IPProtocol(b[0])}
			return d.fragment(id, fragment{at: int(field &^ 7), last: field&1 == 0, data: b[8:], size: size - 8}, header)
		default:
			return d.transport(next, b, size)
		}
		if length == 0 || length > len(b) {
			return damage("IPv6 extension header: longer than the packet")
		}
		next, b, size = layers.IPProtocol(b[0]), b[length:], size-length
	}
	return damage("too many IPv6 extension headers")
}

// protoMobility is the IPv6 mobility header (RFC 6275).
const protoMobility layers.IPProtocol = 135

// fragment takes in a part of a datagram, and goes on with the whole once it is
// complete. header is the length of the IP header.
func (d *decoder) fragment(id fragmentKey, part fragment, header int) verdict {
	if part.size < 0 || part.at+part.size > maxDatagram {
		return damage("an IP fragment beyond the end of a datagram")
	}
	if len(part.data) < part.size {
		return damage("an IP fragment that was not captured whole")
	}
	part.data = part.data[:part.size]
	whole := d.fragments.add(id, part, &d.p)
	if whole == nil {
		return verdict{}
	}
	d.p.length = header + len(whole)
	return d.transport(id.proto, whole, len(whole))
}

// transport reads what a datagram carries. size is its length on the wire.
func (d *decoder) transport(proto layers.IPProtocol, b []byte, size int) verdict {
	p := &d.p
	p.proto, p.sport, p.dport = proto, 0, 0
	if size < 0 {
		return damage("IP header: longer than the datagram")
	}
	switch proto {
	case layers.IPProtocolTCP:
		if reason := p.readTCP(b, size); reason != "" {
			return damage(reason)
		}
	case layers.IPProtocolUDP:
		if reason := p.readUDP(b, size); reason != "" {
			return damage(reason)
		}
		if p.dport == portVXLAN || p.dport == portGeneve {
			d.carried()
		}
	case layers.IPProtocolICMPv4, layers.IPProtocolICMPv6:
		if len(b) < 8 && size >= 8 || len(b) < 4 {
			return damage("ICMP header: too short")
		}
		p.sport, p.dport = uint16(b[0]), uint16(b[1])
		p.payload, p.size = b[min(8, len(b)):], max(size-8, 0)
	case layers.IPProtocolGRE:
		return d.generic(b, size)
	case layers.IPProtocolIPv4, layers.IPProtocolIPv6:
		if v, ok := d.inside("Tunnel::IP", b, d.ip); ok {
			return v
		}
		p.payload, p.size = b, size
	default:
		p.payload, p.size = b, size
	}
	p.size = max(p.size, len(p.payload))
	d.packet(p)
	return verdict{}
}

// generic reads a GRE tunnel (RFC 2784), Cisco's mirrored traffic (ERSPAN) and
// PPTP among them.
func (d *decoder) generic(b []byte, size int) verdict {
	p := &d.p
	p.payload, p.size = b, max(size, len(b))
	if err := d.gre.DecodeFromBytes(b, d.none); err != nil {
		return damaged("GRE header", err)
	}
	inner, open := d.gre.Payload, d.ip
	switch d.gre.Protocol {
	case layers.EthernetTypeIPv4, layers.EthernetTypeIPv6:
	case layers.EthernetTypeTransparentEthernetBridging:
		open = d.ethernet
	case etherPPP:
		open = d.ppp
	case etherERSPAN1and2:
		if open = d.ethernet; d.gre.SeqPresent {
			inner = inner[min(len(inner), 8):]
		}
	case etherERSPAN3:
		n := 12
		if len(inner) >= n && inner[11]&1 != 0 {
			n += 8
		}
		inner, open = inner[min(len(inner), n):], d.ethernet
	default:
		d.packet(p)
		return verdict{}
	}
	if v, ok := d.inside("Tunnel::GRE", inner, open); ok {
		return v
	}
	d.packet(p)
	return verdict{}
}

// Ports of tunnels over UDP.
const (
	portVXLAN  = 4789
	portGeneve = 6081
)

// carried opens what a UDP datagram carries, when that is a tunnel. The datagram
// itself counts too, as with Zeek: what says to be a tunnel may be none.
func (d *decoder) carried() {
	p, outer := &d.p, d.p
	b := p.payload
	switch p.dport {
	case portVXLAN:
		// The reserved bits are 0 (RFC 7348 section 5); a client may call from the port.
		if d.vxlan.DecodeFromBytes(b, d.none) == nil && b[0] == 0x08 && b[1]|b[2]|b[3]|b[7] == 0 {
			d.inside("Tunnel::VXLAN", d.vxlan.Payload, d.ethernet)
		}
	case portGeneve:
		if len(b) < 8 || b[0]>>6 != 0 || 8+int(b[0]&0x3f)*4 > len(b) || b[1]&0x3f != 0 || b[7] != 0 {
			return
		}
		open := d.ip
		switch layers.EthernetType(binary.BigEndian.Uint16(b[2:])) {
		case layers.EthernetTypeTransparentEthernetBridging:
			open = d.ethernet
		case layers.EthernetTypeIPv4, layers.EthernetTypeIPv6:
		default:
			return
		}
		d.inside("Tunnel::GENEVE", b[8+int(b[0]&0x3f)*4:], open)
	}
	*p = outer
}

// inside opens a tunnel. When what it carries is no packet, ok is false and the
// datagram around it stands as before.
func (d *decoder) inside(kind string, b []byte, open func([]byte) verdict) (v verdict, ok bool) {
	if d.tunnels == maxTunnels {
		return v, false
	}
	d.tunnels++
	outer := d.p
	v = open(b)
	if v.fate == broken {
		d.p = outer
		return v, false
	}
	d.outer(&outer, kind)
	return v, true
}
