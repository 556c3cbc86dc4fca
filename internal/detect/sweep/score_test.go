package sweep

import (
	"testing"

	"barium/internal/detect"
)

// TestPeak compares the strongest hour of a day with the hours of other days only.
func TestPeak(t *testing.T) {
	f := func(name string, want float64, hours ...hour) {
		t.Helper()
		c := candidate{hours: hours}
		p := c.peak()
		if p.excess != want {
			t.Errorf("%s: %.1f times, want %.1f", name, p.excess, want)
		}
	}
	at := func(day, h uint32, files int64) hour { return hour{at: day*24 + h, files: files} }
	f("nothing much", 0, at(10, 9, 99), at(11, 9, 1))
	f("no other day", 5, at(10, 9, 100))
	f("few on other days", 5, at(10, 9, 100), at(11, 9, 3))
	f("other hours of the day do not count", 10, at(10, 8, 150), at(10, 9, 200), at(11, 9, 20))
	f("half as much on another day", 2, at(10, 9, 400), at(11, 9, 200))
	f("bytes", 7, hour{at: 240, bytes: 70_000_000}, hour{at: 270, bytes: 9_999_999})
	f("servers", 5, hour{at: 240, servers: 10}, hour{at: 270, servers: 1})
}

// TestScore has the borders of the terms that speak against a sweep.
func TestScore(t *testing.T) {
	f := func(name string, want string, change func(*candidate)) {
		t.Helper()
		c := candidate{host: "10.0.0.5", hosts: 100, usual: hour{files: 90, servers: 3, bytes: 30_000_000}, lookFirst: 240 * 3_600_000_000}
		for d := range uint32(5) {
			c.hours = append(c.hours, hour{at: (10+d)*24 + 9, files: 10, servers: 1, bytes: 1_000_000, answered: 2})
		}
		c.hours = append(c.hours, hour{at: 15*24 + 9, files: 800, folders: 60, shares: 1, servers: 1, bytes: 80_000_000, answered: 3})
		c.servers = []server{{ip: "10.0.1.1", port: 445, first: 10 * 24, calls: []detect.Call{{TS: 15 * 86_400_000_000, In: 80_000_000}}}}
		change(&c)
		found, _ := score(&c)
		for _, x := range found.Terms {
			if x.Text == want {
				return
			}
		}
		t.Errorf("%s: no term %q in %+v", name, want, found.Terms)
	}
	f("alone", "800 files in 60 folders within an hour, 40 times as many as in any hour of its other days", func(*candidate) {})
	f("serves others", ServesOthers.Says(5).Text, func(c *candidate) { c.clients = 5 })
	f("new server", NewServers.Says(1, 1).Text, func(c *candidate) { c.servers[0].first = 15 * 24 })
	f("night", OddHour.Says(22, 5).Text, func(c *candidate) { c.hours[5].at = 15*24 + 22 })
	f("new here", NewHere.Says().Text, func(c *candidate) { c.hours = c.hours[5:] })
}
