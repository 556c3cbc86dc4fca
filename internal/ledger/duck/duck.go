package duck

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"barium/internal/condense"
	"barium/internal/event"
	"barium/internal/ledger"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Options bound what a store may use.
type Options struct {
	// Memory is DuckDB's memory_limit in bytes; 0 leaves its default.
	Memory int64
	// TempDir is where DuckDB puts what does not fit; empty for a folder beside
	// the ledger.
	TempDir string
}

// Wrote reports whether a file begins as a ledger does: as a database of DuckDB
// that names a table of ours. It needs the first 64 kB, where DuckDB lists the
// tables of a ledger that has just been made.
func Wrote(head []byte) bool {
	const at = 8 // behind a check sum
	return len(head) > at && bytes.HasPrefix(head[at:], []byte("DUCK")) && bytes.Contains(head, []byte("conversation_block"))
}

// Store is a ledger in a DuckDB file.
type Store struct {
	db   *sql.DB
	path string
	free func() // lets this process open the file again

	memory  int64 // for what is rolled up, see Options
	tempDir string

	writing *writing // what an import is writing
}

// held are the files that this process has open. DuckDB's lock keeps only other
// processes out.
var held struct {
	sync.Mutex
	paths map[string]bool
}

// hold marks a file as open, and reports false when it is already.
func hold(path string) (free func(), ok bool) {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	if dir, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(dir, filepath.Base(path))
	}
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		path = whole
	}
	held.Lock()
	defer held.Unlock()
	if held.paths[path] {
		return nil, false
	}
	if held.paths == nil {
		held.paths = map[string]bool{}
	}
	held.paths[path] = true
	return func() {
		held.Lock()
		defer held.Unlock()
		delete(held.paths, path)
	}, true
}

var _ ledger.Store = (*Store)(nil)

// Open opens the ledger at path, and creates it when the file is absent or
// empty. The file is readable by its owner only.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	free, ok := hold(path)
	if !ok {
		return nil, fmt.Errorf("ledger %s is in use by this process already", path)
	}
	s, err := open(ctx, path, o)
	if err != nil {
		free()
		return nil, err
	}
	s.free = free
	return s, nil
}

func open(ctx context.Context, path string, o Options) (*Store, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("starting DuckDB: %w", err)
	}
	s := &Store{db: sql.OpenDB(connector), path: path, memory: o.Memory}
	if o.TempDir == "" {
		o.TempDir = filepath.Dir(path)
	}
	s.tempDir = o.TempDir
	setup := []string{
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET temp_directory = " + quote(filepath.Join(o.TempDir, filepath.Base(path)+".tmp")),
		fmt.Sprintf("SET threads = %d", max(1, runtime.GOMAXPROCS(0))),
		"SET TimeZone = 'UTC'",
		// Rows are written by several threads; every query that needs an order says so.
		"SET preserve_insertion_order = false",
	}
	if o.Memory > 0 {
		setup = append(setup, fmt.Sprintf("SET memory_limit = '%dB'", o.Memory))
	}
	setup = append(setup,
		"ATTACH "+quote(path)+" AS ledger",
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	)
	for _, q := range setup {
		if _, err := s.db.ExecContext(ctx, q); err != nil {
			err = errors.Join(err, s.db.Close())
			return nil, openError(path, err)
		}
	}
	if err := errors.Join(s.migrate(ctx), s.register(ctx)); err != nil {
		err = errors.Join(err, s.db.Close())
		return nil, err
	}
	return s, nil
}

// private creates the file for its owner only; an empty file is a new ledger.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	st, err := f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("ledger %s: %w", path, err)
	}
	if st.Size() == 0 {
		// DuckDB makes the file itself, with the permissions of the process.
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	return nil
}

func openError(path string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "Conflicting lock"), strings.Contains(text, "Could not set lock"):
		return fmt.Errorf("ledger %s is in use by %s; wait for it to end", path, holder(path))
	case strings.Contains(text, "not a valid DuckDB database"):
		return fmt.Errorf("%s is not a ledger; name another file, or move this one away: %w", path, err)
	}
	return fmt.Errorf("opening ledger %s: %w", path, err)
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// migrate brings the tables to ledger.SchemaVersion, one numbered file at a time.
func (s *Store) migrate(ctx context.Context) error {
	var have int
	var tables, ours int
	err := s.db.QueryRowContext(ctx, "SELECT count(*), count(*) FILTER (table_name = 'schema_version') FROM duckdb_tables() WHERE database_name = 'ledger'").Scan(&tables, &ours)
	if err == nil && ours > 0 {
		err = s.db.QueryRowContext(ctx, "SELECT max(version) FROM ledger.schema_version").Scan(&have)
	}
	switch {
	case err != nil:
		return fmt.Errorf("reading the version of ledger %s: %w", s.path, err)
	case ours == 0 && tables > 0:
		return fmt.Errorf("%s is not a ledger but another program's database; name another file", s.path)
	}
	if have > ledger.SchemaVersion {
		return fmt.Errorf("%s has schema %d, this program knows %d: %w", s.path, have, ledger.SchemaVersion, ledger.ErrNewer)
	}
	for v := have + 1; v <= ledger.SchemaVersion; v++ {
		b, err := migrations.ReadFile(fmt.Sprintf("migrations/%03d.sql", v))
		if err != nil {
			return fmt.Errorf("BUG: no migration to schema %d: %w", v, err)
		}
		q := fmt.Sprintf("BEGIN;\n%s\nINSERT INTO ledger.schema_version VALUES (%d);\nCOMMIT;", b, v)
		if _, err := s.db.ExecContext(ctx, q); err != nil {
			return fmt.Errorf("bringing ledger %s to schema %d: %w", s.path, v, err)
		}
	}
	return os.Chmod(s.path, 0o600)
}

