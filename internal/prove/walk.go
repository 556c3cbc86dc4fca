package prove

import (
	"context"

	"barium/internal/caseload"
)

// pair is a host and the label of a far end: what a person has read of.
type pair struct{ host, label string }

// pairsOf lists what a case is about.
func pairsOf(c *caseload.Case) (out []pair) {
	for i := range c.Findings {
		out = append(out, pair{c.Findings[i].Src, c.Findings[i].Label})
	}
	return out
}

// look returns the cases as a hunt shows them at an hour.
func (b *background) look(ctx context.Context, until uint32) ([]caseload.Case, error) {
	s, err := b.see(ctx, until)
	if err != nil {
		return nil, err
	}
	return s.cases, nil
}

// reading is what a person has read in the background alone, and when.
type reading struct {
	budget int
	on     map[pair]int // day on which it was read
	fresh  []int        // new cases by day; -1 for a day that was not looked at
	left   int          // cases that amount to "data left", at the end
	seen   *tally       // each case as at its last look
	less   lesser       // the same without each detector; nil for those
}

// isNew reports whether a case holds something that had not been read of before a day.
func (r *reading) isNew(c *caseload.Case, day int) bool {
	for _, p := range pairsOf(c) {
		if on, ok := r.on[p]; !ok || on >= day {
			return true
		}
	}
	return false
}

// read notes that a case was read on a day.
func (r *reading) read(c *caseload.Case, day int) {
	for _, p := range pairsOf(c) {
		if _, ok := r.on[p]; !ok {
			r.on[p] = day
		}
	}
}

// walkClean looks at the background without thefts day by day and reads. What is
// there when the first week is over counts as read as far as the budget of those
// days goes.
func (b *background) walkClean(ctx context.Context, budget int, step func()) (*reading, error) {
	r := newReading(budget, b.days)
	r.less = newLesser(budget, b.days)
	r.seen = &tally{}
	for day := max(1, b.warm); day <= b.days; day++ {
		s, err := b.see(ctx, b.until(day))
		if err != nil {
			return nil, err
		}
		r.seen.look(s.cases)
		r.turn(s.cases, day, b.warm)
		r.less.turn(s, day, b.warm)
		step()
	}
	return r, nil
}

func newReading(budget, days int) *reading {
	r := &reading{budget: budget, on: map[pair]int{}, fresh: make([]int, days+1)}
	for i := range r.fresh {
		r.fresh[i] = -1
	}
	return r
}

// turn reads the cases of a day; on the day that ends learning, as many as all days
// until then allow.
func (r *reading) turn(cases []caseload.Case, day, warm int) {
	may, n := r.budget, 0
	if day == warm {
		may = r.budget * day
	}
	for i := range cases {
		if !r.isNew(&cases[i], day) {
			continue
		}
		if n < may {
			r.read(&cases[i], day)
		}
		n++
	}
	r.fresh[day], r.left = n, 0
	for i := range cases {
		if cases[i].Level == caseload.Left {
			r.left++
		}
	}
}
