package mismatch

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed hour.sql
	hourQuery string
	//go:embed mismatch.sql
	query string
)

// Detector finds protocols that are not what the port says.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "mismatch", ID: "D04", Stage: detect.Command,
		Claim:   "A host and a far end that few hosts use speak something else than the port stands for.",
		Matters: "Firewalls let ports through, not protocols. Winnti speaks a protocol of its own on 443, WellMail speaks TLS on the port of mail.",
		Innocent: []string{
			"proprietary protocols on 443 and 80: remote support, telephones, antivirus clouds: many hosts, or one host with many such far ends",
			"connections whose beginning the sensor missed: the same far end is recognised at other times",
			"SSH on 443 by administrators who must pass a firewall",
			"devices that speak their maker's protocol, from the first day on",
		},
		Techniques: []string{"T1571", "T1095", "T1001.003"},
		Sources: []string{
			"Zeek's documentation of conn.log: service, and dynamic protocol detection",
			"NCSC, CSE, NSA, CISA: APT29 targets COVID-19 vaccine development, 2020 (WellMail on port 25)",
			"MITRE ATT&CK T1571, T1095",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "protocols that are not what their port says",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log of the internet edge; flow records do not tell services",
		}},
	}
}

// candidate is what the score depends on.
type candidate struct {
	host, far, label, name string
	port, proto            int
	users, hosts           int64
	labelFirst             int64
	lookFirst, lookLast    int64
	names                  bool // some log gives names of far ends
	labels, days           int64
	kind, service          string
	recognised, onPort     int64 // conversation-hours on this port
	alike                  int64 // far ends of the host that are as odd
	calls                  []detect.Call
}

// port is a port with its transport.
type port struct{ port, proto int }

// maxCalls bounds the memory for one candidate.
const maxCalls = 1 << 20

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	recognised, all, err := lay(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("mismatch: what was recognised: %w", err)
	}
	var odd []candidate
	var c, row candidate
	var flipped bool
	var list detect.List
	flush := func() {
		if len(c.calls) > 0 {
			odd = append(odd, c)
		}
	}
	into := []any{
		&row.host, &row.label, &row.far, &row.name, &row.port, &row.proto, &row.days, &row.users, &row.labelFirst, &row.kind, &row.service, &row.labels,
		&flipped,
	}
	into = append(into, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, query, nil, into, func() error {
		if row.host != c.host || row.far != c.far || row.port != c.port || row.proto != c.proto {
			flush()
			c = row
			c.calls = nil
			c.hosts, c.lookFirst, c.lookLast, c.names = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
			c.recognised, c.onPort = recognised[port{c.port, c.proto}], all[port{c.port, c.proto}]
		}
		calls, err := detect.Calls(&list, flipped)
		if err != nil {
			return err
		}
		for _, x := range calls {
			if talk(&x) && len(c.calls) < maxCalls {
				c.calls = append(c.calls, x)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("mismatch: %w", err)
	}
	flush()
	// Far ends that the sensor may just have failed on are alike to each other, and
	// say nothing of those that it cannot have.
	alike, evident := map[string]int64{}, map[string]int64{}
	for i := range odd {
		alike[odd[i].host]++
		if odd[i].bySensor() < excused {
			evident[odd[i].host]++
		}
	}
	var out []detect.Finding
	for i := range odd {
		odd[i].alike = alike[odd[i].host]
		if odd[i].bySensor() < excused {
			odd[i].alike = evident[odd[i].host]
		}
		if f, ok := score(&odd[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// lay fills the table mismatch_kind, and counts the conversation-hours of each
// port: those in which something was recognised, and all.
func lay(ctx context.Context, l *ledger.Look) (recognised, all map[port]int64, err error) {
	recognised, all = map[port]int64{}, map[port]int64{}
	var rows [][]any
	var p port
	var id uint32
	var text string
	var n int64
	err = ledger.Steps(ctx, l.Store, hourQuery, nil, []any{&p.port, &p.proto, &id, &text, &n}, func() error {
		kind := kindOf(p.port, p.proto, text)
		rows = append(rows, []any{p.port, p.proto, id, text, kind})
		all[p] += n
		if kind != unknown {
			recognised[p] += n
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if err := l.Exec(ctx, "CREATE OR REPLACE TABLE mismatch_kind (port BIGINT, proto BIGINT, id UINTEGER, service VARCHAR, kind VARCHAR)"); err != nil {
		return nil, nil, err
	}
	return recognised, all, l.Fill(ctx, "mismatch_kind", func(add func(...any) error) error {
		for _, r := range rows {
			if err := add(r...); err != nil {
				return err
			}
		}
		return nil
	})
}
