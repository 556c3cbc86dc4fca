package pcap

import (
	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
)

// sensor is what the records of this format call the machine that saw them, so
// that Zeek's record of the same connection is known to be a copy.
var sensor = []byte("pcap")

// conn is one flow.
type conn struct {
	key      key
	swapped  bool // the originator is the key's b
	head     event.Head
	uid      [uidLength]byte
	proto    layers.IPProtocol
	last     event.Time
	orig     endpoint
	resp     endpoint
	missed   int64
	service  string
	links    [rows]links
	history  [maxHistory]byte
	letters  int
	seen     [2]uint16
	flow     *flow
	analyser analyser
	opening  *opening
	ignored  bool // nobody knows its protocol, or nobody follows it any more
	dialogue dialogue
	named    bool // NetBIOS told who sends here
	pace     pace
}

// endpoint is one side of a flow.
type endpoint struct {
	packets int64
	ipBytes int64
	bytes   int64 // of payload; TCP counts by its stream
	state   tcpState
	stream  stream
	gaps    int64
	repeats int64
	zero    int64 // windows of no size
}

func (c *conn) side(orig bool) *endpoint {
	if orig {
		return &c.orig
	}
	return &c.resp
}

// begin sets up a flow by its first packet. Who opened it is told by SYN, and
// where the capture joined in the middle by the ports: the well-known one is the
// service (Zeek guesses likewise).
func (c *conn) begin(k *key, swapped bool, p *packet) {
	c.key, c.swapped, c.proto = *k, swapped, p.proto
	src, dst := p.src, p.dst
	sport, dport := p.sport, p.dport
	flip := false
	switch {
	case p.proto == layers.IPProtocolTCP && p.flags&flagSYN != 0:
		flip = p.flags&flagACK != 0
	case p.proto == layers.IPProtocolTCP, p.proto == layers.IPProtocolUDP:
		flip = wellKnown(sport) && !wellKnown(dport)
	case p.proto == layers.IPProtocolICMPv4, p.proto == layers.IPProtocolICMPv6:
		sport, dport = k.aPort, k.bPort
		if isReply(p) {
			sport, dport = dport, sport
		}
	}
	if flip {
		src, dst, sport, dport, c.swapped = dst, src, dport, sport, !swapped
		c.add('^')
	}
	identify(&c.uid, k, p.ts, p.offset)
	c.head = event.Head{
		Offset: p.offset, TS: p.ts, Sensor: sensor, UID: c.uid[:],
		Orig: src.event(), Resp: dst.event(), OrigPort: sport, RespPort: dport,
	}
	c.last = p.ts
	c.orig.stream.fin, c.resp.stream.fin = -1, -1
}

// wellKnown reports whether a port is a system port (RFC 6335 section 6), which
// clients do not call from.
func wellKnown(port uint16) bool { return port > 0 && port < 1024 }

// maxHistory is how many letters of a history are kept.
const maxHistory = 40

// add appends a letter to the history.
func (c *conn) add(letter byte) {
	if c.letters < maxHistory {
		c.history[c.letters] = letter
		c.letters++
	}
}

// What of each side was seen already, for the history.
const (
	seenSYN = 1 << iota
	seenSYNACK
	seenACK
	seenData
	seenFIN
	seenRST
)

// mark adds a letter to the history, in upper case for the originator, once for
// each side.
func (c *conn) mark(orig bool, letter byte, what uint16) {
	side := 0
	if orig {
		side, letter = 1, letter-'a'+'A'
	}
	if c.seen[side]&what == 0 {
		c.seen[side] |= what
		c.add(letter)
	}
}

// scaled counts something and adds its letter the first time, the tenth, the
// hundredth and so on.
func (c *conn) scaled(orig bool, letter byte, count *int64) {
	*count++
	n := *count
	for n >= 10 && n%10 == 0 {
		n /= 10
	}
	if n != 1 {
		return
	}
	if orig {
		letter = letter - 'a' + 'A'
	}
	c.add(letter)
}

// fill makes the record of a flow.
func (c *conn) fill(r *event.Conn) {
	*r = event.Conn{
		Head: c.head, Proto: protoOf(c.proto), Service: append(r.Service[:0], c.service...),
		Duration: int64(c.last - c.head.TS), OrigBytes: c.orig.bytes, RespBytes: c.resp.bytes,
		State: c.state(), MissedBytes: c.missed, History: c.history[:c.letters],
		OrigPkts: c.orig.packets, OrigIPBytes: c.orig.ipBytes, RespPkts: c.resp.packets, RespIPBytes: c.resp.ipBytes,
	}
	if c.orig.packets+c.resp.packets == 1 {
		r.Duration = event.Unset
	}
	if c.proto == layers.IPProtocolTCP {
		r.OrigBytes, r.RespBytes = c.orig.stream.length(), c.resp.stream.length()
		r.Turns, r.Held = c.pace.answers, c.pace.held
	}
}

func protoOf(p layers.IPProtocol) event.Proto {
	switch p {
	case layers.IPProtocolTCP:
		return event.ProtoTCP
	case layers.IPProtocolUDP:
		return event.ProtoUDP
	case layers.IPProtocolICMPv4, layers.IPProtocolICMPv6:
		return event.ProtoICMP
	}
	return event.ProtoUnknown
}

// state is Zeek's conn_state.
func (c *conn) state() event.ConnState {
	switch c.proto {
	case layers.IPProtocolTCP:
		return tcpConnState(c)
	case layers.IPProtocolUDP:
		switch {
		case c.orig.packets > 0 && c.resp.packets > 0:
			return event.SF
		case c.orig.packets > 0:
			return event.S0
		}
		return event.SHR
	}
	return event.OTH
}
