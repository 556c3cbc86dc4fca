package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"barium/internal/condense"
	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/all"
	"barium/internal/format/pieces"
	"barium/internal/generate"
	"barium/internal/hunt"
	"barium/internal/ledger/duck"
)

// taskVariable holds a task in the environment of a process that this program
// starts of itself.
const taskVariable = "BARIUM_BENCH_TASK"

// task is what such a process is to do.
type task struct {
	Step    string
	Log     string
	Ledger  string
	Rows    int
	Seed    uint64
	Threads int
	Memory  int64  // bytes
	Profile string // file for the CPU profile, empty for none
}

// outcome is what it found, as JSON on its standard output. Fields that the
// step does not find out are zero.
type outcome struct {
	Seconds    float64
	Events     int64 // connections
	BytesOrig  int64 // payload of the originators
	BytesResp  int64
	Groups     int64 // conversation-hours
	Duplicates int64 // connections seen twice, part of Events
}

// step is one thing to measure. Its time is that of the call of run alone;
// check looks at what is left behind afterwards.
type step struct {
	name, label string
	run         func(context.Context, *task) (check func() (outcome, error), err error)
}

// steps are measured in this order. The first is what the others are compared
// with.
var steps = []step{
	{"baseline", "DuckDB alone: read_csv, group, in memory", baseline},
	{"read", "barium, reading only: parse, drop the records", readOnly},
	{"condense", "barium, condensing only: read, condense, drop the rows", condenseOnly},
	{"import", "barium, to the ledger on disk, without detectors", importLedger},
	{"hunt", "barium, whole hunt: ledger, detectors, JSON", huntAll},
}

// helpers are run but not measured.
var helpers = []step{
	{"generate", "", generateLog},
	{"inspect", "", inspect},
}

// child does the task that a parent process gave and prints the outcome.
func child(ctx context.Context, text string, out io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return fmt.Errorf("%s: %w", taskVariable, err)
	}
	for _, s := range append(steps, helpers...) {
		if s.name != t.Step {
			continue
		}
		o, err := s.do(ctx, &t)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		return json.NewEncoder(out).Encode(o)
	}
	return fmt.Errorf("BUG: no step %q", t.Step)
}

func (s *step) do(ctx context.Context, t *task) (o outcome, err error) {
	if t.Profile != "" {
		f, err := os.Create(t.Profile)
		if err != nil {
			return o, err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return o, err
		}
	}
	start := time.Now()
	check, err := s.run(ctx, t)
	seconds := time.Since(start).Seconds()
	pprof.StopCPUProfile()
	if err == nil && check != nil {
		o, err = check()
	}
	o.Seconds = seconds
	return o, err
}

