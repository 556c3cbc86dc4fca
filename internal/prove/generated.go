package prove

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"barium/internal/condense"
	"barium/internal/format/zeek"
	"barium/internal/generate"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

// generated condenses a generated hospital while it is written: a month of a large
// one would take 30 GB on disk.
func generated(ctx context.Context, s *duck.Store, g generate.BulkOptions, o *Options, dir string) (*generate.Volume, []ledger.Source, error) {
	dict, err := s.Dictionary(ctx)
	if err != nil {
		return nil, nil, err
	}
	c := condense.New(dict, condense.Options{Memory: o.Memory / 2, TempDir: dir})
	defer c.Close()
	in := intake{ctx: ctx, c: c}
	g.Progress = o.Generated
	v, err := generate.Bulk(ctx, g, in.create)
	sources, readErr := in.end(err)
	if err = errors.Join(err, readErr); err != nil {
		return nil, nil, err
	}
	o.stage("condensing")
	return v, sources, s.Import(ctx, c, sources)
}

// intake reads logs while they are written.
type intake struct {
	ctx     context.Context
	c       *condense.Condenser
	wg      sync.WaitGroup
	mu      sync.Mutex
	sources []ledger.Source
	open    []*io.PipeWriter
	err     error
}

// create opens one log; what is no log is not kept.
func (in *intake) create(name string) (io.WriteCloser, error) {
	r, w := io.Pipe()
	id := slices.Index(generate.LogNames(), strings.TrimSuffix(filepath.Base(name), ".log"))
	in.open = append(in.open, w)
	in.wg.Go(func() {
		var err error
		if id < 0 {
			_, err = io.Copy(io.Discard, r)
		} else {
			err = in.read(name, uint32(id+1), r)
		}
		_ = r.CloseWithError(err) // gives nil, always
		in.mu.Lock()
		defer in.mu.Unlock()
		in.err = errors.Join(in.err, err)
	})
	return &buffered{bufio.NewWriterSize(w, 1<<20), w}, nil
}

// buffered hands a pipe large pieces.
type buffered struct {
	*bufio.Writer
	pipe *io.PipeWriter
}

func (b *buffered) Close() error { return errors.Join(b.Flush(), b.pipe.Close()) }

func (in *intake) read(name string, id uint32, r io.Reader) error {
	sink := in.c.Sink(id)
	err := zeek.Reader{}.Read(in.ctx, r, sink)
	if err = errors.Join(err, sink.Close()); err != nil {
		return err
	}
	details, err := json.Marshal(map[string]any{"by_log": sink.ByLog})
	in.mu.Lock()
	defer in.mu.Unlock()
	in.sources = append(in.sources, ledger.Source{
		ID: id, Path: name, Format: "zeek (generated)", Reader: "zeek", Records: sink.Records, Bad: sink.Tally.Bad,
		First: int64(sink.First), Last: int64(sink.Last), Details: string(details),
	})
	return err
}

// end waits for the readers; failed is why writing ended early, nil otherwise.
func (in *intake) end(failed error) ([]ledger.Source, error) {
	if failed != nil {
		for _, w := range in.open {
			_ = w.CloseWithError(failed) // gives nil, always
		}
	}
	in.wg.Wait()
	slices.SortFunc(in.sources, func(a, b ledger.Source) int { return int(a.ID) - int(b.ID) })
	return in.sources, in.err
}
