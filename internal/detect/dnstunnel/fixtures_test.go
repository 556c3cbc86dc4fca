package dnstunnel

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner  = "10.1.1.10" // the resolver of the house
	outer  = "192.0.2.53"
	public = "203.0.113.153"
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-iodine":          iodine,
		"positive-dnscat":          dnscat,
		"positive-drip":            drip,
		"positive-resolver":        behindResolver,
		"positive-bindlog":         bindLog,
		"positive-bindlog-sensor":  bindLogAndSensor,
		"innocent-bindlog":         bindLogInnocent,
		"innocent-antivirus":       antivirus,
		"innocent-antivirus-alone": antivirusAlone,
		"innocent-blocklist":       blocklist,
		"innocent-content-network": contentNetwork,
		"innocent-directory":       directory,
		"innocent-reverse":         reverse,
		"innocent-telemetry":       telemetry,
		"innocent-mailkeys":        mailKeys,
	} {
		l := dt.NewLogs(uint64(len(name)) * 15485863)
		write(l)
		l.Save(t, name)
	}
}

// iodine carries a file in names of up to 200 characters, asked for as NULL, and
// acknowledges in the answers.
func iodine(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 12)
	l.Browse(hs, dt.Sites(15), inner, 0, 2, 5)
	at := int64(dt.Start) + 38*dt.Hour
	for i := range 500 {
		at += 50_000 + l.Int64N(400_000)
		name := fmt.Sprintf("%c", "0123456789abcdef"[i%16]) + l.Text(dt.Base32, 56) + "." + l.Text(dt.Base32, 57) + "." + l.Text(dt.Base32, 57)
		l.DNS(dt.DNS{TS: at, Src: hs[4], Resolver: inner, Query: name + ".t1.pirate-lake.test", Type: 10, Answers: []string{"<unknown type=10>"}})
	}
}

// dnscat polls once a second with hexadecimal names for TXT, CNAME and MX.
func dnscat(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 12)
	l.Browse(hs, dt.Sites(15), inner, 0, 2, 5)
	at := int64(dt.Start) + 34*dt.Hour
	for i := range 1500 {
		at += dt.Second + l.Int64N(60_000)
		name := l.Text(dt.Hex, 4) + "01f500" + l.Text(dt.Hex, 24)
		if i%40 < 3 { // what the operator takes
			name = l.Text(dt.Hex, 60) + "." + l.Text(dt.Hex, 60) + "." + l.Text(dt.Hex, 40)
		}
		kind := []int{16, 5, 15}[l.IntN(3)]
		answer := l.Text(dt.Hex, 34)
		if kind == 16 {
			answer = "TXT 34 " + answer
		} else {
			answer += ".cat-herd.test"
		}
		l.DNS(dt.DNS{TS: at, Src: hs[2], Resolver: inner, Query: name + ".cat-herd.test", Type: kind, Answers: []string{answer}})
	}
}

// drip is one name of thirty characters every forty seconds for three days,
// through the house's resolver, whose own look-ups are logged too.
func drip(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), inner, 0, 5, 4)
	for at := int64(dt.Start) + 36*dt.Hour; at < dt.Start+108*dt.Hour; at += 40 * dt.Second {
		name := l.Text(dt.Hex, 30) + ".news-mirror.test"
		l.DNS(dt.DNS{TS: at, Src: hs[9], Resolver: inner, Query: name, Answers: []string{"203.0.113.201"}})
		if at%(8*dt.Minute) == 0 { // a sensor outside that sees little
			l.DNS(dt.DNS{TS: at + 1500, Src: inner, Resolver: outer, Query: name, Answers: []string{"203.0.113.201"}})
		}
	}
}

// behindResolver is a tunnel of which only the resolver's look-ups are logged.
func behindResolver(l *dt.Logs) {
	for _, h := range dt.Hosts("10.1.2.", 20) { // clients and their resolver, as connections
		for k := range int64(4) {
			l.Conn(dt.Conn{TS: dt.Start + 8*dt.Hour + k*dt.Hour, Src: h, Dst: inner, Port: 53, Proto: "udp", Service: "dns", Duration: 2000, Out: 40, In: 90})
			l.Conn(dt.Conn{TS: dt.Start + 8*dt.Hour + k*dt.Hour + dt.Second, Src: h, Dst: "198.51.100.9", Port: 443, Service: "ssl", Duration: dt.Second, Out: 2000, In: 30_000})
		}
	}
	for i := range 400 {
		l.DNS(dt.DNS{TS: dt.Start + 8*dt.Hour + int64(i)*dt.Minute, Src: inner, Resolver: outer, Query: fmt.Sprintf("www.site%02d.example", i%40), Answers: []string{"198.51.100.9"}})
	}
	at := int64(dt.Start) + 9*dt.Hour
	for range 900 {
		at += 4*dt.Second + l.Int64N(4*dt.Second)
		l.DNS(dt.DNS{TS: at, Src: inner, Resolver: outer, Query: l.Text(dt.Base32, 52) + ".paper-trail.test", Type: 16, Answers: []string{"TXT 8 " + l.Text(dt.Base32, 8)}})
	}
}

