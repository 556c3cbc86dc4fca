package html

import (
	"fmt"
	"math"
	"strings"

	"barium/internal/report"
	"barium/internal/report/safe"
)

// caseView is one case, drawn in full.
type caseView struct {
	Anchor    string
	Rank      int
	ID        string
	Level     string
	Tag       string
	Weight    string
	Title     string
	Route     string
	Accounts  string
	When      string
	Lasting   string
	Stages    []string
	Notes     []string // judgements, lineage, assets
	Loss      lossView
	Chart     *chart
	Events    []eventView
	MoreEvs   int
	Findings  []findingView
	MoreFinds int
	Checks    []report.Check
	MoreCheck int
	Who       string
}

type lossView struct {
	Words     string
	Rows      []lossRow
	Ladder    []rungView
	Touched   []string // crown jewels
	Files     []fileView
	MoreFiles int
}

// rungView is a rung of the ladder of loss.
type rungView struct{ Rung, Words string }

// lossRow is one measure of what was taken.
type lossRow struct{ What, Low, Exact, High string }

type fileView struct{ Name, Bytes, Exact, MIME, Proto, When, Sent string }

type eventView struct{ When, Stage, Text string }

type findingView struct {
	ID         string
	Detector   string
	Techniques []string
	Weight     string
	Route      string
	When       string
	Counts     string
	Reason     string
	Terms      []termView
	MoreTerms  int
	Evidence   []evidenceView
	Lines      string // how many lines of evidence there are
	MoreLines  int
}

// termView is a term and its bar, in percent of half the width.
type termView struct {
	Name, DB string
	Negative bool
	X, Width string
}

type evidenceView struct{ Where, UID, Community, Raw string }

func newCase(c *report.Case, i int) caseView {
	c = c.Named()
	v := caseView{
		Anchor:   anchor(i),
		Rank:     c.Rank,
		ID:       show(c.ID),
		Level:    levelClass(c.Level),
		Tag:      c.LevelWords(),
		Weight:   glue(c.Weight()),
		Title:    show(c.Summary),
		Route:    list(c.Hosts) + " → " + list(destinations(c.Destinations)),
		Accounts: list(c.Accounts),
		When:     report.Span(c.First, c.Last) + " UTC",
		Lasting:  report.Lasting(c.First, c.Last),
		Loss:     newLoss(&c.Loss),
		Chart:    newChart(c.Hours),
		Who:      show(c.Assessment()),
	}
	if v.Title == "" {
		v.Title = v.Route
	}
	for _, s := range c.Stages[:min(len(c.Stages), mostNames)] {
		v.Stages = append(v.Stages, show(s))
	}
	for i := range c.Judgements[:min(len(c.Judgements), mostNames)] {
		v.Notes = append(v.Notes, show(c.Judgements[i].Words())+".")
	}
	if len(c.Was) > 0 {
		v.Notes = append(v.Notes, "Grew together with "+list(c.Was)+".")
	}
	if c.SplitFrom != "" {
		v.Notes = append(v.Notes, "Was part of "+show(c.SplitFrom)+" before.")
	}
	for _, a := range c.Assets[:min(len(c.Assets), mostNames)] {
		v.Notes = append(v.Notes, assetNote(a))
	}
	for _, e := range c.Events[:min(len(c.Events), mostEvents)] {
		v.Events = append(v.Events, eventView{report.Clock(e.When), show(e.Stage), show(e.Text)})
	}
	v.MoreEvs = len(c.Events) - len(v.Events)
	for i := range c.Findings[:min(len(c.Findings), mostFindings)] {
		v.Findings = append(v.Findings, newFinding(&c.Findings[i]))
	}
	v.MoreFinds = len(c.Findings) - len(v.Findings)
	for _, k := range c.Checks[:min(len(c.Checks), mostChecks)] {
		v.Checks = append(v.Checks, report.Check{Where: show(k.Where), Text: show(k.Text)})
	}
	v.MoreCheck = len(c.Checks) - len(v.Checks)
	return v
}

// assetNote says what is known of a host.
func assetNote(a report.Asset) string {
	s := show(a.IP) + ": "
	for _, x := range []string{a.Name, a.Role, a.Model} {
		if x != "" {
			s += show(x) + ", "
		}
	}
	if a.UsedByMany {
		return s + "used by many: the address does not tell which person or machine it was."
	}
	return strings.TrimSuffix(s, ", ") + "."
}

