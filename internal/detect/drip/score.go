package drip

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"barium/internal/detect"
	"barium/internal/event"
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	daily := map[int64]int64{}
	for i := range c.pieces {
		for _, x := range c.pieces[i].calls {
			if !x.Attempt {
				daily[x.TS/dayMicros] += x.Out
			}
		}
	}
	s := strongest(daily)
	if s.active < fewDays || s.most*2 > s.total {
		return detect.Finding{}, false // one day of it is an upload, no drip
	}
	f, calls := c.finding(&s)
	f.Terms = c.terms(&f, &s, calls)
	f.Reason = c.reason(&f, &s)
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	f.Checks = []detect.Check{
		{Where: "data owner", Text: fmt.Sprintf("is %s meant to send data to %s every day, and since %s?", c.host, far, date(s.first))},
		{Where: "host", Text: fmt.Sprintf("which program and account on %s sends it, by which timer, and what was installed shortly before %s?", c.host, date(s.first))},
		{Where: "older logs", Text: fmt.Sprintf("did %s send to %s before the records begin?", c.host, far)},
	}
	return f, f.Weight() > 0
}

// finding adds up the connections of a spell and returns them in order of time.
func (c *candidate) finding(s *spell) (detect.Finding, []detect.Call) {
	f := detect.Finding{
		Detector: "drip", Stage: detect.Exfiltration, Techniques: []string{"T1029", "T1041"}, Records: detect.AnyPort,
		Src: c.host, DstName: c.name, Label: c.label,
	}
	type end struct {
		ip          string
		port, proto int
	}
	sent := map[end]int64{}
	var biggest, arrived int64
	var calls []detect.Call
	for i := range c.pieces {
		p := &c.pieces[i]
		e := end{p.ip, p.port, p.proto}
		for _, x := range p.calls {
			if day := x.TS / dayMicros; day < s.first || day > s.last {
				continue
			}
			calls = append(calls, x)
			f.Events++
			if x.Attempt {
				f.Attempts++
				continue
			}
			sent[e] += x.Out
			f.BytesOut += x.Out
			f.BytesIn += x.In
			f.Incomplete = f.Incomplete || x.Missed > 0
			if x.In > 0 && detect.Acknowledged(p.proto, p.port) {
				arrived += x.Out
			}
		}
		if sent[e] > biggest {
			biggest = sent[e]
			f.Dst, f.Port, f.Proto = p.ip, p.port, event.Proto(p.proto).String()
		}
	}
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return cmp.Compare(a.TS, b.TS) })
	f.First = calls[0].TS
	for _, x := range calls {
		f.Last = max(f.Last, x.TS+x.Duration)
	}
	f.Hours, f.Places = detect.Hourly(calls), largest(calls)
	f.Accepted, f.Estimated = detect.ContentOf(arrived), arrived > 0
	if c.bulk { // upload answers for the bytes
		f.Stage, f.Accepted, f.Estimated = detect.Command, 0, false
	}
	return f, calls
}

// largest returns places of portions, spread over the spell, or else of any.
func largest(calls []detect.Call) []detect.Place {
	var big []detect.Call
	for _, x := range calls {
		if x.Out >= detect.PortionBytes && !x.Attempt {
			big = append(big, x)
		}
	}
	if ps := detect.Places(big, 5); len(ps) > 0 {
		return ps
	}
	return detect.Places(calls, 5)
}

const (
	// even is within how many per cent of the median half of the days lie, where
	// each day is about the same.
	even = 15
	// evenFrom is how many active days that takes.
	evenFrom = 7
)

func (c *candidate) terms(f *detect.Finding, s *spell, calls []detect.Call) (ts []detect.Term) {
	if t := addsUp.Scaled(s.size(), detect.Bytes(s.total), days(s.days()), detect.Bytes(s.most)); t.DB > 0 {
		ts = append(ts, t)
	}
	if t := dayByDay.Scaled(s.diligence(), s.active, s.days()); t.DB > 0 {
		ts = append(ts, t)
	}
	if s.active >= evenFrom && s.spread <= even {
		ts = append(ts, evenDays.Says(detect.Bytes(s.median), s.spread))
	}
	if t, ok := detect.PortionTerm(calls); ok {
		ts = append(ts, t)
		f.Techniques = []string{"T1029", "T1030", "T1041"}
	}
	if r, ok := rise(c.level, s.first); ok {
		// A cumulative sum of 5 is a change, one of 100 beyond doubt.
		if t := levelRose.Scaled(math.Log10(r.sum/changed)/math.Log10(20), date(r.since), detect.Bytes(r.after), detect.Bytes(r.before), fmt.Sprintf("%.0f", r.sum)); t.DB > 0 {
			ts = append(ts, t)
		}
	}
	ts = append(ts, detect.BalanceTerms(f.BytesOut, f.BytesIn)...)
	ts = append(ts, c.innocence(f, s)...)
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: s.active, Labels: c.labels, Name: c.name, Names: c.names, Port: f.Port, Proto: c.pieces[0].proto,
	})...)
}

// innocence weighs what speaks for backups, people and calls.
func (c *candidate) innocence(f *detect.Finding, s *spell) (ts []detect.Term) {
	// Of the host, or of the records, hardly a day is known before.
	before := 0
	for d := range c.level {
		if d < s.first {
			before++
		}
	}
	if begin := c.lookFirst / dayMicros; before <= 1 && s.first-begin <= 4 {
		ts = append(ts, detect.UsualForHost.Says(s.active, c.lookLast/dayMicros-begin+1))
	}
	if !slices.ContainsFunc(c.pieces, func(p piece) bool { return !detect.UsedByCalls(p.proto, p.port) }) {
		ts = append(ts, detect.CallPort.Says(f.Port))
	}
	if c.others >= 5 {
		ts = append(ts, detect.MeetsMany.Says(c.others))
	}
	if atWork(f.Hours) {
		ts = append(ts, officeOnly.Says())
	}
	return ts
}

// atWork reports whether nearly all was sent in working hours.
func atWork(hours []detect.HourBytes) bool {
	var at, all int64
	for _, h := range hours {
		t := time.Unix(int64(h.Hour)*3600, 0).UTC()
		all += h.BytesOut
		if t.Hour() >= 6 && t.Hour() < 20 && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			at += h.BytesOut
		}
	}
	return at*20 >= all*19
}

func (c *candidate) reason(f *detect.Finding, s *spell) string {
	return fmt.Sprintf("%s sent %s to %s on %d of %s since %s, %s a day in the median, and received %s.",
		c.host, detect.Bytes(s.total), detect.FarEnd(f.Dst, f.DstName, f.Port), s.active, days(s.days()), date(s.first),
		detect.Bytes(s.median), detect.Bytes(f.BytesIn))
}

func days(n int64) string { return fmt.Sprintf("%d days", n) }

func date(day int64) string { return detect.Date(day * dayMicros) }
