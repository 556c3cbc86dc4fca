package dnstunnel

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/condense"
	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed dnstunnel.sql
	query string
	//go:embed encrypted.sql
	encryptedQuery string
)

// Detector finds DNS tunnels.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "dnstunnel", ID: "D08", Stage: detect.Exfiltration,
		Claim:   "The names that a host asks for below one domain hold more information than names need: bytes leave in them, and orders may come back in the answers. Or a public resolver that it asks by TLS keeps answers back, as the far end of a tunnel does.",
		Matters: "DNS passes nearly every firewall, also out of segments that reach nothing else, and a drip of half a byte per second takes a patient index away in weeks.",
		Innocent: []string{
			"antivirus and reputation services that ask for hashes of files: many hosts ask, the answers are loopback addresses",
			"blocklists that mail servers ask for senders: short names, the answers are loopback addresses",
			"content networks and measurement of page views: each name is followed by a connection",
			"telemetry that makes up a name for each report: connections follow the names",
			"keys and policies of mail, proofs for certificates: few names, asked for again and again",
			"zones of the hospital's own: the answers are addresses inside",
			"a resolver by TLS that waits in vain for the servers of broken domains: few of its answers are late",
			"a resolver whose clients these logs do not show",
		},
		Techniques: []string{"T1071.004", "T1048.003", "T1132.001", "T1572"},
		Sources: []string{
			"Nadler, Aminov, Shabtai: Detection of malicious and low throughput data exfiltration over the DNS protocol, Computers & Security 80, 2019",
			"Ozery, Nadler, Shabtai: Information based heavy hitters for real-time DNS data exfiltration detection, 2023 (arXiv 2307.02614)",
			"RFC 8484 (DNS over HTTPS), RFC 7858 (DNS over TLS)",
			"RFC 5782, DNS blacklists and whitelists",
			"MITRE ATT&CK T1071.004, T1048.003",
		},
		Needs: []detect.Need{{
			Log: "dns", Whole: true, Hides: "theft through DNS names",
			Reason: "there is no log of look-ups", Fix: "keep a log of look-ups between the clients and their resolver, or the resolver's own",
		}, {
			Log: "conn", Hides: "whether anybody ever connected to the domains that were asked for",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log of the internet edge",
		}},
	}
}

// candidate is what the score depends on: a host and a domain.
type candidate struct {
	host, domain        string
	askers, clients     int64 // hosts that ask for the domain, hosts that ask at all
	domainFirst         int64
	lookFirst, lookLast int64
	domains             int64 // domains that the host asks for
	days                int64 // on which it asked for this one
	otherInfo           int64 // bits that all other names of the host hold
	connections         bool  // there is a log of connections
	visits, ownVisits   int64 // connections to the domain, by anybody and by the host
	loopback, inside    int64 // answers of these kinds
	answers             int64 // that were addresses
	forwards            int64 // 1: the host answers DNS for others
	resolvers           []resolver
	looks               []look
}

type resolver struct {
	ip     string
	inside bool
	looks  int64
}

// look is one look-up.
type look struct {
	ts           int64
	name         int64 // hash
	length, info int64 // of the part below the domain, bytes and bits
	answer       int64 // bytes
	kind, code   int64 // query type and rcode; −1 when not known
	place        detect.Place
}

// maxLooks bounds the memory for one candidate. A tunnel that is busier is told
// by its first million look-ups already.
const maxLooks = 1 << 20

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var out []detect.Finding
	var c, row candidate
	var r resolver
	var list condense.Stored
	// The records of look-ups have a beginning of their own.
	var first, last int64
	if err := ledger.One(ctx, l.Store, "SELECT coalesce(min(first), 0), coalesce(max(last), 0) FROM looked", &first, &last); err != nil {
		return nil, fmt.Errorf("dnstunnel: %w", err)
	}
	flush := func() {
		if len(c.looks) == 0 {
			return
		}
		if f, ok := score(&c); ok {
			out = append(out, f)
		}
	}
	into := []any{
		&row.host, &row.domain, &row.askers, &row.domainFirst, &row.domains, &row.otherInfo, &row.clients, &row.days,
		&row.visits, &row.ownVisits, &row.loopback, &row.inside, &row.answers, &row.forwards,
		&r.ip, &r.inside,
	}
	into = append(into, list.Scan(condense.Tables[condense.Lookup])...)
	err := ledger.Steps(ctx, l.Store, query, nil, into, func() error {
		if row.host != c.host || row.domain != c.domain {
			flush()
			c = row
			c.connections = l.Facts.Hosts > 0
			c.lookFirst, c.lookLast = first, last
		}
		looks, err := decode(&list)
		if err != nil {
			return err
		}
		c.add(r, looks)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("dnstunnel: %w", err)
	}
	flush()
	sealed, err := findEncrypted(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("dnstunnel: look-ups by TLS: %w", err)
	}
	return append(out, sealed...), nil
}

func (c *candidate) add(r resolver, looks []look) {
	r.looks = int64(len(looks))
	found := false
	for i := range c.resolvers {
		if c.resolvers[i].ip == r.ip {
			c.resolvers[i].looks += r.looks
			found = true
		}
	}
	if !found {
		c.resolvers = append(c.resolvers, r)
	}
	c.looks = append(c.looks, looks[:min(len(looks), maxLooks-len(c.looks))]...)
}

func decode(list *condense.Stored) ([]look, error) {
	es, err := condense.Events(condense.Tables[condense.Lookup], list)
	if err != nil {
		return nil, err
	}
	out := make([]look, 0, len(es))
	for i := range es {
		e := &es[i]
		if e.Dup {
			continue
		}
		out = append(out, look{
			ts: e.TS, name: e.V[condense.LookName], length: e.V[condense.LookLength], info: e.V[condense.LookInfo],
			answer: e.V[condense.LookAnswer], kind: e.V[condense.LookType]&0xffff - 1, code: e.V[condense.LookType]>>16 - 1,
			place: detect.Place{Source: e.Source, Offset: e.Offset},
		})
	}
	return out, nil
}
