package beacon

import (
	"net/netip"
	"slices"

	"barium/internal/detect"
)

// beat is a finding with the period of its rhythm.
type beat struct {
	detect.Finding
	period int64 // microseconds
}

const (
	// sameNetwork4 and sameNetwork6 are how many bits of an address a large service
	// has in common with itself.
	sameNetwork4, sameNetwork6 = 16, 32
	// pause is how many periods may lie between the end of one rhythm and the begin
	// of the other.
	pause = 3
)

// siblings weighs for findings, all of one host, that a service without a name has
// one more address, or another one: what is new there is no new far end.
func siblings(bs []beat) (out []detect.Finding) {
	for i := range bs {
		f := bs[i].Finding
		j := slices.IndexFunc(bs, func(o beat) bool { return bs[i].joins(&o) })
		if j >= 0 {
			f.Terms = append(f.Terms, sibling.Says(bs[j].Dst))
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindDestination, Value: bs[j].Dst})
		}
		if f.Weight() > 0 {
			out = append(out, f)
		}
	}
	return out
}

// joins reports whether b begins beside o, or where o ends.
func (b *beat) joins(o *beat) bool {
	return b.Port == o.Port && b.Proto == o.Proto && b.Label == b.Dst && o.Label == o.Dst && neighbours(b.Dst, o.Dst) &&
		o.First < b.First && b.First <= o.Last+pause*b.period &&
		b.period*10 >= o.period*9 && o.period*10 >= b.period*9
}

// neighbours reports whether two addresses lie in the same network, as far as their
// first bits tell.
func neighbours(x, y string) bool {
	a, err := netip.ParseAddr(x)
	b, err2 := netip.ParseAddr(y)
	if err != nil || err2 != nil || a == b || a.Is4() != b.Is4() {
		return false
	}
	bits := sameNetwork6
	if a.Is4() {
		bits = sameNetwork4
	}
	p, err := a.Prefix(bits)
	return err == nil && p.Contains(b)
}
