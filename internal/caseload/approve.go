package caseload

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"time"

	"barium/internal/detect"
	"barium/internal/event"
	"barium/internal/ledger"
	"barium/internal/site"
)

//go:embed approve.sql
var approveQuery string

// ApprovalDetector is what findings are called that say that more was sent than
// approved.
const ApprovalDetector = "approval"

// Use is what an approval was used for.
type Use struct {
	Approval *site.Approval
	Bytes    int64 // in its direction, within ceiling, hours and expiry
	Days     int   // on which it was used
	Most     int64 // in a day, beyond its ceiling too
	Exceeded int   // days on which the ceiling was exceeded
	Excess   int64 // bytes above the ceiling
	Late     int64 // bytes after its expiry
}

// pair is a host and a far end that approvals are about.
type pair struct {
	host, far, name, label string
	port, proto            int
	approvals              []int
}

// hour is what went over a pair in an hour.
type hour struct {
	pair                      int
	hour                      uint32
	out, in, events, attempts int64
}

// balance is what approvals say of a host and label.
type balance struct {
	approved int64
	days     map[int]map[uint32]int64 // excess by approval and day
	held     []int                    // approvals that covered something
	expired  []int                    // that would have
	hours    []hour                   // all traffic
}

// Approve lets the house's approvals speak: what they cover is explained, and
// what exceeds them is a finding. The look's views are asked; without approvals
// nothing is.
func Approve(ctx context.Context, l *ledger.Look, fs []detect.Finding, c *site.Context) ([]detect.Finding, []Use, error) {
	if c == nil || len(c.Approvals) == 0 {
		return fs, nil, nil
	}
	pairs, err := approvedPairs(ctx, l, c)
	if err != nil {
		return nil, nil, fmt.Errorf("what approvals are about: %w", err)
	}
	var hours []hour
	var h hour
	err = ledger.Each(ctx, l.Store, approveQuery, nil, []any{&h.pair, &h.hour, &h.out, &h.in, &h.events, &h.attempts}, func() error {
		hours = append(hours, h)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("traffic of approvals: %w", err)
	}
	uses := make([]Use, len(c.Approvals))
	balances := settle(c, pairs, hours, uses)
	out := slices.Clone(fs)
	spoke := map[ledger.Member]int{} // where the finding of exfiltration stands
	for i := range out {
		f := &out[i]
		m := ledger.Member{Host: f.Src, Label: f.Label}
		b := balances[m]
		if b == nil || f.Records == detect.Lookups {
			continue
		}
		f.Terms = slices.Clone(f.Terms)
		b.explain(f, c)
		if _, ok := spoke[m]; f.Stage == detect.Exfiltration && !ok {
			spoke[m] = i
		}
	}
	members := make([]ledger.Member, 0, len(balances))
	for m := range balances {
		members = append(members, m)
	}
	slices.SortFunc(members, func(a, b ledger.Member) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Label, b.Label))
	})
	for _, m := range members {
		b := balances[m]
		t, a, ok := b.excess(c)
		if !ok {
			continue
		}
		if i, ok := spoke[m]; ok {
			out[i].Terms = append(out[i].Terms, t)
			out[i].Entities = append(out[i].Entities, detect.Entity{Kind: detect.KindAccount, Value: a.Owner})
			continue
		}
		f := b.finding(m, pairs, a, t)
		if f.Places, err = placesOf(ctx, l, b, pairs, &f); err != nil {
			return nil, nil, err
		}
		out = append(out, f)
	}
	return out, uses, nil
}

