package movement

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed movement.sql
	edgesQuery string
	//go:embed accounts.sql
	accountsQuery string
	//go:embed places.sql
	placesQuery string
)

// session is how many bytes a way must have carried, both ways together, to be
// more than a look by a scanner.
const session = 8000

// question is the same for the endpoint mapper of RPC, which is asked little.
const question = 500

// Detector finds movement from machine to machine.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "movement", ID: "D18/D19", Stage: detect.Movement,
		Claim:   "A host works on another machine inside by ways of administration by which hardly any host does, and never did before.",
		Matters: "What is worth stealing is rarely on the first machine. Thieves go on with the accounts they find, by the means that administrators use.",
		Innocent: []string{
			"administrators' machines, management servers, vulnerability scanners with accounts: they work so on many machines, for days",
			"a remote desktop gateway, file and print servers: many work on them",
			"clusters and replication: both sides work on each other, from the first day on",
			"support that helps a colleague for once",
		},
		Techniques: []string{"T1021.001", "T1021.002", "T1021.004", "T1021.005", "T1021.006", "T1053.005", "T1569.002", "T1047", "T1570", "T1078"},
		Sources: []string{
			"Ho et al., Hopper: Modeling and Detecting Lateral Movement, USENIX Security 2021",
			"MITRE ATT&CK T1021, T1053.005, T1569.002, T1047, T1570",
			"Microsoft MS-SCMR, MS-TSCH, MS-WMI, MS-RRP: the operations that run something",
		},
		Needs: []detect.Need{
			{
				Log: "conn", Whole: true, Hides: "movement from machine to machine",
				Reason: "there is no connection log", Fix: "keep Zeek's conn.log or flow records of the inner networks, between workstations too",
			},
			{
				Log: "dce_rpc", Hides: "services and tasks made on other machines",
				Reason: "there is no dce_rpc log", Fix: "keep Zeek's dce_rpc.log; encrypted SMB 3 has none",
			},
			{
				Log: "kerberos", Hides: "changes of account",
				Reason: "there is no kerberos log", Fix: "keep Zeek's kerberos.log and ntlm.log at the domain controllers",
			},
		},
	}
}

// way is one of an edge.
type way struct {
	name                string
	events, attempts    int64
	bytesOut, bytesIn   int64
	first, last, days   int64
	port                int
	what                string
	users, hosts        int64 // hosts that use this way on the machine, that use any on any
	tried               int64 // connections to the machine that were not answered
	knocked             int64 // machines inside that did not answer the host
	lookFirst, lookLast int64
}

// account is one that a host used.
type account struct {
	name  string
	first int64
	hosts int64 // that use it
}

// habit is on how many machines a host works by lone ways.
type habit struct {
	before, days int64 // machines before the day of this edge, on how many days
	early        int64 // machines on the first two days of the records
	all          int64
}

// edge is what the score depends on.
type edge struct {
	host, to string
	ways     []way
	habit    habit
	accounts []account // of the host, by first use
	from     string    // who worked on the host before, empty if nobody
	since    int64     // when that was
	back     bool      // the other works on the host by lone ways too
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var all []edge
	var w way
	var host, to string
	w.lookFirst, w.lookLast = l.Facts.First, l.Facts.Last
	into := []any{
		&host, &to, &w.name, &w.events, &w.attempts, &w.bytesOut, &w.bytesIn, &w.first, &w.last, &w.days, &w.port, &w.what,
		&w.users, &w.hosts, &w.tried, &w.knocked,
	}
	err := ledger.Steps(ctx, l.Store, cut(edgesQuery, l), []any{session, question}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != host || all[n-1].to != to {
			all = append(all, edge{host: host, to: to})
		}
		k := &all[len(all)-1]
		k.ways = append(k.ways, w)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("movement: %w", err)
	}
	if err := accounts(ctx, l, all); err != nil {
		return nil, fmt.Errorf("movement: accounts: %w", err)
	}
	habits(all)
	link(all)
	var out []detect.Finding
	for i := range all {
		if f, ok := score(&all[i]); ok {
			out = append(out, f)
		}
	}
	if out, err = evidence(ctx, l, out); err != nil {
		return nil, fmt.Errorf("movement: evidence: %w", err)
	}
	return out, nil
}

