package cleartext

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"barium/internal/detect"
)

const dayMicros = 24 * 3600 * 1_000_000

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	slices.SortStableFunc(c.sent, func(a, b sending) int { return cmp.Compare(a.ts, b.ts) })
	f := detect.Finding{
		Detector: "cleartext", Stage: detect.Exfiltration, Techniques: []string{"T1048.003"},
		Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Port: c.port, Proto: "tcp",
		BytesOut: c.wireOut, BytesIn: c.wireIn,
	}
	if c.mail {
		f.Techniques = append(f.Techniques, "T1071.003")
	} else {
		f.Techniques = append(f.Techniques, "T1071.001")
	}
	var known []detect.Place
	var calls []detect.Call
	times := map[int64]bool{} // attachments of one mail share its time
	f.First = c.sent[0].ts
	for i := range c.sent {
		s := &c.sent[i]
		if !times[s.ts] && !s.analysed {
			times[s.ts] = true
			f.Events++
		}
		f.Last = max(f.Last, s.ts)
		if s.place.Source != 0 {
			known = append(known, s.place)
		}
		calls = append(calls, detect.Call{TS: s.ts, Out: s.out})
		for _, e := range []detect.Entity{{Kind: detect.KindFile, Value: s.file}, {Kind: detect.KindAccount, Value: s.from}} {
			if e.Value != "" && !slices.Contains(f.Entities, e) && len(f.Entities) < 100 {
				f.Entities = append(f.Entities, e)
			}
		}
		for _, d := range domains(s.to) {
			if e := (detect.Entity{Kind: detect.KindDestination, Value: d}); c.mail && !slices.Contains(f.Entities, e) && len(f.Entities) < 100 {
				f.Entities = append(f.Entities, e)
			}
		}
	}
	all, took := c.content()
	f.Accepted = took
	if f.Events == 0 || took == 0 && !c.mail {
		return f, false // no mail was seen, or the form was refused
	}
	f.Hours, f.Places = detect.Hourly(calls), detect.Spread(known, 5)
	f.Terms = c.terms(&f)
	f.Reason = reason(c, &f, all)
	f.Checks = checks(c)
	slices.Sort(f.Techniques)
	return f, f.Weight() > 0
}

// content returns how many bytes of content were sent and how many of them were
// accepted. Where the log does not give the size of mails, that of their
// attachments stands in.
func (c *candidate) content() (all, took int64) {
	var attached int64
	accepted := false
	for i := range c.sent {
		s := &c.sent[i]
		switch {
		case s.analysed:
			attached += s.out
		case s.accepted:
			accepted = true
			took += s.out
			all += s.out
		default:
			all += s.out
		}
	}
	if all == 0 {
		all = attached
		if accepted {
			took = attached
		}
	}
	return all, took
}

func domains(to string) []string {
	return strings.FieldsFunc(to, func(r rune) bool { return r == ',' })
}

func (c *candidate) terms(f *detect.Finding) (ts []detect.Term) {
	if c.mail {
		ts = c.letters(f)
	} else {
		ts = c.forms(f)
	}
	if t, ok := detect.ChecksTerm(c.checks, c.sent[0].ts); ok {
		ts = append(ts, t)
		f.Techniques = append(f.Techniques, "T1016")
	}
	for i := range c.sent {
		s := &c.sent[i]
		if name := detect.NamedIn(c.own, s.file); name != "" {
			ts = append(ts, detect.OwnName.Says(s.file, name))
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: name})
			break
		}
	}
	if service := dynamic(c.name); service != "" {
		ts = append(ts, dynamicName.Says(service))
	}
	// The same, from the beginning of the records on, again and again.
	on := map[int64]bool{}
	for i := range c.sent {
		on[c.sent[i].ts/dayMicros] = true
	}
	span := c.lookLast/dayMicros - c.lookFirst/dayMicros + 1
	if len(on) >= 3 && (c.labelFirst-c.lookFirst)/dayMicros <= 1 {
		ts = append(ts, detect.UsualForHost.Says(len(on), span))
	}
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: int64(len(on)), Labels: c.labels, Name: c.name, Names: c.names, Port: c.port, Proto: 6,
	})...)
}