// approvedPairs fills the table approved_pair with what approvals are about.
func approvedPairs(ctx context.Context, l *ledger.Look, c *site.Context) (pairs []pair, err error) {
	type ids struct {
		host, far uint32
		outbound  bool
	}
	var all []ids
	var p pair
	var id ids
	var first int64
	err = ledger.Each(ctx, l.Store, `SELECT c.host, c.far, c.outbound, h.ip, f.ip, coalesce(b.text, a.text, ''), t.text, c.port, c.proto, c.first
		FROM contact c
		JOIN place h ON h.address = c.host
		JOIN place f ON f.address = c.far
		JOIN label t ON t.label = c.label
		LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
		LEFT JOIN best_answered a ON a.address = c.far
		ORDER BY h.ip, f.ip, c.port, c.proto, c.outbound`,
		nil, []any{&id.host, &id.far, &id.outbound, &p.host, &p.far, &p.name, &p.label, &p.port, &p.proto, &first}, func() error {
			p.approvals = nil
			for i := range c.Approvals {
				if c.Covers(&c.Approvals[i], p.host, p.far, p.name, p.label, first) {
					p.approvals = append(p.approvals, i)
				}
			}
			if len(p.approvals) > 0 {
				pairs, all = append(pairs, p), append(all, id)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	if err := l.Exec(ctx, "CREATE OR REPLACE TABLE approved_pair (pair INTEGER, host UINTEGER, far UINTEGER, port INTEGER, proto INTEGER, outbound BOOLEAN)"); err != nil {
		return nil, err
	}
	return pairs, l.Fill(ctx, "approved_pair", func(add func(...any) error) error {
		for i, p := range pairs {
			if err := add(int32(i), all[i].host, all[i].far, int32(p.port), int32(p.proto), all[i].outbound); err != nil {
				return err
			}
		}
		return nil
	})
}

// settle books the traffic, in order of time, to the approvals that hold, each up
// to its ceiling a day.
func settle(c *site.Context, pairs []pair, hours []hour, uses []Use) map[ledger.Member]*balance {
	type day struct {
		approval int
		day      uint32
	}
	booked, all := map[day]int64{}, map[day]int64{}
	over := map[day]int64{}
	balances := map[ledger.Member]*balance{}
	for i := range uses {
		uses[i].Approval = &c.Approvals[i]
	}
	for _, h := range hours {
		p := &pairs[h.pair]
		m := ledger.Member{Host: p.host, Label: p.label}
		for _, i := range p.approvals { // what was received counts as used, and explains nothing
			if a := &c.Approvals[i]; a.Direction == site.In && a.At(h.hour) {
				all[day{i, h.hour / 24}] += h.in
				booked[day{i, h.hour / 24}] += h.in
			}
		}
		b := balances[m]
		rest, held := h.out, -1
		for _, i := range p.approvals {
			a := &c.Approvals[i]
			if a.Direction != site.Out {
				continue
			}
			if b == nil {
				b = &balance{days: map[int]map[uint32]int64{}}
				balances[m] = b
			}
			k := day{i, h.hour / 24}
			switch {
			case a.At(h.hour):
				if held < 0 {
					held = i
				}
				take := min(rest, a.Ceiling-booked[k])
				booked[k] += take
				all[k] += take
				rest -= take
				b.approved += take
				b.held = with(b.held, i)
			case !time.Unix(int64(h.hour)*3600, 0).Before(a.Expiry):
				uses[i].Late += h.out
				b.expired = with(b.expired, i)
			}
		}
		if b != nil {
			b.hours = append(b.hours, h)
		}
		if held >= 0 && rest > 0 {
			k := day{held, h.hour / 24}
			all[k] += rest
			over[k] += rest
			if b.days[held] == nil {
				b.days[held] = map[uint32]int64{}
			}
			b.days[held][k.day] += rest
		}
	}
	for k, n := range all {
		u := &uses[k.approval]
		if n > 0 {
			u.Days++
		}
		u.Bytes += min(booked[k], u.Approval.Ceiling)
		u.Most = max(u.Most, n)
		if x := max(over[k], n-u.Approval.Ceiling); tooMuch(x, u.Approval) {
			u.Exceeded++
			u.Excess += x
		}
	}
	return balances
}

// tooMuch tells whether so much above a ceiling is worth a word.
func tooMuch(excess int64, a *site.Approval) bool {
	return excess > 1_000_000 && excess > a.Ceiling/100
}

func with(list []int, i int) []int {
	if slices.Contains(list, i) {
		return list
	}
	return append(list, i)
}

// explain adds to a finding what approvals say of it.
func (b *balance) explain(f *detect.Finding, c *site.Context) {
	owner := func(a *site.Approval) {
		f.Entities = append(slices.Clone(f.Entities), detect.Entity{Kind: detect.KindAccount, Value: a.Owner}, detect.Entity{Kind: detect.KindName, Value: a.Ticket})
	}
	if len(b.held) == 0 {
		for _, i := range b.expired {
			a := &c.Approvals[i]
			f.Terms = append(f.Terms, detect.ApprovalExpired.Says(a.Owner, a.Ticket, a.LastDay()))
			owner(a)
		}
		return
	}
	a := &c.Approvals[b.held[0]]
	owner(a)
	if f.Stage != detect.Exfiltration {
		f.Terms = append(f.Terms, detect.ApprovedPartner.Says(a.Owner, a.Ticket))
		return
	}
	f.Approved = min(b.approved, f.BytesOut)
	rest := f.BytesOut - f.Approved
	if rest <= f.BytesOut/100 {
		f.Terms = append(f.Terms, detect.ApprovedFlow.Says(a.Owner, a.Ticket, detect.Bytes(a.Ceiling), a.LastDay()))
		f.Accepted = 0
		return
	}
	f.Terms = append(f.Terms, detect.ApprovedPart.Says(a.Owner, a.Ticket, detect.Bytes(f.Approved), detect.Bytes(rest)+" exceed its ceiling, or lie outside its hours and days"))
	f.Accepted = max(0, f.Accepted-f.Approved)
}

// excess says by how much approvals were exceeded, and names the first.
func (b *balance) excess(c *site.Context) (t detect.Term, a *site.Approval, ok bool) {
	for _, i := range b.held {
		a := &c.Approvals[i]
		var over int64
		n := 0
		for _, x := range b.days[i] {
			if tooMuch(x, a) {
				over += x
				n++
			}
		}
		if n == 0 {
			continue
		}
		days := map[uint32]bool{}
		for _, h := range b.hours {
			days[h.hour/24] = true
		}
		return detect.ExceedsApproval.Says(a.Owner, a.Ticket, detect.Bytes(over), detect.Bytes(a.Ceiling), n, len(days)), a, true
	}
	return t, nil, false
}

// finding says that more was sent than approved, where no detector speaks of it.
func (b *balance) finding(m ledger.Member, pairs []pair, a *site.Approval, t detect.Term) detect.Finding {
	f := detect.Finding{
		Detector: ApprovalDetector, Stage: detect.Exfiltration, Techniques: []string{"T1048"}, Src: m.Host, Label: m.Label,
		Records: detect.AnyPort, Estimated: true, Terms: []detect.Term{t},
		Entities: []detect.Entity{{Kind: detect.KindAccount, Value: a.Owner}, {Kind: detect.KindName, Value: a.Ticket}},
	}
	over := map[uint32]bool{}
	var excess int64
	for _, days := range b.days {
		for d, n := range days {
			over[d] = true
			excess += n
		}
	}
	var most int64 = -1
	for _, h := range b.hours {
		if !over[h.hour/24] {
			continue
		}
		if f.First == 0 {
			f.First = int64(h.hour) * 3_600_000_000
		}
		f.Last = int64(h.hour+1)*3_600_000_000 - 1
		f.BytesOut += h.out
		f.BytesIn += h.in
		f.Events += h.events
		f.Attempts += h.attempts
		if n := len(f.Hours); n > 0 && f.Hours[n-1].Hour == h.hour {
			f.Hours[n-1].BytesOut += h.out
		} else {
			f.Hours = append(f.Hours, detect.HourBytes{Hour: h.hour, BytesOut: h.out})
		}
		if h.out > most {
			p := &pairs[h.pair]
			most, f.Dst, f.DstName, f.Port, f.Proto = h.out, p.far, p.name, p.port, event.Proto(p.proto).String()
		}
	}
	f.Approved = f.BytesOut - excess
	if f.BytesIn > 0 {
		f.Accepted = excess / 100 * 95 // as of any upload of which no log says what it was
	}
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	f.Reason = fmt.Sprintf("%s sent %s to %s on the days on which it exceeded what %s approved (%s): %s above the ceiling.",
		f.Src, detect.Bytes(f.BytesOut), far, a.Owner, a.Ticket, detect.Bytes(excess))
	f.Checks = []detect.Check{{Where: "owner of the flow", Text: fmt.Sprintf("%s (%s): why did %s send more than the ceiling, and what was it?", a.Owner, a.Ticket, f.Src)}}
	return f
}

// placesOf finds the largest connections of a finding.
func placesOf(ctx context.Context, l *ledger.Look, b *balance, pairs []pair, f *detect.Finding) ([]detect.Place, error) {
	far := map[string]bool{}
	for _, h := range b.hours {
		far[pairs[h.pair].far] = true
	}
	var calls []detect.Call
	var flipped bool
	var list detect.List
	var ip string
	into := append([]any{&ip, &flipped}, detect.Scan(&list)...)
	err := ledger.Each(ctx, l.Store, `SELECT p.ip, f.flipped, f.first, f.last, f.duration, f.bytes_orig, f.bytes_resp, f.seq, x.lists FROM opened f
		JOIN place s ON s.address = f.host
		JOIN place p ON p.address = f.far
		JOIN opened_list x ON x.block = f.block
		WHERE s.ip = ? AND f.hour >= ? AND f.hour <= ? AND f.bytes_out > 0
		ORDER BY f.bytes_out DESC, f.first, p.ip, f.port, f.last`,
		[]any{f.Src, f.First / 3_600_000_000, f.Last / 3_600_000_000}, into, func() error {
			if !far[ip] || len(calls) > 1000 {
				return nil
			}
			some, err := detect.Calls(&list, flipped)
			calls = append(calls, some...)
			return err
		})
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return cmp.Or(cmp.Compare(b.Out, a.Out), cmp.Compare(a.TS, b.TS)) })
	return detect.Places(calls[:min(len(calls), 50)], 4), err
}
