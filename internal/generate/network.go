package generate

import "fmt"

const domain = "corp.lakeside-hospital.example"

// network is the hospital: its machines and their servers.
type network struct {
	ca      *authority
	people  []*host // desktops, wards, laboratory, research, guests
	imaging []*host
	devices []*host
	prints  []*host
	sensors []*host // building management
	vlans   []*vlan

	// Servers by what they do.
	dc1, dc2, dhcp, files, mail, record, backup, pacs, lab, gateway, printing, indexer, scanner, monitor *host
	dead                                                                                                 ip
	edge                                                                                                 ip

	// The servers that speak TLS.
	recordSite, mailSite, intranet *site
}

func newNetwork(seed uint64, o Options, start int64) *network {
	r := stream(seed, "network")
	n := newServers(r, o, start)
	n.populate(r, o)
	return n
}

// newServers returns the network without machines of people and appliances.
func newServers(r *random, o Options, start int64) *network {
	n := &network{dead: ip4(10, 20, 1, 99), edge: ip4(203, 0, 113, 10)}
	n.ca = newAuthority(r, start, "CN=Lakeside Issuing CA 1,O=Lakeside Hospital", "CN=Lakeside Root CA,O=Lakeside Hospital", 730, false)
	fixed := func(name string, last uint32, windows bool) *host {
		h := &host{name: name, role: server, mac: macAddress(r, "00:50:56"), windows: windows, always: true, known: map[string]int64{}}
		settle(h, ip4(10, 20, 1, last), o.Days)
		return h
	}
	n.dhcp, n.dc1, n.dc2 = fixed("DHCP01", 5, true), fixed("DC01", 10, true), fixed("DC02", 11, true)
	n.files, n.mail, n.record = fixed("FS01", 20, true), fixed("MAIL01", 25, false), fixed("EHR01", 30, false)
	n.backup, n.pacs, n.lab = fixed("BACKUP01", 40, false), fixed("PACS01", 50, false), fixed("LIS01", 60, false)
	n.gateway, n.printing, n.indexer = fixed("MDGW01", 65, false), fixed("PRINT01", 70, true), fixed("INDEX01", 75, true)
	n.monitor, n.scanner = fixed("MON01", 80, false), fixed("SCAN01", 90, false)
	n.recordSite = internalSite(r, start, n.ca, "ehr."+domain, n.record.addrs[0])
	n.mailSite = internalSite(r, start, n.ca, "mail."+domain, n.mail.addrs[0])
	n.mailSite.alpn = ""
	n.intranet = internalSite(r, start, n.ca, "intranet."+domain, ip4(10, 20, 1, 31))
	return n
}

// settle gives h one address for ever.
func settle(h *host, a ip, days int) {
	for range days {
		h.addrs, h.moves = append(h.addrs, a), append(h.moves, 0)
	}
}

// windowsServers lists the machines of the server room that update themselves as
// desktops do.
func (n *network) windowsServers() []*host {
	return []*host{n.dhcp, n.dc1, n.dc2, n.files, n.printing, n.indexer}
}

func (n *network) populate(r *random, o Options) {
	add := func(v *vlan, role role, count int, prefix string) {
		for i := range count {
			h := newPerson(r, role, prefix, i, o.Days)
			v.hosts = append(v.hosts, h)
			n.people = append(n.people, h)
		}
		n.vlans = append(n.vlans, v)
	}
	desktops, wards := o.Hosts*44/100, o.Hosts*20/100
	labs := max(2, o.Hosts*8/100)
	add(newVLAN(10, 4), desktop, desktops, "WS-")
	add(newVLAN(14, 2), ward, wards, "WARD")
	add(newVLAN(21, 1), laboratory, labs, "LAB-PC")
	add(newVLAN(22, 1), research, labs, "RES-PC")
	add(newVLAN(90, 4), guest, o.Hosts-desktops-wards-2*labs, "")
	if seq := n.sequencer(); seq != nil {
		seq.name, seq.windows, seq.always, seq.agent = "RES-SEQ01", false, true, agents.linux[0]
	}
	for _, v := range n.vlans {
		v.settle(r, o.Days)
	}
	for i := range min(2+o.Hosts/30, 60) {
		n.imaging = append(n.imaging, appliance(r, imaging, sizedName(pick(r, []string{"CT", "MR", "XR", "US"}), i+1, 2),
			"00:a0:c9", ip4(10, 20, 20, uint32(20+i)), o.Days))
	}
	for i := range min(3+o.Hosts/20, 150) {
		n.devices = append(n.devices, appliance(r, device, sizedName("MON-BED", i+1, 3), "00:09:fb", ip4(10, 20, 30, uint32(20+i)), o.Days))
	}
	for i := range min(2+o.Hosts/20, 100) {
		n.prints = append(n.prints, appliance(r, printer, sizedName("PRN", i+1, 3), "3c:2a:f4", ip4(10, 20, 40, uint32(20+i)), o.Days))
	}
	n.sensors = append(n.sensors, appliance(r, device, "BMS-CTRL1", "00:80:a3", ip4(10, 20, 30, 200), o.Days))
}

