package safe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow one base character. Written
// languages need at most three or four; more are there to cover other lines.
const maxMarks = 4

// hidden are the characters that Unicode counts as letters, marks or symbols
// although they show nothing: fillers, joiners, variation selectors, the blank
// Braille cell.
var hidden = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034F, Hi: 0x034F, Stride: 1}, // combining grapheme joiner
		{Lo: 0x115F, Hi: 0x1160, Stride: 1}, // Hangul fillers
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1}, // Khmer inherent vowels
		{Lo: 0x180B, Hi: 0x180F, Stride: 1}, // Mongolian selectors
		{Lo: 0x2800, Hi: 0x2800, Stride: 1}, // Braille blank
		{Lo: 0x3164, Hi: 0x3164, Stride: 1}, // Hangul filler
		{Lo: 0xFE00, Hi: 0xFE0F, Stride: 1}, // variation selectors
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1}, // halfwidth Hangul filler
		{Lo: 0xFFFC, Hi: 0xFFFC, Stride: 1}, // object replacement
	},
	R32: []unicode.Range32{
		{Lo: 0x1D159, Hi: 0x1D159, Stride: 1}, // null note head
		{Lo: 0xE0000, Hi: 0xE0FFF, Stride: 1}, // tags, more variation selectors
	},
}

// Visible tells whether r may be shown as it is: it is no control, format,
// surrogate, private or unassigned character, no white space but U+0020, and
// not invisible.
func Visible(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 0x20 && r < 0x7f
	}
	return unicode.IsPrint(r) && !unicode.Is(hidden, r)
}

// Text returns s with everything that is not Visible, every byte that is not
// UTF-8 and every combining mark without a base or beyond the fourth replaced
// by its escape. The backslash itself stays as it is, so that safe strings are
// returned unchanged and Text(Text(s)) is Text(s).
func Text(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/4)
	marks := maxMarks // a mark at the beginning has no base
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			writeByte(&b, s[i])
			marks = maxMarks
		case !Visible(r):
			writeEscape(&b, r)
			marks = maxMarks
		case unicode.Is(unicode.M, r):
			if marks < maxMarks {
				marks++
				b.WriteRune(r)
			} else {
				writeEscape(&b, r)
			}
		default:
			marks = 0
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// plain tells whether s is visible ASCII alone.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

const hex = "0123456789abcdef"

func writeByte(b *strings.Builder, c byte) {
	b.WriteString(`\x`)
	b.WriteByte(hex[c>>4])
	b.WriteByte(hex[c&15])
}

func writeEscape(b *strings.Builder, r rune) {
	digits := 4
	switch {
	case r == '\t':
		b.WriteString(`\t`)
		return
	case r == '\n':
		b.WriteString(`\n`)
		return
	case r == '\r':
		b.WriteString(`\r`)
		return
	case r < utf8.RuneSelf:
		writeByte(b, byte(r))
		return
	case r > 0xFFFF:
		b.WriteString(`\U`)
		digits = 8
	default:
		b.WriteString(`\u`)
	}
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		b.WriteByte(hex[r>>shift&15])
	}
}
