package beacon

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"sync"

	"barium/internal/detect"
	"barium/internal/event"
	"barium/internal/ledger"
)

var (
	//go:embed beacon.sql
	contactsQuery string
	//go:embed calls.sql
	callsQuery string
)

// Detector finds beacons.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "beacon", ID: "D01", Stage: detect.Command,
		Claim:   "A host calls the same far end again and again in a rhythm, whether it is answered or not.",
		Matters: "Implants wait for orders this way for months: espionage stays 122 days in the median, and the first call-backs are the first trace it leaves.",
		Innocent: []string{
			"software updaters, antivirus and telemetry: the same far end on many hosts",
			"time and name services",
			"appliances with a single purpose: remote support of imaging devices, building management",
			"monitoring, keep-alives of chat and mail clients",
		},
		Techniques: []string{"T1071.001", "T1573", "T1029", "T1095"},
		Sources: []string{
			"Hu et al., BAYWATCH: robust beaconing detection, DSN 2016",
			"MITRE ATT&CK T1071, T1029",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "command channels of every kind",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log (or flow records) of the internet edge",
		}},
	}
}

// candidate is what the score depends on.
type candidate struct {
	host, label, name string
	ips               []string // far ends behind the label
	port, proto       int
	users, hosts      int64 // hosts that use the label, hosts in all
	labelFirst        int64
	lookFirst         int64
	lookLast          int64
	names             bool  // some log gives names of far ends
	labels            int64 // far ends of the host in all
	days              int64 // on which the host called
	calls             []detect.Call
	byAddress         map[string][]detect.Call // the same, by far end, where there are several
}

// contact is one address behind a candidate's label.
type contact struct {
	pick int64 // which candidate
	candidate
	ip string
}

// contacts returns what is to be looked at, in the order of the calls' nr from 1 on.
func contacts(ctx context.Context, l *ledger.Look) (out []contact, err error) {
	row := contact{candidate: candidate{hosts: l.Facts.Hosts, lookFirst: l.Facts.First, lookLast: l.Facts.Last, names: l.Facts.Names}}
	into := []any{
		&row.pick, &row.host, &row.label, &row.port, &row.proto, &row.name, &row.ip, &row.users, &row.labelFirst, &row.labels, &row.days,
	}
	err = ledger.Steps(ctx, l.Store, contactsQuery, []any{l.Facts.Hosts}, into, func() error {
		out = append(out, row)
		return nil
	})
	return out, err
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	known, err := contacts(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("beacon: %w", err)
	}
	var out []detect.Finding
	// Candidates are scored while the next ones are fetched.
	picked := make(chan candidate, 16)
	var wg sync.WaitGroup
	wg.Go(func() {
		var ofHost []beat // candidates come host by host
		for c := range picked {
			if len(ofHost) > 0 && ofHost[0].Src != c.host {
				out = append(out, siblings(ofHost)...)
				ofHost = ofHost[:0]
			}
			if f, r, ok := score(&c); ok {
				ofHost = append(ofHost, beat{f, r.period})
			}
		}
		out = append(out, siblings(ofHost)...)
	})
	var c candidate
	var pick, nr int64
	flush := func() {
		if len(c.calls) > 0 {
			picked <- c
		}
	}
	var flipped bool
	var list detect.List
	into := append([]any{&nr, &flipped}, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, callsQuery, nil, into, func() error {
		k := &known[nr-1]
		if k.pick != pick {
			flush()
			pick, c = k.pick, k.candidate
			c.name, c.byAddress = "", map[string][]detect.Call{}
		}
		calls, err := detect.Calls(&list, flipped)
		if err != nil {
			return err
		}
		if _, ok := c.byAddress[k.ip]; !ok {
			c.ips = append(c.ips, k.ip)
		}
		if _, err := netip.ParseAddr(k.name); c.name == "" && err != nil {
			c.name = k.name // an address in the place of a name is none
		}
		c.calls = append(c.calls, calls...)
		c.byAddress[k.ip] = append(c.byAddress[k.ip], calls...)
		return nil
	})
	if err == nil {
		flush()
	}
	close(picked)
	wg.Wait()
	if err != nil {
		return nil, fmt.Errorf("beacon: %w", err)
	}
	return out, nil
}

const day = 24 * 3600 * 1_000_000

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, rhythm, bool) {
	sortCalls(c.calls)
	r := best(c.calls)
	if r.strength < evident && len(c.ips) > 1 {
		r = c.narrow(r)
	}
	if r.strength == 0 {
		return detect.Finding{}, r, false
	}
	calls := c.calls[r.from:r.to]
	f := detect.Finding{
		Detector: "beacon", Stage: detect.Command, Src: c.host, Dst: c.ips[0], DstName: c.name, Label: c.label,
		Port: c.port, Proto: event.Proto(c.proto).String(), First: calls[0].TS, Last: calls[len(calls)-1].TS,
		Techniques: []string{"T1071.001", "T1029"}, Hours: detect.Hourly(calls), Places: detect.Places(calls, 5),
	}
	if c.proto != int(event.ProtoTCP) {
		f.Techniques = []string{"T1095", "T1029"}
	}
	night := map[int64]bool{}
	for _, x := range calls {
		f.Events++
		night[x.TS/3_600_000_000%24] = true
		if x.Attempt {
			f.Attempts++
			continue
		}
		f.BytesOut += x.Out
		f.BytesIn += x.In
		f.Incomplete = f.Incomplete || x.Missed > 0
	}
	f.Terms = terms(c, calls, r, &f, len(night))
	f.Reason = reason(c, r, &f)
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s opens these connections, and does the same program run on other hosts?", c.host)},
		{Where: "asset owner", Text: fmt.Sprintf("is %s a service that %s is meant to use: updates, monitoring, remote support?", detect.FarEnd(f.Dst, f.DstName, c.port), c.host)},
		{Where: "packets", Text: "do request and reply change with what the host does, or are they the same each time?"},
	}
	return f, r, f.Weight() > 0
}

