package generate

// task is one kind of work: how often it is chosen, and what it is.
type task struct {
	weight float64
	do     func(k *block, a *actor, ts int64)
}

// choose draws one of a's tasks.
func (a *actor) choose(r *random) func(*block, *actor, int64) {
	sum := 0.0
	for i := range a.tasks {
		sum += a.tasks[i].weight
	}
	x := r.Float64() * sum
	for i := range a.tasks {
		if x -= a.tasks[i].weight; x < 0 {
			return a.tasks[i].do
		}
	}
	return a.tasks[0].do
}

// tasks are what people of a role do in a usual hour. Only the proportions
// count: the hour's connections are those of its habit.
var tasks = map[role][]task{
	desktop: {
		{13, (*block).page},
		{6, (*block).suite},
		{3, (*block).readMail},
		{2.5, (*block).records},
		{2.5, (*block).application},
		{2, (*block).logon},
		{1.2, (*block).openFiles},
		{0.35, (*block).print},
		{0.4, (*block).drive},
		{0.12, (*block).attach},
		{0.08, (*block).conference},
		{0.05, (*block).telehealth},
		{1.5, (*block).deadDrive},
	},
	ward: {
		{4, (*block).page},
		{9, (*block).records},
		{4, (*block).application},
		{3, (*block).suite},
		{2, (*block).logon},
		{2, (*block).readMail},
		{0.6, (*block).openFiles},
		{0.8, (*block).images},
		{0.4, (*block).print},
		{0.05, (*block).telehealth},
	},
	laboratory: {
		{4, (*block).page},
		{4, (*block).results},
		{3, (*block).records},
		{3, (*block).application},
		{3, (*block).suite},
		{2, (*block).logon},
		{2, (*block).readMail},
		{1, (*block).openFiles},
		{0.2, (*block).print},
	},
	research: {
		{14, (*block).page},
		{4, (*block).suite},
		{3, (*block).readMail},
		{1, (*block).dataset},
		{2, (*block).openFiles},
		{1, (*block).logon},
		{0.5, (*block).drive},
		{0.1, (*block).conference},
		{0.1, (*block).attach},
	},
	guest:   {{11, (*block).page}, {5, (*block).app}, {0.1, (*block).attach}, {0.03, (*block).conference}},
	imaging: {{1, (*block).study}},
}

// page is one page: its site, the site's other host and the common ones.
func (k *block) page(a *actor, ts int64) {
	r := k.r
	rank, known := k.choose(a, ts)
	s := k.out.sites[rank]
	if s.plain {
		k.lookUp(a, ts, s, 1-known, true)
		k.plainVisit(r, a.host, ts, s)
	} else {
		k.lookUp(a, ts, s, 1-known, true)
		n := 1
		for n < 5 && r.chance(0.4) {
			n++
		}
		for range n {
			k.fetch(a, ts, s, 1)
			ts += r.between(5, 900) * millisecond
		}
	}
	for _, s := range k.out.extras[rank] {
		ts += r.between(30, 800) * millisecond
		k.lookUp(a, ts, s, 1-known, true)
		for range 1 + r.IntN(2) {
			k.fetch(a, ts, s, 2)
		}
	}
	for range r.IntN(6) {
		ts += r.between(30, 900) * millisecond
		k.common(a, ts)
	}
}

// choose draws what a looks at: mostly one of the few sites of this hour, which
// are mostly its favourites; and how likely it still knows the address.
func (k *block) choose(a *actor, ts int64) (rank int, known float64) {
	r, out := k.r, k.out
	if fresh := map[bool]float64{true: 0.5, false: 0.28}[a.role == guest]; r.chance(fresh) {
		if r.chance(0.5) {
			return r.IntN(len(out.sites)), 0
		}
		return out.byRank.draw(r), 0.1
	}
	tab := splitmix(a.id ^ uint64(ts/hour)<<8 ^ uint64(r.IntN(8)))
	if tab%4 < 3 {
		return a.favours[tab>>8%uint64(len(a.favours))], 0.6
	}
	return search(out.byRank, float64(tab>>11)/(1<<53)*out.byRank[len(out.byRank)-1]), 0.6
}

// fetch is one browser connection to s, larger by heavy.
func (k *block) fetch(a *actor, ts int64, s *site, heavy float64) {
	r := k.r
	down := r.size(20e3*heavy*s.heavy, 1.6, 2900, 600<<20)
	up := r.size(1800, 0.7, 700, 60e3) + down/70
	dur := r.size(9e6, 1.7, 60e3, 3*hour)
	if rate := down * 1e6 / dur; rate > 6<<20 {
		dur = down * 1e6 / (6 << 20)
	}
	k.connect(a, ts, s, 443, up, down, dur)
}

// common is advertising, fonts and statistics: a part of pages and of apps.
func (k *block) common(a *actor, ts int64) {
	s := k.out.common[k.out.byUse.draw(k.r)]
	k.lookUp(a, ts, s, 0.3, true)
	k.fetch(a, ts, s, 0.4)
}

