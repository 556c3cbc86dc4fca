package zeek

import (
	"bytes"

	"barium/internal/event"
	"barium/internal/format"
)

// parseAddr reads an IPv4 or IPv6 address. A zone (%eth0) is dropped.
func parseAddr(b []byte) (event.Addr, bool) {
	if i := bytes.IndexByte(b, ':'); i < 0 {
		a := event.Addr{10: 0xff, 11: 0xff}
		return a, format.IPv4(b, a[12:])
	}
	b, _, _ = bytes.Cut(b, []byte{'%'})
	return parseIPv6(b)
}

// parseIPv6 reads the text forms of RFC 4291 section 2.2.
func parseIPv6(b []byte) (a event.Addr, ok bool) {
	gap := -1 // where in a the :: stands
	i := 0    // bytes of a that are set
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap = 0
		b = b[2:]
	}
	for len(b) > 0 {
		if i == 16 {
			return event.Addr{}, false
		}
		n, digits := 0, 0
		for digits < len(b) {
			d := hexDigit(b[digits])
			if d > 15 {
				break
			}
			n = n<<4 | int(d)
			if digits++; digits > 4 {
				return event.Addr{}, false
			}
		}
		if digits < len(b) && b[digits] == '.' {
			if i > 12 || gap < 0 && i != 12 || !format.IPv4(b, a[i:i+4]) {
				return event.Addr{}, false
			}
			i += 4
			break
		}
		if digits == 0 {
			return event.Addr{}, false
		}
		a[i], a[i+1] = byte(n>>8), byte(n)
		i += 2
		b = b[digits:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return event.Addr{}, false
		}
		b = b[1:]
		if b[0] == ':' {
			if gap >= 0 {
				return event.Addr{}, false
			}
			gap = i
			b = b[1:]
		}
	}
	if i == 16 {
		return a, gap < 0
	}
	if gap < 0 {
		return event.Addr{}, false
	}
	tail := i - gap
	copy(a[16-tail:], a[gap:i])
	clear(a[gap : 16-tail])
	return a, true
}
