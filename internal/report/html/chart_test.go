package html

import (
	"math"
	"testing"
	"time"

	"barium/internal/report"
)

func hoursOf(n int, bytes func(i int) int64) []report.Hour {
	start := time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)
	var out []report.Hour
	for i := range n {
		out = append(out, report.Hour{Start: start.Add(time.Duration(i) * time.Hour), BytesOut: bytes(i)})
	}
	return out
}

func TestChart(t *testing.T) {
	f := func(hours []report.Hour, unit string, bars int, logarithmic string, topTick string) {
		t.Helper()
		c := newChart(hours)
		if c.Unit != unit || len(c.Bars) != bars || c.Log != logarithmic || c.Ticks[0].Label != topTick {
			t.Errorf("%d hours: per %s, %d bars, log %q, up to %s; want %s, %d, %q, %s",
				len(hours), c.Unit, len(c.Bars), c.Log, c.Ticks[0].Label, unit, bars, logarithmic, topTick)
		}
	}
	even := func(int) int64 { return 1500 }
	f(hoursOf(1, even), "hour", 1, "", "2 kB")
	f(hoursOf(200, even), "hour", 200, "", "2 kB")
	f(hoursOf(201, even), "day", 9, "", "40 kB")
	f(hoursOf(90*24, even), "day", 90, "", "40 kB")
	f(hoursOf(24, func(i int) int64 { return int64(i%2) * 10 }), "hour", 12, "", "10 B")
	f(hoursOf(5, func(i int) int64 { return int64(math.Pow(30, float64(i))) }), "hour", 5, "100", "1 MB")
	f(hoursOf(2, func(int) int64 { return math.MaxInt64 }), "hour", 2, "", "10 EB")
	f(hoursOf(2, func(i int) int64 { return int64(i) * math.MinInt64 }), "hour", 0, "", "10 B")
	f([]report.Hour{{Start: time.Unix(0, 0), BytesOut: 1}, {Start: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), BytesOut: 1}},
		"14663 days", 2, "", "10 B")
	if newChart(nil) != nil {
		t.Error("a chart of nothing")
	}
}
