package condense

import (
	"math/rand/v2"
	"testing"

	"barium/internal/event"
)

// day returns connections as a busy day brings them: in order of time, 3,000
// hosts, 30,000 far ends of unequal popularity, 2 to 3 connections for each
// host, far end and port in an hour.
func day(n int) []event.Conn {
	r := rand.New(rand.NewPCG(1, 2))
	services := [][]byte{[]byte("ssl"), []byte("http"), []byte("dns"), nil}
	ports := []uint16{443, 80, 53, 8080}
	type pair struct{ host, far, kind int }
	active := make([]pair, n/24*2/5+1)
	cs := make([]event.Conn, n)
	for i := range cs {
		if i%(n/24+1) == 0 {
			for j := range active {
				f := r.Float64()
				active[j] = pair{r.IntN(3000), int(30000 * f * f * f), r.IntN(len(ports))}
			}
		}
		p := active[r.IntN(len(active))]
		cs[i] = event.Conn{
			Head: event.Head{
				Offset: int64(i) * 130, TS: event.Time(base + int64(i)*24*3600*second/int64(n)),
				Orig:     event.Addr{10: 0xff, 11: 0xff, 12: 10, 13: 20, 14: byte(p.host >> 8), 15: byte(p.host)},
				Resp:     event.Addr{10: 0xff, 11: 0xff, 12: 198, 13: 18, 14: byte(p.far >> 8), 15: byte(p.far)},
				OrigPort: uint16(49152 + r.IntN(16384)), RespPort: ports[p.kind],
			},
			Proto: event.ProtoTCP, Service: services[p.kind], State: event.SF, LocalOrig: event.Yes, LocalResp: event.No,
			Duration: int64(r.IntN(100_000_000)), OrigBytes: int64(r.IntN(5000)), RespBytes: int64(r.IntN(100_000)),
		}
	}
	return cs
}

const dayRows = 1_000_000

func filled(b *testing.B, cs []event.Conn) *Condenser {
	c := New(NewDictionary(nil, nil), Options{})
	s := c.Sink(1)
	for i := range cs {
		s.Conn(&cs[i])
	}
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return c
}

func perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/dayRows, "ns/row")
}

// BenchmarkSink measures filing connections, one goroutine.
func BenchmarkSink(b *testing.B) {
	cs := day(dayRows)
	b.ReportAllocs()
	for b.Loop() {
		filled(b, cs)
	}
	perRow(b)
}

// BenchmarkRows measures making rows of what was filed, one goroutine.
func BenchmarkRows(b *testing.B) {
	cs := day(dayRows)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		c := filled(b, cs)
		b.StartTimer()
		for _, t := range Tables {
			w := c.Finish(t, 0).Worker()
			for more := true; more; {
				rows, err := w.Next()
				if err != nil {
					b.Fatal(err)
				}
				more = rows != nil
			}
		}
	}
	perRow(b)
}
