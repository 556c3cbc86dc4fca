package generate

import "slices"

// outside is the world that a bulk log's hospital talks to. It is only read
// while blocks are made.
type outside struct {
	*web
	suite, updaters, data          []*site
	chat, mailbox, forms, phones   *site
	virus, revoked                 *site
	meeting, relay, telehealth     *site
	driveNews, driveStore          *site
	public                         *site // the hospital's own
	peers                          []*site
	forwarders, scanners, visitors []ip
	apps                           []*site // the hospital's smaller ones
	support                        map[*actor]*site
}

const (
	sitesPerHost = 24
	maxSites     = 72_000 // what the reserved addresses are enough for
)

// newOutside makes the sites, of which a few are known to everybody and most to
// hardly anybody.
func newOutside(c *crowd, g *generator) *outside {
	r, now, p := stream(c.o.Seed, "bulk/web"), c.start, g.pool
	count := min(max(sitesPerHost*c.o.Hosts, webDomains), maxSites)
	w := &web{byRank: newZipf(count, 0.92, 3), authors: publicAuthorities(r, now)}
	o := &outside{web: w, support: map[*actor]*site{}}
	var edges []ip // shared content networks
	for range 12 + count/1000 {
		base := p.draw(r) &^ 15
		for i := range ip(16) {
			if a := base + i; i > 0 && i < 15 && !a.edge() {
				edges = append(edges, a)
				p.used[a] = true
			}
		}
	}
	slices.Sort(edges)
	names := siteNames(r, count)
	for _, name := range names {
		main := w.site(r, now, p, edges, "www."+name)
		main.plain = r.chance(0.05)
		var extra []*site
		if r.chance(0.25) {
			extra = append(extra, w.site(r, now, p, edges, pick(r, extraHosts)+"."+name))
		}
		w.sites, w.extras = append(w.sites, main), append(w.extras, extra)
	}
	for _, name := range commonHost {
		w.common = append(w.common, w.site(r, now, p, edges, name))
	}
	for range 100 {
		w.common = append(w.common, w.site(r, now, p, edges, pick(r, extraHosts)+"."+pick(r, firstWords)+"metrics-"+r.label(3)+".example"))
	}
	w.byUse = newZipf(len(w.common), 0.9, 1)
	o.services(r, c, g)
	return o
}

// siteNames returns names of two words, and below the first few thousand a
// number or label behind them.
func siteNames(r *random, count int) []string {
	var names []string
	for _, a := range firstWords {
		for _, b := range secondWords {
			names = append(names, a+b)
		}
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	out := make([]string, 0, count)
	seen := map[string]bool{}
	for i := 0; len(out) < count; i++ {
		name := names[i%len(names)]
		if i >= len(names) {
			name += "-" + r.label(3)
		}
		name += pick(r, []string{".example", ".example", ".example", ".example", ".test"})
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}

func (o *outside) services(r *random, c *crowd, g *generator) {
	named := func(name string, addrs int, tls13 bool) *site {
		return o.service(r, c.start, g.pool, name, addrs, tls13)
	}
	for _, name := range []string{"outlook", "login", "graph", "files", "presence", "static"} {
		o.suite = append(o.suite, named(name+".officehub.example", 4, name != "login"))
	}
	o.updaters = []*site{
		named("fe3.update.oswindow.example", 4, false), named("cloud.sentryav.example", 3, false),
		named("v10.events.oswindow.example", 4, true), named("update.webnavigator.example", 2, true),
	}
	for _, name := range []string{"ftp.genomebank", "data.proteinatlas", "download.trialregister", "mirror.statpackages", "hub.modelweights", "api.literature"} {
		o.data = append(o.data, named(name+".example", 2, true))
	}
	o.chat, o.mailbox, o.forms = named("presence.chatbubble.example", 4, true), named("mail.searchworld.example", 3, true), named("forms.docportal.example", 2, true)
	o.phones = named("push.phonecloud.example", 6, true)
	o.virus, o.revoked = named("download.sentryav.example", 3, false), named("crl.webtrust.example", 2, false)
	o.meeting, o.relay = named("app.meetvideo.example", 2, true), named("turn.meetvideo.example", 6, false)
	o.telehealth = named("media.telehealth.example", 3, false)
	o.driveNews, o.driveStore = named("notify.clouddrive.example", 3, true), named("upload.clouddrive.example", 5, false)
	o.public = &site{name: "www.lakeside-hospital.example", sni: "www.lakeside-hospital.example", addrs: []ip{c.net.edge}, alpn: "h2", tls13: true}
	o.authors[1].issue(r, c.start, o.public)
	for i := range 60 + c.o.Hosts/20 {
		o.peers = append(o.peers, named("mx1."+o.sites[i*3%len(o.sites)].name[4:], 1, false))
	}
	draw := func(n int) (out []ip) {
		for range n {
			out = append(out, g.pool.draw(r))
		}
		return out
	}
	o.forwarders, o.scanners, o.visitors = draw(2), draw(300+min(c.o.Hosts/4, 2000)), draw(200+min(c.o.Hosts, 6000))
	inside := func(name string, a ip) *site { return internalSite(r, c.start, c.net.ca, name+"."+domain, a) }
	for i := range 3 + c.o.Hosts/150 {
		o.apps = append(o.apps, inside(sizedName("app", i+1, 2), ip4(10, 20, 2, 10)+ip(i)))
	}
	for i, a := range c.actors {
		a.resolvers = [2]ip{c.net.dc1.addrs[0], c.net.dc2.addrs[0]}
		if a.role == guest {
			a.resolvers = [2]ip{ip4(10, 20, 1, 12), ip4(10, 20, 1, 13)}
		} else if a.id%2 == 0 {
			a.resolvers[0], a.resolvers[1] = a.resolvers[1], a.resolvers[0]
		}
		switch {
		case a.role == imaging && i%2 == 0:
			o.support[a] = named(sizedName("d", 40000+i, 5)+".rsvp.scanworks.example", 1, false)
		case a.role <= guest:
			a.share = c.net.files.addrs[0]
			if n := a.id >> 8 % uint64(1+c.o.Hosts/1500); n > 0 {
				a.share = ip4(10, 20, 3, 20) + ip(n) // a file server of its department
			}
			a.apps = [2]*site{o.apps[r.IntN(min(3, len(o.apps)))], pick(r, o.apps)}
			o.adopt(r, a)
		}
	}
}

// adopt gives a host the sites that its people come back to.
func (o *outside) adopt(r *random, a *actor) {
	a.favours = a.favours[:0]
	for i := range 12 {
		rank := o.byRank.draw(r)
		if i > 8 {
			rank = r.IntN(len(o.sites))
		}
		a.favours = append(a.favours, rank)
	}
}
