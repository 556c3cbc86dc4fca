package tlsid

import (
	"cmp"
	"fmt"
	"slices"

	"barium/internal/detect"
)

const (
	// odd is the least that oddities must weigh together to make a finding, in
	// decibans: more than an incomplete chain alone.
	odd = 4
	// burstWidth is how long a burst may last; burstLeast and burstFull are how
	// many sessions begin to count as one, and count in full.
	burstWidth = 300 * 1_000_000
	burstLeast = 30
	burstFull  = 100
	// shortSession is how long the sessions of a burst last at the most, on
	// average.
	shortSession = 10 * 1_000_000
	// enoughHosts is how many hosts' client fingerprints must be known before
	// one that is seen on a single host means something.
	enoughHosts = 5
	// many is from how many odd far ends on a host is one that meets them
	// everywhere.
	many = 10
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	slices.SortFunc(c.sessions, func(a, b session) int {
		return cmp.Or(cmp.Compare(a.ts, b.ts), cmp.Compare(a.place.Source, b.place.Source), cmp.Compare(a.place.Offset, b.place.Offset))
	})
	o := look(c)
	ts, techniques := o.terms(c)
	weight := 0.0
	for _, t := range ts {
		weight += t.DB
	}
	if o.namelessSessions {
		weight += detect.NoName.DB
	}
	if weight < odd {
		return detect.Finding{}, false
	}
	first, last := c.sessions[0].ts, c.sessions[len(c.sessions)-1].ts
	f := detect.Finding{
		Detector: "tlsid", Stage: detect.Command, Techniques: techniques,
		Src: c.host, Dst: o.far, DstName: o.name, Label: c.label, Port: c.port, Proto: "tcp", First: first, Last: last,
		BytesOut: c.bytesOut, BytesIn: c.bytesIn, Events: max(c.connections, int64(len(c.sessions))), Attempts: c.attempts,
		Incomplete: c.missed > 0, Places: places(c.sessions),
	}
	for _, name := range []string{o.cert.subject, o.cert.issuer, o.cert.issuedBy(), o.placeholder, o.client} {
		if name != "" {
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindName, Value: name})
		}
	}
	if most, width := burst(c.sessions); most >= burstLeast && (c.connections == 0 || c.duration/c.connections <= shortSession) {
		ts = append(ts, detect.BurstsOfShort.Scaled(float64(most)/burstFull, most, detect.Span(max(width, 1_000_000))))
	}
	named := o.name
	if o.nameIsAddress {
		named = c.label // counted already
	}
	far := detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: max(c.days, days(c.sessions)), Labels: c.labels, Name: named, Names: true, Port: c.port, Proto: 6,
	})
	for _, t := range far {
		if t.Group == detect.Channel {
			techniques = append(techniques, "T1571")
		}
	}
	f.Techniques = techniques
	if c.alike > 0 {
		ts = append(ts, detect.MeetsMany.Says(c.alike))
	}
	f.Terms = append(ts, far...)
	f.Reason = reason(c, &o, &f)
	f.Checks = checks(c, &o, &f)
	return f, f.Weight() > 0
}

// oddities is what a candidate's sessions showed, summed up.
type oddities struct {
	far, name        string // the far end with most sessions and its name
	fars             int
	cert             certificate // the oddest leaf
	selfSigned       bool
	distrusted       bool
	dates, brand     string
	placeholder      string
	client           string // subject of the certificate that the client showed
	nameIsAddress    bool
	namelessSessions bool
	lone             bool // client fingerprint seen on this host only
	trusted          bool
}

func look(c *candidate) (o oddities) {
	fars := map[string]int64{}
	names := map[string]int64{}
	var all, address, unnamed, unproven, valid, loneEvents, withJA3 int64
	first, last := c.sessions[0].ts, c.sessions[len(c.sessions)-1].ts
	worst := -1
	for i := range c.shown {
		s := &c.shown[i]
		fars[s.far] += s.events
		all += s.events
		switch {
		case isAddress(s.serverName):
			address += s.events
		case s.serverName == "":
			unnamed += s.events
		}
		if s.name != "" && !isAddress(s.name) {
			names[s.name] += s.events
		}
		if s.client != "" && o.client == "" {
			o.client = s.client
		}
		if s.ja3 != "" {
			withJA3 += s.events
			if s.ja3Hosts == 1 {
				loneEvents += s.events
			}
		}
		if !s.hasCert {
			continue
		}
		if s.validation == "ok" {
			valid += s.events
			continue
		}
		unproven += s.events
		// The leaf with most oddities speaks for the far end.
		x := oddities{
			cert: s.cert, selfSigned: s.cert.selfSigned(s.validation), distrusted: untrusted(s.validation), dates: s.cert.oddDates(first, last),
		}
		x.distrusted = x.distrusted && !x.selfSigned && s.cert.issuerLabels < authority
		if x.selfSigned || x.distrusted {
			x.brand = s.cert.imitates(c.label)
		}
		if x.selfSigned || x.distrusted {
			x.placeholder = s.cert.placeholder()
		}
		n := 0
		for _, b := range []bool{x.selfSigned, x.selfSigned || x.distrusted, x.dates != "", x.brand != "", x.placeholder != ""} {
			if b {
				n++
			}
		}
		if n > worst {
			worst = n
			o.cert, o.selfSigned, o.distrusted = x.cert, x.selfSigned, x.distrusted
			o.dates, o.brand, o.placeholder = x.dates, x.brand, x.placeholder
		}
	}
	o.far, o.fars = top(fars), len(fars)
	o.name = top(names)
	o.nameIsAddress = address*2 > all
	o.namelessSessions = !o.nameIsAddress && o.name == "" && (unnamed+address)*2 > all && established(c)
	o.lone = c.ja3Known >= enoughHosts && loneEvents*2 > withJA3 && withJA3*2 > all
	o.trusted = valid > unproven
	return o
}

