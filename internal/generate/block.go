package generate

// block is a short stretch of time of a bulk log. Blocks are made side by side,
// each from a random stream of its own, and share nothing that changes.
type block struct {
	generator // its wire leads to tables of this block's own
	out       *outside
	crowd     *crowd
	r         *random
	number    int
	from, to  int64
	quota     int64     // connections that the block has to hold
	work      []float64 // per actor, cumulated
	used      []int64   // per actor, ports that it has used in this block
	served    int64     // ports that servers have used in this block
}

// room is more than the connections of any task or beat.
const room = 64

// fill makes the block's traffic: what machines do by the clock, and then
// people's work until the quota is reached.
func (k *block) fill() {
	k.reset()
	total := 0.0
	k.crowd.load(&k.generator, (k.from+k.to)/2, k.work)
	if n := len(k.work); n > 0 {
		total = k.work[n-1]
	}
	k.clockwork()
	for k.left() >= room && total > 0 {
		a := k.crowd.actors[search(k.work, k.r.Float64()*total)]
		a.choose(k.r)(k, a, k.moment())
	}
	for k.left() > 0 {
		k.housekeeping()
	}
	for _, t := range k.all() {
		t.sort()
	}
}

func (k *block) reset() {
	for _, t := range k.all() {
		t.reset()
	}
	k.tally.reset(k.from / hour)
	clear(k.used)
	k.served = 0
	k.r = blockStream(k.o.Seed, "bulk/block", k.number)
	k.ids = blockStream(k.o.Seed, "bulk/ids", k.number)
}

func blockStream(seed uint64, name string, number int) *random {
	return stream(splitmix(seed)+uint64(number), name)
}

func (k *block) left() int64 { return k.quota - k.tally.conns }

func (k *block) moment() int64 { return k.from + k.r.Int64N(k.to-k.from) }

