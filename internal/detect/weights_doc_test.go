package detect_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"barium/internal/detect"
)

// Package detecttest has a flag of the same name, should a test here import it.
var _ = func() bool {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "write the tables of weights from the files weights.go")
	}
	return true
}()

func updating() bool { return flag.Lookup("update").Value.String() == "true" }

const (
	weightsFile = "weights.go"
	weightsPage = "../../docs/weights.md"
	beginMark   = "<!-- weights.go: "
	endMark     = "<!-- end -->"
)

// TestCapsAreSupported holds that no group may weigh more than the innocent
// host-months of docs/accuracy.md can show.
func TestCapsAreSupported(t *testing.T) {
	page, err := os.ReadFile("../../docs/accuracy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "<!-- begin reliability -->")
	m := regexp.MustCompile(`in ([0-9,]+) host-months without thefts`).FindStringSubmatch(table)
	if m == nil {
		t.Fatal("docs/accuracy.md does not say how many host-months were seen without thefts")
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(m[1], ",", ""), 64)
	if err != nil {
		t.Fatal(err)
	}
	for group, db := range detect.Caps {
		if most := 10 * math.Log10(n/3); db > most {
			t.Errorf("%s may weigh %g dB, but %g host-months support %.1f", group, db, n, most)
		}
	}
}

// TestWeightsPage asserts that docs/weights.md shows every weight of weights.go
// with its group, value and text, gives a reason for each, and shows the caps; and
// that the page of a detector with weights of its own does so for them. With
// -update it writes the tables and keeps the reasons.
func TestWeightsPage(t *testing.T) {
	checkWeights(t, weightsFile, weightsPage)
	own, err := filepath.Glob("*/" + weightsFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range own {
		checkWeights(t, file, filepath.Join("../../docs/detectors", filepath.Dir(file)+".md"))
	}
}

// checkWeights compares the weights of a file with the tables of a page.
func checkWeights(t *testing.T, file, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	page := string(b)
	rows := weightRows(t, file)
	reasons := tableReasons(section(t, name, page, "weights"))
	for _, r := range rows {
		if reasons[r.name] == "" {
			t.Errorf("%s: no reason for %s; write it in the last column of its row (-update adds the row)", name, r.name)
		}
		delete(reasons, r.name)
	}
	for weight := range reasons {
		if !updating() {
			t.Errorf("%s: %s is not in %s any more", name, weight, file)
		}
	}
	want := replaceSection(t, name, page, "weights", weightTable(rows, tableReasons(section(t, name, page, "weights"))))
	if file == weightsFile {
		want = replaceSection(t, name, want, "caps", capTable())
	}
	if want == page {
		return
	}
	if !updating() {
		t.Errorf("%s differs from %s; run go test ./internal/detect -run TestWeightsPage -update, then read the reasons again:\n%s",
			name, file, firstDifference(page, want))
		return
	}
	if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

type weightRow struct {
	name, group, text string
	db                float64
	scaled            bool
}

// weightRows reads the variables of type Weight from a source file, for Go cannot
// list the variables of a package.
func weightRows(t *testing.T, name string) (rows []weightRow) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	groups := groupNames(t)
	scaled := scaledWeights(t)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != len(spec.Names) {
			return true
		}
		for i, v := range spec.Values {
			lit, ok := v.(*ast.CompositeLit)
			if !ok || typeName(lit.Type) != "Weight" {
				continue
			}
			r := weightRow{name: spec.Names[i].Name, scaled: scaled[spec.Names[i].Name]}
			if len(lit.Elts) != 3 {
				t.Fatalf("%s: %s: want Weight{group, decibans, text}", name, r.name)
			}
			r.group = groups[typeName(element(lit.Elts[0]))]
			r.db, r.text = number(t, element(lit.Elts[1])), text(t, element(lit.Elts[2]))
			if r.group == "" {
				t.Fatalf("%s: %s: unknown group", name, r.name)
			}
			rows = append(rows, r)
		}
		return true
	})
	if len(rows) == 0 {
		t.Fatalf("found no weights in %s; the test would look at nothing", name)
	}
	return rows
}

