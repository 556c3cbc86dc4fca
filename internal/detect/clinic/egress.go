package clinic

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/event"
	"barium/internal/ledger"
)

var (
	//go:embed clinic.sql
	hostQuery string
	//go:embed egress.sql
	egressQuery string
	//go:embed outside.sql
	outsideQuery string
)

// fewOut is up to how many bytes out a new far end says nothing: a look at its
// address, or an answer to a probe.
const fewOut = 20_000

// farEnd is a host and a far end outside.
type farEnd struct {
	host, label, far, name string
	port, proto            int
	outbound               bool
	users, hosts           int64
	labelFirst             int64
	first                  int64 // the host's first dealing with it
	days, labels           int64
	siblings               int64 // machines of the clinical network that deal with it
	late                   int64 // far ends of the host that are new
	lookFirst, lookLast    int64
	names                  bool
	calls                  []detect.Call
}

// findEgress finds new far ends outside of machines of the clinical network.
func findEgress(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	fresh := (l.Facts.First/day + learnDays) * day
	var c farEnd
	args := []any{fresh, l.Facts.First + day, fresh, fewOut}
	return eachFarEnd(ctx, l, egressQuery, args, &c, []any{
		&c.host, &c.label, &c.far, &c.name, &c.port, &c.proto, &c.users, &c.labelFirst, &c.first, &c.days, &c.labels, &c.siblings, &c.late,
	}, scoreEgress)
}

// findOutside finds clinical protocols with far ends outside.
func findOutside(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var c farEnd
	return eachFarEnd(ctx, l, outsideQuery, nil, &c, []any{
		&c.host, &c.label, &c.far, &c.name, &c.port, &c.proto, &c.outbound, &c.users, &c.labelFirst, &c.first, &c.days, &c.labels,
	}, scoreOutside)
}

// eachFarEnd runs a query whose rows begin with the columns in into and end with
// those of a list, and scores each far end of a host.
func eachFarEnd(ctx context.Context, l *ledger.Look, query string, args []any, row *farEnd, into []any, score func(*farEnd) (detect.Finding, bool)) (out []detect.Finding, err error) {
	var c farEnd
	var flipped bool
	var list detect.List
	flush := func() {
		if len(c.calls) == 0 {
			return
		}
		if f, ok := score(&c); ok {
			out = append(out, f)
		}
	}
	err = ledger.Steps(ctx, l.Store, query, args, append(append(into, &flipped), detect.Scan(&list)...), func() error {
		if row.host != c.host || row.label != c.label || row.outbound != c.outbound {
			flush()
			c = *row
			c.hosts, c.lookFirst, c.lookLast, c.names = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
		}
		calls, err := detect.Calls(&list, flipped)
		c.calls = append(c.calls, calls...)
		return err
	})
	flush()
	return out, err
}

// finding begins a finding about a far end, and tells the most that left in a day.
func (c *farEnd) finding() (f detect.Finding, top int64) {
	f = detect.Finding{
		Detector: "clinic", Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Port: c.port, Proto: event.Proto(c.proto).String(),
		First: c.calls[0].TS, Hours: detect.Hourly(c.calls), Places: detect.Places(c.calls, 5), Records: detect.AnyPort,
	}
	perDay := map[int64]int64{}
	for i := range c.calls {
		x := &c.calls[i]
		f.Events++
		f.First, f.Last = min(f.First, x.TS), max(f.Last, x.TS+x.Duration)
		if x.Attempt {
			f.Attempts++
			continue
		}
		f.BytesOut += x.Out
		f.BytesIn += x.In
		f.Incomplete = f.Incomplete || x.Missed > 0
		perDay[x.TS/day] += x.Out
		top = max(top, perDay[x.TS/day])
	}
	f.Stage, f.Techniques = detect.Command, []string{"T1071"}
	if f.BytesOut >= 1_000_000 && f.BytesOut >= 4*f.BytesIn {
		f.Stage, f.Techniques = detect.Exfiltration, []string{"T1041"}
		f.Accepted, f.Estimated = f.BytesOut, true
	}
	return f, top
}

func (c *farEnd) facts() detect.FarEndFacts {
	return detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.labels, Name: c.name, Names: c.names, Port: c.port, Proto: c.proto,
	}
}

// scoreEgress weighs a new far end of a machine of the clinical network.
func scoreEgress(c *farEnd) (detect.Finding, bool) {
	f, top := c.finding()
	learned := recordDay(c.first, c.lookFirst) - 1
	// A week without a new far end says all; who gets two in that time says half.
	share := min(1, float64(learned)/7) / float64(max(c.late, 1))
	f.Terms = append(f.Terms, fixedPeers.Scaled(share, c.labels-c.late, learned))
	if t := deviceSent.Scaled(grade(float64(top), 1e6, 1e9), detect.Bytes(top)); t.DB > 0 {
		f.Terms = append(f.Terms, t)
	}
	f.Terms = append(f.Terms, balance(f.BytesOut, f.BytesIn)...)
	if c.siblings >= 2 {
		f.Terms = append(f.Terms, maker.Says(c.siblings-1))
	}
	f.Terms = append(f.Terms, detect.FarEndTerms(c.facts())...)
	far := detect.FarEnd(c.far, c.name, c.port)
	f.Reason = fmt.Sprintf("%s, a machine of the clinical network, first dealt with %s on %s, after %d days with %d far ends outside; it sent %s and received %s.",
		c.host, far, detect.Date(c.first), learned, c.labels-c.late, detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn))
	f.Checks = []detect.Check{
		{Where: "maker", Text: fmt.Sprintf("does the maker of %s name %s as an address of its service? Was there a maintenance on that day?", c.host, far)},
		{Where: "firewall", Text: fmt.Sprintf("which rule lets %s out to it, since when, and who asked for it?", c.host)},
	}
	return f, f.Weight() > 0
}
