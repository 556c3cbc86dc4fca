package beacon

import (
	"math"
	"slices"

	"barium/internal/detect"
)

// rhythm is how regular a run of calls is.
type rhythm struct {
	from, to int     // calls[from:to]
	period   int64   // microseconds, the median gap between beats
	jitter   int     // per cent: half the width of the middle 80 % of usual gaps
	beats    int     // calls within mergeWithin of each other are one beat
	strength float64 // 0 (none) to 1
}

const (
	// minBeats is how many beats a rhythm needs.
	minBeats = 6
	// minPeriod is the shortest period that counts as a beacon; what is faster
	// is a conversation.
	minPeriod = 10 * 1_000_000
	// mergeWithin joins calls that a program makes at one beat.
	mergeWithin = 5 * 1_000_000
)

// best returns the strongest rhythm: over all calls, over each 24 h and over
// each 7 days, windows starting at a call.
func best(calls []detect.Call) rhythm {
	top := measure(calls, 0, len(calls))
	for _, width := range []int64{day, 7 * day} {
		if len(calls) == 0 || calls[len(calls)-1].TS-calls[0].TS <= width {
			continue
		}
		from := 0
		for from < len(calls) {
			to := from
			for to < len(calls) && calls[to].TS < calls[from].TS+width {
				to++
			}
			if r := measure(calls, from, to); r.strength > top.strength+0.05 {
				top = r
			}
			if to == len(calls) {
				break
			}
			// Step by half a window.
			next := from + 1
			for next < len(calls) && calls[next].TS < calls[from].TS+width/2 {
				next++
			}
			from = next
		}
	}
	return top
}

// measure looks for a rhythm in calls[from:to]. It tolerates jitter of ± 50 %
// and missing beats: what counts is the share of gaps near the median, beyond
// what chance would put there, and near its double for single missing beats.
func measure(calls []detect.Call, from, to int) rhythm {
	r := rhythm{from: from, to: to}
	var gaps []int64
	last := int64(-1)
	prev := int64(-1)
	for _, c := range calls[from:to] {
		if prev >= 0 && c.TS-prev <= mergeWithin {
			prev = c.TS
			continue
		}
		prev = c.TS
		if last >= 0 {
			gaps = append(gaps, c.TS-last)
		}
		last = c.TS
		r.beats++
	}
	if r.beats < minBeats {
		return r
	}
	sorted := slices.Clone(gaps)
	slices.Sort(sorted)
	r.period = sorted[len(sorted)/2]
	if r.period < minPeriod {
		return r
	}
	near := sorted[:0:0]
	doubled := 0
	for _, g := range sorted {
		switch {
		case g*2 >= r.period && g*2 <= 3*r.period:
			near = append(near, g)
		case g*2 > 3*r.period && g*2 <= 5*r.period:
			doubled++
		}
	}
	lo, hi := near[len(near)/10], near[len(near)-1-len(near)/10]
	r.jitter = int((hi - lo) * 50 / r.period)
	share := (float64(len(near)) + 0.5*float64(min(doubled, len(near)/3))) / float64(len(gaps))
	// 0.55 is about where the working day of a busy client lies; 0.85 is a
	// beacon with jitter and a few missing beats.
	s := (share - 0.55) / 0.30
	s = max(0, min(1, s))
	r.strength = s * min(1, proof(len(near), r.jitter)/proven)
	return r
}

// proven is by how many decades a rhythm must be unlikely to be chance to count
// in full. Thousands of far ends are looked at, in several windows.
const proven = 8

// proof is how unlikely, in decades, it is that n gaps lie within the jitter of
// their median when calls come by chance: gaps then follow an exponential, whose
// density at its median puts a share of ln 2 times the jitter there. So a few
// exact beats prove as much as many loose ones.
func proof(n, jitter int) float64 {
	within := math.Ln2 * math.Max(0.02, float64(jitter)/100)
	return -float64(n) * math.Log10(within)
}
