package generate

import (
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// ConnLog writes a conn.log of one busy day (2026-03-02) with rows rows in order
// of time: a few thousand hosts, destinations of very unequal popularity, and 2
// to 6 connections for each host, destination and port in an hour. It is meant
// for benchmarks: fast to write, of realistic mix and width, without a story.
func ConnLog(w io.Writer, seed uint64, rows int) error {
	if rows < 0 {
		return errors.New("rows: negative")
	}
	c := newBulk(seed, rows)
	out := make([]byte, 0, bulkBuffer+1024)
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	out = appendHeader(out, connSchema(), start)
	var written int64
	for h, total := int64(0), dayShare(24); h < 24; h++ {
		share := dayShare(h + 1)
		upTo := int64(math.Round(float64(rows) * share / total))
		n := upTo - written
		written = upTo
		c.converse(int(float64(n)/perConversation) + 1)
		for i := range n {
			ts := start.UnixMicro() + h*hour + int64((float64(i)+c.unit())*float64(hour)/float64(n))
			if out = c.appendRow(out, ts); len(out) >= bulkBuffer {
				if _, err := w.Write(out); err != nil {
					return err
				}
				out = out[:0]
			}
		}
	}
	out = append(out, "#close\t"...)
	out = start.Add(24*time.Hour).AppendFormat(out, headerTime)
	_, err := w.Write(append(out, '\n'))
	return err
}

const (
	bulkBuffer      = 1 << 20
	perConversation = 2.4 // before those of the same host, destination and port fall together
	bulkQuantiles   = 1 << 18
)

// dayShare is the traffic of the first h hours of a day, not normalised.
func dayShare(h int64) float64 {
	sum := 0.0
	for i := range h {
		sum += 1 + 2.5*math.Exp(-float64(i-13)*float64(i-13)/18)
	}
	return sum
}

// address is an address as text.
type address struct {
	text [15]byte
	n    uint8
}

func addressOf(a ip) (t address) {
	t.n = uint8(copy(t.text[:], a.append(nil)))
	return t
}

// kind is one kind of connection in a bulk log.
type kind struct {
	share    int // of 100 conversations
	port     uint16
	inside   bool
	udp      bool
	service  string
	tail     [4]string // state to history, by how it ended
	up, down []int64   // payloads to draw from
	dur      []int64
}

// conversation is one host, destination and kind in one hour.
type conversation struct {
	host uint16
	kind uint8
	dst  uint32
}

// bulk holds what rows of a bulk log are drawn from.
type bulk struct {
	rng         *rand.PCG
	hosts       []address
	outside     []address
	inside      []address
	outsideBy   []uint32
	kinds       []kind
	kindBy      [100]uint8
	active      []conversation
	pairs       [62 * 62][2]byte
	sourcePorts [1 << 14]uint16
}

func newBulk(seed uint64, rows int) *bulk {
	r := stream(seed, "conn log")
	b := &bulk{rng: rand.NewPCG(r.Uint64(), r.Uint64())}
	for i := range min(max(rows/2000, 200), 3500) {
		b.hosts = append(b.hosts, addressOf(ip4(10, 20, uint32(10+i/250), uint32(2+i%250))))
	}
	for i := range 60 {
		b.inside = append(b.inside, addressOf(ip4(10, 20, 1, uint32(5+i))))
	}
	p := &pool{used: map[ip]bool{}}
	for range min(max(rows/100, 2000), 50000) {
		b.outside = append(b.outside, addressOf(p.draw(r)))
	}
	z := newZipf(len(b.outside), 0.85, 3)
	b.outsideBy = make([]uint32, bulkQuantiles)
	for i := range b.outsideBy {
		b.outsideBy[i] = uint32(z.draw(r))
	}
	b.kinds = bulkKinds(r)
	for at, k := 0, 0; k < len(b.kinds); k++ {
		for range b.kinds[k].share {
			b.kindBy[at] = uint8(k)
			at++
		}
	}
	for i := range b.pairs {
		b.pairs[i] = [2]byte{base62[i/62], base62[i%62]}
	}
	for i := range b.sourcePorts {
		b.sourcePorts[i] = uint16(r.between(49152, 65535))
	}
	return b
}

func bulkKinds(r *random) []kind {
	draw := func(median, sigma float64, lo, hi int64) []int64 {
		out := make([]int64, 4096)
		for i := range out {
			out[i] = r.size(median, sigma, lo, hi)
		}
		return out
	}
	ends := func(inside bool) [4]string {
		local := "\tT\tF\t0\t"
		if inside {
			local = "\tT\tT\t0\t"
		}
		return [4]string{"\tSF" + local + "ShADadFf\t", "\tSF" + local + "ShADadfF\t", "\tRSTO" + local + "ShADadR\t", "\tS1" + local + "ShADad\t"}
	}
	always := func(s string) [4]string { return [4]string{s, s, s, s} }
	return []kind{
		{share: 42, port: 443, service: "tcp\tssl\t", tail: ends(false), up: draw(2200, 0.9, 600, 30e6), down: draw(14e3, 1.6, 2500, 900e6), dur: draw(6e6, 1.7, 3e4, 8e9)},
		{share: 7, port: 80, service: "tcp\thttp\t", tail: ends(false), up: draw(700, 0.6, 200, 9e6), down: draw(9e3, 1.6, 200, 200e6), dur: draw(2e6, 1.5, 2e4, 6e8)},
		{share: 22, port: 53, inside: true, udp: true, service: "udp\tdns\t", tail: always("\tSF\tT\tT\t0\tDd\t"), up: draw(52, 0.2, 30, 220), down: draw(120, 0.5, 40, 1200), dur: draw(14e3, 1, 200, 2e6)},
		{share: 5, port: 445, inside: true, service: "tcp\tgssapi,smb,krb\t", tail: ends(true), up: draw(5e3, 1.3, 900, 50e6), down: draw(2e4, 2, 900, 2e9), dur: draw(2e7, 1.3, 1e4, 4e9)},
		{share: 5, port: 88, inside: true, service: "tcp\tkrb_tcp\t", tail: ends(true), up: draw(1500, 0.1, 900, 3000), down: draw(1500, 0.1, 900, 3000), dur: draw(3e3, 0.6, 500, 1e5)},
		{share: 4, port: 389, inside: true, service: "tcp\tldap_tcp\t", tail: ends(true), up: draw(2500, 0.4, 600, 9e3), down: draw(4e3, 0.8, 600, 1e6), dur: draw(5e4, 1, 2e3, 9e6)},
		{share: 2, port: 123, udp: true, service: "udp\tntp\t", tail: always("\tSF\tT\tF\t0\tDd\t"), up: []int64{48}, down: []int64{48}, dur: draw(15e3, 0.5, 900, 9e5)},
		{share: 6, port: 8443, inside: true, service: "tcp\tssl\t", tail: ends(true), up: draw(4e3, 1, 900, 9e6), down: draw(4e4, 1.2, 2e3, 90e6), dur: draw(3e7, 1.5, 3e4, 4e9)},
		{share: 3, port: 3478, udp: true, service: "udp\t-\t", tail: always("\tSF\tT\tF\t0\tDd\t"), up: draw(9e5, 2, 200, 4e8), down: draw(2e6, 2, 200, 9e8), dur: draw(6e7, 1.5, 1e5, 5e9)},
		{share: 4, port: 8080, service: "tcp\t-\t", tail: always("\tS0\tT\tF\t0\tS\t")},
	}
}

// unit draws from 0 up to 1.
func (b *bulk) unit() float64 { return float64(b.rng.Uint64()>>11) / (1 << 53) }

// below draws from 0 to n-1, from the bits of x that it uses up.
func below(x *uint64, n int) int {
	v := (*x & 0xffffffff) * uint64(n) >> 32
	*x = *x>>20 ^ *x<<44
	return int(v)
}

// converse draws the n conversations of the next hour; three in ten of the last
// hour go on.
func (b *bulk) converse(n int) {
	keep := min(len(b.active)*3/10, n)
	b.active = b.active[:keep]
	for len(b.active) < n {
		x, y := b.rng.Uint64(), b.rng.Uint64()
		c := conversation{host: uint16(below(&x, len(b.hosts))), kind: b.kindBy[below(&x, 100)]}
		if b.kinds[c.kind].inside {
			c.dst = uint32(below(&y, len(b.inside)))
		} else {
			c.dst = b.outsideBy[y&(bulkQuantiles-1)]
		}
		b.active = append(b.active, c)
	}
}

// appendRow appends one row at ts.
func (b *bulk) appendRow(out []byte, ts int64) []byte {
	x, y, z := b.rng.Uint64(), b.rng.Uint64(), b.rng.Uint64()
	c := b.active[below(&x, len(b.active))]
	k := &b.kinds[c.kind]
	out = appendSeconds(out, ts)
	out = append(out, '\t', 'C')
	for range 4 {
		p, q := b.pairs[y%3844], b.pairs[z%3844]
		out = append(out, p[0], p[1], q[0], q[1])
		y, z = y/3844, z/3844
	}
	out = append(out, base62[y%62], '\t')
	h := &b.hosts[c.host]
	out = append(append(out, h.text[:h.n]...), '\t')
	sp := b.sourcePorts[x&(1<<14-1)]
	out = append(strconv.AppendUint(out, uint64(sp), 10), '\t')
	d := &b.outside[c.dst]
	if k.inside {
		d = &b.inside[c.dst]
	}
	out = append(append(out, d.text[:d.n]...), '\t')
	out = append(strconv.AppendUint(out, uint64(k.port), 10), '\t')
	out = append(out, k.service...)
	if len(k.up) == 0 {
		return append(append(append(out, "-\t-\t-"...), k.tail[0]...), "1\t52\t0\t0\t-\n"...)
	}
	x = b.rng.Uint64()
	up, down, dur := k.up[x%uint64(len(k.up))], k.down[x>>12%uint64(len(k.down))], k.dur[x>>24%uint64(len(k.dur))]
	dur += int64(x >> 52)
	out = append(appendSeconds(out, dur), '\t')
	out = append(strconv.AppendInt(out, up, 10), '\t')
	out = strconv.AppendInt(out, down, 10)
	end := 0
	if e := x >> 40 & 31; e < 12 {
		end = 1
	} else if e < 16 {
		end = int(e>>1) - 4 // 2 or 3
	}
	out = append(out, k.tail[end]...)
	op, rp, header := (up+segment-1)/segment, (down+segment-1)/segment, int64(28)
	if !k.udp {
		op, rp, header = op+rp/2+3, rp+op/2+2, 40
	}
	out = append(strconv.AppendInt(out, op, 10), '\t')
	out = append(strconv.AppendInt(out, up+op*header, 10), '\t')
	out = append(strconv.AppendInt(out, rp, 10), '\t')
	out = strconv.AppendInt(out, down+rp*header, 10)
	return append(out, "\t-\n"...)
}
