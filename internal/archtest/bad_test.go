package archtest

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// good is a small repository in which every check is content.
func good() map[string]string {
	return map[string]string{
		"go.mod":               "module m\n\ngo 1.26.0\n\nrequire (\n\tgithub.com/duckdb/duckdb-go/v2 v2.0.0\n\tx.org/far/off v1.0.0 // indirect\n)\n",
		"docs/dependencies.md": "github.com/duckdb/duckdb-go/v2: the store\n",

		"cmd/barium/main.go":        "// Command barium.\npackage main\n\nimport _ \"m/internal/hunt\"\n",
		"internal/hunt/hunt.go":     "// Package hunt.\npackage hunt\n\nimport (\n\t_ \"m/internal/detect/all\"\n\t_ \"m/internal/ledger/duck\"\n)\n",
		"internal/event/doc.go":     "// Package event.\npackage event\n",
		"internal/event/event.go":   "package event\n\nimport _ \"time\"\n",
		"internal/format/doc.go":    "// Package format.\npackage format\n\nimport _ \"m/internal/event\"\n",
		"internal/ledger/doc.go":    "// Package ledger.\npackage ledger\n",
		"internal/report/doc.go":    "// Package report.\npackage report\n",
		"internal/report/term/t.go": "// Package term.\npackage term\n\nimport _ \"m/internal/report\"\n",
		"internal/ledger/duck/d.go": "// Package duck.\npackage duck\n\nimport (\n\t_ \"github.com/duckdb/duckdb-go/v2\"\n\t_ \"m/internal/ledger\"\n)\n",

		"internal/format/zeek/reader.go": "// Package zeek.\npackage zeek\n\nimport _ \"m/internal/format\"\n\ntype Reader struct{}\n\nfunc (*Reader) Sniff() {}\n",
		"internal/format/zeek/parse.go":  "package zeek\n\nfunc (r *Reader) Read() {}\n",
		"internal/format/all/list.go":    "// Package all.\npackage all\n\nimport _ \"m/internal/format/zeek\"\n",
		"docs/formats/zeek.md":           "# zeek\n",

		"internal/detect/detect.go":        "// Package detect.\npackage detect\n\nimport _ \"m/internal/ledger\"\n",
		"internal/detect/beacon/beacon.go": "// Package beacon.\npackage beacon\n\nimport _ \"embed\"\n\n//go:embed beacon.sql\nvar query string\n",
		"internal/detect/all/list.go":      "// Package all.\npackage all\n\nimport _ \"m/internal/detect/beacon\"\n",
		"docs/detectors/beacon.md":         "# beacon\n",

		// None of these is looked at.
		"internal/event/event_test.go":    "package event\n\nimport _ \"m/internal/hunt\"\n\nfunc init() {}\n",
		"internal/event/testdata/bad.go":  "package bad\n\nfunc init() {}\n",
		"internal/web/style.css":          "body {}\n",
		"internal/detect/notes/notes.sql": "select 1\n",
	}
}

// problems runs every check on a tree of path -> text.
func problems(t *testing.T, files map[string]string) []string {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	repo, err := load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, check := range []func(*tree) []string{
		checkImports, checkModules, checkModulePages, checkReaders, checkDetectors, checkInit, checkComments,
	} {
		got = append(got, check(repo)...)
	}
	return append(got, checkPaths(fsys, all(t, fsys))...)
}

func TestChecksPassGoodTree(t *testing.T) {
	if got := problems(t, good()); len(got) > 0 {
		t.Errorf("a good tree has problems:\n%s", strings.Join(got, "\n"))
	}
}

