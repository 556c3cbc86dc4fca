package session

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

//go:embed session.sql
var query string

// Detector finds sessions that stay open.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "session", ID: "D02", Stage: detect.Command,
		Claim:   "A host keeps a connection to a far end that few hosts use open for hours, or joins it again at once.",
		Matters: "Remote control and tunnels into the house stay open while somebody works, and no firewall sees more than one permitted connection going out.",
		Innocent: []string{
			"virtual private networks and remote support: used by many, or as old as the records",
			"messages that wait: mail, telephones, push, MQTT",
			"pages left open, radio, streams: more comes than goes",
			"calls and conferences",
			"devices that report to their maker all day",
		},
		Techniques: []string{"T1572", "T1090", "T1219"},
		Sources: []string{
			"MITRE ATT&CK T1572, T1090, T1219",
			"RFC 6455 (WebSocket), RFC 4254 section 7 (forwarding over SSH)",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "tunnels and remote control that stay open",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log (or flow records) of the internet edge; a connection is logged when it ends",
		}},
	}
}

// longFrom is from how many microseconds on a session is long.
const longFrom = 4 * 3600 * 1_000_000

// partFrom is how long, in microseconds, connections of an hour must have been
// open in all to count towards that.
const partFrom = 60 * 1_000_000

// candidate is what the score depends on.
type candidate struct {
	host, far, label, name string
	port, proto            int
	users, hosts           int64
	labelFirst             int64
	lookFirst, lookLast    int64
	names                  bool // some log gives names of far ends
	labels, days           int64
	alike                  int // far ends with which the host has long sessions
	calls                  []detect.Call
}

// maxCalls bounds the memory for one candidate.
const maxCalls = 1 << 20

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var long []candidate // those that have a long session
	var c, row candidate
	var flipped bool
	var list detect.List
	flush := func() {
		if len(c.calls) > 0 && len(sessions(c.calls)) > 0 {
			long = append(long, c)
		}
	}
	into := []any{
		&row.host, &row.label, &row.far, &row.name, &row.port, &row.proto, &row.days, &row.users, &row.labelFirst, &row.labels,
		&flipped,
	}
	into = append(into, detect.Scan(&list)...)
	err := ledger.Steps(ctx, l.Store, query, []any{int64(partFrom), int64(longFrom)}, into, func() error {
		if row.host != c.host || row.far != c.far || row.port != c.port || row.proto != c.proto {
			flush()
			c = row
			c.calls = nil
			c.hosts, c.lookFirst, c.lookLast, c.names = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
		}
		calls, err := detect.Calls(&list, flipped)
		if len(c.calls) < maxCalls {
			c.calls = append(c.calls, calls...)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	flush()
	alike := map[string]int{}
	for i := range long {
		alike[long[i].host]++
	}
	var out []detect.Finding
	for i := range long {
		long[i].alike = alike[long[i].host]
		if f, ok := score(&long[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}
