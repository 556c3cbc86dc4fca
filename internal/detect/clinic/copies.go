package clinic

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"

	"barium/internal/detect"
	"barium/internal/ledger"
)

//go:embed copies.sql
var copiesQuery string

const (
	// leastCopy is how many bytes a copy has at least: a program, not a question.
	leastCopy = 50_000
	// fewCopies is from how many machines on the same amount is no chance.
	fewCopies = 5
	// sameWithin is how much, as a divisor, amounts may differ that are the same
	// file: names of machines and shares differ in length.
	sameWithin = 100
)

// write is one connection by which something was written.
type write struct {
	server string
	day    int64
	call   detect.Call
}

// writer is a host that wrote to many machines.
type writer struct {
	host                string
	writers, hosts      int64
	askers              int64 // hosts inside that ask it for something
	device              bool
	lookFirst, lookLast int64
	writes              []write // in order of days
}

func findCopies(ctx context.Context, l *ledger.Look) (out []detect.Finding, err error) {
	var all []writer
	var c writer
	var w write
	var flipped bool
	var hosts int64
	var list detect.List
	if err := ledger.One(ctx, l.Store, "SELECT count(DISTINCT o.client) FROM oriented o JOIN place p ON p.address = o.client AND p.inside AND NOT p.special", &hosts); err != nil {
		return nil, err
	}
	into := append([]any{&c.host, &w.server, &w.day, &c.writers, &c.askers, &c.device, &flipped}, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, copiesQuery, []any{leastCopy, fewCopies}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != c.host {
			c.hosts, c.lookFirst, c.lookLast, c.writes = hosts, l.Facts.First, l.Facts.Last, nil
			all = append(all, c)
		}
		calls, err := detect.Calls(&list, flipped)
		x := &all[len(all)-1]
		for _, call := range calls {
			if !call.Attempt && call.Out >= leastCopy {
				w.call = call
				x.writes = append(x.writes, w)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		if f, ok := scoreCopies(&all[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// same returns the writes of one amount to the most machines among ws, one for each
// machine, and how many machines these are.
func same(ws []write) (best []write) {
	ws = slices.Clone(ws)
	slices.SortStableFunc(ws, func(a, b write) int { return cmp.Compare(a.call.Out, b.call.Out) })
	count := map[string]int{}
	from := 0
	most, at, until := 0, 0, 0
	for i := range ws {
		count[ws[i].server]++
		for ws[i].call.Out-ws[from].call.Out > ws[from].call.Out/sameWithin {
			if count[ws[from].server]--; count[ws[from].server] == 0 {
				delete(count, ws[from].server)
			}
			from++
		}
		if len(count) > most {
			most, at, until = len(count), from, i+1
		}
	}
	seen := map[string]bool{}
	for _, w := range ws[at:until] {
		if !seen[w.server] {
			seen[w.server] = true
			best = append(best, w)
		}
	}
	return best
}

// scoreCopies weighs one writer by the day on which it copied to the most machines.
func scoreCopies(c *writer) (detect.Finding, bool) {
	var best []write
	days, first := int64(0), int64(0)
	for i := 0; i < len(c.writes); {
		n := i
		for n < len(c.writes) && c.writes[n].day == c.writes[i].day {
			n++
		}
		if found := same(c.writes[i:n]); len(found) >= fewCopies {
			if days++; days == 1 {
				first = c.writes[i].day * day
			}
			if len(found) > len(best) {
				best = found
			}
		}
		i = n
	}
	f := detect.Finding{Detector: "clinic", Stage: detect.Movement, Techniques: []string{"T1021.002", "T1570"}, Src: c.host, Proto: "tcp", Port: 445, Records: detect.AnyPort}
	if len(best) == 0 {
		return f, false
	}
	amount := best[len(best)/2].call.Out
	slices.SortStableFunc(best, func(a, b write) int {
		return cmp.Or(cmp.Compare(a.call.TS, b.call.TS), cmp.Compare(a.server, b.server))
	})
	var calls []detect.Call
	for _, w := range best {
		calls = append(calls, w.call)
		f.Last = max(f.Last, w.call.TS+w.call.Duration)
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: w.server})
		f.With(w.server, 0) // 139 or 445
	}
	f.Dst, f.Label, f.First, f.Events, f.Places = best[0].server, best[0].server, best[0].call.TS, int64(len(best)), detect.Places(calls, 5)
	f.Terms = append(f.Terms, sameAmount.Scaled(0.4+0.6*grade(float64(len(best)), fewCopies, 25), detect.Bytes(amount), len(best)))
	if c.device {
		f.Terms = append(f.Terms, deviceWrites.Says())
	}
	if t := fewWriters.Scaled(grade(float64(c.hosts)/float64(max(c.writers, 1)), 2, 50), c.writers, c.hosts); t.DB > 0 {
		f.Terms = append(f.Terms, t)
	}
	switch age := recordDay(first, c.lookFirst); {
	case days >= 3:
		f.Terms = append(f.Terms, usualCopies.Says(days))
	case age > learnDays:
		f.Terms = append(f.Terms, newCopies.Says(detect.Date(first), age))
	}
	if c.askers >= 10 {
		f.Terms = append(f.Terms, servesMany.Says(c.askers))
	}
	f.Reason = fmt.Sprintf("%s wrote the same amount, %s give or take 1 %%, to the file shares of %d machines within %s on %s, %s first.",
		c.host, detect.Bytes(amount), len(best), detect.Span(max(f.Last-f.First, 1)), detect.Date(f.First), f.Dst)
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program and account on %s wrote to these shares? Does it distribute software?", c.host)},
		{Where: "targets", Text: fmt.Sprintf("what was written to ADMIN$ or C$ of %s at that time, and did a service start from it?", f.Dst)},
	}
	return f, f.Weight() > 0
}
