package proxy

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/formattest"
	"barium/internal/format/pieces"
)

// TestPieces asserts that a source that is cut gives what it gives whole, and
// which sources are not cut.
func TestPieces(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.log")
	if err != nil {
		t.Fatal(err)
	}
	whole := []string{"mixed.log", "w3c-syslog.log"}
	for _, path := range paths {
		sample, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if cut := (Reader{}).Cut(sample) != nil; cut == slices.Contains(whole, filepath.Base(path)) {
			t.Errorf("%s: cut %t", path, cut)
		}
		data := bytes.Repeat(sample, 5<<20/len(sample))
		want := formattest.Read(t, Reader{}, data)
		var recs [3]formattest.Recorder
		if _, err := pieces.Read(t.Context(), Reader{}, bytes.NewReader(data), 0, []format.Sink{&recs[0], &recs[1], &recs[2]}); err != nil {
			t.Fatal(err)
		}
		var got formattest.Recorder
		skipped := map[string]int{}
		for i := range recs {
			got.Records = append(got.Records, recs[i].Records...)
			got.Bads = append(got.Bads, recs[i].Bads...)
			for name, n := range recs[i].Skipped {
				skipped[name] += n
			}
		}
		byOffset := func(a, b formattest.Record) int { return int(a.Offset - b.Offset) }
		slices.SortFunc(got.Records, byOffset)
		slices.SortFunc(got.Bads, func(a, b formattest.BadRecord) int { return int(a.Offset - b.Offset) })
		if !slices.Equal(want.Texts(), got.Texts()) || !slices.Equal(want.Bads, got.Bads) {
			t.Errorf("%s: %d records and %d bad, want %d and %d", path, len(got.Records), len(got.Bads), len(want.Records), len(want.Bads))
		}
		if d := cmp.Diff(want.Skipped, skipped); d != "" && len(skipped) > 0 {
			t.Errorf("%s: skipped:\n%s", path, d)
		}
	}
}
