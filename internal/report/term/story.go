package term

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"

	"barium/internal/report"
)

// WriteStory tells one case in sentences. It returns the first error of w.
func WriteStory(w io.Writer, c *report.Case, o Options) error {
	p := &page{w: bufio.NewWriter(w), width: o.Width, colour: o.Colour}
	switch {
	case o.Width <= 0:
		p.width = defaultWidth
	case o.Width < leastWidth:
		p.width = leastWidth
	}
	c = c.Named()
	p.text(bold, 0, 3, fmt.Sprintf("Case %s · rank %d · %s · %s", show(c.ID), c.Rank, c.Weight(), lower(c.LevelWords())))
	p.text(cyan, 0, 2, list(c.Hosts, mostHosts)+" → "+list(destinations(c.Destinations), mostHosts))
	if c.Summary != "" {
		p.text(plain, 0, 0, show(c.Summary))
	}
	p.blank()
	p.text(bold, 0, 0, "What happened (times are UTC)")
	for _, s := range c.Story() {
		if s.When == nil {
			p.text(plain, 2, 2, show(s.Text))
			continue
		}
		p.prefixed(plain, 2, report.Time(*s.When)+"  ", withLabel(s.Stage, s.Text))
	}
	p.speaks(c)
	if len(c.Checks) > 0 {
		p.blank()
		p.text(bold, 0, 0, "What would refute this")
		for i, check := range c.Checks {
			if i == mostChecks {
				p.text(plain, 2, 4, more(len(c.Checks)-i, "check"))
				break
			}
			p.text(plain, 2, 4, "· "+withLabel(check.Where, check.Text))
		}
	}
	p.blank()
	p.text(plain, 0, 0, "Who and why: "+show(c.Assessment()))
	p.blank()
	p.text(plain, 0, 6, fmt.Sprintf("Next: barium lines %[1]s prints the raw lines, barium preserve %[1]s keeps all of them, barium judge %[1]s says what a person makes of it.", show(c.ID)))
	return p.w.Flush()
}

// speaks lists the heaviest terms for theft and against it, each once.
func (p *page) speaks(c *report.Case) {
	var terms []report.Term
	for i := range c.Findings {
		for _, t := range c.Findings[i].Terms {
			if t.DB != 0 && !slices.Contains(terms, t) {
				terms = append(terms, t)
			}
		}
	}
	slices.SortStableFunc(terms, func(a, b report.Term) int { return cmp.Compare(b.DB, a.DB) })
	const most = 6
	side := func(head string, want func(float64) bool, reverse bool) {
		var some []report.Term
		for _, t := range terms {
			if want(t.DB) {
				some = append(some, t)
			}
		}
		if reverse {
			slices.Reverse(some)
		}
		p.blank()
		p.text(bold, 0, 0, head)
		if len(some) == 0 {
			p.text(plain, 2, 2, "nothing that was looked for")
		}
		for i, t := range some {
			if i == most {
				p.text(plain, 2, 2, more(len(some)-i, "term"))
				break
			}
			p.prefixed(plain, 2, report.SignedDecibels(t.DB)+"  ", show(t.Name))
		}
	}
	side("What speaks for theft", func(db float64) bool { return db > 0 }, false)
	side("What speaks against it", func(db float64) bool { return db < 0 }, true)
}

// changes says what became of cases since the last hunt.
func (p *page) changes(ch *report.Changes) {
	if ch == nil {
		return
	}
	p.text(bold, 0, 0, "SINCE THE LAST HUNT")
	p.text(plain, 0, 0, ch.Words()+".")
	const most = 20
	for _, list := range []struct {
		what string
		of   []report.Change
	}{{"opened", ch.Opened}, {"grew", ch.Grew}, {"closed", ch.Closed}} {
		for i, x := range list.of {
			if i == most {
				p.text(plain, 2, 2, more(len(list.of)-i, "case")+" "+list.what)
				break
			}
			p.text(plain, 2, 4, list.what+" "+show(x.Words()))
		}
	}
	if len(ch.Closed) > 0 {
		p.text(plain, 2, 2, "Closed cases stay watched: one that comes back opens again under its id.")
	}
	p.blank()
}

// house says what became of the house's own words.
func (p *page) house(c *report.Context) {
	if len(c.Uses) == 0 && c.Proposals == 0 {
		return
	}
	p.heading("APPROVED FLOWS")
	const most = 30
	for i := range c.Uses {
		if i == most {
			p.text(plain, 2, 2, more(len(c.Uses)-i, "flow"))
			break
		}
		p.text(plain, 2, 4, "· "+show(c.Uses[i].Words()))
	}
	if c.Proposals > 0 {
		p.text(plain, 2, 4, report.Plural(c.Proposals, "row")+" of the context not confirmed, and without effect.")
	}
	p.blank()
}
