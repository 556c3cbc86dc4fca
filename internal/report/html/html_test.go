package html

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	xhtml "golang.org/x/net/html"

	"barium/internal/report"
	"barium/internal/report/reporttest"
	"barium/internal/report/safe"
)

func draw(t *testing.T, d *report.Document, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, d := range reporttest.Samples() {
		reporttest.Golden(t, name, draw(t, d, Options{}))
	}
}

func TestSameBytes(t *testing.T) {
	d := reporttest.DataLeft()
	d.Sources[0].Skipped = map[string]int64{"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}
	want := draw(t, d, Options{})
	for range 20 {
		if !bytes.Equal(draw(t, d, Options{}), want) {
			t.Fatal("the same document gave other bytes")
		}
	}
}

// shape returns the element tree: one line an element, with the names of its
// attributes, and the values of those that no document may choose.
func shape(t *testing.T, page []byte) []string {
	t.Helper()
	root, err := xhtml.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	var walk func(n *xhtml.Node, depth int)
	walk = func(n *xhtml.Node, depth int) {
		if n.Type == xhtml.ElementNode {
			line := strings.Repeat(" ", depth) + n.Data
			for _, a := range n.Attr {
				line += " " + a.Key
				if a.Key != "content" && a.Key != "aria-label" {
					line += "=" + a.Val
				}
			}
			lines = append(lines, line)
		}
		if n.Type == xhtml.CommentNode {
			lines = append(lines, "comment "+n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, depth+1)
		}
	}
	walk(root, 0)
	return lines
}

func TestHostileShape(t *testing.T) {
	benign := draw(t, withNotices(reporttest.DataLeft()), Options{})
	for i := range reporttest.Attacks() {
		hostile := draw(t, reporttest.Hostile(i), Options{})
		want, got := shape(t, benign), shape(t, hostile)
		if !slices.Equal(want, got) {
			for j := range min(len(want), len(got)) {
				if want[j] != got[j] {
					t.Fatalf("attack %d: the page has another shape at element %d: %q, want %q", i, j, got[j], want[j])
				}
			}
			t.Fatalf("attack %d: %d elements, want %d", i, len(got), len(want))
		}
	}
}

// withNotices gives a benign document what Hostile fills in besides.
func withNotices(d *report.Document) *report.Document {
	d.Injected = "1 theft"
	d.Verdict.Confirmed = []string{"c-1"}
	return d
}

func TestHostileText(t *testing.T) {
	docs := reporttest.Samples()
	docs["hostile"] = reporttest.Hostile(0)
	for name, d := range docs {
		root, err := xhtml.Parse(bytes.NewReader(draw(t, d, Options{})))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			switch n.Type {
			case xhtml.TextNode:
				if n.Parent.Data != "style" {
					checkSafe(t, name, n.Data)
				}
			case xhtml.ElementNode:
				checkElement(t, name, n)
			}
		}
	}
}

func checkElement(t *testing.T, name string, n *xhtml.Node) {
	t.Helper()
	if slices.Contains([]string{"script", "img", "iframe", "object", "embed", "link", "base", "form", "input", "image", "use", "a:href"}, n.Data) {
		t.Errorf("%s: <%s>", name, n.Data)
	}
	for _, a := range n.Attr {
		checkSafe(t, name, a.Val)
		switch {
		case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcdoc", a.Key == "srcset", a.Key == "action":
			t.Errorf("%s: <%s %s=%q>", name, n.Data, a.Key, a.Val)
		case a.Key == "href" && !strings.HasPrefix(a.Val, "#case-"):
			t.Errorf("%s: a link to %q", name, a.Val)
		}
	}
}

// checkSafe wants no character that is not visible, but line feeds of the
// template and the spaces that keep numbers and units together.
func checkSafe(t *testing.T, name, s string) {
	t.Helper()
	s = strings.NewReplacer("\n", " ", "\u00a0", " ").Replace(s)
	if safe.Text(s) != s {
		t.Errorf("%s: not safe: %q", name, s)
	}
}

func TestPolicy(t *testing.T) {
	page := string(draw(t, reporttest.DataLeft(), Options{}))
	const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`
	if !strings.Contains(page, policy) {
		t.Error("the policy is missing")
	}
	for _, s := range []string{"http://", "https://", "@import", "url("} {
		if strings.Contains(page, s) {
			t.Errorf("the page may ask somebody else: %s", s)
		}
	}
	if strings.Contains(strings.ToLower(page), "clean") {
		t.Error("the page says clean")
	}
}

func TestBounded(t *testing.T) {
	d := reporttest.DataLeft()
	c := &d.Cases[0]
	long := strings.Repeat("x\x1b<", 1<<10)
	for i := range 3000 {
		c.Findings[0].Evidence = append(c.Findings[0].Evidence, report.Evidence{Source: long, Raw: long, Line: int64(i)})
		c.Findings[0].Terms = append(c.Findings[0].Terms, report.Term{Name: long, DB: float64(i)})
		c.Events = append(c.Events, report.Event{Text: long})
		c.Checks = append(c.Checks, report.Check{Text: long})
		c.Hosts = append(c.Hosts, fmt.Sprint(i, long))
		c.Loss.Files = append(c.Loss.Files, report.File{Name: long})
		c.Hours = append(c.Hours, report.Hour{Start: time.Unix(int64(i)*1e6, 0), BytesOut: int64(i)})
		d.Sources = append(d.Sources, report.Source{Path: long})
		d.BlindSpots = append(d.BlindSpots, report.BlindSpot{Route: long})
		d.Internal = append(d.Internal, report.Network{CIDR: long})
	}
	for range 100 {
		d.Cases = append(d.Cases, d.Cases[0])
	}
	page := draw(t, d, Options{})
	if len(page) > 10<<20 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, s := range []string{"and 2982 more lines", "and 2504 more, see", "and 52 more, see", "40 more cases are listed"} {
		if !bytes.Contains(page, []byte(s)) {
			t.Errorf("%q is missing", s)
		}
	}
	if n := bytes.Count(page, []byte("<article")); n != 10 {
		t.Errorf("%d cases in full, want 10", n)
	}
}

func TestEmptyDocument(t *testing.T) {
	if page := draw(t, &report.Document{}, Options{}); !bytes.Contains(page, []byte("No verdict")) {
		t.Error("a document without a verdict has a verdict")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteError(t *testing.T) {
	if Write(brokenWriter{}, reporttest.DataLeft(), Options{}) == nil {
		t.Error("no error")
	}
}