// top returns the key with the highest count, the first in order of text of
// equal ones.
func top(counts map[string]int64) (best string) {
	for k, n := range counts {
		if best == "" || n > counts[best] || n == counts[best] && k < best {
			best = k
		}
	}
	return best
}

func established(c *candidate) bool {
	for i := range c.shown {
		if c.shown[i].established > 0 {
			return true
		}
	}
	return false
}

func (o *oddities) terms(c *candidate) (ts []detect.Term, techniques []string) {
	techniques = []string{"T1573.002", "T1071.001"}
	if o.selfSigned {
		ts = append(ts, detect.SelfSigned.Says())
	} else if o.distrusted {
		ts = append(ts, detect.UnknownIssuer.Says(o.cert.issuedBy()))
	}
	if o.dates != "" {
		ts = append(ts, detect.OddDates.Says(o.dates))
	}
	if o.nameIsAddress {
		ts = append(ts, detect.NameIsAddress.Says())
	}
	if o.brand != "" {
		ts = append(ts, detect.Imitates.Says(o.brand))
		techniques = append(techniques, "T1036")
	}
	if o.placeholder != "" {
		ts = append(ts, detect.Placeholder.Says(o.placeholder))
	}
	if o.client != "" {
		ts = append(ts, detect.ClientCert.Says())
	}
	if o.lone && (len(ts) > 0 || o.namelessSessions) {
		ts = append(ts, detect.LoneFingerprint.Says())
	}
	if o.trusted {
		ts = append(ts, detect.TrustedChain.Says())
	}
	return ts, techniques
}

func reason(c *candidate, o *oddities, f *detect.Finding) string {
	far := detect.FarEnd(f.Dst, f.DstName, c.port)
	if o.fars > 1 {
		far += fmt.Sprintf(" and more addresses (%d)", o.fars-1)
	}
	s := fmt.Sprintf("%s held %d TLS sessions with %s within %s", c.host, len(c.sessions), far, detect.Span(max(f.Last-f.First, 1_000_000)))
	switch {
	case o.selfSigned && o.cert.subject != "":
		s += ", which showed a certificate signed by itself: " + o.cert.subject
	case o.selfSigned:
		s += ", which showed a certificate signed by itself"
	case o.brand != "" || o.dates != "" || o.distrusted:
		s += ", which showed a certificate by " + o.cert.issuedBy()
	case o.client != "":
		s += " and showed a certificate of its own"
	case o.nameIsAddress:
		s += ", asked for by address"
	default:
		s += ", asked for by no name"
	}
	if f.BytesOut > 0 {
		s += fmt.Sprintf("; %s went out", detect.Bytes(f.BytesOut))
	}
	return s + "."
}

func checks(c *candidate, o *oddities, f *detect.Finding) []detect.Check {
	far := detect.FarEnd(f.Dst, f.DstName, c.port)
	cs := []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s opens these sessions, and is it one that the house installed?", c.host)},
		{Where: "asset owner", Text: fmt.Sprintf("is %s a service of the maker of a device, or remote support, that %s is meant to reach?", far, c.host)},
	}
	if o.cert.subject != "" {
		cs = append(cs, detect.Check{Where: "internet", Text: "is this certificate known elsewhere? Search for its subject and fingerprint in a scan of the internet."})
	}
	if o.client != "" {
		cs = append(cs, detect.Check{Where: "host", Text: "who issued the certificate that the client showed: " + o.client + "?"})
	}
	return cs
}

// burst returns the most sessions that began within burstWidth, and how long
// they took to begin.
func burst(ss []session) (most int, width int64) {
	from := 0
	for i := range ss {
		for ss[from].ts <= ss[i].ts-burstWidth {
			from++
		}
		if n := i - from + 1; n > most {
			most, width = n, ss[i].ts-ss[from].ts
		}
	}
	return most, width
}

// days counts the days on which sessions began.
func days(ss []session) (n int64) {
	last := int64(-1)
	for _, s := range ss {
		if d := s.ts / day; d != last {
			last = d
			n++
		}
	}
	return n
}

func places(ss []session) []detect.Place {
	var known []detect.Place
	for _, s := range ss {
		if s.place.Source != 0 {
			known = append(known, s.place)
		}
	}
	return detect.Spread(known, 5)
}
