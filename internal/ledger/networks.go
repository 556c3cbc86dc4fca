package ledger

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Network is a range of addresses that counts as inside.
type Network struct {
	Prefix netip.Prefix
	Why    string // for the report: "given", "RFC 1918", "the logs' local_orig"
}

// Networks decides which addresses are inside.
type Networks struct {
	list    []Network
	singles map[netip.Addr]struct{}
	ranges  []netip.Prefix
}

// ParseNetworks reads what a user gave as inside: prefixes or single addresses.
func ParseNetworks(given []string) (Networks, error) {
	var n Networks
	for _, g := range given {
		for _, s := range strings.Split(g, ",") {
			p, err := netip.ParsePrefix(strings.TrimSpace(s))
			if err != nil {
				a, err2 := netip.ParseAddr(strings.TrimSpace(s))
				if err2 != nil {
					return n, fmt.Errorf("--internal %s: not a network such as 10.0.0.0/8 or 2001:db8::/32", s)
				}
				p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
			}
			if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
				p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
			}
			n.add(Network{p.Masked(), "given"})
		}
	}
	return n, nil
}

// private lists the ranges that are inside unless the user says otherwise.
var private = []Network{
	{netip.MustParsePrefix("10.0.0.0/8"), "RFC 1918"},
	{netip.MustParsePrefix("172.16.0.0/12"), "RFC 1918"},
	{netip.MustParsePrefix("192.168.0.0/16"), "RFC 1918"},
	{netip.MustParsePrefix("100.64.0.0/10"), "RFC 6598, carrier-grade NAT"},
	{netip.MustParsePrefix("fc00::/7"), "RFC 4193, unique local"},
}

// DefaultNetworks returns the private ranges and the addresses that the logs
// themselves call local.
func DefaultNetworks(ctx context.Context, s Store) (Networks, error) {
	var n Networks
	for _, p := range private {
		n.add(p)
	}
	rows, err := s.Query(ctx, `SELECT DISTINCT a.ip FROM ledger.local_hint h JOIN ledger.address a ON a.id = h.address ORDER BY a.ip`)
	if err != nil {
		return n, err
	}
	defer rows.Close()
	for rows.Next() {
		var ip string
		if err := rows.Scan(&ip); err != nil {
			return n, err
		}
		a, err := netip.ParseAddr(ip)
		if err != nil || special(a) || n.within(a) {
			continue
		}
		n.add(Network{netip.PrefixFrom(a, a.BitLen()), "the logs' local_orig or local_resp"})
	}
	return n, rows.Err()
}

func (n *Networks) add(x Network) {
	n.list = append(n.list, x)
	if x.Prefix.IsSingleIP() {
		if n.singles == nil {
			n.singles = map[netip.Addr]struct{}{}
		}
		n.singles[x.Prefix.Addr()] = struct{}{}
		return
	}
	n.ranges = append(n.ranges, x.Prefix)
}

// List returns the networks in order of address.
func (n *Networks) List() []Network {
	out := slices.Clone(n.list)
	slices.SortFunc(out, func(a, b Network) int { return a.Prefix.Compare(b.Prefix) })
	return out
}

func (n *Networks) within(a netip.Addr) bool {
	if _, ok := n.singles[a]; ok {
		return true
	}
	for _, p := range n.ranges {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// special reports addresses that are nobody's far end: unset, unspecified,
// loopback, link-local, multicast and broadcast.
func special(a netip.Addr) bool {
	return !a.IsValid() || a.IsUnspecified() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() ||
		a == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// Inside classifies the text of an address. Special addresses are neither
// inside nor outside.
func (n *Networks) Inside(ip string) (inside, isSpecial bool) {
	a, err := netip.ParseAddr(ip)
	if err != nil || special(a) {
		return false, true
	}
	return n.within(a), false
}
