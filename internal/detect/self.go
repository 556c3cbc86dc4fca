package detect

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"barium/internal/ledger"
)

// This file finds what a program says of the machine that it runs on: thieves who
// rob many machines must tell the loot of one from that of others, so they write
// the machine's name or public address on it.

// shortestName is how long a machine's name must be to be looked for in other
// names: shorter ones stand in words by chance.
const shortestName = 5

// OwnNames returns what the hosts inside are called, by address: without the
// domain, in lower case, each once, in order. Only logs in which a machine tells
// its name itself are asked.
func OwnNames(ctx context.Context, l *ledger.Look) (map[string][]string, error) {
	out := map[string][]string{}
	var ip, name string
	err := ledger.Each(ctx, l.Store, fmt.Sprintf(`SELECT DISTINCT p.ip, n.text FROM (
			SELECT address, host_name, hour FROM ledger.lease
			UNION ALL
			SELECT i.address, i.host_name, i.hour FROM ledger.identity i JOIN ledger.name s ON s.id = i.source WHERE s.text <> 'radius'
		) x
		JOIN place p ON p.address = x.address AND p.inside
		JOIN ledger.name n ON n.id = x.host_name
		WHERE x.hour >= %d AND x.hour < %d
		ORDER BY p.ip, n.text`, l.Window.Since, l.Window.Until), nil, []any{&ip, &name}, func() error {
		name, _, _ = strings.Cut(strings.ToLower(name), ".")
		if len(name) >= shortestName && !slices.Contains(out[ip], name) {
			out[ip] = append(out[ip], name)
		}
		return nil
	})
	return out, err
}

// NamedIn returns the first of a host's names that stands in a text, not as part
// of a longer word; empty when none does.
func NamedIn(names []string, text string) string {
	text = strings.ToLower(text)
	for _, name := range names {
		for at := 0; ; {
			i := strings.Index(text[at:], name)
			if i < 0 {
				break
			}
			from := at + i
			to := from + len(name)
			if !(from > 0 && isWord(text[from-1])) && !(to < len(text) && isWord(text[to])) {
				return name
			}
			at = from + 1
		}
	}
	return ""
}

func isWord(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' }

// stamp is a date and a time of day to the second, with or without separators.
var stamp = regexp.MustCompile(`(?:^|\D)(?:19|20)\d\d[-_.]?[01]\d[-_.]?[0-3]\d[-_.T ]?[0-2]\d[-_.]?[0-5]\d[-_.]?[0-5]\d(?:\D|$)`)

// IsStamped reports whether a name holds a date with the time of day.
func IsStamped(name string) bool { return stamp.MatchString(name) }

// addressServices tell whoever asks the public address that he comes from. From
// the procedures of ATT&CK T1016 and the services' own pages. The first are
// registered domains that do nothing else, the second names below others.
var addressServices = []string{
	"ipify.org", "ip-api.com", "ipinfo.io", "icanhazip.com", "ifconfig.me", "ifconfig.co", "ident.me", "wtfismyip.com", "myexternalip.com",
	"ipecho.net", "checkip.dyndns.org", "whatismyipaddress.com", "myip.com", "freegeoip.app", "geoplugin.net", "ipapi.co", "ipwho.is", "iplogger.org",
}

var addressNames = []string{"checkip.amazonaws.com", "ip.seeip.org", "api.my-ip.io", "myip.dnsomatic.com"}

// AddressCheck is a look of a host for its own public address.
type AddressCheck struct {
	Service string
	At      int64 // microseconds
}

// AddressChecks returns when hosts looked for their own public addresses, by
// address, in order of time; of an hour the first and the last time.
func AddressChecks(ctx context.Context, l *ledger.Look) (map[string][]AddressCheck, error) {
	in := func(lists ...[]string) string { return "('" + strings.Join(slices.Concat(lists...), "', '") + "')" }
	domains := in(addressServices)
	out := map[string][]AddressCheck{}
	var ip, service string
	var first, last int64
	// The few names first: the tables are large, and their texts larger.
	err := ledger.Each(ctx, l.Store, fmt.Sprintf(`WITH service AS (
			SELECT id, CASE WHEN domain IN `+domains+` THEN domain ELSE text END AS service FROM ledger.name
			WHERE domain IN `+domains+` OR text IN `+in(addressServices, addressNames)+`
		)
		SELECT p.ip, n.service, x.first, x.last FROM (
			SELECT orig, server_name AS name, first, first + span AS last, hour, events FROM ledger.session
			UNION ALL
			SELECT orig, host, first, first + span AS last, hour, events FROM ledger.request
			UNION ALL
			SELECT orig, domain, first, first + span AS last, hour, events FROM ledger.lookup
		) x
		JOIN service n ON n.id = x.name
		JOIN place p ON p.address = x.orig AND p.inside
		WHERE x.events > 0 AND x.hour >= %d AND x.hour < %d
		ORDER BY p.ip, x.first, x.last, n.service`, l.Window.Since, l.Window.Until), nil, []any{&ip, &service, &first, &last}, func() error {
		out[ip] = append(out[ip], AddressCheck{service, first})
		if last > first {
			out[ip] = append(out[ip], AddressCheck{service, last})
		}
		return nil
	})
	return out, err
}

// checkWindow is how long before a sending, in microseconds, a look for the own
// address belongs to it.
const checkWindow = 15 * 60 * 1_000_000

// ChecksTerm weighs that a host looked for its own public address shortly before
// it sent something; ok is false where it did not.
func ChecksTerm(checks []AddressCheck, sent int64) (t Term, ok bool) {
	best := int64(-1)
	service := ""
	for _, c := range checks {
		if d := sent - c.At; d >= 0 && d <= checkWindow && (best < 0 || d < best) {
			best, service = d, c.Service
		}
	}
	if best < 0 {
		return Term{}, false
	}
	return ChecksItself.Says(service, Span(max(best, 1))), true
}
