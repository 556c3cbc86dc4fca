package generate

import (
	"math"
	"math/rand/v2"
)

// random is one seeded stream of random numbers with the draws that traffic
// needs. Every concern has a stream of its own, so that a change in one does
// not shift the others.
type random struct{ *rand.Rand }

// stream returns the stream of the given name under seed.
func stream(seed uint64, name string) *random {
	h := uint64(14695981039346656037) // FNV-1a
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	a := splitmix(seed ^ splitmix(h))
	return &random{rand.New(rand.NewPCG(a, splitmix(a^h)))}
}

// splitmix spreads the bits of x, so that neighbouring seeds have nothing in
// common.
func splitmix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// chance is true with probability p.
func (r *random) chance(p float64) bool { return r.Float64() < p }

// between draws evenly from lo to hi, both included.
func (r *random) between(lo, hi int64) int64 { return lo + r.Int64N(hi-lo+1) }

// spread draws evenly from x·(1-by) to x·(1+by).
func (r *random) spread(x int64, by float64) int64 {
	return x + int64(float64(x)*by*(2*r.Float64()-1))
}

// size draws from a log-normal distribution with the given median and sigma of
// the logarithm, kept within lo and hi.
func (r *random) size(median, sigma float64, lo, hi int64) int64 {
	return min(max(int64(median*math.Exp(sigma*r.NormFloat64())), lo), hi)
}

// wait draws an exponentially distributed time with the given mean.
func (r *random) wait(mean int64) int64 { return int64(float64(mean) * r.ExpFloat64()) }

// poisson draws a count with the given mean.
func (r *random) poisson(mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	limit, p, n := math.Exp(-mean), r.Float64(), 0
	for p > limit {
		p *= r.Float64()
		n++
	}
	return n
}

// pick draws one of list.
func pick[T any](r *random, list []T) T { return list[r.IntN(len(list))] }

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// id returns a Zeek identifier: the kind ('C' connection, 'F' file) and 17
// characters.
func (r *random) id(kind byte) string {
	var b [18]byte
	b[0] = kind
	a, c := r.Uint64(), r.Uint64()
	for i := 1; i < 10; i++ {
		b[i] = base62[a%62]
		a /= 62
	}
	for i := 10; i < 18; i++ {
		b[i] = base62[c%62]
		c /= 62
	}
	return string(b[:])
}

// hex returns n hexadecimal digits.
func (r *random) hex(n int) string {
	b := make([]byte, n)
	for i := 0; i < n; {
		for x, k := r.Uint64(), 0; k < 16 && i < n; k++ {
			b[i] = "0123456789abcdef"[x&15]
			x >>= 4
			i++
		}
	}
	return string(b)
}

// label returns n characters as in generated host names.
func (r *random) label(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[r.IntN(36)]
	}
	return string(b)
}

// zipf draws ranks 0 to n-1 with probability proportional to 1/(rank+q)^s.
type zipf []float64

func newZipf(n int, s, q float64) zipf {
	z, sum := make(zipf, n), 0.0
	for i := range z {
		sum += math.Pow(float64(i)+q, -s)
		z[i] = sum
	}
	return z
}

func (z zipf) draw(r *random) int {
	x := r.Float64() * z[len(z)-1]
	lo, hi := 0, len(z)-1
	for lo < hi {
		if mid := (lo + hi) / 2; z[mid] < x {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
