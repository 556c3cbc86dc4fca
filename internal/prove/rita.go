package prove

import (
	"math"
	"slices"

	"barium/internal/detect"
)

// A scorer of one day after the description of RITA v5's in public: beacons by the
// skew and spread of gaps and sizes, by the histogram of the day and by how long it
// went on; long connections; names below a domain; and modifiers by how many hosts
// know a far end and since when. What it lacks against RITA: bytes are payload, not
// IP bytes; names are grouped by registered domain; the modifiers that need
// details of HTTP, and threat intelligence, are left out.

const (
	ritaMost  = 0.8  // the most that a score is before modifiers
	ritaStep  = 0.15 // of each modifier
	ritaCalls = 86_400
)

// bucketed grades a value between four bounds.
func bucketed(v, base, low, med, high float64) float64 {
	switch {
	case v < base:
		return 0
	case v < low:
		return 0.2 + 0.2*(v-base)/(low-base)
	case v < med:
		return 0.4 + 0.2*(v-low)/(med-low)
	case v < high:
		return 0.6 + 0.2*(v-med)/(high-med)
	}
	return ritaMost
}

// scorePair scores the connections of a host and a far end within [from, to).
func scorePair(calls []detect.Call, from, to int64) float64 {
	var ts, sizes []float64
	var open float64
	for i := range calls {
		ts = append(ts, math.Floor(float64(calls[i].TS)/1e6))
		sizes = append(sizes, float64(calls[i].Out))
		open += float64(calls[i].Duration) / 3.6e9
	}
	score := bucketed(open, 1, 4, 8, 12)
	if len(calls) >= ritaCalls {
		return ritaMost
	}
	slices.Sort(ts)
	unique := slices.Compact(slices.Clone(ts))
	if len(unique) >= 4 {
		beacon := 100 * beaconScore(unique, ts, sizes, float64(from)/1e6, float64(to)/1e6)
		score = max(score, bucketed(beacon, 50, 75, 90, 100))
	}
	return score
}

// beaconScore is between 0 and 1.
func beaconScore(unique, ts, sizes []float64, from, to float64) float64 {
	var gaps []float64
	for i := 1; i < len(unique); i++ {
		gaps = append(gaps, unique[i]-unique[i-1])
	}
	if len(gaps) < 3 {
		return 0
	}
	slices.Sort(gaps)
	slices.Sort(sizes)
	bins := make([]float64, 24)
	for _, t := range ts {
		bins[min(23, max(0, int((t-from)/(to-from)*24)))]++
	}
	sum := (spread(gaps, 1) + spread(sizes, 0) + histogram(bins) + duration(bins, unique, from, to)) / 4
	return math.Round(sum*1000) / 1000
}

// spread scores how symmetric and how narrow sorted values lie around their median.
func spread(v []float64, whenSmall float64) float64 {
	q1, q2, q3 := quantile(v, 0.25), quantile(v, 0.5), quantile(v, 0.75)
	skew := 0.0
	if q3-q1 >= 10 && q2 != q1 && q2 != q3 {
		skew = (q1 + q3 - 2*q2) / (q3 - q1)
	}
	mad := whenSmall
	if q2 >= 1 {
		dev := make([]float64, len(v))
		for i, x := range v {
			dev[i] = math.Abs(x - q2)
		}
		slices.Sort(dev)
		mad = max(0, (q2-quantile(dev, 0.5))/q2)
	}
	return (1 - math.Abs(skew) + mad) / 2
}

// quantile interpolates between the neighbours of a place in sorted values.
func quantile(v []float64, q float64) float64 {
	at := q * float64(len(v)-1)
	i := int(at)
	if i+1 >= len(v) {
		return v[len(v)-1]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}

// histogram scores how even the day's bins are, or how well two heights describe them.
func histogram(bins []float64) float64 {
	var sum, most, square float64
	filled := 0
	for _, b := range bins {
		sum += b
		most = max(most, b)
		if b > 0 {
			filled++
		}
	}
	mean := sum / float64(len(bins))
	for _, b := range bins {
		square += (b - mean) * (b - mean)
	}
	cv := math.Sqrt(square/float64(len(bins))) / mean
	score := max(0, 1-cv)
	if filled < 11 {
		return score
	}
	step := math.Ceil(most * 0.05)
	heights := map[float64]int{}
	for _, b := range bins {
		if b > 0 {
			heights[math.Floor(b/step)]++
		}
	}
	var counts []int
	for _, n := range heights {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	slices.Reverse(counts)
	two := counts[0]
	if len(counts) > 1 {
		two += counts[1]
	}
	return max(score, min(1, float64(two)/float64(max(filled-1, 1))))
}

// duration scores for how much of the day it went on.
func duration(bins, unique []float64, from, to float64) float64 {
	filled, run, longest := 0, 0, 0
	for _, b := range bins {
		if b == 0 {
			run = 0
			continue
		}
		filled++
		run++
		longest = max(longest, run)
	}
	if filled < 6 {
		return 0
	}
	coverage := (unique[len(unique)-1] - unique[0]) / (to - from)
	return min(1, max(coverage, float64(longest)/12))
}

// scoreSubdomains scores a domain by how many names below it were asked for.
func scoreSubdomains(names int64, visited bool, p *popularity, label string, day int) float64 {
	s := bucketed(float64(names), 100, 500, 800, 1000)
	if s == 0 {
		return 0
	}
	if !visited {
		s += ritaStep
	}
	return p.modify(s, label, day)
}

// popularity is how many hosts used a label on a day, and when it was first seen.
type popularity struct {
	hosts []map[string]int // by day and label
	all   []int            // hosts by day
	first map[string]int   // day
	seen  []map[string]bool
}

func newPopularity(days int) *popularity {
	p := &popularity{all: make([]int, days), first: map[string]int{}}
	for range days {
		p.hosts, p.seen = append(p.hosts, map[string]int{}), append(p.seen, map[string]bool{})
	}
	return p
}

// add counts a pair on a day; days must come in order.
func (p *popularity) add(x pair, day int) {
	p.hosts[day][x.label]++
	if !p.seen[day][x.host] {
		p.seen[day][x.host] = true
		p.all[day]++
	}
	if _, ok := p.first[x.label]; !ok {
		p.first[x.label] = day
	}
}

// modify adds what is said for and against a far end; one that the background does
// not know is a theft's: one host has it, and it is new.
func (p *popularity) modify(score float64, label string, day int) float64 {
	if score == 0 {
		return 0
	}
	share := float64(max(1, p.hosts[day][label])) / float64(max(1, p.all[day]))
	switch {
	case share <= 0.02:
		score += ritaStep
	case share >= 0.5:
		score -= ritaStep
	}
	first, ok := p.first[label]
	switch age := day - first; {
	case !ok || age <= 7:
		score += ritaStep
	case age >= 30:
		score -= ritaStep
	}
	return max(0.001, score)
}
