package zeek

import (
	"encoding/binary"
	"math/bits"

	"barium/internal/event"
)

// The functions here read numbers, times and addresses in the form in which
// Zeek writes nearly all of them, eight bytes at a time. They read b[i:e], and
// also look at up to 16 bytes before e and after i. Where they answer !ok, the
// value has another form or is wrong, and the functions of parse.go, time.go
// and addr.go decide; where they answer ok, those would give the same.

const (
	ones  = 0x0101010101010101
	lows  = 0x7f * ones
	highs = 0x80 * ones
	zeros = '0' * ones
)

func load(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// decimal returns the number whose digits are the bytes of x, each 0 to 9, the
// first one lowest.
func decimal(x uint64) uint64 {
	x = x * (10<<8 + 1) >> 8 & 0x00ff00ff00ff00ff
	x = x * (100<<16 + 1) >> 16 & 0x0000ffff0000ffff
	return x * (10000<<32 + 1) >> 32
}

// notDigits is not zero when a byte of x is above 9.
func notDigits(x uint64) uint64 { return (x + 0x76*ones | x) & highs }

// short reads one to eight digits.
func short(b []byte, i, e int) (n uint64, ok bool) {
	if uint(e-i-1) > 7 || e < 8 {
		return 0, false
	}
	drop := uint(64-8*(e-i)) & 63
	x := (load(b, e-8) ^ zeros) >> drop << drop
	return decimal(x), notDigits(x) == 0
}

// plainTime reads ten digits, a point, and six digits.
func plainTime(b []byte, i, e int) (t event.Time, ok bool) {
	if e-i != 17 || b[i+10] != '.' {
		return 0, false
	}
	x := load(b, i) ^ zeros
	y := (load(b, e-9) ^ zeros) // two digits, the point, five digits
	y = y&0xffff | y>>24<<16
	z := uint64(b[e-1] ^ '0')
	if notDigits(x)|notDigits(y) != 0 || z > 9 {
		return 0, false
	}
	t = event.Time(decimal(x)*100_000_000 + decimal(y<<8)*10 + z)
	return t, t <= maxTime
}

// plainInterval reads one to eight digits, a point, and six digits.
func plainInterval(b []byte, i, e int) (n int64, ok bool) {
	if e-i < 8 || e < 16 || b[e-7] != '.' {
		return 0, false
	}
	s, ok := short(b, i, e-7)
	x := (load(b, e-8) ^ zeros) >> 16 << 16
	return int64(s*1_000_000 + decimal(x)), ok && notDigits(x) == 0
}

// plainAddr reads an IPv4 address, the first byte of it lowest.
func plainAddr(b []byte, i, e int) (a uint32, ok bool) {
	n := uint(e - i)
	if n-7 > 8 || i < 4 || i+16 > len(b) {
		return 0, false
	}
	m := equal(load(b, i), '.') | equal(load(b, i+8), '.')<<8
	m &= 1<<n - 1
	p0 := bits.TrailingZeros64(m)
	m &= m - 1
	p1 := bits.TrailingZeros64(m)
	m &= m - 1
	p2 := bits.TrailingZeros64(m)
	if p2 == 64 || m&(m-1) != 0 {
		return 0, false
	}
	n0 := part(b, i+p0, p0)
	n1 := part(b, i+p1, p1-p0-1)
	n2 := part(b, i+p2, p2-p1-1)
	n3 := part(b, e, int(n)-p2-1)
	return n0 | n1<<8 | n2<<16 | n3<<24, n0|n1|n2|n3 < 256
}

// setIPv4 sets dst to what plainAddr returns.
func setIPv4(dst *event.Addr, a uint32) {
	binary.LittleEndian.PutUint64(dst[:8], 0)
	binary.LittleEndian.PutUint64(dst[8:], uint64(a)<<32|0xffff<<16)
}

// part reads one number of an IPv4 address: n digits before b[e]. It is above
// 255 when there are not one to three digits or leading zeros.
func part(b []byte, e, n int) uint32 {
	if uint(n-1) > 2 {
		return 256
	}
	drop := uint(32-8*n) & 31
	x := (binary.LittleEndian.Uint32(b[e-4:]) ^ 0x30303030) >> drop << drop
	v := x>>24 + x>>16&0xff*10 + x>>8&0xff*100
	if (x+0x76767676|x)&0x80808080 != 0 || v < least[n] {
		return 256
	}
	return v
}

// least is the smallest number of n digits without leading zeros.
var least = [...]uint32{0, 0, 10, 100}

// equal returns a bit for each byte of x that is c, the lowest for the first.
func equal(x uint64, c byte) uint64 {
	x ^= uint64(c) * ones
	return gather(^((x&lows + lows) | x) & highs)
}

// separators returns a bit for each of 64 bytes that is a tab or a line feed.
// There are also bits for some other bytes below 12, none of which text holds.
func separators(b []byte) (m uint64) {
	b = b[:64]
	for i := 0; i < 64; i += 8 {
		x := load(b, i)
		m |= gather((x-0x0b*ones)&^x&highs) << i
	}
	return m
}

// gather moves the high bits of the bytes of x into one byte.
func gather(x uint64) uint64 { return x >> 7 * 0x0102040810204080 >> 56 }
