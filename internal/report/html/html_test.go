package html

import (
	"bytes"
	"testing"

	"barium/internal/report"
	"barium/internal/report/reporttest"
)

func draw(t *testing.T, d *report.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, d, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGolden(t *testing.T) {
	for name, d := range reporttest.Samples() {
		reporttest.Golden(t, name, draw(t, d))
	}
}
