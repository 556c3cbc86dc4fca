package generate

// beat is what a machine does by the clock.
type beat struct {
	period int64
	jitter float64 // of the period
	people bool    // only while somebody is there
	do     func(k *block, a *actor, ts int64)
}

// equip gives every machine what it does.
func (c *crowd) equip(out *outside) {
	for _, a := range c.actors {
		a.tasks = tasks[a.role]
		switch a.role {
		case imaging:
			a.beats = []beat{{2 * minute, 0.02, false, (*block).worklist}}
			if out.support[a] != nil {
				a.beats = append(a.beats, beat{10 * minute, 0.02, false, (*block).remote})
			}
		case device:
			a.beats = []beat{{5 * minute, 0.01, false, (*block).bedsideReport}}
		case printer:
			a.beats = []beat{{10 * minute, 0.02, false, (*block).inkLevel}}
		case guest:
			a.beats = []beat{{leaseTime / 2, 0.05, false, (*block).renewLease}}
		case server:
			a.beats = serverBeats(c, a)
		default:
			a.beats = append(windowsBeats(), beat{leaseTime / 2, 0.05, false, (*block).renewLease},
				beat{5 * minute, 0.05, true, (*block).keepAlive}, beat{10 * minute, 0.1, true, (*block).readMail})
		}
	}
	c.mail.tasks = []task{{22, (*block).sendMail}, {36, (*block).receiveMail}}
	c.edge.tasks = []task{{60, (*block).knock}, {8, (*block).visitor}}
}

func serverBeats(c *crowd, a *actor) []beat {
	switch {
	case a == c.edge:
		return nil
	case a.windows && a.host != c.net.dc1 && a.host != c.net.dc2:
		return append(windowsBeats(), beat{5 * minute, 0.002, false, (*block).watch})
	}
	return []beat{{5 * minute, 0.002, false, (*block).watch}}
}

// windowsBeats are the updaters, the telemetry and the domain of a Windows
// machine.
func windowsBeats() []beat {
	update := func(i int, up, down [2]int64) func(*block, *actor, int64) {
		return func(k *block, a *actor, ts int64) {
			r, s := k.r, k.out.updaters[i]
			if !a.windows {
				return
			}
			k.lookUp(a, ts, s, 0.9, false)
			k.connect(a, ts, s, 443, r.between(up[0], up[1]), r.between(down[0], down[1]), r.between(180, 1900)*millisecond)
		}
	}
	return []beat{
		{hour, 0.04, false, update(0, [2]int64{2200, 4200}, [2]int64{3900, 20e3})},
		{hour, 0.02, false, update(1, [2]int64{1100, 1600}, [2]int64{4300, 5600})},
		{20 * minute, 0.1, false, update(2, [2]int64{4e3, 30e3}, [2]int64{4500, 5500})},
		{5 * hour, 0.06, false, update(3, [2]int64{1900, 2600}, [2]int64{5e3, 9e3})},
		{day, 0.02, false, (*block).definitions},
		{12 * hour, 0.2, false, (*block).revocations},
		{95 * minute, 0.1, false, (*block).policy},
		{hour, 0.02, false, (*block).clock},
		{40 * minute, 0.5, false, (*block).reputation},
	}
}

func (k *block) definitions(a *actor, ts int64) {
	r, s := k.r, k.out.virus
	if !a.windows {
		return
	}
	p := newPayload(stream(k.o.Seed+uint64(ts/day), "bulk/definitions"), "", "application/vnd.ms-cab-compressed", 0)
	p.size = 18<<20 + int64(p.md5[0])<<18
	k.lookUp(a, ts, s, 1, false)
	k.http11(r, visit{
		ts: ts, src: a.addr(ts - k.start), dst: k.address(a, s, ts), sp: k.port(a), dp: 80, host: s.name, agent: "SentryAV/14.2 (update)",
		requests: []request{{after: 20 * millisecond, took: p.size / 8, method: "GET", uri: "/defs/x64/" + p.md5[:12] + ".cab", reply: &p, status: 200, reason: "OK"}},
	})
}

func (k *block) revocations(a *actor, ts int64) {
	r, s := k.r, k.out.revoked
	k.lookUp(a, ts, s, 1, false)
	p := newPayload(r, "", "", r.between(700, 9000))
	k.http11(r, visit{
		ts: ts, src: a.addr(ts - k.start), dst: k.address(a, s, ts), sp: k.port(a), dp: 80, host: s.name, agent: "Microsoft-CryptoAPI/10.0",
		requests: []request{{after: 15 * millisecond, took: 40 * millisecond, method: "GET", uri: "/WebTrustTLSCA2021.crl", reply: &p, status: 200, reason: "OK"}},
	})
}

func (k *block) policy(a *actor, ts int64) {
	r := k.r
	k.talk(a, ts, a.resolvers[0], 389, "ldap_tcp", r.between(1900, 4200), r.between(2500, 9e3), r.between(10, 900)*millisecond)
	k.talk(a, ts+r.between(20, 300)*millisecond, a.resolvers[0], 445, "gssapi,smb,krb", r.between(3e3, 9e3), r.between(4e3, 30e3), r.between(2, 30)*second)
}

func (k *block) clock(a *actor, ts int64) {
	if dst := a.resolvers[0]; dst != a.addr(ts-k.start) {
		k.udp(flow{ts: ts, src: a.addr(ts - k.start), dst: dst, sp: 123, dp: 123, service: "ntp", dur: k.r.between(200, 900), ob: 48, rb: 48}, 1, 1)
	}
}

