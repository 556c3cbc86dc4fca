package prove

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"barium/internal/caseload"
	"barium/internal/detect"
)

// cases makes innocent cases of weights, or those of a story's thefts; 0 for none.
func cases(story string, weights ...float64) (out []Weighed) {
	for i, db := range weights {
		w := Weighed{Story: story, Groups: map[string]float64{detect.Rhythm: 12}, Detectors: []string{"beacon"}}
		if story != "" {
			w.Placement = i + 1
		}
		if db > 0 {
			w.WeightDB = &weights[i]
		}
		out = append(out, w)
	}
	return out
}

func TestReliability(t *testing.T) {
	r := newReliability(300, cases("", 20, 21, 25, 30, 42), cases("apt1", 0, 25, 42, 42, 45, 60))
	if r.Injected != 6 || r.Unseen != 1 || math.Abs(r.Rate-0.02) > 1e-9 || math.Abs(r.Most-0.0099) > 1e-4 {
		t.Errorf("%+v", r)
	}
	f := func(i, innocents, thefts int, measured bool, why string) {
		t.Helper()
		w := &r.Words[i]
		if w.Innocents != innocents || w.Thefts != thefts || w.Measured != measured || !strings.Contains(w.Why, why) {
			t.Errorf("%s: %d innocent, %d thefts, %v %q", w.Words, w.Innocents, w.Thefts, w.Measured, w.Why)
		}
	}
	// 1 of 6 thefts and 3 cases in 300 host-months at 1:10,000 are 0.17 %. But all of a
	// kind, and thefts of one story.
	f(0, 3, 1, false, "3 innocent cases of 1 kind leave anything from 0.0023 % to 50 %")
	if p := r.Words[0].AtPrior; p == nil || math.Abs(*p-0.00166) > 1e-4 || *r.Words[0].Real != 0.25 {
		t.Errorf("at the prior %v", p)
	}
	f(1, 1, 0, false, "1 innocent case of 1 kind leave anything from 0 % to")
	f(2, 0, 0, false, "no case")
	f(4, 1, 3, false, "stated too high: real are at most")
	f(6, 0, 1, false, "300 host-months support at most 0.0067 %; with as many thefts it takes 84,900,000")
	if p := r.Words[6].AtPrior; p != nil {
		t.Errorf("without an innocent case %g are real", *p)
	}
	// With as many host-months as it says that a word takes, it is reached.
	need := r.Words[6].takes()
	if w := newReliability(need, nil, r.Thefts).Words[6]; !w.Measured || math.Abs(w.AtPriorInterval.Low-0.95) > 1e-6 {
		t.Errorf("with %g host-months: %+v", need, w)
	}
	// Nothing but innocent cases of many kinds is almost no chance.
	many := cases("", slices.Repeat([]float64{22}, 20)...)
	for i := range many {
		many[i].Detectors = []string{fmt.Sprint("detector ", i)}
	}
	if w := newReliability(300, many, r.Thefts).Words[0]; !w.Measured || w.Kinds != 20 || w.Innocents != 20 {
		t.Errorf("20 kinds of innocent cases: %+v", w)
	}
	for _, g := range r.Groups {
		// 10·log10(300/3) are 20 dB, the highest cap.
		if !g.Within || g.Supported != 20 || g.Cap != detect.Caps[g.Group] {
			t.Errorf("%+v", g)
		}
		if g.Group == detect.Rhythm && (g.Heaviest != 12 || g.Innocents != 5 || g.Thefts != 6) {
			t.Errorf("%+v", g)
		}
	}
	// What innocent cases reach is supported less: 10 of them, at most 18.4, in 300.
	full := cases("", slices.Repeat([]float64{22}, 10)...)
	for i := range full {
		full[i].Groups[detect.Rhythm] = detect.Caps[detect.Rhythm]
	}
	for _, g := range newReliability(300, full, nil).Groups {
		if want := map[bool]float64{true: 12.1, false: 20}[g.Group == detect.Rhythm]; g.Supported != want || g.Within != (want == 20) {
			t.Errorf("%+v", g)
		}
	}
	for _, g := range newReliability(100, nil, nil).Groups {
		if g.Supported != 15.2 || g.Within != (g.Cap <= 15.2) {
			t.Errorf("%+v", g)
		}
	}
}

func TestTally(t *testing.T) {
	at := func(host, label string, db float64) caseload.Case {
		return caseload.Case{Weight: db, Findings: []detect.Finding{{Src: host, Label: label, Detector: "drip"}}}
	}
	var x tally
	x.look([]caseload.Case{at("a", "x", 21), at("b", "y", 22)})
	x.look([]caseload.Case{at("a", "x", 31)})
	x.look([]caseload.Case{at("a", "x", 24), at("a", "z", 40)})
	var got []float64
	for _, w := range x.innocents() {
		got = append(got, *w.WeightDB)
	}
	if want := []float64{40, 24, 22}; !reflect.DeepEqual(got, want) {
		t.Errorf("weights %v, want %v", got, want)
	}
}

// result is a run with a seed of its own.
func result(seed uint64, innocents, thefts []Weighed) *Result {
	b := Background{What: fmt.Sprintf("seed %d", seed), Hosts: 720, Hours: 100, From: "2026-03-02T00:00:00Z"}
	return &Result{Schema: schema, Seed: seed, Background: b, Reliability: newReliability(b.hostMonths(), innocents, thefts)}
}

