package session

import (
	"testing"

	"barium/internal/detect"
)

const (
	minute = 60 * 1_000_000
	hour   = 60 * minute
)

// TestSessions joins what follows at once, and nothing that only comes back.
func TestSessions(t *testing.T) {
	f := func(name string, want int, calls ...detect.Call) {
		t.Helper()
		if got := len(sessions(calls)); got != want {
			t.Errorf("%s: %d sessions, want %d", name, got, want)
		}
	}
	every := func(n int, period, long int64) (calls []detect.Call) {
		for i := range int64(n) {
			calls = append(calls, detect.Call{TS: i * period, Duration: long})
		}
		return calls
	}
	f("none", 0)
	f("one long", 1, detect.Call{Duration: 4 * hour})
	f("one too short", 0, detect.Call{Duration: 4*hour - 1})
	f("unanswered", 0, detect.Call{Duration: 9 * hour, Attempt: true})
	f("joined again", 1, every(30, 30*minute, 27*minute)...)
	f("calls in a rhythm", 0, every(300, 2*minute, 10*1_000_000)...)
	f("gaps too long", 0, every(30, 30*minute, 24*minute)...)
	f("side by side", 1, detect.Call{Duration: 5 * hour}, detect.Call{TS: hour, Duration: hour}, detect.Call{TS: 2 * hour, Duration: hour})
	f("two", 2, detect.Call{Duration: 5 * hour}, detect.Call{TS: 20 * hour, Duration: 6 * hour})
}

func TestScore(t *testing.T) {
	f := func(name string, change func(*candidate), least, most float64) {
		t.Helper()
		c := candidate{
			host: "10.0.0.5", far: "203.0.113.4", label: "203.0.113.4", port: 443, proto: 6, users: 1, hosts: 100,
			labelFirst: 5 * 24 * hour, lookLast: 9 * 24 * hour, names: true, labels: 30, days: 1, alike: 1,
			calls: []detect.Call{{TS: 5 * 24 * hour, Duration: 10 * hour, Out: 30_000_000, In: 2_000_000, Place: detect.Place{Source: 1}}},
		}
		change(&c)
		got, _ := score(&c)
		if w := got.Weight(); w < least || w > most {
			t.Errorf("%s: %.1f dB, want %.1f to %.1f: %+v", name, w, least, most, got.Terms)
		}
	}
	f("reversed", func(*candidate) {}, 26, 32)
	f("by SSH", func(c *candidate) { c.port = 22 }, 32, 38)
	f("forward", func(c *candidate) { c.calls[0].In = 30_000_000 }, 18, 24)
	f("a stream", func(c *candidate) { c.calls[0].In = 900_000_000 }, 0, 15)
	f("kept alive", func(c *candidate) { c.calls[0].Out, c.calls[0].In = 50_000, 40_000 }, 0, 17)
	f("one of many", func(c *candidate) { c.alike = 12 }, 0, 19)
	f("used by many", func(c *candidate) { c.users = 40 }, 0, 10)
	f("waits for messages", func(c *candidate) { c.port, c.calls[0].Out = 8883, 3_000_000 }, 0, 16)
	f("a call", func(c *candidate) { c.port, c.proto = 3478, 17 }, 0, 19)
	f("short", func(c *candidate) { c.calls[0].Duration = 3 * hour }, 0, 0)
}
