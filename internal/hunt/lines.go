package hunt

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"barium/internal/report"
)

// Select returns the case that an id means, and its findings, or the one finding
// that the id means. An id may be shortened as long as it means one case only; the
// id of a case that became part of another one means that.
func Select(d *report.Document, id string) (*report.Case, []*report.Finding, error) {
	name, number, one := strings.Cut(id, "/")
	var found []*report.Case
	for i := range d.Cases {
		c := &d.Cases[i]
		if name == c.ID {
			found = []*report.Case{c}
			break
		}
		if name != "" && strings.HasPrefix(strings.ToLower(c.ID), strings.ToLower(name)) {
			found = append(found, c)
		}
	}
	if len(found) == 0 { // a case that became part of another one
		for i := range d.Cases {
			if name != "" && slices.ContainsFunc(d.Cases[i].Was, func(id string) bool { return strings.EqualFold(id, name) }) {
				found = []*report.Case{&d.Cases[i]}
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, nil, fmt.Errorf("no case is called %s%s", id, known(d.Cases))
	case 1:
	default:
		return nil, nil, fmt.Errorf("%s may mean %d cases%s", id, len(found), known(d.Cases))
	}
	c := found[0]
	var all []*report.Finding
	var ids []string
	for i := range c.Findings {
		all = append(all, &c.Findings[i])
		ids = append(ids, c.Findings[i].ID)
	}
	if !one {
		return c, all, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || n > len(all) {
		return nil, nil, fmt.Errorf("no finding is called %s; case %s has %s", id, c.ID, strings.Join(ids, ", "))
	}
	return c, all[n-1 : n], nil
}

// known lists the ids of cases for an error.
func known(cases []report.Case) string {
	if len(cases) == 0 {
		return "; there is no case at all"
	}
	const most = 20
	var ids []string
	for i := range cases {
		if i == most {
			ids = append(ids, fmt.Sprintf("and %d more", len(cases)-most))
			break
		}
		ids = append(ids, cases[i].ID)
	}
	return "; there are " + strings.Join(ids, ", ")
}

// TraceOptions say which records are wanted, and where else to look for them.
type TraceOptions struct {
	// All wants every record that belongs to the findings; otherwise only those
	// that are their evidence.
	All bool
	// Paths are where sources are looked for that are not where they were read.
	Paths    []string
	Progress Progress
}

// Lost is what of findings cannot be shown.
type Lost struct {
	Path    string `json:"path"`    // of the source
	Finding string `json:"finding"` // empty when it is not known which records are lost
	Offset  int64  `json:"offset"`  // of the record; -1 when it is not known which records are lost
	Why     string `json:"why"`
}

// Trace is where the raw records of findings lie.
type Trace struct {
	Lost     []Lost
	findings []*report.Finding
	origins  []*origin
	hits     [][]hit // by origin, in order of offset
}

// FindLines finds the raw records of findings of d. With All it reads the sources
// whose records overlap the findings in time.
func FindLines(ctx context.Context, d *report.Document, findings []*report.Finding, o TraceOptions) (*Trace, error) {
	t := &Trace{findings: findings}
	wanted := wantedSources(d, findings, o.All)
	passes := 1
	if o.All {
		passes = 3
	}
	if o.Progress != nil {
		var total int64
		for i := range wanted {
			total += wanted[i].Size * int64(passes)
		}
		o.Progress.Start(total)
		defer o.Progress.Done()
		o.Progress.Stage("checking sources")
	}
	var problems map[content]string
	var err error
	if t.origins, problems, err = locate(ctx, wanted, o.Paths, o.Progress); err != nil {
		return nil, err
	}
	t.hits = make([][]hit, len(t.origins))
	if o.All {
		if err := t.match(ctx, o.Progress); err != nil {
			return nil, err
		}
	}
	t.addEvidence(problems)
	if o.All {
		for _, s := range wanted {
			if why := problems[contentOf(&s)]; why != "" {
				t.Lost = append(t.Lost, Lost{Path: s.Path, Offset: -1, Why: why})
			}
		}
	}
	for i, hs := range t.hits {
		slices.SortFunc(hs, func(a, b hit) int { return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.scope, b.scope)) })
		t.hits[i] = slices.Compact(hs)
	}
	slices.SortStableFunc(t.Lost, func(a, b Lost) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Finding, b.Finding))
	})
	return t, nil
}

