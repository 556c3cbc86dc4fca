package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/duckdb/duckdb-go/v2"

	"barium/internal/condense"
)

// ErrExists is returned when an export would have to write over something.
var ErrExists = errors.New("the folder holds files already; name a new one")

// Export writes each table of the ledger at path as a Parquet file into dir, with
// addresses and names in place of ids, times in place of numbers, and rows in the
// order of their columns: the same records give the same files, but for the list
// of sources. dir must be empty or not be there; it is whole or stays so. The
// names of the files are returned.
func Export(ctx context.Context, path, dir string, o Options) (files []string, err error) {
	if err := vacant(dir); err != nil {
		return nil, err
	}
	s, err := Open(ctx, path, o)
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, fmt.Errorf("ledger %s: %w", path, err)
	}
	free, ok := hold(path)
	if !ok {
		return nil, fmt.Errorf("ledger %s is in use by this process already", path)
	}
	defer free()
	work, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), filepath.Base(dir)+".*.partial")
	if err != nil {
		return nil, fmt.Errorf("exporting ledger %s: %w", path, err)
	}
	if files, err = exportTo(ctx, path, work, o); err == nil {
		// Not os.Rename, which refuses to take an empty folder's place.
		if e := syscall.Rename(work, dir); e != nil {
			err = &os.PathError{Op: "rename", Path: dir, Err: e}
		}
	}
	if err != nil {
		return nil, fmt.Errorf("exporting ledger %s: %w", path, errors.Join(err, os.RemoveAll(work)))
	}
	return files, nil
}

// vacant reports an error unless dir is an empty folder or nothing.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("export: %s: %w", dir, ErrExists)
	}
	return nil
}

func exportTo(ctx context.Context, path, dir string, o Options) (files []string, err error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	if o.TempDir == "" {
		o.TempDir = dir
	}
	setup := []string{
		"SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false", "SET TimeZone = 'UTC'",
		"SET temp_directory = " + quote(filepath.Join(o.TempDir, "barium-export.tmp")),
	}
	if o.Memory > 0 {
		setup = append(setup, fmt.Sprintf("SET memory_limit = '%dB'", o.Memory))
	}
	for _, q := range append(setup, "ATTACH "+quote(path)+" AS ledger (READ_ONLY)") {
		if _, err := db.ExecContext(ctx, q); err != nil {
			return nil, openError(path, err)
		}
	}
	write := func(name, query string) error {
		file := name + ".parquet"
		files = append(files, file)
		_, err := db.ExecContext(ctx, fmt.Sprintf("COPY (%s) TO %s (FORMAT parquet, COMPRESSION zstd)", query, quote(filepath.Join(dir, file))))
		if err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
		return os.Chmod(filepath.Join(dir, file), 0o600)
	}
	for _, t := range condense.Tables {
		if err := write(t.Name, exportQuery(t)); err != nil {
			return nil, err
		}
	}
	if err := write("source", `SELECT id, path, format, sha256, size, make_timestamp(mod_time // 1000) AS modified, bytes, records, repeated, bad,
		CASE WHEN records > 0 THEN make_timestamp(first) END AS first, CASE WHEN records > 0 THEN make_timestamp(last) END AS last, problem
		FROM ledger.source ORDER BY id`); err != nil {
		return nil, err
	}
	return files, os.RemoveAll(filepath.Join(o.TempDir, "barium-export.tmp"))
}

// exportQuery gives the rows of a table for people.
func exportQuery(t *condense.Table) string {
	cols := []string{"make_timestamp(r.hour::BIGINT * 3600000000) AS hour", hoursColumn(t)}
	var joins []string
	join := func(table, column, text string) {
		x := fmt.Sprintf("x%d", len(joins))
		joins = append(joins, fmt.Sprintf("JOIN ledger.%s %s ON %s.id = r.%s", table, x, x, column))
		cols = append(cols, fmt.Sprintf(`%s.%s AS "%s"`, x, text, column))
	}
	for _, k := range t.Key[1:] {
		switch k.Kind {
		case condense.KindAddress:
			join("address", k.Name, "ip")
		case condense.KindName:
			join("name", k.Name, "text")
		default:
			cols = append(cols, "r."+k.Name)
		}
	}
	if t.Set.Name != "" {
		join("name", t.Set.Name, "text")
	}
	cols = append(cols, "make_timestamp(r.first) AS first", "make_timestamp(r.first + r.span) AS last")
	for _, x := range t.Sums {
		cols = append(cols, "r."+x.Name)
	}
	return fmt.Sprintf("SELECT %s FROM ledger.%s r %s ORDER BY ALL", strings.Join(cols, ", "), t.Name, strings.Join(joins, " "))
}

// hoursColumn says how many hours a row stands for.
func hoursColumn(t *condense.Table) string {
	if !t.Rolls() {
		return "1 AS hours"
	}
	return fmt.Sprintf("CASE WHEN r.hour < coalesce((SELECT max(value::BIGINT) FROM ledger.setting WHERE name = %s), 0) THEN %d ELSE 1 END AS hours",
		quote(hourlySetting), condense.DayHours)
}
