package formattest

import (
	"os"
	"path/filepath"
	"testing"
)

// SharedData returns the path of elem below the directory shared/data that lies
// beside the repository. A test whose data is missing is skipped, but fails in
// continuous integration, where the environment variable CI is set.
func SharedData(t testing.TB, elem ...string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	rel := filepath.Join(append([]string{"shared", "data"}, elem...)...)
	for {
		path := filepath.Join(dir, rel)
		if _, err := os.Stat(path); err == nil {
			return path
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("sample data %s is missing", rel)
	}
	t.Skipf("sample data %s is missing beside the repository", rel)
	return ""
}
