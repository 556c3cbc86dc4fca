package prove

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"barium/internal/detect"
	"barium/internal/icd203"
	"barium/internal/interval"
	"barium/internal/report"
)

// Reliability is how often cases were real, by the word that their weight states.
// Every theft in it is injected, far more often than any is real: at what rate, and
// what the shares come to at the stated prior, stand beside.
type Reliability struct {
	Prior      float64 `json:"prior"`
	HostMonths float64 `json:"host_months"` // of the background without thefts, each of 30 days
	Injected   int     `json:"thefts_injected"`
	Stories    int     `json:"stories"`
	Rate       float64 `json:"thefts_per_host_month"`
	Unseen     int     `json:"thefts_without_case"`
	// Most is the most that any case's probability can be shown to reach with so many
	// host-months: when every theft has such a case, and no innocent host has.
	Most      float64       `json:"most_supported"`
	Words     []WordScore   `json:"words"`
	Groups    []GroupWeight `json:"groups"`
	Innocents []Weighed     `json:"innocent_cases"`
	Thefts    []Weighed     `json:"theft_cases"`
}

// WordScore is the cases whose weight states one word.
type WordScore struct {
	Words string  `json:"words"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	// LowDB and HighDB are the weights that state it, in decibans, the higher not
	// included; nil where there is no bound.
	LowDB     *float64 `json:"low_db"`
	HighDB    *float64 `json:"high_db"`
	Innocents int      `json:"innocents"`
	Kinds     int      `json:"innocent_kinds"` // by detectors and groups of terms
	Thefts    int      `json:"thefts"`
	Real      *float64 `json:"share_real"` // among both, as injected; nil when there is no case
	// RealInterval is of Real. TheftInterval is of the share of all thefts that have such
	// a case; it counts stories, for thefts of one story are alike. FalseInterval is of
	// innocent cases for a host in a month; below, it counts kinds, for the same program
	// on many hosts is one reason to be taken for a thief.
	RealInterval  interval.Interval `json:"share_real_interval_95"`
	TheftInterval interval.Interval `json:"share_of_thefts_interval_95"`
	FalseInterval interval.Interval `json:"innocents_per_host_month_interval_95"`
	// AtPrior is the share that would be real if one host in 10,000 were robbed in a
	// month; its interval is made of the two above. nil when there is no innocent case: then only the lower
	// bound says something.
	AtPrior         *float64          `json:"share_real_at_prior"`
	AtPriorInterval interval.Interval `json:"share_real_at_prior_interval_95"`
	// Measured: all of that interval lies within the word's range.
	Measured bool   `json:"measured"`
	Why      string `json:"why_not_measured"`
}

// GroupWeight is what a group of terms may weigh.
type GroupWeight struct {
	Group string  `json:"group"`
	Cap   float64 `json:"cap_db"`
	// Supported is the most that so many host-months can show for the group: that n
	// innocent host-months show no case in which it reaches its cap bounds their rate by
	// 3/n, so 10·log10(n/3) decibans; less when some do.
	Supported float64 `json:"supported_db"`
	AtCap     int     `json:"innocents_at_cap"`
	Within    bool    `json:"within"`                 // the cap is not above that
	Heaviest  float64 `json:"heaviest_innocent_db"`   // of all innocent cases
	Innocents int     `json:"innocents_with_group"`   // cases in which it adds something
	Thefts    int     `json:"theft_cases_with_group"` // likewise
}

// newReliability counts the cases of thefts and of host-months without any.
func newReliability(hostMonths float64, innocents, thefts []Weighed) *Reliability {
	r := &Reliability{
		Prior: icd203.Prior, HostMonths: hostMonths, Injected: len(thefts), Rate: float64(len(thefts)) / hostMonths,
		Innocents: innocents, Thefts: thefts,
	}
	r.Most = icd203.AtPrior(1, interval.Rate(0, hostMonths).High)
	r.Words = make([]WordScore, len(icd203.Words))
	for i, w := range icd203.Words {
		r.Words[i] = WordScore{Words: w.Text, Low: w.Low, High: w.High, LowDB: bound(w.Low), HighDB: bound(w.High)}
	}
	kinds, stories := map[string]bool{}, map[string]bool{}
	for i := range innocents {
		w := &r.Words[innocents[i].word()]
		w.Innocents++
		if k := w.Words + innocents[i].kind(); !kinds[k] {
			kinds[k] = true
			w.Kinds++
		}
	}
	for i := range thefts {
		stories[thefts[i].Story] = true
		if thefts[i].WeightDB == nil {
			r.Unseen++
			continue
		}
		r.Words[thefts[i].word()].Thefts++
	}
	r.Stories = len(stories)
	for i := range r.Words {
		r.Words[i].close(r)
	}
	r.Groups = groups(r)
	return r
}

// bound is the weight that states a probability.
func bound(p float64) *float64 {
	if p <= 0 || p >= 1 {
		return nil
	}
	db := icd203.Weight(p)
	return &db
}

// word is the place of the word that the weight of a case states.
func (w *Weighed) word() int { return icd203.Of(icd203.Stated(*w.WeightDB)) }

// kind tells innocent cases apart by their reasons.
func (w *Weighed) kind() string {
	return fmt.Sprintf(" %q %q", w.Detectors, slices.Sorted(maps.Keys(w.Groups)))
}

// close fills in what follows from the counts.
func (w *WordScore) close(r *Reliability) {
	n := w.Innocents + w.Thefts
	w.RealInterval = interval.Wilson(w.Thefts, n)
	alike := float64(r.Injected) / float64(max(1, r.Stories)) // thefts of a story
	w.TheftInterval = interval.Share(float64(w.Thefts)/max(1, alike), float64(r.Stories))
	w.FalseInterval = interval.Interval{Low: interval.Rate(w.Kinds, r.HostMonths).Low, High: interval.Rate(w.Innocents, r.HostMonths).High}
	w.AtPriorInterval = interval.Interval{
		Low:  atPrior(w.TheftInterval.Low, w.FalseInterval.High),
		High: atPrior(w.TheftInterval.High, w.FalseInterval.Low),
	}
	if n > 0 {
		share := float64(w.Thefts) / float64(n)
		w.Real = &share
	}
	if w.Innocents > 0 {
		share := atPrior(float64(w.Thefts)/float64(r.Injected), float64(w.Innocents)/r.HostMonths)
		w.AtPrior = &share
	}
	i := w.AtPriorInterval
	if w.Measured = n > 0 && i.Low >= w.Low && i.High <= w.High; w.Measured {
		return
	}
	switch {
	case n == 0:
		w.Why = "no case"
	case i.High < w.Low:
		w.Why = fmt.Sprintf("stated too high: real are at most %s", chance(i.High))
	case w.Innocents == 0 && i.Low < w.Low:
		w.Why = fmt.Sprintf("%s host-months support at most %s; with as many thefts it takes %s without an innocent case", months(r.HostMonths), chance(i.Low), months(w.takes()))
	default:
		w.Why = fmt.Sprintf("%s of %s leave anything from %s to %s", report.Plural(int64(w.Innocents), "innocent case"), report.Plural(int64(w.Kinds), "kind"), chance(i.Low), chance(i.High))
	}
}

// atPrior is icd203.AtPrior; without thefts nothing is real.
func atPrior(real, innocent float64) float64 {
	if real == 0 {
		return 0
	}
	return icd203.AtPrior(real, innocent)
}

// takes is how many host-months without an innocent case bring the lower bound to
// the word's range, with the thefts that there are.
func (w *WordScore) takes() float64 {
	return interval.Rate(0, 1).High * w.Low / (1 - w.Low) / (icd203.Prior * w.TheftInterval.Low)
}

// groups holds the caps against what the host-months can support.
func groups(r *Reliability) (out []GroupWeight) {
	for _, g := range slices.Sorted(maps.Keys(detect.Caps)) {
		x := GroupWeight{Group: g, Cap: detect.Caps[g]}
		for i := range r.Innocents {
			if db := r.Innocents[i].Groups[g]; db > 0 {
				x.Innocents++
				x.Heaviest = max(x.Heaviest, db)
				if db >= x.Cap {
					x.AtCap++
				}
			}
		}
		for i := range r.Thefts {
			if r.Thefts[i].Groups[g] > 0 {
				x.Thefts++
			}
		}
		x.Supported = detect.Round(max(0, -10*math.Log10(interval.Rate(x.AtCap, r.HostMonths).High)))
		x.Within = x.Cap <= x.Supported
		out = append(out, x)
	}
	return out
}

// chance words a probability so that small ones are not all 0 %.
func chance(p float64) string {
	switch {
	case p == 0 || p >= 0.0995:
		return fmt.Sprintf("%.0f %%", 100*p)
	case p < 1e-8:
		return fmt.Sprintf("%.0e %%", 100*p)
	}
	digits := 1 - int(math.Floor(math.Log10(100*p)))
	return fmt.Sprintf("%.*f %%", digits, 100*p)
}

// months words a number of host-months.
func months(n float64) string {
	if n < 10 {
		return fmt.Sprintf("%.2g", n)
	}
	// More than three digits would say more than is known.
	if unit := math.Pow(10, math.Floor(math.Log10(n))-2); unit > 1 {
		n = math.Round(n/unit) * unit
	}
	return report.Count(int64(math.Round(n)))
}