// wantedSources returns the sources that hold the findings' evidence and, for
// all records, those whose records overlap them in time.
func wantedSources(d *report.Document, findings []*report.Finding, all bool) (out []report.Source) {
	evidence := map[content]bool{}
	for _, f := range findings {
		for i := range f.Evidence {
			evidence[content{f.Evidence[i].Source, f.Evidence[i].SourceHash}] = true
		}
	}
	seen := map[content]bool{}
	for i := range d.Sources {
		s := &d.Sources[i]
		k := contentOf(s)
		if s.SHA256 == "" || seen[k] || !evidence[k] && !(all && overlaps(s, findings)) {
			continue
		}
		seen[k] = true
		out = append(out, *s)
	}
	return out
}

// Records that belong to a finding by an id may lie outside its time: connections
// that were open before, requests at the end of the last one. Zeek logs a
// certificate once a day.
const (
	margin     = time.Hour
	certMargin = 24 * time.Hour
)

func overlaps(s *report.Source, findings []*report.Finding) bool {
	if s.First == nil || s.Last == nil {
		return false
	}
	m := margin
	if strings.Contains(s.Format, "x509") {
		m = certMargin
	}
	return slices.ContainsFunc(findings, func(f *report.Finding) bool {
		return !s.Last.Before(f.First.Add(-m)) && !s.First.After(f.Last.Add(m))
	})
}

// match reads all origins: once to learn the marks of the findings' records, and
// once more to find all that bear them.
func (t *Trace) match(ctx context.Context, p Progress) error {
	scopes := make([]*scope, len(t.findings))
	marked := false
	for i, f := range t.findings {
		if len(f.FarEnds) == 0 {
			return fmt.Errorf("%s does not say what its far ends are: hunt again with this version", f.ID)
		}
		scopes[i] = newScope(f)
		marked = marked || scopes[i].domain == ""
	}
	if marked { // look-ups have no marks
		stage(p, "reading")
		learned := make([]*matcher, len(t.origins))
		err := t.readAll(ctx, p, func(i int) *matcher { learned[i] = newMatcher(scopes, true); return learned[i] }, nil)
		if err != nil {
			return err
		}
		for _, m := range learned {
			for i := range m.learn {
				scopes[i].marks.join(&m.learn[i])
			}
		}
	}
	stage(p, "finding lines")
	found := make([]*matcher, len(t.origins))
	failed := make([]error, len(t.origins))
	err := t.readAll(ctx, p, func(i int) *matcher { found[i] = newMatcher(scopes, false); return found[i] }, failed)
	for i, m := range found {
		if m == nil {
			continue
		}
		t.hits[i] = m.hits
		// Bytes that were damaged when they were first read are so again.
		if e := failed[i]; e != nil && t.origins[i].Source.Problem == "" {
			t.Lost = append(t.Lost, Lost{Path: t.origins[i].Source.Path, Offset: -1, Why: "reading it again: " + plain(e).Error()})
		}
	}
	return err
}

func stage(p Progress, name string) {
	if p != nil {
		p.Stage(name)
	}
}

// readAll hands every origin's records to a matcher of its own, several origins
// at a time. What goes wrong with one is noted in failed, where that is given.
func (t *Trace) readAll(ctx context.Context, p Progress, sink func(i int) *matcher, failed []error) error {
	return together(ctx, Options{}.workers(), originBundles(t.origins), func(b *bundle) error {
		return b.each(ctx, p, func(i int, from stored) error {
			if err := t.origins[i].feed(ctx, sink(i), from); err != nil && failed != nil {
				failed[i] = err
			}
			return ctx.Err()
		})
	})
}

