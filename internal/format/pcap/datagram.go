package pcap

import "barium/internal/event"

// datagram looks at what a UDP packet carries.
func (t *table) datagram(c *conn, orig bool, p *packet) {
	if len(p.payload) == 0 {
		return
	}
	if is, netbios := resolves(&c.head); is {
		if c.dialogue.head == nil {
			c.dialogue = dialogue{head: &c.head, proto: event.ProtoUDP}
		}
		is, reason := t.lookups.take(&c.dialogue, p.ts, p.offset, p.payload, netbios)
		if is {
			c.service = "dns"
		}
		if reason != "" {
			t.sink.Bad(p.offset, p.number, reason, p.payload)
		}
		return
	}
	if c.head.RespPort == portNetBIOSDatagram {
		t.announce(c, p)
		return
	}
	if c.head.RespPort == portDHCPServer || c.head.RespPort == portDHCPClient {
		if t.leases.take(c, p) {
			c.service = "dhcp"
		}
	}
}
