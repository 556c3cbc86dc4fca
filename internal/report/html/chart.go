package html

import (
	"fmt"
	"math"

	"barium/internal/report"
)

const (
	mostBars = 200

	// The chart's own units; the page stretches them.
	chartWidth  = 1000.0
	chartHeight = 100.0

	// leastHeight keeps a bar with bytes visible.
	leastHeight = 1.5

	// logRatio is how many times the lowest bar the highest must be for the
	// scale to become logarithmic.
	logRatio = 1000
)

// chart is bytes out over time.
type chart struct {
	Unit   string // what one bar covers
	Log    string // how many times each line is the one below; empty for an even scale
	Bars   []barView
	Ticks  []tick   // from the top down
	Labels []string // times below the bars, from the left: one to three
	Title  string   // the chart in words, for those who do not see it
}

type barView struct{ X, Y, Width, Height, Title string }

// tick is a line of the scale, at a height in percent from the top.
type tick struct{ At, Label string }

// newChart returns nil without hours.
func newChart(hours []report.Hour) *chart {
	bars := report.MakeBars(hours, mostBars)
	if len(bars.List) == 0 {
		return nil
	}
	top := bars.Top()
	s := newScale(bars)
	first, last := bars.List[0], bars.List[len(bars.List)-1]
	c := &chart{
		Unit:  bars.Unit(),
		Log:   s.times(),
		Ticks: s.ticks(),
		Title: fmt.Sprintf("Bytes out per %s, %s UTC; highest %s from %s.",
			bars.Unit(), report.Span(first.Start, last.Start), report.Bytes(top.BytesOut), report.Time(top.Start)),
	}
	step := chartWidth / float64(max(len(bars.List), 12)) // few bars stay slim
	gap := step * 0.18
	for i, b := range bars.List {
		h := s.height(b.BytesOut)
		if b.BytesOut <= 0 {
			continue
		}
		h = max(h, leastHeight)
		c.Bars = append(c.Bars, barView{
			X: num(float64(i)*step + gap/2), Y: num(chartHeight - h), Width: num(step - gap), Height: num(h),
			Title: report.Time(b.Start) + ": " + report.Bytes(b.BytesOut),
		})
	}
	c.Labels = labels(bars)
	return c
}

// labels returns the times of the first bar, one in the middle, and the last.
// Where bars do not fill the width there is only the range.
func labels(b report.Bars) []string {
	n := len(b.List)
	first, last := b.List[0].Start, b.List[n-1].Start
	if n < 12 {
		return []string{report.Span(first, last)}
	}
	return []string{report.Time(first), report.Time(b.List[n/2].Start), report.Time(last)}
}

// scale maps bytes to heights.
type scale struct {
	log       bool
	top       float64 // linear: bytes at the top
	low, high float64 // logarithmic: powers of ten at the bottom and the top
}

func newScale(bars report.Bars) scale {
	highest, lowest := 0.0, math.Inf(1)
	for _, b := range bars.List {
		if b.BytesOut > 0 {
			highest = max(highest, float64(b.BytesOut))
			lowest = min(lowest, float64(b.BytesOut))
		}
	}
	if highest > lowest*logRatio {
		return scale{log: true, low: math.Floor(math.Log10(lowest)), high: math.Ceil(math.Log10(highest))}
	}
	return scale{top: round(highest)}
}

// round returns the next number of 1, 2, 4, 5 or 10 times a power of ten that is
// not below v, and at least 10.
func round(v float64) float64 {
	v = max(v, 10)
	p := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 4, 5} {
		if v <= m*p {
			return m * p
		}
	}
	return 10 * p
}

// height returns the height of a bar of n bytes.
func (s scale) height(n int64) float64 {
	v := float64(n)
	if v <= 0 {
		return 0
	}
	if s.log {
		return min(chartHeight*(math.Log10(v)-s.low)/(s.high-s.low), chartHeight)
	}
	return min(chartHeight*v/s.top, chartHeight)
}

// ticks returns the lines of the scale, from the top down.
func (s scale) ticks() []tick {
	if !s.log {
		return []tick{
			{"0", tickLabel(s.top)},
			{"50", tickLabel(s.top / 2)},
			{"100", "0"},
		}
	}
	step := s.decades()
	var out []tick
	for p := s.high; p >= s.low; p -= step {
		out = append(out, tick{num(100 * (s.high - p) / (s.high - s.low)), tickLabel(math.Pow(10, p))})
	}
	return out
}

// decades returns how many powers of ten lie between two lines.
func (s scale) decades() float64 { return math.Ceil((s.high - s.low) / 4) }

// times returns what one line is to the one below it on a logarithmic scale.
func (s scale) times() string {
	if !s.log {
		return ""
	}
	return report.Count(int64(math.Pow(10, s.decades())))
}

// tickLabel writes a round number of bytes without needless digits.
func tickLabel(v float64) string {
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB"}
	i := 0
	for v >= 1000 && i < len(units)-1 {
		v /= 1000
		i++
	}
	return fmt.Sprintf("%.3g %s", v, units[i])
}

func num(v float64) string { return fmt.Sprintf("%.2f", v) }