// search returns the first place at which the sums reach x.
func search(sums []float64, x float64) int {
	lo, hi := 0, len(sums)-1
	for lo < hi {
		if mid := (lo + hi) / 2; sums[mid] <= x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// clockwork is what machines do without people, each at its own phase. It begins
// with another machine each time, because a small quota can end it.
func (k *block) clockwork() {
	actors := k.crowd.actors
	first := k.r.IntN(len(actors))
	for i := range actors {
		a := actors[(first+i)%len(actors)]
		if len(a.beats) == 0 || !k.crowd.here(a, k.from) {
			continue
		}
		for n := range a.beats {
			b := &a.beats[n]
			phase := int64((a.id>>1 ^ uint64(n)*0x9e3779b97f4a7c15>>1) % uint64(b.period))
			wait := (phase - k.from%b.period + b.period) % b.period
			for ts := k.from + wait; ts < k.to; ts += b.period {
				at := ts + k.r.Int64N(1+int64(float64(b.period)*b.jitter))
				if k.left() < room {
					return
				}
				if k.awake(a, b, at) {
					b.do(k, a, at)
				}
			}
		}
		k.arrive(a)
	}
}

func (k *block) awake(a *actor, b *beat, ts int64) bool {
	if !k.covers(ts) || !k.on(a.host, ts) {
		return false
	}
	return !b.people || k.crowd.working(&k.generator, a, ts) > 0.1
}

// arrive gives a machine its address: guests when they come, others when the
// address changes.
func (k *block) arrive(a *actor) {
	if a.role > guest {
		return
	}
	offset := k.from - k.start
	d := offset / day
	midnight := k.start + d*day
	at := int64(-1)
	switch {
	case a.role == guest && a.presence[d]:
		at = midnight + int64(a.opens*float64(hour))
	case a.role != guest && a.moves[d] > 0:
		at = k.start + a.moves[d]
	}
	if at < k.from || at >= k.to || k.left() < room {
		return
	}
	address := a.addrs[d]
	k.discover(k.r, a.host, at, address, address&^255+1)
	if a.role == guest {
		k.push(a, at+20*second)
	}
}

// housekeeping is a single connection: one server asks for another.
func (k *block) housekeeping() {
	n := k.net
	servers := [...]*host{n.files, n.mail, n.record, n.backup, n.pacs, n.lab, n.gateway, n.printing, n.indexer}
	from, to := servers[k.r.IntN(len(servers))], servers[k.r.IntN(len(servers))]
	a := answer{qtype: 1, values: []string{to.addrs[0].String()}, ttl: 3600, took: k.r.between(150, 900)}
	k.ask(k.r, k.moment(), from.addrs[0], n.dc1.addrs[0], k.serverPort(), lower(to.name)+"."+domain, a)
}

// port returns the next ephemeral port of a, as most systems count them: drawn
// ones would now and then meet an open connection to the same server.
func (k *block) port(a *actor) int64 {
	if a.role == server {
		return k.serverPort()
	}
	lo, hi := int64(32768), int64(60999)
	if a.windows {
		lo, hi = 49152, 65535
	}
	n := int64(a.id>>40) + int64(k.number)*1009 + k.used[a.index]
	k.used[a.index]++
	return lo + n%(hi-lo+1)
}

// serverPort is port for the servers, which have many more connections and share
// one count.
func (k *block) serverPort() int64 {
	k.served++
	return 32768 + (int64(k.number)*9973+k.served)%28232
}

func lower(name string) string {
	b := []byte(name)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// lookUp makes a resolve the name of s with the given chance: no block knows
// what another has asked for, so what a host remembers is drawn. A browser also
// asks for IPv6 and for service parameters.
func (k *block) lookUp(a *actor, ts int64, s *site, chance float64, browser bool) {
	r := k.r
	if s.name == "" || !r.chance(chance) {
		return
	}
	took := r.size(14e3, 1, 300, 900e3)
	at := ts - took - r.between(1, 6)*millisecond
	src, resolver := a.addr(at-k.start), a.resolvers[0]
	if r.chance(0.1) {
		resolver = a.resolvers[1]
	}
	ttl := max(1, s.ttl-r.Int64N(s.ttl/2+1))
	missed := !s.addrs[0].inside() && took > 20e3
	ask := func(ts int64, qtype int64, values []string) {
		x := answer{qtype: qtype, values: values, ttl: ttl, took: took + r.Int64N(2000)}
		k.ask(r, ts, src, resolver, k.port(a), s.name, x)
		if missed { // the resolver passes it on
			x.took = took - r.between(100, 200)
			k.ask(r, ts+r.between(30, 90), resolver, k.out.forwarders[int(ts>>20)&1], k.serverPort(), s.name, x)
		}
	}
	ask(at, 1, k.values(s))
	if browser {
		if r.chance(0.55) {
			ask(at+r.between(20, 400), 28, nil)
		}
		if r.chance(0.4) {
			ask(at+r.between(20, 400), 65, nil)
		}
	}
}

// values returns the addresses of s as text; their number is all that matters
// where no dns log is written.
func (k *block) values(s *site) []string {
	out := make([]string, len(s.addrs))
	if !k.dns.off {
		for i, a := range s.addrs {
			out[i] = a.String()
		}
	}
	return out
}

// address is the address of s that a keeps for the hour.
func (k *block) address(a *actor, s *site, ts int64) ip {
	if len(s.addrs) == 1 {
		return s.addrs[0]
	}
	return s.addrs[splitmix(a.id^uint64(s.addrs[0])^uint64(ts/hour)<<32)%uint64(len(s.addrs))]
}

// connect is one TLS connection of a to s.
func (k *block) connect(a *actor, ts int64, s *site, dp, up, down, dur int64) {
	k.tls(k.r, s, session{
		ts: ts, src: a.addr(ts - k.start), dst: k.address(a, s, ts), sp: k.port(a), dp: dp, up: up, down: down, dur: dur, resumed: 0.6,
		linux: !a.windows,
	})
}

// talk is one TCP connection of a to a server inside.
func (k *block) talk(a *actor, ts int64, dst ip, dp int64, service string, up, down, dur int64) {
	if k.covers(ts) {
		k.tcp(k.r, flow{ts: ts, src: a.addr(ts - k.start), dst: dst, sp: k.port(a), dp: dp, service: service, dur: dur, ob: up, rb: down, linux: !a.windows})
	}
}
