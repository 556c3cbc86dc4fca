package html

import (
	"html/template"
	"regexp"
	"strconv"
	"strings"

	"barium/internal/report"
	"barium/internal/report/safe"
)

// How much of each list is drawn; the JSON document has all of it.
const (
	mostGlance    = 50
	mostNames     = 12
	mostFiles     = 50
	mostEvents    = 100
	mostFindings  = 25
	mostTerms     = 40
	mostEvidence  = 20
	mostChecks    = 30
	mostSpots     = 200
	mostSources   = 500
	mostSamples   = 5
	mostWarnings  = 10
	mostNetworks  = 60
	mostTextCells = 600  // of one text
	mostRawCells  = 2000 // of one raw line
)

// view is what the page draws.
type view struct {
	Style     template.CSS
	Level     string // CSS class of the verdict
	Headline  string
	Verdict   string
	Confirmed string
	Injected  string
	Masked    bool
	Covered   string // what was read
	Figures   []figure
	Glance    []glance // one row a case, when there are several
	MoreCases int      // cases without even a row
	Changed   string   // since the last hunt, "" when nobody asked
	Changes   []string // in words
	Uses      []string // of approved flows
	Waiting   string   // rows of the context that nobody has confirmed
	Cases     []caseView
	Folded    int // cases with a row but not drawn in full
	Weak      string
	Spots     []report.BlindSpot
	MoreSpots int
	Sources   []sourceView
	MoreSrc   int
	Totals    string
	Networks  []report.Network
	MoreNets  int
	Version   string
}

// figure is one of the numbers that head the page.
type figure struct{ Before, Value, Label, Note string }

// glance is one row of the table of all cases.
type glance struct {
	Rank                           int
	Anchor                         string // empty for cases that are not drawn in full
	Route, When, Loss, Weight, Tag string
	Level                          string
}

func newView(d *report.Document, top int) *view {
	v := &view{
		Level:     levelClass(d.Verdict.Level),
		Headline:  d.Verdict.Words(),
		Verdict:   show(d.Verdict.Text),
		Confirmed: list(d.Verdict.Confirmed),
		Injected:  show(d.Injected),
		Masked:    d.Masked,
		Covered:   covered(d),
		Figures:   figures(d),
		Version:   show(d.Version),
	}
	for i := range d.Cases {
		c := &d.Cases[i]
		if i < mostGlance && len(d.Cases) > 1 {
			v.Glance = append(v.Glance, newGlance(c, i, top))
		}
		if i < top {
			v.Cases = append(v.Cases, newCase(c, i))
		}
	}
	v.MoreCases = max(len(d.Cases)-mostGlance, 0)
	v.Folded = max(min(len(d.Cases), mostGlance)-top, 0)
	if n := d.Stats.WeakFindings; n > 0 {
		v.Weak = report.Plural(n, "weak finding")
	}
	for _, b := range d.BlindSpots[:min(len(d.BlindSpots), mostSpots)] {
		v.Spots = append(v.Spots, report.BlindSpot{Route: show(b.Route), Reason: show(b.Reason), Fix: show(b.Fix)})
	}
	v.MoreSpots = len(d.BlindSpots) - len(v.Spots)
	v.addHouse(d)
	v.addSources(d)
	for _, n := range d.Internal[:min(len(d.Internal), mostNetworks)] {
		v.Networks = append(v.Networks, report.Network{CIDR: show(n.CIDR), Why: show(n.Why)})
	}
	v.MoreNets = len(d.Internal) - len(v.Networks)
	return v
}

// addHouse says what became of cases and of approved flows.
func (v *view) addHouse(d *report.Document) {
	if ch := d.Changes; ch != nil {
		v.Changed = ch.Words()
		for _, list := range []struct {
			what string
			of   []report.Change
		}{{"opened", ch.Opened}, {"grew", ch.Grew}, {"closed", ch.Closed}} {
			for i := range list.of[:min(len(list.of), mostGlance)] {
				v.Changes = append(v.Changes, list.what+" "+show(list.of[i].Words()))
			}
		}
	}
	for i := range d.Context.Uses[:min(len(d.Context.Uses), mostSpots)] {
		v.Uses = append(v.Uses, show(d.Context.Uses[i].Words()))
	}
	if n := d.Context.Proposals; n > 0 {
		v.Waiting = report.Plural(n, "row") + " of the context not confirmed, and without effect."
	}
}

