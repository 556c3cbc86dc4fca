// Package psl finds the registered domain of a host name by the public suffix
// list (https://publicsuffix.org) that golang.org/x/net carries.
package psl

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// None stands for the registered domain of names that have none: their last
// label can be no top-level domain, as in a DNS tunnel that asks a server of its
// own directly.
const None = "(none)"

// Domain returns the registered domain of a host name: one label more than its
// public suffix, in lower case. An address, a name without a dot and a public
// suffix itself are returned as they are; names under .arpa become "arpa", names
// under what can be no top-level domain become None.
func Domain(name string) string {
	name = lower(strings.TrimSuffix(name, "."))
	if strings.HasSuffix(name, ".arpa") || name == "arpa" {
		return "arpa"
	}
	if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") {
		return name
	}
	if impossible(name[strings.LastIndexByte(name, '.')+1:]) {
		return None
	}
	d, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name
	}
	return d
}

// lower folds the case of ASCII letters and leaves all other bytes alone (RFC
// 4343), also those that are no UTF-8.
func lower(s string) string {
	var b []byte
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			if b == nil {
				b = []byte(s)
			}
			b[i] = s[i] + 'a' - 'A'
		}
	}
	if b == nil {
		return s
	}
	return string(b)
}

// impossible reports whether a last label can be no top-level domain: those have
// no digits (RFC 3696 section 2) but for "xn--", and private ones are short words.
func impossible(label string) bool {
	if strings.HasPrefix(label, "xn--") {
		return false
	}
	return len(label) > 24 || strings.ContainsAny(label, "0123456789")
}
