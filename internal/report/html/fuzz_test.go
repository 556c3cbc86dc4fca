package html

import (
	"slices"
	"testing"

	"barium/internal/report/reporttest"
)

// FuzzPage puts any text into every place of a document.
func FuzzPage(f *testing.F) {
	for _, s := range reporttest.Attacks() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := shape(t, draw(t, withNotices(reporttest.DataLeft()), Options{}))
		page := draw(t, reporttest.HostileWith(s), Options{})
		checkPage(t, s, page)
		if got := shape(t, page); !slices.Equal(want, got) {
			t.Fatalf("%q: the page has another shape", s)
		}
	})
}
