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
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/klauspost/compress/gzip"

	"barium/internal/condense"
	"barium/internal/format"
	"barium/internal/format/container"
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
	Set     string // which logs, see sets
	Logs    string // folder of the logs
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
	Records    int64 // that a set consists of, in its unit
	Events     int64 // connections; of other formats than Zeek's, what is named in each set
	BytesOrig  int64 // payload of the originators
	BytesResp  int64
	Groups     int64   // conversation-hours; of other formats, connections
	Duplicates int64   // connections seen twice, part of Events
	Lists      int64   // bytes of the lists of conversations
	Logs       int64   // bytes of the logs, uncompressed
	Shares     []share // of looking at the ledger
}

// step is one thing to measure. Its time is that of the call of run alone, unless
// the outcome says another; check looks at what is left behind afterwards.
type step struct {
	name, label string
	run         func(context.Context, *task) (check func() (outcome, error), err error)
	tool        *tool // without which the step is left out, nil for none
}

// steps are all that can be measured.
var steps = []step{
	{"baseline", "DuckDB alone: read_csv, group, in memory", baseline, nil},
	{"inflate", "inflating only by klauspost/compress, one file a thread", inflateOnly, nil},
	{"read", "barium, reading only, one goroutine: parse, drop the records", readOnly, nil},
	{"condense", "barium, condensing only: read, condense, drop the rows", condenseOnly, nil},
	{"import", "barium, to the ledger on disk, without detectors", importLedger, nil},
	{"hunt", "barium, whole hunt: ledger, detectors, JSON", huntAll, nil},
	{"tshark", "tshark alone: names in DNS, HTTP and TLS, table of connections", beside(tshark, countTshark), tshark},
	{"capture", "barium, reading only, one goroutine: flows, streams, DNS, HTTP, TLS", counted(1, sumCapture), nil},
	{"jq", "jq alone: the fields of flow, dns, http, tls and fileinfo", beside(jq, countLine), jq},
	{"events", "barium, reading only, one goroutine", counted(1, sumRecords), nil},
	{"spread", "barium, reading only, a goroutine for each thread", counted(0, sumRecords), nil},
	{"decoder", "barium, the decoder alone: datagrams in memory, flows dropped", decodeFlows, nil},
	{"joined", "barium, reading the file of barium listen: decode, join directions", counted(1, sumConnections), nil},
	{"nfdump", "nfdump alone: -o csv", beside(nfdump, countNfdump), nfdump},
	{"nfcapd", "barium, reading only: nfdump prints, barium parses and joins directions", counted(1, sumConnections), nfdump},
}

// set is one kind of logs, and which steps are measured on it. The first step is
// what the others are compared with.
type set struct {
	name, text string
	steps      []string
	make       func(ctx context.Context, dir string, seed uint64, rows int) (outcome, error)
	unit       string // what is counted instead of rows of conn.log; no ledger is made
	tool       *tool  // without which the logs cannot be made, nil for none
}

// sets are measured in this order.
var sets = []set{
	{"day", "one day of conn.log as TSV", []string{"baseline", "read", "condense", "import", "hunt"}, bulk(generate.BulkOptions{}), "", nil},
	{"gzip", "the same in 16 .gz files", []string{"inflate", "condense", "hunt"}, bulk(generate.BulkOptions{Gzip: true, Files: 16}), "", nil},
	{"json", "the same as JSON", []string{"read", "condense", "hunt"}, bulk(generate.BulkOptions{JSON: true}), "", nil},
	{"harsh", "a harsh mix: random pairs, three rows each", []string{"baseline", "condense", "hunt"}, harsh, "", nil},
	{"pcap", "a capture of look-ups, HTTP, TLS and calls", []string{"tshark", "capture"}, single("capture.pcap", writeCapture), "packets", nil},
	{"eve", "Suricata's EVE: flow, dns, http, tls, fileinfo", []string{"jq", "events", "spread"}, single("eve.json", writeEVE), "events", nil},
	{"netflow", "datagrams of NetFlow v5, v9 and IPFIX, 30 flows each", []string{"decoder", "joined"}, single("flows.datagrams", writeFlows), "flows", nil},
	{"nfcapd", "a file that nfpcapd made of generated look-ups", []string{"nfdump", "nfcapd"}, makeNfcapd, "flows", nfpcapd},
}

// helpers are run but not measured.
var helpers = []step{
	{"generate", "", generateLog, nil},
	{"inspect", "", inspect, nil},
	{"shares", "", shares, nil},
}

// bulk returns a function that writes a hospital's connections.
func bulk(o generate.BulkOptions) func(context.Context, string, uint64, int) (outcome, error) {
	return func(ctx context.Context, dir string, seed uint64, rows int) (outcome, error) {
		folder, err := generate.NewFolder(dir)
		if err != nil {
			return outcome{}, err
		}
		o.Seed, o.Rows, o.Logs = seed, int64(rows), []string{"conn"}
		const large = 20_000_000 // rows that one day of a large hospital has at most
		o.Days = max(1, (rows+large-1)/large*2-1)
		if rows <= large {
			o.Days = 1
		}
		_, err = generate.Bulk(ctx, o, folder.Create)
		return outcome{Records: int64(rows)}, err
	}
}

