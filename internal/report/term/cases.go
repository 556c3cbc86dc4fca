package term

import (
	"fmt"
	"strings"

	"barium/internal/report"
	"barium/internal/report/safe"
)

// How much of a case is shown; the JSON document has all of it.
const (
	mostHosts    = 6
	mostFiles    = 5
	mostFindings = 8
	mostTerms    = 12
	mostEvidence = 3
	mostEvents   = 12
	mostChecks   = 10
)

func (p *page) oneCase(c *report.Case) {
	c = c.Named()
	p.text(bold, 0, 3, fmt.Sprintf("%d. Case %s · %s · %s", c.Rank, show(c.ID), c.Weight(), lower(c.LevelWords())))
	p.text(cyan, 3, 5, list(c.Hosts, mostHosts)+" → "+list(destinations(c.Destinations), mostHosts))
	if len(c.Accounts) > 0 {
		p.labelled("Accounts", list(c.Accounts, mostHosts))
	}
	p.text(plain, 3, 3, report.Span(c.First, c.Last)+" UTC ("+report.Lasting(c.First, c.Last)+")")
	if c.Summary != "" {
		p.text(plain, 3, 3, show(c.Summary))
	}
	for i := range c.Judgements {
		p.text(bold, 3, 3, show(c.Judgements[i].Words())+".")
	}
	if len(c.Was) > 0 {
		p.text(plain, 3, 3, "Grew together with "+list(c.Was, mostHosts)+".")
	}
	for i, a := range c.Assets {
		if i == mostHosts {
			break
		}
		p.asset(a)
	}
	p.blank()
	p.loss(&c.Loss)
	p.spark(c.Hours)
	p.events(c.Events)
	for i := range c.Findings {
		if i == mostFindings {
			p.text(plain, 3, 3, more(len(c.Findings)-i, "finding"))
			break
		}
		p.finding(&c.Findings[i])
	}
	if len(c.Checks) > 0 {
		p.blank()
		p.text(bold, 3, 3, "What would refute this")
		for i, check := range c.Checks {
			if i == mostChecks {
				p.text(plain, 5, 7, more(len(c.Checks)-i, "check"))
				break
			}
			p.text(plain, 5, 7, "· "+withLabel(check.Where, check.Text))
		}
	}
	p.blank()
	p.text(plain, 3, 3, "Who and why: "+show(c.Assessment()))
	p.blank()
}

func (p *page) loss(l *report.Loss) {
	p.labelled("Loss", l.Words())
	p.labelled("", "in bytes: "+report.Count(l.BytesSent.Low)+" sent, "+report.Count(l.BytesOnWire)+" on the wire; "+
		l.BytesSent.Ceiling(func(n int64) string { return report.Plural(n, "byte") }))
	if l.Approved > 0 {
		p.labelled("", "approved flows cover "+report.Bytes(l.Approved)+" more")
	}
	for i := range l.Ladder {
		label := ""
		if i == 0 {
			label = "Ladder"
		}
		p.labelled(label, withLabel(l.Ladder[i].Rung, l.Ladder[i].Words()))
	}
	for i := range l.Touched {
		if i == mostFiles {
			p.labelled("", more(len(l.Touched)-i, "crown jewel"))
			break
		}
		label := ""
		if i == 0 {
			label = "Touched"
		}
		p.labelled(label, show(l.Touched[i].Words()))
	}
	for i, f := range l.Files {
		if i == mostFiles {
			p.labelled("", more(len(l.Files)-i, "file"))
			break
		}
		label := ""
		if i == 0 {
			label = "Files"
		}
		p.labelled(label, fileLine(f))
	}
}

// asset says what is known of a host.
func (p *page) asset(a report.Asset) {
	var is []string
	for _, s := range []string{a.Name, a.Role, a.Model} {
		if s != "" {
			is = append(is, show(s))
		}
	}
	if a.UsedByMany {
		is = append(is, "used by many: it does not tell which person or machine it was")
	}
	p.text(plain, 3, 5, show(a.IP)+": "+strings.Join(is, ", "))
}

// fileLine writes a file: name, size, way, how often, when.
func fileLine(f report.File) string {
	parts := []string{show(f.Name), report.Bytes(f.Bytes)}
	if f.MIME != "" {
		parts = append(parts, show(f.MIME))
	}
	if f.Proto != "" {
		parts = append(parts, show(f.Proto))
	}
	if f.Sent > 1 {
		parts = append(parts, "sent "+report.Plural(int64(f.Sent), "time"))
	}
	return strings.Join(append(parts, report.Time(f.When)), ", ")
}

func (p *page) events(events []report.Event) {
	for i, e := range events {
		if i == mostEvents {
			p.labelled("", more(len(events)-i, "event"))
			break
		}
		label := ""
		if i == 0 {
			label = "Timeline"
		}
		p.labelled(label, report.Time(e.When)+"  "+withLabel(e.Stage, e.Text))
	}
}

func (p *page) finding(f *report.Finding) {
	p.blank()
	head := show(f.Detector) + ", " + report.Decibels(f.WeightDB)
	if f.ID != "" {
		head = show(f.ID) + " · " + head
	}
	if len(f.Techniques) > 0 {
		head += ", " + list(f.Techniques, 4)
	}
	p.text(bold, 3, 5, head)
	p.text(plain, 5, 5, show(f.Src)+" → "+show(f.Far())+", "+report.Span(f.First, f.Last)+" UTC; "+
		report.Bytes(f.BytesOut)+" out, "+report.Bytes(f.BytesIn)+" in, "+report.Plural(f.Events, "event")+attempts(f))
	if f.Reason != "" {
		p.text(plain, 5, 5, show(f.Reason))
	}
	width := 0
	for _, t := range f.Terms {
		width = max(width, safe.Width(report.SignedDecibels(t.DB)))
	}
	for i, t := range f.Terms {
		if i == mostTerms {
			p.text(plain, 7, 7, more(len(f.Terms)-i, "term"))
			break
		}
		sign := report.SignedDecibels(t.DB)
		sign = strings.Repeat(" ", width-safe.Width(sign)) + sign
		p.prefixed(plain, 7, sign+"  ", show(t.Name))
	}
	for i, e := range f.Evidence {
		if i == mostEvidence {
			p.text(dim, 5, 7, more(len(f.Evidence)-i, "line")+" of evidence")
			break
		}
		p.evidence(e)
	}
}

func attempts(f *report.Finding) string {
	if f.Attempts == 0 {
		return ""
	}
	return ", " + report.Plural(f.Attempts, "attempt") + " without an answer"
}

// evidence writes where a raw line lies, and the beginning of it.
func (p *page) evidence(e report.Evidence) {
	where := fmt.Sprintf("%s:%d", show(e.Source), e.Line)
	if e.UID != "" {
		where += "  " + show(e.UID)
	}
	p.text(plain, 5, 7, where)
	if e.Raw != "" {
		p.cut(dim, 7, e.Raw)
	}
}

func destinations(ds []report.Destination) []string {
	out := make([]string, len(ds))
	for i, d := range ds {
		out[i] = d.String()
	}
	return out
}

// withLabel writes "label: text", or whichever there is.
func withLabel(label, text string) string {
	if label == "" || text == "" {
		return show(label + text)
	}
	return show(label) + ": " + show(text)
}

func more(n int, noun string) string {
	return "and " + report.Plural(int64(n), "more "+noun)
}

func lower(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToLower(s[:1]) + s[1:]
}
