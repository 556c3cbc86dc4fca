package duck

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"barium/internal/condense"
	"barium/internal/event"
	"barium/internal/ledger"
)

// BenchmarkImport measures what follows reading: making rows of a busy day's
// connections and storing them on disk.
func BenchmarkImport(b *testing.B) {
	const rows = 500_000
	for n := 0; b.Loop(); n++ {
		b.StopTimer()
		s, err := Open(b.Context(), filepath.Join(b.TempDir(), fmt.Sprint("ledger", n)), Options{})
		if err != nil {
			b.Fatal(err)
		}
		c := condense.New(condense.NewDictionary(nil, nil), condense.Options{})
		sink := c.Sink(1)
		r := rand.New(rand.NewPCG(1, 2))
		for i := range rows {
			conversation := r.IntN(rows * 2 / 5)
			sink.Conn(&event.Conn{
				Head: event.Head{
					Offset: int64(i) * 130, TS: event.Time(1772445600_000_000 + int64(conversation%24)*3600_000_000 + int64(i)),
					Orig:     event.Addr{10: 0xff, 11: 0xff, 12: 10, 14: byte(conversation >> 6), 15: byte(conversation)},
					Resp:     event.Addr{10: 0xff, 11: 0xff, 12: 198, 13: byte(conversation >> 14), 14: byte(conversation), 15: 1},
					OrigPort: uint16(49152 + r.IntN(16384)), RespPort: 443,
				},
				Proto: event.ProtoTCP, Service: []byte("ssl"), State: event.SF,
				Duration: int64(r.IntN(100_000_000)), OrigBytes: int64(r.IntN(5000)), RespBytes: int64(r.IntN(100_000)),
			})
		}
		if err := sink.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
		if err := s.Import(b.Context(), c, []ledger.Source{{ID: 1, Records: rows}}); err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
}
