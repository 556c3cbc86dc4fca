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
	name = strings.ToLower(strings.TrimSuffix(name, "."))
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
