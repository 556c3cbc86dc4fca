package prove

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
)

// Pooled is the reliability over several results of Run; docs/prove.md describes its JSON.
type Pooled struct {
	Schema      string       `json:"schema"`
	Version     string       `json:"version"`
	Injected    string       `json:"injected"`
	Runs        []PooledRun  `json:"runs"`
	Reliability *Reliability `json:"reliability"`
	Fit         *Fit         `json:"fit"`
}

// PooledRun is one result that went in.
type PooledRun struct {
	Background Background `json:"background"`
	Seed       uint64     `json:"seed"`
	Version    string     `json:"version"`
	Innocents  int        `json:"innocent_cases"`
	Injected   int        `json:"thefts_injected"`
}

// sample is a background with the thefts that were injected into it.
type sample struct {
	what              string
	hostMonths        float64
	innocents, thefts []Weighed
}

// The bounds of what a document may hold.
const (
	largestResult = 256 << 20 // bytes
	mostDB        = 1000
)

// ReadResult reads the JSON of a result. The error says what to do.
func ReadResult(r io.Reader) (*Result, error) {
	text, err := io.ReadAll(io.LimitReader(r, largestResult+1))
	if err != nil {
		return nil, err
	}
	if len(text) > largestResult {
		return nil, fmt.Errorf("larger than %d MiB, which no result is", largestResult>>20)
	}
	var res Result
	if err := json.Unmarshal(text, &res); err != nil {
		return nil, fmt.Errorf("no result of barium prove --json: %w", err)
	}
	if res.Schema != schema {
		return nil, fmt.Errorf("no result of barium prove --json: its schema is %.40q, not %q", res.Schema, schema)
	}
	if res.Reliability == nil {
		return nil, errors.New("made by a barium that did not yet keep the weights of cases; run barium prove again")
	}
	if err := res.check(); err != nil {
		return nil, err
	}
	return &res, nil
}

// check refuses what Run never writes.
func (r *Result) check() error {
	if b := &r.Background; b.Hosts < 1 || b.Hours < 1 || b.Hosts > 1<<40 || b.Hours > 1<<32 {
		return fmt.Errorf("damaged: %d hosts in %d hours", b.Hosts, b.Hours)
	}
	if len(r.Reliability.Thefts) == 0 {
		return errors.New("no theft was injected")
	}
	for i := range r.Reliability.Innocents {
		if w := &r.Reliability.Innocents[i]; w.WeightDB == nil || math.Abs(*w.WeightDB) > mostDB {
			return fmt.Errorf("damaged: innocent case %d has no weight that a case can have", i+1)
		}
	}
	for i := range r.Reliability.Thefts {
		if w := &r.Reliability.Thefts[i]; w.Story == "" || w.WeightDB != nil && math.Abs(*w.WeightDB) > mostDB {
			return fmt.Errorf("damaged: theft %d has no story, or no weight that a case can have", i+1)
		}
	}
	return nil
}

// Pool puts results together. Innocent cases of a background that several results
// share count once; the same background with the same seed twice is an error.
func Pool(version string, results []*Result) (*Pooled, error) {
	results = slices.Clone(results)
	slices.SortStableFunc(results, func(a, b *Result) int {
		return cmp.Or(cmp.Compare(a.Background.What, b.Background.What), cmp.Compare(a.Background.From, b.Background.From), cmp.Compare(a.Seed, b.Seed))
	})
	p := &Pooled{Schema: "barium-prove-pool/1", Version: version, Injected: injected, Runs: []PooledRun{}}
	var samples []sample
	var of []*Result // the first result of each sample
	all := sample{innocents: []Weighed{}, thefts: []Weighed{}}
	for _, r := range results {
		rel := r.Reliability
		i := slices.IndexFunc(of, func(o *Result) bool { return reflect.DeepEqual(o.Background, r.Background) })
		if i >= 0 && slices.ContainsFunc(p.Runs, func(x PooledRun) bool { return x.Seed == r.Seed && reflect.DeepEqual(x.Background, r.Background) }) {
			return nil, fmt.Errorf("two of the results are of the same background with seed %d: thefts would count twice; leave one out or use another --seed", r.Seed)
		}
		if i < 0 {
			i = len(samples)
			of = append(of, r)
			s := sample{what: r.Background.What, hostMonths: r.Background.hostMonths(), innocents: rel.Innocents}
			samples = append(samples, s)
			all.hostMonths += s.hostMonths
			all.innocents = append(all.innocents, s.innocents...)
		}
		samples[i].thefts = append(samples[i].thefts, rel.Thefts...)
		all.thefts = append(all.thefts, rel.Thefts...)
		p.Runs = append(p.Runs, PooledRun{r.Background, r.Seed, r.Version, len(rel.Innocents), len(rel.Thefts)})
	}
	slices.SortStableFunc(all.innocents, func(a, b Weighed) int { return cmp.Compare(*b.WeightDB, *a.WeightDB) })
	p.Reliability = newReliability(all.hostMonths, all.innocents, all.thefts)
	p.Fit = fit(samples)
	return p, nil
}
