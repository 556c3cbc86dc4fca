package generate

// office is the work inside: patient records, mailboxes, log-ons and files on
// the file server.
func (g *generator) office(r *random) {
	n := g.net
	for _, h := range n.people {
		if h.role == guest {
			continue
		}
		records := map[role]float64{desktop: 2.5, ward: 5, laboratory: 4, research: 0.6}[h.role]
		g.arrivals(r, h, records, func(ts int64) {
			g.connect(r, h, ts, n.recordSite, 443, r.size(9e3, 0.9, 1500, 900e3), r.size(90e3, 1.2, 5e3, 60<<20), r.between(5*second, 15*minute))
		})
		g.arrivals(r, h, 2.2, func(ts int64) {
			g.connect(r, h, ts, n.mailSite, 993, r.size(3e3, 1, 900, 20<<20), r.size(16e3, 1.6, 2e3, 30<<20), r.between(2*second, 10*minute))
		})
		g.arrivals(r, h, 0.7, func(ts int64) {
			g.connect(r, h, ts, n.intranet, 443, r.between(1500, 9000), r.size(50e3, 1, 5e3, 5<<20), r.between(second, 2*minute))
		})
		if h.windows {
			g.logons(r, h)
		}
		if len(g.shares.of(h.role)) > 0 {
			g.opens(r, h)
		}
	}
}

// connect is one TLS connection of h to the first address of s.
func (g *generator) connect(r *random, h *host, ts int64, s *site, dp, up, down, dur int64) {
	g.resolve(r, h, ts, s)
	g.tls(r, s, session{
		ts: ts, src: h.addr(ts - g.start), dst: s.addrs[0], sp: h.port(r), dp: dp, up: up, down: down, dur: dur, resumed: 0.6,
		linux: !h.windows,
	})
}

func (g *generator) logons(r *random, h *host) {
	dc := func() ip {
		if r.chance(0.2) {
			return g.net.dc2.addrs[0]
		}
		return g.net.dc1.addrs[0]
	}
	talk := func(ts int64, dp int64, service string, up, down, dur int64) {
		if g.covers(ts) {
			g.tcp(r, flow{ts: ts, src: h.addr(ts - g.start), dst: dc(), sp: h.port(r), dp: dp, service: service, dur: dur, ob: up, rb: down})
		}
	}
	g.arrivals(r, h, 1.1, func(ts int64) {
		talk(ts, 88, "krb_tcp", r.between(1400, 1900), r.between(1400, 1800), r.between(1, 9)*millisecond)
		talk(ts+r.between(20, 300)*millisecond, 389, "ldap_tcp", r.between(1900, 4200), r.between(2500, 9e3), r.between(10, 900)*millisecond)
	})
	g.every(r, 95*minute, 0.1, func(ts int64) { // group policy
		if g.on(h, ts) {
			talk(ts, 445, "gssapi,smb,krb", r.between(3e3, 9e3), r.between(4e3, 30e3), r.between(2, 30)*second)
		}
	})
}

// opens are the files that the people at h read from the file server.
func (g *generator) opens(r *random, h *host) {
	files := g.shares.of(h.role)
	home := r.IntN(len(files))
	perHour := map[role]float64{desktop: 0.8, ward: 0.4, laboratory: 0.6, research: 1}[h.role]
	g.arrivals(r, h, perHour, func(ts int64) {
		count := int(r.size(2, 0.9, 1, 25))
		if h.role == research && r.chance(0.03) {
			count = int(r.between(25, 70)) // a whole folder for an analysis
		}
		list := make([]shareFile, count)
		for i := range list {
			list[i] = files[(home+int(r.size(12, 1.1, 0, 300)))%len(files)]
		}
		g.read(r, reading{
			ts: ts, src: h.addr(ts - g.start), sp: h.port(r), dst: g.net.files.addrs[0], files: list,
			gap: func(r *random) int64 { return r.wait(25 * second) },
		})
	})
}

// indexing is the search server that reads many files in two nights: to the
// file server it looks like a sweep.
func (g *generator) indexing(r *random) {
	for d := range g.o.Days {
		if d%3 != 1 {
			continue
		}
		ts := g.start + int64(d)*day + 2*hour + r.Int64N(20*minute)
		for _, files := range [][]shareFile{g.shares.office, g.shares.clinical} {
			first := r.IntN(len(files) - 260)
			ts = g.read(r, reading{
				ts: ts, src: g.net.indexer.addrs[0], sp: g.net.indexer.port(r), dst: g.net.files.addrs[0],
				files: files[first : first+int(r.between(150, 250))], gap: func(r *random) int64 { return r.between(100, 1500) * millisecond },
			}) + minute
		}
	}
}

// mail is the mail server: messages out and in, and look-ups of block lists.
func (g *generator) mail(r *random) {
	server := g.net.mail
	var peers []*site
	for i := range 40 {
		peers = append(peers, g.web.service(r, g.start, g.pool, "mx"+sizedName("", 1+i%3, 1)+"."+g.web.sites[i*7].name[4:], 1, false))
	}
	spammers := make([]ip, 150)
	for i := range spammers {
		spammers[i] = g.pool.draw(r)
	}
	by := newZipf(len(peers), 1, 1.5)
	for at := g.start; at < g.end; at += hour {
		clock, busy := at%day/hour, 0.25
		if !weekend(at) && clock >= 7 && clock < 18 {
			busy = 1
		}
		for range r.poisson(22 * busy) {
			ts, s := at+r.Int64N(hour), peers[by.draw(r)]
			g.resolve(r, server, ts, s)
			size := r.size(28e3, 1.7, 1500, 24<<20)
			if g.covers(ts) {
				g.tcp(r, flow{ts: ts, src: server.addrs[0], dst: s.addrs[0], sp: server.port(r), dp: 25, service: "smtp,ssl", dur: r.between(700, 6000)*millisecond + size/4, ob: size + r.between(900, 1600), rb: r.between(4e3, 6e3), linux: true})
			}
		}
		for range r.poisson(34 * busy) {
			g.delivery(r, at+r.Int64N(hour), peers[by.draw(r)].addrs[0])
		}
		for range r.poisson(5) { // unsolicited
			g.delivery(r, at+r.Int64N(hour), pick(r, spammers))
		}
	}
}

// delivery is one message from outside, with the look-ups that judge its sender.
func (g *generator) delivery(r *random, ts int64, from ip) {
	if !g.covers(ts) {
		return
	}
	server := g.net.mail
	size := r.size(22e3, 1.6, 1500, 20<<20)
	g.tcp(r, flow{ts: ts, src: from, dst: server.addrs[0], sp: r.between(32768, 60999), dp: 25, service: "smtp,ssl", dur: r.between(700, 6000)*millisecond + size/4, ob: size + 1200, rb: r.between(4e3, 6e3), linux: true})
	reversed := (from&255<<24 | from&0xff00<<8 | from>>8&0xff00 | from>>24).String()
	for _, list := range []string{".zen.dnsblock.example", ".bl.spamwatch.example"} {
		ts += r.between(5, 80) * millisecond
		a := answer{qtype: 1, rcode: 3, took: r.size(15e3, 0.8, 900, 900e3)}
		if r.chance(0.15) {
			a.rcode, a.ttl, a.values = 0, 300, []string{pick(r, []string{"127.0.0.2", "127.0.0.4", "127.0.0.10"})}
		}
		g.ask(r, ts, server.addrs[0], g.resolver(r), server.port(r), reversed+list, a)
	}
}
