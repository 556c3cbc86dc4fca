package generate

import "strconv"

// ip is an IPv4 address.
type ip uint32

func (a ip) append(b []byte) []byte {
	for shift := 24; shift >= 0; shift -= 8 {
		b = strconv.AppendUint(b, uint64(a>>shift&255), 10)
		if shift > 0 {
			b = append(b, '.')
		}
	}
	return b
}

func (a ip) String() string { return string(a.append(nil)) }

func ip4(a, b, c, d uint32) ip { return ip(a<<24 | b<<16 | c<<8 | d) }

// The hospital's own networks.
const (
	insideNet = "10.20.0.0/16"
	bulkNet   = "10.20.0.0/14" // of a hospital of any size
	edgeNet   = "203.0.113.8/29"
)

func (a ip) inside() bool { return a>>18 == (10<<8|20)>>2 || a.edge() }
func (a ip) edge() bool   { return a>>3 == (203<<24|0<<16|113<<8|8)>>3 }

// pool hands out public addresses, each once. All are from ranges reserved for
// documentation and benchmarks, so that none belongs to anybody.
type pool struct{ used map[ip]bool }

// draw returns an address that nobody else has. The caller's stream decides.
func (p *pool) draw(r *random) ip {
	for {
		var a ip
		switch x := r.IntN(20); x {
		case 0:
			a = ip4(203, 0, 113, uint32(r.between(16, 254)))
		case 1:
			a = ip4(198, 51, 100, uint32(r.between(1, 254)))
		default:
			a = ip4(198, 18, 0, 0) + ip(r.between(1, 1<<17-2))
		}
		if last := a & 255; last != 0 && last != 255 && !a.edge() && !p.used[a] {
			p.used[a] = true
			return a
		}
	}
}
