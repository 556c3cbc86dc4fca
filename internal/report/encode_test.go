package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"barium/internal/report"
	"barium/internal/report/reporttest"
	"barium/internal/report/safe"
)

func encode(t testing.TB, d *report.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.EncodeJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEncodeGolden(t *testing.T) {
	reporttest.Golden(t, "data_left.json", []byte(encode(t, reporttest.DataLeft())))
	reporttest.Golden(t, "masked.json", []byte(encode(t, reporttest.DataLeft().Mask())))
}

func TestEncodeRoundTrip(t *testing.T) {
	for name, d := range reporttest.Samples() {
		var got report.Document
		if err := json.Unmarshal([]byte(encode(t, d)), &got); err != nil {
			t.Fatal(err)
		}
		ignore := cmpopts.IgnoreFields(report.Finding{}, "Entities")
		if diff := cmp.Diff(d, &got, ignore, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEncodeHarmless(t *testing.T) {
	d := reporttest.Hostile(0)
	out := encode(t, d)
	for line := range strings.Lines(out) {
		if line = strings.TrimSuffix(line, "\n"); safe.Text(line) != line && !strings.Contains(line, "Z\u0301") {
			t.Errorf("not safe: %q", line)
		}
	}
	var got report.Document
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Verdict.Text != d.Verdict.Text {
		t.Errorf("verdict %q, want %q", got.Verdict.Text, d.Verdict.Text)
	}
}

func TestEncodeStrings(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		out := encode(t, &report.Document{Injected: s})
		if !strings.Contains(out, `"injected": "`+want+`"`) {
			t.Errorf("%q is written as %s", s, out)
		}
	}
	f("a<b>&c", "a<b>&c")
	f("Zürich 東京", "Zürich 東京")
	f("\x1b[2J", `\u001b[2J`)
	f("\u009b\x7f", `\u009b\u007f`)
	f("a\u202eb\u200b\ufeff\u2028", `a\u202eb\u200b\ufeff\u2028`)
	f("\U000e0041", `\udb40\udc41`)
	f("a\xff\xc0b", `a\\xff\\xc0b`)
	f(`a\xff`, `a\\xff`)
}

func TestEncodeNeverNull(t *testing.T) {
	out := encode(t, &report.Document{Cases: []report.Case{{Findings: []report.Finding{{}}}}, Sources: []report.Source{{}}})
	for line := range strings.Lines(out) {
		if strings.Contains(line, ": null") && !strings.Contains(line, `"high"`) && !strings.Contains(line, `"first"`) &&
			!strings.Contains(line, `"last"`) && !strings.Contains(line, `"changes"`) && !strings.Contains(line, `"probability"`) {
			t.Errorf("null in %s", line)
		}
	}
}

func TestEncodeTimes(t *testing.T) {
	far := time.Unix(1<<50, 0)
	early := time.Unix(-1<<50, 0)
	out := encode(t, &report.Document{Period: report.Period{First: &early, Last: &far}})
	if !strings.Contains(out, `"first": "0001-01-01T00:00:00Z"`) || !strings.Contains(out, `"last": "9999-12-31T23:59:59Z"`) {
		t.Error(out)
	}
}

func TestEncodeErrors(t *testing.T) {
	d := &report.Document{Cases: []report.Case{{WeightDB: math.NaN()}}}
	if d.EncodeJSON(&bytes.Buffer{}) == nil {
		t.Error("no error for what is not a number")
	}
	if new(report.Document).EncodeJSON(brokenWriter{}) == nil {
		t.Error("no error of the writer")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }
