package term

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"barium/internal/report"
	"barium/internal/report/reporttest"
	"barium/internal/report/safe"
)

func draw(t *testing.T, d *report.Document, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name, d := range reporttest.Samples() {
		for _, width := range []int{80, 120} {
			reporttest.Golden(t, fmt.Sprintf("%s-%d", name, width), []byte(draw(t, d, Options{Width: width})))
		}
	}
	reporttest.Golden(t, "data_left-colour", []byte(draw(t, reporttest.DataLeft(), Options{Colour: true})))
	reporttest.Golden(t, "data_left-20", []byte(draw(t, reporttest.DataLeft(), Options{Width: 20})))
}

func TestWidths(t *testing.T) {
	docs := reporttest.Samples()
	docs["hostile"] = reporttest.Hostile(0)
	docs["empty"] = &report.Document{}
	for name, d := range docs {
		for _, width := range []int{-1, 0, 1, 19, 20, 21, 33, 49, 50, 55, 80, 81, 200} {
			limit := width
			switch {
			case width <= 0:
				limit = 80
			case width < 20:
				limit = 20
			}
			for line := range strings.Lines(draw(t, d, Options{Width: width})) {
				line = strings.TrimSuffix(line, "\n")
				if w := safe.Width(line); w > limit {
					t.Errorf("%s at %d: a line of %d: %q", name, width, w, line)
				}
				if safe.Text(line) != line {
					t.Errorf("%s at %d: not safe: %q", name, width, line)
				}
			}
		}
	}
}

func TestZeroWidthIsEighty(t *testing.T) {
	if draw(t, reporttest.DataLeft(), Options{}) != draw(t, reporttest.DataLeft(), Options{Width: 80}) {
		t.Error("width 0 is not 80")
	}
}

func TestHostileLines(t *testing.T) {
	got := draw(t, reporttest.Hostile(0), Options{})
	if strings.ContainsRune(got, 0x1b) {
		t.Error("the report holds ESC")
	}
	// Forged lines would be lines that begin with what the attacker wrote.
	for line := range strings.Lines(got) {
		if strings.HasPrefix(line, "NO SIGN") || strings.HasPrefix(line, "=") {
			t.Errorf("forged line %q", line)
		}
	}
	coloured := draw(t, reporttest.Hostile(0), Options{Colour: true})
	for rest := coloured; ; {
		_, after, ok := strings.Cut(rest, "\x1b")
		if !ok {
			break
		}
		if !slices.ContainsFunc([]string{"[1m", "[2m", "[1;31m", "[1;33m", "[36m", "[0m"}, func(s string) bool { return strings.HasPrefix(after, s) }) {
			t.Fatalf("a sequence that is not ours: %q", after[:min(len(after), 20)])
		}
		rest = after
	}
}

func TestNeverClean(t *testing.T) {
	for name, d := range reporttest.Samples() {
		if strings.Contains(strings.ToLower(draw(t, d, Options{})), "clean") {
			t.Errorf("%s says clean", name)
		}
	}
}

func TestTop(t *testing.T) {
	d := reporttest.DataLeft()
	for i := range 12 {
		c := d.Cases[1]
		c.Rank, c.ID = i+3, fmt.Sprintf("c-%d", i)
		d.Cases = append(d.Cases, c)
	}
	got := draw(t, d, Options{})
	if !strings.Contains(got, "4 more cases, see --json") || !strings.Contains(got, "10. Case c-7 ") || strings.Contains(got, "11. Case") {
		t.Errorf("the first ten cases and a line are expected:\n%s", got)
	}
	if got := draw(t, d, Options{Top: 13}); !strings.Contains(got, "1 more case, see") {
		t.Error("13 cases and a line are expected")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteError(t *testing.T) {
	if Write(brokenWriter{}, reporttest.DataLeft(), Options{}) == nil {
		t.Error("no error")
	}
}

func TestWrap(t *testing.T) {
	f := func(s string, first, rest int, want ...string) {
		t.Helper()
		if got := wrap(s, first, rest); !slices.Equal(got, want) {
			t.Errorf("wrap(%q, %d, %d) = %q, want %q", s, first, rest, got, want)
		}
	}
	f("", 10, 10)
	f("one two three", 7, 5, "one two", "three")
	f("abcdefgh", 3, 4, "abc", "defg", "h")
	f("a bcdefgh", 3, 3, "a", "bcd", "efg", "h")
	f("東京都 x", 3, 3, "東", "京", "都", "x")
	f("abc", 0, 0, "a", "b", "c")
}
