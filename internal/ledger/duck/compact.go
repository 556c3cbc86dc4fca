package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Compact writes the ledger at path into a new file, in order of time and without
// what DuckDB keeps free, and puts that in its place. Whenever it is stopped, the
// file is one whole ledger. It returns the sizes in bytes before and after.
func Compact(ctx context.Context, path string, o Options) (before, after int64, err error) {
	s, err := Open(ctx, path, o) // migrates it, and says what is no ledger
	if err != nil {
		return 0, 0, err
	}
	if err := s.Close(); err != nil { // writes its log into the file
		return 0, 0, fmt.Errorf("ledger %s: %w", path, err)
	}
	free, ok := hold(path)
	if !ok {
		return 0, 0, fmt.Errorf("ledger %s is in use by this process already", path)
	}
	defer free()
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return 0, 0, fmt.Errorf("ledger: %w", err)
	}
	before, after, err = rewrite(ctx, path, o)
	if err != nil {
		return 0, 0, fmt.Errorf("compacting ledger %s, which stays as it was: %w", path, err)
	}
	return before, after, nil
}

// rewrite is Compact for a ledger that nobody in this process has open. No other
// process can open it before it is done: the old file is held until the new one
// has its name.
func rewrite(ctx context.Context, path string, o Options) (before, after int64, err error) {
	fresh := path + ".compact"
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return 0, 0, err
	}
	db := sql.OpenDB(connector)
	closed := false
	defer func() {
		if !closed {
			err = errors.Join(err, db.Close())
		}
	}()
	run := func(queries ...string) error {
		for _, q := range queries {
			if _, err := db.ExecContext(ctx, q); err != nil {
				return err
			}
		}
		return nil
	}
	if o.TempDir == "" {
		o.TempDir = filepath.Dir(path)
	}
	setup := []string{
		"SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false", "SET TimeZone = 'UTC'",
		"SET temp_directory = " + quote(filepath.Join(o.TempDir, filepath.Base(path)+".tmp")),
	}
	if o.Memory > 0 {
		setup = append(setup, fmt.Sprintf("SET memory_limit = '%dB'", o.Memory))
	}
	if err := run(append(setup, "ATTACH "+quote(path)+" AS ledger")...); err != nil {
		return 0, 0, openError(path, err)
	}
	// Whoever holds the ledger may take away what an earlier attempt left.
	if err := removeLedger(fresh); err != nil {
		return 0, 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, removeLedger(fresh))
		}
	}()
	f, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	before = f.Size()
	if err := run("ATTACH "+quote(fresh)+" AS fresh", "COPY FROM DATABASE ledger TO fresh", "CHECKPOINT fresh", "DETACH fresh"); err != nil {
		return 0, 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	if after, err = settle(fresh); err != nil {
		return 0, 0, err
	}
	if err := os.Rename(fresh, path); err != nil {
		return 0, 0, err
	}
	closed = true
	return before, after, errors.Join(syncFolder(filepath.Dir(path)), db.Close())
}

// removeLedger removes a ledger and its log, if they are there.
func removeLedger(path string) error {
	var err error
	for _, p := range []string{path, path + ".wal"} {
		if e := os.Remove(p); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// settle brings a file to the disk, for its owner only, and returns its size.
func settle(path string) (size int64, err error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := os.Stat(path + ".wal"); err == nil {
		return 0, fmt.Errorf("BUG: %s has a log", path)
	}
	if err := errors.Join(f.Chmod(0o600), f.Sync()); err != nil {
		return 0, err
	}
	st, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return st.Size(), nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	// Some file systems cannot do this for folders; the rename is done.
	if err != nil && strings.Contains(err.Error(), "invalid argument") {
		err = nil
	}
	return errors.Join(err, f.Close())
}
