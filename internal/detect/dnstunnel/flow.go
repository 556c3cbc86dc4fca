package dnstunnel

import (
	"cmp"
	"math"
	"slices"
)

// window is a width of time and how many bytes of information in it begin to
// speak for a tunnel, and from how many on they do so fully.
type window struct {
	width       int64 // microseconds
	floor, full float64
}

const (
	hour = 3600 * 1_000_000
	day  = 24 * hour
)

// windows are those in which information is summed up. 1 kB in an hour is where
// Nadler et al. cap what can pass unseen; 0.7 B/s, which is 60 kB in a day, is
// the slowest drip that Ozery et al. find. The longer ones reach below that. None is
// longer than a month: what a year of any service adds up to is no drip.
var windows = []window{
	{hour, 1_000, 10_000},
	{day, 6_000, 60_000},
	{7 * day, 20_000, 200_000},
	{30 * day, 40_000, 400_000},
}

// flow is what a run of look-ups below one domain could carry.
type flow struct {
	names       int64   // different ones
	bits        int64   // they hold
	bytesOut    int64   // that could have left in them
	accepted    int64   // of these, in names that got an answer from the domain
	bytesIn     int64   // in answers
	length      int64   // bytes of a name below the domain, on average
	binary      int64   // names with bytes that no name of a host has
	byteTypes   int64   // per cent of look-ups for types that carry bytes
	nonexistent int64   // per cent of answered look-ups that said NXDOMAIN
	share       float64 // of the weight of a tunnel, 0 to 1
	best        window  // where share was found
	inBest      float64 // bytes of information there
	bestWidth   int64   // its width, or all the time there is where that is less
}

// measure adds up look-ups, which it sorts by time. A name counts when it is
// first asked for: what was said once is no new information.
func measure(looks []look) (f flow) {
	slices.SortFunc(looks, func(a, b look) int {
		return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind), cmp.Compare(a.code, b.code),
			cmp.Compare(a.place.Source, b.place.Source), cmp.Compare(a.place.Offset, b.place.Offset))
	})
	type said struct{ ts, bits int64 }
	var fresh []said
	place := make(map[int64]bool, len(looks)) // name: accepted
	var lengths, byteTypes, answered, nonexistent int64
	exists := false
	for i := range looks {
		exists = exists || looks[i].code == noError
	}
	for i := range looks {
		l := &looks[i]
		f.bytesIn += l.answer
		if carriesBytes(l.kind) {
			byteTypes++
		}
		reached := false
		switch l.code {
		case noError:
			reached = true
			answered++
		case nxDomain:
			// Where no name below the domain was ever found, its parent may
			// have answered, and nobody read the name.
			reached = exists
			answered++
			nonexistent++
		}
		accepted, seen := place[l.name]
		if !seen {
			f.names++
			f.bits += l.info
			f.bytesOut += capacity(l)
			lengths += l.length
			if float64(l.info) > float64(l.length)*mostText {
				f.binary++
			}
			fresh = append(fresh, said{l.ts, l.info})
		}
		if reached && !accepted {
			f.accepted += capacity(l)
		}
		place[l.name] = accepted || reached
	}
	if f.names == 0 {
		return f
	}
	f.length = lengths / f.names
	f.byteTypes = byteTypes * 100 / int64(len(looks))
	if answered > 0 {
		f.nonexistent = nonexistent * 100 / answered
	}
	all := looks[len(looks)-1].ts - looks[0].ts
	for _, w := range windows {
		var most, sum int64
		from := 0
		for _, s := range fresh {
			sum += s.bits
			for fresh[from].ts <= s.ts-w.width {
				sum -= fresh[from].bits
				from++
			}
			most = max(most, sum)
		}
		if s := w.share(float64(most) / 8); s > f.share {
			f.share, f.best, f.inBest, f.bestWidth = s, w, float64(most)/8, max(min(w.width, all), 1)
		}
	}
	return f
}

// share grades bytes of information in a window: none below its floor, 0.4 at
// the floor, growing with the logarithm to 1.
func (w window) share(bytes float64) float64 {
	if bytes < w.floor {
		return 0
	}
	return min(1, 0.4+0.6*math.Log10(bytes/w.floor)/math.Log10(w.full/w.floor))
}

// mostText is how many bits a character of a host's name holds at most: 26 letters,
// ten digits, hyphen and underscore (RFC 952, RFC 1123 section 2.1), the case of
// letters folded; a little more, for the ledger rounds.
const mostText = 5.3

// capacity is how many bytes a name could carry below its domain: five bits a
// character as base32 gives, or what its own alphabet allows where that is less.
func capacity(l *look) int64 { return min(l.length*5, l.info) / 8 }

// Response codes and query types (RFC 1035 section 4.1.1, 3.2.2; RFC 3597; type
// 65399 is iodine's).
const (
	noError  = 0
	nxDomain = 3
)

func carriesBytes(kind int64) bool {
	switch kind {
	case 10, 16, 24, 25, 65399: // NULL, TXT, SIG, KEY
		return true
	}
	return false
}
