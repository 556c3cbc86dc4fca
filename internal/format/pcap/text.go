package pcap

import (
	"fmt"
	"strings"
	"time"

	"github.com/gopacket/gopacket/layers"
)

// describe says in one line what a frame is, for people: time, ends, protocol
// and lengths, and the name that a look-up asks for. It shows no payload, for
// that may hold passwords and patients.
func describe(f *frame) string {
	var b strings.Builder
	b.WriteString(f.ts.Std().Format(time.RFC3339Nano))
	var d decoder
	told := false
	d.outer = func(p *packet, kind string) { fmt.Fprintf(&b, " %s %s > %s", kind, p.src, p.dst) }
	d.packet = func(p *packet) { told = true; describePacket(&b, p) }
	v := d.frame(f)
	switch {
	case v.fate == broken:
		b.WriteString(" damaged: " + v.reason)
	case v.fate == passed:
		b.WriteString(" " + v.reason)
	case v.fate == foreign:
		fmt.Fprintf(&b, " link type %d", f.link)
	case !told:
		fmt.Fprintf(&b, " IP fragment %s > %s", d.p.src, d.p.dst)
	}
	fmt.Fprintf(&b, " frame=%d", f.length)
	if len(f.data) < f.length {
		fmt.Fprintf(&b, " captured=%d", len(f.data))
	}
	return b.String()
}

func describePacket(b *strings.Builder, p *packet) {
	switch p.proto {
	case layers.IPProtocolTCP:
		fmt.Fprintf(b, " %s %d > %s %d tcp %s seq=%d ack=%d win=%d", p.src, p.sport, p.dst, p.dport, p.flags, p.seq, p.ack, p.window)
	case layers.IPProtocolUDP:
		fmt.Fprintf(b, " %s %d > %s %d udp", p.src, p.sport, p.dst, p.dport)
		describeLookup(b, p)
	case layers.IPProtocolICMPv4, layers.IPProtocolICMPv6:
		fmt.Fprintf(b, " %s > %s icmp type=%d code=%d", p.src, p.dst, p.sport, p.dport)
	default:
		fmt.Fprintf(b, " %s > %s protocol=%d", p.src, p.dst, uint8(p.proto))
	}
	fmt.Fprintf(b, " payload=%d", p.size)
}

// describeLookup names what a datagram of DNS asks for.
func describeLookup(b *strings.Builder, p *packet) {
	netbios := p.sport == portNetBIOS || p.dport == portNetBIOS
	if !netbios && p.sport != portDNS && p.dport != portDNS {
		return
	}
	m := dnsMessage{netbios: netbios}
	if !m.header(p.payload) {
		return
	}
	m.parse(p.payload)
	kind := "query"
	if m.response {
		kind = "answer"
	}
	fmt.Fprintf(b, " dns %s id=%d", kind, m.id)
	for _, q := range m.asked {
		fmt.Fprintf(b, " %q type=%d", m.text[q.from:q.to], q.qtype)
	}
}
