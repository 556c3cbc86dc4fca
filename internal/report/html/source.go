package html

import (
	"cmp"
	"maps"
	"slices"

	"barium/internal/report"
)

// sourceView is one row of the table of sources, with what went wrong.
type sourceView struct {
	Path, Format, SHA256     string
	Records, Duplicates, Bad string
	When                     string
	Problem                  string
	Samples                  []sampleView
	Warnings                 []string
	Skipped                  string
	Notes                    bool // Problem, Samples, Warnings or Skipped
}

type sampleView struct{ Where, Reason, Sample string }

func (v *view) addSources(d *report.Document) {
	f := d.Figures()
	v.Totals = report.Plural(int64(len(d.Sources)), "source") + ", " + report.Plural(f.Records, "record") + ", " +
		report.Plural(f.Duplicates, "duplicate") + ", " + report.Count(f.Bad) + " unreadable"
	if f.Unread > 0 {
		v.Totals += "; " + report.Plural(f.Unread, "source") + " not, or not wholly, read"
	}
	// Sources with a problem come first, so that no number of good ones
	// pushes them off the page.
	list := make([]*report.Source, len(d.Sources))
	for i := range d.Sources {
		list[i] = &d.Sources[i]
	}
	slices.SortStableFunc(list, func(a, b *report.Source) int { return cmp.Compare(trouble(b), trouble(a)) })
	for _, s := range list[:min(len(list), mostSources)] {
		v.Sources = append(v.Sources, newSource(s))
	}
	v.MoreSrc = len(list) - len(v.Sources)
}

func trouble(s *report.Source) int {
	switch {
	case s.Problem != "" && !s.Harmless:
		return 2
	case s.Bad > 0:
		return 1
	}
	return 0
}

func newSource(s *report.Source) sourceView {
	v := sourceView{
		Path: show(s.Path), Format: show(s.Format), SHA256: show(s.SHA256),
		Records: report.Count(s.Records), Duplicates: report.Count(s.Duplicates), Bad: report.Count(s.Bad),
		When: "–", Problem: show(s.Problem),
	}
	if s.First != nil && s.Last != nil {
		v.When = report.Span(*s.First, *s.Last)
	}
	for _, b := range s.BadSamples[:min(len(s.BadSamples), mostSamples)] {
		v.Samples = append(v.Samples, sampleView{"line " + report.Count(b.Line), show(b.Reason), show(b.Sample)})
	}
	for _, w := range s.Warnings[:min(len(s.Warnings), mostWarnings)] {
		v.Warnings = append(v.Warnings, show(w))
	}
	keys := slices.SortedFunc(maps.Keys(s.Skipped), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Skipped[b], s.Skipped[a]), cmp.Compare(a, b))
	})
	for i, k := range keys {
		keys[i] = k + " " + report.Count(s.Skipped[k])
	}
	v.Skipped = list(keys)
	v.Notes = v.Problem != "" || len(v.Samples) > 0 || len(v.Warnings) > 0 || v.Skipped != ""
	return v
}
