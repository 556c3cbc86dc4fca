package inflate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// ErrCorrupt says that the input is no deflate stream.
var ErrCorrupt = errors.New("invalid deflate stream")

const (
	window   = 32 << 10 // how far back a match may reach
	ahead    = 64 << 10 // how much is decompressed at once
	maxMatch = 258
	// slack is how far behind the end the loop may write in one turn: two literals,
	// a match, and the rest of the word it is copied by.
	slack = maxMatch + 16
)

// Reader decompresses one deflate stream. Its input must be a bufio.Reader of at
// least 16 bytes; nothing behind the end of the stream is taken from it.
type Reader struct {
	in   *bufio.Reader
	src  []byte // what lies in the buffer of in
	pos  int    // in src
	bits uint64 // taken from src, not used yet
	n    uint   // how many
	eof  error  // in has no more, and why

	out        [window + ahead + slack]byte
	given, end int // in out: handed over, decompressed

	block  func(*Reader) // what goes on with the block at hand; nil between blocks
	last   bool          // it is the last
	stored int           // bytes left of a stored block
	err    error         // after what is in out

	lit   [litSize]uint32
	dist  [distSize]uint32
	fixed bool // these are the fixed codes
}

// Reset begins a new stream.
func (r *Reader) Reset(in *bufio.Reader) {
	r.in, r.pos, r.bits, r.n, r.eof = in, 0, 0, 0, nil
	r.src, _ = in.Peek(in.Buffered()) // cannot fail
	r.given, r.end, r.block, r.last, r.stored, r.err = 0, 0, nil, false, 0, nil
}

// Read returns io.EOF at the end of the stream, io.ErrUnexpectedEOF when the input
// ends before it, ErrCorrupt, or the error of the input; always behind all bytes
// before that.
func (r *Reader) Read(p []byte) (int, error) {
	for r.given == r.end {
		if r.err != nil {
			return 0, r.err
		}
		if r.end >= window+ahead {
			copy(r.out[:window], r.out[r.end-window:r.end])
			r.given, r.end = window, window
		}
		if r.block == nil {
			r.next()
		} else {
			r.block(r)
		}
		if r.err != nil {
			r.back()
		}
	}
	n := copy(p, r.out[r.given:r.end])
	r.given += n
	return n, nil
}

// more brings more of the input into src; it reports false when there is none.
func (r *Reader) more() bool {
	if r.eof != nil {
		return false
	}
	r.back()
	left := r.in.Buffered()
	if left == r.in.Size() {
		r.src, _ = r.in.Peek(left)
		return true
	}
	if _, err := r.in.Peek(left + 1); err != nil {
		r.eof = err
	}
	r.src, _ = r.in.Peek(r.in.Buffered()) // cannot fail
	return len(r.src) > left
}

// back gives whole bytes that were not used back to the input.
func (r *Reader) back() {
	r.pos -= int(r.n >> 3)
	r.n &= 7
	r.bits &= 1<<r.n - 1
	_, _ = r.in.Discard(r.pos) // cannot fail: they lie in the buffer
	r.src, r.pos = r.src[r.pos:], 0
}

// need takes in bits until there are n, at most 32, and reports false when the
// input ends before.
func (r *Reader) need(n uint) bool {
	for r.n < n {
		if r.pos == len(r.src) && !r.more() && r.pos == len(r.src) {
			return false // more may have given bytes back all the same
		}
		// Not needed bits may be there already: they are the same.
		r.bits = r.bits&(1<<r.n-1) | uint64(r.src[r.pos])<<r.n
		r.pos++
		r.n += 8
	}
	return true
}

// take returns the next n bits, which there must be.
func (r *Reader) take(n uint) uint32 {
	v := uint32(r.bits & (1<<n - 1))
	r.bits >>= n
	r.n -= n
	return v
}

// short is the error for input that ends too early.
func (r *Reader) short() {
	r.err = r.eof
	if errors.Is(r.err, io.EOF) {
		r.err = io.ErrUnexpectedEOF
	}
}

// next begins the next block.
func (r *Reader) next() {
	if r.last {
		r.err = io.EOF
		return
	}
	if !r.need(3) {
		r.short()
		return
	}
	r.last = r.take(1) == 1
	switch r.take(2) {
	case 0:
		r.beginStored()
	case 1:
		r.beginFixed()
	case 2:
		r.beginDynamic()
	default:
		r.err = ErrCorrupt
	}
}