// Close closes the ledger; what was imported is in the file.
func (s *Store) Close() error {
	_, err := s.db.Exec("CHECKPOINT ledger")
	err = errors.Join(err, s.db.Close())
	s.free()
	return err
}

// Version returns DuckDB's version.
func (s *Store) Version(ctx context.Context) (v string, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT version()").Scan(&v)
	return v, err
}

// EngineVersion returns the version of the DuckDB that is linked in.
func EngineVersion() (string, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return "", err
	}
	defer db.Close()
	var v string
	err = db.QueryRow("SELECT version()").Scan(&v)
	return v, err
}

// Query runs a query.
func (s *Store) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.db.QueryContext(ctx, query, args...)
}

// Exec runs a statement.
func (s *Store) Exec(ctx context.Context, query string, args ...any) error {
	_, err := s.db.ExecContext(ctx, query, args...)
	return err
}

// Sources returns all sources by id.
func (s *Store) Sources(ctx context.Context) (out []ledger.Source, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, path, format, reader, sha256, size, mod_time, inode, bytes, content, head,
		rest_offset, rest_records, rest_bad, records, repeated, bad, first, last, problem, details FROM ledger.source ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var x ledger.Source
		if err := rows.Scan(&x.ID, &x.Path, &x.Format, &x.Reader, &x.SHA256, &x.Size, &x.ModTime, &x.Inode, &x.Bytes, &x.Content, &x.Head,
			&x.Rest.Offset, &x.Rest.Records, &x.Rest.Bad,
			&x.Records, &x.Repeated, &x.Bad, &x.First, &x.Last, &x.Problem, &x.Details); err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Setting returns what was remembered under a name.
func (s *Store) Setting(ctx context.Context, name string) (out []string, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT value FROM ledger.setting WHERE name = ? ORDER BY value", name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// SetSetting remembers values in the place of those that had the name.
func (s *Store) SetSetting(ctx context.Context, name string, values []string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "DELETE FROM ledger.setting WHERE name = ?", name)
	for _, v := range values {
		if err == nil {
			_, err = tx.ExecContext(ctx, "INSERT INTO ledger.setting VALUES (?, ?)", name, v)
		}
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Dictionary returns the addresses and names that the ledger knows.
func (s *Store) Dictionary(ctx context.Context) (*condense.Dictionary, error) {
	addresses, err := load(ctx, s, "SELECT bits FROM ledger.address ORDER BY id", func(r *sql.Rows) (a event.Addr, err error) {
		var b []byte
		err = r.Scan(&b)
		copy(a[:], b)
		return a, err
	})
	if err != nil {
		return nil, err
	}
	names, err := load(ctx, s, "SELECT text FROM ledger.name ORDER BY id", func(r *sql.Rows) (n string, err error) {
		err = r.Scan(&n)
		return n, err
	})
	return condense.NewDictionary(addresses, names), err
}

func load[T any](ctx context.Context, s *Store, query string, scan func(*sql.Rows) (T, error)) (out []T, err error) {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

// Fill appends rows to a table of the look.
func (s *Store) Fill(ctx context.Context, table string, rows func(add func(...any) error) error) error {
	return s.raw(ctx, func(c driver.Conn) error {
		return appendTo(c, "", table, func(app *duckdb.Appender) error {
			values := make([]driver.Value, 0, 32)
			return rows(func(row ...any) error {
				values = values[:0]
				for _, v := range row {
					values = append(values, v)
				}
				return app.AppendRow(values...)
			})
		})
	})
}

// raw runs f on one connection of the pool.
func (s *Store) raw(ctx context.Context, f func(driver.Conn) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error { return f(c.(driver.Conn)) })
}

// appendTo fills a table through DuckDB's appender.
func appendTo(c driver.Conn, catalog, table string, fill func(*duckdb.Appender) error) error {
	app, err := duckdb.NewAppender(c, catalog, "", table)
	if err != nil {
		return fmt.Errorf("table %s: %w", table, err)
	}
	return errors.Join(fill(app), app.Close())
}
