package prove

import (
	"cmp"
	"context"
	"math"
	"slices"

	"barium/internal/condense"
	"barium/internal/detect"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

// entry is a host and a label on a day with what a baseline ranks by; the host is
// empty where the baseline does not know it.
type entry struct {
	pair
	value float64
	tie   int64 // connections, for equal values
}

func (e *entry) compare(o *entry) int {
	return cmp.Or(cmp.Compare(o.value, e.value), cmp.Compare(o.tie, e.tie), cmp.Compare(e.host, o.host), cmp.Compare(e.label, o.label))
}

// baseline lists pairs by a figure of the day, the largest first; a person reads as
// many new ones of them in a day as of barium's cases.
type baseline struct {
	Name, Title string
	days        [][]entry // of the background, by day
	cut         []entry   // the last one that is read on each day
}

// settle reads through the background: a threshold that moves so that each day
// spends the budget.
func (b *baseline) settle(budget int) {
	read := map[pair]bool{}
	b.cut = make([]entry, len(b.days))
	for d, es := range b.days {
		slices.SortFunc(es, func(x, y entry) int { return x.compare(&y) })
		n := 0
		for i := range es {
			if n == budget {
				break
			}
			if es[i].value > 0 && !read[es[i].pair] {
				read[es[i].pair] = true
				n++
				b.cut[d] = es[i]
			}
		}
		if n < budget {
			b.cut[d] = entry{}
		}
	}
	b.days = nil
}

// shows reports whether an entry would be read on a day.
func (b *baseline) shows(day int, e *entry) bool {
	c := &b.cut[day]
	return e.value > 0 && (e.value > c.value || e.value == c.value && e.tie > c.tie)
}

// The baselines, in order.
const (
	byBytes = iota
	byConnections
	byRITA
	numBaselines
)

// baselines ranks all of the background's days; the look is at all of it.
func (b *background) baselines(ctx context.Context, l *ledger.Look, budget int) ([]*baseline, error) {
	out := []*baseline{
		byBytes:       {Name: "bytes", Title: "bytes a day"},
		byConnections: {Name: "connections", Title: "connections a day"},
		byRITA:        {Name: "rita-like", Title: "RITA-like, 24 h"},
	}
	for _, x := range out {
		x.days = make([][]entry, b.days)
	}
	labels := newPopularity(b.days)
	var p pair
	var day int
	var bytes, events int64
	err := ledger.Each(ctx, l, trafficQuery, []any{b.first}, []any{&p.host, &p.label, &day, &bytes, &events}, func() error {
		day = min(day, b.days-1)
		out[byBytes].days[day] = append(out[byBytes].days[day], entry{p, float64(bytes), events})
		out[byConnections].days[day] = append(out[byConnections].days[day], entry{p, float64(events), bytes})
		labels.add(p, day)
		return nil
	})
	if err != nil {
		return nil, err
	}
	b.popularity = labels
	for day := range b.days {
		es, err := b.scoreDay(ctx, l, day)
		if err != nil {
			return nil, err
		}
		out[byRITA].days[day] = es
	}
	var names int64
	var visited bool
	err = ledger.Each(ctx, l, subdomainsQuery, []any{b.first}, []any{&p.label, &day, &names, &visited}, func() error {
		day = min(day, b.days-1)
		if s := scoreSubdomains(names, visited, labels, p.label, day); s > 0 {
			out[byRITA].days[day] = append(out[byRITA].days[day], entry{pair{"", p.label}, s, names})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, x := range out {
		x.settle(budget)
	}
	return out, nil
}

// scoreDay scores all pairs of a day of the background.
func (b *background) scoreDay(ctx context.Context, l *ledger.Look, day int) (out []entry, err error) {
	var at, row pair
	var calls []detect.Call
	flush := func() {
		if s := b.scored(at, calls, day); s.value > 0 {
			out = append(out, s)
		}
		calls = calls[:0]
	}
	var flipped bool
	var list detect.List
	args := []any{b.until(day), b.until(day + 1), 0, int64(math.MaxInt64)}
	into := append([]any{&row.host, &row.label, &flipped}, detect.Scan(&list)...)
	err = ledger.Each(ctx, l, callsQuery, args, into, func() error {
		if row != at {
			flush()
			at = row
		}
		cs, err := detect.Calls(&list, flipped)
		calls = append(calls, cs...)
		return err
	})
	flush()
	return out, err
}

// scored scores the connections of a pair on a day.
func (b *background) scored(p pair, calls []detect.Call, day int) entry {
	from, to := moment(b.until(day)), moment(b.until(day+1))
	return entry{p, b.popularity.modify(scorePair(calls, int64(from), int64(to)), p.label, day), int64(len(calls))}
}

// compare tells on which day each baseline would have shown each theft.
func (r *round) compare(ctx context.Context, bases []*baseline, over *duck.Overlay) error {
	best := map[*theft][][]entry{} // by baseline and day
	of := map[pair]*theft{}        // host and far address
	zone := map[pair]*theft{}      // host and registered domain
	for _, t := range r.thefts {
		days := make([][]entry, numBaselines)
		for i := range days {
			days[i] = make([]entry, r.b.days)
		}
		best[t] = days
		for _, e := range t.scene.Ends {
			of[pair{t.machine.ip, e.Addr.String()}] = t
			zone[pair{t.machine.ip, e.Label}] = t
		}
	}
	better := func(t *theft, base, day int, e entry) {
		if x := &best[t][base][day]; e.value > x.value {
			*x = e
		}
	}
	var at, row pair
	var day int
	var calls []detect.Call
	flush := func() {
		t := of[at]
		if t == nil || len(calls) == 0 {
			calls = calls[:0]
			return
		}
		var bytes int64
		for _, c := range calls {
			bytes += c.Out
		}
		p := pair{at.host, labelOf(t, at.label)}
		better(t, byBytes, day, entry{p, float64(bytes), int64(len(calls))})
		better(t, byConnections, day, entry{p, float64(len(calls)), bytes})
		better(t, byRITA, day, r.b.scored(p, calls, day))
		calls = calls[:0]
	}
	var hour uint32
	var list detect.List
	first := over.First(condense.Conversation)
	into := append([]any{&row.host, &row.label, &hour}, detect.Scan(&list)...)
	err := ledger.Each(ctx, r.b.store, injectedQuery, []any{first, first}, into, func() error {
		d := r.b.dayOf(hour)
		if row != at || d != day {
			flush()
			at, day = row, d
		}
		cs, err := detect.Calls(&list, false)
		calls = append(calls, cs...)
		return err
	})
	if err != nil {
		return err
	}
	flush()
	names := map[*theft][]int64{}
	var n int64
	err = ledger.Each(ctx, r.b.store, lookupsQuery, []any{over.First(condense.Lookup)}, []any{&row.host, &row.label, &hour, &n}, func() error {
		if t := zone[row]; t != nil {
			if names[t] == nil {
				names[t] = make([]int64, r.b.days)
			}
			names[t][r.b.dayOf(hour)] += n
		}
		return nil
	})
	if err != nil {
		return err
	}
	for t, byDay := range names {
		for d, n := range byDay {
			label := t.scene.Ends[0].Label
			better(t, byRITA, d, entry{pair{"", label}, scoreSubdomains(n, false, r.b.popularity, label, d), n})
		}
	}
	for _, t := range r.thefts {
		for i, base := range bases {
			t.outcome.Baselines[base.Name] = r.reached(t, base, best[t][i])
		}
	}
	return nil
}

// reached finds the first day on which a baseline shows a theft. It is given as much
// time as barium is.
func (r *round) reached(t *theft, base *baseline, days []entry) *Reached {
	for d := r.start; d < min(r.b.days, r.start+r.b.lasts(t.trial)); d++ {
		if base.shows(d, &days[d]) {
			return &Reached{true, int64(r.b.until(d+1)) - int64(t.scene.Begin)/3_600_000_000}
		}
	}
	return &Reached{}
}

func labelOf(t *theft, address string) string {
	for _, e := range t.scene.Ends {
		if e.Addr.String() == address {
			return e.Label
		}
	}
	return address
}

// dayOf returns the day of the background that an hour lies in.
func (b *background) dayOf(hour uint32) int {
	return min(int(hour-b.first)/24, b.days-1)
}