// groupNames returns the names of the groups by their constants.
func groupNames(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), weightsFile, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if s, ok := spec.Values[0].(*ast.BasicLit); ok && s.Kind == token.STRING {
				out[spec.Names[0].Name], _ = strconv.Unquote(s.Value)
			}
		}
		return true
	})
	return out
}

// element returns what stands in a literal, with or without the field's name.
func element(e ast.Expr) ast.Expr {
	if kv, ok := e.(*ast.KeyValueExpr); ok {
		return kv.Value
	}
	return e
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func number(t *testing.T, e ast.Expr) float64 {
	t.Helper()
	sign := 1.0
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.SUB {
		sign, e = -1, u.X
	}
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		t.Fatal("a weight is not a plain number")
	}
	v, err := strconv.ParseFloat(lit.Value, 64)
	if err != nil {
		t.Fatal(err)
	}
	return sign * v
}

func text(t *testing.T, e ast.Expr) string {
	t.Helper()
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		t.Fatal("the text of a weight is not a plain string")
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	// For people: the places that Says fills become dots.
	s = regexp.MustCompile(`%[a-z]`).ReplaceAllString(s, "…")
	return strings.ReplaceAll(strings.ReplaceAll(s, "%%", "%"), "|", `\|`)
}

var scaledUse = regexp.MustCompile(`\b(\w+)\.Scaled\(|[mM]in\((\w+)\.DB,`)

// scaledWeights returns the weights of which some code takes a share.
func scaledWeights(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	files, err := filepath.Glob("*.go")
	below, err2 := filepath.Glob("*/*.go")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, name := range append(files, below...) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range scaledUse.FindAllStringSubmatch(string(b), -1) {
			out[m[1]+m[2]] = true
		}
	}
	return out
}

func weightTable(rows []weightRow, reasons map[string]string) string {
	var b strings.Builder
	b.WriteString("| weight | group | dB | the report says | why this much |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		db := decibans(r.db)
		if r.scaled {
			db = "0 to " + db
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", r.name, r.group, db, r.text, reasons[r.name])
	}
	return b.String()
}

func capTable() string {
	var b strings.Builder
	b.WriteString("| group | at most |\n|---|---|\n")
	for _, g := range slices.Sorted(maps.Keys(detect.Caps)) {
		fmt.Fprintf(&b, "| %s | %s dB |\n", g, decibans(detect.Caps[g]))
	}
	return b.String()
}

func decibans(db float64) string {
	s := strconv.FormatFloat(db, 'f', -1, 64)
	if db > 0 {
		return "+" + s
	}
	return strings.Replace(s, "-", "−", 1)
}

// tableReasons returns the last column of a table by the name in the first.
func tableReasons(table string) map[string]string {
	out := map[string]string{}
	for _, line := range strings.Split(table, "\n") {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "\x00"), "|")
		if len(cells) != 7 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		name := strings.Trim(strings.TrimSpace(cells[1]), "`")
		out[name] = strings.TrimSpace(strings.ReplaceAll(cells[5], "\x00", `\|`))
	}
	return out
}

// bounds returns where the text between the marks of a section begins and ends.
func bounds(t *testing.T, file, page, name string) (from, to int) {
	t.Helper()
	mark := beginMark + name + " -->\n"
	from = strings.Index(page, mark)
	if from < 0 {
		t.Fatalf("%s: no line %q", file, strings.TrimSpace(mark))
	}
	from += len(mark)
	n := strings.Index(page[from:], endMark)
	if n < 0 {
		t.Fatalf("%s: no line %q after %q", file, endMark, strings.TrimSpace(mark))
	}
	return from, from + n
}

func section(t *testing.T, file, page, name string) string {
	t.Helper()
	from, to := bounds(t, file, page, name)
	return page[from:to]
}

func replaceSection(t *testing.T, file, page, name, with string) string {
	t.Helper()
	from, to := bounds(t, file, page, name)
	return page[:from] + with + page[to:]
}

func firstDifference(have, want string) string {
	h, w := strings.Split(have, "\n"), strings.Split(want, "\n")
	for i := range w {
		if i >= len(h) || h[i] != w[i] {
			old := ""
			if i < len(h) {
				old = h[i]
			}
			return fmt.Sprintf("page: %s\nwant: %s", old, w[i])
		}
	}
	return "the page has more lines"
}
