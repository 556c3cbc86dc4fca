package hunt

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"barium/internal/ledger"
)

func packed(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstded(t testing.TB, s string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(s), nil))
}

// TestImport asserts what is recorded of each source.
func TestImport(t *testing.T) {
	good := connHead + connRows(1000)
	f := func(name, data string, records, bad, size int64, problem string) {
		t.Helper()
		dir := t.TempDir()
		write(t, dir, map[string]string{"x": data})
		s := imported(t, Options{}, []string{dir})
		sources, err := s.Sources(t.Context())
		if err != nil || len(sources) != 1 {
			t.Fatalf("%s: %v, %v", name, sources, err)
		}
		x := sources[0]
		h := sha256.Sum256([]byte(data))
		if x.SHA256 != hex.EncodeToString(h[:]) {
			t.Errorf("%s: SHA-256 is not that of the whole file", name)
		}
		if x.Size != int64(len(data)) || x.Path != filepath.Join(dir, "x") || x.Reader != "zeek" || x.Inode == 0 || x.ModTime == 0 {
			t.Errorf("%s: %+v", name, x)
		}
		if records >= 0 && x.Records != records || bad >= 0 && x.Bad != bad || size >= 0 && x.Bytes != size {
			t.Errorf("%s: %d records, %d bad, %d bytes, want %d, %d, %d", name, x.Records, x.Bad, x.Bytes, records, bad, size)
		}
		if records < 0 && (x.Records < 1 || x.Records >= 5000) {
			t.Errorf("%s: %d records", name, x.Records)
		}
		if !strings.Contains(x.Problem, problem) || problem == "" && x.Problem != "" {
			t.Errorf("%s: problem %q, want %q", name, x.Problem, problem)
		}
		if n := number(t, s, "SELECT sum(events) FROM ledger.conversation"); n != x.Records-x.Repeated {
			t.Errorf("%s: %d events of %d records", name, n, x.Records)
		}
	}
	n := int64(len(good))
	f("plain", good, 1000, 0, n, "")
	f("gzip", packed(t, good), 1000, 0, n, "")
	f("zstd", zstded(t, good), 1000, 0, n, "")
	f("two gzip members", packed(t, good[:n/2])+packed(t, good[n/2:]), 1000, 0, n, "")
	gz := packed(t, good)
	f("truncated gzip", gz[:len(gz)/2], -1, -1, -1, "gzip data ends too early")
	zs := zstded(t, connHead+connRows(5000))
	f("truncated zstd", zs[:len(zs)-100], -1, -1, -1, "zstd data ends too early")
	f("gzip with a wrong checksum", gz[:len(gz)-8]+"12345678", 1000, 0, n, "gzip data is damaged")
	f("gzip followed by something else", gz+"something else", 1000, 0, n, "followed by other bytes")
	f("junk after the header", connHead+"\x00\x01\x02junk\n"+connRow(1), 1, 1, -1, "")
	f("junk between", connHead+connRow(1)+strings.Repeat("\xff", 3000)+"\n"+connRow(2), 2, 1, -1, "")
	f("last line cut off", connHead+connRow(1)+connRow(2)[:30], 1, 1, -1, "")
}

// TestTruncatedIsShown asserts that the document names what could not be read,
// also when the rest is good.
func TestTruncatedIsShown(t *testing.T) {
	dir := t.TempDir()
	gz := packed(t, connHead+connRows(1000))
	write(t, dir, map[string]string{"a.log.gz": gz[:len(gz)/2], "b.log": connHead + connRow(5000) + "junk\n", "c.log": "", "d.bin": "\x00\x01"})
	d := run(t, Options{Paths: []string{dir}})
	a, b := source(t, d, "a.log.gz"), source(t, d, "b.log")
	if a.Records == 0 || !strings.Contains(a.Problem, "ends too early") || b.Bad != 1 || len(b.BadSamples) != 1 || b.BadSamples[0].Sample != "junk" {
		t.Errorf("%+v\n%+v", a, b)
	}
	if b.BadSamples[0].Line != int64(strings.Count(connHead, "\n"))+2 {
		t.Errorf("line %d", b.BadSamples[0].Line)
	}
	if source(t, d, "c.log").Problem != "empty file" || source(t, d, "d.bin").Problem == "" {
		t.Errorf("%+v", d.Sources)
	}
	found := false
	for _, s := range d.BlindSpots {
		found = found || strings.Contains(s.Reason, "2 records and 2 files could not be read")
	}
	if !found {
		for _, s := range d.BlindSpots {
			t.Errorf("no blind spot for it but %q", s.Reason)
		}
	}
}