func TestPool(t *testing.T) {
	a, b := result(1, cases("", 25), cases("apt1", 50)), result(2, cases("", 30, 21), cases("change", 60, 0))
	p, err := Pool("v", []*Result{b, a})
	if err != nil {
		t.Fatal(err)
	}
	if r := p.Reliability; r.HostMonths != 200 || r.Injected != 3 || r.Unseen != 1 || len(r.Innocents) != 3 || p.Runs[0].Seed != 1 {
		t.Errorf("%+v of %+v", r, p.Runs)
	}
	if _, err := Pool("v", []*Result{a, b, a}); err == nil || !strings.Contains(err.Error(), "seed 1") {
		t.Errorf("one result twice: %v", err)
	}
	// Other thefts in the same background: its innocent cases are the same ones.
	c := *a
	c.Seed = 3
	if p, err = Pool("v", []*Result{a, &c}); err != nil || p.Reliability.HostMonths != 100 || len(p.Reliability.Innocents) != 1 || p.Reliability.Injected != 2 {
		t.Errorf("two runs on one background: %+v (%v)", p, err)
	}
	if len(p.Fit.Folds) > 0 || !strings.Contains(p.Fit.Why, "Not fitted") {
		t.Errorf("fitted on nothing: %+v", p.Fit)
	}
}

func TestReadResult(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		r, err := ReadResult(strings.NewReader(text))
		if err == nil && want != "" || err != nil && (want == "" || !strings.Contains(err.Error(), want)) {
			t.Errorf("%.60s: %v, %v; want %q", text, r, err, want)
		}
	}
	good, err := json.Marshal(result(1, cases("", 25), cases("apt1", 50, 0)))
	if err != nil {
		t.Fatal(err)
	}
	f(string(good), "")
	f("", "no result of barium prove --json")
	f("[]", "no result of barium prove --json")
	f(`{"schema": "barium/1"}`, `its schema is "barium/1"`)
	f(`{"schema": "barium-prove/1"}`, "run barium prove again")
	f(strings.Replace(string(good), `"hosts":720`, `"hosts":-1`, 1), "damaged: -1 hosts")
	f(strings.Replace(string(good), `"weight_db":25`, `"weight_db":null`, 1), "innocent case 1")
	f(strings.Replace(string(good), `"weight_db":50`, `"weight_db":1e300`, 1), "theft 1")
	f(strings.Replace(string(good), `"weight_db":50`, `"weight_db":1e999`, 1), "no result of barium prove --json")
	f(strings.Replace(string(good), `"story":"apt1"`, `"story":""`, 1), "theft 1")
	f(`{"schema": "barium-prove/1", "background": {"hosts": 1, "hours": 1}, "reliability": {}}`, "no theft")
}

// The line that cases were drawn from is found, and does better than weights that are
// wrong. What holds for one half only is not taken for a rule.
func TestFit(t *testing.T) {
	const hosts, thefts = 72_000_000, 1200 // a theft for 10,000 host-months: nearly the prior
	f := func(offset [2]float64, slope float64, better bool) {
		t.Helper()
		var results []*Result
		for seed := range uint64(4) {
			var innocent, stolen []Weighed
			for db := 20.0; db <= 60; db += 2 {
				// As many of a hundred as the line has it, and as thefts are more than the prior.
				q := sigmoid(offset[seed%2] + slope*logOdds(db) + math.Log(thefts/(hosts*100/720*1e-4)))
				for i := range 100 {
					w := Weighed{WeightDB: &[]float64{db}[0]}
					if i < int(math.Round(100*q)) {
						w.Story = []string{"a", "b"}[i%2]
						stolen = append(stolen, w)
					} else {
						innocent = append(innocent, w)
					}
				}
			}
			for len(stolen) < thefts {
				stolen = append(stolen, Weighed{Story: []string{"a", "b"}[len(stolen)%2]})
			}
			r := result(seed, innocent, stolen)
			r.Background.Hosts = hosts
			results = append(results, r)
		}
		p, err := Pool("v", results)
		if err != nil {
			t.Fatal(err)
		}
		if p.Fit.Better != better || len(p.Fit.Folds) != 2 {
			t.Errorf("offset %g, slope %g: %+v", offset, slope, p.Fit)
		}
		for i, x := range p.Fit.Folds {
			if x.Fitted.Stories[0] == x.Checked.Stories[0] || x.Fitted.Backgrounds[0] == x.Checked.Backgrounds[0] {
				t.Errorf("fitted and checked on the same: %+v", x)
			}
			if math.Abs(x.Slope-slope) > 0.1 || math.Abs(x.Offset-offset[i]) > 0.2 {
				t.Errorf("offset %g and slope %g became %g and %g", offset[i], slope, x.Offset, x.Slope)
			}
		}
	}
	f([2]float64{-1.5, -1.5}, 0.6, true)
	f([2]float64{1.5, -1.5}, 1, false)
}

// Names come from documents of others.
func TestPooledTextIsSafe(t *testing.T) {
	evil := "</td><script>\x1b[31m\u202e"
	a, b := result(1, cases("", 25), cases(evil, 50)), result(2, cases("", 25), cases("b", 50))
	a.Background.What, a.Background.From = evil, evil
	p, err := Pool("v", []*Result{a, b})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := p.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(text.String(), "\x1b\u202e") {
		t.Error("the text holds what moves a terminal")
	}
	for _, want := range []string{"RUNS", "2 innocent cases in 200 host-months", "almost no chance", "GROUPS", "FIT"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
}
