package term

import (
	"strings"

	"barium/internal/report"
)

var blocks = []rune("▁▂▃▄▅▆▇█")

// mostSpark is the longest chart, in cells.
const mostSpark = 72

// spark writes the bytes out over time as one line of blocks, and what it shows.
func (p *page) spark(hours []report.Hour) {
	room := min(p.width-13, mostSpark)
	if p.width < 50 {
		room = p.width - p.column(3)
	}
	bars := report.MakeBars(hours, max(room, 1), 2, 3, 4, 6, 8, 12)
	if len(bars.List) == 0 {
		return
	}
	top := bars.Top()
	var b strings.Builder
	for _, bar := range bars.List {
		b.WriteRune(block(bar.BytesOut, top.BytesOut))
	}
	first, last := bars.List[0].Start, bars.List[len(bars.List)-1].Start
	legend := "per " + bars.Unit() + ", " + report.Span(first, last) + " UTC, highest " + report.Bytes(top.BytesOut) + " from " + report.Time(top.Start)
	if p.width < 50 {
		p.raw(cyan, p.column(3), b.String())
		p.text(plain, 3, 5, "Bytes out "+legend)
		return
	}
	p.labelled("Bytes out", b.String())
	p.labelled("", legend)
}

// block returns the character for n of top; nothing at all is a dot.
func block(n, top int64) rune {
	if n <= 0 || top <= 0 {
		return '·'
	}
	i := int(float64(n) / float64(top) * float64(len(blocks)))
	return blocks[min(i, len(blocks)-1)]
}
