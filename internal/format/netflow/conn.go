package netflow

import "barium/internal/event"

// fill makes the connection of a flow, and of the other direction if that came.
func (s *stitcher) fill(w *waitingFlow) {
	began := s.began(w)
	s.sensor = append(s.sensor[:0], w.exporter.name...)
	c := &s.out
	*c = event.Conn{
		Head:  event.Head{Offset: w.offset, TS: event.Time(w.start), Sensor: s.sensor},
		Proto: event.Proto(w.key.proto), Duration: event.Unset, MissedBytes: event.Unset,
	}
	there := side{w.bytes, w.pkts, w.payload, w.flags, w.hasFlags, true}
	back := side{event.Unset, event.Unset, event.Unset, 0, false, false}
	end := w.end
	switch {
	case w.both:
		back = side{w.back.bytes, w.back.pkts, w.back.payload, w.backFlags, w.hasBackFlags, w.back.pkts > 0}
	case w.other.there:
		o := &w.other
		back = side{o.bytes, o.pkts, event.Unset, o.flags, o.hasFlags, true}
		c.TS = event.Time(min(w.start, o.start))
		end = max(end, o.end)
	}
	if end >= int64(c.TS) {
		c.Duration = end - int64(c.TS)
	}
	least := leastHead(&w.key)
	orig, resp := &there, &back
	c.Orig, c.OrigPort, c.Resp, c.RespPort = w.key.src, w.key.sport, w.key.dst, w.key.dport
	if !began {
		orig, resp = resp, orig
		c.Orig, c.OrigPort, c.Resp, c.RespPort = w.key.dst, w.key.dport, w.key.src, w.key.sport
	}
	if w.key.proto == protoICMP || w.key.proto == protoICMPv6 {
		c.OrigPort, c.RespPort = w.key.sport, w.key.dport
		if !began {
			c.OrigPort = question(w.key.proto, w.key.sport)
		}
	}
	c.OrigIPBytes, c.OrigPkts, c.OrigBytes = orig.bytes, orig.pkts, orig.content(least)
	c.RespIPBytes, c.RespPkts, c.RespBytes = resp.bytes, resp.pkts, resp.content(least)
	switch {
	case w.single:
	case w.firewall == 3:
		c.State = event.REJ
	case w.key.proto == protoTCP:
		c.State = tcpState(orig, resp)
	case orig.there && resp.there:
		c.State = event.SF
	}
}

// side is what one end of a connection sent.
type side struct {
	bytes, pkts, payload int64
	flags                uint8
	hasFlags             bool
	there                bool
}

// content returns how many bytes are behind the headers at most: each packet has
// at least the headers without options. An end that sent nothing is not known to
// have sent nothing.
func (s *side) content(least int64) int64 {
	if s.payload >= 0 || s.bytes < 0 || s.pkts < 0 {
		return s.payload
	}
	if s.pkts > s.bytes/least {
		return 0
	}
	return s.bytes - s.pkts*least
}

// leastHead is how many bytes the headers of a packet have at least.
func leastHead(k *key) int64 {
	n := int64(20)
	if k.src[10] != 0xff || k.src[11] != 0xff {
		n = 40
	}
	switch k.proto {
	case protoTCP:
		return n + 20
	case protoUDP, protoICMP, protoICMPv6:
		return n + 8
	}
	return n
}

// began reports whether the source of a flow began the connection: what the record
// says; else a SYN without its answer; else what the connection's earlier flows
// showed; else who sent first; else, and where a flow continues one whose
// beginning was not seen, who has the port that is not a service's.
func (s *stitcher) began(w *waitingFlow) bool {
	switch w.biflow {
	case 1:
		return true
	case 2:
		return false
	}
	if w.firewall != 0 || w.both {
		return true
	}
	k := &w.key
	switch k.proto {
	case protoICMP, protoICMPv6:
		return question(k.proto, k.sport) == k.sport
	case protoTCP, protoUDP:
	default:
		if w.other.there && w.other.start < w.start {
			return false
		}
		return true
	}
	began, sure := bySYN(w)
	if !sure {
		if low, ok := s.recall(w.pair); ok {
			return low == w.up
		}
		began, sure = byTime(w)
	}
	if !sure {
		return byPort(k)
	}
	if w.lasts() {
		s.remember(w.pair, began == w.up)
	}
	return began
}

// lasts reports whether more flows of the connection are to be expected.
func (w *waitingFlow) lasts() bool {
	if w.single {
		return false
	}
	if w.key.proto == protoTCP {
		return (w.flags|w.other.flags)&(fin|rst) == 0
	}
	const long = 10 * 1_000_000
	return max(w.end, w.other.end)-w.start >= long
}

// bySYN answers where only one end sent a SYN, or one sent nothing else.
func bySYN(w *waitingFlow) (began, sure bool) {
	if w.key.proto != protoTCP || !w.hasFlags {
		return false, false
	}
	there, back := w.flags, w.other.flags
	switch {
	case there&(syn|ack) == syn:
		return true, true
	case w.single && there&(syn|ack) == syn|ack:
		return false, true
	case w.other.there && w.other.hasFlags && back&(syn|ack) == syn:
		return false, true
	}
	return false, false
}

// byTime answers where both directions are there from the beginning and one is
// earlier.
func byTime(w *waitingFlow) (began, sure bool) {
	if !w.other.there || w.start == w.other.start {
		return false, false
	}
	if w.key.proto == protoTCP && (w.flags|w.other.flags)&syn == 0 && w.hasFlags {
		return false, false
	}
	return w.start < w.other.start, true
}

// byPort takes the lower port for the service's, if it is one below 1024 and the
// other is not, or if it lies below the range from which clients take theirs (RFC
// 6335 section 6) and the other in it. Else the source began.
func byPort(k *key) bool {
	serves := func(a, b uint16) bool {
		return a < 1024 && b >= 1024 || a < 49152 && b >= 49152
	}
	return !serves(k.sport, k.dport)
}

// tcpState tells from the flags of both ends what Zeek's conn_state would be, as
// far as they allow it: they do not say which came first.
func tcpState(orig, resp *side) event.ConnState {
	if orig.there && !orig.hasFlags || resp.there && !resp.hasFlags {
		return event.StateUnknown
	}
	o, r := orig.flags, resp.flags
	switch {
	case !resp.there && o&(syn|ack) == syn:
		return alone(o)
	case !resp.there || !orig.there:
		return event.StateUnknown // the other direction was not exported
	case o&syn != 0 && r&syn != 0:
		return established(o, r)
	case o&syn != 0 && r&rst != 0:
		return event.REJ
	case o&syn == 0 && r&syn != 0 && r&rst != 0:
		return event.RSTRH
	case o&syn == 0 && r&syn != 0 && r&fin != 0:
		return event.SHR
	}
	return event.OTH
}

// alone is the state of an attempt that nobody answered.
func alone(o uint8) event.ConnState {
	switch {
	case o&rst != 0:
		return event.RSTOS0
	case o&fin != 0:
		return event.SH
	}
	return event.S0
}

// established is the state of a connection with a SYN from both ends.
func established(o, r uint8) event.ConnState {
	switch {
	case o&fin != 0 && r&fin != 0:
		return event.SF
	case o&rst != 0:
		return event.RSTO
	case r&rst != 0:
		return event.RSTR
	case o&fin != 0:
		return event.S2
	case r&fin != 0:
		return event.S3
	}
	return event.S1
}
