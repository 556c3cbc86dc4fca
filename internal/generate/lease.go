package generate

const leaseTime = 8 * hour

// leases are the addresses that hosts get and renew, in dhcp.log and conn.log.
func (g *generator) leases(r *random) {
	for _, v := range g.net.vlans {
		gateway := v.base + 1
		for _, h := range v.hosts {
			g.leasesOf(r, h, gateway)
		}
	}
}

func (g *generator) leasesOf(r *random, h *host, gateway ip) {
	for d := range h.addrs {
		midnight := g.start + int64(d)*day
		switch {
		case h.role == guest:
			if !h.presence[d] {
				continue
			}
			came := midnight + int64(h.opens*float64(hour)) - r.Int64N(2*minute)
			g.discover(r, h, came, h.addrs[d], gateway)
		case d > 0 && h.moves[d] > 0:
			g.discover(r, h, g.start+h.moves[d]+r.between(10, 900)*millisecond, h.addrs[d], gateway)
		case !h.always && !weekend(midnight):
			g.renew(r, h, midnight+int64((h.opens-0.1)*float64(hour)))
		}
		for at := midnight + r.Int64N(leaseTime/2); at < midnight+day; at += leaseTime / 2 {
			if g.on(h, at) {
				g.renew(r, h, at)
			}
		}
	}
}

// discover is a client that has no address yet.
func (g *generator) discover(r *random, h *host, ts int64, a, gateway ip) {
	if !g.covers(ts) {
		return
	}
	took := r.between(3, 60) * millisecond
	all := ip4(255, 255, 255, 255)
	out := g.udp(flow{ts: ts, src: 0, dst: all, sp: 68, dp: 67, service: "dhcp", dur: took, ob: 620}, 2, 0)
	back := g.udp(flow{ts: ts + millisecond, src: gateway, dst: a, sp: 67, dp: 68, service: "dhcp", dur: took, ob: 640}, 2, 0)
	g.dhcpRow(ts, []string{out.uid, back.uid}, 0, h, a, []string{"DISCOVER", "OFFER", "REQUEST", "ACK"}, took)
}

// renew is a client that asks for its address again, directly at the server.
func (g *generator) renew(r *random, h *host, ts int64) {
	if !g.covers(ts) {
		return
	}
	took, a := r.between(300, 5000), h.addr(ts-g.start)
	l := g.udp(flow{ts: ts, src: a, dst: g.net.dhcp.addrs[0], sp: 68, dp: 67, service: "dhcp", dur: took, ob: 310, rb: 320}, 1, 1)
	g.dhcpRow(ts, []string{l.uid}, a, h, a, []string{"REQUEST", "ACK"}, took)
}

func (g *generator) dhcpRow(ts int64, uids []string, client ip, h *host, a ip, messages []string, took int64) {
	t := g.dhcp
	if t.off {
		return
	}
	t.row(ts)
	t.time(ts)
	t.list(uids)
	t.addr(client)
	t.addr(g.net.dhcp.addrs[0])
	t.str(h.mac)
	t.str(h.name)
	if h.windows {
		t.str(h.name + "." + domain)
		t.str(domain)
	} else {
		t.skip()
		t.skip()
	}
	t.addr(a)
	t.addr(a)
	t.time(leaseTime)
	t.skip()
	t.skip()
	t.list(messages)
	t.time(took)
	t.end()
}
