package prove

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"barium/internal/caseload"
	"barium/internal/condense"
	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/ledger/duck"
	"barium/internal/prove/story"
)

// theft is one story on one host.
type theft struct {
	trial     *trial
	placement int
	machine   machine
	scene     *story.Scene
	outcome   Outcome
	last      Weighed           // its case as at the last look that shows one
	found     uint32            // hour of the look that shows it
	without   map[string]uint32 // the same without a detector, by its name
}

// Outcome is what became of one injected theft.
type Outcome struct {
	Story     string   `json:"story"`
	Placement int      `json:"placement"`
	Host      string   `json:"host"`
	FarEnds   []string `json:"far_ends"`
	Begin     string   `json:"begin"`
	Injected  int64    `json:"injected_bytes"` // payload, to the end of the records
	Found     bool     `json:"found"`
	// Hours from the begin to the look that showed it, and what had left by then.
	Hours    int64    `json:"hours,omitempty"`
	Lost     int64    `json:"bytes_until_found,omitempty"`
	Rank     int      `json:"rank,omitempty"` // among that day's new cases
	WeightDB float64  `json:"weight_db,omitempty"`
	By       []string `json:"detectors,omitempty"`
	Uses     []string `json:"far_ends_named,omitempty"` // "command", "exfiltration"
	// Best is how near it came when it was not found: its best rank and weight in a
	// list, 0 when no list ever named it.
	BestRank   int                 `json:"best_rank,omitempty"`
	BestWeight float64             `json:"best_weight_db,omitempty"`
	Baselines  map[string]*Reached `json:"baselines"`
}

// Reached is when a baseline would have shown a theft.
type Reached struct {
	Found bool  `json:"found"`
	Hours int64 `json:"hours,omitempty"`
}

// round is thefts that are injected together.
type round struct {
	b      *background
	read   *reading
	start  int // day on which all begin
	thefts []*theft
	looks  map[uint32][]caseload.Case // by hour
	less   lesser
	since  int // day of the look before
}

// plan shares the trials out over rounds: at most so many thefts at once as the
// background has hundreds of hosts, no host twice in a round. What lasts equally
// long goes together, so that a round ends early.
func plan(b *background, trials []trial, o *Options) (out []*round) {
	var all []*theft
	for i := range trials {
		for p := range o.Placements {
			all = append(all, &theft{trial: &trials[i], placement: p + 1})
		}
	}
	rng := rand.New(rand.NewPCG(o.Seed, 0x6261_7269_756d))
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	slices.SortStableFunc(all, func(x, y *theft) int { return b.lasts(x.trial) - b.lasts(y.trial) })
	for group := range slices.Chunk(all, min(b.together(), len(b.machines))) {
		r := &round{b: b, start: b.warm, thefts: group}
		if free := b.days/2 - b.warm; free > 0 {
			r.start += rng.IntN(free + 1)
		}
		order := rng.Perm(len(b.machines))
		for i, m := range b.pick(r.start, len(group), order) {
			group[i].machine = m
			group[i].outcome = Outcome{Story: group[i].trial.Name, Placement: group[i].placement, Host: m.ip, Baselines: map[string]*Reached{}}
		}
		out = append(out, r)
	}
	return out
}

// lasts is on how many days of the background a theft may be found: those that it
// sends on and two more.
func (b *background) lasts(t *trial) int {
	if t.Length == 0 {
		return b.days
	}
	return min(b.days, int((t.Length+24*time.Hour-1)/(24*time.Hour))+2)
}

// offsets are the days after the begin at whose end a look is taken; when a theft
// is found in one, the days between are looked at by halves.
var offsets = []int{1, 2, 3, 5, 8, 14, 21, 30, 45, 60}

// run injects the thefts, walks forward and says what was found.
func (r *round) run(ctx context.Context, o *Options, bases []*baseline) (err error) {
	over, err := r.inject(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, over.Remove(ctx)) }()
	r.looks = map[uint32][]caseload.Case{}
	before := r.start
	for _, n := range offsets {
		day := min(r.start+n, r.b.days)
		if day == before {
			break
		}
		var open []*theft
		for _, t := range r.thefts {
			if !t.outcome.Found && before < r.start+r.b.lasts(t.trial) {
				open = append(open, t)
			}
		}
		r.since = before
		if len(open) > 0 {
			err = r.narrow(ctx, open, before, day)
		} else if r.owing(before) {
			_, err = r.at(ctx, r.b.until(day))
		} else {
			break
		}
		if err != nil {
			return err
		}
		before = day
	}
	r.since = r.b.days // what follows is no look at thefts whose time is over
	if err := r.weigh(ctx); err != nil {
		return err
	}
	return r.compare(ctx, bases, over)
}

// inject plays the thefts into an overlay.
func (r *round) inject(ctx context.Context, o *Options) (*duck.Overlay, error) {
	dict, err := r.b.store.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	c := condense.New(dict, condense.Options{Memory: o.Memory / 2, TempDir: o.TempDir})
	defer c.Close()
	sink := c.Sink(r.b.sources + 1)
	r.play(o, sink)
	if err := sink.Close(); err != nil {
		return nil, err
	}
	return r.b.store.Overlay(ctx, c)
}

