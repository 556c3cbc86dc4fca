package prove

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"barium/internal/caseload"
	"barium/internal/condense"
	"barium/internal/format/formattest"
	"barium/internal/generate"
	"barium/internal/hunt"
	"barium/internal/ledger"
)

// small is a background that takes seconds.
func small(t *testing.T) Options {
	t.Helper()
	return Options{
		Seed: 3, Placements: 1, Budget: 10, Stories: []string{"extortion", "dns-drip"}, TempDir: t.TempDir(), Memory: 512 << 20,
		Generate: &generate.BulkOptions{Seed: 3, Hosts: 10, Days: 3},
	}
}

func run(t *testing.T, o Options) (*Result, string) {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(o.TempDir); err != nil || len(left) > 0 {
		t.Errorf("%d files are left behind (%v)", len(left), err)
	}
	return r, string(text)
}

func TestRun(t *testing.T) {
	r, text := run(t, small(t))
	if len(r.Stories) != 2 || len(r.Thefts) != 2 || len(r.Sweep) != 0 {
		t.Fatalf("%d stories, %d thefts, %d cells", len(r.Stories), len(r.Thefts), len(r.Sweep))
	}
	for _, s := range r.Stories {
		if s.Score.Injected != 1 || s.Score.Found != 1 {
			t.Errorf("%s: %s found; three nights of 10 GB and a DNS tunnel of two days must be", s.Name, s.Score.of())
		}
	}
	for _, o := range r.Thefts {
		if o.Found != (o.Rank > 0 && o.Rank <= r.Budget) || o.Found && (o.Hours < 1 || len(o.By) == 0 || o.Lost > o.Injected) {
			t.Errorf("%+v", o)
		}
		if len(o.Baselines) != numBaselines {
			t.Errorf("%s: baselines %v", o.Story, o.Baselines)
		}
	}
	if x := r.Reliability; x.Injected != 2 || x.Unseen != 0 || len(x.Thefts) != 2 || x.Stories != 2 || x.HostMonths <= 0 || len(x.Innocents) < r.Clean.Backlog {
		t.Errorf("reliability %+v", x)
	}
	for _, w := range r.Reliability.Thefts {
		if len(w.Groups) == 0 || len(w.Detectors) == 0 || *w.WeightDB < caseload.Listed {
			t.Errorf("%+v", w)
		}
	}
	// Names that carry data have one detector alone; some have no part in either theft.
	for _, a := range r.Detectors {
		switch a.Name {
		case "dnstunnel":
			if a.Found != 2 || a.In != 1 || a.Without != 1 || !slices.Equal(a.Lost, []string{"dns-drip"}) {
				t.Errorf("%+v", a)
			}
		case "icmp":
			if a.In != 0 || a.Without != 2 || a.Later != 0 || a.Backlog != r.Clean.Backlog || len(a.Lost) > 0 {
				t.Errorf("%+v", a)
			}
		}
	}
	if len(r.Detectors) != len(hunt.Detectors()) {
		t.Errorf("%d detectors", len(r.Detectors))
	}
	// 10 GB a night stand out in any list of bytes, the names of a tunnel in none.
	for i, want := range []int{1, 0} {
		if s := r.Stories[i].Baselines["bytes"]; s.Found != want {
			t.Errorf("bytes a day: %s of %s", s.of(), r.Stories[i].Name)
		}
	}
	if r.Background.Hosts < 10 || r.Background.Together != 1 || r.Rounds != 2 || r.Background.Days != 3 || r.Background.Learning != 1 {
		t.Errorf("background %+v, %d rounds", r.Background, r.Rounds)
	}
	if _, again := run(t, small(t)); again != text {
		t.Error("the same seed gives another result")
	}
}

// An overlay must show what the ordinary import of the same records shows, and
// leave nothing behind.
func TestOverlayIsAnImport(t *testing.T) {
	ctx := t.Context()
	o := small(t)
	o.Stories = []string{"change", "dns-drip", "apt1", "wellmess-tls", "wellmess-http"}
	b, err := open(ctx, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.done(); err != nil {
			t.Error(err)
		}
	})
	l, err := ledger.NewLook(ctx, b.store, ledger.Window{Until: 1<<32 - 1}, b.networks)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.survey(ctx, l); err != nil {
		t.Fatal(err)
	}
	trials, err := o.trials()
	if err != nil {
		t.Fatal(err)
	}
	r := &round{b: b, start: 1}
	for j := range trials {
		r.thefts = append(r.thefts, &theft{trial: &trials[j], placement: 1, machine: b.machines[j]})
	}
	before, err := b.store.Checksum(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var cases [2][]caseload.Case
	look := func(i int) {
		t.Helper()
		if cases[i], err = b.look(ctx, b.until(b.days)); err != nil {
			t.Fatal(err)
		}
	}
	over, err := r.inject(ctx, &o)
	if err != nil {
		t.Fatal(err)
	}
	look(0)
	if err := over.Remove(ctx); err != nil {
		t.Fatal(err)
	}
	if after, err := b.store.Checksum(ctx); err != nil || after != before {
		t.Errorf("the ledger is not as it was: %v", err)
	}
	dict, err := b.store.Dictionary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := condense.New(dict, condense.Options{})
	defer c.Close()
	sink := c.Sink(b.sources + 1)
	r.play(&o, sink)
	if err := errors.Join(sink.Close(), b.store.Import(ctx, c, nil)); err != nil {
		t.Fatal(err)
	}
	look(1)
	if len(cases[0]) < 5 || len(cases[0]) != len(cases[1]) {
		t.Fatalf("%d cases by overlay, %d by import", len(cases[0]), len(cases[1]))
	}
	for i := range cases[0] {
		a, b := &cases[0][i], &cases[1][i]
		if a.ID != b.ID || a.Weight != b.Weight || len(a.Findings) != len(b.Findings) {
			t.Errorf("case %d: %s %.1f dB by overlay, %s %.1f dB by import", i, a.ID, a.Weight, b.ID, b.Weight)
		}
	}
}

