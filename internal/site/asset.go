package site

import (
	"cmp"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// AssetFile, ApprovalFile and JewelFile are the names of the three files.
const (
	AssetFile    = "assets.csv"
	ApprovalFile = "flows.csv"
	JewelFile    = "crown-jewels.csv"
)

var assetColumns = []column{{"address", true}, {"name", true}, {"role", false}, {"model", false}, {"used_by_many", false}, {confirmedColumn, false}}

// Asset is a machine, or a range of them.
type Asset struct {
	Prefix netip.Prefix // invalid when told by MAC
	MAC    string       // "00:11:22:33:44:55", empty when told by address
	Name   string
	Role   string
	Model  string
	Many   bool // several people or machines behind one address: NAT, Citrix, a proxy
}

// assets reads assets.csv.
func assets(rows []row) (out []Asset, proposals int) {
	seen := map[string]int{}
	names := map[string]int{}
	for i := range rows {
		r := &rows[i]
		a := Asset{Name: r.get("name"), Role: r.get("role"), Model: r.get("model"), Many: r.yes("used_by_many")}
		cell := r.get("address")
		if mac, err := net.ParseMAC(cell); err == nil && len(mac) == 6 {
			a.MAC = mac.String()
			cell = a.MAC
		} else if p, ok := network(cell); ok {
			a.Prefix = p
			cell = p.String()
		} else if cell != "" {
			r.fault("address", "%q is no address; write one such as 10.0.4.7, 10.0.4.0/24, 2001:db8::7 or 00:11:22:33:44:55", short(cell))
		}
		if !r.confirmed {
			proposals++
			continue
		}
		if before, ok := seen[cell]; ok {
			r.fault("address", "%s stands on line %d already; keep one of the rows", short(cell), before)
		}
		seen[cell] = r.line
		// Flows and jewels may name an asset: a name means one machine or network.
		key := strings.ToLower(a.Name)
		if before, ok := names[key]; ok {
			r.fault("name", "%q is the name of line %d already; give each its own", short(a.Name), before)
		}
		names[key] = r.line
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Asset) int { return cmp.Or(a.Prefix.Compare(b.Prefix), cmp.Compare(a.MAC, b.MAC)) })
	return out, proposals
}

// network reads an address or a range of addresses.
func network(s string) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(s); err == nil {
		if a.Zone() != "" {
			return netip.Prefix{}, false
		}
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked(), true
}

// Holding is that an address belonged to a MAC from a moment on.
type Holding struct {
	From int64 // microseconds since 1970 UTC
	MAC  string
}

// Asset returns what is known of a host at a moment (microseconds since 1970
// UTC). What is told by MAC holds while a lease says that the address is its own,
// and is surer than what is told by address; of networks the narrowest counts.
func (c *Context) Asset(ip string, at int64) (Asset, bool) {
	if c == nil {
		return Asset{}, false
	}
	if mac := c.holder(ip, at); mac != "" {
		if i, ok := c.byMAC[mac]; ok {
			return c.Assets[i], true
		}
	}
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return Asset{}, false
	}
	addr = addr.Unmap()
	best := -1
	for i := range c.Assets {
		p := c.Assets[i].Prefix
		if p.IsValid() && p.Contains(addr) && (best < 0 || p.Bits() > c.Assets[best].Prefix.Bits()) {
			best = i
		}
	}
	if best < 0 {
		return Asset{}, false
	}
	return c.Assets[best], true
}

// holder returns the MAC that had an address at a moment: the last that was told
// of, or the first, when the lease was older than the records.
func (c *Context) holder(ip string, at int64) string {
	held := c.holdings[ip]
	mac := ""
	for i, h := range held {
		if i > 0 && h.From > at {
			break
		}
		mac = h.MAC
	}
	return mac
}

// Lease says which MACs addresses belonged to, by address and in order of time.
// Without it, what is told by MAC is not found.
func (c *Context) Lease(holdings map[string][]Holding) { c.holdings = holdings }

// HasMACs tells whether any asset is told by MAC.
func (c *Context) HasMACs() bool { return c != nil && len(c.byMAC) > 0 }