func newGlance(c *report.Case, i, top int) glance {
	named := (&report.Case{Hosts: c.Hosts, Names: c.Names}).Named()
	g := glance{
		Rank:   c.Rank,
		Route:  list(named.Hosts) + " → " + list(destinations(c.Destinations)),
		When:   report.Span(c.First, c.Last),
		Loss:   glue(c.Loss.Words()),
		Weight: report.Decibels(c.WeightDB),
		Tag:    c.LevelWords(),
		Level:  levelClass(c.Level),
	}
	if i < top {
		g.Anchor = anchor(i)
	}
	return g
}

// anchor names a case within the page. Ids of cases come from the document and
// are not used for it.
func anchor(i int) string { return "case-" + strconv.Itoa(i+1) }

// covered says what was read, and for which time.
func covered(d *report.Document) string {
	s := report.Plural(d.Figures().Records, "record") + " from " + report.Plural(int64(len(d.Sources)), "source")
	if d.Period.First == nil || d.Period.Last == nil {
		return s + "; no period is covered"
	}
	return s + ", " + report.Span(*d.Period.First, *d.Period.Last) + " UTC"
}

// figures returns the four numbers that matter most for the verdict.
func figures(d *report.Document) []figure {
	f := d.Figures()
	if f.Cases == 0 {
		return []figure{
			{"", report.Count(f.Records), "records read", "from " + report.Plural(int64(len(d.Sources)), "source")},
			{"", report.Count(d.Period.Hours), "hours covered", "hours with at least one record"},
			{"", report.Count(int64(len(d.BlindSpots))), "blind spots", "routes these logs could not have shown"},
			{"", report.Count(f.Bad), "unreadable records", "counted, sampled and listed below"},
		}
	}
	sent := figure{"at least", glue(report.Bytes(f.Sent)), "content accepted outside", glue(report.Bytes(f.OnWire) + " on the wire")}
	switch {
	case f.Sent == 0:
		sent = figure{"", glue(report.Bytes(f.OnWire)), "sent on the wire", "no content known to have been accepted"}
	case f.Files > 0:
		sent.Note = "in " + report.Plural(f.Files, "file") + "; " + sent.Note
	}
	date, clock, _ := strings.Cut(report.Time(f.Since), " ")
	return []figure{
		sent,
		{"since", date, strings.TrimSpace(clock + " UTC"), "in " + report.Plural(f.Cases, "case")},
		{"", report.Count(f.Hosts), noun(f.Hosts, "host") + " inside", "that sent data or took part"},
		{"", report.Count(f.Destinations), noun(f.Destinations, "destination"), "at the far end"},
	}
}

// amount is a number and its unit.
var amount = regexp.MustCompile(`([0-9]) ([kMGTPE]?B|dB)\b`)

// glue keeps the numbers of a text that barium wrote on one line with their
// units.
func glue(s string) string { return amount.ReplaceAllString(s, "$1\u00a0$2") }

func noun(n int64, s string) string {
	if n == 1 {
		return s
	}
	return s + "s"
}

// levelClass returns a level as a CSS class; only known ones become one.
func levelClass(level string) string {
	switch level {
	case report.LevelDataLeft, report.LevelSigns, report.LevelNone:
		return level
	}
	return "unknown"
}

// show makes a text from a log safe and bounded.
func show(s string) string { return safe.Short(s, mostTextCells) }

// list joins values, the first few of them.
func list(values []string) string {
	s := ""
	for i, v := range values {
		if i == mostNames {
			return s + " and " + report.Count(int64(len(values)-i)) + " more"
		}
		if i > 0 {
			s += ", "
		}
		s += show(v)
	}
	return s
}

func destinations(ds []report.Destination) []string {
	out := make([]string, len(ds))
	for i, d := range ds {
		out[i] = d.String()
	}
	return out
}
