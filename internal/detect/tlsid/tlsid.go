package tlsid

import (
	"context"
	_ "embed"
	"fmt"
	"net/netip"

	"barium/internal/condense"
	"barium/internal/detect"
	"barium/internal/ledger"
)

//go:embed tlsid.sql
var query string

//go:embed certificates.sql
var certificatesQuery string

//go:embed hours.sql
var hoursQuery string

// Detector finds far ends with an odd identity.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "tlsid", ID: "D03", Stage: detect.Command,
		Claim:   "A host speaks TLS with a far end that few hosts know and that shows an odd identity, and uses it in a manner that services are not used in.",
		Matters: "Command channels are encrypted, so their content shows nothing; but who runs one rarely gets a certificate that the world trusts. APT1 signed its own, under names like WEBMAIL.",
		Innocent: []string{
			"appliances and building controls that talk to their maker under the maker's own certificates: one far end, from the first day on",
			"small services with an incomplete chain",
			"management and backup agents with client certificates: the same on many hosts",
			"peer-to-peer programs and virtual private networks of staff",
		},
		Techniques: []string{"T1573.002", "T1071.001", "T1036", "T1571"},
		Sources: []string{
			"Mandiant, APT1: exposing one of China's cyber espionage units, appendix F (certificates), 2013",
			"NCSC, CSE, NSA, CISA: APT29 targets COVID-19 vaccine development (WellMess, WellMail: client certificates), 2020",
			"RFC 6066 section 3: no address may stand in server_name",
			"CA/Browser Forum Baseline Requirements section 6.3.2: how long a public certificate may be valid",
			"MITRE ATT&CK T1573.002, T1071.001, T1036, T1571",
		},
		Needs: []detect.Need{{
			Log: "ssl", Whole: true, Hides: "encrypted command channels with a certificate or name of their own making",
			Reason: "there is no TLS log", Fix: "keep Zeek's ssl.log",
		}, {
			Log: "x509", Hides: "odd dates of certificates, and with Zeek 5 and later who signed them",
			Reason: "there is no log of certificates", Fix: "keep Zeek's x509.log and load protocols/ssl/validate-certs",
		}},
	}
}

// candidate is what the score depends on: a host, a label and a port.
type candidate struct {
	host, label         string
	port                int
	users, hosts        int64 // hosts that use the label, hosts in all
	labelFirst          int64
	lookFirst, lookLast int64
	labels              int64 // far ends of the host in all
	connections         int64 // 0 where these are not logged
	attempts            int64
	bytesOut, bytesIn   int64
	missed, duration    int64
	days                int64 // with connections; 0 where these are not logged
	alike               int64 // far ends of the host that are as odd, where they are many
	ja3Known            int64 // hosts of which the client fingerprint is known
	shown               []shown
	sessions            []session
}

// shown is one set of things that sessions showed, and how often.
type shown struct {
	far, name, serverName       string
	validation, client          string
	ja3                         string
	ja3Hosts                    int64
	cert                        certificate
	hasCert                     bool
	events, established, resume int64
}

