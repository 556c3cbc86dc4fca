package prove

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/prove/story"
)

// TestWithout: a case of two detectors is lighter without one, and gone without the
// one that lists it.
func TestWithout(t *testing.T) {
	finding := func(detector string, db float64, group string) detect.Finding {
		return detect.Finding{
			Detector: detector, Src: "10.0.0.5", Dst: "203.0.113.4", Label: "far.test",
			Terms: []detect.Term{{Group: group, Text: detector, DB: db}},
		}
	}
	s := &sight{
		findings: []detect.Finding{finding("upload", 15, detect.Volume), finding("beacon", 12, detect.Rhythm)},
		facts:    caseload.Facts{Users: func(string) int64 { return 1 }},
	}
	s.cases, _ = caseload.Join(s.findings, s.facts)
	if len(s.cases) != 1 || s.cases[0].Weight != 27 {
		t.Fatalf("%+v", s.cases)
	}
	for name, want := range map[string]int{"upload": 0, "beacon": 0, "drip": 1} {
		if got := s.without(name); len(got) != want {
			t.Errorf("without %s: %d cases, want %d", name, len(got), want)
		}
	}
	if len(s.findings) != 2 || s.findings[0].Detector != "upload" || len(s.cases) != 1 {
		t.Errorf("the sight was changed: %+v", s.findings)
	}
}

func TestAdded(t *testing.T) {
	of := func(name string, found uint32, by []string, without map[string]uint32) *theft {
		return &theft{trial: &trial{Story: story.Story{Name: name}}, found: found, without: without, outcome: Outcome{Story: name, Found: found > 0, By: by}}
	}
	b := &background{days: 3, warm: 1}
	less := newLesser(10, 3)
	less["drip"].fresh[1], less["drip"].fresh[2] = 4, 2
	thefts := []*theft{
		of("one", 30, []string{"drip"}, map[string]uint32{"upload": 30}),                       // nobody but drip
		of("two", 30, []string{"drip", "upload"}, map[string]uint32{"upload": 54, "drip": 30}), // later without upload
		of("three", 0, nil, map[string]uint32{"drip": 54}),                                     // in drip's way
	}
	for _, a := range added(b, less, nil, thefts) {
		var lost string
		switch a.Name {
		case "drip":
			if lost = "one"; a.Found != 2 || a.In != 2 || a.Without != 2 || a.Later != 0 || a.Backlog != 4 || a.Mean != 2 {
				t.Errorf("%+v", a)
			}
		case "upload":
			if a.Found != 2 || a.In != 1 || a.Without != 2 || a.Later != 1 {
				t.Errorf("%+v", a)
			}
		default:
			continue
		}
		if got := strings.Join(a.Lost, " "); got != lost {
			t.Errorf("without %s %q is lost, want %q", a.Name, got, lost)
		}
	}
}

// TestParts: of each route and time the smallest found with a part of the detector.
func TestParts(t *testing.T) {
	var trials []trial
	for _, s := range story.Sweeps() {
		trials = append(trials, trial{s.Story, &s})
	}
	var thefts []*theft
	for i := range trials {
		x := &trials[i]
		by := []string{"upload"}
		if x.sweep.Size < 50_000_000 {
			by = []string{"beacon"}
		}
		thefts = append(thefts, &theft{trial: x, outcome: Outcome{Story: x.Name, Found: x.Route == story.FTP || x.Route == story.DNS, By: by}})
	}
	got := parts("upload", trials, thefts)
	if len(got) != 3 || got[0] != (PlainTheft{"ftp", 1, 100_000_000}) || got[2] != (PlainTheft{"ftp", 240, 100_000_000}) {
		t.Errorf("%+v", got)
	}
	a := Added{Smallest: got}
	if want := "ftp 100 MB in 1 h"; a.parts() != want {
		t.Errorf("%q, want %q", a.parts(), want)
	}
}

// TestAddedIsShown in text and page.
func TestAddedIsShown(t *testing.T) {
	r := &Result{
		Background: Background{From: "2026-03-02T00:00:00Z", To: "2026-03-05T00:00:00Z"},
		Detectors:  []Added{{Name: "drip", Found: 3, In: 2, Without: 1, Lost: []string{"slow-drip"}, Backlog: 4}},
	}
	var page, text bytes.Buffer
	if err := errors.Join(r.WriteHTML(&page), r.WriteText(&text)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2 of 3", "1 of 3", "4, with 0"} {
		if !strings.Contains(page.String(), want) || !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !strings.Contains(text.String(), "without drip not found: slow-drip") {
		t.Error(text.String())
	}
}
