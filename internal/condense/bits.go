package condense

import (
	"encoding/binary"
	"math/bits"
)

// Lists are written as bits, the lowest first, because they are most of a ledger
// and a byte boundary after every number would make them a third longer.

// bitWriter appends bits to b.
type bitWriter struct {
	b    []byte
	held uint64 // bits not yet in b
	n    uint   // how many, below 8 between calls
}

// put appends the low width bits of v, which has no others; width is at most 64.
func (w *bitWriter) put(v uint64, width uint) {
	if width > 56 {
		w.put(v&(1<<32-1), 32)
		v, width = v>>32, width-32
	}
	w.held |= v << w.n
	w.n += width
	w.b = binary.LittleEndian.AppendUint64(w.b, w.held)
	whole := w.n >> 3
	w.b = w.b[:len(w.b)-8+int(whole)]
	w.held >>= whole << 3
	w.n &= 7
}

// end fills the last byte.
func (w *bitWriter) end() {
	if w.n > 0 {
		w.b = append(w.b, byte(w.held))
	}
	w.held, w.n = 0, 0
}

// widthBits is how many bits a width takes; allBits in them stands for 64.
const (
	widthBits = 6
	allBits   = 1<<widthBits - 1
)

// number appends v behind its width; the highest bit goes without saying.
func (w *bitWriter) number(v uint64) {
	width := uint(bits.Len64(v))
	switch {
	case width >= allBits:
		w.put(allBits, widthBits)
		w.put(v, 64)
	case width <= 1:
		w.put(uint64(width), widthBits)
	case width <= 57-widthBits: // both at once
		w.put((v&(1<<(width-1)-1))<<widthBits|uint64(width), width-1+widthBits)
	default:
		w.put(uint64(width), widthBits)
		w.put(v&(1<<(width-1)-1), width-1)
	}
}

// farBits is from how many bits above the usual width on a number's width is
// written in full.
const farBits = 20

// near appends v, given that numbers like it are usually of the given width: that
// many bits behind a 0, or for each more bit a 1 before the 0.
func (w *bitWriter) near(v uint64, usual uint) {
	width := uint(bits.Len64(v))
	switch {
	case width <= usual && usual < 56: // both at once
		w.put(v<<1, usual+1)
	case width <= usual:
		w.put(0, 1)
		w.put(v, usual)
	case width-usual >= farBits:
		w.put(1<<farBits-1, farBits)
		w.number(v)
	case 2*width-usual <= 56: // both at once
		w.put((v&(1<<(width-1)-1))<<(width-usual+1)|(1<<(width-usual)-1), 2*width-usual)
	default:
		w.put(1<<(width-usual)-1, width-usual+1)
		w.put(v&(1<<(width-1)-1), width-1)
	}
}

// bitReader takes bits from b.
type bitReader struct {
	b   []byte
	at  uint // in bits
	bad bool // more bits were asked for than there are
}

// peek returns the next bits, at least 57 of them, 0 for those behind the end.
func (r *bitReader) peek() uint64 {
	i := r.at >> 3
	if i+8 <= uint(len(r.b)) {
		return binary.LittleEndian.Uint64(r.b[i:]) >> (r.at & 7)
	}
	var last [8]byte
	if i < uint(len(r.b)) {
		copy(last[:], r.b[i:])
	}
	return binary.LittleEndian.Uint64(last[:]) >> (r.at & 7)
}

// skip passes over bits.
func (r *bitReader) skip(width uint) {
	r.at += width
	if r.at > uint(len(r.b))*8 {
		r.bad = true
	}
}

// take returns the next bits.
func (r *bitReader) take(width uint) uint64 {
	if width > 56 {
		low := r.take(32)
		return low | r.take(width-32)<<32
	}
	v := r.peek() & (1<<width - 1)
	r.skip(width)
	return v
}

// number is the inverse of bitWriter.number.
func (r *bitReader) number() uint64 {
	width := uint(r.take(widthBits))
	switch width {
	case 0, 1:
		return uint64(width)
	case allBits:
		return r.take(64)
	}
	return r.take(width-1) | 1<<(width-1)
}

// near is the inverse of bitWriter.near.
func (r *bitReader) near(usual uint) uint64 {
	more := uint(bits.TrailingZeros64(^r.peek()))
	switch {
	case more == 0:
		r.skip(1)
		return r.take(usual)
	case more >= farBits:
		r.skip(farBits)
		return r.number()
	}
	r.skip(more + 1)
	width := usual + more
	return r.take(width-1) | 1<<(width-1)
}
