package pcap

import (
	"encoding/binary"
	"net"

	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
)

// Ports of DHCP (RFC 2131).
const (
	portDHCPServer = 67
	portDHCPClient = 68
	// maxLeases is how many conversations wait for their end.
	maxLeases = 1024
)

// lease is a DHCP conversation: what the client asked for, and what it got.
type lease struct {
	xid    uint32
	mac    [6]byte
	record event.DHCP
}

// leases joins the messages of conversations.
type leases struct {
	sink  *sink
	layer layers.DHCPv4
	open  []*lease // by age
}

// take takes in a message and reports whether it is one of DHCP.
func (l *leases) take(c *conn, p *packet) bool {
	m := &l.layer
	if err := m.DecodeFromBytes(p.payload, nothing{}); err != nil {
		l.sink.Bad(p.offset, p.number, "DHCP: "+err.Error(), p.payload)
		return false
	}
	kind := layers.DHCPMsgTypeUnspecified
	for _, o := range m.Options {
		if o.Type == layers.DHCPOptMessageType && len(o.Data) == 1 {
			kind = layers.DHCPMsgType(o.Data[0])
		}
	}
	s := l.find(c, p)
	switch kind {
	case layers.DHCPMsgTypeDiscover, layers.DHCPMsgTypeRequest, layers.DHCPMsgTypeInform:
		s.asked(m)
	case layers.DHCPMsgTypeOffer:
		s.server(p)
	case layers.DHCPMsgTypeAck:
		s.server(p)
		s.granted(m)
		l.give(s)
	case layers.DHCPMsgTypeNak, layers.DHCPMsgTypeRelease, layers.DHCPMsgTypeDecline:
		s.asked(m)
		l.give(s)
	}
	return true
}

// find returns the conversation that a message belongs to, a new one for the
// first.
func (l *leases) find(c *conn, p *packet) *lease {
	m := &l.layer
	var mac [6]byte
	copy(mac[:], m.ClientHWAddr)
	for _, s := range l.open {
		if s.xid == m.Xid && s.mac == mac {
			return s
		}
	}
	if len(l.open) == maxLeases {
		l.give(l.open[0])
	}
	s := &lease{xid: m.Xid, mac: mac}
	s.record.Head = c.head
	s.record.UID = append([]byte(nil), c.head.UID...)
	s.record.TS, s.record.Offset = p.ts, p.offset
	if h := &s.record.Head; h.OrigPort == portDHCPServer && h.RespPort == portDHCPClient { // the server was seen first
		h.Orig, h.Resp, h.OrigPort, h.RespPort = h.Resp, h.Orig, h.RespPort, h.OrigPort
	}
	s.record.Lease = event.Unset
	if len(m.ClientHWAddr) == len(mac) && mac != [6]byte{} {
		s.record.MAC = []byte(net.HardwareAddr(mac[:]).String())
	}
	l.open = append(l.open, s)
	return s
}

// asked notes what a client says of itself.
func (s *lease) asked(m *layers.DHCPv4) {
	if a := address(m.ClientIP); a != (event.Addr{}) {
		s.record.Client = a
	}
	for _, o := range m.Options {
		switch {
		case o.Type == layers.DHCPOptHostname && len(o.Data) > 0:
			s.record.HostName = append([]byte(nil), o.Data...)
		case o.Type == layers.DHCPOptDomainName && len(o.Data) > 0:
			s.record.Domain = append([]byte(nil), o.Data...)
		}
	}
}

// server notes who answers.
func (s *lease) server(p *packet) {
	if p.sport == portDHCPServer {
		s.record.Resp, s.record.RespPort = p.src.event(), p.sport
	}
}

// granted notes what a client got.
func (s *lease) granted(m *layers.DHCPv4) {
	s.record.Assigned = address(m.YourClientIP)
	for _, o := range m.Options {
		switch {
		case o.Type == layers.DHCPOptLeaseTime && len(o.Data) == 4:
			s.record.Lease = int64(binary.BigEndian.Uint32(o.Data)) * int64(second)
		case o.Type == layers.DHCPOptHostname && len(o.Data) > 0 && s.record.HostName == nil:
			s.record.HostName = append([]byte(nil), o.Data...)
		case o.Type == layers.DHCPOptDomainName && len(o.Data) > 0:
			s.record.Domain = append([]byte(nil), o.Data...)
		}
	}
}

// address returns an IPv4 address, the zero one for 0.0.0.0.
func address(ip net.IP) event.Addr {
	if v4 := ip.To4(); v4 != nil && !v4.IsUnspecified() {
		return addr4(v4).event()
	}
	return event.Addr{}
}

func (l *leases) give(s *lease) {
	for i, o := range l.open {
		if o == s {
			l.open = append(l.open[:i], l.open[i+1:]...)
			break
		}
	}
	l.sink.DHCP(&s.record)
}

// end hands over what has no end.
func (l *leases) end() {
	for len(l.open) > 0 {
		l.give(l.open[0])
	}
}
