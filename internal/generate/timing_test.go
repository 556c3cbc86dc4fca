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
