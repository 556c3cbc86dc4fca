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

// TestAWSCustom reads fields of versions 3 to 5, in another order: the ends in the
// packet count, and flags say who answers where ports do not.
func TestAWSCustom(t *testing.T) {
	const data = "version vpc-id instance-id interface-id pkt-srcaddr pkt-dstaddr srcaddr dstaddr srcport dstport protocol tcp-flags type packets bytes start end flow-direction traffic-path action log-status\n" +
		"5 vpc-1 - eni-1 10.0.1.5 203.0.113.5 10.0.1.5 10.0.0.220 39812 8443 6 2 IPv4 20 4249 1772445600 1772445660 ingress - ACCEPT OK\n" +
		"5 vpc-1 - eni-1 203.0.113.5 10.0.1.5 10.0.0.220 10.0.1.5 8443 39812 6 18 IPv4 15 90000 1772445600 1772445660 egress 1 ACCEPT OK\n"
	if said := (Reader{}).Sniff([]byte(data), ""); said.Type != "aws-vpc conn (CSV)" {
		t.Fatalf("%+v", said)
	}
	rec := formattest.Read(t, Reader{}, []byte(data))
	if len(rec.Records) != 2 || len(rec.Bads) > 0 {
		t.Fatalf("%+v", rec)
	}
	for i, want := range []string{"OrigBytes=3449 RespBytes=-1", "OrigBytes=-1 RespBytes=89400"} {
		text := rec.Records[i].Text
		if !strings.Contains(text, " Orig=10.0.1.5 Resp=203.0.113.5 OrigPort=39812 RespPort=8443 ") || !strings.Contains(text, want) {
			t.Error(text)
		}
	}
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
