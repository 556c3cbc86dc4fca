package pcap

import (
	"slices"

	"barium/internal/event"
)

const (
	// maxSegments is how many segments of a stream wait for one that is missing,
	// and maxPendingBytes how many bytes; maxBuffered is the same of all streams.
	// Beyond, what is missing is taken for lost.
	maxSegments     = 256
	maxPendingBytes = 1 << 20
	maxBuffered     = 64 << 20
)

// stream is one direction of a TCP connection. Positions count payload bytes
// from its beginning, or from where the capture joined.
type stream struct {
	started bool
	syn     bool   // the beginning was seen
	base    uint32 // sequence number of position 0
	next    int64  // position of what is to be handed on next
	top     int64  // end of the highest byte seen
	acked   int64  // how far the other side says it has got it
	fin     int64  // position of the end, -1 while unknown
	pending []segment
	bytes   int // in pending
}

// segment is payload that waits for what comes before it.
type segment struct {
	at, end int64
	data    []byte // from at; shorter than the segment where nobody follows, or the capture cut it
	ts      event.Time
	offset  int64
	number  int64
}

func (s *stream) start(seq uint32, syn bool) { s.started, s.base, s.syn = true, seq, syn }

// position returns where a sequence number lies, near the highest seen. Numbers
// wrap (RFC 9293 section 3.4).
func (s *stream) position(seq uint32) int64 {
	return s.top + int64(int32(seq-(s.base+uint32(s.top))))
}

// length is how many bytes were sent, whether they were captured or not.
func (s *stream) length() int64 {
	if s.acked > s.top+1 { // 1: a FIN that was not captured
		return s.acked
	}
	return s.top
}

// receive takes in the payload of a packet, from position at on.
func (s *stream) receive(t *table, c *conn, orig bool, at int64, p *packet) {
	end := at + int64(p.size)
	if end <= s.next {
		return
	}
	if at <= s.next {
		skip := s.next - at
		data := p.payload[min(int64(len(p.payload)), skip):]
		s.top = max(s.top, end)
		s.deliver(t, c, orig, segment{s.next, end, data, p.ts, p.offset, p.number})
		if len(s.pending) > 0 {
			s.flush(t, c, orig)
		}
		return
	}
	s.hold(t, c, at, end, p)
	s.top = max(s.top, end)
	if s.acked >= s.pending[0].at {
		s.skip(t, c, orig)
	}
	for len(s.pending) > 0 && (len(s.pending) > maxSegments || s.bytes > maxPendingBytes || t.buffered > maxBuffered) {
		s.skip(t, c, orig)
	}
}

// hold keeps what is new of a segment that came too early. Where segments
// overlap, what came first counts.
func (s *stream) hold(t *table, c *conn, at, end int64, p *packet) {
	i := len(s.pending)
	for i > 0 && s.pending[i-1].end > at {
		i--
	}
	keep := func(from, to int64) {
		if from >= to {
			return
		}
		g := segment{at: from, end: to, ts: p.ts, offset: p.offset, number: p.number}
		if !c.ignored {
			lo, hi := min(from-at, int64(len(p.payload))), min(to-at, int64(len(p.payload)))
			g.data = slices.Clone(p.payload[lo:hi])
			s.bytes += len(g.data)
			t.buffered += len(g.data)
		}
		s.pending = slices.Insert(s.pending, i, g)
		i++
	}
	from := at
	for ; i < len(s.pending) && from < end; i++ {
		have := s.pending[i]
		keep(from, min(end, have.at))
		from = max(from, have.end)
	}
	keep(from, end)
}

// deliver hands on bytes that stand at next, and says what of them is missing.
func (s *stream) deliver(t *table, c *conn, orig bool, g segment) {
	s.next = g.end
	if len(g.data) > 0 && !c.ignored {
		t.sink.number = g.number
		t.follow(c, orig, g.ts, g.offset, g.data)
	}
	if n := g.end - g.at - int64(len(g.data)); n > 0 && !c.ignored {
		c.lose(t, orig, n)
	}
}

// flush hands on what waits and can be put in order now.
func (s *stream) flush(t *table, c *conn, orig bool) {
	n := 0
	for ; n < len(s.pending) && s.pending[n].at <= s.next; n++ {
		g := s.pending[n]
		s.bytes -= len(g.data)
		t.buffered -= len(g.data)
		if g.end <= s.next {
			continue
		}
		g.data = g.data[min(int64(len(g.data)), s.next-g.at):]
		g.at = s.next
		s.deliver(t, c, orig, g)
	}
	s.pending = slices.Delete(s.pending, 0, n)
	if len(s.pending) == 0 {
		s.pending = nil
	}
}

// skip gives up what is missing before the segments that wait.
func (s *stream) skip(t *table, c *conn, orig bool) {
	if len(s.pending) == 0 {
		return
	}
	s.gap(t, c, orig, s.pending[0].at-s.next)
	s.flush(t, c, orig)
}

// gap passes over n bytes that were not captured.
func (s *stream) gap(t *table, c *conn, orig bool, n int64) {
	if n <= 0 {
		return
	}
	s.next += n
	c.missed += n
	c.scaled(orig, 'g', &c.side(orig).gaps)
	c.lose(t, orig, n)
}

// acknowledge takes in that the other side has got everything before a sequence
// number: what was not captured before it never will be.
func (s *stream) acknowledge(t *table, c *conn, orig bool, seq uint32) {
	at := s.position(seq)
	if at <= s.acked {
		return
	}
	s.acked = at
	for len(s.pending) > 0 && s.acked >= s.pending[0].at {
		s.skip(t, c, orig)
	}
}

// finish hands on what waits at the end of a connection.
func (s *stream) finish(t *table, c *conn, orig bool) {
	for len(s.pending) > 0 {
		s.skip(t, c, orig)
	}
	s.gap(t, c, orig, s.length()-s.next)
}