func (r *Reader) beginStored() {
	r.take(r.n & 7)
	if !r.need(32) {
		r.short()
		return
	}
	size, check := r.take(16), r.take(16)
	if size != check^0xffff {
		r.err = ErrCorrupt
		return
	}
	r.back()
	r.stored, r.block = int(size), (*Reader).copyStored
}

// copyStored copies what is there of a stored block.
func (r *Reader) copyStored() {
	if r.stored == 0 {
		r.block = nil
		return
	}
	if r.pos == len(r.src) && !r.more() {
		r.short()
		return
	}
	n := copy(r.out[r.end:min(window+ahead, r.end+r.stored)], r.src[r.pos:])
	r.pos += n
	r.end += n
	r.stored -= n
}

func (r *Reader) beginFixed() {
	r.block = (*Reader).decode
	if r.fixed {
		return
	}
	var n [288]uint8
	for i := range n {
		switch {
		case i < 144:
			n[i] = 8
		case i < 256:
			n[i] = 9
		case i < 280:
			n[i] = 7
		default:
			n[i] = 8
		}
	}
	build(r.lit[:], litEntries[:], n[:], litBits)
	for i := range 32 {
		n[i] = 5
	}
	build(r.dist[:], distEntries[:], n[:32], distBits)
	r.fixed = true
}

// codeOrder is the order in which the lengths of the codes for lengths stand.
var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// beginDynamic reads the codes of a block (RFC 1951 section 3.2.7).
func (r *Reader) beginDynamic() {
	if !r.need(14) {
		r.short()
		return
	}
	lits, dists, codes := int(r.take(5))+257, int(r.take(5))+1, int(r.take(4))+4
	if lits > 286 || dists > 30 {
		r.err = ErrCorrupt
		return
	}
	var lengths [19]uint8
	for _, i := range codeOrder[:codes] {
		if !r.need(3) {
			r.short()
			return
		}
		lengths[i] = uint8(r.take(3))
	}
	var table [codeSize]uint32
	if !build(table[:], codeEntries[:], lengths[:], codeBits) {
		r.err = ErrCorrupt
		return
	}
	var all [286 + 30]uint8
	if !r.lengths(&table, all[:lits+dists]) {
		return
	}
	r.fixed = false
	if !build(r.lit[:], litEntries[:], all[:lits], litBits) || !build(r.dist[:], distEntries[:], all[lits:lits+dists], distBits) {
		r.err = ErrCorrupt
		return
	}
	r.block = (*Reader).decode
}

// lengths reads the lengths of codes.
func (r *Reader) lengths(table *[codeSize]uint32, all []uint8) bool {
	for i := 0; i < len(all); {
		e, ok := r.symbol(table[:], codeBits)
		if !ok {
			return false
		}
		s := uint8(e >> 16)
		if s < 16 {
			all[i] = s
			i++
			continue
		}
		extra, least, repeat := uint(2), 3, uint8(0)
		switch s {
		case 16:
			if i == 0 {
				r.err = ErrCorrupt
				return false
			}
			repeat = all[i-1]
		case 17:
			extra = 3
		default:
			extra, least = 7, 11
		}
		if !r.need(extra) {
			r.short()
			return false
		}
		n := least + int(r.take(extra))
		if n > len(all)-i {
			r.err = ErrCorrupt
			return false
		}
		for range n {
			all[i] = repeat
			i++
		}
	}
	return true
}

// symbol takes the next code bit by bit, so that nothing behind it is needed, and
// returns its entry; the extra bits are not taken.
func (r *Reader) symbol(table []uint32, first uint) (e uint32, ok bool) {
	r.need(maxCode) // as many as there are
	held := r.bits & (1<<r.n - 1)
	e = table[held&(1<<first-1)]
	used := uint(0)
	if e&link != 0 {
		used = first
		e = table[e>>16+uint32(held>>first)&(1<<(e>>8&15)-1)]
	}
	used += uint(e >> 8 & 15)
	switch {
	case used > r.n || e == noCode && r.n < maxCode && r.eof != nil:
		r.short()
	case e&special != 0 && e&endBlock == 0:
		r.err = ErrCorrupt
	default:
		r.take(used)
		return e, true
	}
	return 0, false
}

// decode goes on with a compressed block until it ends or out is full.
func (r *Reader) decode() {
	for r.err == nil && r.block != nil && r.end < window+ahead {
		if len(r.src)-r.pos >= 16 {
			r.fast()
			continue
		}
		if r.end > r.given && r.eof == nil {
			return // what there is is handed over before waiting for input
		}
		if r.more() && len(r.src)-r.pos >= 16 {
			continue
		}
		r.slow()
	}
}