// TestLongLine asserts that a line of 100 MB is counted and skipped within
// bounded memory.
func TestLongLine(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "conn.log")
	write(t, dir, map[string]string{"conn.log": connHead + connRow(1)})
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	end, err := file.Seek(0, 2)
	must(t, err)
	const long = 100 << 20
	_, err = file.WriteAt([]byte("\n"+connRow(2)), end+long) // zero bytes between
	must(t, err)
	must(t, file.Close())

	files, err := Discover(t.Context(), []string{dir}, nil)
	must(t, err)
	s := imported(t, Options{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	sources, err := Import(t.Context(), s, files, Options{})
	must(t, err)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
		t.Errorf("%d MiB were allocated in all", n>>20)
	}
	if x := sources[0]; x.Records != 2 || x.Bad != 1 || x.Bytes != x.Size {
		t.Errorf("%d records, %d bad, %d of %d bytes", x.Records, x.Bad, x.Bytes, x.Size)
	}
}

// TestImportAgain asserts that a file which did not change is not read again,
// and one that did is.
func TestImportAgain(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead + connRows(5)})
	s := imported(t, Options{}, []string{dir}, []string{dir})
	again := func() []ledger.Source {
		t.Helper()
		files, err := Discover(t.Context(), []string{dir}, nil)
		must(t, err)
		sources, err := Import(t.Context(), s, files, Options{})
		must(t, err)
		return sources
	}
	if n := len(again()); n != 1 {
		t.Errorf("%d sources", n)
	}
	write(t, dir, map[string]string{"a.log": connHead + connRows(7)})
	sources := again()
	if len(sources) != 1 || sources[0].Repeated != 0 || sources[0].Records != 7 {
		t.Errorf("%+v", sources)
	}
	write(t, dir, map[string]string{"a.log": "\n" + connHead + connRows(8)})
	sources = again()
	if len(sources) != 2 || sources[1].ID != 2 || sources[1].Repeated != 7 || sources[1].Records != 8 {
		t.Errorf("other bytes: %+v", sources)
	}
}

// TestImportGone asserts that a file which vanishes before it is read hides
// nothing else.
func TestImportGone(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead + connRow(1), "b.log": connHead + connRow(2)})
	files, err := Discover(t.Context(), []string{dir}, nil)
	must(t, err)
	must(t, os.Remove(filepath.Join(dir, "a.log")))
	s := imported(t, Options{})
	sources, err := Import(t.Context(), s, files, Options{})
	must(t, err)
	if len(sources) != 2 || sources[0].Problem != "no such file or folder" || sources[1].Records != 1 {
		t.Errorf("%+v", sources)
	}
}

func TestImportErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead + connRows(10)})
	files, err := Discover(t.Context(), []string{dir}, nil)
	must(t, err)
	s := imported(t, Options{})
	empty := checksum(t, s)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Import(ctx, s, files, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := Import(t.Context(), s, files, Options{Memory: 2, TempDir: filepath.Join(dir, "absent")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no room for temporary files: %v", err)
	}
	if checksum(t, s) != empty {
		t.Error("a failed import left something")
	}
}

// TestDescribe asserts that damaged details in a ledger are an error that names
// the source.
func TestDescribe(t *testing.T) {
	if _, err := describe([]ledger.Source{{Path: "x.log", Details: "{"}}, nil); err == nil || !strings.Contains(err.Error(), "x.log") {
		t.Error(err)
	}
	got, err := describe([]ledger.Source{{Path: "b", Details: "{}"}}, []File{{Path: "a", Problem: "p"}, {Path: "c", Problem: "q", Harmless: true}})
	must(t, err)
	var paths []string
	for _, s := range got {
		paths = append(paths, s.Path+" "+s.Problem)
	}
	if d := cmp.Diff([]string{"a p", "b ", "c q"}, paths); d != "" {
		t.Error(d)
	}
}
