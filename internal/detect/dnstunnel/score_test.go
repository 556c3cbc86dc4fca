package dnstunnel

import (
	"math/rand/v2"
	"strings"
	"testing"

	"barium/internal/detect"
)

// asked returns n look-ups for different names, a gap apart.
func asked(n int, gap, length, bits int64) (ls []look) {
	for i := range n {
		ls = append(ls, look{ts: int64(i) * gap, name: int64(i + 1), length: length, info: bits, kind: 1, place: detect.Place{Source: 1, Offset: int64(i)}})
	}
	return ls
}

func TestMeasure(t *testing.T) {
	repeated := asked(100, hour/100, 30, 120)
	for i := range repeated {
		repeated[i].name = int64(i % 4)
	}
	missing := asked(100, hour/100, 40, 200)
	for i := range missing {
		missing[i].code = nxDomain
	}
	half := asked(100, hour/100, 40, 200)
	for i := range half {
		half[i].code = int64(i % 2 * nxDomain)
	}
	silent := asked(100, hour/100, 40, 200)
	for i := range silent {
		silent[i].code = -1
	}
	for _, c := range []struct {
		name     string
		looks    []look
		names    int64
		out      int64
		accepted int64
		least    float64
		most     float64
		width    int64 // of the window where the share was found; 0: any
	}{
		{name: "none", looks: nil},
		{name: "just below a kilobyte an hour", looks: asked(66, hour/100, 30, 120), names: 66, out: 66 * 15, accepted: 66 * 15},
		{name: "a kilobyte an hour", looks: asked(67, hour/100, 30, 120), names: 67, out: 67 * 15, accepted: 67 * 15, least: 0.4, most: 0.41, width: hour},
		{name: "ten kilobytes an hour", looks: asked(667, hour/1000, 30, 120), names: 667, out: 667 * 15, accepted: 667 * 15, least: 0.99, most: 1, width: hour},
		{name: "0.7 bytes a second for a day", looks: asked(3240, 26*second, 38, 152), names: 3240, out: 3240 * 19, accepted: 3240 * 19, least: 0.99, most: 1, width: day},
		{name: "0.07 bytes a second for a day", looks: asked(324, 260*second, 38, 152), names: 324, out: 324 * 19, accepted: 324 * 19, least: 0.4, most: 0.42, width: day},
		{name: "the same few names", looks: repeated, names: 4, out: 4 * 15, accepted: 4 * 15},
		{name: "a small alphabet bounds what fits", looks: asked(1000, hour/2000, 40, 80), names: 1000, out: 1000 * 10, accepted: 1000 * 10, least: 0.99, most: 1},
		{name: "base32 bounds what fits", looks: asked(1000, hour/2000, 40, 320), names: 1000, out: 1000 * 25, accepted: 1000 * 25, least: 0.99, most: 1},
		{name: "no name exists, the domain may not either", looks: missing, names: 100, out: 2500, accepted: 0, least: 0.5, most: 0.7},
		{name: "some exist: the others were read too", looks: half, names: 100, out: 2500, accepted: 2500, least: 0.5, most: 0.7},
		{name: "no answer", looks: silent, names: 100, out: 2500, accepted: 0, least: 0.5, most: 0.7},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := measure(c.looks)
			if m.names != c.names || m.bytesOut != c.out || m.accepted != c.accepted || m.share < c.least || m.share > c.most {
				t.Errorf("got %+v", m)
			}
			if c.width != 0 && m.best.width != c.width {
				t.Errorf("found in a window of %s", detect.Span(m.best.width))
			}
			r := rand.New(rand.NewPCG(1, 1))
			r.Shuffle(len(c.looks), func(i, j int) { c.looks[i], c.looks[j] = c.looks[j], c.looks[i] })
			if again := measure(c.looks); again != m {
				t.Errorf("another order gives %+v, first %+v", again, m)
			}
		})
	}
}

const second = 1_000_000

func TestScore(t *testing.T) {
	tunnel := func() candidate {
		return candidate{
			host: "10.0.0.5", domain: "evil.test", askers: 1, clients: 100, domainFirst: 3 * day, lookLast: 7 * day, domains: 40, days: 1,
			otherInfo: 8_000, connections: true, answers: 10, resolvers: []resolver{{ip: "10.0.0.1", inside: true, looks: 1000}},
			looks: asked(1000, 3*second, 50, 220),
		}
	}
	for _, c := range []struct {
		name   string
		change func(*candidate)
		least  float64
		most   float64
		term   string // that must be among the terms
		dst    string
	}{
		{name: "tunnel", change: func(*candidate) {}, least: 30, most: 45, term: "nobody ever connected to the domain"},
		{name: "too little", change: func(c *candidate) { c.looks = c.looks[:20] }},
		{name: "asked outside directly", change: func(c *candidate) { c.resolvers[0] = resolver{ip: "203.0.113.1", looks: 1000} }, least: 30, most: 45, dst: "203.0.113.1"},
		{name: "text records", change: func(c *candidate) {
			for i := range c.looks {
				c.looks[i].kind = 16
			}
		}, least: 30, most: 50, term: "100 % of the look-ups ask for TXT"},
		{name: "reputation service", change: func(c *candidate) { c.loopback, c.domainFirst, c.days = 10, 0, 7 }, least: 0, most: 15, term: "loopback"},
		{name: "asked by many", change: func(c *candidate) { c.askers = 60 }, least: 0, most: 19, term: "used by 60 of 100 hosts"},
		{name: "each name is called", change: func(c *candidate) { c.ownVisits, c.visits = 900, 900 }, least: 0, most: 29, term: "900 connections to the domain follow 1000 names"},
		{name: "own zone", change: func(c *candidate) { c.inside, c.domainFirst, c.days, c.visits = 9, 0, 7, 3 }, least: 0, most: 19, term: "zone of one's own"},
		{name: "short names", change: func(c *candidate) {
			for i := range c.looks {
				c.looks[i].length, c.looks[i].info = 13, 40
			}
			c.domainFirst, c.days = 0, 7
		}, least: 0, most: 19, term: "names of only 13 bytes"},
		{name: "other names weigh as much", change: func(c *candidate) { c.otherInfo = 220_000 }, least: 25, most: 34},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := tunnel()
			c.change(&x)
			f, ok := score(&x)
			w := 0.0
			if ok {
				w = f.Weight()
			}
			if w < c.least || w > c.most {
				t.Errorf("weight %.1f: %+v", w, f.Terms)
			}
			if f.Dst != c.dst {
				t.Errorf("dst %q", f.Dst)
			}
			found := c.term == ""
			for _, term := range f.Terms {
				found = found || strings.Contains(term.Text, c.term)
			}
			if !found {
				t.Errorf("no term %q in %+v", c.term, f.Terms)
			}
		})
	}
}
