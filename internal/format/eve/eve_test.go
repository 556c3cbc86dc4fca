package eve

import (
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
