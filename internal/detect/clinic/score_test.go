package clinic

import (
	"fmt"
	"strings"
	"testing"

	"barium/internal/detect"
	dt "barium/internal/detect/detecttest"
)

// has reports whether some term of a finding says so.
func has(f *detect.Finding, text string) bool {
	for _, t := range f.Terms {
		if strings.Contains(t.Text, text) {
			return true
		}
	}
	return false
}

// TestSame asserts which writes are copies of one file.
func TestSame(t *testing.T) {
	f := func(name string, want int, amounts ...int64) {
		t.Helper()
		var ws []write
		for i, n := range amounts {
			ws = append(ws, write{server: fmt.Sprint("10.0.0.", i), call: detect.Call{Out: n}})
		}
		if got := len(same(ws)); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	f("none", 0)
	f("all the same", 3, 100_000, 100_000, 100_000)
	f("within one in a hundred", 3, 100_000, 100_500, 101_000)
	f("a little more", 2, 100_000, 101_001, 101_002)
	f("a chain is no file", 2, 100_000, 100_900, 101_800, 102_700)
	f("two files", 3, 100_000, 900_000, 900_001, 900_002, 100_001)
	twice := []write{{server: "a", call: detect.Call{Out: 5}}, {server: "a", call: detect.Call{Out: 5}}, {server: "b", call: detect.Call{Out: 5}}}
	if got := len(same(twice)); got != 2 {
		t.Errorf("the same machine twice: %d", got)
	}
}

// TestScoreCopies asserts from how many machines on, and since when it is a habit.
func TestScoreCopies(t *testing.T) {
	f := func(name string, machines, days int, found bool, says string) {
		t.Helper()
		c := &writer{host: "10.0.1.1", writers: 1, hosts: 100, lookFirst: dt.Start}
		for d := range days {
			for m := range machines {
				ts := dt.Start + int64(4+d)*dt.Day + int64(m)*dt.Minute
				c.writes = append(c.writes, write{server: fmt.Sprint("10.0.0.", m), day: ts / day, call: detect.Call{TS: ts, Out: 400_000}})
			}
		}
		got, ok := scoreCopies(c)
		if ok != found || says != "" && !has(&got, says) {
			t.Errorf("%s: %t %+v", name, ok, got.Terms)
		}
	}
	f("four machines", 4, 1, false, "")
	f("five machines", 5, 1, true, "for the first time on")
	f("on two days", 5, 2, true, "for the first time on")
	f("on three days", 5, 3, false, "as software distribution does")
}

// TestScoreImages asserts what makes a reader, an archive and a thief.
func TestScoreImages(t *testing.T) {
	f := func(name string, change func(*receiver), want string, found bool) {
		t.Helper()
		c := &receiver{host: "10.0.1.1", receivers: 1, hosts: 100, lookFirst: dt.Start, lookLast: dt.Start + 9*dt.Day}
		ts := int64(dt.Start) + 4*dt.Day + 22*dt.Hour
		c.got = []received{{sender: "10.0.0.1", hour: uint32(ts / dt.Hour), port: 11112, first: ts, last: ts, events: 50, bytes: 20e9}}
		change(c)
		got, _, ok := scoreImages(c)
		if ok != found || !has(&got, want) {
			t.Errorf("%s: %t %.1f %+v", name, ok, got.Weight(), got.Terms)
		}
	}
	add := func(c *receiver, days, bytes int64, sender string) {
		x := c.got[0]
		x.first += days * dt.Day
		x.hour += uint32(days * 24)
		x.bytes, x.sender = bytes, sender
		c.got = append(c.got, x)
	}
	f("the first time", func(*receiver) {}, "for the first time on 2026-03-06, on day 5", true)
	f("by night", func(*receiver) {}, "by night", true)
	f("by day", func(c *receiver) { c.got[0].hour -= 10 }, "of medical images within a day", true)
	f("on two days", func(c *receiver) { add(c, 1, 20e9, "10.0.0.1") }, "for the first time", true)
	f("on three days", func(c *receiver) { add(c, 1, 20e9, "10.0.0.1"); add(c, 2, 6e9, "10.0.0.1") }, "got as many images on 3 of 10 days", true)
	f("from three senders", func(c *receiver) { add(c, 1, 1e8, "10.0.0.2"); add(c, 1, 1e8, "10.0.0.3") }, "as to an archive", true)
	f("much more than else", func(c *receiver) { add(c, 1, 1e9, "10.0.0.1"); add(c, 2, 1e9, "10.0.0.1") }, "20 times the images", true)
	f("as many others do", func(c *receiver) { c.receivers = 5 }, "5 hosts get as many images", true)
}

// TestScoreEgress asserts that what the maker's other machines do, and what comes in,
// speaks against it, and that the time without a new far end speaks for it.
func TestScoreEgress(t *testing.T) {
	f := func(name string, change func(*farEnd), least, most float64) {
		t.Helper()
		ts := int64(dt.Start) + 7*dt.Day
		c := &farEnd{
			host: "10.0.1.1", label: "x.test", far: "203.0.113.9", name: "x.test", port: 443, proto: 6, outbound: true, users: 1, hosts: 100,
			labelFirst: ts, first: ts, days: 1, labels: 2, siblings: 1, late: 1, lookFirst: dt.Start, lookLast: dt.Start + 9*dt.Day,
			calls: []detect.Call{{TS: ts, Out: 200_000_000, In: 100_000}},
		}
		change(c)
		got, ok := scoreEgress(c)
		w := got.Weight()
		if !ok {
			w = 0
		}
		if w < least || w > most {
			t.Errorf("%s: %.1f dB, want %.1f to %.1f: %+v", name, w, least, most, got.Terms)
		}
	}
	f("much, after a week", func(*farEnd) {}, 30, 40)
	f("one of three new ones", func(c *farEnd) { c.late = 3 }, 22, 30)
	f("the maker's", func(c *farEnd) { c.siblings = 3 }, 10, 25)
	f("an update", func(c *farEnd) { c.calls[0].In = 900_000_000 }, 0, 20)
}
