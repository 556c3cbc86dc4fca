package prove

import (
	"math"
	"math/rand/v2"
	"testing"

	"barium/internal/detect"
)

const testDay = int64(24 * 3600 * 1_000_000)

// regular makes calls that are period seconds apart from one second of the day on.
func regular(from, to, period int64, jitter float64, size int64) (out []detect.Call) {
	r := rand.New(rand.NewPCG(1, 2))
	for t := from; t < to; t += period {
		at := t*1_000_000 + int64(jitter*float64(period)*1e6*(r.Float64()-0.5))
		out = append(out, detect.Call{TS: max(0, at), Out: size})
	}
	return out
}

func TestBucketed(t *testing.T) {
	f := func(v, want float64) {
		t.Helper()
		if got := bucketed(v, 100, 500, 800, 1000); math.Abs(got-want) > 1e-9 {
			t.Errorf("%g: %g, want %g", v, got, want)
		}
	}
	f(99, 0)
	f(100, 0.2)
	f(300, 0.3)
	f(500, 0.4)
	f(650, 0.5)
	f(900, 0.7)
	f(1000, 0.8)
	f(5000, 0.8)
}

func TestScorePair(t *testing.T) {
	f := func(name string, calls []detect.Call, low, high float64) {
		t.Helper()
		if got := scorePair(calls, 0, testDay); got < low || got > high {
			t.Errorf("%s: %g, want %g to %g", name, got, low, high)
		}
	}
	f("nothing", nil, 0, 0)
	f("three calls", regular(0, 30_000, 10_000, 0, 100), 0, 0)
	f("every five minutes, all day", regular(0, 86_400, 300, 0, 100), 0.75, 0.8)
	f("the same with jitter", regular(150, 86_400, 300, 0.4, 100), 0.5, 0.8)
	f("four a day, as a six-hour beacon", regular(3000, 86_400, 21_600, 0.1, 100), 0, 0.45)
	f("one call of six hours", []detect.Call{{TS: 1, Duration: 6 * 3600 * 1_000_000}}, 0.5, 0.5)
	f("a call a second", regular(0, 86_400, 1, 0, 1), 0.8, 0.8)
}

func TestModifiers(t *testing.T) {
	p := newPopularity(40)
	for day := range 40 {
		for _, h := range []string{"a", "b"} {
			p.add(pair{h, "common.example"}, day)
		}
	}
	f := func(label string, day int, want float64) {
		t.Helper()
		if got := p.modify(0.5, label, day); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s on day %d: %g, want %g", label, day, got, want)
		}
	}
	f("common.example", 3, 0.5)   // used by all, but new
	f("common.example", 20, 0.35) // used by all
	f("common.example", 39, 0.2)  // and old
	f("new.example", 39, 0.5)     // half of the hosts, of two, and new: one against the other
	if got := p.modify(0, "new.example", 3); got != 0 {
		t.Errorf("without a score there is none to modify: %g", got)
	}
	if got := scoreSubdomains(1000, false, p, "t.example", 0); math.Abs(got-0.95) > 1e-9 {
		t.Errorf("a thousand names: %g", got)
	}
}
