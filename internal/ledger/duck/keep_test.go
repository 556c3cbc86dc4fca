package duck

import (
	"bytes"
	"database/sql"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"barium/internal/condense"
	"barium/internal/ledger"
	"barium/internal/ledger/ledgertest"
)

// twoDays makes a ledger with the sample on two days of which the first is rolled up.
func twoDays(t *testing.T, path string, backwards bool) (sum string) {
	t.Helper()
	s := mustOpen(t, path)
	defer mustClose(t, s)
	days := []int64{0, 100 * 24}
	if backwards {
		slices.Reverse(days)
	}
	for i, at := range days {
		dict, err := s.Dictionary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c := condense.New(dict, condense.Options{})
		sink := c.Sink(uint32(i + 1))
		for _, p := range ledgertest.SampleAt(at) {
			p(sink)
		}
		if err := errors.Join(sink.Close(), s.Import(t.Context(), c, []ledger.Source{{ID: uint32(i + 1), Path: "x", Records: sink.Records, First: int64(sink.First), Last: int64(sink.Last), Details: "{}"}}), c.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := ledger.Prune(t.Context(), s, time.Unix((ledgertest.Hour+101*24)*3600, 0)); err != nil || p.Rolled != 1 {
		t.Fatalf("%+v, %v", p, err)
	}
	return mustSum(t, s)
}

func mustSum(t *testing.T, s *Store) string {
	t.Helper()
	sum, err := s.Checksum(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

// TestCompact asserts that a compacted ledger holds the same, is no larger, can be
// written, and is the only file; also behind a link, and after an attempt that was
// stopped.
func TestCompact(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "it's a ledger"), filepath.Join(t.TempDir(), "link")
	want := twoDays(t, path, false)
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path + ".compact", path + ".compact.wal"} {
		if err := os.WriteFile(name, []byte("left by a crash"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before, after, err := Compact(t.Context(), link, Options{})
	if err != nil || after > before || after == 0 {
		t.Fatalf("%d to %d bytes, %v", before, after, err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Size() != after || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	if to, err := os.Readlink(link); err != nil || to != path {
		t.Errorf("the link leads to %s, %v", to, err)
	}
	s := mustOpen(t, path)
	if got := mustSum(t, s); got != want {
		t.Errorf("checksum %s, want %s", got, want)
	}
	if err := s.SetSetting(t.Context(), "x", []string{"y"}); err != nil {
		t.Error(err)
	}
	if _, _, err := Compact(t.Context(), path, Options{}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("in use: %v", err)
	}
	mustClose(t, s)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestCompactColumns asserts that the new file has the columns and views of the old
// one, stored as the migrations say.
func TestCompactColumns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	twoDays(t, path, false)
	shape := func() (out []string) {
		s := mustOpen(t, path)
		defer mustClose(t, s)
		var x string
		err := ledger.Each(t.Context(), s, "SELECT sql FROM duckdb_tables() WHERE database_name = 'ledger' UNION ALL SELECT sql FROM duckdb_views() WHERE database_name = 'ledger' AND NOT internal ORDER BY 1", nil, []any{&x}, func() error {
			out = append(out, x)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := shape()
	if _, _, err := Compact(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := shape(); !slices.Equal(got, want) || len(want) < 30 {
		t.Errorf("%d statements\n%s\nwant %d\n%s", len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
	}
}

// TestExport asserts that the same records give the same files, whatever the order
// in which they came, with what a ledger says of them; and that nothing is written
// over.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	read := func(name string, backwards bool) map[string][]byte {
		path, out := filepath.Join(dir, name), filepath.Join(dir, name+".parquet")
		twoDays(t, path, backwards)
		files, err := Export(t.Context(), path, out, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Export(t.Context(), path, out, Options{}); !errors.Is(err, ErrExists) {
			t.Errorf("again: %v", err)
		}
		got := map[string][]byte{}
		for _, f := range files {
			b, err := os.ReadFile(filepath.Join(out, f))
			if err != nil {
				t.Fatal(err)
			}
			got[f] = b
		}
		if entries, err := os.ReadDir(out); err != nil || len(entries) != len(files) {
			t.Errorf("%v, %v", entries, err)
		}
		delete(got, "source.parquet")
		return got
	}
	a := read("a", false)
	if b := read("b", false); !maps.EqualFunc(a, b, bytes.Equal) {
		t.Error("two exports of the same differ")
	}
	if len(a) != len(condense.Tables) {
		t.Errorf("%d files for %d tables", len(a), len(condense.Tables))
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var rows, days, bytesOut int64
	var orig string
	err = db.QueryRow("SELECT count(*), count(*) FILTER (hours = 24), sum(bytes_orig)::BIGINT, min(orig) FROM read_parquet("+quote(filepath.Join(dir, "a.parquet", "conversation.parquet"))+")").Scan(&rows, &days, &bytesOut, &orig)
	if err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, filepath.Join(dir, "a"))
	defer mustClose(t, s)
	var wantRows, wantOut int64
	if err := ledger.One(t.Context(), s, "SELECT count(*), sum(bytes_orig)::BIGINT FROM ledger.conversation", &wantRows, &wantOut); err != nil {
		t.Fatal(err)
	}
	if rows != wantRows || bytesOut != wantOut || days == 0 || days == rows || orig != "10.0.0.1" {
		t.Errorf("%d rows, %d of days, %d bytes, from %s; want %d rows, %d bytes", rows, days, bytesOut, orig, wantRows, wantOut)
	}
}

// TestInfo compares what is said of a ledger with the ledger.
func TestInfo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	twoDays(t, path, false)
	s := mustOpen(t, path)
	defer mustClose(t, s)
	x, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if x.Schema != ledger.SchemaVersion || x.Size == 0 || x.Days != 1 || x.Hours != 3 || x.Sources != 2 || x.Records == 0 || x.First == nil || *x.First != ledgertest.Hour*3_600_000_000 ||
		!slices.Equal(x.Sensors, []string{"", "core", "edge"}) || len(x.Tables) != len(condense.Tables) || x.PerRow <= 0 {
		t.Errorf("%+v", x)
	}
	if c := x.Tables[condense.Conversation]; c.Rows == 0 || c.Hours == 0 || c.Hours >= c.Rows {
		t.Errorf("%+v", c)
	}
	empty := mustOpen(t, filepath.Join(t.TempDir(), "ledger"))
	defer mustClose(t, empty)
	if x, err := empty.Info(t.Context()); err != nil || x.First != nil || x.PerRow != 0 {
		t.Errorf("%+v, %v", x, err)
	}
}
