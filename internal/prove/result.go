package prove

import (
	"fmt"
	"slices"
	"time"

	"barium/internal/interval"
	"barium/internal/prove/story"
)

// Result is what a run of Run measured; docs/prove.md describes its JSON.
type Result struct {
	Schema     string     `json:"schema"`
	Version    string     `json:"version"`
	Injected   string     `json:"injected"` // says that every theft in here was injected
	Background Background `json:"background"`
	Seed       uint64     `json:"seed"`
	Placements int        `json:"placements"`
	Budget     int        `json:"budget_cases_per_day"`
	Rounds     int        `json:"rounds"`
	Clean      Clean      `json:"clean"`
	Baselines  []Baseline `json:"baselines"`
	Stories    []Row      `json:"stories"`
	Sweep      []Cell     `json:"sweep"`
	Smallest   []Smallest `json:"smallest"`
	Detectors  []Added    `json:"detectors"`
	Thefts     []Outcome  `json:"thefts"`
	Limits     []string   `json:"not_tested"`

	Reliability *Reliability `json:"reliability"`
}

// Background is what the thefts were injected into.
type Background struct {
	What     string   `json:"what"`
	Paths    []string `json:"paths"`
	From     string   `json:"from"`
	To       string   `json:"to"`
	Hours    int      `json:"hours"`
	Days     int      `json:"days"`
	Learning int      `json:"days_before_the_first_theft"`
	Records  int64    `json:"records"`
	Hosts    int64    `json:"hosts"` // that deal with the outside
	Logs     []string `json:"logs"`
	Together int      `json:"thefts_at_once"`
}

// hostMonths is for how long how many hosts were watched, in months of 30 days.
func (b *Background) hostMonths() float64 { return float64(b.Hosts) * float64(b.Hours) / (30 * 24) }

// Clean is what the background shows without thefts.
type Clean struct {
	NewCases []int   `json:"new_cases_by_day"` // after the first week, or what stands for it
	Backlog  int     `json:"cases_on_first_day"`
	Mean     float64 `json:"new_cases_per_day"`
	Most     int     `json:"most_new_cases_in_a_day"`
	DataLeft int     `json:"cases_that_say_data_left"`
}

// Baseline names a simple way that was given the same budget.
type Baseline struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Score is how many of some thefts were found, and when.
type Score struct {
	Injected int               `json:"injected"`
	Found    int               `json:"found"`
	Interval interval.Interval `json:"interval_95"`
	// MedianHours and MostHours are from the begin of a theft to the look that showed
	// it, of those found.
	MedianHours int64 `json:"median_hours,omitempty"`
	MostHours   int64 `json:"most_hours,omitempty"`
	WorstRank   int   `json:"worst_rank,omitempty"`
}

// Row is a story.
type Row struct {
	Name      string           `json:"name"`
	Title     string           `json:"title"`
	Route     string           `json:"route"`
	Shape     string           `json:"shape"`
	Source    string           `json:"source"`
	Score     Score            `json:"barium"`
	Baselines map[string]Score `json:"baselines"`
	By        []string         `json:"detectors"`
}

// Cell is a plain theft.
type Cell struct {
	Route     string           `json:"route"`
	Bytes     int64            `json:"bytes"`
	Hours     int64            `json:"hours"`
	Score     Score            `json:"barium"`
	Baselines map[string]Score `json:"baselines"`
}

// Smallest is the smallest plain theft of a route and time of which, and of all
// larger ones, every placement was found; nil when there is none.
type Smallest struct {
	Route     string            `json:"route"`
	Hours     int64             `json:"hours"`
	Largest   int64             `json:"largest_tried"`
	Bytes     *int64            `json:"barium"`
	Baselines map[string]*int64 `json:"baselines"`
}

// Limits is what injection cannot test.
var Limits = []string{
	"Loss at the sensor: injected records are never lost or cut, real ones are.",
	"Address translation, proxies and shared addresses: an injected theft comes from its host's own address, directly.",
	"Encryption: what sensors could not have read is left out of the injected records by hand (TLS 1.3 without certificates); a real client may show more or less, and no client fingerprint is injected.",
	"A theft that is in the background already: its cases count here as innocent.",
	"Whether people act as assumed: that all new cases within the budget are read each day, and that who reads a case that names host and far end understands it.",
	"Entry, movement inside and staging: only what crosses the border of the network is injected.",
	"A thief who knows this program: the shapes are fixed.",
}

// schema names the shape of Result's JSON.
const schema = "barium-prove/1"

// injected is what each result says of its thefts.
const injected = "Every theft in this document was injected into the records by barium; none of them is real."