// sequencer is the research machine that sends its data to a collaborator.
func (n *network) sequencer() *host {
	for _, h := range n.people {
		if h.role == research {
			return h
		}
	}
	return nil
}

// of lists the people's machines with one of the roles.
func (n *network) of(roles ...role) []*host {
	var out []*host
	for _, h := range n.people {
		for _, role := range roles {
			if h.role == role {
				out = append(out, h)
			}
		}
	}
	return out
}

func appliance(r *random, role role, name, vendor string, a ip, days int) *host {
	h := &host{name: name, role: role, mac: macAddress(r, vendor), always: true, known: map[string]int64{}}
	settle(h, a, days)
	return h
}

func newPerson(r *random, role role, prefix string, i, days int) *host {
	h := &host{role: role, windows: true, known: map[string]int64{}, busy: 0.5 + r.Float64(), agent: pick(r, agents.windows)}
	h.mac = macAddress(r, pick(r, []string{"a4:bb:6d", "8c:ec:4b", "00:be:43", "c8:f7:50"}))
	switch role {
	case desktop:
		h.name, h.always = fmt.Sprintf("%s%04d", prefix, 1100+7*i+r.IntN(7)), r.chance(0.7)
		h.opens, h.closes = 6.8+2*r.Float64(), 15.5+2.5*r.Float64()
	case ward:
		h.name, h.always = fmt.Sprintf("%s%d-PC%d", prefix, 1+i/3, 1+i%3), true
	case laboratory:
		h.name, h.always = fmt.Sprintf("%s%02d", prefix, i+1), true
		h.opens, h.closes = 5.8+r.Float64(), 20.5+2*r.Float64()
	case research:
		h.name, h.always = fmt.Sprintf("%s%02d", prefix, i+1), r.chance(0.8)
		h.opens, h.closes = 8+2*r.Float64(), 17+4*r.Float64()
	case guest:
		h.name = pick(r, []string{"iPhone", "Galaxy-S24", "android-" + r.label(8), "MacBookAir", "iPad", "Pixel-9", "LAPTOP-" + r.label(7)})
		h.windows, h.agent = false, pick(r, agents.guests)
		h.mac = macAddress(r, pick(r, []string{"3a:51:0f", "d6:22:8e", "7e:90:b4"}))
		h.opens = 8 + 8*r.Float64()
		h.closes = min(22, h.opens+1+6*r.Float64())
		for range days {
			h.presence = append(h.presence, r.chance(0.7))
		}
	}
	for range 12 {
		h.favours = append(h.favours, r.IntN(webDomains))
	}
	return h
}

// settle gives the hosts of v their addresses for all days. On each day some
// move to another address.
func (v *vlan) settle(r *random, days int) {
	for d := range days {
		for _, h := range v.hosts {
			var a ip
			var when int64
			switch {
			case d == 0:
				a = v.lease(r, 0)
			case h.role == guest, h.role != ward && r.chance(0.12):
				v.freed = append(v.freed, h.addrs[d-1])
				a = v.lease(r, d)
				when = int64(d)*day + r.between(4*hour, 6*hour)
			default:
				a = h.addrs[d-1]
			}
			v.used[a] = d
			h.addrs, h.moves = append(h.addrs, a), append(h.moves, when)
		}
	}
}