func TestChecksFindBadFile(t *testing.T) {
	f := func(name, text, want string) {
		t.Helper()
		files := good()
		files[name] = text
		if text == "" {
			delete(files, name)
		}
		if got := problems(t, files); !slices.Equal(got, []string{want}) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}

	// Imports against the direction.
	f("internal/event/up.go", "package event\n\nimport _ \"m/internal/format\"\n",
		"internal/event/up.go: internal/event may not import internal/format")
	f("internal/detect/beacon/other.go", "package beacon\n\nimport _ \"m/internal/detect/all\"\n",
		"internal/detect/beacon/other.go: internal/detect/beacon may not import internal/detect/all")
	f("internal/detect/beacon/hunt.go", "package beacon\n\nimport _ \"m/internal/ledger/duck\"\n",
		"internal/detect/beacon/hunt.go: internal/detect/beacon may not import internal/ledger/duck")
	f("internal/report/term/up.go", "package term\n\nimport _ \"m/internal/ledger\"\n",
		"internal/report/term/up.go: internal/report/term may not import internal/ledger")
	f("internal/hunt/up.go", "package hunt\n\nimport _ \"m/cmd/barium\"\n",
		"internal/hunt/up.go: internal/hunt may not import cmd/barium")
	f("internal/ledger/up.go", "package ledger\n\nimport _ \"m\"\n",
		"internal/ledger/up.go: internal/ledger may not import .")
	f("internal/util/util.go", "// Package util.\npackage util\n",
		"internal/util: not in the table of imports, internal/archtest/rules_test.go")

	// Others' modules.
	f("internal/hunt/db.go", "package hunt\n\nimport _ \"github.com/duckdb/duckdb-go/v2/mapping\"\n",
		"internal/hunt/db.go: github.com/duckdb/duckdb-go/v2/mapping may only be imported by internal/ledger/duck, bench/...")
	f("internal/hunt/new.go", "package hunt\n\nimport _ \"x.org/new\"\n",
		"internal/hunt/new.go: x.org/new is not in the table of modules, internal/archtest/rules_test.go")
	f("docs/dependencies.md", "none\n",
		"docs/dependencies.md: says nothing about github.com/duckdb/duckdb-go/v2")
	f("docs/dependencies.md", "| `github.com/duckdb/duckdb-go/v2` | the store |\n| `x.org/gone` | once |\n",
		"docs/dependencies.md: explains x.org/gone, which go.mod does not require")

	// Lists and pages.
	f("internal/format/all/list.go", "// Package all.\npackage all\n",
		"internal/format/zeek: not in internal/format/all/list.go")
	f("internal/format/all/list.go", "",
		"internal/format/zeek: not in internal/format/all/list.go")
	f("docs/formats/zeek.md", "",
		"internal/format/zeek: has no page docs/formats/zeek.md")
	f("internal/detect/all/list.go", "// Package all.\npackage all\n",
		"internal/detect/beacon: not in internal/detect/all/list.go")
	f("docs/detectors/beacon.md", "",
		"internal/detect/beacon: has no page docs/detectors/beacon.md")

	// Code.
	f("internal/event/init.go", "package event\n\nfunc init() {}\n",
		"internal/event/init.go: func init; use a list or a constructor")
	f("internal/event/doc.go", "",
		"internal/event: no package comment; write a doc.go with the vocabulary")
	f("internal/event/doc.go", "//go:build linux\n\n// Not next to the clause.\n\npackage event\n",
		"internal/event: no package comment; write a doc.go with the vocabulary")

	// Paths of one machine, in any text file.
	for _, top := range []string{"home", "Users", "root", "work"} {
		p := "/" + top + "/anna"
		f("README.md", "Call `"+p+"/barium`.\n", "README.md:1: path of one machine: `"+p)
		f("docs/a.md", "one\n"+p+"\n", "docs/a.md:2: path of one machine: "+p)
	}
}

func TestChecksLeaveOtherPaths(t *testing.T) {
	files := good()
	files["README.md"] = "https://example.org/home/anna docs/work/plan.md ../root/x /usr/local/go /data/zeek\n"
	files["logo.png"] = "\x89PNG\x00 /" + "home/anna\n"
	if got := problems(t, files); len(got) > 0 {
		t.Errorf("problems: %q", got)
	}
}