// app is what a telephone's apps do while somebody holds it.
func (k *block) app(a *actor, ts int64) {
	for range 1 + k.r.IntN(3) {
		k.common(a, ts)
		ts += k.r.between(1, 40) * second
	}
}

// suite is the office in a cloud: several names of one company, all day long.
func (k *block) suite(a *actor, ts int64) {
	r := k.r
	s := pick(r, k.out.suite)
	k.lookUp(a, ts, s, 0.45, true)
	for range 1 + r.IntN(3) {
		k.connect(a, ts, s, 443, r.size(6e3, 1.2, 1500, 20<<20), r.size(14e3, 1.4, 3900, 90<<20), r.size(40e6, 1.3, 200e3, 2*hour))
		ts += r.between(10, 4000) * millisecond
	}
}

func (k *block) readMail(a *actor, ts int64) {
	r := k.r
	k.lookUp(a, ts, k.net.mailSite, 0.2, false)
	k.connect(a, ts, k.net.mailSite, 993, r.size(3e3, 1, 900, 20<<20), r.size(16e3, 1.6, 2e3, 30<<20), r.between(2*second, 10*minute))
}

// records is the patient record: a burst of connections for one look, and what
// the record system asks of its database.
func (k *block) records(a *actor, ts int64) {
	r := k.r
	k.lookUp(a, ts, k.net.recordSite, 0.2, false)
	for range 1 + r.IntN(4) {
		k.connect(a, ts, k.net.recordSite, 443, r.size(9e3, 0.9, 1500, 900e3), r.size(70e3, 1.2, 5e3, 60<<20), r.between(5*second, 15*minute))
		ts += r.between(40, 9000) * millisecond
	}
	if r.chance(0.5) {
		k.tcp(r, flow{
			ts: min(ts, k.end-1), src: k.net.record.addrs[0], dst: ip4(10, 20, 1, 32), sp: k.serverPort(), dp: 1433, dur: r.size(2e6, 1.5, 9e3, hour),
			ob: r.size(3e3, 1, 400, 1<<20), rb: r.size(30e3, 1.4, 400, 30<<20), linux: true,
		})
	}
}

// application is one of the hospital's smaller programs.
func (k *block) application(a *actor, ts int64) {
	r, s := k.r, a.apps[k.r.IntN(2)]
	k.lookUp(a, ts, s, 0.25, false)
	for range 1 + r.IntN(3) {
		k.connect(a, ts, s, 443, r.size(3e3, 0.9, 900, 1<<20), r.size(25e3, 1.3, 2e3, 20<<20), r.between(second, 4*minute))
		ts += r.between(40, 5000) * millisecond
	}
}

// logon is a ticket, a question to the directory and sometimes the policies.
func (k *block) logon(a *actor, ts int64) {
	r, dc := k.r, a.resolvers[0]
	for range 1 + r.IntN(2) {
		k.talk(a, ts, dc, 88, "krb_tcp", r.between(1400, 1900), r.between(1400, 1800), r.between(1, 9)*millisecond)
		ts += r.between(3, 90) * millisecond
	}
	k.talk(a, ts, dc, 389, "ldap_tcp", r.between(1900, 4200), r.between(2500, 9e3), r.between(10, 900)*millisecond)
	if r.chance(0.3) {
		k.talk(a, ts+r.between(3, 90)*millisecond, dc, 135, "dce_rpc", r.between(300, 700), r.between(300, 700), r.between(3, 90)*millisecond)
	}
}

// openFiles is work with files of the file server.
func (k *block) openFiles(a *actor, ts int64) {
	r, files := k.r, k.shares.of(a.role)
	home := int(a.id % uint64(len(files)))
	list := make([]shareFile, r.size(2, 0.9, 1, 25))
	for i := range list {
		list[i] = files[(home+int(r.size(12, 1.1, 0, 300)))%len(files)]
	}
	src := a.addr(ts - k.start)
	k.read(r, reading{ts: ts, src: src, sp: k.port(a), dst: a.share, files: list, gap: func(r *random) int64 { return r.wait(25 * second) }})
	for range r.IntN(3) { // shares that are only looked into
		ts += r.between(1, 90) * second
		k.talk(a, ts, a.share, 445, "gssapi,smb,krb", r.between(2e3, 9e3), r.between(2e3, 30e3), r.between(5*second, 10*minute))
	}
}

func (k *block) print(a *actor, ts int64) {
	r, n := k.r, k.net
	size := r.size(300e3, 1, 12e3, 30e6)
	printer := n.prints[(a.id>>20)%uint64(len(n.prints))]
	k.talk(a, ts, n.printing.addrs[0], 445, "gssapi,smb,krb", size, r.between(3e3, 9e3), size/20+second)
	if ts += r.between(1, 4) * second; k.covers(ts) {
		k.tcp(r, flow{ts: ts, src: n.printing.addrs[0], dst: printer.addrs[0], sp: k.serverPort(), dp: 9100, dur: size/2 + second, ob: size * 11 / 10, rb: r.between(100, 400), state: "SF"})
	}
}

