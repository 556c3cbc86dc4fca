package pcap

import (
	"crypto/md5" //nolint:gosec // JA3 is defined by it
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
)

// Fingerprints of hellos: JA3 and JA3S (https://github.com/salesforce/ja3) and
// JA4 of the client (https://github.com/FoxIO-LLC/ja4). The other members of the
// JA4 family are not free and not here.

// isGrease reports whether a number is one that clients throw in so that servers
// get used to unknown ones (RFC 8701).
func isGrease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

func withoutGrease(in []uint16) []uint16 {
	out := make([]uint16, 0, len(in))
	for _, v := range in {
		if !isGrease(v) {
			out = append(out, v)
		}
	}
	return out
}

func (h *clientHello) ja3() []byte {
	b := strconv.AppendInt(nil, int64(h.version), 10)
	formats := make([]uint16, len(h.formats))
	for i, v := range h.formats {
		formats[i] = uint16(v)
	}
	for _, list := range [][]uint16{h.ciphers, h.extensions, h.groups, formats} {
		b = appendNumbers(append(b, ','), withoutGrease(list))
	}
	return sum(b)
}

func (h *serverHello) ja3s() []byte {
	b := strconv.AppendInt(nil, int64(h.legacy), 10)
	b = strconv.AppendInt(append(b, ','), int64(h.cipher), 10)
	return sum(appendNumbers(append(b, ','), h.extensions))
}

func sum(b []byte) []byte {
	d := md5.Sum(b) //nolint:gosec // see above
	return hex.AppendEncode(nil, d[:])
}

// appendNumbers appends numbers with hyphens between them.
func appendNumbers(b []byte, list []uint16) []byte {
	for i, v := range list {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendInt(b, int64(v), 10)
	}
	return b
}

// ja4 returns the JA4 of a hello over TCP.
func (h *clientHello) ja4() []byte {
	version := h.version
	if v := withoutGrease(h.versions); len(v) > 0 {
		version = tlsVersion(slices.Max(v))
	}
	name := byte('i')
	if h.hasName {
		name = 'd'
	}
	ciphers, extensions := withoutGrease(h.ciphers), withoutGrease(h.extensions)
	b := fmt.Appendf(nil, "t%s%c%02d%02d%s_", ja4Version(version), name, min(len(ciphers), 99), min(len(extensions), 99), ja4ALPN(h.alpn))
	slices.Sort(ciphers)
	b = append(append(b, truncated(hexNumbers(ciphers))...), '_')
	extensions = slices.DeleteFunc(extensions, func(v uint16) bool { return v == extServerName || v == extALPN })
	slices.Sort(extensions)
	rest := hexNumbers(extensions)
	if signatures := withoutGrease(h.signatures); len(signatures) > 0 && len(rest) > 0 {
		rest = append(append(rest, '_'), hexNumbers(signatures)...)
	}
	return append(b, truncated(rest)...)
}

func ja4Version(v tlsVersion) string {
	switch v {
	case versionTLS13:
		return "13"
	case versionTLS12:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	}
	return "00"
}

// ja4ALPN is the first and the last character of a protocol's name, those of its
// hexadecimal form where they are no letters or digits.
func ja4ALPN(alpn []byte) string {
	if len(alpn) == 0 {
		return "00"
	}
	first, last := alpn[0], alpn[len(alpn)-1]
	if !alphanumeric(first) || !alphanumeric(last) {
		x := hex.EncodeToString(alpn)
		first, last = x[0], x[len(x)-1]
	}
	return string([]byte{first, last})
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// hexNumbers writes numbers in four digits with commas between them.
func hexNumbers(list []uint16) []byte {
	var b []byte
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = hex.AppendEncode(b, []byte{byte(v >> 8), byte(v)})
	}
	return b
}

// truncated is the beginning of a hash, zeros for nothing.
func truncated(b []byte) []byte {
	if len(b) == 0 {
		return []byte("000000000000")
	}
	d := sha256.Sum256(b)
	return hex.AppendEncode(nil, d[:6])
}