// play writes the records of all thefts.
func (r *round) play(o *Options, sink format.Sink) {
	taken := map[event.Addr]bool{}
	from, end := moment(r.b.first+24*uint32(r.start)), moment(r.b.first+r.b.hours)
	for _, t := range r.thefts {
		site := story.Site{
			Host: addr(t.machine.ip), Resolver: addr(t.machine.resolver), Forwards: r.b.forwards[t.machine.resolver], Logs: r.b.logs,
			Taken: func(a event.Addr) bool { return r.b.taken[a] || taken[a] },
		}
		s := story.NewScene(site, from, end, o.Seed, fmt.Sprintf("%s %d", t.trial.Name, t.placement), sink)
		// Within the first day, or what there is of it; so that it fits, if it can.
		late := min(18, int64(r.b.hours)/4)
		if n := int64(t.trial.Length / time.Hour); n > 0 {
			late = min(late, max(0, int64(r.b.hours)-int64(24*r.start)-n))
		}
		s.Begin += event.Time(s.Rand.Int64N(late+1)) * 3_600_000_000
		t.trial.Play(s)
		t.scene = s
		for _, e := range s.Ends {
			taken[e.Addr] = true
		}
		t.outcome.Begin = s.Begin.Std().Format(time.RFC3339)
		t.outcome.FarEnds = s.Labels()
		t.outcome.Injected = s.Total(s.Until)
	}
}

func addr(ip string) event.Addr {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return event.Addr{}
	}
	return event.AddrFrom(a)
}

// at returns the cases at an hour.
func (r *round) at(ctx context.Context, hour uint32) ([]caseload.Case, error) {
	if cases, ok := r.looks[hour]; ok {
		return cases, nil
	}
	s, err := r.b.see(ctx, hour)
	if err != nil {
		return nil, err
	}
	r.looks[hour] = s.cases
	r.ablate(s, hour)
	return s.cases, nil
}

// narrow looks at the end of a day and, for the thefts that it shows, at those
// after before by halves until the first day that shows them is known.
func (r *round) narrow(ctx context.Context, thefts []*theft, before, day int) error {
	cases, err := r.at(ctx, r.b.until(day))
	if err != nil {
		return err
	}
	var found []*theft
	for _, t := range thefts {
		if r.sees(t, cases, day) {
			found = append(found, t)
		}
	}
	if len(found) == 0 {
		return nil
	}
	if day-before > 1 {
		mid := (before + day) / 2
		if err := r.narrow(ctx, found, before, mid); err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(t *theft) bool { return t.outcome.Found })
		if len(found) > 0 {
			return r.narrow(ctx, found, mid, day)
		}
		return nil
	}
	for _, t := range found {
		hour := r.b.until(day)
		if t.trial.Fast {
			if hour, err = r.firstHour(ctx, t, day); err != nil {
				return err
			}
			if cases, err = r.at(ctx, hour); err != nil {
				return err
			}
		}
		r.note(t, cases, day, hour)
	}
	return nil
}

// firstHour returns the first hour of a day at whose end a theft is shown.
func (r *round) firstHour(ctx context.Context, t *theft, day int) (uint32, error) {
	low, high := r.b.until(day-1), r.b.until(day)
	low = max(low, uint32(int64(t.scene.Begin)/3_600_000_000))
	for low+1 < high {
		mid := (low + high) / 2
		cases, err := r.at(ctx, mid)
		if err != nil {
			return 0, err
		}
		if r.sees(t, cases, day) {
			high = mid
		} else {
			low = mid
		}
	}
	return high, nil
}

// place returns the case that names a theft's host and one of its far ends, and its
// rank among what is new on a day. Cases of other thefts of the round take no rank:
// there are more of them at once than anybody has.
func (r *round) place(t *theft, cases []caseload.Case, day int) (c *caseload.Case, rank int) {
	return r.placeAmong(r.read, t, cases, day)
}

// placeAmong is the same for who has read something else.
func (r *round) placeAmong(read *reading, t *theft, cases []caseload.Case, day int) (c *caseload.Case, rank int) {
	for i := range cases {
		x := &cases[i]
		if t.named(x) {
			return x, rank + 1
		}
		if read.isNew(x, day) && !slices.ContainsFunc(r.thefts, func(o *theft) bool { return o.named(x) }) {
			rank++
		}
	}
	return nil, 0
}

func (r *round) sees(t *theft, cases []caseload.Case, day int) bool {
	c, rank := r.place(t, cases, day)
	if c == nil {
		return false
	}
	if b := &t.outcome; b.BestRank == 0 || rank < b.BestRank {
		b.BestRank, b.BestWeight = rank, c.Weight
	}
	return rank <= r.read.budget
}

// note writes down that a theft is found.
func (r *round) note(t *theft, cases []caseload.Case, day int, hour uint32) {
	c, rank := r.place(t, cases, day)
	if c == nil {
		return
	}
	o := &t.outcome
	o.Found, o.Rank, o.WeightDB = true, rank, c.Weight
	t.found = hour
	o.Hours = int64(hour) - int64(t.scene.Begin)/3_600_000_000
	o.Lost = t.scene.Total(moment(hour))
	for i := range c.Findings {
		f := &c.Findings[i]
		for _, e := range t.scene.Ends {
			if f.Src != t.machine.ip || !is(f.Label, f.Dst, e) {
				continue
			}
			o.By, o.Uses = append(o.By, f.Detector), append(o.Uses, e.Use)
		}
	}
	slices.Sort(o.By)
	slices.Sort(o.Uses)
	o.By, o.Uses = slices.Compact(o.By), slices.Compact(o.Uses)
}

// named reports whether a case names the host and a far end of a theft.
func (t *theft) named(c *caseload.Case) bool {
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Src != t.machine.ip {
			continue
		}
		for _, e := range t.scene.Ends {
			if is(f.Label, f.Dst, e) {
				return true
			}
		}
	}
	return false
}

// is reports whether a finding's far end is e.
func is(label, dst string, e *story.End) bool {
	return label == e.Label || dst == e.Addr.String() || strings.EqualFold(label, e.Name)
}
