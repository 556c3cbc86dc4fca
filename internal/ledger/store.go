package ledger

import (
	"context"
	"database/sql"
	"errors"

	"barium/internal/condense"
)

// SchemaVersion is the version of the tables that this program writes. A store
// migrates older ledgers and refuses newer ones.
const SchemaVersion = 2

// ErrNewer is returned for a ledger that a later version of barium wrote.
var ErrNewer = errors.New("this ledger was written by a newer version of barium; use that version, or start a new ledger")

// Source is one file that was read into a ledger.
type Source struct {
	ID      uint32 // from 1; rows refer to it
	Path    string // as given, cleaned
	Format  string // for people: "zeek conn (TSV)"
	Reader  string // name of the reader, needed to find a raw line again
	SHA256  string // hex, of the file as it lies on disk
	Size    int64  // bytes on disk
	ModTime int64  // nanoseconds since 1970 UTC
	Inode   uint64
	Bytes   int64 // decompressed
	// Content is the SHA-256, hex, of these Bytes, and Head that of the first
	// HeadBytes of them: a file that begins so is this source, wherever it lies and
	// however it is compressed. Empty when it could not be read to its end.
	Content, Head string
	Rest          Rest // where reading begins when it has grown
	Records       int64
	Repeated      int64 // records already known from elsewhere
	Bad           int64
	First         int64 // microseconds since 1970 UTC; meaningful when Records > 0
	Last          int64
	Problem       string // why it was not wholly read; empty when it was
	Details       string // JSON: bad samples, skipped types, warnings
}

// Rest says where the reading of a source begins that has grown meanwhile.
type Rest struct {
	Offset  int64 // decompressed; what stands before it was read for good; 0 when all must be read again
	Records int64 // records counted already that stand at or behind Offset
	Bad     int64 // the same of bad records
}

// HeadBytes is how much of a source's beginning Head is of.
const HeadBytes = 4096

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
	// c's dictionary must come from this ledger, and c must hold nothing older than
	// Hourly. Records that were known already
	// are added to Repeated of their source. A source whose number the ledger has
	// takes that one's place.
	Import(ctx context.Context, c *condense.Condenser, sources []Source) error
	// Query runs SQL that both DuckDB and ClickHouse understand: integers are
	// only added up, results are ordered, there is no any_value, first or approx_*.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// Exec runs a statement on the look, never on the ledger's own tables.
	Exec(ctx context.Context, query string, args ...any) error
	// Fill appends rows to a table of the look: rows is called once and hands each
	// row, with a value for every column, to add.
	Fill(ctx context.Context, table string, rows func(add func(...any) error) error) error
	// Setting returns what was remembered under a name, in order; SetSetting
	// remembers values in the place of those.
	Setting(ctx context.Context, name string) ([]string, error)
	SetSetting(ctx context.Context, name string, values []string) error
	// Cases returns the cases that the last hunt left, by id, and those that closed
	// before; SetCases remembers cases in the place of those.
	Cases(ctx context.Context) ([]KnownCase, error)
	SetCases(ctx context.Context, cases []KnownCase) error
	// Judgements returns all judgements by id, withdrawn ones too. Judge adds one
	// and returns the id that it gets. Withdraw notes who took one back, why and
	// when (microseconds since 1970 UTC); an unknown or withdrawn one is an error.
	Judgements(ctx context.Context) ([]Judgement, error)
	Judge(ctx context.Context, j Judgement) (id int64, err error)
	Withdraw(ctx context.Context, id int64, by, because string, when int64) error
	// Checksum is equal for two ledgers that hold the same rows, whatever the
	// sources, order and ids.
	Checksum(ctx context.Context) (string, error)
	// Hourly returns the first hour that is kept as such: rows of earlier ones stand
	// for whole days, or are gone. 0 when all are.
	Hourly(ctx context.Context) (uint32, error)
	// Prune rolls hours before k.Hourly up into days and drops those before k.Daily.
	// Of the same records the same rows remain, however they came into the ledger.
	Prune(ctx context.Context, k Kept) (Pruned, error)
	// Version names the database program.
	Version(ctx context.Context) (string, error)
	// Close gives the ledger back.
	Close() error
}
