package pieces

import (
	"strings"
	"testing"

	"barium/internal/format/zeek"
)

// BenchmarkHeaders measures looking for header lines in a piece of rows that holds
// none, and in one of which every row holds their sign.
func BenchmarkHeaders(b *testing.B) {
	for name, row := range map[string]string{
		"none": "1772445600.5\tCHLXQF2OBY4onAR0Ug\t10.0.0.1\t5000\t10.0.0.2\t53\tudp\tn.example.org\n",
		"sign": "1772445600.5\tCHLXQF2OBY4onAR0Ug\t10.0.0.1\t5000\t10.0.0.2\t53\tudp\t#.example.org\n",
	} {
		piece := []byte(strings.Repeat(row, pieceBytes/len(row)))
		b.Run(name, func(b *testing.B) {
			c := cutter{r: zeek.Reader{}}
			b.SetBytes(int64(len(piece)))
			for b.Loop() {
				c.headers(piece)
			}
		})
	}
}
