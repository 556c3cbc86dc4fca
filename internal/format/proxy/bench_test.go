package proxy

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// benchmark reads the lines of a sample, which must all be readable, again and
// again.
func benchmark(b *testing.B, name string, head int, numbers ...int) {
	sample, err := os.ReadFile("testdata/" + name)
	if err != nil {
		b.Fatal(err)
	}
	all := strings.SplitAfter(string(sample), "\n")
	var data bytes.Buffer
	data.WriteString(strings.Join(all[:head], ""))
	lines := 0
	for lines < 50_000 {
		for _, n := range numbers {
			data.WriteString(all[n-1])
			lines++
		}
	}
	b.SetBytes(int64(data.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if err := (Reader{}).Read(b.Context(), bytes.NewReader(data.Bytes()), discard{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkSquid(b *testing.B)      { benchmark(b, "squid.log", 0, 1, 2, 3) }
func BenchmarkCombined(b *testing.B)   { benchmark(b, "squid.log", 0, 15, 16) }
func BenchmarkW3C(b *testing.B)        { benchmark(b, "w3c.log", 6, 7, 8, 9) }
func BenchmarkZscaler(b *testing.B)    { benchmark(b, "zscaler.log", 0, 1, 2) }
func BenchmarkPaloAlto(b *testing.B)   { benchmark(b, "paloalto.log", 0, 1, 4, 5) }
func BenchmarkFortiGate(b *testing.B)  { benchmark(b, "fortigate.log", 0, 1, 2) }
func BenchmarkCheckPoint(b *testing.B) { benchmark(b, "checkpoint.log", 0, 1, 5) }
func BenchmarkCisco(b *testing.B)      { benchmark(b, "cisco.log", 0, 1, 2, 7) }
func BenchmarkFirepower(b *testing.B)  { benchmark(b, "cisco.log", 0, 18) }
func BenchmarkCEF(b *testing.B)        { benchmark(b, "cef.log", 0, 1, 2, 3) }
func BenchmarkLEEF(b *testing.B)       { benchmark(b, "leef.log", 0, 1, 2) }