// drive keeps a folder in step with a cloud.
func (k *block) drive(a *actor, ts int64) {
	if a.id%4 != 0 {
		k.suite(a, ts)
		return
	}
	r := k.r
	k.lookUp(a, ts, k.out.driveNews, 0.5, false)
	k.connect(a, ts, k.out.driveNews, 443, r.between(4e3, 30e3), r.between(6e3, 50e3), r.between(10*minute, 3*hour))
	up := r.size(5e6, 1.5, 30e3, 220<<20)
	k.lookUp(a, ts+second, k.out.driveStore, 0.7, false)
	k.connect(a, ts+second, k.out.driveStore, 443, up, r.between(6e3, 40e3)+up/4000, up/3+r.wait(20*second))
}

// attach is a file for web mail or a form.
func (k *block) attach(a *actor, ts int64) {
	r := k.r
	s := pick(r, []*site{k.out.mailbox, k.out.forms})
	size := r.size(2.2e6, 0.8, 300e3, 20e6)
	k.lookUp(a, ts, s, 0.7, true)
	k.connect(a, ts, s, 443, size+r.between(4e3, 20e3), r.between(6e3, 400e3), size/2+r.wait(60*second))
}

func (k *block) conference(a *actor, ts int64) {
	r := k.r
	k.lookUp(a, ts, k.out.meeting, 0.8, true)
	k.connect(a, ts, k.out.meeting, 443, r.between(9e3, 90e3), r.between(80e3, 3e6), r.between(20*minute, hour))
	k.speak(a, ts+r.between(3, 20)*second, k.out.relay, 3478, r.between(15*minute, 95*minute), 0.35+0.4*r.Float64())
}

func (k *block) telehealth(a *actor, ts int64) {
	r := k.r
	k.speak(a, ts, k.out.telehealth, r.between(10000, 10400), r.between(8*minute, 40*minute), 0.6+0.35*r.Float64())
}

// speak is sound and pictures, of which a sends outShare of what it receives.
func (k *block) speak(a *actor, ts int64, s *site, dp, dur int64, outShare float64) {
	r := k.r
	k.lookUp(a, ts, s, 0.8, false)
	in := dur / second * r.between(110e3, 260e3)
	out := int64(float64(in) * outShare)
	if k.covers(ts) {
		k.udp(flow{ts: ts, src: a.addr(ts - k.start), dst: k.address(a, s, ts), sp: k.port(a), dp: dp, dur: dur, ob: out, rb: in}, out/820+50, in/980+50)
	}
}

// deadDrive asks for a drive on a server that is gone, on some machines.
func (k *block) deadDrive(a *actor, ts int64) {
	if a.id%7 != 0 {
		k.page(a, ts)
		return
	}
	for range 1 + k.r.IntN(3) {
		if k.covers(ts) {
			k.unanswered(k.r, flow{ts: ts, src: a.addr(ts - k.start), dst: k.net.dead, sp: k.port(a), dp: 445})
		}
		ts += k.r.between(1, 20) * second
	}
}

// images are pictures that somebody looks at.
func (k *block) images(a *actor, ts int64) {
	r, size := k.r, k.r.size(60e6, 0.9, 2e6, 700e6)
	for range 1 + r.IntN(3) {
		k.talk(a, ts, k.net.pacs.addrs[0], 8042, "", size/500, size, size/25+second)
		ts += r.between(2, 200) * second
	}
}

// results are orders and results between the laboratory's machines, its system
// and the records.
func (k *block) results(a *actor, ts int64) {
	r, n := k.r, k.net
	for range 1 + r.IntN(3) {
		k.talk(a, ts, n.lab.addrs[0], 2575, "", r.between(900, 9000), r.between(150, 600), r.between(40, 900)*millisecond)
		if at := ts + r.between(10, 200)*millisecond; k.covers(at) {
			k.tcp(r, flow{ts: at, src: n.lab.addrs[0], dst: n.record.addrs[0], sp: k.serverPort(), dp: 2575, dur: r.between(40, 900) * millisecond, ob: r.between(900, 9000), rb: r.between(150, 600), linux: true})
		}
		ts += r.between(1, 60) * second
	}
}

// dataset is a large download, now and then an upload.
func (k *block) dataset(a *actor, ts int64) {
	r := k.r
	s := k.out.data[(a.id>>9+uint64(ts/hour)%2)%uint64(len(k.out.data))]
	k.lookUp(a, ts, s, 0.7, true)
	for range 1 + r.IntN(4) {
		size := r.size(90e6, 1.6, 1e6, 20<<30)
		if r.chance(0.04) {
			k.connect(a, ts, s, 443, min(size, 200e6), size/3000+6e3, size/14+second)
		} else {
			k.connect(a, ts, s, 443, size/900+4e3, size, size/14+second)
		}
		ts += r.between(1, 200) * second
	}
}

// study is what a scanner sends to the archive, picture series by picture
// series.
func (k *block) study(a *actor, ts int64) {
	r := k.r
	for range 1 + r.IntN(4) {
		size := r.size(60e6, 0.9, 4e6, 900e6)
		k.talk(a, ts, k.net.pacs.addrs[0], 11112, "", size, size/600, size/30+second)
		ts += r.between(3, 90) * second
	}
}
