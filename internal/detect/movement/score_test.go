package movement

import (
	"strings"
	"testing"
)

// TestScore has the borders of what makes an edge innocent.
func TestScore(t *testing.T) {
	const day0 = 20_000 * dayMicros
	f := func(name, want string, change func(*edge)) {
		t.Helper()
		w := way{events: 1, bytesOut: 500_000, bytesIn: 9000, first: day0 + 3*dayMicros, last: day0 + 3*dayMicros, days: 1, users: 1, hosts: 100, lookFirst: day0, lookLast: day0 + 6*dayMicros}
		e := edge{host: "10.0.0.5", to: "10.0.0.6"}
		for _, name := range []string{"SMB", "WinRM"} {
			w.name = name
			e.ways = append(e.ways, w)
		}
		change(&e)
		found, _ := score(&e)
		for _, x := range found.Terms {
			if strings.Contains(x.Text, want) {
				return
			}
		}
		t.Errorf("%s: no term %q in %+v", name, want, found.Terms)
	}
	f("lone", "1 of 100 hosts", func(*edge) {})
	f("new", "before day 4 of the records", func(*edge) {})
	f("two ways", "2 ways within 60 min: WinRM, SMB", func(e *edge) { e.ways[1].first += together / 2 })
	f("known administrator", "did before or from the first days on", func(e *edge) { e.habit.before, e.habit.days, e.habit.all = 3, 2, 4 })
	f("administrator from the first days on", "did before or from the first days on", func(e *edge) { e.habit.early, e.habit.all = 3, 4 })
	f("fans out", "as those that manage others do", func(e *edge) { e.habit.all = 5 })
	f("from the first day on", "on 3 of 7 days", func(e *edge) {
		for i := range e.ways {
			e.ways[i].first, e.ways[i].days = day0, 3
		}
	})
	f("path", "from 10.0.0.4, 2 h before", func(e *edge) { e.from, e.since = "10.0.0.4", day0+3*dayMicros-2*3_600_000_000 })
	f("another account", "until then anna", func(e *edge) {
		e.accounts = []account{{"anna", day0, 1}, {"root", day0 + 3*dayMicros - 1, 2}}
	})

	many := edge{host: "10.0.0.5", to: "10.0.0.6", ways: []way{{name: "SMB", users: 6, hosts: 100, first: day0, bytesOut: 9000}}}
	if found, ok := score(&many); ok {
		t.Errorf("a machine that many work on: %+v", found)
	}
}

// TestLink asserts that a path goes forward in time and through no administrator.
func TestLink(t *testing.T) {
	const day0 = 20_000 * dayMicros
	e := func(host, to string, at int64) edge {
		return edge{host: host, to: to, ways: []way{{name: "RDP", users: 1, first: day0 + at, lookFirst: day0, lookLast: day0 + dayMicros, days: 1}}}
	}
	all := []edge{e("a", "b", 0), e("b", "c", 10), e("c", "a", 5), e("c", "d", 5), e("d", "c", 9)}
	link(all)
	for i, want := range []string{"", "a", "", "", ""} {
		if all[i].from != want {
			t.Errorf("%s to %s comes from %q, want %q", all[i].host, all[i].to, all[i].from, want)
		}
	}
	if !all[3].back || !all[4].back || all[0].back {
		t.Errorf("who works on each other: %v %v %v", all[3].back, all[4].back, all[0].back)
	}
}
