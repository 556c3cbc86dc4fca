package main

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"barium/internal/ledger/duck"
)

// kept makes logs and a ledger of them and returns its bytes and checksum. The
// logs are in logs, more are in more, for a second import.
func kept(t testing.TB, dir string) (data []byte, sum string) {
	t.Helper()
	writeTheft(t, filepath.Join(dir, "logs"))
	var b strings.Builder
	for i := range 20_000 {
		b.WriteString(strings.Replace(innocentRow(i), "\t10.0.0.", "\t10.0.7.", 1))
	}
	writeFile(t, filepath.Join(dir, "more", "conn.log"), zeekHead+connFields+b.String())
	r := barium(t, dir, "hunt", "--no-html", "--ledger", "l.ledger", "--json", "out.json", "logs")
	r.wantTheft(t, "a new ledger")
	if err := os.Remove(filepath.Join(dir, "out.json")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "l.ledger"))
	if err != nil {
		t.Fatal(err)
	}
	return data, sumOf(t, dir, "l.ledger")
}

func sumOf(t testing.TB, dir, name string) string {
	t.Helper()
	r := barium(t, dir, "ledger", "checksum", name)
	if r.status != 0 {
		t.Fatalf("checksum of %s: status %d: %s", name, r.status, r.errs)
	}
	return strings.TrimSpace(r.out)
}

// wantRefused wants an error on one line that names the ledger.
func wantRefused(t testing.TB, name string, r result, want string) {
	t.Helper()
	if r.status != exitUsage || r.out != "" || !strings.Contains(r.errs, "x.ledger") || !strings.Contains(r.errs, want) || strings.Count(r.errs, "\n") != 1 {
		t.Errorf("%s: status %d, %q; want %q", name, r.status, r.errs, want)
	}
}

// TestLedgerDamaged cuts a ledger at many places and turns bits over. Either the
// damage is an error that names the file, or it lies where nothing is read from,
// and the answer is the same. The file stays as it is.
func TestLedgerDamaged(t *testing.T) {
	if slow {
		t.Skip("the race detector changes nothing here but the time")
	}
	dir := t.TempDir()
	data, sum := kept(t, dir)
	path := filepath.Join(dir, "x.ledger")
	refused := 0
	f := func(name string, bad []byte) {
		t.Helper()
		for _, args := range [][]string{{"ledger", "checksum", "x.ledger"}, {"hunt", "--no-html", "--ledger", "x.ledger", "--json", "out.json", "logs"}} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			r := barium(t, dir, args...)
			switch {
			case r.status == exitUsage:
				// What is found only when a table is read comes in DuckDB's own words,
				// which do not name the file.
				if !strings.Contains(r.errs, "Corrupt database file") {
					wantRefused(t, name, r, "")
				}
				refused++
				if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, bad) {
					t.Errorf("%s: %s changed the file (%v)", name, args[0], err)
				}
			case args[0] == "ledger" && (r.status != 0 || strings.TrimSpace(r.out) != sum):
				t.Errorf("%s: status %d, checksum %s, want %s", name, r.status, r.out, sum)
			case args[0] == "hunt":
				r.wantTheft(t, name)
			}
			for _, e := range []string{".wal", "out.json"} {
				_ = os.Remove(path + e) // may not be there
			}
			_ = os.Remove(filepath.Join(dir, "out.json"))
		}
	}
	f("whole", data)
	if refused > 0 {
		t.Fatal("a whole ledger is refused")
	}
	cuts := []int{1, 100, 4096, 8191, 8192, 12288, len(data) / 2, len(data) - 4096, len(data) - 1}
	for _, n := range cuts {
		f(fmt.Sprintf("cut to %d bytes", n), data[:n])
	}
	if refused < 2*len(cuts)-4 {
		t.Errorf("only %d of %d cut ledgers are refused", refused, 2*len(cuts))
	}
	rng := rand.New(rand.NewPCG(20, 1))
	flip := func(from, to int) {
		t.Helper()
		bad := bytes.Clone(data)
		at, bit := from+rng.IntN(to-from), rng.IntN(8)
		bad[at] ^= 1 << bit
		f(fmt.Sprintf("bit %d of byte %d", bit, at), bad)
	}
	for range 4 { // the three headers have 4 KiB each
		flip(0, 64)
		flip(4096, 4096+64)
		flip(8192, 8192+64)
		flip(12288, len(data))
		flip(12288, len(data))
	}
	f("longer by noise", append(bytes.Clone(data), "noise"...))
	f("zeros in the middle", append(append(bytes.Clone(data[:12288]), make([]byte, 300_000)...), data[312288:]...))
}

