package generate

import (
	"fmt"
	"slices"
)

// site is a server by one of its names.
type site struct {
	name  string
	sni   string // name that clients send, empty for none
	addrs []ip
	ttl   int64 // of its address in the DNS, seconds
	tls13 bool
	alpn  string

	cipher     string
	chain      []*cert
	validation string
	matches    bool

	plain bool    // speaks HTTP, not TLS
	heavy float64 // how much larger its pages are than usual
}

// web is the outside world: what people browse, and how often.
type web struct {
	sites   []*site // first hosts of the domains, most popular first
	extras  [][]*site
	common  []*site // advertising, fonts, statistics: part of every page
	byRank  zipf
	byUse   zipf
	authors []*authority
}

const webDomains = 2400

var (
	firstWords = []string{
		"news", "daily", "cloud", "open", "green", "blue", "city", "home", "sport", "travel", "photo", "music", "video", "book",
		"game", "shop", "market", "health", "family", "garden", "kitchen", "river", "north", "south", "alpine", "metro", "smart",
		"quick", "bright", "silver", "golden", "maple", "cedar", "ocean", "harbor", "summit", "valley", "forest", "urban", "global",
		"local", "prime", "first", "union", "royal", "little", "grand", "sunny", "cosmo", "pixel", "logic", "data", "code", "craft",
		"auto", "bike", "train", "flight", "hotel", "event", "ticket", "school",
	}
	secondWords = []string{
		"portal", "times", "post", "hub", "store", "world", "guide", "forum", "point", "place", "works", "online", "direct",
		"network", "space", "station", "radar", "finder", "planet", "corner", "market", "review", "journal", "gazette", "express",
		"express24", "deals", "club", "team", "studio", "media", "press", "wire", "board", "board24", "list", "check", "compare",
		"search", "base", "line", "link", "port", "gate", "house", "garage", "garden", "lounge", "academy", "institute", "center",
	}
	extraHosts = []string{"static", "img", "api", "cdn7", "media", "assets", "login", "m"}
	commonHost = []string{
		"cdn.fontserve.example", "tag.metricsbay.example", "ads.pixelbidder.example", "sync.adcircle.example", "js.scriptcdn.example",
		"s2.socialwidgets.example", "collect.webstats.example", "img.admarket.example", "cdn3.fastedge.example",
		"ocsp-h.fastedge.example", "beacon.audiencelab.example", "rtb.openbidding.example", "consent.cookiedialog.example",
		"maps.mapservice.example", "embed.videohost.example", "i.videohost.example", "accounts.searchworld.example",
		"www.searchworld.example", "play.searchworld.example", "edge.chatbubble.example",
	}
)

func newWeb(seed uint64, now int64, p *pool) *web {
	r := stream(seed, "web")
	w := &web{byRank: newZipf(webDomains, 1.02, 2.5), byUse: newZipf(len(commonHost), 0.8, 1), authors: publicAuthorities(r, now)}
	edges := make([]ip, 0, 48) // a shared content network
	base := ip4(198, 18, uint32(r.between(16, 200)), 0)
	for i := range 48 {
		edges = append(edges, base+ip(i+4))
		p.used[base+ip(i+4)] = true
	}
	domains := make([]string, 0, len(firstWords)*len(secondWords))
	for _, a := range firstWords {
		for _, b := range secondWords {
			domains = append(domains, a+b)
		}
	}
	r.Shuffle(len(domains), func(i, j int) { domains[i], domains[j] = domains[j], domains[i] })
	for _, d := range domains[:webDomains] {
		d += pick(r, []string{".example", ".example", ".example", ".example", ".test"})
		main := w.site(r, now, p, edges, "www."+d)
		main.plain = r.chance(0.06)
		var extra []*site
		for range r.IntN(3) {
			extra = append(extra, w.site(r, now, p, edges, pick(r, extraHosts)+"."+d))
		}
		w.sites, w.extras = append(w.sites, main), append(w.extras, extra)
	}
	for _, name := range commonHost {
		w.common = append(w.common, w.site(r, now, p, edges, name))
	}
	return w
}

func (w *web) site(r *random, now int64, p *pool, edges []ip, name string) *site {
	s := &site{
		name: name, sni: name, ttl: pick(r, []int64{120, 120, 300, 300, 300, 600, 1800, 3600}), tls13: r.chance(0.66),
		alpn: pick(r, []string{"h2", "h2", "h2", "http/1.1"}), heavy: 0.4 + 1.2*r.Float64(),
	}
	if r.chance(0.45) {
		first := r.IntN(len(edges) - 3)
		s.addrs = slices.Clone(edges[first : first+1+r.IntN(3)])
	} else {
		for range 1 + r.IntN(2) {
			s.addrs = append(s.addrs, p.draw(r))
		}
	}
	pick(r, w.authors).issue(r, now, s)
	return s
}

// service returns a site of a company that is not part of browsing, on
// addresses of its own.
func (w *web) service(r *random, now int64, p *pool, name string, addrs int, tls13 bool) *site {
	s := &site{name: name, sni: name, ttl: 300, tls13: tls13, alpn: "http/1.1", heavy: 1}
	for range addrs {
		s.addrs = append(s.addrs, p.draw(r))
	}
	w.authors[2+r.IntN(2)].issue(r, now, s)
	return s
}

// internalSite returns a server of the hospital with a certificate by its own
// authority.
func internalSite(r *random, now int64, ca *authority, name string, a ip) *site {
	s := &site{name: name, sni: name, addrs: []ip{a}, ttl: 3600, alpn: "http/1.1", heavy: 1}
	ca.issue(r, now, s)
	s.validation = "unable to get local issuer certificate"
	return s
}

// sizedName returns prefix with a number, as machines are named.
func sizedName(prefix string, n, digits int) string { return fmt.Sprintf("%s%0*d", prefix, digits, n) }
