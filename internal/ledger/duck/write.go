package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"

	"github.com/duckdb/duckdb-go/v2"

	"barium/internal/condense"
)

// Rows reach DuckDB through two table functions, whose threads do the condensing
// themselves: a day of a large hospital is three million rows, and an appender
// takes them one value and one thread at a time.
const (
	rowsFunction   = "barium_rows"
	blocksFunction = "barium_blocks"
)

// writing is what the two functions read from. Only one import runs at a time.
type writing struct {
	ctx    context.Context
	c      *condense.Condenser
	t      *condense.Table
	finish *condense.Finish
}

// register makes the two functions known to the database.
func (s *Store) register(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	rows := duckdb.ParallelChunkTableFunction{BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) {
		return &rowSource{writing: s.writing}, nil
	}}
	blocks := duckdb.ParallelChunkTableFunction{BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) {
		return &blockSource{writing: s.writing}, nil
	}}
	return errors.Join(duckdb.RegisterTableUDF(conn, rowsFunction, rows), duckdb.RegisterTableUDF(conn, blocksFunction, blocks))
}

// writeTable writes the rows of one table, and then their lists, within the
// transaction of conn.
func (s *Store) writeTable(ctx context.Context, conn *sql.Conn, c *condense.Condenser, t *condense.Table) error {
	var seq int64
	if err := conn.QueryRowContext(ctx, "SELECT coalesce(max(seq), -1) + 1 FROM ledger."+t.Name).Scan(&seq); err != nil {
		return err
	}
	seq += (condense.BlockRows - seq%condense.BlockRows) % condense.BlockRows
	s.writing = &writing{ctx: ctx, c: c, t: t, finish: c.Finish(t, seq)}
	defer func() { s.writing = nil }()
	if _, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO ledger.%s SELECT * FROM %s()", t.Name, rowsFunction)); err != nil {
		return err
	}
	if len(t.Values) == 0 {
		return nil
	}
	return s.writeBlocks(ctx, conn)
}

// writeBlocks writes the lists of the rows just written.
func (s *Store) writeBlocks(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO ledger.%s_block SELECT * FROM %s()", s.writing.t.Name, blocksFunction))
	return err
}

func columns(names []string, types []duckdb.Type) []duckdb.ColumnInfo {
	out := make([]duckdb.ColumnInfo, len(names))
	for i := range names {
		t, err := duckdb.NewTypeInfo(types[i])
		if err != nil {
			panic("BUG: " + err.Error()) // the types are those below
		}
		out[i] = duckdb.ColumnInfo{Name: names[i], T: t}
	}
	return out
}

// rowSource gives DuckDB the rows of a table, condensing them on its threads.
type rowSource struct{ *writing }

// rowWorker is one thread's part: a batch and how far it was handed over.
type rowWorker struct {
	*condense.Worker
	batch *condense.Batch
	at    int
}

// ColumnInfos describes the table as the migrations make it.
func (r *rowSource) ColumnInfos() []duckdb.ColumnInfo {
	names, types := []string{"hour", "seq"}, []duckdb.Type{duckdb.TYPE_UINTEGER, duckdb.TYPE_BIGINT}
	add := func(name string, t duckdb.Type) { names, types = append(names, name), append(types, t) }
	for _, k := range r.t.Key[1:] {
		add(k.Name, duckdb.TYPE_UINTEGER)
	}
	if r.t.Set.Name != "" {
		add(r.t.Set.Name, duckdb.TYPE_UINTEGER)
	}
	add("first", duckdb.TYPE_BIGINT)
	add("span", duckdb.TYPE_BIGINT)
	for _, x := range r.t.Sums {
		add(x.Name, duckdb.TYPE_BIGINT)
	}
	return columns(names, types)
}

// Cardinality is not known beforehand.
func (r *rowSource) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init lets every thread of DuckDB take part.
func (r *rowSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: runtime.GOMAXPROCS(0)}
}

// NewLocalState gives a thread its worker.
func (r *rowSource) NewLocalState() any { return &rowWorker{Worker: r.finish.Worker()} }

