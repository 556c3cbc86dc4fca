package cloud

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"barium/internal/detect"
	"barium/internal/event"
)

const dayMicros = 24 * 3600 * 1_000_000

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	f := c.finding()
	if f.BytesOut == 0 {
		return f, false
	}
	f.Terms = c.terms(&f)
	f.Reason = c.reason(&f)
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	f.Checks = []detect.Check{
		{Where: "data owner", Text: fmt.Sprintf("does the house use %s, and was %s meant to send it data?", c.service, c.host)},
		{Where: "host", Text: fmt.Sprintf("which program on %s sent to %s (also under another name), and is its configuration, with the account, still there?", c.host, far)},
		{Where: "provider", Text: fmt.Sprintf("ask %s to keep the account and its log of uploads", c.service)},
	}
	return f, f.Weight() > 0
}

// finding adds up the connections.
func (c *candidate) finding() detect.Finding {
	f := detect.Finding{
		Detector: "cloud", Stage: detect.Exfiltration, Techniques: []string{"T1567.002"}, Records: detect.AnyPort,
		Src: c.host, DstName: c.name, Label: c.label,
	}
	sent := map[string]int64{}
	var biggest int64 = -1
	var arrived int64
	var calls []detect.Call
	for i := range c.pieces {
		p := &c.pieces[i]
		for _, x := range p.calls {
			calls = append(calls, x)
			f.Events++
			if x.Attempt {
				f.Attempts++
				continue
			}
			sent[p.ip] += x.Out
			f.BytesOut += x.Out
			f.BytesIn += x.In
			f.Incomplete = f.Incomplete || x.Missed > 0
			if x.In > 0 && detect.Acknowledged(p.proto, p.port) {
				arrived += x.Out
			}
		}
		if sent[p.ip] > biggest {
			biggest = sent[p.ip]
			f.Dst, f.Port, f.Proto = p.ip, p.port, event.Proto(p.proto).String()
		}
	}
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return cmp.Compare(a.TS, b.TS) })
	f.First = calls[0].TS
	for _, x := range calls {
		f.Last = max(f.Last, x.TS+x.Duration)
	}
	f.Hours, f.Places = detect.Hourly(calls), detect.Places(calls, 5)
	f.Accepted, f.Estimated = detect.ContentOf(arrived), arrived > 0
	if c.bulk { // upload answers for the bytes
		f.Stage, f.Accepted, f.Estimated = detect.Command, 0, false
	}
	return f
}

// strongest returns the most that a host sent the service in a day.
func strongest(days []used) (n int64) {
	for _, u := range days {
		n = max(n, u.bytes)
	}
	return n
}

func (c *candidate) terms(f *detect.Finding) (ts []detect.Term) {
	switch {
	case c.drop:
		ts = append(ts, drop.Says(c.service))
	case c.listed:
		ts = append(ts, storage.Says(c.service))
	}
	if c.tool != "" {
		ts = append(ts, copied.Says(c.tool))
		if c.toolUsers >= 5 {
			ts = append(ts, toolOfHouse.Says(c.toolUsers, c.tool))
		}
	}
	ts = append(ts, c.volume(f)...)
	first := c.lookLast
	for _, days := range c.users {
		first = min(first, days[0].first)
	}
	own := c.users[c.host][0].first
	if day := own/dayMicros - c.hostFirst/dayMicros + 1; day > 3 {
		ts = append(ts, firstUse.Says(detect.Date(own), day))
	}
	facts := detect.FarEndFacts{
		Users: int64(len(c.users)), Hosts: c.hosts, First: first, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.labels, Name: c.name, Names: c.names, Port: f.Port, Proto: c.pieces[0].proto,
	}
	// What many use is innocent; but where one sends far more than all others, it is
	// that which is rare, not the service.
	if most, _ := c.others(); facts.Users >= 5 {
		ratio := float64(strongest(c.users[c.host])) / float64(max(most, leastUpload))
		if t := rareVolume.Scaled(math.Log10(ratio/10), facts.Users-1); t.DB > 0 {
			ts = append(ts, t)
			facts.Users = 0
		}
	}
	return append(ts, detect.FarEndTerms(facts)...)
}

// leastUpload is what nobody would call an upload, in bytes a day.
const leastUpload = 1_000_000

// others returns the most that another user sent the service in a day, and how
// many of them sent at least half as much as the host.
func (c *candidate) others() (most, asMuch int64) {
	top := strongest(c.users[c.host])
	for host, days := range c.users {
		if n := strongest(days); host != c.host {
			most = max(most, n)
			if n*2 >= top {
				asMuch++
			}
		}
	}
	return most, asMuch
}

// volume compares the strongest day with the service's other users, with the
// host's other days and with what came back.
func (c *candidate) volume(f *detect.Finding) (ts []detect.Term) {
	own := c.users[c.host]
	top := strongest(own)
	if t := detect.MuchInADay.Scaled(math.Log10(float64(top)/10e6)/3, detect.Bytes(top)); t.DB > 0 {
		ts = append(ts, t)
	}
	most, asMuch := c.others()
	others := int64(len(c.users) - 1)
	switch {
	case others > 0 && asMuch == 0:
		// Twice the next says nothing, a hundred times all.
		ratio := float64(top) / float64(max(most, leastUpload))
		if t := aboveUsers.Scaled(math.Log10(ratio/2)/math.Log10(50)*math.Min(1, float64(others)/5), detect.Times(ratio), others); t.DB > 0 {
			ts = append(ts, t)
		}
	case asMuch >= 3:
		ts = append(ts, asOthers.Says(asMuch, others))
	}
	ts = append(ts, detect.BalanceTerms(f.BytesOut, f.BytesIn)...)
	alike := int64(0)
	for _, u := range own {
		if u.bytes*4 >= top {
			alike++
		}
	}
	if age := own[0].first/dayMicros - c.lookFirst/dayMicros; alike >= 3 && age <= 1 {
		ts = append(ts, detect.UsualForHost.Says(alike, c.lookLast/dayMicros-c.lookFirst/dayMicros+1))
	}
	if top < 50_000_000 {
		ts = append(ts, detect.SmallVolume.Says(detect.Bytes(top)))
	}
	return ts
}

func (c *candidate) reason(f *detect.Finding) string {
	by := ""
	if c.tool != "" {
		by = " by " + c.tool
	}
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	what := ""
	if c.listed {
		what = ", storage of " + c.service
	}
	return fmt.Sprintf("%s sent %s to %s%s%s within %s; %s.", c.host, detect.Bytes(f.BytesOut), far, what, by,
		detect.Span(max(f.Last-f.First, 1_000_000)), users(int64(len(c.users))-1, c.hosts))
}

func users(others, hosts int64) string {
	if others == 0 {
		return fmt.Sprintf("no other of %d hosts uses it", hosts)
	}
	return fmt.Sprintf("%d of %d hosts use it too", others, hosts-1)
}
