package prove

import (
	"context"
	"slices"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/hunt"
	"barium/internal/ledger"
)

// sight is what a look shows, of which the cases can be built again without one
// detector's findings.
type sight struct {
	findings []detect.Finding
	facts    caseload.Facts
	cases    []caseload.Case
}

// see looks as a hunt does, at an hour.
func (b *background) see(ctx context.Context, until uint32) (*sight, error) {
	l, err := ledger.NewLook(ctx, b.store, ledger.Window{Until: until}, b.networks)
	if err != nil {
		return nil, err
	}
	s := &sight{}
	if s.findings, s.facts, err = hunt.Findings(ctx, l); err != nil {
		return nil, err
	}
	s.cases, _ = caseload.Join(s.findings, s.facts)
	return s, nil
}

// without returns the cases as they would be if there were no such detector.
func (s *sight) without(name string) []caseload.Case {
	by := func(f detect.Finding) bool { return f.Detector == name }
	if !slices.ContainsFunc(s.findings, by) {
		return s.cases
	}
	cases, _ := caseload.Join(slices.DeleteFunc(slices.Clone(s.findings), by), s.facts)
	return cases
}

// lesser is what a person would have read without one detector, by its name.
type lesser map[string]*reading

func newLesser(budget, days int) lesser {
	out := lesser{}
	for _, name := range hunt.Detectors() {
		out[name] = newReading(budget, days)
	}
	return out
}

// turn reads a day without each detector.
func (l lesser) turn(s *sight, day, warm int) {
	for name, r := range l {
		r.turn(s.without(name), day, warm)
	}
}

// ablate notes which thefts a look would show without each detector. since is the
// day of the look before: whose time was over by then is not looked at any more.
func (r *round) ablate(s *sight, hour uint32) {
	day := min(r.b.days, int(hour-r.b.first+23)/24)
	for name, read := range r.less {
		cases := s.without(name)
		for _, t := range r.thefts {
			if r.since >= r.start+r.b.lasts(t.trial) {
				continue
			}
			c, rank := r.placeAmong(read, t, cases, day)
			if c == nil || rank > read.budget {
				continue
			}
			if t.without == nil {
				t.without = map[string]uint32{}
			}
			if had, ok := t.without[name]; !ok || hour < had {
				t.without[name] = hour
			}
		}
	}
}

// owing reports whether a theft that was found would not have been yet without one
// of the detectors that found it, and has time left.
func (r *round) owing(since int) bool {
	return slices.ContainsFunc(r.thefts, func(t *theft) bool {
		return t.outcome.Found && since < r.start+r.b.lasts(t.trial) && slices.ContainsFunc(t.outcome.By, func(name string) bool {
			_, ok := t.without[name]
			return !ok
		})
	})
}

// Added is what one detector adds to the others.
type Added struct {
	Name string `json:"name"`
	// Found is how many thefts are found with all detectors, and In in how many of
	// their cases this one has a finding. Without it, Without are found at the same
	// budget, of the others Later only in a later look.
	Found   int `json:"found_with_all"`
	In      int `json:"in_found_cases"`
	Without int `json:"found_without"`
	Later   int `json:"found_later_without"`
	// Lost names the thefts that are not found without it, each once.
	Lost []string `json:"lost_without"`
	// The background's cases without it; Clean has those with it.
	Backlog int     `json:"cases_on_first_day_without"`
	Mean    float64 `json:"new_cases_per_day_without"`
	// Smallest is the smallest plain theft, by route and time, in whose found case it
	// has a finding in at least one placement.
	Smallest []PlainTheft `json:"smallest"`
}

// PlainTheft is a plain theft that a detector had a part in finding.
type PlainTheft struct {
	Route string `json:"route"`
	Hours int64  `json:"hours"`
	Bytes int64  `json:"bytes"`
}

// added says what each detector adds, in the order of the catalogue.
func added(b *background, less lesser, trials []trial, thefts []*theft) (out []Added) {
	for _, name := range hunt.Detectors() {
		clean := less[name].summary(b)
		a := Added{Name: name, Lost: []string{}, Smallest: []PlainTheft{}, Backlog: clean.Backlog, Mean: clean.Mean}
		for _, t := range thefts {
			o := &t.outcome
			hour, without := t.without[name]
			if without {
				a.Without++
			}
			if !o.Found {
				continue
			}
			a.Found++
			switch {
			case !without:
				a.Lost = append(a.Lost, o.Story)
			case hour > t.found:
				a.Later++
			}
			if slices.Contains(o.By, name) {
				a.In++
			}
		}
		slices.Sort(a.Lost)
		a.Lost = slices.Compact(a.Lost)
		a.Smallest = parts(name, trials, thefts)
		out = append(out, a)
	}
	return out
}

// parts lists the smallest plain thefts that a detector had a part in finding; the
// trials stand in order of route, time and size.
func parts(name string, trials []trial, thefts []*theft) []PlainTheft {
	out := []PlainTheft{}
	for i := range trials {
		t := trials[i].sweep
		if t == nil || !slices.ContainsFunc(thefts, func(x *theft) bool {
			return x.trial.Name == trials[i].Name && x.outcome.Found && slices.Contains(x.outcome.By, name)
		}) {
			continue
		}
		p := PlainTheft{string(t.Route), int64(t.Lasts.Hours()), t.Size}
		if n := len(out); n == 0 || out[n-1].Route != p.Route || out[n-1].Hours != p.Hours {
			out = append(out, p)
		}
	}
	return out
}
