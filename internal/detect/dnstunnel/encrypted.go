package dnstunnel

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"barium/internal/detect"
	"barium/internal/event"
	"barium/internal/ledger"
)

// Look-ups by TLS (RFC 8484, RFC 7858) cannot be read. What shows is when they are
// answered: a resolver that knows, or asks, is quick; the far end of a tunnel has
// nothing to say for long, and so the client leaves a question with it at all times.

// publicResolvers are the addresses at which the largest public resolvers speak
// TLS, and their names; from their own documentation.
var publicResolvers = struct{ addresses, names []string }{
	[]string{
		"1.1.1.1", "1.0.0.1", "1.1.1.2", "1.0.0.2", "1.1.1.3", "1.0.0.3", "2606:4700:4700::1111", "2606:4700:4700::1001",
		"8.8.8.8", "8.8.4.4", "2001:4860:4860::8888", "2001:4860:4860::8844",
		"9.9.9.9", "149.112.112.112", "9.9.9.10", "149.112.112.10", "9.9.9.11", "149.112.112.11", "2620:fe::fe", "2620:fe::9",
		"208.67.222.222", "208.67.220.220", "94.140.14.14", "94.140.15.15", "185.228.168.9", "185.228.169.9",
		"223.5.5.5", "223.6.6.6", "1.12.12.12", "120.53.53.53", "77.88.8.8", "77.88.8.1",
	},
	[]string{
		"cloudflare-dns.com", "mozilla.cloudflare-dns.com", "chrome.cloudflare-dns.com", "one.one.one.one", "dns.google", "dns.quad9.net",
		"doh.opendns.com", "dns.adguard-dns.com", "dns.nextdns.io", "doh.cleanbrowsing.org", "dns.alidns.com", "doh.pub",
	},
}

const (
	// heldLeast is from how many answers kept back on it is no chance.
	heldLeast = 3
	// heldShare is the part of all answers that they must be.
	heldShare = 3
)

// sealed is a host and a resolver that it asks by TLS.
type sealed struct {
	host, label, far, name string
	port                   int
	users, hosts           int64
	labelFirst             int64
	lookFirst, lookLast    int64
	labels, days           int64
	nameless               bool // there are TLS sessions that asked for no name
	names                  bool
	calls                  []detect.Call
}

func findEncrypted(ctx context.Context, l *ledger.Look) (out []detect.Finding, err error) {
	quoted := func(list []string) string { return "'" + strings.Join(list, "', '") + "'" }
	query := strings.NewReplacer("{addresses}", quoted(publicResolvers.addresses), "{names}", quoted(publicResolvers.names)).Replace(encryptedQuery)
	var all []sealed
	var c sealed
	var flipped bool
	var list detect.List
	into := []any{&c.host, &c.label, &c.far, &c.name, &c.port, &c.users, &c.labelFirst, &c.labels, &c.days, &c.nameless, &flipped}
	into = append(into, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, query, nil, into, func() error {
		n := len(all)
		if n == 0 || all[n-1].host != c.host || all[n-1].label != c.label || all[n-1].far != c.far || all[n-1].port != c.port {
			c.hosts, c.lookFirst, c.lookLast, c.names = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
			all = append(all, c)
			n++
		}
		calls, err := detect.Calls(&list, flipped)
		all[n-1].calls = append(all[n-1].calls, calls...)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if f, ok := scoreEncrypted(&all[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// scoreEncrypted weighs one candidate; it depends on nothing else.
func scoreEncrypted(c *sealed) (detect.Finding, bool) {
	f := detect.Finding{
		Detector: "dnstunnel", Stage: detect.Command, Techniques: []string{"T1071.004", "T1572"},
		Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Port: c.port, Proto: event.ProtoTCP.String(),
	}
	slices.SortStableFunc(c.calls, func(a, b detect.Call) int { return int(max(-1, min(1, a.TS-b.TS))) })
	var turns, held int64
	var carriers []detect.Call
	for _, x := range c.calls {
		turns += x.Turns
		held += x.Held
		f.Events++
		if x.Attempt {
			f.Attempts++
			continue
		}
		f.Last = max(f.Last, x.TS+x.Duration)
		f.BytesOut += x.Out
		f.BytesIn += x.In
		f.Incomplete = f.Incomplete || x.Missed > 0
		if x.Held > 0 {
			carriers = append(carriers, x)
		}
	}
	if held < heldLeast || held*heldShare < turns {
		return f, false
	}
	f.First = c.calls[0].TS
	f.Last = max(f.First, f.Last)
	f.Hours, f.Places = detect.Hourly(c.calls), detect.Places(carriers, 5)
	who := c.name
	if who == "" {
		who = c.far
	}
	f.Terms = append([]detect.Term{resolverByTLS.Says(who), heldAnswers.Says(held, turns)}, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.labels, Name: c.name, Names: c.names || c.nameless, Port: 443, Proto: 6, // the port says nothing; a usual one adds no term
	})...)
	far := detect.FarEnd(c.far, c.name, c.port)
	f.Reason = fmt.Sprintf("%s asked the public resolver %s by TLS; %d of %d answers were kept back for a second or more and the next request followed at once, as in a tunnel; %s out, %s in.",
		c.host, far, held, turns, detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn))
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s asks %s? A browser or a resolver's forwarder can name itself.", c.host, far)},
		{Where: "resolver", Text: "does the house allow look-ups past its own resolver? Where not, block the public ones by address and by name."},
	}
	return f, f.Weight() > 0
}
