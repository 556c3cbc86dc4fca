package staging

import (
	"slices"
	"strings"
	"testing"

	"barium/internal/detect"
)

// TestCompare finds what a departure equals, and gives each further sum less.
func TestCompare(t *testing.T) {
	f := func(left int64, by map[string]int64, want string) {
		t.Helper()
		h := haul{by: by}
		for _, ip := range []string{"a", "b", "c"} {
			if by[ip] > 0 {
				h.peers = append(h.peers, ip)
				h.bytes += by[ip]
			}
		}
		h.compare(&departure{bytes: left})
		if h.match != want {
			t.Errorf("%d of %v: %q, want %q", left, by, h.match, want)
		}
	}
	f(100, map[string]int64{"a": 99}, "a")
	f(100, map[string]int64{"a": 200}, "")
	f(100, map[string]int64{"a": 60, "b": 41}, "all 2 machines")
	f(60, map[string]int64{"a": 60, "b": 41}, "a")
	f(102, map[string]int64{"a": 100, "b": 80, "c": 5}, "a")
	f(104, map[string]int64{"a": 100, "b": 80, "c": 15}, "")
}

// TestUsual counts days without anything.
func TestUsual(t *testing.T) {
	f := func(days int64, want float64, byDay ...int64) {
		t.Helper()
		m := map[uint32]int64{}
		for i, n := range byDay {
			m[uint32(i)*24] = n
		}
		if got := usual(m, 0, days); got != want {
			t.Errorf("%v of %d days: %g, want %g", byDay, days, got, want)
		}
	}
	f(1, 0, 9)
	f(3, 5, 9, 5, 2)
	f(6, 0, 9, 5, 2)
	f(4, 5, 9, 5, 7, 2)
}

// TestDeparture leaves out what carried little beside the largest call, however many
// even ones there are.
func TestDeparture(t *testing.T) {
	f := func(want int, sizes ...int64) {
		t.Helper()
		var c candidate
		for i, n := range sizes {
			c.departures = append(c.departures, call{Call: detect.Call{TS: int64(i), Out: n}})
		}
		if d := c.departure(); len(d.calls) != want {
			t.Errorf("%d calls of %d are the departure, want %d", len(d.calls), len(sizes), want)
		}
	}
	f(0)
	f(0, 0)
	f(1, 50_000_000, 100)
	f(2, 50_000_000, 40_000_000, 0)
	f(200, slices.Repeat([]int64{300_000}, 200)...)
}

// TestOrder holds that only what came before can have left.
func TestOrder(t *testing.T) {
	day := int64(20_000) * dayMicros
	in := func(at, n int64) call {
		return call{Call: detect.Call{TS: day + at, Duration: 1, In: n}, ip: "10.0.0.9"}
	}
	c := candidate{
		host: "10.0.0.5", label: "x.example", users: 1, hosts: 50, labelFirst: day, lookFirst: day - 5*dayMicros, lookLast: day + dayMicros,
		departures: []call{{Call: detect.Call{TS: day + 10*hourMicros, Duration: 1, Out: 50_000_000, In: 1000}, ip: "192.0.2.1", port: 443}},
		past:       []receipt{{"10.0.0.9", uint32(day / hourMicros), 400_000_000}},
	}
	weight := func(arrivals ...call) float64 {
		c.arrivals = arrivals
		f, _ := score(&c)
		return f.Weight()
	}
	if w := weight(in(11*hourMicros, 50_000_000)); w != 0 {
		t.Errorf("what came afterwards weighs %.1f dB", w)
	}
	same, more, less := weight(in(1, 50_000_000)), weight(in(1, 400_000_000)), weight(in(1, 20_000_000))
	if same <= more || more <= less {
		t.Errorf("as much %.1f, more %.1f, less than left %.1f dB", same, more, less)
	}
	c.partner = []int64{50_000_000, 40_000_000, 60_000_000, 50_000_000}
	c.labelFirst = c.lookFirst
	f, ok := score(&c)
	for _, x := range f.Terms {
		ok = ok && !strings.Contains(x.Text, "as much was sent there on 4 of 7 days")
	}
	if ok {
		t.Errorf("what a partner is sent each day: %+v", f.Terms)
	}
}