// session is one TLS session.
type session struct {
	ts    int64
	place detect.Place
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	certs, err := certificates(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("tlsid: %w", err)
	}
	var out []detect.Finding
	var kept []candidate // of out
	alike := map[string]int64{}
	var c, row candidate
	var s shown
	var subject, issuer, fingerprint string
	var issuerLabels int64
	var list condense.Stored
	flush := func() {
		if len(c.sessions) == 0 {
			return
		}
		if f, ok := score(&c); ok {
			out = append(out, f)
			kept = append(kept, c)
			alike[c.host]++
		}
	}
	into := []any{
		&row.host, &row.label, &row.port, &row.users, &row.labelFirst, &row.hosts, &row.labels, &row.lookFirst, &row.lookLast,
		&row.connections, &row.attempts, &row.bytesOut, &row.bytesIn, &row.missed, &row.duration, &row.days,
		&s.far, &s.name, &s.serverName, &subject, &issuer, &s.validation, &s.client, &fingerprint, &s.ja3,
		&s.ja3Hosts, &row.ja3Known, &issuerLabels,
	}
	into = append(into, list.Scan(condense.Tables[condense.Session])...)
	err = ledger.Each(ctx, l.Store, query, nil, into, func() error {
		if row.host != c.host || row.label != c.label || row.port != c.port {
			flush()
			c = row
			c.hosts = max(c.hosts, l.Facts.Hosts)
			if l.Facts.Hosts > 0 {
				c.lookFirst, c.lookLast = l.Facts.First, l.Facts.Last
			}
		}
		s.hasCert = subject != "" || fingerprint != ""
		s.cert = certs.find(fingerprint, subject, issuer)
		s.cert.issuerLabels = max(s.cert.issuerLabels, issuerLabels)
		return c.add(s, &list)
	})
	if err != nil {
		return nil, fmt.Errorf("tlsid: %w", err)
	}
	flush()
	var final []detect.Finding
	for i, f := range out {
		if n := alike[f.Src]; n >= many {
			kept[i].alike = n
			var ok bool
			if f, ok = score(&kept[i]); !ok {
				continue
			}
		}
		if err := hours(ctx, l, &f); err != nil {
			return nil, fmt.Errorf("tlsid: %w", err)
		}
		final = append(final, f)
	}
	return final, nil
}

func (c *candidate) add(s shown, list *condense.Stored) error {
	es, err := condense.Events(condense.Tables[condense.Session], list)
	if err != nil {
		return err
	}
	for i := range es {
		e := &es[i]
		if e.Dup {
			continue
		}
		s.events++
		if e.V[condense.SessFlags]&condense.SessEstablished != 0 {
			s.established++
		}
		if e.V[condense.SessFlags]&condense.SessResumed != 0 {
			s.resume++
		}
		c.sessions = append(c.sessions, session{e.TS, detect.Place{Source: e.Source, Offset: e.Offset}})
	}
	c.shown = append(c.shown, s)
	return nil
}

// hours adds the bytes that left to a finding's far end, by hour.
func hours(ctx context.Context, l *ledger.Look, f *detect.Finding) error {
	var h detect.HourBytes
	return ledger.Each(ctx, l.Store, hoursQuery, []any{f.Src, f.Label, f.Port}, []any{&h.Hour, &h.BytesOut}, func() error {
		f.Hours = append(f.Hours, h)
		return nil
	})
}

// known holds certificates by fingerprint and by subject and issuer.
type known struct {
	byFingerprint map[string]certificate
	byNames       map[[2]string]certificate
}

// certificates reads what the log of certificates says about those in question.
func certificates(ctx context.Context, l *ledger.Look) (known, error) {
	k := known{map[string]certificate{}, map[[2]string]certificate{}}
	var c certificate
	var fingerprint string
	var list condense.Stored
	into := []any{&c.subject, &c.issuer, &fingerprint, &c.names, &c.issuerLabels}
	into = append(into, list.Scan(condense.Tables[condense.Certificate])...)
	err := ledger.Steps(ctx, l.Store, certificatesQuery, nil, into, func() error {
		es, err := condense.Events(condense.Tables[condense.Certificate], &list)
		if err != nil || len(es) == 0 {
			return err
		}
		c.notBefore, c.notAfter = es[0].V[0], es[0].V[1]
		if fingerprint != "" {
			if _, ok := k.byFingerprint[fingerprint]; !ok {
				k.byFingerprint[fingerprint] = c
			}
		}
		if _, ok := k.byNames[[2]string{c.subject, c.issuer}]; !ok {
			k.byNames[[2]string{c.subject, c.issuer}] = c
		}
		return nil
	})
	return k, err
}

// find returns the certificate of a session; where the log of certificates does
// not hold it, what the session says of it.
func (k known) find(fingerprint, subject, issuer string) certificate {
	if c, ok := k.byFingerprint[fingerprint]; ok {
		return c
	}
	if c, ok := k.byNames[[2]string{subject, issuer}]; ok && subject != "" {
		return c
	}
	return certificate{subject: subject, issuer: issuer, notBefore: unset, notAfter: unset}
}

// isAddress reports whether a name is an address.
func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}
