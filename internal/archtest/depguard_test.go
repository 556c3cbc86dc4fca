package archtest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the import rules into .golangci.yml")

const (
	beginMark = "        # begin: written by go test ./internal/archtest -update\n"
	endMark   = "        # end\n"
)

// TestLinterHasSameRules compares the depguard part of .golangci.yml with the
// tables of this package.
func TestLinterHasSameRules(t *testing.T) {
	name := filepath.Join(root, ".golangci.yml")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), beginMark)
	old, after, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		t.Fatalf("%s: the marks around the import rules are gone", name)
	}
	want := depguard("barium")
	if old == want {
		return
	}
	if !*update {
		t.Fatal("the import rules in .golangci.yml are not those of rules_test.go; run go test ./internal/archtest -update")
	}
	if err := os.WriteFile(name, []byte(before+beginMark+want+endMark+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// depguard writes the tables as rules of the linter depguard.
func depguard(module string) string {
	var b strings.Builder
	for i, r := range imports {
		if len(r.may) == 1 && r.may[0] == "..." {
			continue // everything is allowed
		}
		fmt.Fprintf(&b, "        %q:\n", key(r.from))
		files := []string{glob(r.from)}
		for _, other := range imports[:i] {
			if other.from != r.from && fits(r.from, other.from) {
				files = append(files, "!"+glob(other.from)) // an earlier row counts
			}
		}
		lines(&b, "files", append(files, "!$test"))
		var allow []string
		for _, may := range r.may {
			allow = append(allow, prefixes(module+"/"+may)...)
		}
		if len(allow) > 0 {
			b.WriteString("          list-mode: lax\n") // allow what deny does not name, or allow names closer
		}
		lines(&b, "allow", allow)
		deny(&b, module, "against the direction of imports; see internal/archtest/rules_test.go")
	}
	for _, r := range modules {
		fmt.Fprintf(&b, "        %q:\n", key(r.from))
		files := []string{"$all", "!$test", "!**/*test/*.go"}
		for _, may := range r.may {
			files = append(files, "!"+glob(may))
		}
		lines(&b, "files", files)
		deny(&b, r.from, "only in "+strings.Join(r.may, " and "))
	}
	return b.String()
}

// key names a rule; the linter's configuration takes no dots in it.
func key(from string) string {
	return strings.ReplaceAll(strings.ReplaceAll(from, "...", "**"), ".", "-")
}

// glob turns a pattern of folders into one of files.
func glob(pattern string) string {
	if base, ok := strings.CutSuffix(pattern, "..."); ok {
		return "**/" + base + "**"
	}
	return "**/" + pattern + "/*.go"
}

// prefixes turns a pattern of packages into the prefixes that depguard
// compares; $ ends an exact one.
func prefixes(pattern string) []string {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return []string{base + "$", base + "/"}
	}
	if base, ok := strings.CutSuffix(pattern, "*"); ok {
		return []string{base}
	}
	return []string{pattern + "$"}
}

func lines(b *strings.Builder, name string, values []string) {
	if len(values) == 0 {
		return
	}
	fmt.Fprintf(b, "          %s:\n", name)
	for _, v := range values {
		fmt.Fprintf(b, "            - %q\n", v)
	}
}

func deny(b *strings.Builder, pkg, why string) {
	fmt.Fprintf(b, "          deny:\n            - pkg: %q\n              desc: %q\n", pkg, why)
}