// antivirus asks for hashes of files, from every host.
func antivirus(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), inner, 0, 2, 4)
	for _, h := range hs {
		for range 60 {
			hash(l, h, dt.Start+l.Int64N(2*dt.Day))
		}
	}
}

func hash(l *dt.Logs, host string, at int64) {
	l.DNS(dt.DNS{TS: at, Src: host, Resolver: inner, Query: l.Text(dt.Base32, 26) + "." + l.Text(dt.Base32, 6) + ".avqs.sentry.example", Answers: []string{fmt.Sprintf("127.0.0.%d", 1+l.IntN(8))}})
}

// antivirusAlone is the first full scan of the one server that has the product.
func antivirusAlone(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), inner, 0, 2, 4)
	for range 2500 {
		hash(l, "10.1.1.30", dt.Start+21*dt.Hour+l.Int64N(2*dt.Hour))
	}
}

// blocklist is a mail server that asks for the address of every sender.
func blocklist(l *dt.Logs) {
	l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), inner, 0, 4, 3)
	for range 4000 {
		name := fmt.Sprintf("%d.%d.%d.%d.zen.blocks.example", l.IntN(256), l.IntN(256), l.IntN(256), 1+l.IntN(222))
		d := dt.DNS{TS: dt.Start + l.Int64N(4*dt.Day), Src: "10.1.1.25", Resolver: inner, Query: name, Code: 3}
		if l.IntN(4) == 0 {
			d.Code, d.Answers = 0, []string{"127.0.0.4"}
		}
		l.DNS(d)
	}
}

// contentNetwork gives every page a name of its own, which is then called.
func contentNetwork(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), inner, 0, 3, 4)
	for range 700 {
		at := int64(dt.Start) + int64(l.IntN(3))*dt.Day + 8*dt.Hour + l.Int64N(8*dt.Hour)
		ip := fmt.Sprintf("203.0.113.%d", 1+l.IntN(40))
		l.DNS(dt.DNS{TS: at, Src: hs[6], Resolver: inner, Query: l.Text(dt.Hex, 32) + ".edge.fastpages.example", Answers: []string{ip}})
		l.Conn(dt.Conn{TS: at + 40_000, Src: hs[6], Dst: ip, Port: 443, Service: "ssl", Duration: dt.Second, Out: 1500, In: 60_000})
	}
}

// directory is Windows machines that look for their services.
func directory(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), inner, 0, 3, 3)
	for _, h := range hs {
		for range 90 {
			site := fmt.Sprintf("Building-%02d", l.IntN(30))
			name := "_ldap._tcp." + site + "._sites.dc._msdcs.corp.hospital.example"
			if l.IntN(3) == 0 {
				name = fmt.Sprintf("%s.domains._msdcs.corp.hospital.example", "7f3a9c1e-44d2-4b7a-9a10-"+l.Text(dt.Hex, 12))
			}
			l.DNS(dt.DNS{TS: dt.Start + l.Int64N(3*dt.Day), Src: h, Resolver: inner, Query: name, Type: 33, Answers: []string{"dc1.corp.hospital.example"}})
		}
		l.DNS(dt.DNS{TS: dt.Start + l.Int64N(3*dt.Day), Src: h, Resolver: inner, Query: "dc1.corp.hospital.example", Answers: []string{inner}})
	}
}

// reverse is a machine that names every address in its reports.
func reverse(l *dt.Logs) {
	l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), public, 0, 2, 3)
	for range 3000 {
		l.DNS(dt.DNS{
			TS: dt.Start + 9*dt.Hour + l.Int64N(10*dt.Hour), Src: "10.1.1.40", Resolver: public, Type: 12, Code: 3,
			Query: fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa", l.IntN(256), l.IntN(256), l.IntN(256), 1+l.IntN(222)),
		})
	}
}

// telemetry is a product on three machines that makes up a name for each of its
// reports, and sends the report there.
func telemetry(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), inner, 0, 7, 4)
	for _, h := range hs[3:6] {
		for at := int64(dt.Start); at < dt.Start+7*dt.Day; at += 5*dt.Minute + l.Int64N(dt.Minute) {
			ip := fmt.Sprintf("203.0.113.%d", 60+l.IntN(8))
			l.DNS(dt.DNS{TS: at, Src: h, Resolver: inner, Query: l.Text(dt.Hex, 32) + ".in.metrics-hub.example", Answers: []string{ip}})
			l.Conn(dt.Conn{TS: at + 30_000, Src: h, Dst: ip, Port: 443, Service: "ssl", Duration: dt.Second, Out: 2500, In: 4000})
		}
	}
}

