package archtest

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the repository as seen from this package.
var root = filepath.Join("..", "..")

func TestRepository(t *testing.T) {
	repo, err := load(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if len(repo.packages) < 2 {
		t.Fatalf("found %d packages below %s; the checks would look at nothing", len(repo.packages), root)
	}
	names := tracked(t, repo.fsys)
	for _, c := range []struct {
		name  string
		check func(*tree) []string
	}{
		{"imports", checkImports},
		{"modules", checkModules},
		{"module pages", checkModulePages},
		{"readers", checkReaders},
		{"detectors", checkDetectors},
		{"init", checkInit},
		{"package comments", checkComments},
		{"paths", func(t *tree) []string { return checkPaths(t.fsys, names) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, problem := range c.check(repo) {
				t.Error(problem)
			}
		})
	}
}

// tracked lists the files that git has or would take. Without git, or outside a
// clone, it lists every file.
func tracked(t *testing.T, fsys fs.FS) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	if out, err := cmd.Output(); err == nil && len(out) > 0 {
		return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	}
	return all(t, fsys)
}

func all(t *testing.T, fsys fs.FS) (names []string) {
	t.Helper()
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && passOver(d.Name()) {
			return fs.SkipDir
		}
		if !d.IsDir() {
			names = append(names, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
