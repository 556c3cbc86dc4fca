package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// checkImports finds imports against the direction of the table.
func checkImports(t *tree) (problems []string) {
	for _, pkg := range t.packages {
		r, ok := find(imports, pkg.dir)
		if !ok {
			problems = append(problems, pkg.dir+": not in the table of imports, internal/archtest/rules_test.go")
			continue
		}
		for _, f := range pkg.files {
			for _, p := range f.imports() {
				if dir, ok := t.inside(p); ok && !fitsAny(r.may, dir) {
					problems = append(problems, fmt.Sprintf("%s: %s may not import %s", f.path, pkg.dir, dir))
				}
			}
		}
	}
	return problems
}

// checkModules finds imports of others' modules outside the package that
// stands before them.
func checkModules(t *tree) (problems []string) {
	for _, pkg := range t.packages {
		if isTestHelp(pkg.dir) {
			continue
		}
		for _, f := range pkg.files {
			for _, p := range f.imports() {
				if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
					continue // the standard library, or barium itself
				}
				r, ok := find(belowToo(modules), p)
				switch {
				case !ok:
					problems = append(problems, fmt.Sprintf("%s: %s is not in the table of modules, internal/archtest/rules_test.go", f.path, p))
				case !fitsAny(r.may, pkg.dir):
					problems = append(problems, fmt.Sprintf("%s: %s may only be imported by %s", f.path, p, strings.Join(r.may, ", ")))
				}
			}
		}
	}
	return problems
}

// belowToo makes each row mean the packages below it as well.
func belowToo(rows []row) []row {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i].from += "/..."
	}
	return rows
}

// isTestHelp reports whether a package only serves tests, such as
// internal/detect/detecttest.
func isTestHelp(dir string) bool { return strings.HasSuffix(dir, "test") }

// checkModulePages finds direct dependencies that docs/dependencies.md does not
// explain, and those that it explains and barium does not have.
func checkModulePages(t *tree) (problems []string) {
	const page = "docs/dependencies.md"
	text, err := fs.ReadFile(t.fsys, page)
	if err != nil {
		return []string{page + ": missing"}
	}
	mod, err := fs.ReadFile(t.fsys, "go.mod")
	if err != nil {
		return []string{"go.mod: missing"}
	}
	var required []string
	for _, m := range requireLine.FindAllSubmatch(mod, -1) {
		required = append(required, string(m[1]))
		if !bytes.Contains(text, m[1]) {
			problems = append(problems, fmt.Sprintf("%s: says nothing about %s", page, m[1]))
		}
	}
	for _, m := range moduleRow.FindAllSubmatch(text, -1) {
		if !slices.Contains(required, string(m[1])) {
			problems = append(problems, fmt.Sprintf("%s: explains %s, which go.mod does not require", page, m[1]))
		}
	}
	return problems
}

// moduleRow matches a row of a table that begins with a module.
var moduleRow = regexp.MustCompile("(?m)^\\| `([a-z0-9-]+\\.[a-z]+/[^`]+)` \\|")

// requireLine matches a direct requirement: one without "// indirect".
var requireLine = regexp.MustCompile(`(?m)^(?:require)?\s+(\S+\.\S+/\S+)\s+v\S+\s*$`)

// checkReaders finds formats that package format/all does not list or that
// have no page.
func checkReaders(t *tree) []string {
	return checkListed(t, "internal/format", "docs/formats", isReader)
}

// checkDetectors does the same for detectors.
func checkDetectors(t *tree) []string {
	return checkListed(t, "internal/detect", "docs/detectors", embedsSQL)
}

func checkListed(t *tree, parent, pages string, is func(*folder) bool) (problems []string) {
	list := parent + "/all/list.go"
	var listed []string
	for _, pkg := range t.packages {
		for _, f := range pkg.files {
			if f.path == list {
				listed = f.imports()
			}
		}
	}
	for _, pkg := range t.packages {
		if !strings.HasPrefix(pkg.dir, parent+"/") || isTestHelp(pkg.dir) || !is(pkg) {
			continue
		}
		if !slices.Contains(listed, t.module+"/"+pkg.dir) {
			problems = append(problems, fmt.Sprintf("%s: not in %s", pkg.dir, list))
		}
		if page := fmt.Sprintf("%s/%s.md", pages, path.Base(pkg.dir)); !t.exists(page) {
			problems = append(problems, fmt.Sprintf("%s: has no page %s", pkg.dir, page))
		}
	}
	return problems
}

// isReader reports whether a type of the package has methods Read and Sniff.
func isReader(pkg *folder) bool {
	methods := map[string]map[string]bool{} // by type
	for _, f := range pkg.files {
		for _, decl := range f.syntax.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || len(fn.Recv.List) != 1 {
				continue
			}
			expr := fn.Recv.List[0].Type
			if star, ok := expr.(*ast.StarExpr); ok {
				expr = star.X
			}
			name, ok := expr.(*ast.Ident)
			if !ok {
				continue
			}
			if methods[name.Name] == nil {
				methods[name.Name] = map[string]bool{}
			}
			methods[name.Name][fn.Name.Name] = true
		}
	}
	for _, m := range methods {
		if m["Read"] && m["Sniff"] {
			return true
		}
	}
	return false
}

// embedsSQL reports whether a file of the package embeds a .sql file.
func embedsSQL(pkg *folder) bool {
	for _, f := range pkg.files {
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				if strings.HasPrefix(c.Text, "//go:embed ") && strings.Contains(c.Text, ".sql") {
					return true
				}
			}
		}
	}
	return false
}

// checkInit finds functions that run by themselves.
func checkInit(t *tree) (problems []string) {
	for _, pkg := range t.packages {
		for _, f := range pkg.files {
			for _, decl := range f.syntax.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					problems = append(problems, f.path+": func init; use a list or a constructor")
				}
			}
		}
	}
	return problems
}

// checkComments finds packages that do not say what they are.
func checkComments(t *tree) (problems []string) {
	for _, pkg := range t.packages {
		if !slices.ContainsFunc(pkg.files, func(f file) bool { return f.syntax.Doc.Text() != "" }) {
			problems = append(problems, pkg.dir+": no package comment; write a doc.go with the vocabulary")
		}
	}
	return problems
}

// ownPath matches a path that only exists on the machine of who wrote it.
var ownPath = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.~/-])/(?:home|Users|root|work)/[A-Za-z0-9._-]+`)

// checkPaths finds paths of somebody's machine in the text files among names.
func checkPaths(fsys fs.FS, names []string) (problems []string) {
	for _, name := range names {
		info, err := fs.Stat(fsys, name)
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted, or a link
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			continue // binary, as git decides it
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			if m := ownPath.Find(line); m != nil {
				problems = append(problems, fmt.Sprintf("%s:%d: path of one machine: %s", name, i+1, bytes.TrimLeft(m, " \t")))
			}
		}
	}
	return problems
}
