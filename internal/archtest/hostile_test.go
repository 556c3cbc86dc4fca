package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

// TestHostilePage asserts that every test which docs/hostile.md names exists.
func TestHostilePage(t *testing.T) {
	fsys := os.DirFS(root)
	page, err := fs.ReadFile(fsys, "docs/hostile.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string][]byte{} // by last folder
	for _, name := range tracked(t, fsys) {
		if strings.HasSuffix(name, "_test.go") {
			b, err := fs.ReadFile(fsys, name)
			if err != nil {
				t.Fatal(err)
			}
			dir := path.Base(path.Dir(name))
			tests[dir] = append(tests[dir], b...)
		}
	}
	named := regexp.MustCompile("([a-z]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)(?:/([^`]+)`)?").FindAllSubmatch(page, -1)
	if len(named) < 50 {
		t.Fatalf("only %d tests are named", len(named))
	}
	for _, m := range named {
		code := tests[string(m[1])]
		if !bytes.Contains(code, []byte("\nfunc "+string(m[2])+"(")) {
			t.Errorf("%s does not exist", m[0])
		}
		if len(m[3]) > 0 && !bytes.Contains(code, append([]byte(`f("`), m[3]...)) {
			t.Errorf("%s: no such case", m[0])
		}
	}
}
