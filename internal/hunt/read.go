package hunt

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"barium/internal/condense"
	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/container"
	"barium/internal/format/pieces"
	"barium/internal/ledger"
	"barium/internal/report"
)

// details is what a source keeps beside its counts; stored as JSON.
type details struct {
	Samples  []sample         `json:"samples,omitempty"`
	Skipped  map[string]int64 `json:"skipped,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
	ByLog    map[string]int64 `json:"by_log,omitempty"`
	Mapping  string           `json:"mapping,omitempty"` // by which a table was read, if it is the user's own
	Refused  int64            `json:"refused,omitempty"` // of the records, too old for the ledger
}

type sample struct {
	Line   int64  `json:"line"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
	Bytes  []byte `json:"bytes"`
}

// Progress is told how far reading has come. It may be called from several
// goroutines.
type Progress interface {
	// Start announces how many bytes on disk there are to read.
	Start(total int64)
	// Stage says what is being done after that: "condensing" …
	Stage(name string)
	// Add reports that n more bytes on disk have been read.
	Add(n int64)
	// Done ends the display.
	Done()
}

// Import reads the files that a reader knows into the ledger and returns all of
// the ledger's sources. What the ledger already holds of a file is not read
// again; a file that holds nothing else is marked so.
func Import(ctx context.Context, s ledger.Store, files []File, o Options) ([]ledger.Source, error) {
	have, err := s.Sources(ctx)
	if err != nil {
		return nil, err
	}
	dict, err := s.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	hourly, err := s.Hourly(ctx)
	if err != nil {
		return nil, err
	}
	c := condense.New(dict, condense.Options{Memory: o.Memory / 2, TempDir: o.TempDir, Oldest: hourly})
	defer c.Close()

	jobs, next, err := pending(ctx, files, have, o)
	if err != nil {
		return nil, err
	}
	if o.Progress != nil {
		o.Progress.Start(toRead(jobs))
	}
	if err := readAll(ctx, c, jobs, o); err != nil {
		return nil, err
	}
	piped, err := readStdin(ctx, c, files, next, o)
	if err != nil {
		return nil, err
	}
	jobs = append(jobs, piped...)
	o.stage("condensing")
	if len(jobs) > 0 {
		sources := make([]ledger.Source, len(jobs))
		for i := range jobs {
			sources[i] = jobs[i].source
		}
		if err := s.Import(ctx, c, sources); err != nil {
			return nil, err
		}
	}
	return s.Sources(ctx)
}

// job is one file to read and the source it becomes.
type job struct {
	file   *File
	source ledger.Source
	known  *ledger.Source // what the ledger holds of it, nil for nothing
	ended  bool           // the ledger holds all of it
}

// pending lists the files of which the ledger does not hold all under this path,
// and the next id that is free. New sources get ids after those it has, in order
// of path, so that ids do not depend on how fast a file is read.
func pending(ctx context.Context, files []File, have []ledger.Source, o Options) (jobs []*job, next uint32, err error) {
	type identity struct {
		path           string
		size, modified int64 // size is −1 for a member: its archive's time says that it is the same
		inode          uint64
	}
	known, claimed := map[identity]uint32{}, map[uint32]string{}
	next = uint32(1)
	for _, s := range have {
		known[identity{s.Path, s.Size, s.ModTime, s.Inode}] = s.ID
		known[identity{s.Path, -1, s.ModTime, s.Inode}] = s.ID
		next = max(next, s.ID+1)
	}
	var rest []*File
	for i := range files {
		f := &files[i]
		if f.Reader == nil || f.stream != nil {
			continue
		}
		id := identity{f.Path, f.Size, f.ModTime, f.Inode}
		if f.at.member != "" {
			id.size = -1
		}
		if id, ok := known[id]; ok {
			claimed[id] = f.Path
			continue
		}
		rest = append(rest, f)
	}
	begin, err := continuations(ctx, rest, have, o)
	if err != nil {
		return nil, 0, err
	}
	// A file that grew in its place comes before a copy of what it was.
	inPlace := map[string]bool{}
	for _, s := range have {
		inPlace[s.Path] = true
	}
	found := map[*File]*continuation{}
	for _, first := range []bool{true, false} {
		for i, f := range rest {
			k := begin[i]
			if inPlace[f.Path] != first || k == nil {
				continue
			}
			other, taken := claimed[k.source.ID]
			switch {
			case !taken:
				claimed[k.source.ID] = f.Path
				found[f] = k
			case k.ended:
				f.Problem, f.Harmless, f.Reader = "the same content as "+other, true, nil
			}
		}
	}
	for _, f := range rest {
		if f.Reader == nil {
			continue
		}
		j := &job{file: f, source: ledger.Source{ID: next, Reader: f.Reader.Name()}}
		if k := found[f]; k != nil {
			j.known, j.ended = &k.source, k.ended
			j.source = k.source
			if k.ended {
				j.source.SHA256, j.source.Problem = k.sha256, ""
				if k.err != nil {
					j.source.Problem = plain(k.err).Error()
				}
			}
		} else {
			next++
		}
		j.source.Path, j.source.Format = f.Path, f.Format
		j.source.Size, j.source.ModTime, j.source.Inode = f.Size, f.ModTime, f.Inode
		jobs = append(jobs, j)
	}
	return jobs, next, nil
}

