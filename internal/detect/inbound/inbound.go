package inbound

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed inbound.sql
	visitsQuery string
	//go:embed after.sql
	afterQuery string
)

const (
	// someBytes is how much a host must have answered a far end to be looked at.
	someBytes = 2000
	// fewVisitors is at how many far ends a door is a service for the public.
	fewVisitors = 4
	// maxCalls bounds the memory for one candidate.
	maxCalls = 1 << 16
)

// Detector finds new doors to the outside.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "inbound", ID: "D24", Stage: detect.Command,
		Claim:   "A host answers somebody outside with data at a port where it never did before, and hardly anybody else comes in there.",
		Matters: "A listener on a server needs no call home: Winnti's and WinRM's wait until they are asked. Internet scans ask everybody; only who answers is of interest.",
		Innocent: []string{
			"a service that is opened to a partner, or to the public",
			"internet scans that get a banner or an error",
			"remote maintenance by a maker who comes in by a port opened for it",
			"data connections of FTP, calls and file sharing: the host had called first",
		},
		Techniques: []string{"T1133", "T1205", "T1571", "T1021.001", "T1021.006"},
		Sources: []string{
			"Cybereason, Operation CuckooBees, 2022: WinRM opened as a way back",
			"MITRE ATT&CK T1133, T1205",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "listeners that are asked from outside",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log or flow records of the internet edge, both directions",
		}},
	}
}

// deed is something that a host did for the first time.
type deed struct {
	inside bool
	what   string
	first  int64
	bytes  int64
}

// candidate is what the score depends on.
type candidate struct {
	host, far           string
	port                int
	label, name         string
	days                int64
	visitors            int64 // far ends that came in by the door
	doorFirst           int64
	tried, doors        int64 // hosts and doors that the far end tried
	calledBefore        bool
	callers             int64 // hosts that call the far end
	ports               int64 // at which the host answers the outside
	hosts               int64
	lookFirst, lookLast int64
	names               bool
	calls               []detect.Call
	deeds               []deed // of the host, by time
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var all []candidate
	var row candidate
	var swapped bool
	var list detect.List
	into := []any{
		&row.host, &row.far, &row.port, &row.label, &row.name, &row.days, &row.visitors, &row.doorFirst, &row.tried, &row.doors,
		&row.calledBefore, &row.callers, &row.ports, &swapped,
	}
	into = append(into, detect.Scan(&list)...)
	err := ledger.Steps(ctx, l.Store, visitsQuery, []any{someBytes, fewVisitors}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != row.host || all[n-1].far != row.far || all[n-1].port != row.port {
			row.hosts, row.names = l.Facts.Hosts, l.Facts.Names
			row.lookFirst, row.lookLast = l.Facts.First, l.Facts.Last
			all = append(all, row)
		}
		k := &all[len(all)-1]
		calls, err := detect.Calls(&list, swapped)
		if room := maxCalls - len(k.calls); room > 0 {
			k.calls = append(k.calls, calls[:min(len(calls), room)]...)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inbound: %w", err)
	}
	deeds := map[string][]deed{}
	var host string
	var d deed
	err = ledger.Each(ctx, l.Store, afterQuery, nil, []any{&host, &d.inside, &d.what, &d.first, &d.bytes}, func() error {
		deeds[host] = append(deeds[host], d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("inbound: what hosts did afterwards: %w", err)
	}
	var out []detect.Finding
	for i := range all {
		all[i].deeds = deeds[all[i].host]
		if f, ok := score(&all[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}
