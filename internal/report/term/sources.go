package term

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"barium/internal/report"
)

// How many sources, and what of each, is shown.
const (
	mostSources  = 20
	mostSamples  = 3
	mostWarnings = 3
	mostSkipped  = 6
)

// sources says what was read, and what could not be. Sources with a problem
// come first, so that no number of good ones pushes them off the page.
func (p *page) sources(d *report.Document) {
	p.heading("SOURCES")
	f := d.Figures()
	p.text(plain, 0, 0, report.Plural(int64(len(d.Sources)), "source")+", "+report.Plural(f.Records, "record")+", "+
		report.Plural(f.Duplicates, "duplicate")+", "+report.Count(f.Bad)+" unreadable.")
	if f.Unread > 0 {
		p.text(boldYellow, 0, 0, report.Plural(f.Unread, "source")+" not, or not wholly, read.")
	}
	for i, s := range troubleFirst(d.Sources) {
		if i == mostSources {
			p.text(plain, 2, 4, more(len(d.Sources)-i, "source")+", see --json")
			break
		}
		p.source(s)
	}
	p.blank()
}

func (p *page) source(s *report.Source) {
	line := show(s.Path)
	if s.Format != "" {
		line += ", " + show(s.Format)
	}
	line += ": " + report.Plural(s.Records, "record")
	if s.Duplicates > 0 {
		line += ", " + report.Plural(s.Duplicates, "duplicate")
	}
	if s.Bad > 0 {
		line += ", " + report.Count(s.Bad) + " unreadable"
	}
	p.text(plain, 2, 4, line)
	if s.Problem != "" {
		p.text(boldYellow, 4, 6, "problem: "+show(s.Problem))
	}
	for i, b := range s.BadSamples {
		if i == mostSamples {
			p.text(plain, 4, 6, more(len(s.BadSamples)-i, "sample"))
			break
		}
		p.text(plain, 4, 6, fmt.Sprintf("line %d: %s", b.Line, show(b.Reason)))
		if b.Sample != "" {
			p.cut(dim, 6, b.Sample)
		}
	}
	for i, w := range s.Warnings {
		if i == mostWarnings {
			p.text(plain, 4, 6, more(len(s.Warnings)-i, "warning"))
			break
		}
		p.text(plain, 4, 6, "warning: "+show(w))
	}
	p.skipped(s.Skipped)
}

// skipped says what was understood but not kept, the most frequent types first.
func (p *page) skipped(types map[string]int64) {
	if len(types) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(types), func(a, b string) int {
		return cmp.Or(cmp.Compare(types[b], types[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k + " " + report.Count(types[k])
	}
	p.text(plain, 4, 6, "not kept: "+list(parts, mostSkipped))
}

// troubleFirst returns the sources, those with a problem that hides something,
// unreadable records or warnings before the others, otherwise in order.
func troubleFirst(sources []report.Source) []*report.Source {
	out := make([]*report.Source, len(sources))
	for i := range sources {
		out[i] = &sources[i]
	}
	slices.SortStableFunc(out, func(a, b *report.Source) int { return cmp.Compare(trouble(b), trouble(a)) })
	return out
}

func trouble(s *report.Source) int {
	switch {
	case s.Problem != "" && !s.Harmless:
		return 3
	case s.Bad > 0:
		return 2
	case len(s.Warnings) > 0:
		return 1
	}
	return 0
}
