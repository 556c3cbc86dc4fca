package hunt

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"barium/internal/caseload"
	"barium/internal/ledger"
	"barium/internal/report"
)

// What a machine was called is told by several logs, and an address belongs to one
// machine after the other. A name holds from when it is told of until the same kind
// of log tells of another one; the surest kind that knows a name then is taken.

// ranks orders what tells of names, the surest first: a lease says whose the
// address is; in a logon the machine says it of itself, and a thief may lie; an
// answer of DNS and a certificate may be old.
var ranks = map[string]int{"dhcp": 0, "ntlm": 1, "kerberos": 2, "rdp": 3, "netbios": 4, "helo": 5, "dns": 6, "certificate": 7}

// naming holds what hosts were called, by address: sorted by kind and time.
type naming map[string][]report.HostName

// hostNames asks the look what the hosts of all cases were called.
func hostNames(ctx context.Context, l *ledger.Look, cases []caseload.Case) (naming, error) {
	out := naming{}
	var hosts []any
	for i := range cases {
		for _, h := range cases[i].Hosts {
			if !slices.Contains(hosts, any(h)) {
				hosts = append(hosts, h)
			}
		}
	}
	if len(hosts) == 0 {
		return out, nil
	}
	within := fmt.Sprintf("hour >= %d AND hour < %d", l.Window.Since, l.Window.Until)
	in := "(SELECT address FROM place WHERE ip IN (?" + strings.Repeat(", ?", len(hosts)-1) + "))"
	query := `SELECT p.ip, n.text, x.source, x.first, x.last FROM (
			SELECT address, host_name AS name, 'dhcp' AS source, first, first + span AS last FROM ledger.lease WHERE address IN ` + in + ` AND ` + within + `
			UNION ALL
			SELECT i.address, i.host_name, s.text, i.first, i.first + i.span FROM ledger.identity i JOIN ledger.name s ON s.id = i.source
			WHERE i.address IN ` + in + ` AND ` + within + ` AND s.text <> 'radius'
			UNION ALL
			SELECT address, name, 'dns', first, first + span FROM ledger.answer WHERE address IN ` + in + ` AND ` + within + `
			UNION ALL
			SELECT resp, subject, 'certificate', first, first + span FROM ledger.session WHERE resp IN ` + in + ` AND ` + within + `
		) x
		JOIN place p ON p.address = x.address
		JOIN ledger.name n ON n.id = x.name
		WHERE n.text <> ''
		ORDER BY p.ip, x.source, x.first, n.text, x.last`
	var ip, name, source string
	var first, last int64
	args := slices.Concat(hosts, hosts, hosts, hosts)
	err := ledger.Each(ctx, l.Store, query, args, []any{&ip, &name, &source, &first, &last}, func() error {
		if source == "certificate" {
			name = commonName(name)
		}
		if name = strings.TrimSuffix(name, "."); name == "" || name == ip {
			return nil
		}
		known := out[ip]
		// What the same kind of log says again only lasts longer.
		if n := len(known); n > 0 && known[n-1].Source == source && strings.EqualFold(known[n-1].Name, name) {
			known[n-1].Last = *moment(max(last, known[n-1].Last.UnixMicro()))
			return nil
		}
		out[ip] = append(known, report.HostName{IP: ip, Name: name, Source: source, First: *moment(first), Last: *moment(last)})
		return nil
	})
	for _, known := range out {
		slices.SortStableFunc(known, func(a, b report.HostName) int { return cmp.Compare(ranks[a.Source], ranks[b.Source]) })
	}
	return out, err
}

// commonName returns the common name of a certificate's subject if it can be a
// machine's.
func commonName(subject string) string {
	for _, part := range strings.Split(subject, ",") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(part), "CN="); ok && name != "" && !strings.ContainsAny(name, " *") {
			return name
		}
	}
	return ""
}

// during returns what the hosts of a case were called in its time.
func (n naming) during(c *report.Case) []report.HostName {
	out := []report.HostName{}
	for _, host := range c.Hosts {
		known := n[host]
		for i := 0; i < len(known); {
			j := i
			for j < len(known) && known[j].Source == known[i].Source {
				j++
			}
			before := len(out)
			for k := i; k < j; k++ {
				// From then on, until the next one; the first also before: the lease was older than the logs.
				begun := k == i || !known[k].First.After(c.Last)
				over := k+1 < j && known[k+1].First.Before(c.First) && known[k].Last.Before(c.First)
				if begun && !over {
					out = append(out, known[k])
				}
			}
			if len(out) > before {
				break // a surer kind of log knew
			}
			i = j
		}
	}
	return out
}