// feed reads the origin's records into a matcher.
func (o *origin) feed(ctx context.Context, m *matcher, from stored) error {
	reader := o.reader()
	if reader == nil {
		return fmt.Errorf("this version cannot read %q", o.Source.Format)
	}
	r, err := o.open(from)
	if err != nil {
		return err
	}
	return errors.Join(reader.Read(ctx, r, m), r.Close())
}

// addEvidence adds the records that are the findings' evidence, or notes that
// they are lost.
func (t *Trace) addEvidence(problems map[content]string) {
	at := map[content]int{}
	for i, o := range t.origins {
		at[contentOf(&o.Source)] = i
		for j := range o.Also {
			at[contentOf(&o.Also[j])] = i
		}
	}
	for n, f := range t.findings {
		for _, e := range f.Evidence {
			k := content{e.Source, e.SourceHash}
			if i, ok := at[k]; ok {
				t.hits[i] = append(t.hits[i], hit{e.Offset, n})
				continue
			}
			why := problems[k]
			if why == "" {
				why = "the document does not name the source"
			}
			t.Lost = append(t.Lost, Lost{Path: e.Source, Finding: f.ID, Offset: e.Offset, Why: why})
		}
	}
}

// Line is one raw record and where it lies.
type Line struct {
	Offset   int64
	Number   int64    // of the line that it begins on, or of the record, from 1
	Raw      []byte   // byte by byte, without the line feed
	Text     []byte   // what a person reads in its place; nil where Raw is a line of text
	Header   []byte   // what must stand above it: header lines, each with its line feed; empty for JSON
	Findings []string // ids of the findings that it belongs to
}

// Place is the source of lines.
type Place struct {
	Source report.Source
	Also   []report.Source // that were read from the same bytes
	Path   string          // where the bytes lie now
	Lines  int             // how many of its lines are wanted
}

// Each hands every line to visit, source by source in order of path, in the order
// in which they stand there; members of a tar archive come in its order. What visit is given is valid during the call only.
// Records that cannot be read any more are added to Lost.
func (t *Trace) Each(ctx context.Context, visit func(*Place, *Line) error) error {
	var wanted []*origin
	var hits [][]hit
	for i, o := range t.origins {
		if len(t.hits[i]) > 0 {
			wanted, hits = append(wanted, o), append(hits, t.hits[i])
		}
	}
	for _, b := range originBundles(wanted) {
		err := b.each(ctx, nil, func(i int, from stored) error { return t.extract(ctx, wanted[i], from, hits[i], visit) })
		if err != nil {
			return err
		}
	}
	return nil
}

// extract reads one origin once, in order of offset.
func (t *Trace) extract(ctx context.Context, o *origin, from stored, hits []hit, visit func(*Place, *Line) error) error {
	place := &Place{Source: o.Source, Also: o.Also, Path: o.Path}
	for i := range hits {
		if i == 0 || hits[i].offset != hits[i-1].offset {
			place.Lines++
		}
	}
	lose := func(hits []hit, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		for _, h := range hits {
			t.Lost = append(t.Lost, Lost{Path: o.Source.Path, Finding: t.findings[h.scope].ID, Offset: h.offset, Why: plain(err).Error()})
		}
		return nil
	}
	raw, err := o.open(from)
	if err != nil {
		return lose(hits, err)
	}
	defer raw.Close()
	r := newRecords(ctx, o.reader(), raw)
	for i := 0; i < len(hits); {
		j := i
		line := Line{Offset: hits[i].offset}
		for ; j < len(hits) && hits[j].offset == line.Offset; j++ {
			line.Findings = append(line.Findings, t.findings[hits[j].scope].ID)
		}
		if err := r.seek(line.Offset); err != nil {
			return lose(hits[i:], errors.New("the source is damaged before this place"))
		}
		if r.position() != line.Offset {
			if err := lose(hits[i:j], errors.New("no record begins here")); err != nil {
				return err
			}
			i = j
			continue
		}
		found, err := r.take()
		if err != nil {
			return lose(hits[i:], errors.New("the source is damaged here"))
		}
		line.Number, line.Raw, line.Text, line.Header = found.number, found.raw, found.text, found.header
		if err := visit(place, &line); err != nil {
			return err
		}
		i = j
	}
	return ctx.Err()
}
