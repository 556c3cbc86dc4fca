package hunt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"barium/internal/detect/all"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
	"barium/internal/report"
)

// ErrNothing is returned when none of the given files could be read as a log.
var ErrNothing = errors.New("nothing readable")

// Run does the main job: it reads the logs below the given paths and returns
// what they show. The document is returned with ErrNothing too, so that the
// caller can say why each file was not read.
func Run(ctx context.Context, o Options) (doc *report.Document, err error) {
	if err := o.comparable(); err != nil {
		return nil, err
	}
	err = o.look(ctx, func(look *ledger.Look, sources []ledger.Source, files []File) error {
		o.stage("looking for signs")
		findings, cover, err := find(ctx, look, o.detectors, o.Memory)
		if err != nil {
			return err
		}
		seen, err := examine(ctx, look, findings, cover, o)
		if err != nil {
			return err
		}
		if o.judged != nil {
			if err := o.judged(ctx, look.Store, seen, cover); err != nil {
				return err
			}
		}
		o.stage("fetching evidence")
		d, err := document(ctx, look, cover, seen, sources, files, o)
		if err != nil {
			return err
		}
		if err := seen.remember(ctx, look.Store, d, o); err != nil {
			return fmt.Errorf("remembering the cases: %w", err)
		}
		doc = d
		return nil
	})
	if err != nil && !errors.Is(err, ErrNothing) {
		return nil, err
	}
	return doc, err
}

// look reads the logs into the ledger and hands over what is to be looked at. It
// returns ErrNothing, after that, when no source has a record.
func (o *Options) look(ctx context.Context, f func(*ledger.Look, []ledger.Source, []File) error) (err error) {
	networks, err := ledger.ParseNetworks(o.Internal)
	if err != nil {
		return err
	}
	if o.Memory == 0 {
		o.Memory = DefaultMemory()
	}
	if o.detectors == nil {
		o.detectors = all.Detectors
	}
	defer Hold(o.Memory)()
	files, err := Discover(ctx, o.Paths, o.Stdin, o.Mappings...)
	if err != nil {
		return err
	}
	if o.Found != nil {
		if err := o.Found(files); err != nil {
			return err
		}
	}
	store, done, err := open(ctx, *o)
	if err != nil {
		return err
	}
	defer func() {
		o.stage("closing")
		if e := done(); e != nil { // not with ErrNothing, which has a result
			err = errors.Join(e, context.Cause(ctx))
		}
	}()
	if o.Progress != nil {
		defer o.Progress.Done()
	}
	before, err := store.Sources(ctx)
	if err != nil {
		return err
	}
	sources, err := Import(ctx, store, files, *o)
	if err != nil {
		return err
	}
	files = withMembers(files)
	if networks, err = inside(ctx, store, *o, networks); err != nil {
		return err
	}
	look, err := ledger.NewLook(ctx, store, ledger.WindowOf(o.Since, o.Until), networks)
	if err != nil {
		return err
	}
	if err := f(look, sources, files); err != nil {
		return err
	}
	if !slices.ContainsFunc(sources, func(s ledger.Source) bool { return s.Records > 0 }) {
		return ErrNothing
	}
	if o.Pruned != nil && o.Ledger != "" && !slices.Equal(before, sources) {
		o.stage("rolling up old hours")
		p, err := ledger.Prune(ctx, store, o.Now)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		o.Pruned(p, err)
	}
	return nil
}

// inside returns the networks that are inside: those given, those that an earlier
// run was given for the same ledger, or the usual ones. What is given together
// with logs is remembered.
func inside(ctx context.Context, s ledger.Store, o Options, parsed ledger.Networks) (ledger.Networks, error) {
	const name = "internal"
	if len(o.Internal) > 0 {
		if len(o.Paths) == 0 {
			return parsed, nil
		}
		return parsed, s.SetSetting(ctx, name, o.Internal)
	}
	remembered, err := s.Setting(ctx, name)
	if err != nil {
		return parsed, err
	}
	if len(remembered) > 0 {
		return ledger.ParseNetworks(remembered)
	}
	return ledger.DefaultNetworks(ctx, s)
}

// leastDatabase is the least memory in bytes that the database gets: with half
// of it, the joins of a look at a week of a small hospital fail.
const leastDatabase = 128 << 20

// open opens the ledger that the options name, or a temporary one. done closes
// it, and removes the temporary one.
func open(ctx context.Context, o Options) (s ledger.Store, done func() error, err error) {
	path, remove := o.Ledger, func() error { return nil }
	if path == "" {
		dir, err := os.MkdirTemp(o.TempDir, "barium-")
		if err != nil {
			return nil, nil, fmt.Errorf("temporary ledger: %w", err)
		}
		path, remove = filepath.Join(dir, "ledger"), func() error { return os.RemoveAll(dir) }
	}
	store, err := duck.Open(ctx, path, duck.Options{Memory: max(o.Memory/2, leastDatabase), TempDir: o.TempDir})
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return store, func() error { return errors.Join(store.Close(), remove()) }, nil
}

// elapsed is the time since the start in milliseconds.
func (o Options) elapsed() int64 {
	if o.Elapsed == nil {
		return 0
	}
	return int64(o.Elapsed() / time.Millisecond)
}
