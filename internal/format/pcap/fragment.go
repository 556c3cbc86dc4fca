package pcap

import (
	"slices"

	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
)

const (
	// maxDatagram is the longest datagram (RFC 791).
	maxDatagram = 65535
	// maxWaiting is how many datagrams wait for fragments, and maxWaitingBytes
	// how much of them. The oldest is given up for a new one.
	maxWaiting      = 1024
	maxWaitingBytes = 4 << 20
	// maxParts is how many fragments of one datagram are held.
	maxParts = 128
	// fragmentTimeout is how long fragments wait, as RFC 791 suggests.
	fragmentTimeout = 30 * second
)

const second event.Time = 1_000_000

type fragmentKey struct {
	src, dst addr
	id       uint32
	proto    layers.IPProtocol
}

// fragment is a part of a datagram.
type fragment struct {
	at   int
	last bool
	data []byte
	size int
}

// waiting is a datagram that is not complete.
type waiting struct {
	key    fragmentKey
	ts     event.Time
	offset int64 // of the first frame
	number int64
	parts  []fragment // in order, not overlapping
	bytes  int        // in parts
	total  int        // of the datagram, 0 while unknown
	sample []byte
}

// fragments joins fragments (RFC 791 section 3.2, RFC 8200 section 4.5). Where
// they overlap, what came first counts.
type fragments struct {
	byKey map[fragmentKey]*waiting
	order []*waiting // by age
	bytes int
	whole []byte
	lost  func(w *waiting)
}

// add takes in a fragment and returns the datagram when it was the last that was
// missing. The datagram is valid until the next one.
func (f *fragments) add(id fragmentKey, part fragment, p *packet) []byte {
	f.expire(p.ts)
	w := f.byKey[id]
	if w == nil {
		if len(f.order) == maxWaiting {
			f.drop(f.order[0])
		}
		if f.byKey == nil {
			f.byKey = make(map[fragmentKey]*waiting)
		}
		w = &waiting{key: id, ts: p.ts, offset: p.offset, number: p.number, sample: slices.Clone(part.data[:min(len(part.data), maxSample)])}
		f.byKey[id] = w
		f.order = append(f.order, w)
	}
	if part.last && w.total == 0 {
		w.total = part.at + part.size
	}
	f.bytes += w.insert(part)
	if len(w.parts) > maxParts {
		f.drop(w)
		return nil
	}
	if w.complete() {
		f.whole = f.whole[:0]
		for _, part := range w.parts {
			if len(f.whole) < w.total {
				f.whole = append(f.whole, part.data...)
			}
		}
		f.remove(w)
		return f.whole[:w.total]
	}
	for f.bytes > maxWaitingBytes {
		f.drop(f.order[0])
	}
	return nil
}

// complete reports whether no part is missing up to the end.
func (w *waiting) complete() bool {
	if w.total == 0 || w.bytes < w.total {
		return false
	}
	end := 0
	for _, part := range w.parts {
		if part.at != end {
			break
		}
		end += part.size
	}
	return end >= w.total
}

// insert keeps what is new of a fragment and returns how many bytes that is.
func (w *waiting) insert(part fragment) int {
	end, added := part.at+part.size, 0
	keep := func(i, from, to int) int {
		if from >= to {
			return i
		}
		own := slices.Clone(part.data[from-part.at : to-part.at])
		w.parts = slices.Insert(w.parts, i, fragment{at: from, data: own, size: to - from})
		added += to - from
		return i + 1
	}
	at, i := part.at, 0
	for ; i < len(w.parts) && at < end; i++ {
		have := w.parts[i]
		if have.at+have.size <= at {
			continue
		}
		i = keep(i, at, min(end, have.at))
		at = max(at, have.at+have.size)
	}
	keep(min(i, len(w.parts)), at, end)
	w.bytes += added
	return added
}

// expire gives up datagrams that have waited too long, by the clock of packets.
func (f *fragments) expire(now event.Time) {
	for len(f.order) > 0 {
		if age := now - f.order[0].ts; age <= fragmentTimeout && age >= -fragmentTimeout {
			return
		}
		f.drop(f.order[0])
	}
}

// drop gives up a datagram.
func (f *fragments) drop(w *waiting) {
	f.remove(w)
	if f.lost != nil {
		f.lost(w)
	}
}

func (f *fragments) remove(w *waiting) {
	delete(f.byKey, w.key)
	f.bytes -= w.bytes
	if i := slices.Index(f.order, w); i >= 0 {
		f.order = slices.Delete(f.order, i, i+1)
	}
}

// end gives up all that wait.
func (f *fragments) end() {
	for len(f.order) > 0 {
		f.drop(f.order[0])
	}
}
