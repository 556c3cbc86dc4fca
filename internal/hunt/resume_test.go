package hunt

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"barium/internal/ledger/duck"
)

// importVariable makes the test binary import a folder into a ledger, to be killed.
const importVariable = "BARIUM_TEST_IMPORT"

func TestMain(m *testing.M) {
	if what := os.Getenv(importVariable); what != "" {
		dir, path, _ := strings.Cut(what, "\n")
		if err := importFolder(context.Background(), dir, path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func importFolder(ctx context.Context, dir, path string) error {
	files, err := Discover(ctx, []string{dir}, nil)
	if err != nil {
		return err
	}
	s, err := duck.Open(ctx, path, duck.Options{})
	if err != nil {
		return err
	}
	if _, err := Import(ctx, s, files, Options{Memory: 1 << 20}); err != nil {
		return err
	}
	return s.Close()
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(data)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// TestGrown asserts, for each thing that happens to a log between two runs, what
// is read the second time, and that the ledger is that of reading all at once.
func TestGrown(t *testing.T) {
	whole := connHead + connRows(400)
	half := whole[:strings.LastIndexByte(whole[:len(whole)/2], '\n')+1]
	rows := func(text string) int64 { return int64(strings.Count(text, "\n") - strings.Count(connHead, "\n")) }
	type files map[string]string
	f := func(name string, first, second files, sources int, records int64) {
		t.Helper()
		dir := t.TempDir()
		write(t, dir, first)
		s := imported(t, Options{}, []string{dir})
		before, err := s.Sources(t.Context())
		must(t, err)
		must(t, os.RemoveAll(dir))
		must(t, os.Mkdir(dir, 0o700))
		write(t, dir, second)
		found, err := Discover(t.Context(), []string{dir}, nil)
		must(t, err)
		after, err := Import(t.Context(), s, found, Options{})
		must(t, err)
		var n, repeated int64
		for _, x := range after {
			n += x.Records
			repeated += x.Repeated
		}
		if len(after) != sources || n != records || repeated != 0 {
			t.Errorf("%s: %d sources, %d records, %d repeated, want %d and %d; before: %+v", name, len(after), n, repeated, sources, records, before)
		}
		once := t.TempDir()
		for i, fs := range []files{first, second} {
			d := filepath.Join(once, fmt.Sprint(i))
			must(t, os.Mkdir(d, 0o700))
			write(t, d, fs)
		}
		if checksum(t, s) != checksum(t, imported(t, Options{}, []string{once})) {
			t.Errorf("%s: another ledger than that of both at once", name)
		}
	}
	n := rows(whole)
	gz := func(text string) string { return string(gzipped(t, []byte(text))) }
	f("unchanged, written anew", files{"conn.log": whole}, files{"conn.log": whole}, 1, n)
	f("grown", files{"conn.log": half}, files{"conn.log": whole}, 1, n)
	f("grown by a line begun before", files{"conn.log": half + whole[len(half):][:40]}, files{"conn.log": whole}, 1, n)
	f("grown by the end of its last line", files{"conn.log": strings.TrimSuffix(half, "\n")}, files{"conn.log": whole}, 1, n)
	f("renamed", files{"conn.log": whole}, files{"conn.1.log": whole}, 1, n)
	f("compressed", files{"conn.log": whole}, files{"conn.log.gz": gz(whole)}, 1, n)
	f("grown, renamed and compressed", files{"conn.log": half}, files{"conn.2026-03-02.log.gz": gz(whole)}, 1, n)
	f("decompressed and grown", files{"conn.log.gz": gz(half)}, files{"conn.log": whole}, 1, n)
	f("cut gzip that is whole now", files{"conn.log.gz": gz(whole)[:len(gz(whole))/2]}, files{"conn.log.gz": gz(whole)}, 1, n)
	f("rotated", files{"conn.log": half}, files{"conn.1.log": half, "conn.log": connHead + whole[len(half):]}, 2, n)
	f("rotated and compressed meanwhile", files{"conn.log": half}, files{"conn.1.log.gz": gz(half), "conn.log": connHead + whole[len(half):]}, 2, n)
	f("a copy beside the grown one", files{"conn.log": half}, files{"conn.log": whole, "backup.log": half}, 1, n)
}

// TestGrownAtRandom lets a log grow in random steps, sometimes in the middle of a
// line, sometimes rotated, and imports after each.
func TestGrownAtRandom(t *testing.T) {
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 1))
		dir := t.TempDir()
		s := imported(t, Options{})
		text, written, part := connHead+connRows(300), 0, 0
		var all strings.Builder
		for written < len(text) {
			to := min(len(text), written+1+rng.IntN(4000))
			if rng.IntN(4) == 0 && written > 0 { // rotate at a line
				if i := strings.IndexByte(text[written:to], '\n'); i >= 0 {
					now, err := os.ReadFile(filepath.Join(dir, "conn.log"))
					must(t, err)
					now = append(now, text[written:written+i+1]...)
					part++
					if rng.IntN(2) == 0 {
						write(t, dir, map[string]string{fmt.Sprintf("conn.%d.log.gz", part): string(gzipped(t, now))})
					} else {
						write(t, dir, map[string]string{fmt.Sprintf("conn.%d.log", part): string(now)})
					}
					all.Write(now)
					must(t, os.Remove(filepath.Join(dir, "conn.log")))
					text, written = connHead+text[written+i+1:], 0
					continue
				}
			}
			write(t, dir, map[string]string{"conn.log": text[:to]})
			written = to
			found, err := Discover(t.Context(), []string{dir}, nil)
			must(t, err)
			_, err = Import(t.Context(), s, found, Options{})
			must(t, err)
		}
		all.WriteString(text)
		once := t.TempDir()
		write(t, once, map[string]string{"conn.log": all.String()})
		if checksum(t, s) != checksum(t, imported(t, Options{}, []string{once})) {
			t.Errorf("seed %d: another ledger", seed)
		}
		sources, err := s.Sources(t.Context())
		must(t, err)
		var n int64
		for _, x := range sources {
			n += x.Records - x.Repeated
		}
		if n != 300 {
			t.Errorf("seed %d: %d records of 300: %+v", seed, n, sources)
		}
	}
}

// TestKilled kills imports at random moments; one complete run afterwards gives
// the ledger of an undisturbed one.
func TestKilled(t *testing.T) {
	if slow {
		t.Skip("killing another process finds no data race")
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead + connRows(150_000), "b.log": connHead + connRows(90_000)})
	undisturbed := filepath.Join(t.TempDir(), "ledger")
	start := time.Now()
	must(t, importFolder(t.Context(), dir, undisturbed))
	took := time.Since(start)
	want := checksumAt(t, undisturbed)

	rng := rand.New(rand.NewPCG(uint64(start.UnixNano()), 1))
	killed := 0
	for i := range 20 {
		path := filepath.Join(t.TempDir(), "ledger")
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), importVariable+"="+dir+"\n"+path)
		must(t, c.Start())
		wait := time.Duration(rng.Int64N(int64(took + took/5)))
		time.Sleep(wait)
		must(t, c.Process.Kill())
		if c.Wait() != nil {
			killed++
		}
		if err := importFolder(t.Context(), dir, path); err != nil {
			t.Fatalf("run %d, after a kill at %s: %v", i, wait, err)
		}
		if got := checksumAt(t, path); got != want {
			t.Errorf("run %d, after a kill at %s: another ledger", i, wait)
		}
		left, err := os.ReadDir(filepath.Dir(path))
		must(t, err)
		for _, e := range left {
			if e.Name() != "ledger" {
				t.Errorf("run %d: left behind: %s", i, e.Name())
			}
		}
	}
	t.Logf("%d of 20 runs were killed before they ended; an undisturbed one took %s", killed, took)
	if killed < 5 {
		t.Errorf("only %d runs were killed in time", killed)
	}
}

func checksumAt(t *testing.T, path string) string {
	t.Helper()
	s, err := duck.Open(t.Context(), path, duck.Options{})
	must(t, err)
	defer s.Close()
	return checksum(t, s)
}
