package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"barium/internal/ledger/duck"
)

// keepers are the commands that look after a ledger called x.ledger.
var keepers = [][]string{
	{"ledger", "info", "x.ledger"},
	{"ledger", "prune", "x.ledger"},
	{"ledger", "compact", "x.ledger"},
	{"ledger", "export", "x.ledger", "--parquet", "out"},
}

// TestKeepRefused gives ledgers that cannot be looked after: they stay as they are,
// and nothing is left beside them.
func TestKeepRefused(t *testing.T) {
	dir := t.TempDir()
	data, sum := kept(t, dir)
	path := filepath.Join(dir, "x.ledger")
	f := func(name, want string, prepare func()) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		prepare()
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range keepers {
			wantRefused(t, name+", "+args[1], barium(t, dir, args...), want)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
		for _, pattern := range []string{"*.partial", "*.compact*"} {
			if left, err := filepath.Glob(filepath.Join(dir, pattern)); err != nil || len(left) > 0 {
				t.Errorf("%s left %v, %v", name, left, err)
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
			t.Errorf("%s: there is an export", name)
		}
	}
	f("another version", "written by a newer version of barium", func() {
		s, err := duck.Open(t.Context(), path, duck.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Exec(t.Context(), "INSERT INTO ledger.schema_version VALUES (999)"); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	})
	f("cut", "", func() { writeFile(t, path, string(data[:len(data)/2])) })
	f("a log", "is not a ledger", func() { writeFile(t, path, zeekHead+connFields) })
	// Reading the file here would give the lock away.
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := duck.Open(t.Context(), path, duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range keepers {
		wantRefused(t, "held, "+args[1], barium(t, dir, args...), "in use by process ")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s := sumOf(t, dir, "x.ledger"); s != sum {
		t.Errorf("checksum %s, want %s", s, sum)
	}
	if s := sumOf(t, dir, "l.ledger"); s != sum {
		t.Errorf("checksum %s, want %s", s, sum)
	}
}

// TestKeepReadOnly takes the right to write into the folder away.
func TestKeepReadOnly(t *testing.T) {
	dir := t.TempDir()
	data, _ := kept(t, dir)
	folder := filepath.Join(dir, "folder")
	path := filepath.Join(folder, "x.ledger")
	writeFile(t, path, string(data))
	if os.Geteuid() == 0 {
		if err := os.Chown(path, 65534, 65534); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(folder, 0o755) //nolint:errcheck // for the cleaning up
	for _, args := range [][]string{{"ledger", "compact", "folder/x.ledger"}, {"ledger", "export", "folder/x.ledger", "--parquet", "folder/out"}} {
		c := exec.CommandContext(minute(t), "barium", args...)
		if os.Geteuid() == 0 {
			asNobody(t, c, dir)
		}
		r := start(t, c, dir, args)
		if r.status != exitUsage || !strings.Contains(strings.ToLower(r.errs), "permission denied") || !strings.Contains(r.errs, "x.ledger") {
			t.Errorf("%s: status %d: %s", args[1], r.status, r.errs)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(data) {
		t.Errorf("the ledger was changed (%v)", err)
	}
}

// TestKeepFull lets the disk fill up.
func TestKeepFull(t *testing.T) {
	dir := t.TempDir()
	data, before := kept(t, dir)
	disk := filepath.Join(dir, "disk")
	if err := os.Mkdir(disk, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, fmt.Sprintf("size=%d", len(data)+32<<10)); err != nil {
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
	for _, args := range [][]string{{"ledger", "compact", "disk/x.ledger"}, {"ledger", "export", "disk/x.ledger", "--parquet", "disk/out"}} {
		r := barium(t, dir, args...)
		if r.status != exitUsage || !strings.Contains(r.errs, "x.ledger") || !strings.Contains(r.errs, "space") {
			t.Errorf("%s: status %d: %s", args[1], r.status, r.errs)
		}
		if left, err := os.ReadDir(disk); err != nil || len(left) != 1 {
			t.Errorf("%s left %v, %v", args[1], left, err)
		}
		if s := sumOf(t, dir, "disk/x.ledger"); s != before {
			t.Errorf("%s: checksum %s, want %s", args[1], s, before)
		}
	}
}

// TestKeepKilled kills compacting and pruning at any time: the ledger is whole, as
// before or as after, and what was begun can be ended.
func TestKeepKilled(t *testing.T) {
	if slow {
		t.Skip("the race detector changes nothing here but the time")
	}
	dir := t.TempDir()
	_, _ = kept(t, dir)
	var b strings.Builder
	for i := range 20_000 { // 200 days later
		fields := strings.SplitN(innocentRow(i), "\t", 2)
		var at float64
		if _, err := fmt.Sscan(fields[0], &at); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%.6f\t%s", at+200*86400, fields[1])
	}
	writeFile(t, filepath.Join(dir, "later", "conn.log"), zeekHead+connFields+b.String())
	barium(t, dir, "hunt", "--no-html", "--no-prune", "--ledger", "l.ledger", "later")
	data, err := os.ReadFile(filepath.Join(dir, "l.ledger"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "x.ledger")
	for _, command := range []string{"compact", "prune"} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := sumOf(t, dir, "x.ledger")
		started := time.Now()
		if r := barium(t, dir, "ledger", command, "x.ledger"); r.status != 0 {
			t.Fatalf("%s: %s", command, r.errs)
		}
		took := time.Since(started)
		after := sumOf(t, dir, "x.ledger")
		if (before == after) != (command == "compact") {
			t.Errorf("%s: checksum %s before, %s after", command, before, after)
		}
		const times = 6
		for i := range times {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.Command("barium", "ledger", command, "x.ledger")
			c.Dir = dir
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(took * time.Duration(i+1) / times)
			_ = c.Process.Kill() // it may have ended
			_ = c.Wait()
			if s := sumOf(t, dir, "x.ledger"); s != before && s != after {
				t.Errorf("%s killed after %d of %d: checksum %s, want %s or %s", command, i+1, times, s, before, after)
			}
			if r := barium(t, dir, "ledger", command, "x.ledger"); r.status != 0 || sumOf(t, dir, "x.ledger") != after {
				t.Errorf("%s killed after %d of %d, then again: status %d: %s", command, i+1, times, r.status, r.errs)
			}
			if left, err := filepath.Glob(path + "?*"); err != nil || len(left) > 0 {
				t.Errorf("%s left %v, %v", command, left, err)
			}
		}
	}
}
