package prove

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"barium/internal/caseload"
	"barium/internal/detect"
)

// Weighed is a case as at the last look that showed it: an innocent one, of the
// background without thefts, or that of a theft.
type Weighed struct {
	Story     string `json:"story,omitempty"` // of a theft; empty for an innocent case
	Placement int    `json:"placement,omitempty"`
	// WeightDB is in decibans; nil for a theft that no case ever named.
	WeightDB  *float64           `json:"weight_db"`
	Groups    map[string]float64 `json:"groups"` // what each group of terms adds to it, in decibans
	Detectors []string           `json:"detectors"`
}

// weighed takes down a case.
func weighed(c *caseload.Case) Weighed {
	db := c.Weight
	w := Weighed{WeightDB: &db, Groups: c.Groups(), Detectors: []string{}}
	for g, db := range w.Groups {
		w.Groups[g] = detect.Round(db)
	}
	for i := range c.Findings {
		w.Detectors = append(w.Detectors, c.Findings[i].Detector)
	}
	slices.Sort(w.Detectors)
	w.Detectors = slices.Compact(w.Detectors)
	return w
}

// tally keeps each case of a walk as at its last look.
type tally struct {
	now []pairedCase
	// gone are those that a later look showed no more, nor any case that shares a host
	// and far end with them.
	gone []pairedCase
}

type pairedCase struct {
	Weighed
	pairs []pair
}

// look takes down the cases of the next look.
func (t *tally) look(cases []caseload.Case) {
	here := map[pair]bool{}
	old := append(t.gone, t.now...)
	t.gone, t.now = nil, nil
	for i := range cases {
		c := pairedCase{weighed(&cases[i]), pairsOf(&cases[i])}
		for _, p := range c.pairs {
			here[p] = true
		}
		t.now = append(t.now, c)
	}
	for _, c := range old {
		if !slices.ContainsFunc(c.pairs, func(p pair) bool { return here[p] }) {
			t.gone = append(t.gone, c)
		}
	}
}

// innocents lists the cases, heaviest first.
func (t *tally) innocents() []Weighed {
	out := []Weighed{}
	for _, c := range slices.Concat(t.gone, t.now) {
		out = append(out, c.Weighed)
	}
	slices.SortStableFunc(out, func(a, b Weighed) int { return cmp.Compare(*b.WeightDB, *a.WeightDB) })
	return out
}

// weigh notes for each theft of the round its case as at the last look that shows
// one; the last of all is at the end of the records, as it is for innocent cases.
func (r *round) weigh(ctx context.Context) error {
	if _, err := r.at(ctx, r.b.until(r.b.days)); err != nil {
		return err
	}
	for _, t := range r.thefts {
		t.last = Weighed{Groups: map[string]float64{}, Detectors: []string{}}
		for _, hour := range slices.Backward(slices.Sorted(maps.Keys(r.looks))) {
			cases := r.looks[hour]
			if i := slices.IndexFunc(cases, func(c caseload.Case) bool { return t.named(&c) }); i >= 0 {
				t.last = weighed(&cases[i])
				break
			}
		}
		t.last.Story, t.last.Placement = t.trial.Name, t.placement
	}
	return nil
}
