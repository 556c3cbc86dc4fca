package hunt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/ledger/duck"
	"barium/internal/report"
	"barium/internal/report/html"
)

// found words what Discover says of each file below dir: "name: problem", or
// "name: read as format".
func found(t *testing.T, dir string, paths ...string) (out []string) {
	t.Helper()
	for i := range paths {
		paths[i] = filepath.Join(dir, paths[i])
	}
	if len(paths) == 0 {
		paths = []string{dir}
	}
	files, err := Discover(t.Context(), paths, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		rel, err := filepath.Rel(dir, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		said := strings.ReplaceAll(f.Problem, dir+"/", "")
		if f.Reader != nil {
			if f.Problem != "" {
				t.Errorf("%s is read and has a problem: %s", rel, f.Problem)
			}
			said = "read as " + f.Format
		} else if f.Problem == "" {
			t.Errorf("%s is not read and no reason is given", rel)
		}
		if f.Harmless {
			said += " (harmless)"
		}
		out = append(out, rel+": "+said)
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDiscover(t *testing.T) {
	f := func(name string, prepare func(dir string), paths []string, want ...string) {
		t.Helper()
		dir := t.TempDir()
		prepare(dir)
		if d := cmp.Diff(want, found(t, dir, paths...)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	good := connHead + connRow(1)
	f("folders", func(dir string) {
		write(t, dir, map[string]string{"b/c/anything": good, "a.log": good, "b/x.gz": packed(t, good), "b/x.zst": zstded(t, good)})
	}, nil, "a.log: read as zeek conn (TSV)", "b/c/anything: read as zeek conn (TSV)", "b/x.gz: read as zeek conn (TSV), gzip", "b/x.zst: read as zeek conn (TSV), zstd")
	f("empty file among good ones", func(dir string) { write(t, dir, map[string]string{"a.log": "", "b.log": good}) }, nil,
		"a.log: empty file (harmless)", "b.log: read as zeek conn (TSV)")
	f("empty gzip", func(dir string) { write(t, dir, map[string]string{"a.gz": packed(t, "")}) }, nil, "a.gz: nothing in it (harmless)")
	f("damaged gzip", func(dir string) { write(t, dir, map[string]string{"a.gz": packed(t, good)[:12]}) }, nil,
		"a.gz: gzip data ends too early; what came before was read")
	f("packed twice", func(dir string) {
		write(t, dir, map[string]string{"a.gz": packed(t, packed(t, good)), "b.zst": zstded(t, packed(t, good)), "c.gz": packed(t, zstded(t, good))})
	}, nil, "a.gz: gzip data inside gzip data is not read; unpack it first", "b.zst: gzip data inside zstd data is not read; unpack it first",
		"c.gz: zstd data inside gzip data is not read; unpack it first")
	f("packed archive", func(dir string) {
		write(t, dir, map[string]string{"b.zip.gz": packed(t, "PK\x03\x04"+good)})
	}, nil, "b.zip.gz: a zip archive inside gzip data is not read; unpack it first")
	f("named pipe", func(dir string) { must(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600)) }, nil,
		"pipe: not a regular file (named pipe); barium reads files only")
	f("symlink loop", func(dir string) { must(t, os.Symlink("loop", filepath.Join(dir, "loop"))) }, nil,
		"loop: a link that leads round in a circle")
	f("link to nothing", func(dir string) { must(t, os.Symlink("absent", filepath.Join(dir, "link"))) }, nil,
		"link: no such file or folder")
	f("link to the folder above", func(dir string) {
		write(t, dir, map[string]string{"sub/a.log": good})
		must(t, os.Symlink("..", filepath.Join(dir, "sub", "up")))
	}, nil, "sub/a.log: read as zeek conn (TSV)", "sub/up: a link back to a folder above it (harmless)")
	f("hard link", func(dir string) {
		write(t, dir, map[string]string{"a.log": good})
		must(t, os.Link(filepath.Join(dir, "a.log"), filepath.Join(dir, "b.log")))
	}, nil, "a.log: read as zeek conn (TSV)", "b.log: the same file as a.log (harmless)")
	f("symlink to a file", func(dir string) {
		write(t, dir, map[string]string{"z.log": good})
		must(t, os.Symlink("z.log", filepath.Join(dir, "a.log")))
	}, nil, "a.log: read as zeek conn (TSV)", "z.log: the same file as a.log (harmless)")
	f("symlink to a folder", func(dir string) {
		write(t, dir, map[string]string{"z/conn.log": good})
		must(t, os.Symlink("z", filepath.Join(dir, "a")))
	}, nil, "a/conn.log: read as zeek conn (TSV)", "z: the same folder as a (harmless)")
	f("given twice", func(dir string) { write(t, dir, map[string]string{"b/a.log": good}) }, []string{"b/a.log", "b", "b/../b/a.log", "."},
		"b/a.log: read as zeek conn (TSV)")
	f("odd names", func(dir string) {
		write(t, dir, map[string]string{"new\nline.log": good, "\x1b]0;x\a.log": good, "-rf": good, " space ": good, "\xff.log": good})
	}, nil, "\x1b]0;x\a.log: read as zeek conn (TSV)", " space : read as zeek conn (TSV)", "-rf: read as zeek conn (TSV)",
		"new\nline.log: read as zeek conn (TSV)", "\xff.log: the name of the file, or of a folder above it, is not UTF-8; rename it")
	f("nothing", func(string) {}, nil)
	f("empty folders", func(dir string) { must(t, os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700)) }, nil)
	f("a path that does not exist, and one that does", func(dir string) { write(t, dir, map[string]string{"a.log": good}) }, []string{"absent", "a.log"},
		"a.log: read as zeek conn (TSV)", "absent: no such file or folder")
}

// TestDiscoverOwn asserts that what barium wrote is told by its content, and that
// what only looks a little like it is not.
func TestDiscoverOwn(t *testing.T) {
	dir := t.TempDir()
	d := &report.Document{Schema: report.Schema}
	var page, document bytes.Buffer
	must(t, html.Write(&page, d, html.Options{}))
	must(t, d.EncodeJSON(&document))
	write(t, dir, map[string]string{
		"week.log": page.String(), "report.html.gz": packed(t, page.String()), "hunt.json": document.String(),
		"barium-report.html": connHead + connRow(1),
		"other.html":         "<!DOCTYPE html>\n<title>status</title>\n", "other.db": "12345678DUCK" + strings.Repeat("\x00", 5000),
	})
	store, err := duck.Open(t.Context(), filepath.Join(dir, "ward.db"), duck.Options{})
	must(t, err)
	must(t, store.Close())
	const nobody = ": no log that barium knows (zeek, eve, proxy, netflow, nfcapd, pcap, dnslog, table)"
	want := []string{
		"barium-report.html: read as zeek conn (TSV)", "hunt.json: no log: a document that barium wrote (harmless)", "other.db" + nobody, "other.html" + nobody,
		"report.html.gz: no log: barium's own report (harmless)", "ward.db: no log: a ledger of barium (harmless)", "week.log: no log: barium's own report (harmless)",
	}
	if d := cmp.Diff(want, found(t, dir)); d != "" {
		t.Error(d)
	}
}

// TestDiscoverUnknown asserts that bytes which no reader knows are listed with
// the reason.
func TestDiscoverUnknown(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"junk.log": strings.Repeat("\x00\xff\x01", 5000), "notes.txt": "hello\n", "data.json": `{"name":"x"}`})
	const nobody = ": no log that barium knows (zeek, eve, proxy, netflow, nfcapd, pcap, dnslog, table)"
	want := []string{"data.json: JSON with columns name: run `barium map FILE`", "junk.log" + nobody, "notes.txt" + nobody}
	if d := cmp.Diff(want, found(t, dir)); d != "" {
		t.Error(d)
	}
}

// TestDiscoverManyLinks asserts that folders linked to each other are walked
// once: the number of paths through them doubles with every level.
func TestDiscoverManyLinks(t *testing.T) {
	dir := t.TempDir()
	for i := range 30 {
		must(t, os.Mkdir(filepath.Join(dir, fmt.Sprint(i)), 0o700))
		for _, l := range []string{"a", "b"} {
			must(t, os.Symlink(filepath.Join("..", fmt.Sprint(i+1)), filepath.Join(dir, fmt.Sprint(i), l)))
		}
	}
	must(t, os.Mkdir(filepath.Join(dir, "30"), 0o700))
	write(t, dir, map[string]string{"30/conn.log": connHead + connRow(1)})
	files, err := Discover(t.Context(), []string{dir}, nil)
	must(t, err)
	read := 0
	for _, f := range files {
		if f.Reader != nil {
			read++
		}
	}
	if read != 1 || len(files) > 200 {
		t.Errorf("%d files, %d read", len(files), read)
	}
}

// TestDiscoverOrder asserts that the order in which paths are given shows nowhere.
func TestDiscoverOrder(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"z/conn.log": connHead + connRow(1), "y.log": connHead + connRow(2)})
	must(t, os.Symlink("z", filepath.Join(dir, "a")))
	must(t, os.Symlink("y.log", filepath.Join(dir, "b")))
	want := found(t, dir, "a", "b", "y.log", "z")
	for _, p := range [][]string{{"z", "y.log", "b", "a"}, {"y.log", "a", "z", "b"}} {
		if d := cmp.Diff(want, found(t, dir, slices.Clone(p)...)); d != "" {
			t.Errorf("%v:\n%s", p, d)
		}
	}
}

