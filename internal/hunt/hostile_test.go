package hunt

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"barium/internal/report"
)

// whileReading calls do once, when the first large read of a file is done.
type whileReading struct {
	once sync.Once
	do   func()
}

func (*whileReading) Start(int64)  {}
func (*whileReading) Stage(string) {}
func (*whileReading) Done()        {}

func (w *whileReading) Add(n int64) {
	if n > 4096 { // more than the other file has
		w.once.Do(w.do)
	}
}

func appendTo(t *testing.T, path, s string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteString(s)
	must(t, err)
	must(t, f.Close())
}

// TestChangedWhileRead asserts what becomes of a file that somebody else changes
// after its first bytes were read, and that the other file is whole.
func TestChangedWhileRead(t *testing.T) {
	const rows = 20_000 // more than a buffer
	good := connHead + connRows(rows)
	f := func(name string, change func(path string), least, most int64, problem, warning string) {
		t.Helper()
		dir := t.TempDir()
		write(t, dir, map[string]string{"a.log": good, "b/b.log": connHead + connRow(rows+1)})
		path := filepath.Join(dir, "a.log")
		d := runUpload(t, Options{Paths: []string{dir}, Progress: &whileReading{do: func() { change(path) }}})
		a := source(t, d, "a.log")
		if a.Records < least || a.Records > most || a.Problem != problem {
			t.Errorf("%s: %d records, problem %q; want %d to %d, %q", name, a.Records, a.Problem, least, most, problem)
		}
		if got := strings.Join(a.Warnings, ""); !strings.Contains(got, warning) || warning == "" && got != "" {
			t.Errorf("%s: warning %q, want %q", name, got, warning)
		}
		if b := source(t, d, "b.log"); b.Records != 1 || b.Problem != "" {
			t.Errorf("%s: the other file has %+v", name, b)
		}
	}
	const cut = "the last line is cut off"
	f("nothing", func(string) {}, rows, rows, "", "")
	f("deleted", func(path string) { must(t, os.Remove(path)) }, rows, rows, "", "")
	f("rotated away, a new one in its place", func(path string) {
		must(t, os.Rename(path, path+".1"))
		must(t, os.WriteFile(path, []byte(connHead+connRow(7)), 0o600))
	}, rows, rows, "", "")
	f("grown by whole lines", func(path string) { appendTo(t, path, connRow(rows+2)+connRow(rows+3)) }, rows, rows+2, "", "")
	f("grown by half a line", func(path string) { appendTo(t, path, connRow(rows + 2)[:30]) }, rows, rows, "", cut)
	f("cut in a row", func(path string) { must(t, os.Truncate(path, int64(len(good)/2))) }, 1, rows-1, "", cut)
	f("emptied", func(path string) { must(t, os.Truncate(path, 0)) }, 1, rows-1, "", cut)
	f("unreadable now", func(path string) { must(t, os.Chmod(path, 0)) }, rows, rows, "", "")
	f("a folder in its place", func(path string) { must(t, os.Remove(path)); must(t, os.Mkdir(path, 0o700)) }, rows, rows, "", "")
}

// TestChangedBeforeRead asserts the same for what happens between the walk and
// the reading.
func TestChangedBeforeRead(t *testing.T) {
	f := func(name string, change func(path string), problem string) {
		t.Helper()
		dir := t.TempDir()
		write(t, dir, map[string]string{"a.log": connHead + connRow(1), "b.log": connHead + connRow(2)})
		d := runUpload(t, Options{Paths: []string{dir}, Found: func([]File) error { change(filepath.Join(dir, "a.log")); return nil }})
		a := source(t, d, "a.log")
		if a.Problem != problem || a.Records > 0 && problem != "" {
			t.Errorf("%s: %d records, problem %q, want %q", name, a.Records, a.Problem, problem)
		}
		if b := source(t, d, "b.log"); b.Records != 1 || b.Problem != "" {
			t.Errorf("%s: the other file has %+v", name, b)
		}
		found := false
		for _, s := range d.BlindSpots {
			found = found || strings.Contains(s.Reason, "could not be read")
		}
		if found != (problem != "" || a.Bad > 0) {
			t.Errorf("%s: a blind spot for it: %t", name, found)
		}
	}
	f("deleted", func(path string) { must(t, os.Remove(path)) }, "no such file or folder")
	f("replaced by a folder", func(path string) { must(t, os.Remove(path)); must(t, os.Mkdir(path, 0o700)) }, "not a regular file any more (folder)")
	f("replaced by a link in a circle", func(path string) { must(t, os.Remove(path)); must(t, os.Symlink("a.log", path)) }, "a link that leads round in a circle")
	f("replaced by an archive", func(path string) { must(t, os.WriteFile(path, []byte("PK\x03\x04xxxx"), 0o600)) }, "a zip archive is not read; unpack it first")
	f("replaced by noise", func(path string) { must(t, os.WriteFile(path, []byte("\x00\x01\n"), 0o600)) }, "")
	f("emptied", func(path string) { must(t, os.Truncate(path, 0)) }, "")
}