// reputation is the antivirus asking about a file through the DNS.
func (k *block) reputation(a *actor, ts int64) {
	r := k.r
	took := r.size(16e3, 0.7, 900, 400e3)
	x := answer{qtype: 1, values: []string{pick(r, []string{"127.0.0.1", "127.0.0.4", "127.0.0.4", "127.0.0.8"})}, ttl: 300, took: took}
	k.ask(r, ts, a.addr(ts-k.start), a.resolvers[0], k.port(a), r.label(26)+"."+r.label(6)+".avqs.sentryav.example", x)
}

// keepAlive is the chat that shows who is there.
func (k *block) keepAlive(a *actor, ts int64) {
	r := k.r
	k.lookUp(a, ts, k.out.chat, 0.5, false)
	k.connect(a, ts, k.out.chat, 443, r.between(1100, 2600), r.between(3900, 6e3), r.between(80, 900)*millisecond)
}

func (k *block) renewLease(a *actor, ts int64) { k.renew(k.r, a.host, ts) }

// push is the long, nearly silent connection that telephones keep.
func (k *block) push(a *actor, ts int64) {
	r := k.r
	k.lookUp(a, ts, k.out.phones, 1, false)
	k.connect(a, ts, k.out.phones, 5223, r.between(6e3, 40e3), r.between(8e3, 60e3), int64((a.closes-a.opens)*0.9*float64(hour)))
}

// worklist is a scanner asking for its next patients.
func (k *block) worklist(a *actor, ts int64) {
	r := k.r
	k.talk(a, ts, k.net.pacs.addrs[0], 104, "", r.between(700, 1100), r.between(900, 9e3), r.between(40, 600)*millisecond)
}

// remote is the maker's line to a scanner.
func (k *block) remote(a *actor, ts int64) {
	r, s := k.r, k.out.support[a]
	up := r.between(2600, 3400)
	if r.chance(0.01) {
		up = r.size(300e3, 0.6, 50e3, 4e6) // a service log
	}
	k.connect(a, ts, s, 443, up, r.between(4100, 4500), r.between(700, 1600)*millisecond)
}

func (k *block) bedsideReport(a *actor, ts int64) {
	r := k.r
	k.talk(a, ts, k.net.gateway.addrs[0], 6661, "", r.between(1800, 2600), r.between(120, 160), r.between(30, 400)*millisecond)
}

// inkLevel is the print server asking a printer.
func (k *block) inkLevel(a *actor, ts int64) {
	r, h := k.r, k.net.printing
	k.udp(flow{ts: ts, src: h.addrs[0], dst: a.addrs[0], sp: k.serverPort(), dp: 161, service: "snmp", dur: r.between(900, 90e3), ob: r.between(40, 300), rb: r.between(60, 600)}, 2, 2)
}

// watch is the monitor looking at a server.
func (k *block) watch(a *actor, ts int64) {
	if h := k.net.monitor; h != a.host {
		k.ping(k.r, flow{ts: ts, src: h.addrs[0], dst: a.addrs[0]}, 3)
	}
}

func (k *block) sendMail(_ *actor, ts int64) {
	r, h := k.r, k.net.mail
	s := k.out.peers[min(int(r.ExpFloat64()*float64(len(k.out.peers))/6), len(k.out.peers)-1)]
	k.lookUp(k.crowd.mail, ts, s, 0.5, false)
	size := r.size(28e3, 1.7, 1500, 24<<20)
	k.tcp(r, flow{ts: ts, src: h.addrs[0], dst: s.addrs[0], sp: k.serverPort(), dp: 25, service: "smtp,ssl", dur: r.between(700, 6000)*millisecond + size/4, ob: size + r.between(900, 1600), rb: r.between(4e3, 6e3), linux: true})
}

func (k *block) receiveMail(_ *actor, ts int64) {
	r := k.r
	from := k.out.peers[min(int(r.ExpFloat64()*float64(len(k.out.peers))/6), len(k.out.peers)-1)].addrs[0]
	if r.chance(0.15) {
		from = pick(r, k.out.scanners) // unsolicited
	}
	k.delivery(r, ts, from)
}

// knock is the internet trying the hospital's public addresses.
func (k *block) knock(_ *actor, ts int64) {
	r := k.r
	f := flow{ts: ts, src: pick(r, k.out.scanners), dst: k.net.edge + ip(r.IntN(5)), sp: r.between(1025, 65535), linux: true}
	f.dp = pick(r, []int64{22, 23, 23, 445, 3389, 8080, 8443, 2323, 5060, 6379, 81, 1433, 5900, 9200})
	if r.chance(0.3) {
		f.dp = r.between(1, 65535)
	}
	switch {
	case r.chance(0.06):
		k.probe(r, ts, f.src)
	case r.chance(0.7):
		k.unanswered(r, f)
	default:
		k.refused(r, f)
	}
}

// visitor is somebody who reads the hospital's own pages.
func (k *block) visitor(_ *actor, ts int64) {
	r, from := k.r, pick(k.r, k.out.visitors)
	for range 1 + r.IntN(6) {
		k.tls(r, k.out.public, session{
			ts: ts, src: from, dst: k.net.edge, sp: r.between(1025, 65535), dp: 443, up: r.size(2500, 0.7, 700, 90e3),
			down: r.size(60e3, 1.3, 4e3, 20<<20), dur: r.size(6e6, 1.2, 80e3, 10*minute), linux: true,
		})
		ts += r.between(20, 3000) * millisecond
	}
}