func generateLog(_ context.Context, t *task) (func() (outcome, error), error) {
	f, err := os.Create(t.Log)
	if err != nil {
		return nil, err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	return nil, errors.Join(generate.ConnLog(w, t.Seed, t.Rows), w.Flush(), f.Close())
}

//go:embed baseline.sql
var baselineSQL string

func baseline(ctx context.Context, t *task) (func() (outcome, error), error) {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	query := strings.NewReplacer(
		"{log}", strings.ReplaceAll(t.Log, "'", "''"), "{threads}", strconv.Itoa(t.Threads),
	).Replace(baselineSQL)
	if _, err := db.ExecContext(ctx, query); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return func() (o outcome, err error) {
		err = db.QueryRowContext(ctx, `SELECT count(*), sum(events)::BIGINT, coalesce(sum(orig_bytes), 0)::BIGINT, coalesce(sum(resp_bytes), 0)::BIGINT
			FROM conversation`).Scan(&o.Groups, &o.Events, &o.BytesOrig, &o.BytesResp)
		return o, errors.Join(err, db.Close())
	}, nil
}

// reader opens the log and finds its reader, as hunt.Discover does.
func reader(path string) (*os.File, format.Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	head, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	r, said := all.Sniff(head, path)
	if err == nil && r == nil {
		err = errors.New(said.Why)
	}
	return f, r, err
}

// dropped is a format.Sink that counts records; a conn.log has no others.
type dropped struct {
	format.Sink
	n int64
}

func (d *dropped) Conn(*event.Conn)                 { d.n++ }
func (d *dropped) Bad(int64, int64, string, []byte) {}
func (d *dropped) Warn(string)                      {}

func readOnly(ctx context.Context, t *task) (func() (outcome, error), error) {
	f, r, err := reader(t.Log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var d dropped
	err = r.Read(ctx, f, &d)
	return func() (outcome, error) { return outcome{Events: d.n}, nil }, err
}

func condenseOnly(ctx context.Context, t *task) (func() (outcome, error), error) {
	f, r, err := reader(t.Log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	c := condense.New(condense.NewDictionary(nil, nil), condense.Options{Memory: t.Memory / 2, TempDir: filepath.Dir(t.Ledger)})
	defer c.Close()
	sinks, to := make([]*condense.Sink, t.Threads), make([]format.Sink, t.Threads)
	for i := range sinks {
		sinks[i] = c.Sink(1)
		to[i] = sinks[i]
	}
	if _, err = pieces.Read(ctx, r, f, 0, to); err != nil {
		return nil, err
	}
	var groups, records int64
	for _, s := range sinks {
		if err := s.Close(); err != nil {
			return nil, err
		}
		records += s.Records
	}
	for _, table := range condense.Tables {
		rows, err := finishAll(c, table, t.Threads)
		if err != nil {
			return nil, err
		}
		if table.ID == condense.Conversation {
			groups = rows
		}
	}
	return func() (outcome, error) { return outcome{Events: records, Groups: groups}, nil }, nil
}

// finishAll makes the rows of a table, drops them and returns how many they were.
func finishAll(c *condense.Condenser, table *condense.Table, threads int) (int64, error) {
	f := c.Finish(table, 0)
	var rows atomic.Int64
	errs := make([]error, threads)
	var wg sync.WaitGroup
	for i := range threads {
		wg.Go(func() {
			w := f.Worker()
			for {
				b, err := w.Next()
				if errs[i] = err; err != nil || b == nil {
					return
				}
				rows.Add(int64(b.Rows))
			}
		})
	}
	wg.Wait()
	return rows.Load(), errors.Join(errs...)
}

func importLedger(ctx context.Context, t *task) (func() (outcome, error), error) {
	files, err := hunt.Discover(ctx, []string{t.Log})
	if err != nil {
		return nil, err
	}
	store, err := duck.Open(ctx, t.Ledger, duck.Options{Memory: t.Memory / 2})
	if err != nil {
		return nil, err
	}
	_, err = hunt.Import(ctx, store, files, hunt.Options{Memory: t.Memory})
	return nil, errors.Join(err, store.Close())
}

func huntAll(ctx context.Context, t *task) (func() (outcome, error), error) {
	doc, err := hunt.Run(ctx, hunt.Options{Paths: []string{t.Log}, Ledger: t.Ledger, Memory: t.Memory})
	if err != nil {
		return nil, err
	}
	doc.PseudonymisePatients()
	var b bytes.Buffer
	if err := doc.EncodeJSON(&b); err != nil {
		return nil, err
	}
	return nil, os.WriteFile(t.Ledger+".json", b.Bytes(), 0o600)
}

// inspect says what an imported ledger holds.
func inspect(ctx context.Context, t *task) (func() (outcome, error), error) {
	store, err := duck.Open(ctx, t.Ledger, duck.Options{})
	if err != nil {
		return nil, err
	}
	return func() (o outcome, err error) {
		rows, err := store.Query(ctx, `SELECT count(*), sum(events + duplicates)::BIGINT, sum(duplicates)::BIGINT,
			sum(bytes_orig + bytes_tried)::BIGINT, sum(bytes_resp)::BIGINT FROM ledger.conversation`)
		if err != nil {
			return o, errors.Join(err, store.Close())
		}
		for rows.Next() {
			if err := rows.Scan(&o.Groups, &o.Events, &o.Duplicates, &o.BytesOrig, &o.BytesResp); err != nil {
				return o, errors.Join(err, rows.Close(), store.Close())
			}
		}
		return o, errors.Join(rows.Err(), rows.Close(), store.Close())
	}, nil
}
