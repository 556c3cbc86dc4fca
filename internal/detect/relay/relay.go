package relay

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

//go:embed relay.sql
var query string

const (
	// someBytes is how much a leg must carry within an hour.
	someBytes = 20_000
	// mostClients is above how many clients a port is a service.
	mostClients = 12
	// maxSessions bounds the memory for one candidate.
	maxSessions = 1 << 14
)

// Detector finds relays.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "relay", ID: "D26", Stage: detect.Command,
		Claim:   "A host passes on what it is sent: for each session that comes in, one with as many bytes goes on at the same moment to somebody else.",
		Matters: "Networks of devices and of records do not reach the internet. A thief takes a machine between as a relay, and the far end never meets the host that is robbed.",
		Innocent: []string{
			"proxies, load balancers, mail relays, remote desktop gateways: many clients, for long",
			"jump hosts of administrators",
			"a server that stores elsewhere what it is sent",
		},
		Techniques: []string{"T1090.001", "T1090"},
		Sources: []string{
			"Zhang and Paxson, Detecting Stepping Stones, USENIX Security 2000",
			"Mandiant, APT1, 2013: HTRAN",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "machines that pass on connections between the inside and the outside",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log or flow records of both sides of the network, the inner and the edge",
		}},
	}
}

// session is an in-leg with the out-leg that continues it.
type session struct {
	in, out detect.Call
}

// candidate is what the score depends on.
type candidate struct {
	host, asker, target       string
	inPort, outPort           int
	askerInside, targetInside bool
	name, label               string
	clients, days             int64 // of the port
	portFirst                 int64
	askerLabels               int64 // far ends of the asker
	users, labelFirst, labels int64
	hosts                     int64
	lookFirst, lookLast       int64
	names                     bool
	sessions                  []session
	tried                     int // in-legs looked at
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var all []candidate
	var row candidate
	var inSwapped, outSwapped bool
	var inList, outList detect.List
	into := []any{
		&row.host, &row.asker, &row.target, &row.inPort, &row.outPort, &row.askerInside, &row.targetInside, &row.name,
		&row.label, &row.clients, &row.days, &row.portFirst, &row.askerLabels, &row.users, &row.labelFirst, &row.labels,
	}
	into = append(append(into, &inSwapped), detect.Scan(&inList)...)
	into = append(append(into, &outSwapped), detect.Scan(&outList)...)
	err := ledger.Steps(ctx, l.Store, query, []any{someBytes, mostClients, someBytes, someBytes}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != row.host || all[n-1].asker != row.asker || all[n-1].target != row.target ||
			all[n-1].inPort != row.inPort || all[n-1].outPort != row.outPort {
			row.hosts, row.names = l.Facts.Hosts, l.Facts.Names
			row.lookFirst, row.lookLast = l.Facts.First, l.Facts.Last
			all = append(all, row)
		}
		k := &all[len(all)-1]
		in, err := detect.Calls(&inList, inSwapped)
		if err != nil {
			return err
		}
		out, err := detect.Calls(&outList, outSwapped)
		if err != nil {
			return err
		}
		k.tried += len(in)
		if room := maxSessions - len(k.sessions); room > 0 {
			ss := match(in, out)
			k.sessions = append(k.sessions, ss[:min(len(ss), room)]...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	var out []detect.Finding
	for i := range all {
		if f, ok := score(&all[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}
