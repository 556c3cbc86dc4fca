package dnslog

import (
	"bytes"
	"net/netip"

	"barium/internal/event"
	"barium/internal/format"
)

// maxName is the longest name that DNS has, in bytes (RFC 1035 section 2.3.4).
const maxName = 255

// address reads an IPv4 or IPv6 address; a zone (%eth0) is dropped. The unspecified
// address (::) is nobody's.
func address(b []byte) (event.Addr, bool) {
	if a := (event.Addr{10: 0xff, 11: 0xff}); format.IPv4(b, a[12:]) {
		return a, true
	}
	if len(b) < 2 || len(b) > 64 || bytes.IndexByte(b, ':') < 0 {
		return event.Addr{}, false
	}
	a, err := netip.ParseAddr(string(b))
	return event.AddrFrom(a), err == nil && a.WithZone("") != netip.IPv6Unspecified()
}

// port reads the digits at the beginning of b, 0 when they are no port.
func port(b []byte) uint16 {
	n := 0
	for _, c := range b {
		if c -= '0'; c > 9 {
			break
		}
		if n = n*10 + int(c); n > 0xffff {
			return 0
		}
	}
	return uint16(n)
}

// queryType returns the number of a type by its name, or of TYPE65 and type=65
// (RFC 3597 section 5), event.Unset for anything else.
func queryType(b []byte) int {
	if n, ok := types[string(b)]; ok {
		return n
	}
	for _, prefix := range []string{"TYPE", "type=", ""} {
		if !starts(b, prefix) || len(b) == len(prefix) || len(b) > len(prefix)+5 {
			continue
		}
		if n := digits(b, len(prefix), len(b)); n >= 0 && n <= 0xffff {
			return n
		}
	}
	return event.Unset
}

// types are the query types by the names that servers write (IANA, Domain Name
// System Parameters); ALL is Windows' word for ANY.
var types = map[string]int{
	"A": 1, "NS": 2, "MD": 3, "MF": 4, "CNAME": 5, "SOA": 6, "MB": 7, "MG": 8, "MR": 9, "NULL": 10, "WKS": 11, "PTR": 12,
	"HINFO": 13, "MINFO": 14, "MX": 15, "TXT": 16, "RP": 17, "AFSDB": 18, "X25": 19, "ISDN": 20, "RT": 21, "NSAP": 22,
	"SIG": 24, "KEY": 25, "PX": 26, "GPOS": 27, "AAAA": 28, "LOC": 29, "NXT": 30, "EID": 31, "NIMLOC": 32, "SRV": 33,
	"ATMA": 34, "NAPTR": 35, "KX": 36, "CERT": 37, "A6": 38, "DNAME": 39, "SINK": 40, "OPT": 41, "APL": 42, "DS": 43,
	"SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48, "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51,
	"TLSA": 52, "SMIMEA": 53, "HIP": 55, "NINFO": 56, "RKEY": 57, "TALINK": 58, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61,
	"CSYNC": 62, "ZONEMD": 63, "SVCB": 64, "HTTPS": 65, "SPF": 99, "NID": 104, "L32": 105, "L64": 106, "LP": 107,
	"EUI48": 108, "EUI64": 109, "TKEY": 249, "TSIG": 250, "IXFR": 251, "AXFR": 252, "MAILB": 253, "MAILA": 254, "ANY": 255,
	"ALL": 255, "URI": 256, "CAA": 257, "AVC": 258, "DOA": 259, "AMTRELAY": 260, "TA": 32768, "DLV": 32769,
}

// Query types that answers are told apart by.
const (
	typeA    = 1
	typeAAAA = 28
	typeANY  = 255
)

// responseCode returns the number of a response code (RFC 1035 section 4.1.1, RFC
// 2136 section 2.2) by its name, event.Unset for anything else.
func responseCode(b []byte) int {
	switch string(b) {
	case "NOERROR":
		return 0
	case "FORMERR":
		return 1
	case "SERVFAIL":
		return 2
	case "NXDOMAIN":
		return 3
	case "NOTIMP", "NOTIMPL":
		return 4
	case "REFUSED":
		return 5
	case "YXDOMAIN":
		return 6
	case "YXRRSET":
		return 7
	case "NXRRSET":
		return 8
	case "NOTAUTH":
		return 9
	case "NOTZONE":
		return 10
	}
	return event.Unset
}

// class says whether b is a class of DNS (RFC 1035 section 3.2.4, RFC 3597).
func class(b []byte) bool {
	switch string(b) {
	case "IN", "CH", "HS", "ANY", "NONE":
		return true
	}
	return starts(b, "CLASS")
}

// plainName returns a name without the dot at its end; the root keeps its own.
func plainName(b []byte) []byte {
	if len(b) > 1 && b[len(b)-1] == '.' && b[len(b)-2] != '\\' {
		return b[:len(b)-1]
	}
	return b
}

// unescape returns a name without the escapes of master files (RFC 1035 section
// 5.1): \DDD is a byte, \X is X. It needs dst only if there are some.
func unescape(dst, b []byte) (name, rest []byte) {
	if bytes.IndexByte(b, '\\') < 0 {
		return b, dst
	}
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			dst = append(dst, b[i])
			continue
		}
		if n := digits(b, i+1, i+4); n >= 0 && n < 256 {
			dst = append(dst, byte(n))
			i += 3
			continue
		}
		i++
		dst = append(dst, b[i])
	}
	return dst, dst
}

// digits reads the number b[from:to], -1 when there is anything else.
func digits(b []byte, from, to int) int {
	if to > len(b) || from == to {
		return -1
	}
	n := 0
	for _, c := range b[from:to] {
		if c -= '0'; c > 9 {
			return -1
		}
		n = n*10 + int(c)
	}
	return n
}

// starts says whether b begins with s.
func starts(b []byte, s string) bool { return len(b) >= len(s) && string(b[:len(s)]) == s }

// word cuts b at the first space; the rest begins behind all of the spaces.
func word(b []byte) (first, rest []byte) {
	i := bytes.IndexByte(b, ' ')
	if i < 0 {
		return b, nil
	}
	return b[:i], bytes.TrimLeft(b[i:], " ")
}

func digit(c byte) bool { return c-'0' <= 9 }

func hex(c byte) bool { return digit(c) || c-'a' < 6 || c-'A' < 6 }

// isHex says whether b is a hexadecimal number.
func isHex(b []byte) bool {
	for _, c := range b {
		if !hex(c) {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 16
}
