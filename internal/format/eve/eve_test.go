package eve

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/formattest"
	"barium/internal/format/pieces"
)

func TestReader(t *testing.T) {
	formattest.Run(t, Reader{}, formattest.Cases{
		Samples: samples,
		Foreign: [][]byte{
			[]byte(`{"ts":1379288667.7,"uid":"Coy","id.orig_h":"10.0.0.1","id.resp_h":"10.0.0.2","proto":"tcp"}` + "\n"),
			[]byte(`{"timestamp":"2026-03-02T10:00:00Z","event_type":"flow"}` + "\n"), // of something else
			[]byte(`{"timestamp":"2026-03-02T10:00:00Z","level":"info","event":{"event_type":"dns"}}` + "\n"),
			[]byte("{\n  \"timestamp\": \"2026-03-02T10:00:00Z\",\n  \"flow_id\": 1,\n  \"event_type\": \"dns\"\n}\n"),
			[]byte("Mar  2 10:00:00 host prog[1]: hello {world}\n"),
		},
	})
}

var update = flag.Bool("update", false, "write testdata")

// TestSamples compares what every sample becomes with testdata/records.txt.
func TestSamples(t *testing.T) {
	var b strings.Builder
	for _, s := range samples {
		rec := formattest.Read(t, Reader{}, s.Data)
		b.WriteString("# " + s.Name + "\n")
		for _, r := range rec.Records {
			b.WriteString(r.Text + "\n")
		}
		for _, name := range slices.Sorted(maps.Keys(rec.Skipped)) {
			fmt.Fprintf(&b, "skip %s %d\n", name, rec.Skipped[name])
		}
	}
	file := filepath.Join("testdata", "records.txt")
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("records:\n%s", d)
	}
}

func TestSniffTypes(t *testing.T) {
	f := func(data, want string) {
		t.Helper()
		got := Reader{}.Sniff([]byte(data), "")
		if got.Confidence != format.Certain || got.Type != want {
			t.Errorf("%.40q: %+v, want %s", data, got, want)
		}
	}
	f(flowTCP, "suricata flow (EVE JSON)")
	f(flowTCP+"\n"+dnsQuery1[:200], "suricata flow, dns (EVE JSON)")
	f(flowTCP[:140], "suricata flow (EVE JSON)")
	f("["+dnsQuery1+","+flowTCP+"]", "suricata dns (EVE JSON)")
	f(syslog+"\n", "suricata dns (EVE JSON)")
	f("junk\n"+stats+"\n"+stats+"\n", "suricata stats (EVE JSON)")
}

// TestPieces reads a source in pieces, with three goroutines.
func TestPieces(t *testing.T) {
	data := flows(12_000)
	want := formattest.Read(t, Reader{}, data)
	all := make([]formattest.Recorder, 3)
	rest, err := pieces.Read(t.Context(), Reader{}, bytes.NewReader(data), 0, []format.Sink{&all[0], &all[1], &all[2]})
	if err != nil || rest.Offset != int64(len(data)) {
		t.Fatal(err, rest)
	}
	offsets := make(map[int64]string)
	used := 0
	for i := range all {
		for _, r := range all[i].Records {
			offsets[r.Offset] = r.Text
		}
		if len(all[i].Records) > 0 {
			used++
		}
	}
	if len(offsets) != len(want.Records) || used < 2 {
		t.Fatalf("%d records of %d by %d goroutines", len(offsets), len(want.Records), used)
	}
	for _, r := range want.Records {
		if offsets[r.Offset] != r.Text {
			t.Fatalf("offset %d: %s, want %s", r.Offset, offsets[r.Offset], r.Text)
		}
	}
}
