package icmp

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

//go:embed icmp.sql
var query string

// Detector finds tunnels through ICMP.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "icmp", ID: "D09", Stage: detect.Command,
		Claim:   "The pings between a host and another machine carry data of their own: sizes vary, and answers are not what was sent.",
		Matters: "Ping is let through where all else is closed, also out of networks of devices, and nobody reads its payload. Winnti's Linux variant and many tools speak it.",
		Innocent: []string{
			"monitoring and ping by hand: one size, returned as it came, many far ends",
			"tests of the largest packet: many sizes, few packets, each returned as it came",
			"measurement of the way to a content network: many hosts do it",
			"an answer that was lost: fewer answers, but of the same size",
		},
		Techniques: []string{"T1095", "T1048.003"},
		Sources: []string{
			"RFC 792: the data received in the echo message must be returned in the echo reply message",
			"RFC 4443 section 4.2, the same for ICMPv6",
			"MITRE ATT&CK T1095, T1048.003",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "channels through ICMP",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log or packets of the internet edge; NetFlow tells bytes and packets of ICMP too",
		}},
	}
}

// fewBytes is how much a pair must have exchanged, in bytes, to be looked at:
// about as much as a minute of ping.
const fewBytes = 4096

// candidate is what the score depends on.
type candidate struct {
	host, far           string
	farInside, asked    bool
	name, label         string
	users, hosts        int64 // hosts that ping the far end, hosts in all
	farFirst            int64
	pinged              int64 // far ends of the host
	days                int64
	first               int64
	lookFirst, lookLast int64
	names               bool
	calls               []detect.Call // echoes only
}

// maxCalls bounds the memory for one candidate.
const maxCalls = 1 << 20

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var out []detect.Finding
	var c, row candidate
	var list detect.List
	flush := func() {
		if len(c.calls) == 0 {
			return
		}
		if f, ok := score(&c); ok {
			out = append(out, f)
		}
	}
	into := []any{
		&row.host, &row.far, &row.farInside, &row.asked, &row.name, &row.label, &row.users, &row.farFirst, &row.pinged, &row.days, &row.first,
	}
	into = append(into, detect.Scan(&list)...)
	err := ledger.Steps(ctx, l.Store, query, []any{fewBytes}, into, func() error {
		if row.host != c.host || row.far != c.far || row.asked != c.asked {
			flush()
			c = row
			c.hosts, c.names = l.Facts.Hosts, l.Facts.Names
			c.lookFirst, c.lookLast = l.Facts.First, l.Facts.Last
		}
		calls, err := detect.Calls(&list, !row.asked)
		if err != nil {
			return err
		}
		for _, x := range calls {
			if echo(x.Port) && len(c.calls) < maxCalls {
				c.calls = append(c.calls, x)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("icmp: %w", err)
	}
	flush()
	return out, nil
}

// echo reports whether a type of ICMP, which logs write as the originator's port,
// is that of messages that machines exchange on purpose: echo, timestamp,
// information and address mask (RFC 792, RFC 950), echo of ICMPv6 (RFC 4443).
func echo(kind uint16) bool {
	switch kind {
	case 0, 8, 13, 14, 15, 16, 17, 18, 128, 129:
		return true
	}
	return false
}
