package drip

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

// dripping returns a candidate that sends size bytes on days from first on, in
// portions, after a past of so many quiet days.
func dripping(past, days int, size int64) candidate {
	c := candidate{
		host: "10.0.0.5", label: "far.test", name: "www.far.test", users: 1, hosts: 100, labels: 40, names: true,
		labelFirst: int64(past) * dayMicros, lookLast: int64(past+days) * dayMicros, level: map[int64]int64{},
	}
	for d := range int64(past) {
		c.level[d] = 20_000_000 + d%3*5_000_000
	}
	p := piece{ip: "203.0.113.4", port: 443, proto: 6}
	for d := range int64(days) {
		day := int64(past) + d
		c.level[day] = 22_000_000 + size
		for i := range int64(4) {
			// Sizes differ by more than 5 %, and so do days.
			p.calls = append(p.calls, detect.Call{
				TS: day*dayMicros + (18+i)*3_600_000_000, Duration: 1_000_000, In: 4000,
				Out: size / 4 * (70 + (i*17+d*23)%60) / 100, Place: detect.Place{Source: 1, Offset: d*4 + i},
			})
		}
	}
	c.pieces = []piece{p}
	return c
}

func TestScore(t *testing.T) {
	f := func(name string, c candidate, least, most float64, term string) {
		t.Helper()
		found, _ := score(&c)
		if w := found.Weight(); w < least || w > most {
			t.Errorf("%s: %.1f dB, want %.1f to %.1f: %+v", name, w, least, most, found.Terms)
		}
		if term == "" {
			return
		}
		for _, x := range found.Terms {
			if strings.Contains(x.Text, term) {
				return
			}
		}
		t.Errorf("%s: no term %q: %+v", name, term, found.Terms)
	}
	f("a week", dripping(10, 7, 50_000_000), 20, 30, "sent on 7 of 7 days")
	f("two weeks", dripping(10, 14, 50_000_000), 30, 38, "the host sends")
	f("without a past of the host", dripping(2, 14, 50_000_000), 20, 30, "")
	f("from the beginning", dripping(0, 14, 50_000_000), 0, 15, "since the records begin")
	f("one day too few", dripping(10, 4, 50_000_000), 0, 0, "")
	burst := dripping(10, 10, 50_000_000)
	burst.pieces[0].calls[20].Out = 2_000_000_000
	f("one day of it", burst, 0, 0, "")
	back := dripping(10, 14, 50_000_000)
	for i := range back.pieces[0].calls {
		back.pieces[0].calls[i].In = back.pieces[0].calls[i].Out
	}
	f("as much comes back", back, 0, 19.9, "received nearly as much")
	common := dripping(10, 14, 50_000_000)
	common.users = 30
	f("used by many", common, 0, 15, "used by 30 of 100 hosts")
	many := dripping(10, 14, 50_000_000)
	many.others = 9
	f("many such far ends", many, 0, 24, "everywhere (9)")
	unanswered := dripping(10, 14, 50_000_000)
	for i := range unanswered.pieces[0].calls {
		unanswered.pieces[0].calls[i].Attempt = true
	}
	f("never answered", unanswered, 0, 0, "")
}

// TestBulk: upload answers for what it sees too, so that it counts once.
func TestBulk(t *testing.T) {
	c := dripping(10, 14, 50_000_000)
	f, _ := score(&c)
	c.bulk = true
	g, _ := score(&c)
	if f.Stage != detect.Exfiltration || f.Accepted == 0 || g.Stage != detect.Command || g.Accepted != 0 || f.BytesOut != g.BytesOut {
		t.Errorf("%s %d, in bulk %s %d", f.Stage, f.Accepted, g.Stage, g.Accepted)
	}
}

// TestStrongest: of a short spell and a long one the one that weighs more.
func TestStrongest(t *testing.T) {
	daily := map[int64]int64{}
	for d := range int64(200) {
		daily[1000+d] = 2_000_000
	}
	for d := range int64(12) {
		daily[1100+d] = 300_000_000
	}
	s := strongest(daily)
	if s.total < 12*300_000_000 || s.active < 12 || s.days() > 90 {
		t.Errorf("%+v", s)
	}
}

// TestRise: one high day is no change, a lasting one is, from where it begins.
func TestRise(t *testing.T) {
	level := map[int64]int64{}
	for d := range int64(20) {
		level[d] = 10_000_000 + d%4*1_000_000
	}
	if r, ok := rise(level, 12); ok {
		t.Errorf("nothing changed: %+v", r)
	}
	level[12] = 900_000_000
	if r, ok := rise(level, 12); ok {
		t.Errorf("one day: %+v", r)
	}
	for d := int64(12); d < 20; d++ {
		level[d] += 50_000_000
	}
	if r, ok := rise(level, 12); !ok || r.since != 12 {
		t.Errorf("eight days: %+v %t", r, ok)
	}
	if r, ok := rise(level, 2); ok {
		t.Errorf("without a past: %+v", r)
	}
}
