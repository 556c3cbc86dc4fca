package beacon

import (
	"math/rand/v2"
	"strings"
	"testing"

	"barium/internal/detect"
)

func TestScore(t *testing.T) {
	base := func() candidate {
		c := candidate{
			host: "10.0.0.5", label: "far.test", name: "www.far.test", ips: []string{"203.0.113.4"}, port: 443, proto: 6,
			users: 1, hosts: 100, labelFirst: 0, lookLast: 10 * day, labels: 40, days: 2, calls: at(every(10*minute, 200)...),
		}
		for i := range c.calls {
			c.calls[i].Out, c.calls[i].In, c.calls[i].Place = 500, 900, detect.Place{Source: 1, Offset: int64(i)}
		}
		return c
	}
	unanswered := func(c *candidate) {
		for i := range c.calls {
			c.calls[i].Attempt = true
		}
	}
	for _, c := range []struct {
		name   string
		change func(*candidate)
		least  float64
		most   float64
		term   string
	}{
		{name: "beacon", change: func(*candidate) {}, least: 22, most: 28, term: "every 10 min, jitter ± 0 %"},
		{name: "no rhythm", change: func(c *candidate) { c.calls = at(alternate(minute, hour, 200)...) }, most: 12},
		{name: "one beat too few", change: func(c *candidate) { c.calls = c.calls[:5] }},
		{name: "few beats", change: func(c *candidate) { c.calls = c.calls[:11] }, least: 15, most: 20, term: "only 11 beats"},
		{name: "attempts at a bare address on an odd port", change: func(c *candidate) {
			unanswered(c)
			c.name, c.port, c.hosts = "", 1177, 1
		}, least: 30, most: 36, term: "called 200 times though never answered"},
		{name: "a few attempts", change: func(c *candidate) { c.calls = c.calls[:30]; unanswered(c) }, least: 18, most: 24},
		{name: "a server that is gone", change: func(c *candidate) { unanswered(c); c.days = 11 }, least: 10, most: 28, term: "by a server that is gone"},
		{name: "one task", change: func(c *candidate) { c.calls = at(every(minute, 20)...) }, least: 15, most: 19, term: "the rhythm lasted 19 min only"},
		{name: "transfers", change: func(c *candidate) {
			for i := range c.calls {
				c.calls[i].Out = 30_000_000
			}
		}, least: 10, most: 19, term: "each call carries 30 MB"},
		{name: "appliance", change: func(c *candidate) { c.days, c.labels = 11, 2 }, least: 5, most: 15, term: "as appliances do"},
		{name: "used by all", change: func(c *candidate) { c.users = 90 }, least: 0, most: 5},
		{name: "time service", change: func(c *candidate) { c.port, c.proto = 123, 17 }, least: 0, most: 19},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := base()
			c.change(&x)
			f, _, ok := score(&x)
			w := 0.0
			if ok {
				w = f.Weight()
			}
			if w < c.least || w > c.most {
				t.Errorf("weight %.1f, want %.0f to %.0f: %+v", w, c.least, c.most, f.Terms)
			}
			found := c.term == ""
			for _, term := range f.Terms {
				found = found || strings.Contains(term.Text, c.term)
			}
			if !found {
				t.Errorf("no term %q in %+v", c.term, f.Terms)
			}
			if f.Attempts == f.Events && f.BytesOut > 0 {
				t.Errorf("attempts count as loss: %+v", f)
			}
		})
	}
}

// TestNarrow: behind a name with several addresses, of which one is called in a
// rhythm and the others by chance, that one is found.
func TestNarrow(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	c := candidate{
		host: "10.0.0.5", label: "far.test", ips: []string{"203.0.113.4", "203.0.113.5"}, port: 443, proto: 6,
		users: 1, hosts: 100, lookLast: 2 * day, labels: 40, days: 2, byAddress: map[string][]detect.Call{},
	}
	c.byAddress["203.0.113.5"] = at(every(20*minute, 100)...)
	var noise []int64
	for range 300 {
		noise = append(noise, r.Int64N(100*20*minute))
	}
	c.byAddress["203.0.113.4"] = at(noise...)
	for _, ip := range c.ips {
		c.calls = append(c.calls, c.byAddress[ip]...)
	}
	for i := range c.calls {
		c.calls[i].Place = detect.Place{Source: 1}
	}
	f, _, ok := score(&c)
	if !ok || f.Dst != "203.0.113.5" || f.Events != 100 {
		t.Errorf("found %t: %s with %d calls: %s", ok, f.Dst, f.Events, f.Reason)
	}
}
