package generate

// calls are video conferences and telehealth: UDP for most of an hour, hundreds
// of megabytes each way, more in than out.
func (g *generator) calls(r *random) {
	meet := g.web.service(r, g.start, g.pool, "app.meetvideo.example", 2, true)
	relay := g.web.service(r, g.start, g.pool, "turn.meetvideo.example", 6, false)
	care := g.web.service(r, g.start, g.pool, "media.telehealth.example", 3, false)
	for _, h := range g.net.people {
		if h.role == guest && !r.chance(0.3) {
			continue
		}
		g.arrivals(r, h, map[role]float64{desktop: 0.055, research: 0.09, guest: 0.05}[h.role], func(ts int64) {
			g.connect(r, h, ts-r.between(3, 20)*second, meet, 443, r.between(9e3, 90e3), r.between(80e3, 3e6), r.between(20*minute, hour))
			g.call(r, h, ts, relay, 3478, r.between(15*minute, 95*minute), 0.35+0.4*r.Float64())
		})
		if h.role == ward || h.role == desktop {
			g.arrivals(r, h, 0.02, func(ts int64) {
				g.call(r, h, ts, care, r.between(10000, 10400), r.between(8*minute, 40*minute), 0.6+0.35*r.Float64())
			})
		}
	}
}

// call is one call of which the near side sends outShare of what it receives.
func (g *generator) call(r *random, h *host, ts int64, s *site, dp, dur int64, outShare float64) {
	g.resolve(r, h, ts, s)
	in := dur / second * r.between(110e3, 260e3) // bytes per second
	out := int64(float64(in) * outShare)
	if g.covers(ts) {
		g.udp(flow{ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: dp, dur: dur, ob: out, rb: in}, out/820+50, in/980+50)
	}
}

// cloudDrives are machines that keep folders in step with a cloud: a long
// connection for news and uploads of any size.
func (g *generator) cloudDrives(r *random) {
	news := g.web.service(r, g.start, g.pool, "notify.clouddrive.example", 3, true)
	store := g.web.service(r, g.start, g.pool, "upload.clouddrive.example", 5, false)
	for i, h := range g.net.of(desktop, research, guest) {
		if i%4 != 0 {
			continue
		}
		g.every(r, 4*hour, 0.05, func(ts int64) {
			if g.on(h, ts) {
				g.connect(r, h, ts, news, 443, r.between(4e3, 30e3), r.between(6e3, 50e3), r.between(2*hour, 3*hour+50*minute))
			}
		})
		g.arrivals(r, h, 0.5, func(ts int64) {
			up := r.size(5e6, 1.5, 30e3, 220<<20)
			g.connect(r, h, ts, store, 443, up, r.between(6e3, 40e3)+up/4000, up/3+r.wait(20*second))
			if r.chance(0.6) {
				down := r.size(3e6, 1.5, 20e3, 300<<20)
				g.connect(r, h, ts+r.wait(minute), store, 443, r.between(4e3, 20e3)+down/4000, down, down/6+r.wait(20*second))
			}
		})
	}
}
