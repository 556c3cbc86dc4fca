package ledger

import (
	"context"
	"database/sql"
	"errors"

	"barium/internal/condense"
)

// SchemaVersion is the version of the tables that this program writes. A store
// migrates older ledgers and refuses newer ones.
const SchemaVersion = 1

// ErrNewer is returned for a ledger that a later version of barium wrote.
var ErrNewer = errors.New("this ledger was written by a newer version of barium; use that version, or start a new ledger")

// Source is one file that was read into a ledger.
type Source struct {
	ID       uint32 // from 1; rows refer to it
	Path     string // as given, cleaned
	Format   string // for people: "zeek conn (TSV)"
	Reader   string // name of the reader, needed to find a raw line again
	SHA256   string // hex, of the file as it lies on disk
	Size     int64  // bytes on disk
	ModTime  int64  // nanoseconds since 1970 UTC
	Inode    uint64
	Bytes    int64 // decompressed
	Records  int64
	Repeated int64 // records already known from elsewhere
	Bad      int64
	First    int64 // microseconds since 1970 UTC; meaningful when Records > 0
	Last     int64
	Problem  string // why it was not wholly read; empty when it was
	Details  string // JSON: bad samples, skipped types, warnings
}

// Store holds a ledger. Its methods may be used by several goroutines, Import
// by one at a time. Rows returned by Query must be closed before the next call
// of Import.
type Store interface {
	// Sources returns all sources by id.
	Sources(ctx context.Context) ([]Source, error)
	// Dictionary returns the addresses and names that the ledger knows.
	Dictionary(ctx context.Context) (*condense.Dictionary, error)
	// Import makes the ledger the union of itself and what c holds, in one
	// transaction: either all of it is in the ledger afterwards, or nothing.
	// c's dictionary must come from this ledger. Afterwards Repeated of the
	// sources is set.
	Import(ctx context.Context, c *condense.Condenser, sources []Source) error
	// Query runs SQL that both DuckDB and ClickHouse understand: integers are
	// only added up, results are ordered, there is no any_value, first or approx_*.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// Exec runs a statement on the look, never on the ledger's own tables.
	Exec(ctx context.Context, query string, args ...any) error
	// Fill appends rows to a table of the look: rows is called once and hands each
	// row, with a value for every column, to add.
	Fill(ctx context.Context, table string, rows func(add func(...any) error) error) error
	// Checksum is equal for two ledgers that hold the same rows, whatever the
	// sources, order and ids.
	Checksum(ctx context.Context) (string, error)
	// Version names the database program.
	Version(ctx context.Context) (string, error)
	// Close gives the ledger back.
	Close() error
}