// mailKeys is a mail server that asks for the keys of a large sender of mail, with
// selectors of 32 characters (DKIM), for policies, and another that proves to an
// authority whose name is its own (ACME).
func mailKeys(l *dt.Logs) {
	l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), inner, 0, 7, 4)
	selectors, key := make([]string, 120), l.Text(dt.Hex, 380)
	for i := range selectors {
		selectors[i] = l.Text(dt.Base32, 32)
	}
	for range 3000 {
		at := dt.Start + l.Int64N(7*dt.Day)
		l.DNS(dt.DNS{TS: at, Src: "10.1.1.25", Resolver: inner, Type: 16, Query: selectors[l.IntN(len(selectors))] + "._domainkey.bulkmail.example", Answers: []string{"TXT 400 v=DKIM1 " + key}})
		l.DNS(dt.DNS{TS: at + dt.Second, Src: "10.1.1.25", Resolver: inner, Type: 16, Query: "_dmarc.bulkmail.example", Answers: []string{"TXT 20 v=DMARC1 p=none"}})
	}
	for d := range int64(7) {
		for range 4 {
			l.DNS(dt.DNS{TS: dt.Start + d*dt.Day + 3*dt.Hour, Src: "10.1.1.26", Resolver: inner, Type: 16, Query: "_acme-challenge.portal.hospital.example", Answers: []string{"TXT 43 " + l.Text(dt.Base32, 43)}})
		}
	}
}

// everyday is what hosts usually ask a server for that only logs questions.
func everyday(l *dt.Logs, hosts []string, days int) {
	sites := dt.Sites(25)
	for _, h := range hosts {
		for d := range days {
			for range 8 {
				ts := dt.Start + int64(d)*dt.Day + 7*dt.Hour + l.Int64N(11*dt.Hour)
				name := "www." + sites[l.IntN(len(sites))]
				l.Named(dt.DNS{TS: ts, Src: h, Query: name})
				l.Named(dt.DNS{TS: ts + 1000, Src: h, Query: name, Type: 28})
			}
		}
	}
}

// bindLog is a tunnel in the query log of a server that names neither itself nor
// its answers, and there is no other log.
func bindLog(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	everyday(l, hs, 3)
	at := int64(dt.Start) + 34*dt.Hour
	for range 1200 {
		at += 3*dt.Second + l.Int64N(3*dt.Second)
		l.Named(dt.DNS{TS: at, Src: hs[7], Query: l.Text(dt.Base32, 52) + ".Paper-Trail.test", Type: 16})
	}
}

// bindLogAndSensor is the same tunnel, with a sensor at the internet edge that sees
// the server ask for these names on behalf of its clients: one finding, not two.
func bindLogAndSensor(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	everyday(l, hs, 3)
	for _, h := range hs {
		for k := range int64(4) {
			l.Conn(dt.Conn{TS: dt.Start + 8*dt.Hour + k*dt.Hour, Src: h, Dst: inner, Port: 53, Proto: "udp", Service: "dns", Duration: 2000, Out: 40, In: 90})
		}
	}
	at := int64(dt.Start) + 34*dt.Hour
	for range 1200 {
		at += 3*dt.Second + l.Int64N(3*dt.Second)
		name := l.Text(dt.Base32, 52) + ".paper-trail.test"
		l.Named(dt.DNS{TS: at, Src: hs[7], Query: name, Type: 16})
		l.DNS(dt.DNS{TS: at + 1500, Src: inner, Resolver: outer, Query: name, Type: 16, Answers: []string{"TXT 8 " + l.Text(dt.Base32, 8)}})
	}
}

// bindLogInnocent is the same server without it: an antivirus on all hosts, names of
// a content network, a mail server that asks blocklists, a directory, reverse
// look-ups.
func bindLogInnocent(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	everyday(l, hs, 3)
	at := func() int64 { return dt.Start + l.Int64N(3*dt.Day) }
	for _, h := range hs {
		for range 40 {
			l.Named(dt.DNS{TS: at(), Src: h, Query: l.Text(dt.Base32, 26) + "." + l.Text(dt.Base32, 6) + ".avqs.sentry.example"})
			l.Named(dt.DNS{TS: at(), Src: h, Query: l.Text(dt.Hex, 32) + ".edge.fastpages.example"})
			l.Named(dt.DNS{TS: at(), Src: h, Query: fmt.Sprintf("_ldap._tcp.Building-%02d._sites.dc._msdcs.corp.hospital.example", l.IntN(30)), Type: 33})
		}
	}
	for range 3000 {
		l.Named(dt.DNS{TS: at(), Src: "10.1.1.25", Query: fmt.Sprintf("%d.%d.%d.%d.zen.blocks.example", l.IntN(256), l.IntN(256), l.IntN(256), 1+l.IntN(222))})
		l.Named(dt.DNS{TS: at(), Src: "10.1.1.40", Query: fmt.Sprintf("%d.%d.%d.%d.in-addr.arpa", l.IntN(256), l.IntN(256), l.IntN(256), 1+l.IntN(222)), Type: 12})
	}
}
