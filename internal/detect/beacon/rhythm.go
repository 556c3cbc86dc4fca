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
	windows  int     // of which this is the best
	evidence float64 // decades by which a rhythm explains the gaps better than chance
}

const (
	// minBeats is how many beats a rhythm needs.
	minBeats = 6
	// minPeriod is the shortest period that counts as a beacon; what is faster
	// is a conversation.
	minPeriod = 10 * 1_000_000
	// mergeWithin joins calls that a program makes at one beat.
	mergeWithin = 3 * 1_000_000
	// A gap is near the median from nearLeast to nearMost times it, which is
	// ± 50 % and some room for the median of few gaps; up to doubledMost times
	// it, one beat is missing.
	nearLeast, nearMost, doubledMost = 0.45, 1.6, 2.5
)

// best returns the strongest rhythm: over all calls, over each 24 h, each 7 days
// and each 30 days, windows starting at a call and half a window apart. The more
// windows there are, the more a rhythm in one of them has to prove. A formula picks
// the window, shuffled calls tell how much the rhythm in it says.
func best(calls []detect.Call) rhythm {
	top := measure(calls, 0, len(calls), 1)
	windows := slide(calls, day)
	windows = append(windows, slide(calls, 7*day)...)
	windows = append(windows, slide(calls, 30*day)...)
	for _, w := range windows {
		if r := measure(calls, w[0], w[1], len(windows)); r.strength > top.strength+0.05 {
			top = r
		}
	}
	if top.strength > 0 {
		top.strength = min(top.strength, shuffled(calls[top.from:top.to], top.windows)/exceeded)
		top.strength = max(0, top.strength)
	}
	return top
}

// slide returns the windows of a width, as calls[from:to]; none when all calls
// lie in one.
func slide(calls []detect.Call, width int64) (out [][2]int) {
	if len(calls) == 0 || calls[len(calls)-1].TS-calls[0].TS <= width {
		return nil
	}
	from, to := 0, 0
	for {
		for to < len(calls) && calls[to].TS < calls[from].TS+width {
			to++
		}
		out = append(out, [2]int{from, to})
		if to == len(calls) {
			return out
		}
		half := calls[from].TS + width/2
		for from++; calls[from].TS < half; from++ {
		}
	}
}

// measure looks for a rhythm in calls[from:to], one of so many windows. It
// tolerates jitter of ± 50 % and missing beats: gaps count that are near the
// median, and half as much those near its double, where one beat is missing.
func measure(calls []detect.Call, from, to, windows int) rhythm {
	r := rhythm{from: from, to: to, windows: windows}
	at := beats(calls[from:to])
	r.beats = len(at)
	if r.beats < minBeats {
		return r
	}
	gaps := make([]int64, len(at)-1)
	for i := range gaps {
		gaps[i] = at[i+1] - at[i]
	}
	r.fit(gaps)
	if r.period < minPeriod {
		return r
	}
	// Period and jitter were fitted to the gaps, and the best of the windows is
	// taken; both make chance look regular.
	p := r.evidence - 1.2*math.Log10(float64(len(gaps))) - 1.5*math.Log10(float64(windows))
	r.strength = max(0, min(1, r.strength, p/proven))
	return r
}

// beats returns the moments of calls, those within mergeWithin of the one before
// left out.
func beats(calls []detect.Call) (at []int64) {
	prev := int64(-1)
	for i := range calls {
		ts := calls[i].TS
		if prev < 0 || ts-prev > mergeWithin {
			at = append(at, ts)
		}
		prev = ts
	}
	return at
}

// fit finds period and jitter of gaps, which it sorts, how large a share of them
// keeps to these (strength), and what that proves (evidence).
func (r *rhythm) fit(gaps []int64) {
	slices.Sort(gaps)
	r.period = gaps[len(gaps)/2]
	if r.period < minPeriod {
		return
	}
	var near []int64
	doubled := 0
	for _, g := range gaps {
		switch x := float64(g) / float64(r.period); {
		case x < nearLeast || x > doubledMost:
		case x <= nearMost:
			near = append(near, g)
		default:
			doubled++
		}
	}
	lo, hi := near[len(near)/10], near[len(near)-1-len(near)/10]
	r.jitter = int((hi - lo) * 50 / r.period)
	share := (float64(len(near)) + 0.5*float64(min(doubled, len(near)/3))) / float64(len(gaps))
	// 0.55 is about where the working day of a busy client lies; 0.85 is a
	// beacon with jitter and a few missing beats. A share of few gaps is inexact.
	r.strength = (share + 0.35/math.Sqrt(float64(len(gaps))) - 0.55) / 0.30
	r.evidence = proof(len(near), doubled, len(gaps)-len(near)-doubled, r.jitter, r.period)
}

// proven is by how many decades gaps must be more likely under a rhythm than by
// chance for it to count in full: thousands of far ends are looked at.
const proven = 4.5

// exceeded is the same for what is left above nearly all shuffles.
const exceeded = 4

// proof compares, in decades, how likely gaps are under a rhythm and by chance.
// A rhythm puts 85 % of them within its jitter of the median, 8 % near its
// double, the rest elsewhere. Calls by chance have exponential gaps, none
// shorter than mergeWithin. So a few exact beats prove as much as many loose
// ones.
func proof(near, doubled, other, jitter int, period int64) float64 {
	least := float64(mergeWithin) / float64(period)
	// Share of chance gaps above x times their median.
	above := func(x float64) float64 { return math.Exp2(-math.Max(0, x-least) / (1 - least)) }
	chanceDoubled := above(nearMost) - above(doubledMost)
	chanceOther := 1 - above(nearLeast) + above(doubledMost)
	within := math.Ln2 / (1 - least) * math.Max(0.02, float64(jitter)/100)
	return float64(near)*math.Log10(0.85/within) + float64(doubled)*math.Log10(0.08/chanceDoubled) + float64(other)*math.Log10(0.07/chanceOther)
}
