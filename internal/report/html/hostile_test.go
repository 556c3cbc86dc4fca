package html

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	xhtml "golang.org/x/net/html"

	"barium/internal/report/reporttest"
)

// TestHostileSlots puts each attack into every text of a document: the page
// keeps its elements and attributes, and shows nothing that is not visible.
func TestHostileSlots(t *testing.T) {
	benign := shape(t, draw(t, withNotices(reporttest.DataLeft()), Options{}))
	for _, attack := range reporttest.Attacks() {
		d := reporttest.HostileWith(attack)
		page := draw(t, d, Options{})
		if got := shape(t, page); !slices.Equal(benign, got) {
			t.Errorf("%q: the page has another shape", attack)
		}
		d = reporttest.HostileWith(attack)
		d.PseudonymisePatients()
		for _, page := range [][]byte{page, draw(t, d, Options{}), draw(t, d.Mask(), Options{})} {
			checkPage(t, attack, page)
		}
	}
}

// checkPage wants bytes that are UTF-8 without control characters, and nodes
// that do nothing.
func checkPage(t *testing.T, attack string, page []byte) {
	t.Helper()
	if !utf8.Valid(page) {
		t.Errorf("%q: the page is not UTF-8", attack)
	}
	for _, r := range string(page) {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			t.Fatalf("%q: the page holds %U", attack, r)
		}
	}
	root, err := xhtml.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range root.Descendants() {
		switch {
		case n.Type == xhtml.TextNode && n.Parent.Data != "style":
			checkSafe(t, attack, n.Data)
		case n.Type == xhtml.ElementNode:
			checkElement(t, attack, n)
		}
	}
}

// TestSlots asserts that the page shows every text that comes from a log, so
// that the test above tests something.
func TestSlots(t *testing.T) {
	page := string(draw(t, reporttest.Marked(), Options{}))
	for _, field := range []string{
		"Hosts", "Accounts", "IP", "Name", "Summary", "Reason", "Raw", "Source", "UID", "Path", "Format", "Problem", "Sample",
		"Warnings", "Skipped", "Text", "Where", "Route", "Fix", "CIDR", "Injected", "Confirmed", "Proto", "DstName",
	} {
		if !strings.Contains(page, "mark-"+field+"-") {
			t.Errorf("no %s is shown", field)
		}
	}
}

// TestHostileNumbers draws times and sizes that no sane log has.
func TestHostileNumbers(t *testing.T) {
	for name, d := range reporttest.Extremes() {
		checkPage(t, name, draw(t, d, Options{}))
	}
}
