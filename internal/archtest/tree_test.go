package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tree is the Go code of a repository.
type tree struct {
	fsys     fs.FS
	module   string // its path in go.mod
	packages []*folder
}

// folder is a directory with at least one Go file that is not a test.
type folder struct {
	dir   string // "internal/event"
	files []file // tests not included
}

type file struct {
	path   string
	syntax *ast.File
}

func (f file) imports() []string {
	var paths []string
	for _, spec := range f.syntax.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

// load parses the tree below fsys. Folders that the go command passes over, and
// those that hold what was built, are left out.
func load(fsys fs.FS) (*tree, error) {
	mod, err := fs.ReadFile(fsys, "go.mod")
	if err != nil {
		return nil, err
	}
	name := moduleLine.FindSubmatch(mod)
	if name == nil {
		return nil, fmt.Errorf("go.mod: no module line")
	}
	t := &tree{fsys: fsys, module: string(name[1])}
	folders := map[string]*folder{}
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if p != "." && passOver(d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(p) != ".go" || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(fsys, p)
		if err != nil {
			return err
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), p, text, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := path.Dir(p)
		if folders[dir] == nil {
			folders[dir] = &folder{dir: dir}
			t.packages = append(t.packages, folders[dir])
		}
		folders[dir].files = append(folders[dir].files, file{p, syntax})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(t.packages, func(a, b *folder) int { return strings.Compare(a.dir, b.dir) })
	return t, nil
}

func passOver(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
		slices.Contains([]string{"testdata", "vendor", "node_modules", "bin", "dist"}, name)
}

// inside returns the folder that an import path means, if it is one of barium's.
func (t *tree) inside(importPath string) (dir string, ok bool) {
	if importPath == t.module {
		return ".", true
	}
	return strings.CutPrefix(importPath, t.module+"/")
}

func (t *tree) exists(p string) bool {
	_, err := fs.Stat(t.fsys, p)
	return err == nil
}
