package term

import (
	"bufio"
	"io"
	"strings"

	"barium/internal/report"
)

// Options say how to draw.
type Options struct {
	Width  int  // of the terminal in cells; 0 is 80, less than 20 is 20
	Colour bool // use ANSI colours
	Top    int  // cases to show; 0 is 10
}

const (
	defaultWidth = 80
	leastWidth   = 20
	defaultTop   = 10

	// mostWidth is the longest line of running text. Raw lines may be longer.
	mostWidth = 100
)

// Write draws d. It returns the first error of w.
func Write(w io.Writer, d *report.Document, o Options) error {
	p := &page{w: bufio.NewWriter(w), width: o.Width, colour: o.Colour}
	switch {
	case o.Width <= 0:
		p.width = defaultWidth
	case o.Width < leastWidth:
		p.width = leastWidth
	}
	top := o.Top
	if top <= 0 {
		top = defaultTop
	}
	p.head(d)
	p.changes(d.Changes)
	p.cases(d.FirstPage(top), top)
	p.house(&d.Context)
	p.blindSpots(d.BlindSpots)
	p.sources(d)
	p.next()
	return p.w.Flush()
}

// head says what kind of report this is, the verdict, and what was read.
func (p *page) head(d *report.Document) {
	if d.Injected != "" {
		p.text(bold, 0, 0, "Generated data: "+show(d.Injected))
		p.blank()
	}
	if d.Masked {
		p.text(plain, 0, 0, "Masked: names, addresses and raw lines are replaced by stand-ins.")
		p.blank()
	}
	colour := bold
	switch d.Verdict.Level {
	case report.LevelDataLeft:
		colour = boldRed
	case report.LevelSigns:
		colour = boldYellow
	}
	p.text(colour, 0, 0, strings.ToUpper(d.Verdict.Words()))
	if d.Verdict.Text != "" {
		p.text(bold, 0, 0, show(d.Verdict.Text))
	}
	if len(d.Verdict.Confirmed) > 0 {
		p.text(bold, 0, 0, "Theft confirmed by a named person: "+list(d.Verdict.Confirmed, 10))
	}
	p.blank()
	p.text(plain, 0, 0, readLine(d))
	p.text(plain, 0, 0, insideLine(d))
	p.rule()
}

// insideLine says what counts as inside.
func insideLine(d *report.Document) string {
	var all []string
	for _, n := range d.Internal {
		all = append(all, n.CIDR)
	}
	if len(all) == 0 {
		return "No network counts as inside."
	}
	return "Inside: " + list(all, 8) + "."
}

// readLine says what was read, and for which time.
func readLine(d *report.Document) string {
	f := d.Figures()
	s := "Read " + report.Plural(f.Records, "record") + " from " + report.Plural(int64(len(d.Sources)), "source")
	if d.Stats.Bytes > 0 {
		s += " (" + report.Bytes(d.Stats.Bytes) + ")"
	}
	if d.Period.First == nil || d.Period.Last == nil {
		return s + "; no period is covered."
	}
	return s + ", " + report.Span(*d.Period.First, *d.Period.Last) + " UTC, " +
		report.Plural(d.Period.Hours, "hour") + " with records."
}

func (p *page) cases(d *report.Document, top int) {
	if len(d.Cases) == 0 {
		p.text(plain, 0, 0, "No case. This says nothing about what these logs could not show; see the blind spots.")
		p.blank()
	}
	for i := range d.Cases {
		if i == top {
			p.text(bold, 0, 0, report.Plural(int64(len(d.Cases)-top), "more case")+", see --json or --html: --top is what a person reads in a day. All of them count.")
			p.blank()
			break
		}
		p.oneCase(&d.Cases[i])
	}
	if n := d.Stats.WeakFindings; n > 0 {
		p.text(plain, 0, 0, report.Plural(n, "weak finding")+" too light for a case.")
		p.blank()
	}
}

func (p *page) blindSpots(spots []report.BlindSpot) {
	p.heading("BLIND SPOTS")
	if len(spots) == 0 {
		p.text(plain, 0, 0, "None was found. That is no proof that there is none.")
	} else {
		p.text(plain, 0, 0, "What could have left without a trace in these logs:")
	}
	for _, b := range spots {
		p.text(bold, 2, 4, "· "+show(b.Route))
		if b.Reason != "" {
			p.text(plain, 4, 4, show(b.Reason))
		}
		if b.Fix != "" {
			p.text(plain, 4, 4, "→ "+show(b.Fix))
		}
	}
	p.blank()
}

func (p *page) next() {
	p.text(plain, 0, 6, "Next: --json - prints everything that was found, --mask makes a report that may leave the house.")
}

// list joins values, the first few of them.
func list(values []string, most int) string {
	shown := make([]string, 0, most)
	for i, v := range values {
		if i == most {
			return strings.Join(shown, ", ") + " and " + report.Count(int64(len(values)-most)) + " more"
		}
		shown = append(shown, show(v))
	}
	return strings.Join(shown, ", ")
}
