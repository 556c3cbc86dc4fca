package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"barium/internal/ledger"
	"barium/internal/ledger/ledgertest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv("BARIUM_TEST_OPEN"); path != "" {
		_, err := Open(context.Background(), path, Options{})
		fmt.Println(err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestConformance(t *testing.T) {
	ledgertest.Run(t, func(ctx context.Context, dir string) (ledger.Store, error) {
		s, err := Open(ctx, filepath.Join(dir, "ledger"), Options{Memory: 256 << 20})
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

func mustOpen(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustClose(t *testing.T, s *Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestNewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	s := mustOpen(t, path)
	if err := s.Exec(t.Context(), "INSERT INTO ledger.schema_version VALUES (999)"); err != nil {
		t.Fatal(err)
	}
	mustClose(t, s)
	_, err := Open(t.Context(), path, Options{})
	if !errors.Is(err, ledger.ErrNewer) || !strings.Contains(err.Error(), "999") || !strings.Contains(err.Error(), path) {
		t.Errorf("a newer ledger: %v", err)
	}
}

// TestRefused asserts that files which are no ledger are refused in words, and
// stay as they are.
func TestRefused(t *testing.T) {
	f := func(name, path, want string) {
		t.Helper()
		before, readErr := os.ReadFile(path)
		_, err := Open(t.Context(), path, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
		if after, _ := os.ReadFile(path); readErr == nil && string(after) != string(before) {
			t.Errorf("%s: the file was changed", name)
		}
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	f("text", file("text", "these are my notes\n"), "is not a ledger")
	f("a log", file("conn.log", strings.Repeat("#separator \\x09\n", 1000)), "is not a ledger")
	f("zero bytes", file("zeros", strings.Repeat("\x00", 8192)), "is not a ledger")
	f("a folder", dir, "ledger")
	f("folder that does not exist", filepath.Join(dir, "absent", "ledger"), "no such file")

	// A DuckDB database of another program must not get our tables.
	foreign := filepath.Join(dir, "foreign.duckdb")
	db, err := sql.Open("duckdb", foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE wards (name VARCHAR); INSERT INTO wards VALUES ('A1')"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	f("another program's database", foreign, "is not a ledger")
}

// TestDamaged asserts that a ledger cut short is an error, not a crash.
func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	mustClose(t, mustOpen(t, path))
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 100, 5000, len(b) / 2} {
		if err := os.WriteFile(path, b[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(t.Context(), path, Options{}); err == nil {
			mustClose(t, s)
			t.Errorf("cut to %d bytes: no error", n)
		} else if !strings.Contains(err.Error(), path) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
}

// TestSecondOpener asserts that a ledger in use is refused in words, also in
// another process.
func TestSecondOpener(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger")
	s := mustOpen(t, path)
	defer mustClose(t, s)
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "BARIUM_TEST_OPEN="+path)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := string(out); !strings.Contains(got, path+" is in use by process ") {
		t.Errorf("another process: %s", got)
	}
	if second, err := Open(t.Context(), path, Options{}); err == nil {
		mustClose(t, second)
		t.Error("the same process: no error")
	} else if !strings.Contains(err.Error(), path+" is in use") {
		t.Errorf("the same process: %v", err)
	}
}

func TestFileMode(t *testing.T) {
	f := func(name string, prepare func(path string)) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "ledger")
		prepare(path)
		s := mustOpen(t, path)
		st, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if m := st.Mode().Perm(); m != 0o600 {
			t.Errorf("%s: mode %o", name, m)
		}
		mustClose(t, s)
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) != 1 {
			t.Errorf("%s: left behind: %v, %v", name, entries, err)
		}
	}
	f("new", func(string) {})
	f("empty file", func(path string) {
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	})
	f("existing ledger that others may read", func(path string) {
		mustClose(t, mustOpen(t, path))
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
	})
}

// TestOddPaths asserts that no character of a path is taken for SQL.
func TestOddPaths(t *testing.T) {
	for _, name := range []string{"it's", "a b", "new\nline", "--x", "日本", `back\slash`, "x'; DROP TABLE y; --", ":memory:"} {
		path := filepath.Join(t.TempDir(), name)
		mustClose(t, mustOpen(t, path))
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// TestLocked asserts that SQL can neither reach other files nor load anything.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, filepath.Join(dir, "ledger"))
	defer mustClose(t, s)
	csv := filepath.Join(dir, "x.csv")
	if err := os.WriteFile(csv, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		"SELECT * FROM read_csv('" + csv + "')", "COPY (SELECT 1) TO '" + filepath.Join(dir, "out.csv") + "'", "ATTACH '" + filepath.Join(dir, "other") + "'",
		"INSTALL httpfs", "LOAD httpfs", "SET enable_external_access = true",
	} {
		if err := s.Exec(t.Context(), q); err == nil {
			t.Errorf("%s: no error", q)
		}
	}
}

func TestEngineVersion(t *testing.T) {
	v, err := EngineVersion()
	if err != nil || !strings.HasPrefix(v, "v1.") {
		t.Errorf("%q, %v", v, err)
	}
}

func TestHostDomain(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := hostDomain(in); got != want {
			t.Errorf("hostDomain(%q) = %q, want %q", in, got, want)
		}
	}
	f("www.example.org", "example.org")
	f("10.0.0.1", "")
	f("2001:db8::1", "")
	f("", "")
	f("CN=x,O=y", "")
	f("Mozilla/5.0 (X11)", "")
	f(`\\srv\share`, "")
	f("wpad", "wpad")
	f(strings.Repeat("a.", 125)+"org", "a.org")
	f(strings.Repeat("a.", 126)+"org", "")
}
