package term

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"barium/internal/report"
	"barium/internal/report/reporttest"
	"barium/internal/report/safe"
)

// ours are the sequences that this package writes itself.
var ours = strings.NewReplacer("\x1b[1m", "", "\x1b[2m", "", "\x1b[1;31m", "", "\x1b[1;33m", "", "\x1b[36m", "", "\x1b[0m", "")

// checkLines wants lines that fit, and no character that does anything but
// stand in its cell.
func checkLines(t *testing.T, name string, d *report.Document, o Options) {
	t.Helper()
	out := draw(t, d, o)
	if o.Colour {
		out = ours.Replace(out)
	}
	if !utf8.ValidString(out) {
		t.Fatalf("%s: the report is not UTF-8", name)
	}
	for _, r := range out {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			t.Fatalf("%s: the report holds %U", name, r)
		}
	}
	limit := max(o.Width, leastWidth)
	if o.Width <= 0 {
		limit = defaultWidth
	}
	for line := range strings.Lines(out) {
		line = strings.TrimSuffix(line, "\n")
		if w := safe.Width(line); w > limit {
			t.Fatalf("%s at %d: a line of %d: %q", name, o.Width, w, line)
		}
	}
}

// TestHostileSlots puts each attack into every text of a document.
func TestHostileSlots(t *testing.T) {
	for _, attack := range reporttest.Attacks() {
		masked := reporttest.HostileWith(attack)
		masked.PseudonymisePatients()
		for _, d := range []*report.Document{reporttest.HostileWith(attack), masked, masked.Mask()} {
			for _, width := range []int{0, 20, 55, 200} {
				checkLines(t, attack, d, Options{Width: width})
			}
			checkLines(t, attack, d, Options{Colour: true})
			if strings.Contains(draw(t, d, Options{}), "\nNO SIGN") {
				t.Errorf("%q: a forged line", attack)
			}
		}
	}
}

// TestSlots asserts that the report shows every text that comes from a log, so
// that the test above tests something.
func TestSlots(t *testing.T) {
	out := draw(t, reporttest.Marked(), Options{Width: 200})
	for _, field := range []string{
		"Hosts", "Accounts", "IP", "Name", "Summary", "Reason", "Raw", "UID", "Path", "Format", "Problem", "Sample",
		"Warnings", "Skipped", "Text", "Where", "Route", "Fix", "CIDR", "Injected", "Confirmed", "Source",
	} {
		if !strings.Contains(out, "mark-"+field+"-") {
			t.Errorf("no %s is shown", field)
		}
	}
}

// TestHostileNumbers draws times and sizes that no sane log has.
func TestHostileNumbers(t *testing.T) {
	for name, d := range reporttest.Extremes() {
		for _, width := range []int{20, 80} {
			checkLines(t, name, d, Options{Width: width})
		}
	}
}
