package dnslog

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

var update = flag.Bool("update", false, "write the .want files anew")

// show returns a reading as text, one line for each thing.
func show(rec *formattest.Recorder) string {
	var b strings.Builder
	for _, r := range rec.Records {
		e := r.Event.(event.DNS)
		fmt.Fprintf(&b, "%d %s %s:%d -> %s %s type %d rcode %d %q", r.Offset, e.TS.Std().Format(time.RFC3339Nano), e.Orig, e.OrigPort, e.Resp, e.Proto, e.QType, e.RCode, e.Query)
		for _, a := range e.Answers {
			fmt.Fprintf(&b, " %q", a)
		}
		if e.Rejected {
			b.WriteString(" rejected")
		}
		if len(e.Sensor) > 0 {
			fmt.Fprintf(&b, " sensor %q", e.Sensor)
		}
		b.WriteByte('\n')
	}
	for _, name := range slices.Sorted(maps.Keys(rec.Skipped)) {
		fmt.Fprintf(&b, "skipped %s: %d\n", name, rec.Skipped[name])
	}
	for _, bad := range rec.Bads {
		fmt.Fprintf(&b, "bad line %d: %s: %.60q\n", bad.Line, bad.Reason, bad.Sample)
	}
	for _, w := range rec.Warnings {
		fmt.Fprintf(&b, "warning: %.70s\n", w)
	}
	return b.String()
}

// TestSamples reads the logs of testdata and compares with the .want beside each.
func TestSamples(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.log")
	if err != nil || len(paths) < 4 {
		t.Fatal(len(paths), err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := show(formattest.Read(t, Reader{}, data))
			golden := strings.TrimSuffix(path, ".log") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if string(want) != got {
				t.Errorf("differs from %s; got:\n%s", golden, got)
			}
		})
	}
}
