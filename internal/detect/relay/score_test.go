package relay

import (
	"testing"

	"barium/internal/detect"
)

// TestMatch pairs legs by time and bytes, each once.
func TestMatch(t *testing.T) {
	f := func(name string, want int, in, out []detect.Call) {
		t.Helper()
		if got := len(match(in, out)); got != want {
			t.Errorf("%s: %d sessions, want %d", name, got, want)
		}
	}
	leg := func(ts, out, in int64) detect.Call { return detect.Call{TS: ts, Out: out, In: in} }
	f("one", 1, []detect.Call{leg(100_000, 50_000, 900)}, []detect.Call{leg(150_000, 50_100, 905)})
	f("too late", 0, []detect.Call{leg(100_000, 50_000, 900)}, []detect.Call{leg(1_100_001, 50_000, 900)})
	f("the clock is off a little", 1, []detect.Call{leg(100_000, 50_000, 900)}, []detect.Call{leg(50_000, 50_000, 900)})
	f("before", 0, []detect.Call{leg(100_000, 50_000, 900)}, []detect.Call{leg(49_999, 50_000, 900)})
	f("more went on", 0, []detect.Call{leg(0, 50_000, 900)}, []detect.Call{leg(1, 53_300, 900)})
	f("the other way round", 0, []detect.Call{leg(0, 50_000, 900)}, []detect.Call{leg(1, 900, 50_000)})
	f("once each", 1, []detect.Call{leg(0, 50_000, 900), leg(1, 50_000, 900)}, []detect.Call{leg(2, 50_000, 900)})
	f("two", 2, []detect.Call{leg(0, 50_000, 900), leg(1, 70_000, 900)}, []detect.Call{leg(2, 70_000, 900), leg(3, 50_000, 900)})
	f("not answered", 0, []detect.Call{{Attempt: true}}, []detect.Call{leg(1, 0, 0)})
}

// TestCorrelation has the ends of the scale.
func TestCorrelation(t *testing.T) {
	s := func(in, out int64) session {
		return session{detect.Call{Out: in, In: in}, detect.Call{Out: out, In: out}}
	}
	if r := correlation([]session{s(1000, 1000), s(1000, 1000)}); r != 1 {
		t.Errorf("all the same size: %f", r)
	}
	if r := correlation([]session{s(1000, 1010), s(90_000, 90_000), s(5, 9)}); r < enough {
		t.Errorf("in step: %f", r)
	}
	if r := correlation([]session{s(1000, 90_000), s(90_000, 1000)}); r > -0.99 {
		t.Errorf("against each other: %f", r)
	}
}

// TestPart wants most of what comes in to go on.
func TestPart(t *testing.T) {
	c := candidate{host: "10.0.0.5", asker: "10.0.0.6", target: "192.0.2.1", askerInside: true, label: "192.0.2.1", users: 1, hosts: 50, clients: 1}
	for i := range int64(5) {
		x := detect.Call{TS: i * 1_000_000_000, Out: 50_000 + i*1000, In: 900, Duration: 10}
		c.sessions = append(c.sessions, session{x, x})
	}
	c.tried = 10
	if f, ok := score(&c); !ok {
		t.Errorf("half of it is no finding: %+v", f)
	}
	c.tried = 11
	if f, ok := score(&c); ok {
		t.Errorf("less than half is a finding: %+v", f)
	}
}
