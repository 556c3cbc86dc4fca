package generate

// scanner is the hospital's own vulnerability scanner, in two nights of a week.
func (g *generator) scanner(r *random) {
	ports := []int64{21, 22, 23, 25, 80, 135, 139, 443, 445, 1433, 3306, 3389, 5900, 8080, 8443}
	h := g.net.scanner
	for d := range g.o.Days {
		if d%7 != 2 && d%7 != 5 {
			continue
		}
		ts := g.start + int64(d)*day + 3*hour + r.Int64N(20*minute)
		targets := append(g.net.of(desktop, ward, laboratory, research), g.net.windowsServers()...)
		targets = append(targets, g.net.prints...)
		for _, target := range targets {
			if !g.on(target, ts) {
				continue
			}
			for _, port := range ports {
				ts += r.between(20, 700) * millisecond
				f := flow{ts: ts, src: h.addrs[0], dst: target.addr(ts - g.start), sp: h.port(r), dp: port, linux: true}
				switch {
				case !g.covers(ts):
				case target.windows && (port == 135 || port == 139 || port == 445 || port == 3389):
					f.dur, f.ob, f.rb, f.state = r.between(2, 900)*millisecond, r.between(60, 900), r.between(60, 1200), "RSTO"
					g.tcp(r, f)
				case target.windows || r.chance(0.3):
					g.unanswered(r, f)
				default:
					g.refused(r, f)
				}
			}
		}
	}
}

// inbound is what the internet does to the public server: scans of any port,
// small requests, and the visitors of the hospital's site.
func (g *generator) inbound(r *random) {
	scanners := make([]ip, 500)
	for i := range scanners {
		scanners[i] = g.pool.draw(r)
	}
	visitors := make([]ip, 900)
	for i := range visitors {
		visitors[i] = g.pool.draw(r)
	}
	public := &site{name: "www.lakeside-hospital.example", sni: "www.lakeside-hospital.example", addrs: []ip{g.net.edge}, alpn: "h2", tls13: true}
	g.web.authors[1].issue(r, g.start, public)
	by := newZipf(len(scanners), 0.7, 1)
	tried := []int64{22, 23, 23, 445, 3389, 8080, 8443, 2323, 5060, 6379, 81, 1433, 5900, 9200}
	for at := g.start; at < g.end; at += hour {
		for range r.poisson(22) {
			f := flow{ts: at + r.Int64N(hour), src: scanners[by.draw(r)], dst: g.net.edge + ip(r.IntN(5)), sp: r.between(1025, 65535), linux: true}
			f.dp = pick(r, tried)
			if r.chance(0.3) {
				f.dp = r.between(1, 65535)
			}
			if r.chance(0.7) {
				g.unanswered(r, f)
			} else {
				g.refused(r, f)
			}
		}
		for range r.poisson(2.5) {
			g.probe(r, at+r.Int64N(hour), scanners[by.draw(r)])
		}
		busy := 0.3
		if clock := at % day / hour; clock >= 7 && clock < 22 {
			busy = 1
		}
		for range r.poisson(30 * busy) {
			ts := at + r.Int64N(hour)
			g.tls(r, public, session{
				ts: ts, src: pick(r, visitors), dst: g.net.edge, sp: r.between(1025, 65535), dp: 443, up: r.size(2500, 0.7, 700, 90e3),
				down: r.size(60e3, 1.3, 4e3, 20<<20), dur: r.size(6e6, 1.2, 80e3, 10*minute), linux: true,
			})
		}
	}
}

// probe is a scanner's HTTP request for something that is not there.
func (g *generator) probe(r *random, ts int64, from ip) {
	p := newPayload(r, "", "text/html", 162)
	host := g.net.edge.String()
	g.http11(r, visit{
		ts: ts, src: from, dst: g.net.edge, sp: r.between(1025, 65535), dp: 80, host: host,
		agent: pick(r, []string{"Mozilla/5.0 zgrab/0.x", "python-requests/2.32.3", "Go-http-client/1.1", "curl/7.88.1"}),
		requests: []request{{
			after: 20 * millisecond, took: 30 * millisecond, method: "GET", reply: &p, status: 404, reason: "Not Found",
			uri: pick(r, []string{"/.env", "/wp-login.php", "/boaform/admin/formLogin", "/cgi-bin/luci", "/.git/config", "/robots.txt", "/manager/html"}),
		}},
	})
}

// captureLoss is the sensor's own estimate, every quarter of an hour.
func (g *generator) captureLoss(r *random) {
	for at := g.start + 15*minute; at < g.end; at += 15 * minute {
		ts := at + r.Int64N(40*millisecond)
		clock := at % day / hour
		acks := r.between(20e3, 60e3)
		if clock >= 7 && clock < 18 {
			acks *= 8
		}
		gaps := int64(float64(acks) * (0.0001 + 0.0029*r.Float64()*r.Float64()))
		t := g.loss
		if t.off {
			continue
		}
		t.row(ts)
		t.time(ts)
		t.time(15*minute + r.Int64N(900))
		t.str("zeek")
		t.num(gaps)
		t.num(acks)
		t.float(100 * float64(gaps) / float64(acks))
		t.end()
	}
}