// slow decodes one symbol near the end of the input.
func (r *Reader) slow() {
	e, ok := r.symbol(r.lit[:], litBits)
	switch {
	case !ok:
		return
	case e&literal != 0:
		r.out[r.end] = byte(e >> 16)
		r.end++
		return
	case e&special != 0:
		r.block = nil
		return
	}
	length, ok := r.extra(e)
	if !ok {
		return
	}
	if e, ok = r.symbol(r.dist[:], distBits); !ok {
		return
	}
	offset, ok := r.extra(e)
	if !ok {
		return
	}
	if offset > r.end {
		r.err = ErrCorrupt
		return
	}
	for range length {
		r.out[r.end] = r.out[r.end-offset]
		r.end++
	}
}

// extra returns a length or distance, taking its extra bits.
func (r *Reader) extra(e uint32) (int, bool) {
	n := uint(e&takeMask - e>>8&15)
	if !r.need(n) {
		r.short()
		return 0, false
	}
	return int(e>>16 + r.take(n)), true
}

// fast decodes while there is plenty of input and room. It is the loop that all
// the time is spent in: everything is in local variables, the input is taken in by
// whole words, and nothing is asked twice.
func (r *Reader) fast() {
	src, out, lit, dist := r.src, &r.out, &r.lit, &r.dist
	pos, held, n, end := r.pos, r.bits, r.n, r.end
loop:
	for end < window+ahead && pos+16 <= len(src) {
		in := src[pos : pos+16]
		held |= binary.LittleEndian.Uint64(in) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56
		e := lit[held&(1<<litBits-1)]
		if e&literal != 0 {
			out[end] = byte(e >> 16)
			end++
			held >>= e & takeMask
			n -= uint(e & takeMask)
			e = lit[held&(1<<litBits-1)]
			if e&literal != 0 {
				out[end] = byte(e >> 16)
				end++
				held >>= e & takeMask
				n -= uint(e & takeMask)
				e = lit[held&(1<<litBits-1)]
			}
		}
		if e&link != 0 {
			held >>= litBits
			n -= litBits
			e = lit[(e>>16+uint32(held)&(1<<(e>>8&15)-1))&(litSize-1)]
		}
		if e&literal != 0 {
			out[end] = byte(e >> 16)
			end++
			held >>= e & takeMask
			n -= uint(e & takeMask)
			continue
		}
		if e&special != 0 {
			if e&endBlock == 0 {
				r.err = ErrCorrupt
				break loop
			}
			held >>= e & takeMask
			n -= uint(e & takeMask)
			r.block = nil
			break loop
		}
		length := int(e>>16) + int(held&(1<<(e&takeMask)-1)>>(e>>8&15))
		held >>= e & takeMask
		n -= uint(e & takeMask)

		// At most 22 + 11 + 9 bits are gone; a distance takes 28.
		if n < 28 {
			if pos+8 > len(src) {
				r.err = ErrCorrupt
				break loop // cannot be: 16 bytes were there
			}
			held |= binary.LittleEndian.Uint64(src[pos:]) << (n & 63)
			pos += int((63 - n) >> 3)
			n |= 56
		}
		e = dist[held&(1<<distBits-1)]
		if e&special != 0 {
			if e&link == 0 {
				r.err = ErrCorrupt
				break loop
			}
			held >>= distBits
			n -= distBits
			e = dist[(e>>16+uint32(held)&(1<<(e>>8&15)-1))&(distSize-1)]
			if e&special != 0 {
				r.err = ErrCorrupt
				break loop
			}
		}
		offset := int(e>>16) + int(held&(1<<(e&takeMask)-1)>>(e>>8&15))
		held >>= e & takeMask
		n -= uint(e & takeMask)
		if offset > end {
			r.err = ErrCorrupt
			break loop
		}
		end = match(out, end, offset, length)
	}
	r.pos, r.bits, r.n, r.end = pos, held&(1<<(n&63)-1), n, end
}

// match copies length bytes from offset before end to end, and returns the new
// end. Bytes behind that may be written too.
func match(out *[window + ahead + slack]byte, end, offset, length int) int {
	to := out[end:]
	from := out[end-offset:]
	switch {
	case offset >= 8:
		for i := 0; i < length; i += 8 {
			binary.LittleEndian.PutUint64(to[i:], binary.LittleEndian.Uint64(from[i:]))
		}
	case offset == 1:
		word := uint64(from[0]) * 0x0101010101010101
		for i := 0; i < length; i += 8 {
			binary.LittleEndian.PutUint64(to[i:], word)
		}
	default:
		for i := range length {
			to[i] = from[i]
		}
	}
	return end + length
}