// toRead is how many bytes on disk the jobs will read; a tar archive counts once.
func toRead(jobs []*job) (total int64) {
	seen := map[string]bool{}
	for _, j := range jobs {
		f := j.file
		if j.ended || f.tar && seen[f.at.disk] {
			continue
		}
		seen[f.at.disk] = true
		total += f.disk
	}
	return total
}

// readAll reads jobs, the largest first, several at a time.
func readAll(ctx context.Context, c *condense.Condenser, jobs []*job, o Options) error {
	order := slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool { return j.ended })
	slices.SortStableFunc(order, func(a, b *job) int { return cmp.Compare(b.file.disk, a.file.disk) })
	at := make([]location, len(order))
	for i, j := range order {
		at[i] = j.file.at
	}
	return together(ctx, o.workers(), bundles(at), func(b *bundle) error {
		return b.each(ctx, o.Progress, func(i int, s stored) error { return order[i].read(ctx, c, o, s) })
	})
}

// smallFile is up to how many bytes on disk a file is read by one goroutine.
const smallFile = 1 << 20

// read reads one file. What goes wrong with the file itself is noted in the
// source; the error is about everything else.
func (j *job) read(ctx context.Context, c *condense.Condenser, o Options, from stored) error {
	n := 1
	if j.file.Size > smallFile || j.file.stream != nil {
		n = o.workers()
	}
	sinks, to := make([]*condense.Sink, n), make([]format.Sink, n)
	for i := range sinks {
		sinks[i] = c.Sink(j.source.ID)
		to[i] = sinks[i]
	}
	problem := j.readInto(ctx, to, from)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	t := &sinks[0].Tally
	for i, s := range sinks {
		if err := s.Close(); err != nil {
			return err
		}
		if i > 0 {
			t.Add(&s.Tally)
		}
	}
	j.source.Problem = ""
	if problem != nil {
		j.source.Problem = plain(problem).Error()
	}
	if err := j.addKnown(t); err != nil {
		return err
	}
	j.source.Records, j.source.Bad = t.Records, t.Bad
	j.source.First, j.source.Last = int64(t.First), int64(t.Last)
	d := details{Skipped: t.Skipped, Warnings: t.Warnings, ByLog: t.ByLog, Refused: t.Refused, Mapping: j.file.mapping}
	for _, x := range t.Samples {
		d.Samples = append(d.Samples, sample{x.Line, x.Offset, x.Reason, x.Sample})
	}
	b, err := json.Marshal(d)
	j.source.Details = string(b)
	return err
}

// addKnown adds what was read of a file that continues a known source to what
// the ledger knows of that.
func (j *job) addKnown(t *condense.Tally) error {
	k := j.known
	if k == nil || k.Rest.Offset == 0 || j.source.Rest.Offset == 0 { // new, or read whole again
		j.source.Repeated = 0
		return nil
	}
	var d details
	if err := json.Unmarshal([]byte(k.Details), &d); err != nil {
		return fmt.Errorf("source %s in the ledger: %w", k.Path, err)
	}
	before := condense.Tally{
		Records: k.Records - k.Rest.Records, Bad: k.Bad - k.Rest.Bad, Skipped: d.Skipped, ByLog: d.ByLog,
		First: event.Time(k.First), Last: event.Time(k.Last), Refused: min(d.Refused, k.Records-k.Rest.Records),
	}
	for _, x := range d.Samples {
		if x.Offset < k.Rest.Offset {
			before.Samples = append(before.Samples, condense.BadSample{Offset: x.Offset, Line: x.Line, Reason: x.Reason, Sample: x.Bytes})
		}
	}
	t.Add(&before)
	j.source.Repeated = k.Repeated - k.Rest.Records // those will be found to be known
	return nil
}

