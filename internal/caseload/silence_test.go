package caseload

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// monday is an hour: midnight of Monday 2026-03-02, UTC.
const monday = 1_772_409_600 / 3600

// TestSilences asserts what is a silence of a log and what is not.
func TestSilences(t *testing.T) {
	// week is two weeks of two logs with 100 records in each hour.
	week := func(change func(hours map[uint32]int64)) []series {
		var all []series
		for _, log := range []string{"conn", "dns"} {
			s := series{log: log, counted: true, hours: map[uint32]int64{}}
			for h := range uint32(14 * 24) {
				s.hours[monday+h] = 100
			}
			all = append(all, s)
		}
		change(all[1].hours)
		return all
	}
	words := func(ss []Silence) (out []string) {
		for _, s := range ss {
			x := fmt.Sprintf("%s %d+%d", s.Log, s.From-monday, s.To-s.From)
			if s.Beginning {
				x += " beginning"
			}
			if s.End {
				x += " end"
			}
			out = append(out, x)
		}
		return out
	}
	f := func(name string, change func(map[uint32]int64), want ...string) {
		t.Helper()
		if d := cmp.Diff(want, words(silences(week(change)))); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	without := func(from, to uint32) func(map[uint32]int64) {
		return func(h map[uint32]int64) {
			for x := from; x < to; x++ {
				delete(h, monday+x)
			}
		}
	}
	f("none", func(map[uint32]int64) {})
	f("three hours", without(30, 33), "dns 30+3")
	f("two hours are too few", without(30, 32))
	f("the end", without(13*24, 14*24), "dns 312+24 end")
	f("the beginning", without(0, 24), "dns 0+24 beginning")
	f("hardly any records", func(h map[uint32]int64) {
		for x := range uint32(5) {
			h[monday+50+x] = 9
		}
	}, "dns 50+5")
	f("a tenth is not hardly any", func(h map[uint32]int64) {
		for x := range uint32(5) {
			h[monday+50+x] = 10
		}
	})
	f("its own habit: never from two to six", func(h map[uint32]int64) {
		for d := range uint32(14) {
			without(d*24+2, d*24+6)(h)
		}
	})
	f("quiet weekends", func(h map[uint32]int64) { without(5*24, 7*24)(h); without(12*24, 14*24)(h) })
	f("hours of one record say nothing", func(h map[uint32]int64) {
		for x := range uint32(14 * 24) {
			h[monday+x] = 1
		}
		without(30, 40)(h)
	})
	f("a silence may go over its own habit", func(h map[uint32]int64) {
		for d := range uint32(14) {
			without(d*24+2, d*24+4)(h)
		}
		without(48, 56)(h)
	}, "dns 48+8")

	short := week(without(30, 33))
	for i := range short {
		for h := range short[i].hours {
			if h >= monday+3*24 {
				delete(short[i].hours, h)
			}
		}
	}
	if got := silences(short); len(got) > 0 {
		t.Errorf("three days do not tell what is usual: %+v", got)
	}

	all := week(without(30, 33))
	without(30, 33)(all[0].hours)
	got := silences(all)
	if len(got) != 1 || !got[0].Everything || got[0].Usual != 200 {
		t.Errorf("all logs silent: %+v", got)
	}
}

// TestSilentHosts asserts when the end of a host's look-ups is told.
func TestSilentHosts(t *testing.T) {
	// days are ten days of twenty hosts; change is applied to host 0.
	days := func(change func(day int, d *hostDay)) (out []hostDay) {
		for h := range 20 {
			for d := range 10 {
				x := hostDay{host: fmt.Sprintf("10.0.0.%02d", h), day: 20_000 + uint32(d), conns: 200, logs: [2]int64{100, 0}}
				if h == 0 {
					change(d, &x)
				}
				if x.conns > 0 {
					out = append(out, x)
				}
			}
		}
		return out
	}
	f := func(name string, want int, change func(day int, d *hostDay)) {
		t.Helper()
		if got := silentHosts(days(change)); len(got) != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	f("none", 0, func(int, *hostDay) {})
	f("ends", 1, func(day int, d *hostDay) {
		if day >= 6 {
			d.logs[0] = 0
		}
	})
	f("stops for two days", 1, func(day int, d *hostDay) {
		if day == 5 || day == 6 {
			d.logs[0] = 0
		}
	})
	f("one day is too short", 0, func(day int, d *hostDay) {
		if day == 5 {
			d.logs[0] = 0
		}
	})
	f("the host is gone", 0, func(day int, d *hostDay) {
		if day >= 6 {
			d.conns = 0
		}
	})
	f("the host hardly works", 0, func(day int, d *hostDay) {
		if day >= 6 {
			d.logs[0], d.conns = 0, 40
		}
	})
	f("had few", 0, func(day int, d *hostDay) {
		d.logs[0] = 19
		if day >= 6 {
			d.logs[0] = 0
		}
	})
	f("not there for long", 0, func(day int, d *hostDay) {
		if day >= 3 {
			d.logs[0] = 0
		}
	})
	all := days(func(int, *hostDay) {})
	for i := range all {
		if all[i].day >= 20_006 {
			all[i].logs[0] = 0
		}
	}
	if got := silentHosts(all); len(got) > 0 {
		t.Errorf("the log is silent, not the hosts: %+v", got)
	}
}

// TestSilent asserts the words.
func TestSilent(t *testing.T) {
	c := &Coverage{
		Silences: []Silence{
			{Log: "dns", From: monday, To: monday + 5, Usual: 100, End: true},
			{Sensor: "edge", Log: "files", From: monday, To: monday + 4},
		},
		SilentHosts: []SilentHost{{Host: "10.0.0.9", Log: "dns", Since: monday / 24, Days: 3, Usual: 90}},
	}
	var b strings.Builder
	c.silent(func(route, reason, fix string) { fmt.Fprintf(&b, "%s: %s.\n", route, reason) })
	want := `whatever these logs would have shown then: the sensor was silent against its own habit: dns from 2026-03-02 00:00 to 2026-03-02 05:00 (5 hours), where it ends, 0 in place of some 100 records an hour.
whatever these logs would have shown then: sensor edge was silent against its own habit: files from 2026-03-02 00:00 to 2026-03-02 04:00 (4 hours).
what these hosts asked for by name: dns has nothing more of hosts that went on working: 10.0.0.9 since 2026-03-02 (3 days, some 90 a day before).
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}
