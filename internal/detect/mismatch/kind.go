package mismatch

import (
	"slices"
	"strings"

	"barium/internal/event"
)

// usual are the services that belong on a port, by the names that Zeek gives
// them; others write the same. Ports without an entry may carry anything.
var usual = []struct {
	port, proto int
	services    []string
}{
	{443, int(event.ProtoTCP), []string{"ssl", "tls", "http", "http2", "websocket", "spdy"}},
	{80, int(event.ProtoTCP), []string{"http", "http2", "websocket", "ocsp"}},
	{53, int(event.ProtoTCP), []string{"dns"}},
	{53, int(event.ProtoUDP), []string{"dns"}},
	{25, int(event.ProtoTCP), []string{"smtp"}},
	{22, int(event.ProtoTCP), []string{"ssh"}},
	{21, int(event.ProtoTCP), []string{"ftp"}},
	{123, int(event.ProtoUDP), []string{"ntp"}},
}

// Kinds of what was recognised on a port.
const (
	fits    = "fits"
	unknown = "unknown"
	foreign = "foreign"
)

// kindOf says what a set of services, with | or commas between, is on a port. A
// name after a minus sign is what the sensor took back.
func kindOf(port, proto int, services string) string {
	var expected []string
	for _, u := range usual {
		if u.port == port && u.proto == proto {
			expected = u.services
		}
	}
	if expected == nil {
		return fits
	}
	kind := unknown
	for s := range strings.FieldsFuncSeq(strings.ToLower(services), func(r rune) bool { return r == '|' || r == ',' }) {
		switch {
		case s == "-" || strings.HasPrefix(s, "-"):
		case slices.Contains(expected, s):
			return fits
		default:
			kind = foreign
		}
	}
	return kind
}
