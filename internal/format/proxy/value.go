package proxy

import (
	"bytes"
	"net/netip"

	"barium/internal/event"
	"barium/internal/format"
)

// maxCount is the largest number of bytes or packets that is believed: no line
// speaks of more than a petabyte.
const maxCount = 1 << 50

// count reads digits. Nothing, - and N/A are event.Unset; !ok is anything else,
// or more than maxCount.
func count(b []byte) (n int64, ok bool) {
	if unset(b) {
		return event.Unset, true
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return event.Unset, false
		}
		if n = n*10 + int64(c); n > maxCount {
			return event.Unset, false
		}
	}
	return n, true
}

// unset says that a value stands for none.
func unset(b []byte) bool {
	switch len(b) {
	case 0:
		return true
	case 1:
		return b[0] == '-'
	case 3:
		return string(b) == "N/A"
	}
	return false
}

// text returns b, nil when it stands for no value.
func text(b []byte) []byte {
	if unset(b) {
		return nil
	}
	return b
}

// port reads a port, 0 for none or a wrong one.
func port(b []byte) uint16 {
	n, ok := count(b)
	if !ok || n < 0 || n > 0xffff {
		return 0
	}
	return uint16(n)
}

// code reads an HTTP status (RFC 9110 section 15), event.Unset for anything else.
func code(b []byte) int {
	if len(b) != 3 {
		return event.Unset
	}
	n, ok := count(b)
	if !ok || n < 100 || n > 599 {
		return event.Unset
	}
	return int(n)
}

// address reads an IPv4 or IPv6 address. A zone (%eth0) is dropped, brackets
// around it are not.
func address(b []byte) (event.Addr, bool) {
	if a := (event.Addr{10: 0xff, 11: 0xff}); format.IPv4(b, a[12:]) {
		return a, true
	}
	if len(b) < 2 || len(b) > 64 || bytes.IndexByte(b, ':') < 0 {
		return event.Addr{}, false
	}
	a, err := netip.ParseAddr(string(b))
	return event.AddrFrom(a), err == nil
}

// protocol reads the name or the number (IANA) of a transport.
func protocol(b []byte) event.Proto {
	switch len(b) {
	case 1, 2, 3:
		if n, ok := count(b); ok && n >= 0 && n < 256 {
			return event.Proto(n)
		}
	}
	switch {
	case fold(b, "tcp"):
		return event.ProtoTCP
	case fold(b, "udp"):
		return event.ProtoUDP
	case fold(b, "icmp"):
		return event.ProtoICMP
	}
	return event.ProtoUnknown
}

// fold says whether b is s, which is in lower case, in any case.
func fold(b []byte, s string) bool {
	if len(b) != len(s) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != s[i] {
			return false
		}
	}
	return true
}

// starts says whether b begins with s.
func starts(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// word cuts b at the first of c; the rest is nil when there is none.
func word(b []byte, c byte) (first, rest []byte) {
	i := bytes.IndexByte(b, c)
	if i < 0 {
		return b, nil
	}
	return b[:i], b[i+1:]
}

// between returns what stands in b behind the first left and before the next
// right.
func between(b []byte, left, right string) (in, rest []byte, ok bool) {
	i := bytes.Index(b, []byte(left))
	if i < 0 {
		return nil, nil, false
	}
	b = b[i+len(left):]
	j := bytes.Index(b, []byte(right))
	if j < 0 {
		return nil, nil, false
	}
	return b[:j], b[j+len(right):], true
}

func digit(c byte) bool { return c-'0' <= 9 }