// letters weighs how mails were written and for whom.
func (c *candidate) letters(f *detect.Finding) []detect.Term {
	ts := []detect.Term{mailInClear.Says(c.port)}
	anonymous, named, home := true, false, ""
	for i := range c.sent {
		s := &c.sent[i]
		anonymous = anonymous && (s.anonymous || s.analysed)
		named = named || s.namesSelf
		if from := s.from[strings.LastIndexByte(s.from, '@')+1:]; from != "" && strings.EqualFold(from, s.to) {
			home = s.to
		}
	}
	if anonymous {
		ts = append(ts, noMailClient.Says())
	}
	if named {
		name := strings.Join(c.own, " or ")
		ts = append(ts, detect.OwnName.Says("the subject", name))
		for _, n := range c.own {
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: n})
		}
	}
	if home != "" {
		ts = append(ts, toOwnDomain.Says(home))
	}
	return ts
}

// forms weighs how forms were posted.
func (c *candidate) forms(f *detect.Finding) []detect.Term {
	ts := []detect.Term{postOnly.Says(len(c.sent))}
	disguised := 0
	for i := range c.sent {
		if c.sent[i].disguised {
			disguised++
		}
	}
	if disguised > 0 {
		ts = append(ts, falseBrowser.Says(disguised, len(c.sent)))
		f.Techniques = append(f.Techniques, "T1001.003")
	}
	return ts
}

func reason(c *candidate, f *detect.Finding, all int64) string {
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	took, size := "and no log says that it was accepted", ""
	switch {
	case f.Accepted > 0 && f.Accepted == all:
		took = "which accepted it"
	case f.Accepted > 0:
		took = "which accepted " + detect.Bytes(f.Accepted)
	}
	if all > 0 {
		size = fmt.Sprintf(" (%s)", detect.Bytes(all))
	}
	if !c.mail {
		return fmt.Sprintf("%s posted %s%s to %s in clear, %s, and fetched nothing there.", c.host, plural(f.Events, "form"), size, far, took)
	}
	s := &c.sent[slices.IndexFunc(c.sent, func(s sending) bool { return !s.analysed })]
	from, to := "", ""
	if s.from != "" {
		from = ", from " + s.from
	}
	if s.to != "" {
		to = " for " + strings.Join(domains(s.to), " and ")
	}
	return fmt.Sprintf("%s handed %s%s%s to %s in clear by SMTP%s, %s.", c.host, plural(f.Events, "mail"), size, to, far, from, took)
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func checks(c *candidate) []detect.Check {
	cs := []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s did that at this time, and who installed it?", c.host)},
		{Where: "packets", Text: "if a capture exists: read what was sent. It is in clear."},
	}
	if c.mail {
		return append(cs, detect.Check{Where: "mail administrator", Text: fmt.Sprintf("is %s meant to send mail by itself, and whose account is it?", c.host)})
	}
	return append(cs, detect.Check{Where: "proxy", Text: fmt.Sprintf("does any other host of the house deal with %s, and what for?", cmp.Or(c.name, c.far))})
}

// dynamicServices give names to whoever asks, for the address that he has just
// now. From the private section of the Public Suffix List.
var dynamicServices = []string{
	"ydns.eu", "duckdns.org", "dynu.net", "ddns.net", "hopto.org", "zapto.org", "sytes.net", "no-ip.org", "no-ip.biz", "no-ip.info", "myftp.org",
	"myftp.biz", "serveftp.com", "servehttp.com", "serveminecraft.net", "redirectme.net", "bounceme.net", "dyndns.org", "dyndns.info", "dyndns.biz",
	"dyndns.tv", "dyndns-home.com", "homeip.net", "dnsalias.com", "dnsalias.net", "dnsalias.org", "dynalias.com", "dynalias.net", "dynalias.org",
	"selfip.com", "selfip.net", "selfip.org", "is-a-geek.com", "gotdns.com", "gotdns.org", "homelinux.com", "homelinux.org", "homeunix.com",
	"homeunix.org", "dy.fi", "dynv6.net", "freeddns.org", "mywire.org", "webredirect.org", "accesscam.org", "casacam.net", "spdns.de", "spdns.org",
	"goip.de", "ddnss.de", "dyn-o-saur.com", "mooo.com", "chickenkiller.com", "crabdance.com", "ignorelist.com", "strangled.net", "us.to",
}

// dynamic returns the service below which a name lies, or nothing.
func dynamic(name string) string {
	for _, s := range dynamicServices {
		if strings.HasSuffix(name, "."+s) {
			return s
		}
	}
	return ""
}
