package hunt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"barium/internal/condense"
	"barium/internal/format/container"
	"barium/internal/ledger"
	"barium/internal/report"
)

// details is what a source keeps beside its counts; stored as JSON.
type details struct {
	Samples  []sample         `json:"samples,omitempty"`
	Skipped  map[string]int64 `json:"skipped,omitempty"`
	Warnings []string         `json:"warnings,omitempty"`
	ByLog    map[string]int64 `json:"by_log,omitempty"`
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
// the ledger's sources. Files that the ledger already holds unchanged are not
// read again.
func Import(ctx context.Context, s ledger.Store, files []File, o Options) ([]ledger.Source, error) {
	have, err := s.Sources(ctx)
	if err != nil {
		return nil, err
	}
	dict, err := s.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	c := condense.New(dict, condense.Options{Memory: o.Memory / 2, TempDir: o.TempDir})
	defer c.Close()

	fresh, total := pending(files, have)
	if o.Progress != nil {
		o.Progress.Start(total)
	}
	if err := readAll(ctx, c, fresh, o); err != nil {
		return nil, err
	}
	o.stage("condensing")
	if len(fresh) > 0 {
		sources := make([]ledger.Source, len(fresh))
		for i := range fresh {
			sources[i] = fresh[i].source
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
}

// pending lists the files that the ledger does not hold, with ids after those
// it has: in order of path, so that ids do not depend on how fast a file is read.
func pending(files []File, have []ledger.Source) (jobs []*job, total int64) {
	type identity struct {
		path           string
		size, modified int64
		inode          uint64
	}
	known := map[identity]bool{}
	next := uint32(1)
	for _, s := range have {
		known[identity{s.Path, s.Size, s.ModTime, s.Inode}] = true
		next = max(next, s.ID+1)
	}
	for i := range files {
		f := &files[i]
		if f.Reader == nil || known[identity{f.Path, f.Size, f.ModTime, f.Inode}] {
			continue
		}
		jobs = append(jobs, &job{file: f, source: ledger.Source{
			ID: next, Path: f.Path, Format: f.Format, Reader: f.Reader.Name(),
			Size: f.Size, ModTime: f.ModTime, Inode: f.Inode,
		}})
		next++
		total += f.Size
	}
	return jobs, total
}

// readAll reads jobs, the largest first, several at a time.
func readAll(ctx context.Context, c *condense.Condenser, jobs []*job, o Options) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	order := slices.Clone(jobs)
	slices.SortStableFunc(order, func(a, b *job) int {
		switch {
		case a.file.Size > b.file.Size:
			return -1
		case a.file.Size < b.file.Size:
			return 1
		}
		return 0
	})
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(o.workers(), len(order)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(order) {
					return
				}
				if err := order[i].read(ctx, c, o.Progress); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// read reads one file. What goes wrong with the file itself is noted in the
// source; the error is about everything else.
func (j *job) read(ctx context.Context, c *condense.Condenser, p Progress) error {
	s := c.Sink(j.source.ID)
	problem := j.readInto(ctx, s, p)
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := s.Close(); err != nil {
		return err
	}
	if problem != nil {
		j.source.Problem = plain(problem).Error()
	}
	j.source.Records, j.source.Bad = s.Records, s.Tally.Bad
	j.source.First, j.source.Last = int64(s.First), int64(s.Last)
	d := details{Skipped: s.Skipped, Warnings: s.Warnings, ByLog: s.ByLog}
	for _, x := range s.Samples {
		d.Samples = append(d.Samples, sample{x.Line, x.Offset, x.Reason, x.Sample})
	}
	b, err := json.Marshal(d)
	j.source.Details = string(b)
	return err
}

func (j *job) readInto(ctx context.Context, s *condense.Sink, p Progress) error {
	f, err := os.Open(j.file.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	raw := io.TeeReader(&counter{r: f, p: p}, h)
	r, _, err := container.Open(raw)
	if err != nil {
		return err
	}
	n := &meter{r: r}
	err = j.file.Reader.Read(ctx, n, s)
	err = errors.Join(err, r.Close())
	j.source.Bytes = n.n
	if ctx.Err() == nil {
		// The hash is of the whole file, also of what a reader left unread.
		if _, e := io.Copy(io.Discard, raw); e != nil {
			err = errors.Join(err, e)
		}
	}
	j.source.SHA256 = hex.EncodeToString(h.Sum(nil))
	return err
}

// counter reports bytes read from disk.
type counter struct {
	r io.Reader
	p Progress
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	if c.p != nil {
		c.p.Add(int64(n))
	}
	return n, err
}

// meter counts bytes after decompression.
type meter struct {
	r io.Reader
	n int64
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.r.Read(b)
	m.n += int64(n)
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
		x.Skipped, x.Warnings = d.Skipped, d.Warnings
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
