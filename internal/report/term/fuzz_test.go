package term

import (
	"testing"

	"barium/internal/report/reporttest"
)

// FuzzLines puts any text into every place of a document, at any width.
func FuzzLines(f *testing.F) {
	for i, s := range reporttest.Attacks() {
		f.Add(s, uint8(i*7))
	}
	f.Fuzz(func(t *testing.T, s string, width uint8) {
		checkLines(t, s, reporttest.HostileWith(s), Options{Width: int(width), Colour: width%2 == 1})
	})
}