func (j *job) readInto(ctx context.Context, to []format.Sink, src stored) error {
	if src.err != nil {
		return src.err
	}
	whole := sha256.New()
	disk := &counter{r: src.r}
	raw := io.TeeReader(disk, whole)
	r, kind, err := container.Open(raw)
	if err != nil {
		return err
	}
	m := &meter{r: r}
	if kind != container.Plain { // otherwise its bytes are those of the file
		m.content = sha256.New()
	}
	from := int64(0)
	if j.known != nil {
		from = j.known.Rest.Offset
	}
	rest, err := pieces.Read(ctx, j.file.Reader, m, from, to)
	j.source.Rest = ledger.Rest(rest)
	ended := m.ended
	err = errors.Join(err, r.Close())
	if ctx.Err() == nil {
		// The hash is of the whole file, also of what a reader left unread.
		if _, e := io.Copy(io.Discard, raw); e != nil && !errors.Is(err, e) {
			err = errors.Join(err, e)
		}
	}
	s := &j.source
	if j.file.at.disk == "" || j.file.at.member != "" {
		s.Size = disk.n // what an archive says of its members may be wrong
	}
	s.SHA256, s.Bytes = hex.EncodeToString(whole.Sum(nil)), m.n
	s.Head, s.Content = digestOf(m.head), ""
	switch {
	case m.content != nil:
		s.Content = hex.EncodeToString(m.content.Sum(nil))
	case ended && err == nil:
		s.Content = s.SHA256
	}
	return err
}

// counter counts and reports bytes read from disk.
type counter struct {
	r io.Reader
	p Progress
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	if c.p != nil {
		c.p.Add(int64(n))
	}
	return n, err
}

// meter counts and hashes bytes after decompression.
type meter struct {
	r       io.Reader
	n       int64
	head    []byte    // the first ledger.HeadBytes
	content hash.Hash // nil when that is the hash of the file
	ended   bool      // r has no more
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.n += int64(n)
	if more := ledger.HeadBytes - len(m.head); more > 0 {
		m.head = append(m.head, b[:min(n, more)]...)
	}
	if m.content != nil {
		m.content.Write(b[:n])
	}
	m.ended = m.ended || errors.Is(err, io.EOF)
	return n, err
}

// describe turns the ledger's sources and the files that were not read into
// the report's list, in order of path.
func describe(sources []ledger.Source, files []File) ([]report.Source, error) {
	var out []report.Source
	for _, s := range sources {
		x := report.Source{
			Path: s.Path, Format: s.Format, SHA256: s.SHA256, Records: s.Records, Duplicates: s.Repeated,
			Bad: s.Bad, Problem: s.Problem,
		}
		if s.Records > 0 {
			x.First, x.Last = moment(s.First), moment(s.Last)
		}
		var d details
		if err := json.Unmarshal([]byte(s.Details), &d); err != nil {
			return nil, fmt.Errorf("source %s in the ledger: %w", s.Path, err)
		}
		x.Skipped, x.Warnings, x.Mapping = d.Skipped, d.Warnings, d.Mapping
		if d.Refused > 0 {
			x.Warnings = append(x.Warnings, fmt.Sprintf("%s older than what this ledger keeps by the hour: not taken in", report.Plural(d.Refused, "record")))
		}
		for _, b := range d.Samples {
			x.BadSamples = append(x.BadSamples, report.BadSample{Line: b.Line, Offset: b.Offset, Reason: b.Reason, Sample: string(b.Bytes)})
		}
		out = append(out, x)
	}
	for _, f := range files {
		if f.Reader == nil {
			out = append(out, report.Source{Path: f.Path, Format: "not read", Problem: f.Problem, Harmless: f.Harmless})
		}
	}
	slices.SortStableFunc(out, func(a, b report.Source) int {
		if a.Path < b.Path {
			return -1
		} else if a.Path > b.Path {
			return 1
		}
		return 0
	})
	return out, nil
}
