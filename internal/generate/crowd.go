package generate

import "fmt"

// actor is a machine that makes traffic in a bulk log.
type actor struct {
	*host
	index       int    // among all actors
	id          uint64 // unique, for what must not change from block to block
	habit       *habit
	tasks       []task
	beats       []beat
	first, last int // days on which the machine exists
	// The servers that it uses.
	resolvers [2]ip
	share     ip
	apps      [2]*site
}

// habit is how much the machines of one role do.
type habit struct {
	rows  float64 // connections in a usual hour of work
	quiet float64 // connections in an hour by itself, while it is on
}

var habits = map[role]*habit{
	desktop:    {rows: 225, quiet: 12},
	ward:       {rows: 185, quiet: 12},
	laboratory: {rows: 165, quiet: 12},
	research:   {rows: 225, quiet: 12},
	guest:      {rows: 150, quiet: 2},
	imaging:    {rows: 9, quiet: 36},
	device:     {quiet: 12},
	printer:    {quiet: 7},
}

// crowd is everybody in a hospital of any size.
type crowd struct {
	o      BulkOptions
	start  int64
	net    *network
	actors []*actor
	mail   *actor // the mail server and the outside, which work with the size of the hospital
	edge   *actor
}

// newCrowd returns the machines, without the sites that they use.
func newCrowd(o BulkOptions) *crowd {
	c := &crowd{o: o, start: o.Start.UnixMicro()}
	r := stream(o.Seed, "bulk/network")
	demo := Options{Hosts: o.Hosts, Days: o.Days}
	c.net = newServers(r, demo, c.start)
	c.populate(r, demo)
	n := c.net
	for _, h := range []*host{n.dhcp, n.dc1, n.dc2, n.files, n.record, n.backup, n.pacs, n.lab, n.gateway, n.printing, n.indexer} {
		c.add(h, &habit{quiet: 15})
	}
	c.mail = c.add(c.net.mail, &habit{rows: 20 + 0.6*float64(o.Hosts)})
	c.edge = c.add(&host{role: server, always: true}, &habit{rows: 60 + 0.4*float64(o.Hosts)})
	return c
}

func (c *crowd) add(h *host, habit *habit) *actor {
	a := &actor{host: h, index: len(c.actors), id: splitmix(uint64(len(c.actors) + 1)), habit: habit, last: c.o.Days - 1}
	c.actors = append(c.actors, a)
	return a
}

// populate fills networks of the size that the hosts need. The servers stay in
// 10.20.1.0/24.
func (c *crowd) populate(r *random, o Options) {
	n := c.net
	people := func(second, third uint32, role role, count int, prefix string) {
		perNet := 150
		if role == guest {
			perNet = 70 // a new address each day
		}
		v := newVLAN(third, 1+count/perNet)
		v.base = ip4(10, second, third, 0)
		for i := range count {
			h := newPerson(r, role, prefix, i, o.Days)
			v.hosts = append(v.hosts, h)
			n.people = append(n.people, h)
		}
		v.settle(r, o.Days)
		n.vlans = append(n.vlans, v)
	}
	desktops, wards, labs := o.Hosts*46/100, o.Hosts*20/100, max(2, o.Hosts*7/100)
	people(21, 0, desktop, desktops, "WS-")
	people(21, 128, ward, wards, "WARD")
	people(21, 192, laboratory, labs, "LAB-PC")
	people(21, 224, research, labs, "RES-PC")
	people(22, 0, guest, o.Hosts-desktops-wards-2*labs, "")
	seq := n.sequencer()
	seq.name, seq.windows, seq.always, seq.agent = "RES-SEQ01", false, true, agents.linux[0]
	for _, h := range n.people {
		a := c.add(h, habits[h.role])
		if h == seq || !r.chance(0.01*float64(o.Days)) {
			continue
		}
		// Somebody who leaves, or a machine that is new.
		h.always = false
		if d := r.IntN(o.Days); r.chance(0.5) {
			a.first = d
		} else {
			a.last = d
		}
	}
	appliances := func(list *[]*host, role role, count int, prefix, vendor string, base ip, days int) {
		for i := range count {
			h := appliance(r, role, fmt.Sprintf("%s%04d", prefix, i+1), vendor, base+ip(i/200<<8+20+i%200), days)
			*list = append(*list, h)
			c.add(h, habits[role])
		}
	}
	appliances(&n.imaging, imaging, 2+o.Hosts/50, "IMG", "00:a0:c9", ip4(10, 23, 0, 0), o.Days)
	appliances(&n.devices, device, 3+o.Hosts/4, "MON-BED", "00:09:fb", ip4(10, 23, 16, 0), o.Days)
	appliances(&n.prints, printer, 2+o.Hosts/20, "PRN", "3c:2a:f4", ip4(10, 23, 64, 0), o.Days)
	n.sensors = append(n.sensors, appliance(r, device, "BMS-CTRL1", "00:80:a3", ip4(10, 23, 250, 200), o.Days))
}

// here tells whether the machine exists on the day of ts.
func (c *crowd) here(a *actor, ts int64) bool {
	d := int((ts - c.start) / day)
	return d >= a.first && d <= a.last
}

// working says how much the people at a do at ts, as generator.activity does.
func (c *crowd) working(g *generator, a *actor, ts int64) float64 {
	clock := ts % day / hour
	switch a.role {
	case imaging, server:
		if !weekend(ts) && clock >= 7 && clock < 18 {
			return 1
		}
		return 0.25
	}
	if !c.here(a, ts) {
		return 0
	}
	return g.activity(a.host, ts)
}

// load is how many connections an hour everybody makes at ts. With by, it keeps
// the cumulated share that the people's work has in it.
func (c *crowd) load(g *generator, ts int64, by []float64) float64 {
	sum, work := 0.0, 0.0
	for i, a := range c.actors {
		if a.habit.rows > 0 {
			rows := a.habit.rows * c.working(g, a, ts)
			work += rows * a.mood(ts/hour)
			sum += rows
		}
		if by != nil {
			by[i] = work
		} else if a.habit.quiet > 0 && c.here(a, ts) && g.on(a.host, ts) {
			sum += a.habit.quiet
		}
	}
	return sum
}

// mood is how busy the machine is in one hour: some hours are spent in
// meetings, some at the screen. 1 on average.
func (a *actor) mood(hour int64) float64 {
	x := float64(splitmix(a.id^uint64(hour))>>40) / (1 << 24)
	return 0.2 + 2.4*x*x
}

// rows estimates the connections of the whole time.
func (c *crowd) rows() float64 {
	g := &generator{wire: &wire{start: c.start}, o: Options{Days: c.o.Days}}
	sum := 0.0
	for at := c.start + 10*minute; at < c.start+int64(c.o.Days)*day; at += 20 * minute {
		sum += c.load(g, at, nil) / 3
	}
	return sum
}
