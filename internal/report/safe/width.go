package safe

import (
	"unicode"
	"unicode/utf8"
)

// Ellipsis stands for what Short left out.
const Ellipsis = "…"

// maxCluster is more than the bytes of the longest cluster in a safe string: a
// base, two joined characters and four marks, four bytes each.
const maxCluster = 32

// wide are the characters that take two cells: the East Asian wide and
// fullwidth blocks and the emoji. Blocks are taken whole; a character counted
// too wide only ends a line early.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115F, Stride: 1},
		{Lo: 0x231A, Hi: 0x231B, Stride: 1},
		{Lo: 0x2329, Hi: 0x232A, Stride: 1},
		{Lo: 0x23E9, Hi: 0x23F3, Stride: 1},
		{Lo: 0x25FD, Hi: 0x25FE, Stride: 1},
		{Lo: 0x2614, Hi: 0x2615, Stride: 1},
		{Lo: 0x2630, Hi: 0x2637, Stride: 1},
		{Lo: 0x2648, Hi: 0x2653, Stride: 1},
		{Lo: 0x267F, Hi: 0x26FD, Stride: 1},
		{Lo: 0x2705, Hi: 0x2705, Stride: 1},
		{Lo: 0x270A, Hi: 0x270B, Stride: 1},
		{Lo: 0x2728, Hi: 0x2757, Stride: 1},
		{Lo: 0x2795, Hi: 0x2797, Stride: 1},
		{Lo: 0x27B0, Hi: 0x27BF, Stride: 1},
		{Lo: 0x2B1B, Hi: 0x2B1C, Stride: 1},
		{Lo: 0x2B50, Hi: 0x2B55, Stride: 1},
		{Lo: 0x2E80, Hi: 0x303E, Stride: 1},
		{Lo: 0x3041, Hi: 0xA4CF, Stride: 1},
		{Lo: 0xA960, Hi: 0xA97F, Stride: 1},
		{Lo: 0xAC00, Hi: 0xD7A3, Stride: 1},
		{Lo: 0xF900, Hi: 0xFAFF, Stride: 1},
		{Lo: 0xFE10, Hi: 0xFE6F, Stride: 1},
		{Lo: 0xFF01, Hi: 0xFF60, Stride: 1},
		{Lo: 0xFFE0, Hi: 0xFFE6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x16FE0, Hi: 0x1B2FF, Stride: 1},
		{Lo: 0x1D300, Hi: 0x1D37F, Stride: 1},
		{Lo: 0x1F004, Hi: 0x1F004, Stride: 1},
		{Lo: 0x1F0CF, Hi: 0x1F0CF, Stride: 1},
		{Lo: 0x1F18E, Hi: 0x1F19A, Stride: 1},
		{Lo: 0x1F1E6, Hi: 0x1F64F, Stride: 1},
		{Lo: 0x1F680, Hi: 0x1F6FF, Stride: 1},
		{Lo: 0x1F7E0, Hi: 0x1F7F0, Stride: 1},
		{Lo: 0x1F90C, Hi: 0x1FAFF, Stride: 1},
		{Lo: 0x20000, Hi: 0x3FFFD, Stride: 1},
	},
}

// Width returns how many cells s takes on a terminal; s must be safe.
func Width(s string) int {
	if plain(s) {
		return len(s)
	}
	cells := 0
	for len(s) > 0 {
		n, c := cluster(s)
		cells += c
		s = s[n:]
	}
	return cells
}

// Cut splits a safe s after the last cluster that still fits into width cells.
// It always takes at least one cluster, so that a loop over Cut ends.
func Cut(s string, width int) (head, tail string) {
	cells, i := 0, 0
	for i < len(s) {
		n, c := cluster(s[i:])
		if cells+c > width && i > 0 {
			break
		}
		cells += c
		i += n
	}
	return s[:i], s[i:]
}

// Short returns Text(s), cut to width cells; what was cut is marked with an
// ellipsis. Nothing fits into no cells.
func Short(s string, width int) string {
	if width <= 0 {
		return ""
	}
	// Every cluster fills a cell, so nothing behind this many bytes can show.
	if limit := (width + 2) * maxCluster; len(s) > limit {
		for limit > 0 && !utf8.RuneStart(s[limit]) {
			limit--
		}
		s = s[:limit]
	}
	s = Text(s)
	if Width(s) <= width {
		return s
	}
	cells, i := 0, 0
	for i < len(s) {
		n, c := cluster(s[i:])
		if cells+c > width-1 {
			break
		}
		cells += c
		i += n
	}
	return s[:i] + Ellipsis
}

// cluster returns the bytes and the cells of the first cluster of a safe s:
// a base, what joins it (the second half of a flag, a skin tone, the vowel and
// the final consonant of a Hangul syllable), and its marks.
func cluster(s string) (size, cells int) {
	base, size := utf8.DecodeRuneInString(s)
	if base < utf8.RuneSelf && (size == len(s) || s[size] < utf8.RuneSelf) {
		return 1, 1
	}
	cells = cellsOf(base)
	last := base
	for range 2 {
		r, n := utf8.DecodeRuneInString(s[size:])
		if n == 0 || !joins(last, r) {
			break
		}
		size += n
		last = r
		if flagHalf(r) || skinTone(r) {
			break
		}
	}
	for range maxMarks {
		r, n := utf8.DecodeRuneInString(s[size:])
		if n == 0 || !unicode.Is(unicode.M, r) {
			break
		}
		if unicode.Is(unicode.Mc, r) {
			cells++ // some terminals give a spacing mark a cell of its own
		}
		size += n
	}
	return size, cells
}

func cellsOf(r rune) int {
	if unicode.Is(wide, r) {
		return 2
	}
	return 1
}

// joins tells whether next continues the cluster that last belongs to.
func joins(last, next rune) bool {
	switch {
	case flagHalf(last):
		return flagHalf(next)
	case skinTone(next):
		return unicode.Is(wide, last) && !skinTone(last)
	case last >= 0x1100 && last <= 0x115F: // leading consonant
		return vowel(next)
	case vowel(last):
		return final(next)
	}
	return false
}

func flagHalf(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
func skinTone(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF }
func vowel(r rune) bool    { return r >= 0x1161 && r <= 0x11A7 }
func final(r rune) bool    { return r >= 0x11A8 && r <= 0x11FF }