// FillChunk hands over the next rows.
func (r *rowSource) FillChunk(local any, chunk duckdb.DataChunk) error {
	w := local.(*rowWorker)
	for w.batch == nil || w.at == w.batch.Rows {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		var err error
		if w.batch, err = w.Next(); err != nil {
			return err
		}
		if w.at = 0; w.batch == nil {
			return chunk.SetSize(0)
		}
	}
	b, from := w.batch, w.at
	to := min(b.Rows, from+duckdb.GetDataChunkCapacity())
	w.at = to
	if err := errors.Join(fill(chunk, 0, b.Key[0][from:to]), fill(chunk, 1, b.Seq[from:to])); err != nil {
		return err
	}
	col := 2
	for k := range r.t.Key[1:] {
		if err := fill(chunk, col, b.Key[k+1][from:to]); err != nil {
			return err
		}
		col++
	}
	if r.t.Set.Name != "" {
		if err := fill(chunk, col, b.Set[from:to]); err != nil {
			return err
		}
		col++
	}
	if err := errors.Join(fill(chunk, col, b.First[from:to]), fill(chunk, col+1, b.Span[from:to])); err != nil {
		return err
	}
	col += 2
	for k := range r.t.Sums {
		if err := fill(chunk, col, b.Sums[k][from:to]); err != nil {
			return err
		}
		col++
	}
	return chunk.SetSize(to - from)
}

func fill[T uint32 | int64](chunk duckdb.DataChunk, col int, values []T) error {
	for i, v := range values {
		if err := duckdb.SetChunkValue(chunk, col, i, v); err != nil {
			return err
		}
	}
	return nil
}

// longestPart is up to how many bytes of lists are one text: a longer one DuckDB
// puts into a file block of its own, 256 KiB each.
const longestPart = 4000

// blockSource gives DuckDB the blocks of lists, and long ones in parts.
type blockSource struct{ *writing }

// blockWorker is one thread's part of the work, and the block it is cutting up.
type blockWorker struct {
	*condense.Blocks
	block condense.Block
	part  uint32 // of the block, from 1; 0 when there is none
}

// ColumnInfos describes the table as the migrations make it.
func (r *blockSource) ColumnInfos() []duckdb.ColumnInfo {
	return columns([]string{"hour", "block", "part", "lists"},
		[]duckdb.Type{duckdb.TYPE_UINTEGER, duckdb.TYPE_BIGINT, duckdb.TYPE_UINTEGER, duckdb.TYPE_BLOB})
}

// Cardinality is not known beforehand.
func (r *blockSource) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init lets every thread of DuckDB take part.
func (r *blockSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: runtime.GOMAXPROCS(0)}
}

// NewLocalState gives a thread its worker.
func (r *blockSource) NewLocalState() any { return &blockWorker{Blocks: r.finish.Blocks()} }

// FillChunk hands over the next blocks.
func (r *blockSource) FillChunk(local any, chunk duckdb.DataChunk) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	w := local.(*blockWorker)
	n := 0
	for ; n < duckdb.GetDataChunkCapacity(); n++ {
		ok, err := w.next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		lists := w.block.Lists
		if w.part > 0 {
			lists = lists[:min(len(lists), longestPart)]
			w.block.Lists = w.block.Lists[len(lists):]
		}
		err = errors.Join(duckdb.SetChunkValue(chunk, 0, n, w.block.Hour), duckdb.SetChunkValue(chunk, 1, n, w.block.Seq),
			duckdb.SetChunkValue(chunk, 2, n, w.part), duckdb.SetChunkValue(chunk, 3, n, lists))
		if err != nil {
			return err
		}
	}
	return chunk.SetSize(n)
}

// next goes to the next part, of this block or another one.
func (w *blockWorker) next() (ok bool, err error) {
	if w.part > 0 && len(w.block.Lists) > 0 {
		w.part++
		return true, nil
	}
	w.part = 0
	if w.block, ok, err = w.Next(); ok && len(w.block.Lists) > longestPart {
		w.part = 1
	}
	return ok, err
}