// cut puts the window into a query that asks tables of the ledger.
func cut(query string, l *ledger.Look) string {
	return strings.NewReplacer("{since}", fmt.Sprint(l.Window.Since), "{until}", fmt.Sprint(l.Window.Until)).Replace(query)
}

// accounts fills in the accounts of the edges' hosts.
func accounts(ctx context.Context, l *ledger.Look, all []edge) error {
	by := map[string][]account{}
	var host string
	var a account
	err := ledger.Each(ctx, l.Store, cut(accountsQuery, l), nil, []any{&host, &a.name, &a.first, &a.hosts}, func() error {
		by[host] = append(by[host], a)
		return nil
	})
	for i := range all {
		all[i].accounts = by[all[i].host]
	}
	return err
}

// habits fills in on what else the edges' hosts work.
func habits(all []edge) {
	by := map[string][]int64{} // host to the first days of its edges
	for i := range all {
		by[all[i].host] = append(by[all[i].host], all[i].first()/dayMicros)
	}
	for i := range all {
		e := &all[i]
		day := e.first() / dayMicros
		days := map[int64]bool{}
		for _, d := range by[e.host] {
			e.habit.all++
			if d < day {
				e.habit.before++
				days[d] = true
			}
			if d <= e.ways[0].lookFirst/dayMicros+1 {
				e.habit.early++
			}
		}
		e.habit.days = int64(len(days))
	}
}

// longest is how long before, in microseconds, a step of a path may lie.
const longest = 7 * dayMicros

// link notes for each edge who had worked on its host before, the latest of them,
// and whether the other side works on the host.
func link(all []edge) {
	to := map[string][]int{}
	for i := range all {
		to[all[i].to] = append(to[all[i].to], i)
	}
	for i := range all {
		e := &all[i]
		for _, j := range to[e.host] {
			o := &all[j]
			if o.host == e.to {
				e.back = true
				continue
			}
			if at := o.first(); at < e.first() && e.first()-at <= longest && !o.known() && (at > e.since || at == e.since && o.host < e.from) {
				e.from, e.since = o.host, at
			}
		}
	}
}

// evidence fills in places and drops findings that have none.
func evidence(ctx context.Context, l *ledger.Look, fs []detect.Finding) ([]detect.Finding, error) {
	if err := l.Exec(ctx, "CREATE OR REPLACE TABLE movement_found (client VARCHAR, server VARCHAR)"); err != nil {
		return nil, err
	}
	type pair struct{ host, to string }
	at := map[pair]int{}
	err := l.Fill(ctx, "movement_found", func(add func(...any) error) error {
		for i := range fs {
			at[pair{fs[i].Src, fs[i].Dst}] = i
			if err := add(fs[i].Src, fs[i].Dst); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var p pair
	var swapped bool
	var list detect.List
	into := append([]any{&p.host, &p.to, &swapped}, detect.Scan(&list)...)
	err = ledger.Each(ctx, l.Store, placesQuery, nil, into, func() error {
		calls, err := detect.Calls(&list, swapped)
		f := &fs[at[p]]
		f.Places = append(f.Places, detect.Places(calls, 3)...)
		if len(f.Places) > maxPlaces {
			f.Places = detect.Spread(f.Places, maxPlaces/2)
		}
		return err
	})
	kept := fs[:0]
	for _, f := range fs {
		if f.Places = detect.Spread(f.Places, 6); len(f.Places) > 0 {
			kept = append(kept, f)
		}
	}
	return kept, err
}

// maxPlaces bounds the memory for one finding.
const maxPlaces = 64
