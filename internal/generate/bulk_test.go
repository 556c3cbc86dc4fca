package generate

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"barium/internal/format/all"
	"barium/internal/format/formattest"
)

func makeBulk(t *testing.T, o BulkOptions) (memory, *Volume) {
	t.Helper()
	m := memory{}
	v, err := Bulk(t.Context(), o, m.create)
	if err != nil {
		t.Fatal(err)
	}
	return m, v
}

func sameFiles(t *testing.T, a, b memory) {
	t.Helper()
	if !slices.Equal(slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b))) {
		t.Fatalf("files %v and %v", slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	}
	for name := range a {
		if !bytes.Equal(a[name].Bytes(), b[name].Bytes()) {
			t.Errorf("%s differs", name)
		}
	}
}

func TestBulkSameBytesOnAnyProcessors(t *testing.T) {
	o := BulkOptions{Seed: 4, Hosts: 40, Days: 3, Theft: true, Gzip: true, Files: 5}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one, _ := makeBulk(t, o)
	runtime.GOMAXPROCS(7)
	many, _ := makeBulk(t, o)
	sameFiles(t, one, many)
	o.Seed = 5
	other, _ := makeBulk(t, o)
	for name := range one {
		if other[name] != nil && bytes.Equal(one[name].Bytes(), other[name].Bytes()) && !strings.HasPrefix(name, "capture_loss") {
			t.Errorf("%s is the same for another seed", name)
		}
	}
}

// TestBulkShape checks what a bulk log is for: its number of rows, how many of
// them share a conversation-hour, their width, and the long tail of far ends.
func TestBulkShape(t *testing.T) {
	for _, o := range []BulkOptions{
		{Seed: 1, Rows: 20_000},
		{Seed: 2, Rows: 150_000},
		{Seed: 3, Rows: 200_000, Days: 3, Theft: true},
		{Seed: 4, Rows: 60_000, Days: 2, Start: time.Date(2026, 3, 7, 0, 0, 0, 0, time.UTC)}, // a weekend
		{Seed: 5, Hosts: 60},
	} {
		o.Logs = []string{"conn"}
		m, v := makeBulk(t, o)
		log := rows(t, m["conn.log"].String())
		if o.Rows > 0 && int64(len(log)) != o.Rows || int64(len(log)) != v.Connections || v.Records["conn"] != v.Connections {
			t.Errorf("%+v: %d rows, told %d", o, len(log), v.Connections)
		}
		if o.Hosts > 0 && (len(log) < 1800*o.Hosts || len(log) > 3000*o.Hosts) {
			t.Errorf("%+v: %d rows", o, len(log))
		}
		hours, sources := map[string]bool{}, map[string]map[string]bool{}
		for _, row := range log {
			ts, _, _ := strings.Cut(row["ts"], ".")
			far := row["id.resp_h"]
			hours[strings.Join([]string{strconv.FormatInt(number(t, ts)/3600, 10), row["id.orig_h"], far, row["id.resp_p"], row["proto"]}, " ")] = true
			if !strings.HasPrefix(far, "10.") {
				if sources[far] == nil {
					sources[far] = map[string]bool{}
				}
				sources[far][row["id.orig_h"]] = true
			}
		}
		if int64(len(hours)) != v.ConversationHours {
			t.Errorf("%+v: %d conversation-hours, told %d", o, len(hours), v.ConversationHours)
		}
		if per := v.RowsPerConversationHour(); per < 3 || per > 5 {
			t.Errorf("%+v: %.2f rows a conversation-hour", o, per)
		}
		alone := 0
		for _, s := range sources {
			if len(s) == 1 {
				alone++
			}
		}
		if share := float64(alone) / float64(len(sources)); share < 0.35 || share > 0.7 {
			t.Errorf("%+v: %.2f of %d far ends are used by one host", o, share, len(sources))
		}
		if width := m["conn.log"].Len() / len(log); int64(m["conn.log"].Len()) != v.Bytes || width < 115 || width > 140 {
			t.Errorf("%+v: %d bytes a row, %d in all, told %d", o, width, m["conn.log"].Len(), v.Bytes)
		}
	}
}

