package generate

import "time"

// backups send the day's backup to one cloud every night, and collect it inside
// before.
func (g *generator) backups(r *random) {
	s := g.web.service(r, g.start, g.pool, "vault-eu3.offsitebackup.example", 4, false)
	h := g.net.backup
	for d := range g.o.Days {
		ts := g.start + int64(d)*day + 30*minute + r.Int64N(8*minute)
		for _, from := range []*host{g.net.files, g.net.record, g.net.lab, g.net.mail} {
			size := r.between(2<<30, 12<<30)
			g.tcp(r, flow{
				ts: ts, src: h.addrs[0], dst: from.addrs[0], sp: h.port(r), dp: 10000, service: "", dur: size / 90, ob: size / 900, rb: size, linux: true,
			})
			ts += r.between(20, 90) * second
		}
		ts = g.start + int64(d)*day + hour + r.Int64N(4*minute)
		total, parts := r.between(1<<30, 4<<30), r.between(4, 10)
		for range parts {
			up := r.spread(total/parts, 0.3)
			g.resolve(r, h, ts, s)
			dur := up / 11 // 11 MB/s
			g.tls(r, s, session{
				ts: ts, src: h.addrs[0], dst: pick(r, s.addrs), sp: h.port(r), dp: 443, up: up, down: up/3000 + r.between(5e3, 9e3), dur: dur,
				linux: true, state: "SF",
			})
			ts += dur/2 + r.between(1, 20)*second
		}
	}
}

// radiology is what the scanners send to the archive, what the wards look at,
// and the studies that go to a partner on weekdays.
func (g *generator) radiology(r *random) {
	n := g.net
	partner := g.web.service(r, g.start, g.pool, "gw.teleradiology.example", 1, false)
	port := pick(r, []int64{2762, 443})
	for at := g.start; at < g.end; at += hour {
		clock := at % day / hour
		rate := 0.25
		if !weekend(at) && clock >= 7 && clock < 18 {
			rate = 2.5
		}
		for _, h := range n.imaging {
			for range r.poisson(rate) {
				ts, size := at+r.Int64N(hour), r.size(90e6, 0.8, 8e6, 900e6)
				if g.covers(ts) {
					g.tcp(r, flow{ts: ts, src: h.addrs[0], dst: n.pacs.addrs[0], sp: h.port(r), dp: 11112, dur: size/30 + second, ob: size, rb: size / 600, state: "SF"})
				}
			}
		}
		for _, h := range n.of(ward, desktop) {
			for range r.poisson(0.12 * rate * g.activity(h, at+hour/2)) {
				ts, size := at+r.Int64N(hour), r.size(60e6, 0.9, 2e6, 700e6)
				if g.covers(ts) {
					g.tcp(r, flow{ts: ts, src: h.addr(ts - g.start), dst: n.pacs.addrs[0], sp: h.port(r), dp: 8042, service: "", dur: size/25 + second, ob: size / 500, rb: size})
				}
			}
		}
		if weekend(at) || clock < 8 || clock > 17 {
			continue
		}
		for range r.poisson(0.9) {
			ts, size := at+r.Int64N(hour), r.size(85e6, 0.7, 10e6, 500e6)
			g.resolve(r, n.pacs, ts, partner)
			g.tls(r, partner, session{
				ts: ts, src: n.pacs.addrs[0], dst: partner.addrs[0], sp: n.pacs.port(r), dp: port, up: size, down: size / 700, dur: size/8 + second,
				linux: true, state: "SF",
			})
		}
	}
}

// laboratory sends its results outside at fixed times from the first day: by
// FTP to one partner and by HTTP to a registry. It also feeds the records.
func (g *generator) laboratory(r *random) {
	n := g.net
	partner, registry := g.pool.draw(r), g.web.service(r, g.start, g.pool, "intake.diseaseregistry.example", 1, false)
	src := n.lab.addrs[0]
	for d := range g.o.Days {
		midnight := g.start + int64(d)*day
		date := time.UnixMicro(midnight).UTC().Format("20060102")
		for i, clock := range []int64{6, 12, 18} {
			var files []payload
			for k := range r.between(2, 4) {
				name := "ORU_" + date + "_" + sizedName("", int(clock), 2) + sizedName("00_", int(k)+1, 2) + ".hl7"
				files = append(files, newPayload(r, name, "text/plain", r.size(600e3, 0.6, 60e3, 4e6)))
			}
			g.ftpUpload(r, upload{
				ts: midnight + clock*hour + 5*second + r.Int64N(20*second), src: src, dst: partner, port: n.lab.port, user: "lakeside-lab",
				folder: "/inbound/", files: files, rate: 2e6, pause: func(r *random) int64 { return r.between(300, 2500) * millisecond },
			})
			if i == 1 {
				g.registryPost(r, midnight+13*hour+r.Int64N(30*second), registry, date)
			}
		}
	}
	for at := g.start; at < g.end; at += hour {
		for range r.poisson(6) { // HL7 to the records
			ts := at + r.Int64N(hour)
			g.tcp(r, flow{ts: ts, src: src, dst: n.record.addrs[0], sp: n.lab.port(r), dp: 2575, dur: r.between(40, 900) * millisecond, ob: r.between(900, 9000), rb: r.between(150, 600), linux: true})
		}
	}
}

func (g *generator) registryPost(r *random, ts int64, s *site, date string) {
	h := g.net.lab
	g.resolve(r, h, ts, s)
	p := newPayload(r, "notifications_"+date+".zip", "application/zip", r.size(1.4e6, 0.5, 200e3, 8e6))
	ok := newPayload(r, "", "text/json", r.between(90, 300))
	g.http11(r, visit{
		ts: ts, src: h.addrs[0], dst: s.addrs[0], sp: h.port(r), dp: 80, host: s.name, agent: "LabConnect/6.3",
		requests: []request{{after: 25 * millisecond, took: p.size / 2, method: "POST", uri: "/intake/v2/batch", body: &p, form: true, reply: &ok, status: 200, reason: "OK"}},
	})
}

// sequencing sends gigabytes to a collaborator on several days, the first two
// among them.
func (g *generator) sequencing(r *random) {
	h := g.net.sequencer()
	s := g.web.service(r, g.start, g.pool, "ingest.genome-consortium.example", 2, false)
	for d := range g.o.Days {
		if d > 1 && d%7 != 3 && !r.chance(0.3) {
			continue
		}
		ts := g.start + int64(d)*day + 10*hour + r.Int64N(7*hour)
		for range r.between(4, 12) {
			up := r.between(120<<20, 420<<20)
			g.resolve(r, h, ts, s)
			dur := up / 14
			g.tls(r, s, session{
				ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 443, up: up, down: up/2500 + 6e3, dur: dur,
				linux: true, state: "SF",
			})
			ts += dur + r.between(1, 40)*second
		}
	}
}
