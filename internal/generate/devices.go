package generate

import "fmt"

// remoteSupport is the maker's line to some scanners: one TLS connection every
// ten minutes, to a name that only this device uses, with a certificate by the
// maker's own authority.
func (g *generator) remoteSupport(r *random) {
	ca := newAuthority(r, g.start, "CN=ScanWorks Device Services CA,O=ScanWorks Medical GmbH,C=DE", "", 1095, false)
	for i, h := range g.net.imaging {
		if i > 2 {
			break
		}
		s := &site{name: fmt.Sprintf("d%d.rsvp.scanworks.example", r.between(40000, 49999)), addrs: []ip{g.pool.draw(r)}, ttl: 1800, heavy: 1}
		s.sni = s.name
		ca.issue(r, g.start, s)
		s.validation = "unable to get local issuer certificate"
		g.every(r, 10*minute, 0.02, func(ts int64) {
			g.resolve(r, h, ts, s)
			up, down := r.between(2600, 3400), r.between(4100, 4500)
			if r.chance(0.01) {
				up = r.size(300e3, 0.6, 50e3, 4e6) // a service log
			}
			g.tls(r, s, session{ts: ts, src: h.addrs[0], dst: s.addrs[0], sp: h.port(r), dp: 443, up: up, down: down, dur: r.between(700, 1600) * millisecond, state: "SF"})
		})
	}
}

// bedside devices report to their gateway.
func (g *generator) bedside(r *random) {
	for _, h := range g.net.devices {
		g.every(r, 10*minute, 0.01, func(ts int64) {
			g.tcp(r, flow{ts: ts, src: h.addrs[0], dst: g.net.gateway.addrs[0], sp: h.port(r), dp: 6661, dur: r.between(30, 400) * millisecond, ob: r.between(1800, 2600), rb: r.between(120, 160), state: "SF"})
		})
	}
}

// printing goes through the print server; printers have certificates that they
// signed themselves, and no business outside.
func (g *generator) printing(r *random) {
	for _, p := range g.net.prints {
		s := &site{addrs: p.addrs[:1], alpn: "http/1.1"}
		selfSign(r, g.start, s, "CN="+p.name+",O=PrintMaker,OU=Embedded", r.between(200, 1500), r.between(2000, 3000))
		g.every(r, hour, 0.05, func(ts int64) { // ink and paper
			h := g.net.printing
			g.tls(r, s, session{ts: ts, src: h.addrs[0], dst: p.addrs[0], sp: h.port(r), dp: 443, up: r.between(900, 1500), down: r.between(3e3, 7e3), dur: r.between(100, 900) * millisecond, state: "SF"})
		})
		for _, h := range g.net.of(desktop, ward) {
			if (len(h.name)+int(p.addrs[0]))%5 != 0 {
				continue
			}
			g.arrivals(r, h, 0.25, func(ts int64) {
				size := r.size(300e3, 1, 12e3, 30e6)
				g.tcp(r, flow{ts: ts, src: h.addr(ts - g.start), dst: g.net.printing.addrs[0], sp: h.port(r), dp: 445, service: "gssapi,smb,krb", dur: size/20 + second, ob: size, rb: r.between(3e3, 9e3)})
				g.tcp(r, flow{ts: ts + r.between(1, 4)*second, src: g.net.printing.addrs[0], dst: p.addrs[0], sp: g.net.printing.port(r), dp: 9100, dur: size/2 + second, ob: size * 11 / 10, rb: r.between(100, 400), state: "SF"})
			})
		}
	}
}

// building is the hard innocent case: a controller that talks to its maker at
// steady intervals, under a certificate that signed itself, in small bytes,
// from the first hour to the last.
func (g *generator) building(r *random) {
	for _, h := range g.net.sensors {
		s := &site{name: "edge2.climacontrol.example", sni: "edge2.climacontrol.example", addrs: []ip{g.pool.draw(r)}, ttl: 3600}
		selfSign(r, g.start, s, "CN=climacontrol-edge,O=ClimaControl,C=SE", 900, 2750)
		g.every(r, 15*minute, 0.04, func(ts int64) {
			g.resolve(r, h, ts, s)
			g.tls(r, s, session{ts: ts, src: h.addrs[0], dst: s.addrs[0], sp: h.port(r), dp: 443, up: r.between(1500, 1900), down: r.between(1900, 2300), dur: r.between(300, 800) * millisecond, state: "SF"})
		})
	}
}

// deadServer is asked now and then by machines that still have it configured.
func (g *generator) deadServer(r *random) {
	asking := append([]*host{g.net.monitor}, g.net.prints...)
	for i, h := range g.net.devices {
		if i%2 == 0 {
			asking = append(asking, h)
		}
	}
	for _, h := range asking {
		port := pick(r, []int64{515, 1433, 8080, 389})
		g.every(r, 3*hour, 0.3, func(ts int64) {
			g.unanswered(r, flow{ts: ts, src: h.addrs[0], dst: g.net.dead, sp: h.port(r), dp: port})
		})
	}
	for i, h := range g.net.of(desktop) {
		if i%6 == 0 { // a drive letter of a server that is gone
			g.arrivals(r, h, 0.5, func(ts int64) {
				g.unanswered(r, flow{ts: ts, src: h.addr(ts - g.start), dst: g.net.dead, sp: h.port(r), dp: 445})
			})
		}
	}
}

// monitoring pings servers and appliances.
func (g *generator) monitoring(r *random) {
	h := g.net.monitor
	watched := []*host{g.net.dc1, g.net.dc2, g.net.files, g.net.mail, g.net.record, g.net.pacs, g.net.lab, g.net.gateway}
	watched = append(watched, g.net.imaging...)
	for _, w := range watched {
		g.every(r, 15*minute, 0.002, func(ts int64) {
			g.ping(r, flow{ts: ts, src: h.addrs[0], dst: w.addrs[0]}, 3)
		})
	}
}
