package generate

import "slices"

// browsing is what people look at, over TLS and now and then over HTTP.
func (g *generator) browsing(r *random) {
	phones := g.web.service(r, g.start, g.pool, "push.phonecloud.example", 4, true)
	for _, h := range g.net.people {
		perHour := map[role]float64{desktop: 5, ward: 2, laboratory: 2.2, research: 6, guest: 8}[h.role]
		g.arrivals(r, h, perHour, func(ts int64) { g.page(r, h, ts) })
		if h.role == guest {
			g.push(r, h, phones)
		}
	}
}

// page is one page: its site, the site's other hosts and the common ones.
func (g *generator) page(r *random, h *host, ts int64) {
	rank := pick(r, h.favours)
	if r.chance(0.5) {
		rank = g.web.byRank.draw(r)
	}
	main := g.web.sites[rank]
	if main.plain {
		g.plainPage(r, h, ts, main)
	} else {
		g.fetch(r, h, ts, main, 1)
	}
	for _, s := range g.web.extras[rank] {
		ts += r.between(30, 800) * millisecond
		g.fetch(r, h, ts, s, 2)
	}
	for range r.IntN(3) {
		ts += r.between(30, 900) * millisecond
		g.fetch(r, h, ts, g.web.common[g.web.byUse.draw(r)], 0.4)
	}
}

// fetch is one browser connection to s, larger by heavy.
func (g *generator) fetch(r *random, h *host, ts int64, s *site, heavy float64) {
	g.resolve(r, h, ts, s)
	down := r.size(24e3*heavy*s.heavy, 1.6, 2900, 600<<20)
	up := r.size(1800, 0.7, 700, 60e3) + down/70
	dur := r.size(9e6, 1.7, 60e3, 3*hour)
	if rate := down * 1e6 / dur; rate > 6<<20 {
		dur = down * 1e6 / (6 << 20)
	}
	g.tls(r, s, session{
		ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 443, up: up, down: down, dur: dur, resumed: 0.5,
		linux: !h.windows,
	})
}

var paths = []string{"/", "/", "/index.html", "/news/", "/article/", "/img/header.jpg", "/css/site.css", "/js/app.min.js", "/search?q=opening+hours", "/contact"}

func (g *generator) plainPage(r *random, h *host, ts int64, s *site) {
	g.resolve(r, h, ts, s)
	g.plainVisit(r, h, ts, s)
}

// plainVisit is one HTTP connection to a site, with up to five requests.
func (g *generator) plainVisit(r *random, h *host, ts int64, s *site) {
	v := visit{ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 80, host: s.name, agent: h.agent}
	at := r.between(15, 60) * millisecond
	for i := range 1 + r.IntN(5) {
		q := request{after: at, took: r.between(20, 900) * millisecond, method: "GET", uri: pick(r, paths), status: 200, reason: "OK"}
		if i > 0 {
			q.referrer = "http://" + s.name + "/"
		}
		p := newPayload(r, "", pick(r, []string{"text/html", "text/html", "image/jpeg", "image/png", "text/plain"}), r.size(14e3, 1.3, 200, 8<<20))
		q.reply = &p
		switch r.IntN(20) {
		case 0:
			q.status, q.reason, p.size, p.mime = 404, "Not Found", 162, "text/html"
		case 1:
			q.status, q.reason, q.reply = 304, "Not Modified", nil
		case 2:
			q.status, q.reason, q.reply = 301, "Moved Permanently", nil
		}
		v.requests = append(v.requests, q)
		at += q.took + r.wait(2*second)
	}
	g.http11(r, v)
}

// push is the long, nearly silent connection that telephones keep.
func (g *generator) push(r *random, h *host, s *site) {
	for d, here := range h.presence {
		if !here {
			continue
		}
		ts := g.start + int64(d)*day + int64(h.opens*float64(hour)) + r.between(1, 200)*second
		g.resolve(r, h, ts, s)
		g.tls(r, s, session{
			ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 5223, up: r.between(6e3, 40e3), down: r.between(8e3, 60e3),
			dur: int64((h.closes - h.opens) * 0.9 * float64(hour)), linux: true,
		})
	}
}

// attachments are files that people put into web mail and forms: uploads of
// some megabytes to names that many use.
func (g *generator) attachments(r *random) {
	mail := []*site{
		g.web.service(r, g.start, g.pool, "mail.searchworld.example", 3, true),
		g.web.service(r, g.start, g.pool, "outlook.officehub.example", 3, false),
	}
	form := g.web.service(r, g.start, g.pool, "forms.docportal.example", 2, false)
	for _, h := range g.net.people {
		g.arrivals(r, h, 0.12, func(ts int64) {
			size := r.size(2.2e6, 0.8, 1e6, 10e6)
			if h.role != guest && r.chance(0.35) {
				g.resolve(r, h, ts, form)
				p := newPayload(r, pick(r, []string{"referral", "scan", "form", "photo"})+sizedName("", r.IntN(100), 2)+".pdf", "application/pdf", size)
				ok := newPayload(r, "", "text/html", r.between(700, 5000))
				g.http11(r, visit{
					ts: ts, src: h.addr(ts - g.start), dst: pick(r, form.addrs), sp: h.port(r), dp: 80, host: form.name, agent: h.agent,
					requests: []request{{
						after: 30 * millisecond, took: size / 3, method: "POST", uri: "/upload", referrer: "http://" + form.name + "/new",
						body: &p, form: true, reply: &ok, status: 200, reason: "OK",
					}},
				})
				return
			}
			s := pick(r, mail)
			g.resolve(r, h, ts, s)
			g.tls(r, s, session{
				ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 443, up: size + r.between(4e3, 20e3),
				down: r.between(6e3, 400e3), dur: size/2 + r.wait(60*second), resumed: 0.4, linux: !h.windows,
			})
		})
		if h.role != guest {
			// The mailbox itself, all day long.
			s := mail[1]
			g.arrivals(r, h, 0.5, func(ts int64) {
				g.resolve(r, h, ts, s)
				g.tls(r, s, session{
					ts: ts, src: h.addr(ts - g.start), dst: pick(r, s.addrs), sp: h.port(r), dp: 443, up: r.between(5e3, 60e3),
					down: r.size(120e3, 1, 9e3, 30<<20), dur: r.between(20*second, 40*minute), resumed: 0.5,
				})
			})
		}
	}
}

// windows lists the machines that run Windows, people's and servers.
func (g *generator) windows() []*host {
	out := g.net.windowsServers()
	for _, h := range g.net.people {
		if h.windows {
			out = append(out, h)
		}
	}
	return slices.Clip(out)
}
