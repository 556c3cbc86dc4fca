package generate

import "time"

// thief injects one theft. It draws from a stream of its own and writes to a
// wire of its own, so that the innocent traffic does not change.
type thief struct {
	*wire
	r      *random
	g      *generator
	victim *host
	known  map[string]int64 // names looked up, until when
	truth  Theft
}

// steal writes the theft and says what it was: a command channel from the
// second or third day on, files collected on one later evening, and archives
// sent out in the night that follows.
func (g *generator) steal() *Theft {
	r := stream(g.o.Seed, "theft")
	t := &thief{
		wire: &wire{logs: g.logs, start: g.start, end: g.end, ids: stream(g.o.Seed, "theft/ids"), tally: g.tally},
		r:    r, g: g, victim: g.chooseVictim(r), known: map[string]int64{},
	}
	lo, hi := min(3, g.o.Days-2), min(5, g.o.Days-2)
	night := r.between(int64(lo), int64(hi))
	t.command(min(r.between(1, 2), night), night)
	collected, done := t.collect(g.start + night*day + 20*hour)
	t.send(collected, done+r.between(hour, 3*hour))
	t.flushCerts()
	return &t.truth
}

// chooseVictim draws a machine that is on at night.
func (g *generator) chooseVictim(r *random) *host {
	var byRole [][]*host
	for _, role := range []role{research, laboratory, desktop, ward} {
		var on []*host
		for _, h := range g.net.of(role) {
			if h.always {
				on = append(on, h)
			}
		}
		if len(on) > 0 {
			byRole = append(byRole, on)
		}
	}
	return pick(r, pick(r, byRole))
}

func (t *thief) addr(ts int64) ip { return t.victim.addr(ts - t.start) }

func moment(us int64) time.Time { return time.UnixMicro(us).UTC() }

// lookUp makes the victim resolve name, unless it still knows the address.
func (t *thief) lookUp(ts int64, name string, a ip) {
	if t.known[name] > ts {
		return
	}
	r := t.r
	t.known[name] = ts + 600*second
	took := r.between(18, 140) * millisecond
	at := ts - took - r.between(1, 5)*millisecond
	t.ask(r, at, t.addr(at), t.g.net.dc1.addrs[0], t.victim.port(r), name,
		answer{qtype: 1, values: []string{a.String()}, ttl: 600, took: took})
}

// youngName returns a name as it is registered for one use.
func youngName(r *random) string {
	return pick(r, []string{"cdn", "api", "up", "s3", "sync", "st"}) + "." +
		pick(r, []string{"fast", "edge", "data", "cloud", "web", "file"}) + pick(r, []string{"drop", "sync", "relay", "store", "box"}) +
		"-" + r.label(4) + pick(r, []string{".test", ".example"})
}

// command writes the command channel: TLS under a certificate that signed
// itself, at a period that is jittered and sometimes missed, to the end.
func (t *thief) command(first, night int64) {
	r := t.r
	begin := t.start + first*day + r.Int64N(day)
	if first == night {
		begin = t.start + first*day + r.Int64N(12*hour)
	}
	s := &site{addrs: []ip{t.g.pool.draw(r)}}
	name := pick(r, []string{"localhost", "WEBMAIL", "ubuntu", "NS1", "server", "WIN-" + r.label(11), "default", "vm-" + r.label(6)})
	subject := "CN=" + name
	switch r.IntN(3) {
	case 0:
		s.sni = s.addrs[0].String()
	case 1:
		s.name = youngName(r)
		s.sni = s.name
	}
	if r.chance(0.5) {
		subject += ",O=" + pick(r, []string{"Internet Widgits Pty Ltd", "Default Company Ltd", "Acme"}) + ",ST=Some-State,C=" + pick(r, []string{"AU", "US", "XX"})
	}
	selfSign(r, t.start, s, subject, r.between(1, 40), pick(r, []int64{365, 3650}))
	port := pick(r, []int64{443, 443, 8443})
	period, jitter, missing := r.between(3*minute, 30*minute), 0.2+0.1*r.Float64(), 0.03+0.05*r.Float64()
	t.truth.C2, t.truth.C2Port, t.truth.C2First = s.addrs[0].String(), int(port), moment(begin)
	up, down := r.between(950, 1500), r.between(1900, 3200)
	for ts := begin; ts < t.end; ts = ts + r.spread(period, jitter) {
		if ts != begin && r.chance(missing) {
			continue
		}
		if s.name != "" {
			t.lookUp(ts, s.name, s.addrs[0])
		}
		c := session{
			ts: ts, src: t.addr(ts), dst: s.addrs[0], sp: t.victim.port(r), dp: port, up: up + r.Int64N(64), down: down + r.Int64N(96),
			dur: r.between(150, 2500) * millisecond, linux: !t.victim.windows,
		}
		if r.chance(0.05) { // an order and what came of it
			c.up, c.down, c.dur = r.size(18e3, 0.9, 3e3, 200e3), r.size(9e3, 1.1, 3e3, 400e3), r.between(2, 60)*second
		}
		t.tls(r, s, c)
	}
}

// mostFiles is how many files a theft collects at most.
const mostFiles = 400

// collect reads files from the file server from about eight in the evening
// and returns how many bytes it got and when it was done.
func (t *thief) collect(evening int64) (collected, done int64) {
	r := t.r
	from := pick(r, [][]shareFile{t.g.shares.research, t.g.shares.research, t.g.shares.clinical, t.g.shares.office})
	first, count, enough := r.IntN(len(from)-mostFiles+1), int(r.between(60, mostFiles)), int64(0)
	for i, f := range from[first : first+mostFiles] {
		if enough += f.size; enough > 2*minStolen {
			count = max(count, i+1)
			break
		}
	}
	files := from[first:][:count]
	span := r.between(40*minute, 105*minute)
	ts := evening + r.Int64N(145*minute-span)
	gap := span / int64(count)
	for sessions := int(r.between(1, 3)); sessions > 0; sessions-- {
		n := len(files) / sessions
		for _, f := range files[:n] {
			collected += f.size
		}
		ts = t.read(r, reading{
			ts: ts, src: t.addr(ts), sp: t.victim.port(r), dst: t.g.net.files.addrs[0], files: files[:n],
			gap: func(r *random) int64 { return r.spread(gap, 0.8) },
		})
		files = files[n:]
		if sessions > 1 {
			ts += r.between(20, 150) * second
		}
	}
	return collected, ts
}
