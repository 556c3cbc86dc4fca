package netflow

import (
	"bytes"
	"fmt"
	"testing"

	"barium/internal/event"
	"barium/internal/format"
)

// nothing is a sink that counts and drops.
type nothing struct {
	format.Sink
	conns, other int
}

func (n *nothing) Conn(*event.Conn)                 { n.conns++ }
func (n *nothing) Bad(int64, int64, string, []byte) { n.other++ }
func (n *nothing) Skip(string)                      { n.other++ }
func (n *nothing) Warn(string)                      { n.other++ }

const benchFlows = 300_000

// benchFile makes datagrams of 30 flows each, of which every two are a connection,
// ten flows apart, as exporters send them.
func benchFile(datagram func(recs []rec) []byte, first ...[]byte) []byte {
	b := file(first...)
	var recs []rec
	addr := func(net, i int) string { return fmt.Sprintf("%d.%d.%d.%d", net, i>>16&255, i>>8&255, i&255) }
	for i := 0; i < benchFlows; i += 30 {
		recs = recs[:0]
		for j := range 15 {
			n := i/2 + j
			recs = append(recs, rec{addr(10, n%5000), addr(203, n%70000), uint16(1024 + n%60000), 443, 6, SAF, 15000, 30, 60_000, 1000})
		}
		for j := range 15 {
			r := recs[j]
			recs = append(recs, rec{r.dst, r.src, r.dport, r.sport, 6, SAF, 150000, 120, 59_999, 1000})
		}
		b = frame(b, i/3000, 0, datagram(recs))
	}
	return b
}

func benchRead(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var n nothing
		if err := (Reader{}).Read(b.Context(), bytes.NewReader(data), &n); err != nil || n.conns != benchFlows/2 || n.other != 0 {
			b.Fatal(err, n.conns, n.other)
		}
	}
	b.ReportMetric(float64(benchFlows*b.N)/b.Elapsed().Seconds(), "flows/s")
}

func BenchmarkReadV5(b *testing.B) {
	benchRead(b, benchFile(func(recs []rec) []byte { return legacy5(recs...) }))
}

func BenchmarkReadV9(b *testing.B) {
	benchRead(b, benchFile(func(recs []rec) []byte { return message9(0, flows(256, recs...)) }, message9(0, setOf(0, template(256, flowFields)))))
}

// The decoder alone, without the search for the other direction.
func benchDecode(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		o := NewObserver()
		s := newScanner(bytes.NewReader(data), nil)
		for f := (Frame{}); ; {
			if _, ok := s.next(&f); !ok {
				break
			}
			o.Datagram(&f, 0)
		}
		if n := o.Of(0).Flows; n != benchFlows {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(benchFlows*b.N)/b.Elapsed().Seconds(), "flows/s")
}

func BenchmarkDecodeV5(b *testing.B) {
	benchDecode(b, benchFile(func(recs []rec) []byte { return legacy5(recs...) }))
}

func BenchmarkDecodeV9(b *testing.B) {
	benchDecode(b, benchFile(func(recs []rec) []byte { return message9(0, flows(256, recs...)) }, message9(0, setOf(0, template(256, flowFields)))))
}

func BenchmarkNfdumpLines(b *testing.B) {
	line := []byte("1515771450.942|           0.020|6    |                          147.32.80.119| 52324|                           147.32.82.62|   902|......S.|       1|      60|       0|       0|     0|     0|                           147.32.82.62\n")
	data := bytes.Repeat(line, 100_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var n nothing
		if err := readNfdump(b.Context(), bytes.NewReader(data), &n, func() {}); err != nil || n.conns != 100_000 || n.other != 0 {
			b.Fatal(err, n.conns, n.other)
		}
	}
	b.ReportMetric(float64(100_000*b.N)/b.Elapsed().Seconds(), "flows/s")
}
