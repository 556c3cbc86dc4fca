package staging

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed staging.sql
	candidatesQuery string
	//go:embed arrivals.sql
	arrivalsQuery string
	//go:embed days.sql
	daysQuery string
	//go:embed partners.sql
	partnersQuery string
	//go:embed files.sql
	filesQuery string
)

const (
	// dust is how many bytes a conversation-hour inside must bring to count.
	dust = 100_000
	// muchIn and muchOut are how much must arrive, and leave, within a day.
	muchIn  = 20_000_000
	muchOut = 1_000_000
	// maxCalls bounds the memory for one candidate.
	maxCalls = 1 << 18
)

// Detector finds staging.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "staging", ID: "D10", Stage: detect.Collection,
		Claim:   "A host gathered more from machines inside than it ever does, and then sent an amount that this explains to a far end that few hosts use.",
		Matters: "Records, images and formulas lie on many servers; before they leave they are put together on one machine, packed, and cut into volumes.",
		Innocent: []string{
			"backup, archive and print servers: they gather as much every day",
			"replication of images or results to a partner: gathered and sent daily",
			"migration of a file server: nothing leaves",
			"a collaborator who is sent a large data set for once",
		},
		Techniques: []string{"T1074.001", "T1074.002", "T1560.001", "T1039"},
		Sources: []string{
			"MITRE ATT&CK T1074, T1560.001, T1039",
			"Cybereason, Operation CuckooBees, 2022: archives made on one machine before they left",
		},
		Needs: []detect.Need{
			{
				Log: "conn", Whole: true, Hides: "gathering on one machine before data leaves",
				Reason: "there is no connection log", Fix: "keep Zeek's conn.log or flow records of the inner networks too, not of the internet edge alone",
			},
			{
				Log: "smb_files", Hides: "which files were gathered, and archives made of them on shares",
				Reason: "there is no smb_files log", Fix: "keep Zeek's smb_files.log of the file servers' network",
			},
		},
	}
}

// call is a connection of a candidate.
type call struct {
	detect.Call
	ip   string // the other end
	port int
}

// receipt is what a host got from one machine inside on a day.
type receipt struct {
	peer  string
	day   uint32 // first hour
	bytes int64
}

// file is one that was moved inside.
type file struct {
	name, mime string
	bytes      int64
}

// candidate is what the score depends on.
type candidate struct {
	host, label         string
	users, hosts        int64
	labelFirst, labels  int64
	lookFirst, lookLast int64
	names               bool
	name                string
	arrivals            []call // by start
	departures          []call // by start
	past                []receipt
	partner             []int64 // what all hosts together sent to the label, by day
	files               []file
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	all, err := candidates(ctx, l)
	if err != nil {
		return nil, err
	}
	arrived, err := arrivals(ctx, l)
	if err != nil {
		return nil, err
	}
	past, partners, files, err := histories(ctx, l)
	if err != nil {
		return nil, err
	}
	var out []detect.Finding
	for i := range all {
		k := &all[i]
		k.arrivals, k.past, k.partner, k.files = arrived[k.host], past[k.host], partners[k.label], files[k.host]
		if f, ok := score(k); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// candidates returns hosts and the far ends that they sent much to.
func candidates(ctx context.Context, l *ledger.Look) (all []candidate, err error) {
	var row candidate
	var c call
	var flipped bool
	var list detect.List
	var name string
	into := []any{&row.host, &row.label, &c.ip, &c.port, &name, &row.users, &row.labelFirst, &row.labels, &flipped}
	into = append(into, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, candidatesQuery, []any{dust, dust, muchIn, muchOut, l.Facts.Hosts}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != row.host || all[n-1].label != row.label {
			row.hosts, row.names = l.Facts.Hosts, l.Facts.Names
			row.lookFirst, row.lookLast = l.Facts.First, l.Facts.Last
			all = append(all, row)
		}
		k := &all[len(all)-1]
		if k.name == "" {
			k.name = name
		}
		return c.each(&list, flipped, &k.departures, func(x *detect.Call) bool { return true })
	})
	if err != nil {
		return nil, fmt.Errorf("staging: %w", err)
	}
	return all, nil
}

// arrivals returns what candidates' hosts got from machines inside, by host.
func arrivals(ctx context.Context, l *ledger.Look) (map[string][]call, error) {
	out := map[string][]call{}
	var host string
	var c call
	var swapped bool
	var list detect.List
	into := append([]any{&host, &c.ip, &c.port, &swapped}, detect.Scan(&list)...)
	err := ledger.Steps(ctx, l.Store, arrivalsQuery, []any{dust, dust}, into, func() error {
		calls := out[host]
		err := c.each(&list, swapped, &calls, func(x *detect.Call) bool { return x.In > 0 })
		out[host] = calls
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("staging: what hosts gathered: %w", err)
	}
	return out, nil
}

// each adds the answered connections of a list, with c's other end, that are wanted.
func (c *call) each(list *detect.List, swapped bool, to *[]call, wanted func(*detect.Call) bool) error {
	calls, err := detect.Calls(list, swapped)
	if err != nil {
		return err
	}
	for i := range calls {
		if x := &calls[i]; !x.Attempt && wanted(x) && len(*to) < maxCalls {
			c.Call = *x
			*to = append(*to, *c)
		}
	}
	return nil
}

// histories returns what the candidates' hosts got day by day, what their far ends
// were sent, and the archives that they wrote inside.
func histories(ctx context.Context, l *ledger.Look) (past map[string][]receipt, partners map[string][]int64, files map[string][]file, err error) {
	past, partners, files = map[string][]receipt{}, map[string][]int64{}, map[string][]file{}
	var host string
	var r receipt
	err = ledger.Each(ctx, l.Store, daysQuery, nil, []any{&host, &r.peer, &r.day, &r.bytes}, func() error {
		past[host] = append(past[host], r)
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("staging: what hosts usually gather: %w", err)
	}
	var label string
	var day uint32
	var n int64
	err = ledger.Each(ctx, l.Store, partnersQuery, nil, []any{&label, &day, &n}, func() error {
		partners[label] = append(partners[label], n)
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("staging: what partners are usually sent: %w", err)
	}
	var x file
	var first int64
	err = ledger.Each(ctx, l.Store, filesQuery, nil, []any{&host, &x.name, &x.mime, &x.bytes, &first}, func() error {
		files[host] = append(files[host], x)
		return nil
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("staging: archives written inside: %w", err)
	}
	return past, partners, files, nil
}