// TestLedgerOthers gives files that are no ledger of this program.
func TestLedgerOthers(t *testing.T) {
	dir := t.TempDir()
	data, sum := kept(t, dir)
	path := filepath.Join(dir, "x.ledger")
	query := func(path string, queries ...string) {
		t.Helper()
		db, err := sql.Open("duckdb", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, q := range queries {
			if _, err := db.Exec(q); err != nil {
				t.Fatalf("%s: %v", q, err)
			}
		}
	}
	f := func(name, want string, prepare func()) {
		t.Helper()
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		prepare()
		before, _ := os.ReadFile(path) // a folder has no bytes
		for _, args := range [][]string{{"ledger", "checksum", "x.ledger"}, {"hunt", "--no-html", "--ledger", "x.ledger", "logs"}} {
			wantRefused(t, name, barium(t, dir, args...), want)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	text := func(s string) func() { return func() { writeFile(t, path, s) } }
	f("a newer schema", "written by a newer version of barium; use that version", func() {
		writeFile(t, path, string(data))
		query(path, "INSERT INTO schema_version VALUES (999)")
	})
	f("a schema without a number", "", func() {
		writeFile(t, path, string(data))
		query(path, "DELETE FROM schema_version")
	})
	f("another program's database", "is not a ledger but another program's database; name another file", func() { query(path, "CREATE TABLE wards (name VARCHAR)") })
	f("SQLite", "", text("SQLite format 3\x00\x10\x00\x01\x01\x00\x40\x20\x20"+strings.Repeat("\x00", 8168)))
	f("a log", "is not a ledger", text(zeekHead+connFields))
	f("a zip archive", "is not a ledger", text("PK\x03\x04"+strings.Repeat("x", 9000)))
	f("zeros", "is not a ledger", text(strings.Repeat("\x00", 20_000)))
	f("a folder", "is a directory", func() {
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
	})
	if r := barium(t, dir, "ledger", "checksum", "absent.ledger"); r.status != exitUsage || !strings.Contains(r.errs, "absent.ledger") {
		t.Errorf("status %d: %s", r.status, r.errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "absent.ledger")); err == nil {
		t.Error("the checksum of nothing makes a ledger")
	}
	if got := sumOf(t, dir, "l.ledger"); got != sum {
		t.Error("the good ledger is another one now")
	}
}

// TestLedgerLog puts a damaged write-ahead log beside a ledger, as a crash
// leaves it: the ledger is as before the write or as after it.
func TestLedgerLog(t *testing.T) {
	if slow {
		t.Skip("the race detector changes nothing here but the time")
	}
	dir := t.TempDir()
	data, before := kept(t, dir)
	path := filepath.Join(dir, "x.ledger")
	writeFile(t, path, string(data))
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"SET checkpoint_threshold = '1TB'", "PRAGMA disable_checkpoint_on_shutdown", "DELETE FROM conversation WHERE bytes_orig > 1000000"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wal, err := os.ReadFile(path + ".wal")
	if err != nil || len(wal) < 50 {
		t.Fatalf("%d bytes, %v", len(wal), err)
	}
	state := func(name string, wal []byte) string {
		t.Helper()
		for p, b := range map[string][]byte{path: data, path + ".wal": wal} {
			if err := os.WriteFile(p, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		r := barium(t, dir, "ledger", "checksum", "x.ledger")
		if r.status == exitUsage {
			wantRefused(t, name, r, "")
			return "refused"
		}
		return strings.TrimSpace(r.out)
	}
	after := state("whole", wal)
	if after == before || after == "refused" {
		t.Fatalf("the write is not in the ledger: %s", after)
	}
	f := func(name string, wal []byte) {
		t.Helper()
		if s := state(name, wal); s != before && s != after && s != "refused" {
			t.Errorf("%s: the ledger has checksum %s, want %s or %s", name, s, before, after)
		}
	}
	f("empty", nil)
	f("noise", bytes.Repeat([]byte("noise"), 2000))
	f("longer", append(bytes.Clone(wal), "noise"...))
	for i := range 8 {
		n := len(wal) * i / 8
		f(fmt.Sprintf("cut to %d bytes", n), wal[:n])
	}
	f("cut by one byte", wal[:len(wal)-1])
	rng := rand.New(rand.NewPCG(20, 2))
	for range 16 {
		bad := bytes.Clone(wal)
		at := rng.IntN(len(wal))
		bad[at] ^= 1 << rng.IntN(8)
		f(fmt.Sprintf("byte %d", at), bad)
	}
}

// TestLedgerKilled kills the command at any time of an import. The ledger is as
// before or as after it, and the next hunt ends what was begun.
func TestLedgerKilled(t *testing.T) {
	if slow {
		t.Skip("the race detector changes nothing here but the time")
	}
	dir := t.TempDir()
	data, before := kept(t, dir)
	path := filepath.Join(dir, "x.ledger")
	write := func() {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write()
	started := time.Now()
	barium(t, dir, "hunt", "--no-html", "--ledger", "x.ledger", "more")
	took := time.Since(started)
	after := sumOf(t, dir, "x.ledger")
	const times = 6
	for i := range times {
		write()
		c := exec.Command("barium", "hunt", "--no-html", "--ledger", "x.ledger", "more")
		c.Dir = dir
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(i+1) / times)
		_ = c.Process.Kill() // it may have ended
		_ = c.Wait()
		if s := sumOf(t, dir, "x.ledger"); s != before && s != after {
			t.Errorf("killed after %d of %d: checksum %s, want %s or %s", i+1, times, s, before, after)
		}
		if r := barium(t, dir, "hunt", "--no-html", "--ledger", "x.ledger", "more"); r.status == exitUsage || sumOf(t, dir, "x.ledger") != after {
			t.Errorf("killed after %d of %d, then again: status %d: %s", i+1, times, r.status, r.errs)
		}
	}
}

// TestLedgerFull lets the disk fill up while a ledger is written. The ledger holds
// what it held before, and can be used again when there is room.
func TestLedgerFull(t *testing.T) {
	dir := t.TempDir()
	data, before := kept(t, dir)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, fmt.Sprintf("size=%d", len(data)+300_000)); err != nil {
		t.Skip("no right to mount a small disk:", err)
	}
	defer func() {
		if err := unix.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	}()
	if err := os.WriteFile(filepath.Join(disk, "x.ledger"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	r := barium(t, dir, "hunt", "--no-html", "--ledger", "disk/x.ledger", "more")
	wantRefused(t, "full", r, "")
	if !strings.Contains(r.errs, "space") {
		t.Errorf("the disk is not mentioned: %s", r.errs)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=100m"); err != nil {
		t.Fatal(err)
	}
	if s := sumOf(t, dir, "disk/x.ledger"); s != before {
		t.Errorf("checksum %s, want %s", s, before)
	}
	if r := barium(t, dir, "hunt", "--no-html", "--ledger", "disk/x.ledger", "more"); r.status == exitUsage {
		t.Errorf("with room again: %s", r.errs)
	}
	// Reports are written whole or not at all.
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=40m"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(disk, "x.ledger")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", unix.MS_REMOUNT, "size=8k"); err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--html", "--json"} {
		r := barium(t, dir, "hunt", flag, "disk/report", "logs")
		if r.status != exitUsage || !strings.Contains(r.errs, "disk/report") {
			t.Errorf("%s: status %d: %s", flag, r.status, r.errs)
		}
		if left, err := os.ReadDir(disk); err != nil || len(left) > 0 {
			t.Errorf("%s left %v, %v", flag, left, err)
		}
	}
}

// TestLedgerLimit is TestLedgerFull with a limit on the size of files, which
// needs no rights. The signal that comes with it may end the process.
func TestLedgerLimit(t *testing.T) {
	dir := t.TempDir()
	data, before := kept(t, dir)
	writeFile(t, filepath.Join(dir, "y.ledger"), string(data))
	barium(t, dir, "hunt", "--no-html", "--ledger", "y.ledger", "more")
	after := sumOf(t, dir, "y.ledger")
	for _, blocks := range []int{len(data)/512 + 1, len(data)/512 + 600} {
		if err := os.WriteFile(filepath.Join(dir, "x.ledger"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(minute(t), "sh", "-c", fmt.Sprintf("ulimit -f %d && exec barium hunt --no-html --ledger x.ledger more", blocks))
		c.Dir = dir
		out, err := c.CombinedOutput()
		state, ok := c.ProcessState.Sys().(syscall.WaitStatus)
		switch {
		case !ok:
			t.Fatal(err)
		case state.Signaled() && state.Signal() == syscall.SIGXFSZ:
		case state.ExitStatus() != exitUsage || !bytes.Contains(out, []byte("x.ledger")):
			t.Errorf("%v: %s", c.ProcessState, out)
		}
		// The write may have been done, and only its tidying up not.
		if s := sumOf(t, dir, "x.ledger"); s != before && s != after {
			t.Errorf("checksum %s, want %s or %s", s, before, after)
		}
	}
}

// TestLedgerReadOnly takes the right to write away.
func TestLedgerReadOnly(t *testing.T) {
	dir := t.TempDir()
	data, sum := kept(t, dir)
	folder := filepath.Join(dir, "folder")
	path := filepath.Join(folder, "x.ledger")
	writeFile(t, path, string(data))
	f := func(name string, folderMode, fileMode os.FileMode, want string) {
		t.Helper()
		for p, mode := range map[string]os.FileMode{folder: folderMode, path: fileMode} {
			if err := os.Chmod(p, mode); err != nil {
				t.Fatal(err)
			}
		}
		for _, ledger := range []string{"folder/x.ledger", "folder/new-x.ledger"} {
			if folderMode == 0o755 && ledger != "folder/x.ledger" {
				continue
			}
			args := []string{"hunt", "--no-html", "--ledger", ledger, "more"}
			c := exec.CommandContext(minute(t), "barium", args...)
			if os.Geteuid() == 0 {
				asNobody(t, c, dir)
			}
			wantRefused(t, name+", "+ledger, start(t, c, dir, args), want)
		}
		if err := os.Chmod(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, data) {
			t.Errorf("%s: the ledger was changed (%v)", name, err)
		}
	}
	f("a file that may not be written", 0o755, 0o444, "permission denied")
	f("a folder that may not be written", 0o555, 0o444, "permission denied")
	if s := sumOf(t, dir, "l.ledger"); s != sum {
		t.Errorf("checksum %s, want %s", s, sum)
	}
}

// asNobody runs c without root's rights. The command and dir must be reachable.
func asNobody(t testing.TB, c *exec.Cmd, dir string) {
	t.Helper()
	for _, p := range []string{c.Path, dir} {
		for p = filepath.Dir(p); strings.HasPrefix(p, os.TempDir()+"/"); p = filepath.Dir(p) {
			if err := os.Chmod(p, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	// Under -coverprofile the command writes what it covered when it ends, and
	// says so on standard error where it may not.
	covered := filepath.Join(dir, "covered")
	if err := os.MkdirAll(covered, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(covered, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Environ(), "GOCOVERDIR="+covered)
}

// TestLedgerClock sets times of files back and forward: what is in a ledger does
// not depend on them, a file is only read again.
func TestLedgerClock(t *testing.T) {
	if slow {
		t.Skip("the race detector changes nothing here but the time")
	}
	dir := t.TempDir()
	_, sum := kept(t, dir)
	for _, when := range []time.Time{time.Unix(0, 0), time.Unix(-1<<31, 0), time.Unix(1<<32, 0), time.Now().AddDate(0, 13, 0), time.Now().AddDate(0, -13, 0)} {
		for _, name := range []string{"l.ledger", "logs", "logs/conn.log", "logs/http.log"} {
			if err := os.Chtimes(filepath.Join(dir, name), when, when); err != nil {
				t.Fatal(err)
			}
		}
		r := barium(t, dir, "hunt", "--no-html", "--ledger", "l.ledger", "--json", "out.json", "logs")
		r.wantTheft(t, when.String())
		if s := sumOf(t, dir, "l.ledger"); s != sum {
			t.Errorf("%s: checksum %s, want %s", when, s, sum)
		}
	}
}

// TestLedgerTwice lets two processes write one ledger.
func TestLedgerTwice(t *testing.T) {
	dir := t.TempDir()
	data, before := kept(t, dir)
	path := filepath.Join(dir, "x.ledger")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := duck.Open(t.Context(), path, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"ledger", "checksum", "x.ledger"}, {"hunt", "--no-html", "--ledger", "x.ledger", "more"}} {
		wantRefused(t, "held", barium(t, dir, args...), "x.ledger is in use by process ")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := sumOf(t, dir, "x.ledger"); got != before {
		t.Errorf("checksum %s, want %s", got, before)
	}
	barium(t, dir, "hunt", "--no-html", "--ledger", "x.ledger", "more")
	after := sumOf(t, dir, "x.ledger")
	for range 3 {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var both [2]result
		done := make(chan bool)
		for i := range both {
			go func() {
				args := []string{"hunt", "--no-html", "--ledger", "x.ledger", "more"}
				c := exec.Command("barium", args...)
				var errs bytes.Buffer
				c.Dir, c.Stderr = dir, &errs
				_ = c.Run() // the status says it
				both[i] = result{status: c.ProcessState.ExitCode(), errs: errs.String()}
				done <- true
			}()
		}
		<-done
		<-done
		won := 0
		for _, r := range both {
			if r.status == exitUsage {
				wantRefused(t, "at once", r, "in use by ")
			} else {
				won++
			}
		}
		if got := sumOf(t, dir, "x.ledger"); won == 0 || got != after {
			t.Errorf("%d of two were done, checksum %s, want %s", won, got, after)
		}
	}
}
