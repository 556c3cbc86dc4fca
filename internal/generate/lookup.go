package generate

// answer is what the resolver says.
type answer struct {
	qtype  int64
	rcode  int64
	values []string
	ttl    int64
	took   int64
}

func qtypeName(q int64) string {
	switch q {
	case 1:
		return "A"
	case 12:
		return "PTR"
	case 15:
		return "MX"
	case 16:
		return "TXT"
	case 28:
		return "AAAA"
	case 33:
		return "SRV"
	case 65:
		return "HTTPS"
	}
	return "-"
}

func rcodeName(c int64) string {
	switch c {
	case 0:
		return "NOERROR"
	case 2:
		return "SERVFAIL"
	case 3:
		return "NXDOMAIN"
	}
	return "REFUSED"
}

// ask writes one look-up: conn.log and dns.log.
func (w *wire) ask(r *random, ts int64, src, resolver ip, sp int64, name string, a answer) {
	if !w.covers(ts) {
		return
	}
	query := int64(len(name)) + 29 // header, type, class and EDNS
	reply := query
	for _, v := range a.values {
		if a.qtype == 1 {
			reply += 16
		} else {
			reply += int64(len(v)) + 14
		}
	}
	if len(a.values) == 0 {
		reply += 75 // SOA
	}
	l := w.udp(flow{ts: ts, src: src, dst: resolver, sp: sp, dp: 53, service: "dns", dur: a.took, ob: query, rb: reply}, 1, 1)
	id := r.Int64N(65536)
	t := w.dns
	if t.off {
		return
	}
	t.head(ts, l)
	w.finished(t, ts+a.took)
	t.str("udp")
	t.num(id)
	t.time(a.took)
	t.str(name)
	t.num(1)
	t.str("C_INTERNET")
	t.num(a.qtype)
	t.str(qtypeName(a.qtype))
	t.num(a.rcode)
	t.str(rcodeName(a.rcode))
	t.bool(false)
	t.bool(false)
	t.bool(true)
	t.bool(true)
	t.num(0)
	if len(a.values) == 0 {
		t.skip()
	} else {
		t.list(a.values)
	}
	t.times(len(a.values), a.ttl)
	t.bool(false)
	t.end()
}

// resolve makes h look up s before ts, unless it still knows the address.
func (g *generator) resolve(r *random, h *host, ts int64, s *site) {
	if s.name == "" || h.known[s.name] > ts {
		return
	}
	h.known[s.name] = ts + s.ttl*second
	took := r.size(14e3, 1, 300, 900e3)
	at := ts - took - r.between(1, 6)*millisecond
	resolver := g.net.dc1.addrs[0]
	if r.chance(0.12) {
		resolver = g.net.dc2.addrs[0]
	}
	values := make([]string, len(s.addrs))
	for i, a := range s.addrs {
		values[i] = a.String()
	}
	src := h.addr(at - g.start)
	ttl := max(1, s.ttl-r.Int64N(s.ttl/2+1))
	g.ask(r, at, src, resolver, h.port(r), s.name, answer{qtype: 1, values: values, ttl: ttl, took: took})
	if r.chance(0.06) {
		g.ask(r, at+r.between(20, 400), src, resolver, h.port(r), s.name, answer{qtype: 28, took: took + r.Int64N(9000)})
	}
}
