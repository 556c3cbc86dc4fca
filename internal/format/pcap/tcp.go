package pcap

import (
	"barium/internal/event"
)

// tcpState is what one side of a connection has done, in Zeek's words.
type tcpState uint8

const (
	tcpInactive    tcpState = iota
	tcpPartial              // seen, but not how it began
	tcpSYN                  // sent SYN
	tcpSYNACK               // sent SYN and ACK, to a SYN that was not seen
	tcpEstablished          // the handshake was seen
	tcpClosed               // sent FIN
	tcpReset                // sent RST
)

// begins reports whether a packet begins a connection on a tuple that is in use:
// a SYN that is not the one seen before.
func (c *conn) begins(p *packet, orig bool) bool {
	if p.flags&flagSYN == 0 || p.flags&flagACK != 0 {
		return false
	}
	s := &c.side(orig).stream
	if !s.started { // both sides call at once
		return c.orig.state >= tcpClosed || c.resp.state >= tcpClosed
	}
	return !s.syn || s.base != p.seq+1
}

// tcp takes in a TCP segment.
func (t *table) tcp(c *conn, orig bool, p *packet) {
	e, peer := c.side(orig), c.side(!orig)
	s, seq := &e.stream, p.seq
	syn, ack, fin, rst := p.flags&flagSYN != 0, p.flags&flagACK != 0, p.flags&flagFIN != 0, p.flags&flagRST != 0
	if syn {
		seq++
		if ack {
			c.mark(orig, 'h', seenSYNACK)
		} else {
			c.mark(orig, 's', seenSYN)
		}
	}
	if !s.started && !rst {
		s.start(seq, syn)
	}
	at := s.position(seq)
	if p.size > 0 && !rst {
		c.mark(orig, 'd', seenData)
		if at+int64(p.size) <= s.top {
			c.scaled(orig, 't', &e.repeats)
		} else {
			c.pace.take(orig, p.ts)
		}
		s.receive(t, c, orig, at, p)
	}
	if ack && peer.stream.started && !rst {
		peer.stream.acknowledge(t, c, !orig, p.ack)
	}
	switch {
	case rst:
		c.mark(orig, 'r', seenRST)
	case fin:
		c.mark(orig, 'f', seenFIN)
		if s.fin < 0 {
			s.fin = at + int64(p.size)
		}
	case ack && p.size == 0 && !syn:
		c.mark(orig, 'a', seenACK)
		if p.window == 0 {
			c.scaled(orig, 'w', &e.zero)
		}
	}
	e.advance(peer, syn, ack, fin, rst)
	switch {
	case e.state >= tcpReset || peer.state >= tcpReset, e.state == tcpClosed && peer.state == tcpClosed:
		t.timeout[phaseOver].add(c)
	case c.orig.state == tcpSYN && c.resp.state == tcpInactive:
		if c.links[rowTimeout].list == nil {
			t.timeout[phaseAttempt].add(c)
		}
	default:
		t.timeout[phaseOpen].add(c)
	}
}

// advance moves the state of the side that sent a segment with these flags.
func (e *endpoint) advance(peer *endpoint, syn, ack, fin, rst bool) {
	switch {
	case e.state == tcpReset:
	case rst:
		e.state = tcpReset
	case fin:
		e.state = tcpClosed
	case e.state != tcpInactive:
	case syn && ack && peer.state == tcpSYN:
		e.state, peer.state = tcpEstablished, tcpEstablished
	case syn && ack:
		e.state = tcpSYNACK
	case syn:
		e.state = tcpSYN
	default:
		e.state = tcpPartial
	}
}

// tcpConnState says with one of Zeek's words how a connection went
// (https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html).
func tcpConnState(c *conn) event.ConnState {
	o, r := c.orig.state, c.resp.state
	began := func(s tcpState) bool { return s != tcpInactive && s != tcpPartial }
	switch {
	case r == tcpReset && (o == tcpSYN || o == tcpSYNACK || o == tcpReset && c.orig.stream.top == 0 && c.resp.stream.top == 0):
		return event.REJ
	case r == tcpReset && !began(o):
		return event.RSTRH
	case r == tcpReset:
		return event.RSTR
	case o == tcpReset && !began(r):
		return event.RSTOS0
	case o == tcpReset:
		return event.RSTO
	case o == tcpClosed && r == tcpClosed:
		return event.SF
	case o == tcpClosed && !began(r):
		return event.SH
	case o == tcpClosed:
		return event.S2
	case r == tcpClosed && !began(o):
		return event.SHR
	case r == tcpClosed:
		return event.S3
	case o == tcpSYN && r == tcpInactive:
		return event.S0
	case o == tcpEstablished && r == tcpEstablished:
		return event.S1
	}
	return event.OTH
}