func TestNothingToProveOn(t *testing.T) {
	o := small(t)
	o.Generate, o.Paths = nil, []string{filepath.Join(o.TempDir, "absent")}
	if _, err := Run(t.Context(), o); !errors.Is(err, hunt.ErrNothing) {
		t.Errorf("absent logs: %v", err)
	}
	o = small(t)
	o.Internal = []string{"192.0.2.0/24"}
	if _, err := Run(t.Context(), o); !errors.Is(err, ErrEmpty) {
		t.Errorf("nobody inside: %v", err)
	}
	o = small(t)
	o.Stories = []string{"stuxnet"}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "dns-drip") {
		t.Errorf("unknown story: %v", err)
	}
}

func TestInterruptedLeavesNothing(t *testing.T) {
	for _, after := range []int{0, 2} { // while generating, while walking
		o := small(t)
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		o.Walk = func(int, int) {
			if steps++; steps > after && after > 0 {
				cancel()
			}
		}
		if after == 0 {
			o.Generated = func(int64, int64) { cancel() }
		}
		if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted after %d steps: %v", after, err)
		}
		if left, err := os.ReadDir(o.TempDir); err != nil || len(left) > 0 {
			t.Errorf("%d files are left behind (%v)", len(left), err)
		}
		cancel()
	}
}

func TestPlan(t *testing.T) {
	b := &background{hosts: 320, days: 21, hours: 21 * 24, warm: 7}
	for i := range 30 {
		b.machines = append(b.machines, machine{ip: string(rune('a' + i)), days: map[int]bool{8: i%2 == 0}})
	}
	o := &Options{Seed: 1, Placements: 3, Sweep: true}
	trials, err := o.trials()
	if err != nil {
		t.Fatal(err)
	}
	rounds := plan(b, trials, o)
	count := map[string]int{}
	for _, r := range rounds {
		var hosts []string
		for _, x := range r.thefts {
			count[x.trial.Name]++
			hosts = append(hosts, x.machine.ip)
		}
		slices.Sort(hosts)
		if n := len(slices.Compact(hosts)); n != len(r.thefts) || n > 3 {
			t.Errorf("a round of %d thefts on %d hosts", len(r.thefts), n)
		}
		if r.start < 7 || r.start > 10 {
			t.Errorf("a round begins on day %d", r.start)
		}
	}
	for _, u := range trials {
		if count[u.Name] != 3 {
			t.Errorf("%s is placed %d times", u.Name, count[u.Name])
		}
	}
}

// Names and paths come from outside; the page must not be theirs.
func TestPageIsSafe(t *testing.T) {
	evil := "</title><script>alert(1)</script>\x1b[31m\u202e"
	r := &Result{
		Injected: "x", Background: Background{What: evil, Paths: []string{evil}, From: "2026-03-02T00:00:00Z", To: "2026-03-05T00:00:00Z"},
		Baselines: []Baseline{{"bytes", "bytes a day"}}, Limits: Limits,
		Stories: []Row{{Name: "apt1", Title: "APT1", Score: Score{Injected: 1}, Baselines: map[string]Score{"bytes": {Injected: 1, Found: 1, MedianHours: 5}}}},
		Thefts:  []Outcome{{Story: "apt1", Host: evil, Begin: "2026-03-02T10:00:00Z", BestRank: 12, BestWeight: 21}},
	}
	for _, size := range []int64{1000, 10_000} {
		r.Sweep = append(r.Sweep, Cell{Route: "dns", Bytes: size, Hours: 24, Score: Score{Injected: 2, Found: int(size / 5000)}, Baselines: map[string]Score{"bytes": {Injected: 2}}})
	}
	r.Smallest = smallest(r.Sweep, []*baseline{{Name: "bytes"}})
	r.Reliability = newReliability(3, cases("", 25), cases(evil, 50))
	var page, text bytes.Buffer
	if err := errors.Join(r.WriteHTML(&page), r.WriteText(&text)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "\x1b", "\u202e", "src=", "href=", "url(", "@import", "http://", "https://"} {
		if strings.Contains(page.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if strings.ContainsAny(text.String(), "\x1b\u202e") {
		t.Error("the text holds what moves a terminal")
	}
	for _, want := range []string{"0 of 1 injected thefts found", "<polyline class=\"b0\"", "place 12", "10.0 kB", "1 innocent case in 3 host-months", "too little"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, want := range []string{"0 of 1", "1 of 1 5 h", "place 12 of the new ones (21.0 dB)", "10.0 kB"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the text lacks %q:\n%s", want, text.String())
		}
	}
}

// The command channels and ways out that real quiet traffic of one day leaves room for.
func TestRealBackground(t *testing.T) {
	dir := formattest.SharedData(t, "network")
	o := small(t)
	o.Generate, o.Stories = nil, []string{"dns-drip", "winnti"}
	o.Paths = []string{filepath.Join(dir, "ctu-008", "data"), filepath.Join(dir, "ctu-011", "data")}
	r, _ := run(t, o)
	if b := r.Background; b.Hosts != 2 || b.Days != 1 || b.Learning != 0 {
		t.Errorf("background %+v", b)
	}
	if r.Clean.DataLeft > 0 {
		t.Errorf("%d cases say that data left", r.Clean.DataLeft)
	}
	for _, s := range r.Stories {
		if s.Score.Found != 1 {
			t.Errorf("%s is not found", s.Name)
		}
	}
}
