package beacon

import (
	"math"
	"math/rand/v2"
	"slices"

	"barium/internal/detect"
)

const (
	// shuffles is how many times the moments of calls are drawn anew, and
	// unlikely the share of draws that a rhythm must exceed (BAYWATCH: 95 of 100).
	shuffles, unlikely = 100, 0.95
	// block is how many beats keep their place in time together: what is faster
	// than that, such as the hours of work, is chance too.
	block = 24
	// mostBeats bounds the cost: of longer runs a stretch from the middle is drawn.
	mostBeats = 240
)

// shuffled returns by how many decades a rhythm explains the moments of calls
// better than it explains nearly all of as many moments that are drawn by chance,
// in the same stretches of time. The draws are seeded from the calls, so that the
// same calls give the same.
func shuffled(calls []detect.Call, windows int) float64 {
	at := beats(calls)
	if n := len(at); n > mostBeats {
		at = at[(n-mostBeats)/2:][:mostBeats]
	}
	seed := uint64(14695981039346656037)
	for _, ts := range at {
		seed = (seed ^ uint64(ts-at[0])) * 1099511628211
	}
	random := rand.New(rand.NewPCG(seed, uint64(len(at))))
	drawn := make([]int64, len(at))
	gaps := make([]int64, 0, len(at))
	chance := make([]float64, shuffles)
	for i := range chance {
		redraw(random, at, drawn)
		gaps = between(drawn, gaps[:0])
		chance[i] = evidence(gaps)
	}
	slices.Sort(chance)
	usual := math.Max(0, chance[int(unlikely*shuffles)])
	return evidence(between(at, gaps[:0])) - usual - 1.5*math.Log10(float64(windows))
}

// redraw fills drawn with as many moments as at has, in order: within each block
// of beats they fall anywhere between its first and the first of the next.
func redraw(random *rand.Rand, at, drawn []int64) {
	for from := 0; from < len(at); from += block {
		to := min(from+block, len(at))
		end := at[len(at)-1]
		if to < len(at) {
			end = at[to]
		}
		for i := from; i < to; i++ {
			drawn[i] = at[from] + random.Int64N(max(end-at[from], 1))
		}
		slices.Sort(drawn[from:to])
	}
}

// between appends the gaps between moments; those that one beat would merge are
// left out.
func between(at, gaps []int64) []int64 {
	last := at[0]
	for _, ts := range at[1:] {
		if ts-last > mergeWithin {
			gaps = append(gaps, ts-last)
			last = ts
		}
	}
	return gaps
}

// evidence returns what gaps, which it sorts, prove.
func evidence(gaps []int64) float64 {
	if len(gaps) < minBeats-1 {
		return 0
	}
	var r rhythm
	r.fit(gaps)
	return r.evidence
}
