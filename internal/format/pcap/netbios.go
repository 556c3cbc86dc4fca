package pcap

import (
	"net/netip"

	"barium/internal/event"
)

// portNetBIOSDatagram is where machines of Windows tell each other who they are
// (RFC 1002 section 4.4).
const portNetBIOSDatagram = 138

// netbiosHead is the header of a datagram with data, up to the name of its sender.
const netbiosHead = 14

// announce takes in a NetBIOS datagram for the name of the machine that sends it.
// One record a flow is enough; one that was passed on by another machine names
// nobody here.
func (t *table) announce(c *conn, p *packet) {
	b := p.payload
	if c.named || len(b) < netbiosHead+34 || b[0] < 0x10 || b[0] > 0x12 { // unique, group, broadcast
		return
	}
	from, _ := netip.AddrFromSlice(b[4:8])
	if from != c.head.Orig.Netip() {
		return
	}
	m := dnsMessage{netbios: true}
	if _, ok := m.name(b[:netbiosHead+34], netbiosHead); !ok || len(m.text) == 0 || m.text[0] <= ' ' || string(m.text) == "." {
		return
	}
	c.named = true
	t.sink.Logon(&event.Logon{
		Head:  headAt(c, p),
		Log:   "netbios",
		Proto: event.ProtoUDP, Client: m.text,
	})
}

func headAt(c *conn, p *packet) event.Head {
	h := c.head
	h.TS, h.Offset = p.ts, p.offset
	return h
}
