package dnstunnel

import (
	"fmt"
	"math"

	"barium/internal/detect"
)

const (
	// longName is the average length below the domain from which names are
	// longer than names of machines and services are.
	longName = 40
	// shortName is the length up to which a name is no more than a number or
	// an address written backwards.
	shortName = 16
	// manyBytes is the share of look-ups, in per cent, for types that carry
	// bytes from which on this is what the host is after.
	manyBytes = 20
	// someNames is from how many on it is no mistake of one program.
	someNames = 3
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	m := measure(c.looks)
	if m.share == 0 {
		return detect.Finding{}, false
	}
	f := detect.Finding{
		Detector: "dnstunnel", Stage: detect.Exfiltration, Techniques: []string{"T1071.004", "T1048.003"},
		Src: c.host, DstName: c.domain, Label: c.domain, Port: 53, Proto: "udp", Records: detect.Lookups,
		First: c.looks[0].ts, Last: c.looks[len(c.looks)-1].ts, Events: int64(len(c.looks)),
		BytesOut: m.bytesOut, BytesIn: m.bytesIn, Accepted: m.accepted, Hours: hourly(c.looks), Places: places(c.looks),
	}
	most := c.resolvers[0]
	for _, r := range c.resolvers[1:] {
		if r.looks > most.looks || r.looks == most.looks && r.ip < most.ip {
			most = r
		}
	}
	switch {
	case most.ip == "": // the server's own log does not name it
	case !most.inside:
		f.Dst = most.ip
	default:
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: most.ip})
	}
	f.Terms = terms(c, &m)
	f.Reason = reason(c, &m, most)
	f.Checks = checks(c)
	return f, f.Weight() > 0
}

func terms(c *candidate, m *flow) []detect.Term {
	ts := []detect.Term{detect.Tunnel.Scaled(m.share, detect.Bytes(int64(m.inBest)), detect.Span(m.bestWidth))}
	if m.byteTypes >= manyBytes {
		ts = append(ts, detect.PayloadTypes.Says(m.byteTypes))
	}
	if m.length >= longName {
		ts = append(ts, detect.LongNames.Says(m.length))
	}
	if m.binary >= someNames {
		ts = append(ts, binaryNames.Says(m.binary))
	}
	if m.length < shortName {
		ts = append(ts, detect.ShortNames.Says(m.length))
	}
	switch {
	case c.ownVisits*2 >= m.names:
		ts = append(ts, detect.LeadsThere.Says(c.ownVisits, m.names))
	case c.visits == 0 && c.connections:
		ts = append(ts, detect.NeverVisited.Says())
	}
	switch {
	case c.loopback*2 > c.answers:
		ts = append(ts, detect.SmallReplies.Says())
	case c.inside*2 > c.answers:
		ts = append(ts, detect.OwnZone.Says())
	}
	// Against at least a kilobyte, so that a host that asks for little else
	// does not count as a heavy one.
	if times := float64(m.bits) / float64(max(c.otherInfo, 8_000)); times >= 2 {
		if t := detect.Outweighs.Scaled(math.Log10(times)/1.5, int64(times)); t.DB > 0 {
			ts = append(ts, t)
		}
	}
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.askers, Hosts: c.clients, First: c.domainFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.domains, Name: c.domain,
		Port: 443, Proto: 17, // the port of a look-up says nothing; a usual one adds no term
	})...)
}

func reason(c *candidate, m *flow, most resolver) string {
	who := c.host
	if c.forwards > 0 {
		who += " (which answers DNS for other hosts: the one that asked first is not in these logs)"
	}
	whom := most.ip
	if whom == "" {
		whom = "a server that the log does not name"
	}
	s := fmt.Sprintf("%s asked %s for %d different names below %s within %s; at least %s could have left in them",
		who, whom, m.names, c.domain, detect.Span(max(c.looks[len(c.looks)-1].ts-c.looks[0].ts, 1)), detect.Bytes(m.bytesOut))
	if m.bytesIn > 0 {
		s += fmt.Sprintf(", %s came back in answers", detect.Bytes(m.bytesIn))
	}
	if m.nonexistent >= 50 {
		s += fmt.Sprintf("; %d %% of the names do not exist", m.nonexistent)
	}
	return s + "."
}

func checks(c *candidate) []detect.Check {
	cs := []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s asks for names below %s? Security software that asks about hashes of files can name itself.", c.host, c.domain)},
		{Where: "domain", Text: fmt.Sprintf("who registered %s, when, and where are its name servers? Does a product in the house use it?", c.domain)},
		{Where: "packets", Text: "read some of the names: do they hold counters, base32 or hexadecimal text that changes with every look-up?"},
	}
	if c.forwards > 0 {
		cs = append(cs, detect.Check{Where: "resolver", Text: fmt.Sprintf("switch on the query log of %s, or look on its inner side: which client asked for names below %s?", c.host, c.domain)})
	}
	return cs
}

// places picks exemplars, spread over the time.
func places(looks []look) []detect.Place {
	var known []detect.Place
	for i := range looks {
		if looks[i].place.Source != 0 {
			known = append(known, looks[i].place)
		}
	}
	return detect.Spread(known, 5)
}

// hourly adds up by hour what could have left in names first asked for then.
func hourly(looks []look) (out []detect.HourBytes) {
	seen := make(map[int64]struct{}, len(looks))
	for i := range looks {
		h := uint32(looks[i].ts / hour)
		if n := len(out); n == 0 || out[n-1].Hour != h {
			out = append(out, detect.HourBytes{Hour: h})
		}
		if _, ok := seen[looks[i].name]; !ok {
			seen[looks[i].name] = struct{}{}
			out[len(out)-1].BytesOut += capacity(&looks[i])
		}
	}
	return out
}
