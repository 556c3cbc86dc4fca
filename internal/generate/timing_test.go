package generate

import (
	"io"
	"testing"
)

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func BenchmarkHospital(b *testing.B) {
	for _, format := range []struct {
		name string
		json bool
	}{{"tsv", false}, {"json", true}} {
		b.Run(format.name, func(b *testing.B) {
			var c counter
			create := func(string) (io.WriteCloser, error) { return closer{&c}, nil }
			for b.Loop() {
				c = 0
				if _, err := Hospital(Options{Seed: 1, Theft: true, JSON: format.json}, create); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(c))
		})
	}
}

func BenchmarkBulk(b *testing.B) {
	for _, c := range []struct {
		name string
		o    BulkOptions
	}{
		{"conn", BulkOptions{Logs: []string{"conn"}}},
		{"conn,json", BulkOptions{Logs: []string{"conn"}, JSON: true}},
		{"conn,gzip", BulkOptions{Logs: []string{"conn"}, Gzip: true}},
		{"all", BulkOptions{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.o.Seed, c.o.Rows = 1, 1_000_000
			var v *Volume
			for b.Loop() {
				var err error
				if v, err = Bulk(b.Context(), c.o, func(string) (io.WriteCloser, error) { return closer{io.Discard}, nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(v.Bytes)
			b.ReportMetric(float64(v.Connections)*float64(b.N)/b.Elapsed().Seconds(), "conns/s")
			b.ReportMetric(float64(v.Bytes)/float64(v.Connections), "B/conn")
		})
	}
}