// TestUnreadableByOthers is TestUnreadable for root, who may read every file: one
// thread gives up that right while it walks.
func TestUnreadableByOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("TestUnreadable does it without root")
	}
	dir := t.TempDir()
	must(t, os.Chmod(filepath.Dir(dir), 0o755))
	write(t, dir, map[string]string{"a.log": connHead, "b/c.log": connHead, "d.log": connHead + connRow(1)})
	for name, mode := range map[string]os.FileMode{"a.log": 0, "b": 0, "b/c.log": 0, "d.log": 0o644, ".": 0o755} {
		must(t, os.Chmod(filepath.Join(dir, name), mode))
	}
	const nobody = 65534
	runtime.LockOSThread() // and never unlock: the thread ends with the test
	_, _, errno := syscall.RawSyscall(unix.SYS_SETFSUID, nobody, 0, 0)
	if errno != 0 {
		t.Skip("no setfsuid:", errno)
	}
	got := found(t, dir)
	_, _, _ = syscall.RawSyscall(unix.SYS_SETFSUID, 0, 0, 0)
	const denied = ": permission denied; run as a user who may read it"
	if d := cmp.Diff([]string{"a.log" + denied, "b" + denied, "d.log: read as zeek conn (TSV)"}, got); d != "" {
		t.Error(d)
	}
}

// TestDevices asserts that nothing but regular files is opened: reading a
// device may never end.
func TestDevices(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.log": connHead + connRow(1)})
	zero := filepath.Join(dir, "zero")
	if err := unix.Mknod(zero, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 5))); err != nil {
		t.Skip("no right to make a device:", err)
	}
	socket := filepath.Join(dir, "socket")
	must(t, unix.Mknod(socket, unix.S_IFSOCK|0o600, 0))
	must(t, os.Symlink("zero", filepath.Join(dir, "link")))
	const why = "; barium reads files only"
	if d := cmp.Diff([]string{
		"a.log: read as zeek conn (TSV)", "link: not a regular file (device)" + why, "socket: not a regular file (socket)" + why, "zero: not a regular file (device)" + why,
	}, found(t, dir)); d != "" {
		t.Error(d)
	}
}

// TestHostileNames asserts that a report leads to a file whatever its name is.
func TestHostileNames(t *testing.T) {
	names := []string{"new\nline.log", "\x1b[2J.log", "-rf", "trailing\\", " ", "..log", "<script>.log", "%n", "a'b\"c.log", "\u202egol.log", "CON", "x;y|z&.log", "$(id)", "*"}
	dir := t.TempDir()
	files := map[string]string{}
	for i, name := range names {
		files[name] = connHead + connRow(i)
	}
	files["latin-1 \xfcber.log"] = connHead + connRow(99)
	write(t, dir, files)
	d := run(t, Options{Paths: []string{filepath.Join(dir, "x", "..")}})
	if s := source(t, d, "latin-1 \xfcber.log"); !strings.Contains(s.Problem, "not UTF-8") || s.Harmless {
		t.Errorf("%+v", s)
	}
	for _, name := range names {
		if s := source(t, d, name); s.Records != 1 || s.Path != filepath.Join(dir, name) {
			t.Errorf("%q: %+v", name, s)
		}
	}
	if len(d.Sources) != len(names)+1 || d.Verdict.Level != report.LevelNone {
		t.Errorf("%d sources, %s", len(d.Sources), d.Verdict.Level)
	}
}
