package table

import (
	"bytes"
	"strings"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	f := func(name, head, row string) {
		b.Run(name, func(b *testing.B) {
			n := (8 << 20) / len(row)
			data := []byte(head + strings.Repeat(row, n))
			r, ok := Reader{}.Choose(data[:headBytes])
			if !ok {
				b.Fatal("no mapping fits")
			}
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			var t trial
			for b.Loop() {
				if err := r.Read(b.Context(), bytes.NewReader(data), &t); err != nil {
					b.Fatal(err)
				}
			}
			if t.bad > 0 {
				b.Fatalf("%d bad", t.bad)
			}
			b.ReportMetric(float64(t.good)/b.Elapsed().Seconds(), "records/s")
		})
	}
	lines := strings.SplitAfter(argusSample, "\n")
	f("argus", lines[0], lines[1]+lines[2])
	lines = strings.SplitAfter(awsSample, "\n")
	f("aws", lines[0], lines[1]+lines[2])
	f("gcp", "", gcpSample)
	f("onion", "", onionSample)
	lines = strings.SplitAfter(azureNSGSample, "\n")
	f("azure", "", lines[0])
}
