package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

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
	blocks chan condense.Block
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
	blocks := duckdb.ChunkTableFunction{BindArguments: func(map[string]any, ...any) (duckdb.ChunkTableSource, error) {
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

// errStopped ends a producer whose consumer has gone.
var errStopped = errors.New("stopped")

// writeBlocks writes the lists of the rows just written.
func (s *Store) writeBlocks(ctx context.Context, conn *sql.Conn) error {
	w := s.writing
	w.blocks = make(chan condense.Block, duckdb.GetDataChunkCapacity())
	stop := make(chan struct{})
	var produced error
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(w.blocks)
		produced = w.c.Blocks(w.t, func(b condense.Block) error {
			select {
			case w.blocks <- b:
				return nil
			case <-stop:
				return errStopped
			}
		})
	})
	_, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO ledger.%s_list SELECT * FROM %s()", w.t.Name, blocksFunction))
	close(stop)
	wg.Wait()
	if err == nil {
		err = produced
	}
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
	add("last", duckdb.TYPE_BIGINT)
	for _, x := range r.t.Sums {
		add(x.Name, duckdb.TYPE_BIGINT)
	}
	return columns(names, types)
}

// Cardinality is not known beforehand.
func (r *rowSource) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init lets every thread of DuckDB take part.
func (r *rowSource) Init() duckdb.ParallelTableSourceInfo { return duckdb.ParallelTableSourceInfo{} }

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
	if err := errors.Join(fill(chunk, col, b.First[from:to]), fill(chunk, col+1, b.Last[from:to])); err != nil {
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

// blockSource gives DuckDB the blocks of lists.
type blockSource struct{ *writing }

// ColumnInfos describes the table as the migrations make it.
func (r *blockSource) ColumnInfos() []duckdb.ColumnInfo {
	return columns([]string{"hour", "block", "lists"}, []duckdb.Type{duckdb.TYPE_UINTEGER, duckdb.TYPE_BIGINT, duckdb.TYPE_BLOB})
}

// Cardinality is not known beforehand.
func (r *blockSource) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init has nothing to prepare.
func (r *blockSource) Init() {}

// FillChunk hands over the next blocks.
func (r *blockSource) FillChunk(chunk duckdb.DataChunk) error {
	if err := r.ctx.Err(); err != nil {
		return err
	}
	n := 0
	for n < duckdb.GetDataChunkCapacity() {
		b, ok := <-r.blocks
		if !ok {
			break
		}
		err := errors.Join(duckdb.SetChunkValue(chunk, 0, n, b.Hour), duckdb.SetChunkValue(chunk, 1, n, b.Seq), duckdb.SetChunkValue(chunk, 2, n, b.Lists))
		if err != nil {
			return err
		}
		n++
	}
	return chunk.SetSize(n)
}