func TestDiscoverCancelled(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Discover(ctx, []string{dir}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestUnreadable asserts that a file which may not be read is named; root may
// read all, so it is only tried as somebody else.
func TestUnreadable(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every file")
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead, "b/c.log": connHead})
	must(t, os.Chmod(filepath.Join(dir, "a.log"), 0))
	must(t, os.Chmod(filepath.Join(dir, "b"), 0))
	defer func() { must(t, os.Chmod(filepath.Join(dir, "b"), 0o700)) }()
	want := []string{"a.log: permission denied; run as a user who may read it", "b: permission denied; run as a user who may read it"}
	if d := cmp.Diff(want, found(t, dir)); d != "" {
		t.Error(d)
	}
}

func TestPlain(t *testing.T) {
	f := func(err error, want string) {
		t.Helper()
		if got := plain(err).Error(); got != want {
			t.Errorf("plain(%v) = %q, want %q", err, got, want)
		}
	}
	f(&fs.PathError{Op: "open", Path: "/x", Err: syscall.EACCES}, "permission denied; run as a user who may read it")
	f(&fs.PathError{Op: "open", Path: "/x", Err: syscall.EPERM}, "permission denied; run as a user who may read it")
	f(fmt.Errorf("reading: %w", &fs.PathError{Op: "open", Path: "/x", Err: syscall.ENOENT}), "no such file or folder")
	f(&fs.PathError{Op: "stat", Path: "/x", Err: syscall.ELOOP}, "a link that leads round in a circle")
	f(&fs.PathError{Op: "read", Path: "/x", Err: syscall.EIO}, "input/output error")
	f(errors.New("other"), "other")
}

func TestKind(t *testing.T) {
	f := func(m fs.FileMode, want string) {
		t.Helper()
		if got := kind(m); got != want {
			t.Errorf("kind(%s) = %q, want %q", m, got, want)
		}
	}
	f(fs.ModeNamedPipe, "named pipe")
	f(fs.ModeSocket, "socket")
	f(fs.ModeDevice, "device")
	f(fs.ModeDevice|fs.ModeCharDevice, "device")
	f(fs.ModeIrregular, "?---------")
}
