package generate

import "fmt"

// role is what a machine is for.
type role uint8

const (
	desktop role = iota
	ward
	laboratory
	research
	guest
	imaging
	device
	printer
	server
)

// host is one machine inside.
type host struct {
	name     string
	role     role
	mac      string
	agent    string // of its browser
	windows  bool
	always   bool    // never switched off
	opens    float64 // hour at which its people come, and go
	closes   float64
	busy     float64 // how much its people do, 1 is usual
	presence []bool  // guests: per day
	addrs    []ip    // per day
	moves    []int64 // per day, when that day's address begins
	known    map[string]int64
	favours  []int // ranks of sites
}

// addr returns the address that h has at offset us from the start of the logs.
func (h *host) addr(us int64) ip {
	d := max(0, min(us/day, int64(len(h.addrs)-1)))
	if d > 0 && us < h.moves[d] {
		d--
	}
	return h.addrs[d]
}

// port draws an ephemeral port as the host's system would.
func (h *host) port(r *random) int64 {
	if h.windows {
		return r.between(49152, 65535)
	}
	return r.between(32768, 60999)
}

// vlan is a network with addresses for hosts of one role.
type vlan struct {
	base  ip // third octet counts up from here
	nets  int
	hosts []*host
	used  map[ip]int // address → last day on which somebody had it
	freed []ip       // addresses that somebody gave up, oldest first
}

func newVLAN(third uint32, nets int) *vlan {
	return &vlan{base: ip4(10, 20, third, 0), nets: nets, used: map[ip]int{}}
}

// lease draws an address that nobody had today or yesterday, with a preference
// for one that somebody else had before.
func (v *vlan) lease(r *random, today int) ip {
	free := func(a ip) bool {
		last, ok := v.used[a]
		return !ok || last < today-1
	}
	if r.chance(0.5) {
		for i, a := range v.freed {
			if free(a) {
				v.freed = append(v.freed[:i], v.freed[i+1:]...)
				v.used[a] = today
				return a
			}
		}
	}
	for {
		a := v.base + ip(r.IntN(v.nets))<<8 + ip(r.between(20, 250))
		if free(a) {
			v.used[a] = today
			return a
		}
	}
}

var agents = struct{ windows, linux, guests []string }{
	windows: []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36 Edg/144.0.0.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
	},
	linux: []string{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
	guests: []string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
	},
}

func macAddress(r *random, vendor string) string {
	return fmt.Sprintf("%s:%02x:%02x:%02x", vendor, r.IntN(256), r.IntN(256), r.IntN(256))
}
