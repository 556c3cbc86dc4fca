package inflate

import "math/bits"

// An entry of a table of codes says what to do with the bits at hand:
//
//	bits 0…5    how many bits to take: the code, and the extra bits of a length or
//	            distance; of a link, how many bits the first table takes
//	bits 8…11   how many of them are the code; of a link, how many more bits choose
//	            the entry in the second table
//	bit 15      not a length or distance: a link, the end of a block, or no code
//	bits 16…30  literal, base of a length or distance, or where a second table begins
//	bit 31      a literal
const (
	literal  = 1 << 31
	special  = 1 << 15
	link     = 1 << 14
	endBlock = 1 << 13
	noCode   = special // neither

	takeMask = 63
)

// Bits that choose an entry of the first table, and how large a table and those
// behind it are at most, as a power of two: no code of 288 symbols takes more than
// 2342 entries, none of 32 more than 402.
const (
	litBits, litSize   = 11, 4096
	distBits, distSize = 8, 512
	codeBits, codeSize = 7, 128
	maxCode            = 15
)

// Entries by symbol, without the length of the code.
var (
	litEntries  = litSymbols()
	distEntries = distSymbols()
	codeEntries = codeSymbols()
)

// litSymbols are literals, the end of a block, and lengths (RFC 1951 section 3.2.5).
func litSymbols() (out [288]uint32) {
	for i := range 256 {
		out[i] = literal | uint32(i)<<16
	}
	out[256] = special | endBlock
	base := uint32(3)
	for i := range 28 {
		extra := uint32(max(i/4-1, 0))
		out[257+i] = base<<16 | extra
		base += 1 << extra
	}
	out[285] = 258 << 16
	out[286], out[287] = noCode, noCode
	return out
}

func distSymbols() (out [32]uint32) {
	base := uint32(1)
	for i := range 30 {
		extra := uint32(max(i/2-1, 0))
		out[i] = base<<16 | extra
		base += 1 << extra
	}
	out[30], out[31] = noCode, noCode
	return out
}

// codeSymbols are the lengths of codes and their repetitions (section 3.2.7).
func codeSymbols() (out [19]uint32) {
	for i := range out {
		out[i] = uint32(i) << 16
	}
	return out
}

// build fills a table for codes of the given lengths; first is how many bits choose
// an entry of its first part. It reports false when the lengths are no code: every
// sequence of bits must be one, unless there is a single code, of one bit, or none.
func build(table, symbols []uint32, lengths []uint8, first int) bool {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	longest := maxCode
	for longest > 0 && count[longest] == 0 {
		longest--
	}
	clearTo := table[:1<<first]
	for i := range clearTo {
		clearTo[i] = noCode
	}
	if longest == 0 {
		return true
	}
	// Symbols in the order of their codes.
	var begin [maxCode + 1]int
	code, n := 0, 0
	for k := 1; k <= longest; k++ {
		code = code<<1 + count[k]
		begin[k] = n
		n += count[k]
	}
	if code != 1<<longest && (code != 1 || longest != 1) {
		return false
	}
	var order [320]uint16
	for s, k := range lengths {
		if k > 0 {
			order[begin[k]] = uint16(s)
			begin[k]++
		}
	}
	fill(table, symbols, order[:n], &count, first)
	return true
}

// fill writes the entries of symbols, which are in the order of their codes; count
// says how many codes there are of each length.
func fill(table, symbols []uint32, order []uint16, count *[maxCode + 1]int, first int) {
	free := 1 << first // where the next second table begins
	code, n := uint32(0), 1
	left := count[1] // codes of n bits that are not written yet
	for _, s := range order {
		for left == 0 {
			n++
			code <<= 1
			left = count[n]
		}
		reversed := int(bits.Reverse32(code) >> (32 - n))
		e := symbols[s]
		if n <= first {
			e += uint32(n) | uint32(n)<<8
			for i := reversed; i < 1<<first; i += 1 << n {
				table[i] = e
			}
		} else {
			low := reversed & (1<<first - 1)
			if table[low] == noCode {
				width := n - first
				for used := left; used < 1<<width; used = used<<1 + count[first+width] {
					width++
				}
				table[low] = special | link | uint32(free)<<16 | uint32(width)<<8 | uint32(first)
				free += 1 << width
			}
			at, width, rest := int(table[low]>>16), int(table[low]>>8&15), n-first
			e += uint32(rest) | uint32(rest)<<8
			for i := reversed >> first; i < 1<<width; i += 1 << rest {
				table[at+i] = e
			}
		}
		code++
		left--
	}
}
