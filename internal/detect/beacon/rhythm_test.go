package beacon

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"barium/internal/detect"
)

const (
	second = 1_000_000
	minute = 60 * second
	hour   = 60 * minute
)

func at(ts ...int64) (calls []detect.Call) {
	for _, t := range ts {
		calls = append(calls, detect.Call{TS: t})
	}
	return calls
}

// every returns n moments a period apart.
func every(period int64, n int) (ts []int64) {
	for i := range n {
		ts = append(ts, int64(i)*period)
	}
	return ts
}

// implant returns the calls of an implant that sleeps a period, plus or minus
// jitter, and misses a share of its beats.
func implant(r *rand.Rand, beats int, period int64, jitter, missing float64) (ts []int64) {
	total := int(float64(beats) / (1 - missing))
	drop := map[int]bool{}
	for len(drop) < total-beats {
		drop[1+r.IntN(total-2)] = true
	}
	now := int64(0)
	for i := range total {
		if !drop[i] {
			ts = append(ts, now)
		}
		now += int64(float64(period) * (1 + jitter*(2*r.Float64()-1)))
	}
	return ts
}

// A sleeping implant is found whatever its period, with jitter up to half of it
// and a tenth of its beats missing.
func TestRhythmOfImplants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := rapid.Int64Range(30*second, 6*hour).Draw(t, "period")
		jitter := rapid.Float64Range(0, 0.5).Draw(t, "jitter")
		missing := rapid.Float64Range(0, 0.1).Draw(t, "missing")
		beats := rapid.IntRange(48, 400).Draw(t, "beats")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		ts := implant(r, beats, period, jitter, missing)
		if got := best(at(ts...)); got.strength < 0.8 {
			t.Fatalf("strength of %d beats: %+v", len(ts), got)
		}
	})
}

// With a day's worth of hourly beats the worst jitter can look like chance, but
// hardly ever does.
func TestRhythmOfFewBeats(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, period := range []int64{30 * second, 5 * minute, 6 * hour} {
		weak := 0
		for range 2000 {
			if best(at(implant(r, 24, period, 0.5, 0.1)...)).strength < 0.8 {
				weak++
			}
		}
		if weak > 40 {
			t.Errorf("period %s: %d of 2000 implants have a strength below 0.8", detect.Span(period), weak)
		}
	}
}

// Calls that come by chance have no rhythm, however many there are.
func TestRhythmOfChance(t *testing.T) {
	for _, n := range []int{8, 12, 24, 50, 200, 1000} {
		for _, mean := range []float64{40 * second, 10 * minute, 3 * hour} {
			t.Run(fmt.Sprintf("%d calls, %s", n, detect.Span(int64(mean))), func(t *testing.T) {
				const draws = 400
				strong := 0
				r := rand.New(rand.NewPCG(uint64(n), uint64(mean)))
				for range draws {
					var ts []int64
					now := int64(0)
					for range n {
						now += int64(r.ExpFloat64() * mean)
						ts = append(ts, now)
					}
					if best(at(ts...)).strength > 0.35 {
						strong++
					}
				}
				if strong*20 > draws {
					t.Errorf("%d of %d draws have a strength above 0.35", strong, draws)
				}
			})
		}
	}
}

