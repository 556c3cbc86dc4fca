package dnslog

import (
	"bytes"
	"strings"
	"testing"

	"barium/internal/event"
)

// benchmark reads lines again and again; all of them must be readable.
func benchmark(b *testing.B, line string) {
	data := bytes.Repeat(repeat(line, 10), 5000)
	lines := strings.Count(line, "\n") * 50_000
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var c counter
		if err := (Reader{}).Read(b.Context(), bytes.NewReader(data), &c); err != nil || c.looks != 50_000 || c.other > 0 {
			b.Fatal(err, c)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// counter is a sink that counts.
type counter struct {
	discard
	looks, other int
}

func BenchmarkBind(b *testing.B)         { benchmark(b, bindLine) }
func BenchmarkBindSyslog(b *testing.B)   { benchmark(b, bsdLine) }
func BenchmarkDnsmasq(b *testing.B)      { benchmark(b, dnsmasqLine) }
func BenchmarkDnsmasqExtra(b *testing.B) { benchmark(b, extraLine) }
func BenchmarkUnbound(b *testing.B)      { benchmark(b, unboundLine) }
func BenchmarkWindows(b *testing.B)      { benchmark(b, windowsLine) }

// TestAllocations asserts that the number of allocations does not grow with the
// number of lines.
func TestAllocations(t *testing.T) {
	for _, line := range []string{bindLine, bsdLine, dnsmasqLine, extraLine, unboundLine, windowsLine} {
		data := bytes.Repeat(repeat(line, 10), 5000)
		n := testing.AllocsPerRun(1, func() {
			if err := (Reader{}).Read(t.Context(), bytes.NewReader(data), &counter{}); err != nil {
				t.Fatal(err)
			}
		})
		if n > 8*waiting { // the buffers of those that wait
			t.Errorf("%.30q: %v allocations for 50,000 look-ups", line, n)
		}
	}
}

func (c *counter) DNS(*event.DNS)                   { c.looks++ }
func (c *counter) Bad(int64, int64, string, []byte) { c.other++ }
func (c *counter) Skip(string)                      { c.other++ }
