package table

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/formattest"
)

var update = flag.Bool("update", false, "write golden files")

// headerLine is a Preamble: the first line, where it names columns.
func headerLine(data []byte, offset int64) []byte {
	line, _, _ := bytes.Cut(data, []byte{'\n'})
	if m, ok := choose(data); ok && offset > 0 {
		if is, _ := By(m).Header(line); is {
			return data[:len(line)+1]
		}
	}
	return nil
}

func TestReader(t *testing.T) {
	formattest.Run(t, Reader{}, formattest.Cases{Samples: lineSamples(), Preamble: headerLine})
}

// lineSamples are the samples whose records begin lines.
func lineSamples() (out []formattest.Sample) {
	for _, s := range samples() {
		if !strings.HasPrefix(s.Name, "azure") {
			out = append(out, s)
		}
	}
	return out
}

// TestByMapping runs the suite with the mapping chosen, as sources are read.
func TestByMapping(t *testing.T) {
	for _, s := range lineSamples() {
		t.Run(s.Name, func(t *testing.T) {
			r, ok := Reader{}.Choose(s.Data)
			if !ok || r.Mapping().Name() != s.Name {
				t.Fatalf("chosen: %+v", r.Mapping())
			}
			formattest.Run(t, r, formattest.Cases{Samples: []formattest.Sample{s}, Preamble: headerLine})
		})
	}
}

// TestGolden compares what the samples become, field by field.
func TestGolden(t *testing.T) {
	for _, s := range samples() {
		rec := formattest.Read(t, Reader{}, s.Data)
		if len(rec.Bads) > 0 || len(rec.Warnings) > 0 {
			t.Errorf("%s: %+v %q", s.Name, rec.Bads, rec.Warnings)
		}
		if d := cmp.Diff(s.Counts, rec.Counts()); d != "" {
			t.Errorf("%s: %s", s.Name, d)
		}
		if said := (Reader{}).Sniff(s.Data, ""); said.Confidence != format.Certain || !strings.HasPrefix(said.Type, s.Name+" ") {
			t.Errorf("%s: sniffed %+v", s.Name, said)
		}
		got := strings.Join(rec.Texts(), "\n") + "\n"
		path := filepath.Join("testdata", s.Name+".txt")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s:\n%s", s.Name, d)
		}
	}
}
