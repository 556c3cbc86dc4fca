package clinic

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"barium/internal/detect"
	"barium/internal/ledger"
)

//go:embed peers.sql
var peersQuery string

const (
	// fewPeers is from how many new machines on a device does what devices do not.
	fewPeers = 3
	// mostPeers is how many machines inside a device called before at most.
	mostPeers = 15
)

// governed are the ports by which one machine governs another.
var governed = map[int]string{22: "SSH", 135: "RPC", 139: "SMB", 445: "SMB", 3389: "RDP", 5900: "VNC", 5985: "WinRM", 5986: "WinRM"}

// called is a connection of a device to a machine that is new to it.
type called struct {
	server  string
	port    int
	callers int64 // machines of the clinical network to which it is new
	call    detect.Call
}

// device is a machine of the clinical network with its new peers.
type device struct {
	host      string
	old       int64 // machines that it called before
	lookFirst int64
	calls     []called
}

func findPeers(ctx context.Context, l *ledger.Look) (out []detect.Finding, err error) {
	fresh := (l.Facts.First/day + learnDays) * day
	var all []device
	var c device
	var x called
	var flipped bool
	var list detect.List
	into := append([]any{&c.host, &x.server, &x.port, &x.callers, &c.old, &flipped}, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, peersQuery, []any{fresh, l.Facts.First + day, fewPeers, mostPeers}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != c.host {
			c.lookFirst, c.calls = l.Facts.First, nil
			all = append(all, c)
		}
		calls, err := detect.Calls(&list, flipped)
		for _, x.call = range calls {
			all[len(all)-1].calls = append(all[len(all)-1].calls, x)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if f, ok := scorePeers(&all[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// scorePeers weighs the new machines that a device called.
func scorePeers(c *device) (detect.Finding, bool) {
	slices.SortStableFunc(c.calls, func(a, b called) int { return int(max(-1, min(1, a.call.TS-b.call.TS))) })
	f := detect.Finding{Detector: "clinic", Stage: detect.Movement, Techniques: []string{"T1046"}, Src: c.host, Proto: "tcp", Records: detect.AnyPort}
	f.Dst, f.Port, f.First = c.calls[0].server, c.calls[0].port, c.calls[0].call.TS
	f.Label = f.Dst
	servers := map[string]int64{}
	var names []string
	var calls []detect.Call
	for i := range c.calls {
		x := &c.calls[i]
		if _, ok := servers[x.server]; !ok {
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: x.server})
		}
		f.With(x.server, x.port)
		servers[x.server] = x.callers
		if n := governed[x.port]; n != "" && !slices.Contains(names, n) {
			names = append(names, n)
		}
		f.Events++
		f.Last = max(f.Last, x.call.TS+x.call.Duration)
		if x.call.Attempt {
			f.Attempts++
		} else {
			f.BytesOut += x.call.Out
			f.BytesIn += x.call.In
		}
		calls = append(calls, x.call)
	}
	f.Places = detect.Places(calls, 5)
	learned := recordDay(f.First, c.lookFirst) - 1
	// Thirty new machines within a life of a week say all.
	f.Terms = append(f.Terms, newPeers.Scaled(min(1, float64(learned)/5)*(0.4+0.6*grade(float64(len(servers)), fewPeers, 30)), len(servers), learned))
	if len(names) > 0 {
		slices.Sort(names)
		f.Techniques = append(f.Techniques, "T1021.002")
		f.Terms = append(f.Terms, takeOver.Says(strings.Join(names, ", ")))
	}
	// A server that moved is new to all of them.
	shared, others := 0, int64(0)
	for _, n := range servers {
		if n >= 2 {
			shared++
			others = max(others, n-1)
		}
	}
	if shared*2 >= len(servers) {
		f.Terms = append(f.Terms, othersToo.Says(others))
	}
	f.Reason = fmt.Sprintf("%s, a machine of the clinical network that called %d machines inside before, called %d others from %s on, %s first.",
		c.host, c.old, len(servers), detect.Date(f.First), detect.FarEnd(f.Dst, "", f.Port))
	f.Checks = []detect.Check{
		{Where: "maker", Text: fmt.Sprintf("was %s given a new task, a new archive or print server, on that day?", c.host)},
		{Where: "host", Text: fmt.Sprintf("which program on %s opened these connections? A scanner has no reason to look for other machines.", c.host)},
	}
	return f, f.Weight() > 0
}