func newLoss(l *report.Loss) lossView {
	v := lossView{Words: glue(l.Words())}
	exact := func(n int64) string { return report.Plural(n, "byte") }
	if l.BytesSent.Low > 0 || l.BytesSent.High != nil || len(l.Files) > 0 {
		v.Rows = append(v.Rows, lossRow{
			"Content accepted by the far end, each file once", "at least " + report.Bytes(l.BytesSent.Low), exact(l.BytesSent.Low), l.BytesSent.Ceiling(report.Bytes),
		})
	}
	v.Rows = append(v.Rows, lossRow{
		"Sent on the wire, with repeats and overhead", report.Bytes(l.BytesOnWire), exact(l.BytesOnWire), "",
	})
	if b := l.Records; b.Low > 0 || b.High != nil {
		v.Rows = append(v.Rows, lossRow{"Records", "at least " + report.Count(b.Low), "", b.Ceiling(report.Count)})
	}
	if b := l.Patients; b.Low > 0 || b.High != nil {
		v.Rows = append(v.Rows, lossRow{"Distinct patients", "at least " + report.Count(b.Low), "", b.Ceiling(report.Count)})
	}
	if l.Approved > 0 {
		v.Rows = append(v.Rows, lossRow{"Covered by approved flows, not counted above", report.Bytes(l.Approved), exact(l.Approved), ""})
	}
	for i := range l.Ladder[:min(len(l.Ladder), mostNames)] {
		v.Ladder = append(v.Ladder, rungView{show(l.Ladder[i].Rung), show(l.Ladder[i].Words())})
	}
	for i := range l.Touched[:min(len(l.Touched), mostChecks)] {
		v.Touched = append(v.Touched, show(l.Touched[i].Words()))
	}
	for _, f := range l.Files[:min(len(l.Files), mostFiles)] {
		v.Files = append(v.Files, fileView{
			Name: show(f.Name), Bytes: report.Bytes(f.Bytes), Exact: exact(f.Bytes), MIME: show(f.MIME), Proto: show(f.Proto),
			When: report.Time(f.When), Sent: report.Plural(int64(f.Sent), "time"),
		})
	}
	v.MoreFiles = len(l.Files) - len(v.Files)
	return v
}

func newFinding(f *report.Finding) findingView {
	v := findingView{
		ID:       show(f.ID),
		Detector: show(f.Detector),
		Weight:   report.Decibels(f.WeightDB),
		Route:    show(f.Src) + " → " + show(f.Far()),
		When:     report.Span(f.First, f.Last) + " UTC",
		Counts:   glue(report.Bytes(f.BytesOut) + " out, " + report.Bytes(f.BytesIn) + " in, " + report.Plural(f.Events, "event")),
		Reason:   show(f.Reason),
	}
	if f.Attempts > 0 {
		v.Counts += ", " + report.Plural(f.Attempts, "attempt") + " without an answer"
	}
	for _, t := range f.Techniques[:min(len(f.Techniques), mostNames)] {
		v.Techniques = append(v.Techniques, show(t))
	}
	v.Terms = newTerms(f.Terms[:min(len(f.Terms), mostTerms)])
	v.MoreTerms = len(f.Terms) - len(v.Terms)
	for _, e := range f.Evidence[:min(len(f.Evidence), mostEvidence)] {
		v.Evidence = append(v.Evidence, evidenceView{
			Where:     fmt.Sprintf("%s:%d", show(e.Source), e.Line),
			UID:       show(e.UID),
			Community: show(e.CommunityID),
			Raw:       safe.Short(e.Raw, mostRawCells),
		})
	}
	v.MoreLines = len(f.Evidence) - len(v.Evidence)
	v.Lines = report.Plural(int64(len(f.Evidence)), "line") + " of evidence"
	return v
}

// newTerms scales the bars of the terms to the heaviest of them. Zero lies in
// the middle.
func newTerms(terms []report.Term) []termView {
	top := 10.0 // so that a term of 1 dB alone does not fill the bar
	for _, t := range terms {
		if finite(t.DB) {
			top = max(top, math.Abs(t.DB))
		}
	}
	out := make([]termView, len(terms))
	for i, t := range terms {
		width := 0.0
		if finite(t.DB) {
			width = 50 * math.Abs(t.DB) / top
		}
		x := 50.0
		if t.DB < 0 {
			x -= width
		}
		out[i] = termView{
			Name: show(t.Name), DB: report.SignedDecibels(t.DB), Negative: t.DB < 0,
			X: percent(x), Width: percent(width),
		}
	}
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func percent(v float64) string { return fmt.Sprintf("%.2f", v) }
