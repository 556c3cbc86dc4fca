// Package psl finds the registered domain of a host name by the public suffix
// list (https://publicsuffix.org) that golang.org/x/net carries.
package psl

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Domain returns the registered domain of a host name: one label more than its
// public suffix, in lower case. An address, a name without a dot and a public
// suffix itself are returned as they are; names under .arpa become "arpa".
func Domain(name string) string {
	name = lower(strings.TrimSuffix(name, "."))
	if strings.HasSuffix(name, ".arpa") || name == "arpa" {
		return "arpa"
	}
	if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") {
		return name
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
