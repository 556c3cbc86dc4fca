package generate

import "strings"

// updates are the updaters and the telemetry of every Windows machine: strictly
// periodic, to the same few names.
func (g *generator) updates(r *random) {
	vendors := []struct {
		site     *site
		period   int64
		jitter   float64
		up, down [2]int64
	}{
		{g.web.service(r, g.start, g.pool, "fe3.update.oswindow.example", 4, false), hour, 0.02, [2]int64{2200, 4200}, [2]int64{3900, 20e3}},
		{g.web.service(r, g.start, g.pool, "cloud.sentryav.example", 3, false), hour, 0.01, [2]int64{1100, 1600}, [2]int64{4300, 5600}},
		{g.web.service(r, g.start, g.pool, "v10.events.oswindow.example", 4, true), hour, 0.1, [2]int64{4e3, 30e3}, [2]int64{4500, 5500}},
		{g.web.service(r, g.start, g.pool, "update.webnavigator.example", 2, true), 5 * hour, 0.03, [2]int64{1900, 2600}, [2]int64{5e3, 9e3}},
	}
	for _, h := range g.windows() {
		for _, v := range vendors {
			g.every(r, v.period, v.jitter, func(ts int64) {
				if !g.on(h, ts) {
					return
				}
				g.resolve(r, h, ts, v.site)
				g.tls(r, v.site, session{
					ts: ts, src: h.addr(ts - g.start), dst: pick(r, v.site.addrs), sp: h.port(r), dp: 443, up: r.between(v.up[0], v.up[1]),
					down: r.between(v.down[0], v.down[1]), dur: r.between(180, 1900) * millisecond, resumed: 0.85,
				})
			})
		}
	}
	g.definitions(r)
}

// definitions are the antivirus signatures, fetched over HTTP once a day, and
// the certificate revocation lists.
func (g *generator) definitions(r *random) {
	s := g.web.service(r, g.start, g.pool, "download.sentryav.example", 3, false)
	crl := g.web.service(r, g.start, g.pool, "crl.webtrust.example", 2, false)
	packs := make([]payload, g.o.Days)
	for i := range packs {
		packs[i] = newPayload(r, "", "application/vnd.ms-cab-compressed", r.between(18<<20, 55<<20))
	}
	for _, h := range g.windows() {
		g.every(r, day, 0.02, func(ts int64) {
			if !g.on(h, ts) {
				return
			}
			g.resolve(r, h, ts, s)
			p := packs[g.dayOf(ts)]
			g.http11(r, visit{
				ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 80, host: s.name, agent: "SentryAV/14.2 (update)",
				requests: []request{{after: 20 * millisecond, took: p.size / 8, method: "GET", uri: "/defs/x64/" + p.md5[:12] + ".cab", reply: &p, status: 200, reason: "OK"}},
			})
		})
		g.every(r, 12*hour, 0.2, func(ts int64) {
			if !g.on(h, ts) {
				return
			}
			g.resolve(r, h, ts, crl)
			p := newPayload(r, "", "", r.between(700, 9000))
			g.http11(r, visit{
				ts: ts, src: h.addr(ts - g.start), dst: pick(r, crl.addrs), sp: h.port(r), dp: 80, host: crl.name, agent: "Microsoft-CryptoAPI/10.0",
				requests: []request{{after: 15 * millisecond, took: 40 * millisecond, method: "GET", uri: "/WebTrustTLSCA2021.crl", reply: &p, status: 200, reason: "OK"}},
			})
		})
	}
}

// hashLookups are the antivirus asking about files through the DNS: long unique
// labels below one name, from many machines.
func (g *generator) hashLookups(r *random) {
	for _, h := range g.windows() {
		ask := func(ts int64) {
			took := r.size(16e3, 0.7, 900, 400e3)
			a := answer{qtype: 1, values: []string{pick(r, []string{"127.0.0.1", "127.0.0.4", "127.0.0.4", "127.0.0.8"})}, ttl: 300, took: took}
			name := r.label(26) + "." + r.label(6) + ".avqs.sentryav.example"
			g.ask(r, ts, h.addr(ts-g.start), g.resolver(r), h.port(r), name, a)
		}
		if h.role == server {
			g.every(r, 2*hour, 0.5, ask)
			continue
		}
		g.arrivals(r, h, 1.6, ask)
	}
}

func (g *generator) resolver(r *random) ip {
	if r.chance(0.12) {
		return g.net.dc2.addrs[0]
	}
	return g.net.dc1.addrs[0]
}

// clocks are the time servers: the domain controllers ask a public pool, and so
// does what is not in the domain.
func (g *generator) clocks(r *random) {
	pools := []*site{
		g.web.service(r, g.start, g.pool, "0.pool.timekeepers.example", 4, false),
		g.web.service(r, g.start, g.pool, "1.pool.timekeepers.example", 4, false),
	}
	ask := func(h *host, ts int64, dst ip) {
		took := r.between(2, 40) * millisecond
		if dst.inside() {
			took = r.between(200, 900)
		}
		if g.covers(ts) {
			g.udp(flow{ts: ts, src: h.addr(ts - g.start), dst: dst, sp: 123, dp: 123, service: "ntp", dur: took, ob: 48, rb: 48}, 1, 1)
		}
	}
	outside := append([]*host{g.net.dc1, g.net.dc2, g.net.pacs, g.net.monitor}, g.net.imaging...)
	for _, h := range outside {
		g.every(r, 2048*second, 0.01, func(ts int64) {
			s := pick(r, pools)
			g.resolve(r, h, ts, s)
			ask(h, ts, pick(r, s.addrs))
		})
	}
	for _, h := range g.windows() {
		if strings.HasPrefix(h.name, "DC") {
			continue
		}
		g.every(r, 4*hour, 0.02, func(ts int64) {
			if g.on(h, ts) {
				ask(h, ts, g.net.dc1.addrs[0])
			}
		})
	}
}
