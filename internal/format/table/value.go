package table

import (
	"bytes"
	"math"
	"net/netip"

	"barium/internal/event"
	"barium/internal/format"
)

// scaled reads a decimal number, times mul, by div, rounded to the nearest.
func scaled(b []byte, mul, div int64) (n int64, why string) {
	if len(b) > 1 && b[0] == '-' {
		if _, why = scaled(b[1:], 1, 1); why == "" {
			why = "is negative"
		}
		return 0, why
	}
	i := 0
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		d := int64(b[i] - '0')
		if n > (math.MaxInt64-d)/10 {
			return 0, "is too large"
		}
		n = n*10 + d
	}
	frac, unit := int64(0), int64(1)
	if whole := i; i < len(b) {
		if b[i] != '.' || whole == 0 || i+1 == len(b) {
			return 0, "is not a number"
		}
		for i++; i < len(b) && b[i]-'0' <= 9; i++ {
			if unit < 1_000_000_000 {
				frac, unit = frac*10+int64(b[i]-'0'), unit*10
			}
		}
	}
	if i == 0 || i < len(b) {
		return 0, "is not a number"
	}
	if mul > 1 && n > math.MaxInt64/mul-1 {
		return 0, "is too large"
	}
	// frac < 10^9; units above 10^9 are powers of two that leave no rest there.
	part := int64(math.Round(float64(frac) * float64(mul) / float64(unit)))
	n = n*mul + part
	if div > 1 {
		n = (n + div/2) / div
	}
	return n, ""
}

// whole reads decimal digits, or hexadecimal ones behind 0x.
func whole(b []byte, most int64) (n int64, why string) {
	if len(b) > 2 && b[0] == '0' && b[1] == 'x' {
		return hexadecimal(b[2:], most)
	}
	// Programs that keep numbers as floating point write 443.0.
	for i, c := range b {
		if c == '.' && i > 0 && zeros(b[i+1:]) {
			b = b[:i]
			break
		}
	}
	for _, c := range b {
		if c-'0' > 9 {
			if _, why = scaled(b, 1, 1); why == "" {
				why = "is not a whole number"
			}
			return 0, why
		}
	}
	if n, why = scaled(b, 1, 1); why == "" && n > most {
		why = "is too large"
	}
	return n, why
}

// groupers are what may stand between groups of three digits.
const groupers = ",.' _"

// grouped reports whether c stands before each group of three digits, counted from
// the end or the decimal point, and nowhere else.
func grouped(b []byte, c byte) bool {
	if c != '.' {
		var decimals []byte
		b, decimals, _ = bytes.Cut(b, []byte{'.'})
		if bytes.IndexByte(decimals, c) >= 0 {
			return false
		}
	}
	for i, d := range b {
		if (d == c) != ((len(b)-i)%4 == 0) || d != c && d-'0' > 9 || d == c && i == 0 {
			return false
		}
	}
	return len(b) > 0
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != '0' {
			return false
		}
	}
	return len(b) > 0
}

func hexadecimal(b []byte, most int64) (n int64, why string) {
	for _, c := range b {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, "is not a number"
		}
		if n = n<<4 | int64(c); n > most {
			return 0, "is too large"
		}
	}
	return n, ""
}

// maxAddrs is how many addresses are remembered.
const maxAddrs = 1 << 12

// addresses reads IP addresses and remembers those that are costly.
type addresses map[string]event.Addr

func (m *addresses) addr(b []byte) (event.Addr, bool) {
	if a := (event.Addr{10: 0xff, 11: 0xff}); format.IPv4(b, a[12:]) {
		return a, true
	}
	if a, ok := (*m)[string(b)]; ok {
		return a, true
	}
	const longest = 64 // an address with a zone
	if len(b) > longest {
		return event.Addr{}, false
	}
	if n := len(b); n > 2 && b[0] == '[' && b[n-1] == ']' {
		b = b[1 : n-1]
	}
	n, err := netip.ParseAddr(string(b))
	if err != nil {
		return event.Addr{}, false
	}
	if *m == nil || len(*m) >= maxAddrs {
		*m = make(addresses)
	}
	a := event.AddrFrom(n)
	(*m)[string(b)] = a
	return a, true
}

// truth reads a word for yes or no.
func truth(b []byte) event.Tri {
	switch string(b) {
	case "T", "t", "true", "True", "TRUE", "yes", "Yes", "YES", "Y", "y", "1":
		return event.Yes
	case "F", "f", "false", "False", "FALSE", "no", "No", "NO", "N", "n", "0":
		return event.No
	}
	return event.Maybe
}

// protocol reads a transport protocol by number or name. A name that is not known
// is a protocol all the same.
func protocol(b []byte) (p event.Proto, why string) {
	if len(b) > 0 && b[0]-'0' <= 9 {
		n, why := whole(b, math.MaxUint8)
		if why != "" {
			return 0, "is not a protocol"
		}
		if n == numberICMPv6 {
			n = int64(event.ProtoICMP)
		}
		return event.Proto(n), ""
	}
	if len(b) > maxName {
		return 0, "is not a protocol"
	}
	switch string(b) {
	case "tcp", "TCP":
		return event.ProtoTCP, ""
	case "udp", "UDP":
		return event.ProtoUDP, ""
	}
	name, n := lower(b)
	return protocols[string(name[:n])], ""
}

// maxName is longer than the name of any protocol, type of record or code.
const maxName = 24

// lower returns the n bytes of b, at most maxName, in small letters.
func lower(b []byte) (out [maxName]byte, n int) {
	n = copy(out[:], b)
	for i, c := range out[:n] {
		if c >= 'A' && c <= 'Z' {
			out[i] = c + 'a' - 'A'
		}
	}
	return out, n
}

// code reads a number, or one of the names.
func code(b []byte, names map[string]int) (n int, why string) {
	if len(b) > 0 && b[0]-'0' <= 9 {
		n, why := whole(b, math.MaxUint16)
		return int(n), why
	}
	if len(b) <= maxName && names != nil {
		name, n := lower(b)
		if n, ok := names[string(name[:n])]; ok {
			return n, ""
		}
	}
	return event.Unset, "is neither a number nor a known name"
}
