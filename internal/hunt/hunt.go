package hunt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"barium/internal/caseload"
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
	networks, err := ledger.ParseNetworks(o.Internal)
	if err != nil {
		return nil, err
	}
	if o.Memory == 0 {
		o.Memory = quarterOfMemory()
	}
	files, err := Discover(ctx, o.Paths, o.Stdin)
	if err != nil {
		return nil, err
	}
	if o.Found != nil {
		if err := o.Found(files); err != nil {
			return nil, err
		}
	}
	store, done, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { o.stage("closing"); err = errors.Join(err, done()) }()
	if o.Progress != nil {
		defer o.Progress.Done()
	}
	before, err := store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	sources, err := Import(ctx, store, files, o)
	if err != nil {
		return nil, err
	}
	files = withMembers(files)
	if networks, err = inside(ctx, store, o, networks); err != nil {
		return nil, err
	}
	look, err := ledger.NewLook(ctx, store, ledger.WindowOf(o.Since, o.Until), networks)
	if err != nil {
		return nil, err
	}
	o.stage("looking for signs")
	findings, cover, err := find(ctx, look, all.Detectors)
	if err != nil {
		return nil, err
	}
	users, err := labelUsers(ctx, look)
	if err != nil {
		return nil, err
	}
	cases, weak := caseload.Build(findings, func(label string) int64 { return users[label] })
	o.stage("fetching evidence")
	doc, err = document(ctx, look, cover, cases, weak, sources, files, o)
	if err != nil {
		return nil, err
	}
	readable := false
	for _, s := range sources {
		readable = readable || s.Records > 0
	}
	if !readable {
		return doc, ErrNothing
	}
	if o.Pruned != nil && o.Ledger != "" && !slices.Equal(before, sources) {
		o.stage("rolling up old hours")
		p, err := ledger.Prune(ctx, store, o.Now)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		o.Pruned(p, err)
	}
	return doc, nil
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

// labelUsers returns how many hosts use each label.
func labelUsers(ctx context.Context, l *ledger.Look) (map[string]int64, error) {
	out := map[string]int64{}
	var label string
	var n int64
	err := ledger.Each(ctx, l.Store, "SELECT l.text, k.hosts FROM known k JOIN label l ON l.label = k.label ORDER BY l.text", nil, []any{&label, &n}, func() error {
		out[label] = n
		return nil
	})
	return out, err
}

// elapsed is the time since the start in milliseconds.
func (o Options) elapsed() int64 {
	if o.Elapsed == nil {
		return 0
	}
	return int64(o.Elapsed() / time.Millisecond)
}
