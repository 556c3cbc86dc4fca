package mismatch

import (
	"testing"

	"barium/internal/detect"
	"barium/internal/event"
)

func TestKindOf(t *testing.T) {
	f := func(port, proto int, services, want string) {
		t.Helper()
		if got := kindOf(port, proto, services); got != want {
			t.Errorf("%d %q: %s, want %s", port, services, got, want)
		}
	}
	f(443, 6, "ssl", fits)
	f(443, 6, "SSL|http", fits)
	f(443, 6, "ssh", foreign)
	f(443, 6, "ssh|ssl", fits) // some connection of that hour fitted
	f(443, 6, "", unknown)
	f(443, 6, "-", unknown)
	f(443, 6, "-ssl", unknown)
	f(443, 17, "", fits) // QUIC: sensors seldom know it
	f(25, 6, "ssl", foreign)
	f(25, 6, "smtp,ssl", fits)
	f(53, 17, "", unknown)
	f(8080, 6, "", fits)
}

func TestScore(t *testing.T) {
	f := func(name string, change func(*candidate), least, most float64) {
		t.Helper()
		c := candidate{
			host: "10.0.0.5", far: "203.0.113.4", label: "203.0.113.4", port: 443, proto: 6, users: 1, hosts: 100,
			labelFirst: 5 * 24 * 3_600_000_000, lookLast: 9 * 24 * 3_600_000_000, names: true, labels: 30, days: 1, alike: 1,
			kind: unknown, recognised: 990, onPort: 1000,
		}
		for i := range int64(20) {
			c.calls = append(c.calls, detect.Call{TS: c.labelFirst + i, Out: 3000, In: 2000, State: event.SF, Place: detect.Place{Source: 1, Offset: i}})
		}
		change(&c)
		got, _ := score(&c)
		if w := got.Weight(); w < least || w > most {
			t.Errorf("%s: %.1f dB, want %.1f to %.1f: %+v", name, w, least, most, got.Terms)
		}
	}
	f("unknown", func(*candidate) {}, 24, 30)
	f("foreign", func(c *candidate) { c.kind, c.service = foreign, "ssh" }, 24, 30)
	f("one small connection", func(c *candidate) { c.calls = c.calls[:1]; c.calls[0].Out = 100; c.calls[0].In = 90 }, 0, 17)
	f("a sensor that knows half", func(c *candidate) { c.recognised = 500 }, 24, 31)
	f("a sensor that knows half, a few times", func(c *candidate) { c.recognised, c.calls = 500, c.calls[:10] }, 0, 0)
	f("one of many", func(c *candidate) { c.alike = 9 }, 0, 15)
	f("used by many", func(c *candidate) { c.users = 50 }, 0, 8)
	f("named", func(c *candidate) { c.name = "x.far.test" }, 20, 26)
}

// TestTalk: what began before the sensor looked, or was seen in part, shows nothing.
func TestTalk(t *testing.T) {
	f := func(want bool, x detect.Call) {
		t.Helper()
		if talk(&x) != want {
			t.Errorf("%+v: %t", x, !want)
		}
	}
	f(true, detect.Call{Out: 1, In: 1, State: event.SF})
	f(false, detect.Call{Out: 1, State: event.SF})
	f(false, detect.Call{In: 1, State: event.SF})
	f(false, detect.Call{Out: 1, In: 1, State: event.OTH})
	f(false, detect.Call{Out: 1, In: 1, State: event.SF, Missed: 4})
	f(false, detect.Call{Out: 1, In: 1, State: event.S0, Attempt: true})
}
