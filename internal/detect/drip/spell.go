package drip

import (
	"math"
	"slices"
)

const dayMicros = 24 * 3600 * 1_000_000

// spell is a run of days on which a host sent a far end something.
type spell struct {
	first, last int64 // days since 1970
	active      int64
	total, most int64 // bytes in all, on the strongest day
	median      int64 // of active days
	spread      int   // per cent: half of the active days are so near the median
}

func (s *spell) days() int64 { return s.last - s.first + 1 }

// strength is what the choice of the spell goes by.
func (s *spell) strength() float64 {
	return addsUp.DB*s.size() + dayByDay.DB*s.diligence()
}

// size grades the sum, from 50 MB to 5 GB by orders of magnitude.
func (s *spell) size() float64 { return clamp(math.Log10(float64(s.total)/50e6) / 2) }

// diligence grades the active days, from 4 to 14, and less where most days
// between are not active.
func (s *spell) diligence() float64 {
	density := float64(s.active) / float64(s.days())
	return clamp(float64(s.active-fewDays+1)/10) * math.Min(1, density/0.5)
}

func clamp(x float64) float64 { return math.Max(0, math.Min(1, x)) }

// strongest returns the spell of 7, 30 or 90 days that weighs the most.
func strongest(daily map[int64]int64) (top spell) {
	var days []int64
	for d, n := range daily {
		if n >= activeBytes {
			days = append(days, d)
		}
	}
	slices.Sort(days)
	for _, width := range []int64{7, 30, 90} {
		to := 0
		for from := range days {
			for to < len(days) && days[to] < days[from]+width {
				to++
			}
			if s := measure(daily, days[from:to]); s.strength() > top.strength() {
				top = s
			}
		}
	}
	return top
}

// measure adds up active days, in order.
func measure(daily map[int64]int64, days []int64) spell {
	s := spell{first: days[0], last: days[len(days)-1], active: int64(len(days))}
	sizes := make([]int64, 0, len(days))
	for _, d := range days {
		n := daily[d]
		s.total += n
		s.most = max(s.most, n)
		sizes = append(sizes, n)
	}
	s.median = median(sizes)
	s.spread = int(100 * deviation(sizes, s.median) / s.median)
	return s
}

// median sorts ns.
func median(ns []int64) int64 {
	slices.Sort(ns)
	return ns[len(ns)/2]
}

// deviation returns the median distance from a middle.
func deviation(ns []int64, middle int64) int64 {
	away := make([]int64, len(ns))
	for i, n := range ns {
		away[i] = max(n-middle, middle-n)
	}
	return median(away)
}

// change is a lasting rise of what a host sends.
type change struct {
	since         int64 // day
	before, after int64 // median day
	sum           float64
}

const (
	// knownDays is how many days before a spell make a past.
	knownDays = 3
	// slackSpreads is what a day may lie above the past without counting.
	slackSpreads = 0.5
	// changed is from which cumulative sum on there is a change (Page 1954; with
	// this slack the textbooks' 5 spreads).
	changed = 5
)

// rise follows the cumulative sum of what the host's days exceed its past by, in
// spreads of that past: 1.48 times the median deviation, at least a fifth of the
// median and one megabyte. The past are the days before the spell.
func rise(level map[int64]int64, begin int64) (c change, ok bool) {
	var past, days []int64
	for d, n := range level {
		if d < begin {
			past = append(past, n)
		}
		days = append(days, d)
	}
	if len(past) < knownDays {
		return c, false
	}
	slices.Sort(days)
	c.before = median(past)
	spread := max(1.48*float64(deviation(past, c.before)), float64(c.before)/5, activeBytes)
	sum, since := 0.0, int64(0)
	var after []int64
	for _, d := range days {
		if sum == 0 {
			since = d
		}
		sum = math.Max(0, sum+float64(level[d]-c.before)/spread-slackSpreads)
		if sum > c.sum {
			c.sum, c.since = sum, since
		}
	}
	for _, d := range days {
		if d >= c.since {
			after = append(after, level[d])
		}
	}
	if len(after) == 0 {
		return c, false
	}
	c.after = median(after)
	// A few days that stand out are no lasting rise: the median moves with one.
	return c, c.sum >= changed && abs(c.since-begin) <= 2 && float64(c.after-c.before) >= spread
}

func abs(n int64) int64 { return max(n, -n) }
