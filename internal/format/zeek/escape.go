package zeek

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unescapeTSV appends b to dst, turning \xHH into the byte and \\ into one
// backslash. Any other backslash stands for itself, as in logs of old versions.
func unescapeTSV(dst, b []byte) []byte {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\\')
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		b = b[i:]
		if c, ok := hexEscape(b); ok {
			dst = append(dst, c)
			b = b[4:]
			continue
		}
		dst = append(dst, '\\')
		if len(b) > 1 && b[1] == '\\' {
			b = b[1:]
		}
		b = b[1:]
	}
	return dst
}

// hexEscape reads \xHH at the beginning of b.
func hexEscape(b []byte) (byte, bool) {
	if len(b) < 4 || b[0] != '\\' || b[1] != 'x' {
		return 0, false
	}
	hi, lo := hexDigit(b[2]), hexDigit(b[3])
	return hi<<4 | lo, hi < 16 && lo < 16
}

// hexDigit returns the value of a hexadecimal digit, 255 for another byte.
func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

// unescapeJSON appends the inside of a JSON string to dst. The escapes must
// have been checked (scanner.text).
func unescapeJSON(dst, b []byte) []byte {
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 >= len(b) {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		c := b[i+1]
		b = b[i+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r := unicodeEscape(b)
			b = b[min(4, len(b)):]
			if utf16.IsSurrogate(r) {
				pair := rune(utf8.RuneError)
				if len(b) >= 6 && b[0] == '\\' && b[1] == 'u' {
					pair = utf16.DecodeRune(r, unicodeEscape(b[2:]))
				}
				if pair != utf8.RuneError {
					b = b[6:]
				}
				r = pair
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// unicodeEscape reads four hexadecimal digits.
func unicodeEscape(b []byte) rune {
	if len(b) < 4 {
		return utf8.RuneError
	}
	r := rune(0)
	for _, c := range b[:4] {
		r = r<<4 | rune(hexDigit(c)&15)
	}
	return r
}

// undoZeekJSON replaces, in place, the \xHH that Zeek's JSON writer puts for
// bytes it cannot write as JSON: control bytes and what is not UTF-8. It never
// does so for printable ASCII, so \x64 in a Windows path is left alone.
func undoZeekJSON(b []byte) []byte {
	i := bytes.Index(b, []byte(`\x`))
	if i < 0 {
		return b
	}
	dst := b[:i]
	for b = b[i:]; len(b) > 0; {
		if c, ok := hexEscape(b); ok && (c < ' ' || c > '~') {
			dst = append(dst, c)
			b = b[4:]
			continue
		}
		dst = append(dst, b[0])
		b = b[1:]
	}
	return dst
}