func harsh(ctx context.Context, dir string, seed uint64, rows int) (outcome, error) {
	folder, err := generate.NewFolder(dir)
	if err != nil {
		return outcome{}, err
	}
	w, err := folder.Create("conn.log")
	if err != nil {
		return outcome{}, err
	}
	return outcome{Records: int64(rows)}, errors.Join(generate.Harsh(ctx, w, seed, int64(rows)), w.Close())
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
	if o.Seconds == 0 {
		o.Seconds = seconds
	}
	return o, err
}

func generateLog(ctx context.Context, t *task) (func() (outcome, error), error) {
	for _, x := range sets {
		if x.name == t.Set {
			made, err := x.make(ctx, t.Logs, t.Seed, t.Rows)
			return func() (outcome, error) { return made, nil }, err
		}
	}
	return nil, fmt.Errorf("BUG: no set %q", t.Set)
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
		"{log}", strings.ReplaceAll(filepath.Join(t.Logs, "*.log"), "'", "''"), "{threads}", strconv.Itoa(t.Threads),
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

// each calls f with the decompressed bytes of every log, on several threads, and
// with how many goroutines may read that one.
func each(ctx context.Context, t *task, threads int, f func(r format.Reader, src io.Reader, id uint32, goroutines int) error) error {
	files, err := hunt.Discover(ctx, []string{t.Logs}, nil)
	if err != nil {
		return err
	}
	files = slices.DeleteFunc(files, func(x hunt.File) bool { return x.Reader == nil })
	var next atomic.Int64
	errs := make([]error, threads)
	var wg sync.WaitGroup
	for i := range threads {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(files)) && errs[i] == nil; n = next.Add(1) - 1 {
				errs[i] = func() error {
					file, err := os.Open(files[n].Path)
					if err != nil {
						return err
					}
					defer file.Close()
					src, _, err := container.Open(file)
					if err != nil {
						return err
					}
					return errors.Join(f(files[n].Reader, src, uint32(n+1), max(1, threads/len(files))), src.Close())
				}()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// inflateOnly decompresses the logs, by the library that one would take for it, and
// looks at nothing.
func inflateOnly(_ context.Context, t *task) (func() (outcome, error), error) {
	paths, err := filepath.Glob(filepath.Join(t.Logs, "*.gz"))
	if err != nil {
		return nil, err
	}
	var next atomic.Int64
	errs := make([]error, t.Threads)
	var wg sync.WaitGroup
	for i := range t.Threads {
		wg.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(paths)) && errs[i] == nil; n = next.Add(1) - 1 {
				errs[i] = inflate(paths[n])
			}
		})
	}
	wg.Wait()
	return nil, errors.Join(errs...)
}

func inflate(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	z, err := gzip.NewReader(bufio.NewReaderSize(file, 64<<10))
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, z)
	return err
}

func readOnly(ctx context.Context, t *task) (func() (outcome, error), error) {
	var d tally
	err := each(ctx, t, 1, func(r format.Reader, src io.Reader, _ uint32, _ int) error { return r.Read(ctx, src, &d) })
	return func() (outcome, error) { return outcome{Events: d.conns}, nil }, err
}

func condenseOnly(ctx context.Context, t *task) (func() (outcome, error), error) {
	c := condense.New(condense.NewDictionary(nil, nil), condense.Options{Memory: t.Memory / 2, TempDir: filepath.Dir(t.Ledger)})
	defer c.Close()
	var records atomic.Int64
	err := each(ctx, t, t.Threads, func(r format.Reader, src io.Reader, id uint32, goroutines int) error {
		sinks, to := make([]*condense.Sink, goroutines), make([]format.Sink, goroutines)
		for i := range sinks {
			sinks[i] = c.Sink(id)
			to[i] = sinks[i]
		}
		_, err := pieces.Read(ctx, r, src, 0, to)
		for _, s := range sinks {
			err = errors.Join(err, s.Close())
			records.Add(s.Records)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var groups int64
	for _, table := range condense.Tables {
		rows, err := finishAll(c, table, t.Threads)
		if err != nil {
			return nil, err
		}
		if table.ID == condense.Conversation {
			groups = rows
		}
	}
	return func() (outcome, error) { return outcome{Events: records.Load(), Groups: groups}, nil }, nil
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
	files, err := hunt.Discover(ctx, []string{t.Logs}, nil)
	if err != nil {
		return nil, err
	}
	store, err := duck.Open(ctx, t.Ledger, duck.Options{Memory: t.Memory / 2})
	if err != nil {
		return nil, err
	}
	defer hunt.Hold(t.Memory)()
	_, err = hunt.Import(ctx, store, files, hunt.Options{Memory: t.Memory})
	return nil, errors.Join(err, store.Close())
}

func huntAll(ctx context.Context, t *task) (func() (outcome, error), error) {
	doc, err := hunt.Run(ctx, hunt.Options{Paths: []string{t.Logs}, Ledger: t.Ledger, Memory: t.Memory})
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
			sum(bytes_orig + bytes_tried)::BIGINT, sum(bytes_resp)::BIGINT,
			(SELECT sum(octet_length(lists))::BIGINT FROM ledger.conversation_block), (SELECT sum(bytes)::BIGINT FROM ledger.source)
			FROM ledger.conversation`)
		if err != nil {
			return o, errors.Join(err, store.Close())
		}
		for rows.Next() {
			if err := rows.Scan(&o.Groups, &o.Events, &o.Duplicates, &o.BytesOrig, &o.BytesResp, &o.Lists, &o.Logs); err != nil {
				return o, errors.Join(err, rows.Close(), store.Close())
			}
		}
		return o, errors.Join(rows.Err(), rows.Close(), store.Close())
	}, nil
}