func summarise(b *background, o *Options, trials []trial, rounds []*round, read *reading, bases []*baseline, thefts []*theft) *Result {
	r := &Result{
		Schema: schema, Version: o.Version, Seed: o.Seed, Placements: o.Placements, Budget: o.Budget, Rounds: len(rounds),
		Injected: injected,
		Limits:   Limits, Stories: []Row{}, Sweep: []Cell{}, Smallest: []Smallest{}, Thefts: []Outcome{},
	}
	r.Background = b.describe(o)
	r.Clean = read.summary(b)
	for _, x := range bases {
		r.Baselines = append(r.Baselines, Baseline{x.Name, x.Title})
	}
	of := map[string][]*Outcome{}
	slices.SortStableFunc(thefts, func(x, y *theft) int {
		at := func(t *theft) int {
			return slices.IndexFunc(trials, func(u trial) bool { return u.Name == t.trial.Name })
		}
		if d := at(x) - at(y); d != 0 {
			return d
		}
		return x.placement - y.placement
	})
	for _, t := range thefts {
		of[t.trial.Name] = append(of[t.trial.Name], &t.outcome)
		r.Thefts = append(r.Thefts, t.outcome)
	}
	for i := range trials {
		t := &trials[i]
		outs := of[t.Name]
		score, others := score(outs), map[string]Score{}
		for _, x := range bases {
			others[x.Name] = scoreBaseline(outs, x.Name)
		}
		if t.sweep != nil {
			r.Sweep = append(r.Sweep, Cell{string(t.Route), t.sweep.Size, int64(t.sweep.Lasts / time.Hour), score, others})
			continue
		}
		r.Stories = append(r.Stories, Row{t.Name, t.Title, string(t.Route), t.Shape, t.Source, score, others, detectors(outs)})
	}
	r.Smallest = smallest(r.Sweep, bases)
	r.Detectors = added(b, read.less, trials, thefts)
	last := []Weighed{}
	for _, t := range thefts {
		last = append(last, t.last)
	}
	r.Reliability = newReliability(r.Background.hostMonths(), read.seen.innocents(), last)
	return r
}

func (b *background) describe(o *Options) Background {
	d := Background{
		What: "logs that were given", Paths: o.Paths, From: moment(b.first).Std().Format(time.RFC3339),
		To: moment(b.first + b.hours).Std().Format(time.RFC3339), Hours: int(b.hours), Days: b.days, Learning: b.warm,
		Records: b.records, Hosts: b.hosts, Together: min(b.together(), len(b.machines)),
	}
	if v := b.volume; v != nil {
		d.What = fmt.Sprintf("generated by barium (seed %d): %d days of an invented hospital with %d machines of people", o.Generate.Seed, o.Generate.Days, v.Hosts)
		d.Paths = []string{}
	}
	for name := range b.logs {
		d.Logs = append(d.Logs, name)
	}
	slices.Sort(d.Logs)
	return d
}

func (r *reading) summary(b *background) Clean {
	c := Clean{NewCases: []int{}, DataLeft: r.left}
	for day, n := range r.fresh {
		if n < 0 {
			continue
		}
		if day == max(1, b.warm) {
			c.Backlog = n
			continue
		}
		c.NewCases = append(c.NewCases, n)
		c.Most = max(c.Most, n)
		c.Mean += float64(n)
	}
	if n := len(c.NewCases); n > 0 {
		c.Mean /= float64(n)
	}
	return c
}

func score(outs []*Outcome) Score {
	s := Score{Injected: len(outs)}
	var hours []int64
	for _, o := range outs {
		if o.Found {
			hours = append(hours, o.Hours)
			s.WorstRank = max(s.WorstRank, o.Rank)
		}
	}
	s.close(hours)
	return s
}

func scoreBaseline(outs []*Outcome, name string) Score {
	s := Score{Injected: len(outs)}
	var hours []int64
	for _, o := range outs {
		if x := o.Baselines[name]; x != nil && x.Found {
			hours = append(hours, x.Hours)
		}
	}
	s.close(hours)
	return s
}

// close fills in what follows from how long each of those found took.
func (s *Score) close(hours []int64) {
	s.Found, s.Interval = len(hours), interval.Wilson(len(hours), s.Injected)
	if len(hours) > 0 {
		slices.Sort(hours)
		s.MedianHours, s.MostHours = hours[(len(hours)-1)/2], hours[len(hours)-1]
	}
}

func detectors(outs []*Outcome) []string {
	out := []string{}
	for _, o := range outs {
		out = append(out, o.By...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// smallest finds the smallest theft found of each route and time; the cells stand in
// order of route, time and size.
func smallest(cells []Cell, bases []*baseline) []Smallest {
	out := []Smallest{}
	for i := range cells {
		c := &cells[i]
		if n := len(out); n == 0 || out[n-1].Route != c.Route || out[n-1].Hours != c.Hours {
			out = append(out, Smallest{Route: c.Route, Hours: c.Hours, Baselines: map[string]*int64{}})
		}
		s := &out[len(out)-1]
		s.Largest = c.Bytes
		s.Bytes = step(s.Bytes, c.Bytes, c.Score)
		for _, b := range bases {
			s.Baselines[b.Name] = step(s.Baselines[b.Name], c.Bytes, c.Baselines[b.Name])
		}
	}
	return out
}

// step carries the smallest size found on to the next larger one.
func step(have *int64, size int64, s Score) *int64 {
	if s.Found < s.Injected || s.Injected == 0 {
		return nil
	}
	if have == nil {
		return &size
	}
	return have
}

// Names lists the stories that can be asked for.
func Names() (out []string) {
	for _, s := range story.Named {
		out = append(out, s.Name)
	}
	return out
}