func TestBulkIsConsistent(t *testing.T) {
	m, v := makeBulk(t, BulkOptions{Seed: 6, Hosts: 12, Days: 3, Theft: true})
	checkLogs(t, m, v.Records, "1772409600.000000", "1772758800.000000") // some hours after the days
	for _, name := range LogNames() {
		if v.Records[name] == 0 {
			t.Errorf("no %s.log", name)
		}
	}
	if sum, files := acceptedBytes(t, m, v.Theft); sum != v.Theft.Bytes || !slices.Equal(files, v.Theft.Files) {
		t.Errorf("read back %d bytes in %d files, truth says %d in %d", sum, len(files), v.Theft.Bytes, len(v.Theft.Files))
	}
	checkTheft(t, m, v.Theft)
	if !strings.Contains(m["README.txt"].String(), v.Theft.Destination) {
		t.Error("README.txt does not tell")
	}
	// Connections are written when they end, and no two of the same ports are
	// open at once.
	type open struct{ from, to float64 }
	tuples, previous := map[string][]open{}, 0.0
	for _, row := range rows(t, m["conn.log"].String()) {
		from, _ := strconv.ParseFloat(row["ts"], 64)
		lasts, _ := strconv.ParseFloat(row["duration"], 64)
		written := from + lasts + 5
		if row["proto"] != "tcp" {
			written += 55
		}
		if written < previous-3600 {
			t.Fatalf("written at %f, after %f: %v", written, previous, row)
		}
		previous = written
		key := strings.Join([]string{row["id.orig_h"], row["id.orig_p"], row["id.resp_h"], row["id.resp_p"], row["proto"]}, " ")
		for _, o := range tuples[key] {
			if from < o.to+0.25 && o.from < from+lasts+0.25 {
				t.Errorf("two connections at once: %v", row)
			}
		}
		tuples[key] = append(tuples[key], open{from, from + lasts})
	}
}

func TestBulkLogsDoNotDependOnEachOther(t *testing.T) {
	o := BulkOptions{Seed: 7, Hosts: 20, Days: 3, Theft: true}
	every, v := makeBulk(t, o)
	for _, name := range LogNames() {
		o.Logs = []string{name}
		one, w := makeBulk(t, o)
		if len(one) != 2 || !bytes.Equal(one[name+".log"].Bytes(), every[name+".log"].Bytes()) {
			t.Errorf("%s.log alone is another", name)
		}
		if w.Connections != v.Connections || w.ConversationHours != v.ConversationHours {
			t.Errorf("%s: %d connections in %d conversation-hours, not %d in %d", name, w.Connections, w.ConversationHours, v.Connections, v.ConversationHours)
		}
	}
}

// TestBulkFiles checks that compression and cutting change nothing in the rows.
func TestBulkFiles(t *testing.T) {
	o := BulkOptions{Seed: 8, Rows: 50_000}
	whole, _ := makeBulk(t, o)
	o.Gzip, o.Files = true, 16
	cut, _ := makeBulk(t, o)
	joined := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(cut)) {
		if name == "README.txt" {
			continue
		}
		z, err := gzip.NewReader(cut[name])
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		lines := slices.Collect(strings.Lines(string(text)))
		if !strings.HasPrefix(lines[0], "#separator") || !strings.HasPrefix(lines[len(lines)-1], "#close\t2026-03-0") {
			t.Errorf("%s is no whole log", name)
		}
		path, _, _ := strings.Cut(name, ".")
		joined[path] += strings.Join(lines[8:len(lines)-1], "")
	}
	for path, text := range joined {
		lines := slices.Collect(strings.Lines(whole[path+".log"].String()))
		if text != strings.Join(lines[8:len(lines)-1], "") {
			t.Errorf("%s differs when it is cut", path)
		}
	}
	if cut["conn.2026-03-02T00-00-00.log.gz"] == nil || len(joined) != len(whole)-1 {
		t.Errorf("files %v", slices.Sorted(maps.Keys(cut)))
	}
}