// evident is from which strength on a rhythm needs no further look.
const evident = 0.5

// narrow looks for a clearer rhythm at one of the addresses behind a label, and
// keeps to that address if there is one.
func (c *candidate) narrow(r rhythm) rhythm {
	if len(c.ips) > mostAddresses {
		return r
	}
	ips := slices.Clone(c.ips)
	for _, ip := range ips {
		calls := c.byAddress[ip]
		sortCalls(calls)
		// The best of so many has to prove more.
		one := best(calls)
		one.strength -= 1.5 * math.Log10(float64(len(ips))) / proven
		if one.strength >= evident && one.strength > r.strength {
			r, c.calls, c.ips = one, calls, []string{ip}
		}
	}
	return r
}

// mostAddresses is up to how many addresses behind a label are looked at singly.
const mostAddresses = 64

func sortCalls(calls []detect.Call) {
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return cmp.Compare(a.TS, b.TS) })
}

func terms(c *candidate, calls []detect.Call, r rhythm, f *detect.Finding, hoursOfDay int) []detect.Term {
	ts := []detect.Term{detect.Periodic.Scaled(r.strength, detect.Span(r.period), r.jitter)}
	span := f.Last - f.First
	if hoursOfDay >= 20 && span >= day {
		ts = append(ts, detect.NightAndDay.Says(detect.Span(span)))
	}
	if f.Attempts == f.Events {
		if t := detect.KeepsCalling.Scaled(persistence(f.Attempts), f.Attempts); t.DB > 0 {
			ts = append(ts, t)
		}
		if all := (c.lookLast-c.lookFirst)/day + 1; all >= 3 && c.days >= all-1 {
			ts = append(ts, detect.ServerGone.Says(c.days))
		}
	}
	if r.beats < fewBeats {
		ts = append(ts, detect.FewBeats.Says(r.beats))
	}
	if span < shortRun {
		ts = append(ts, detect.ShortRun.Says(detect.Span(span)))
	}
	if size := median(calls); size >= transfer {
		ts = append(ts, detect.Transfers.Says(detect.Bytes(size)))
	}
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.labels, Name: c.name, Names: c.names, Port: c.port, Proto: c.proto,
	})...)
}

const (
	// fewBeats is up to how many beats a rhythm is short of proof.
	fewBeats = 12
	// shortRun is up to how long a rhythm may be that of one task.
	shortRun = 30 * 60 * 1_000_000
	// transfer is how many bytes a call carries, both ways, from which on it is
	// there for the bytes and does not wait for orders.
	transfer = 1_000_000
	// Unanswered calls begin to be persistent and are fully so.
	persistentFrom, persistentFull = 30, 200
)

// persistence grades how long a client kept trying, by orders of magnitude.
func persistence(attempts int64) float64 {
	return math.Log10(float64(attempts)/persistentFrom) / math.Log10(persistentFull/persistentFrom)
}

// median returns how many bytes an answered call carries, both ways.
func median(calls []detect.Call) int64 {
	var sizes []int64
	for _, c := range calls {
		if !c.Attempt {
			sizes = append(sizes, c.Out+c.In)
		}
	}
	if len(sizes) == 0 {
		return 0
	}
	slices.Sort(sizes)
	return sizes[len(sizes)/2]
}

func reason(c *candidate, r rhythm, f *detect.Finding) string {
	far := detect.FarEnd(f.Dst, f.DstName, c.port)
	if len(c.ips) > 1 {
		far += fmt.Sprintf(" and more addresses (%d)", len(c.ips)-1)
	}
	switch {
	case f.Attempts == f.Events:
		return fmt.Sprintf("%s tried to reach %s %d times, about every %s (jitter ± %d %%), and was never answered: a beacon of attempts, nothing left by it.",
			c.host, far, f.Attempts, detect.Span(r.period), r.jitter)
	case f.Attempts > 0:
		return fmt.Sprintf("%s called %s %d times, about every %s (jitter ± %d %%), %d of them attempts without an answer; %s went out.",
			c.host, far, f.Events, detect.Span(r.period), r.jitter, f.Attempts, detect.Bytes(f.BytesOut))
	}
	return fmt.Sprintf("%s called %s %d times, about every %s (jitter ± %d %%); %s went out.",
		c.host, far, f.Events, detect.Span(r.period), r.jitter, detect.Bytes(f.BytesOut))
}