func TestMeasure(t *testing.T) {
	lunch := append(every(10*minute, 20), 0)
	for i := range lunch {
		if i >= 10 {
			lunch[i] += 5 * hour
		}
	}
	double := every(10*minute, 20)
	for _, ts := range every(10*minute, 20) {
		double = append(double, ts+2*second)
	}
	for _, c := range []struct {
		name     string
		ts       []int64
		period   int64
		jitter   int
		least    float64
		most     float64
		beats    int
		unsorted bool
	}{
		{name: "none", ts: nil, most: 0},
		{name: "one beat too few", ts: every(hour, 5), most: 0, beats: 5},
		{name: "six exact beats", ts: every(hour, 6), period: hour, least: 0.99, most: 1, beats: 6},
		{name: "faster than a beacon", ts: every(6*second, 500), period: 6 * second, most: 0, beats: 500},
		{name: "a day's gap", ts: append(every(hour, 12), 40*hour, 41*hour, 42*hour), period: hour, least: 0.9, most: 1, beats: 15},
		{name: "alternating near and far", ts: alternate(minute, hour, 40), most: 0.1, beats: 40},
		{name: "two calls at each beat", ts: double, period: 10 * minute, least: 0.99, most: 1, beats: 20, unsorted: true},
		{name: "a pause for lunch", ts: lunch[:20], period: 10 * minute, least: 0.99, most: 1, beats: 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := at(c.ts...)
			if c.unsorted {
				sortCalls(calls)
			}
			r := measure(calls, 0, len(calls), 1)
			if r.strength < c.least || r.strength > c.most || r.beats != c.beats || c.period != 0 && r.period != c.period || r.jitter != c.jitter && c.least > 0 {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func alternate(a, b int64, n int) (ts []int64) {
	now := int64(0)
	for i := range n {
		ts = append(ts, now)
		if i%2 == 0 {
			now += a
		} else {
			now += b
		}
	}
	return ts
}

// A rhythm that begins late is found in its window.
func TestBestWindow(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var ts []int64
	now := int64(0)
	for range 60 { // two weeks of browsing
		now += int64(r.ExpFloat64() * float64(6*hour))
		ts = append(ts, now)
	}
	for i := range 140 {
		ts = append(ts, now+int64(i)*10*minute)
	}
	got := best(at(ts...))
	if got.strength < 0.9 || got.period != 10*minute {
		t.Errorf("got %+v", got)
	}
}

// TestShuffled: the same calls give the same; a rhythm is far above what chance
// gives, and chance is not, also where calls come in bursts and by day only.
func TestShuffled(t *testing.T) {
	steady := at(every(10*minute, 60)...)
	if a, b := shuffled(steady, 1), shuffled(steady, 1); a != b || a < 2*exceeded {
		t.Errorf("60 exact beats: %.1f, then %.1f decades", a, b)
	}
	if one, many := shuffled(steady, 1), shuffled(steady, 100); one-many < 2.99 || one-many > 3.01 {
		t.Errorf("one of 100 windows: %.1f decades in place of %.1f", many, one)
	}
	r := rand.New(rand.NewPCG(5, 6))
	strong := 0
	const draws = 200
	for range draws {
		var ts []int64
		for d := range int64(5) {
			for range 4 { // visits of a day at work, some pages each
				now := d*24*hour + 8*hour + r.Int64N(9*hour)
				for range 6 {
					ts = append(ts, now)
					now += int64(r.ExpFloat64() * 60 * second)
				}
			}
		}
		calls := at(ts...)
		sortCalls(calls)
		if best(calls).strength > 0.35 {
			strong++
		}
	}
	if strong*20 > draws {
		t.Errorf("%d of %d weeks of visits have a strength above 0.35", strong, draws)
	}
}

// TestMonth: a rhythm of three calls a day for a month shows, though no week of it
// says much, in four months of calls by chance.
func TestMonth(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var ts []int64
	for range 200 {
		ts = append(ts, r.Int64N(120*24*hour))
	}
	ts = append(ts, implant(r, 80, 8*hour, 0.1, 0.02)...)
	for i := range ts[200:] {
		ts[200+i] += 121 * 24 * hour
	}
	calls := at(ts...)
	sortCalls(calls)
	if got := best(calls); got.strength < 0.8 || got.period < 7*hour || got.period > 9*hour {
		t.Errorf("got %+v", got)
	}
}

// FuzzShuffled: whatever the moments, the result is a number, and the same again.
func FuzzShuffled(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, int64(1))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 0}, int64(1_000_000))
	f.Fuzz(func(t *testing.T, gaps []byte, unit int64) {
		unit = 1 + max(unit, 0)%(1<<40)
		var ts []int64
		now := int64(0)
		for _, g := range gaps {
			now += int64(g) * unit
			ts = append(ts, now)
		}
		a, b := best(at(ts...)), best(at(ts...))
		if a != b || a.strength < 0 || a.strength > 1 {
			t.Errorf("%+v, then %+v", a, b)
		}
	})
}