// TestBulkReads checks that barium's own reader finds the same records in TSV
// and in JSON, and none that is bad.
func TestBulkReads(t *testing.T) {
	o := BulkOptions{Seed: 9, Hosts: 12, Days: 3, Theft: true}
	tsv, v := makeBulk(t, o)
	o.JSON = true
	lines, _ := makeBulk(t, o)
	for _, path := range LogNames() {
		var texts [2][]string
		for i, m := range []memory{tsv, lines} {
			data := m[path+".log"].Bytes()
			r, said := all.Sniff(data[:min(len(data), 64<<10)], "x")
			if r == nil {
				t.Fatalf("%s: %s", path, said.Why)
			}
			rec := formattest.Read(t, r, data)
			if len(rec.Bads) > 0 || len(rec.Warnings) > 0 || len(rec.Skipped) > 0 || int64(rec.Counts()[path]) != v.Records[path] {
				t.Errorf("%s: bad %v, warnings %v, counts %v", path, rec.Bads, rec.Warnings, rec.Counts())
			}
			texts[i] = rec.Texts()
		}
		if !slices.Equal(texts[0], texts[1]) {
			t.Errorf("%s: TSV and JSON differ", path)
		}
	}
}

func TestBulkTheftLeavesInnocentTrafficAlone(t *testing.T) {
	o := BulkOptions{Seed: 10, Hosts: 15, Days: 4, Logs: []string{"conn", "dns", "ssl"}}
	quiet, _ := makeBulk(t, o)
	o.Theft = true
	robbed, _ := makeBulk(t, o)
	for name, log := range quiet {
		if name == "README.txt" {
			continue
		}
		has := map[string]bool{}
		for line := range strings.Lines(robbed[name].String()) {
			has[line] = true
		}
		for line := range strings.Lines(log.String()) {
			if !has[line] {
				t.Fatalf("%s misses %q", name, line)
			}
		}
	}
}

func TestBulkOptionsRefused(t *testing.T) {
	f := func(want string, o BulkOptions) {
		t.Helper()
		if _, err := Bulk(t.Context(), o, memory{}.create); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%+v: error %v, want %s", o, err, want)
		}
	}
	f("hosts:", BulkOptions{Hosts: 3})
	f("hosts:", BulkOptions{Hosts: 20_001})
	f("hosts:", BulkOptions{Hosts: 100, Rows: 100_000})
	f("days:", BulkOptions{Days: 61})
	f("days:", BulkOptions{Days: -1})
	f("days:", BulkOptions{Days: 2, Theft: true})
	f("rows:", BulkOptions{Rows: 100})
	f("rows:", BulkOptions{Rows: -1})
	f("rows:", BulkOptions{Rows: 1e9})
	f("start:", BulkOptions{Start: time.Unix(0, 0)})
	f("files:", BulkOptions{Files: -1})
	f("files:", BulkOptions{Files: 25, Rows: 10_000})
	f("logs:", BulkOptions{Logs: []string{"con"}})
}

// brokenFile fails after some bytes.
type brokenFile struct{ left int }

func (b *brokenFile) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("disk full")
	}
	return len(p), nil
}

func (b *brokenFile) Close() error { return nil }

func TestBulkStops(t *testing.T) {
	o := BulkOptions{Seed: 1, Rows: 300_000}
	dir := filepath.Join(t.TempDir(), "new")
	folder, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(done, total int64) {
		if done > total/2 {
			cancel()
		}
	}
	if _, err := Bulk(ctx, o, folder.Create); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if whole, _ := filepath.Glob(filepath.Join(dir, "*.log")); len(whole) > 0 {
		t.Errorf("%v look whole", whole)
	}
	folder.Discard()
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
	o.Progress = nil
	broken := func(string) (io.WriteCloser, error) { return &brokenFile{3 << 20}, nil }
	if _, err := Bulk(t.Context(), o, broken); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v", err)
	}
	refused := func(string) (io.WriteCloser, error) { return nil, errors.New("no room") }
	if _, err := Bulk(t.Context(), o, refused); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("error %v", err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	folder, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, err := folder.Create("conn.log")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "conn.log")
	if _, err := os.Stat(path); err == nil {
		t.Error("there before it is whole")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
	if _, err := NewFolder(dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("error %v", err)
	}
	folder.Discard()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestHarsh(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []*bytes.Buffer{&a, &b} {
		if err := Harsh(t.Context(), w, 3, 30_000); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("differs for the same seed")
	}
	log, pairs := rows(t, a.String()), map[string]bool{}
	for _, row := range log {
		checkConn(t, row)
		pairs[row["id.orig_h"]+" "+row["id.resp_h"]] = true
	}
	if len(log) != 30_000 || len(pairs) < 9_000 || len(pairs) > 10_000 {
		t.Errorf("%d rows, %d pairs", len(log), len(pairs))
	}
}
