package netflow

import (
	"bytes"

	"barium/internal/event"
)

// Exporters send each direction of a connection as a flow of its own. The two are
// joined when they stand near each other: flows wait in the order in which they
// came, until the other direction has come, or windowMicros have passed, or
// maxOpen others wait behind them.
const (
	windowMicros = 120 * 1_000_000
	maxOpen      = 1 << 17
	// slackMicros is by how much the times of the two may miss each other: the
	// clocks of flows are coarse, and an answer comes after the question.
	slackMicros = 10 * 1_000_000
	// maxChain is how many flows of one direction may wait for the other.
	maxChain = 16
	// maxKnown is of how many connections it is remembered who began them, twice over.
	maxKnown = 1 << 16
)

// pairKey is the same for both directions of a connection.
type pairKey struct {
	low, high         event.Addr
	lowPort, highPort uint16
	proto             uint8
	exporter          uint32
}

// waitingFlow is a flow in the queue, with the other direction if that has come.
type waitingFlow struct {
	flow
	other  other
	pair   pairKey
	up     bool // the source is the low end of the pair
	closed bool // waits for nothing
	came   event.Time
	next   int64 // flow of the same pair that waits behind this one, -1 for none
}

// other is what is kept of the other direction.
type other struct {
	start, end  int64
	bytes, pkts int64
	flags       uint8
	hasFlags    bool
	there       bool
}

// stitcher joins flows and hands connections over, in the order of the flow that
// came first.
type stitcher struct {
	conn func(*event.Conn)

	ring        []waitingFlow // its length is a power of two
	first, last int64         // flows in the ring are first … last-1
	open        map[pairKey]int64
	known, old  map[pairKey]bool // whether the low end began

	out    event.Conn
	sensor []byte
}

func newStitcher(conn func(*event.Conn)) *stitcher {
	return &stitcher{conn: conn, ring: make([]waitingFlow, 1024), open: map[pairKey]int64{}, known: map[pairKey]bool{}}
}

func (s *stitcher) at(i int64) *waitingFlow { return &s.ring[i&int64(len(s.ring)-1)] }

// add takes in a flow that came at a time; came is 0 when it is not known.
func (s *stitcher) add(f *flow, came event.Time) {
	pair, up := pairOf(f)
	alone := f.single || f.both || f.firewall != 0
	if !alone && s.join(f, pair, up) {
		s.release(came)
		return
	}
	if s.last-s.first == int64(len(s.ring)) {
		s.grow()
	}
	w := s.at(s.last)
	w.flow, w.pair, w.up, w.closed, w.came, w.next = *f, pair, up, alone, came, -1
	w.other = other{}
	if !alone {
		s.link(pair, s.last)
	}
	s.last++
	s.release(came)
}

// grow doubles the ring, or lets the first flow go when it is as large as allowed.
func (s *stitcher) grow() {
	if len(s.ring) >= maxOpen {
		s.emit()
		return
	}
	ring := make([]waitingFlow, 2*len(s.ring))
	for i := s.first; i < s.last; i++ {
		ring[i&int64(len(ring)-1)] = *s.at(i)
	}
	s.ring = ring
}

// join gives f to the flow that waits for it, if there is one.
func (s *stitcher) join(f *flow, pair pairKey, up bool) bool {
	i, ok := s.open[pair]
	if !ok {
		return false
	}
	before := int64(-1)
	for range maxChain {
		w := s.at(i)
		if w.up != up && near(&w.flow, f) {
			w.other = other{f.start, f.end, f.bytes, f.pkts, f.flags, f.hasFlags, true}
			w.closed = true
			s.unlink(pair, before, w.next)
			return true
		}
		if w.next < 0 {
			return false
		}
		before, i = i, w.next
	}
	return false
}

// link puts flow i behind those of its pair. One too many waits for nothing.
func (s *stitcher) link(pair pairKey, i int64) {
	at, ok := s.open[pair]
	if !ok {
		s.open[pair] = i
		return
	}
	for range maxChain {
		w := s.at(at)
		if w.next < 0 {
			w.next = i
			return
		}
		at = w.next
	}
	s.at(i).closed = true
}

// unlink takes the flow between before and next out of its pair.
func (s *stitcher) unlink(pair pairKey, before, next int64) {
	switch {
	case before >= 0:
		s.at(before).next = next
	case next >= 0:
		s.open[pair] = next
	default:
		delete(s.open, pair)
	}
}

// near reports whether two flows may be of one connection.
func near(a, b *flow) bool {
	return a.start <= max(b.start, b.end)+slackMicros && b.start <= max(a.start, a.end)+slackMicros
}

// release hands over the flows in front that wait no more.
func (s *stitcher) release(now event.Time) {
	for s.first < s.last {
		if w := s.at(s.first); !w.closed && now-w.came <= windowMicros {
			return
		}
		s.emit()
	}
}

// end hands over all that waits.
func (s *stitcher) end() {
	for s.first < s.last {
		s.emit()
	}
}

// emit hands over the first flow.
func (s *stitcher) emit() {
	w := s.at(s.first)
	if !w.closed { // it is the first of its pair
		s.unlink(w.pair, -1, w.next)
	}
	s.first++
	s.fill(w)
	s.conn(&s.out)
}

// pairOf returns the pair of a flow, and whether its source is the low end.
func pairOf(f *flow) (p pairKey, up bool) {
	k := &f.key
	sport, dport := k.sport, k.dport
	if k.proto == protoICMP || k.proto == protoICMPv6 {
		sport = question(k.proto, sport)
		dport = sport
	}
	p = pairKey{k.src, k.dst, sport, dport, k.proto, f.exporter.id}
	up = true
	switch c := bytes.Compare(k.src[:], k.dst[:]); {
	case c > 0, c == 0 && sport > dport:
		p.low, p.high, p.lowPort, p.highPort = k.dst, k.src, dport, sport
		up = false
	}
	return p, up
}

// question returns the ICMP type to which t is the answer, and t for any other
// (RFC 792, RFC 950, RFC 4443).
func question(proto uint8, t uint16) uint16 {
	switch {
	case proto == protoICMP && t == 0:
		return 8
	case proto == protoICMP && (t == 14 || t == 16 || t == 18):
		return t - 1
	case proto == protoICMPv6 && (t == 129 || t == 134 || t == 136):
		return t - 1
	}
	return t
}

// remember keeps who began a connection that has not ended, for its next flows.
func (s *stitcher) remember(p pairKey, lowBegan bool) {
	if len(s.known) >= maxKnown {
		s.known, s.old = map[pairKey]bool{}, s.known
	}
	s.known[p] = lowBegan
}

// recall returns who began a connection, if that is known.
func (s *stitcher) recall(p pairKey) (lowBegan, ok bool) {
	if lowBegan, ok = s.known[p]; !ok {
		lowBegan, ok = s.old[p]
	}
	return lowBegan, ok
}
