package caseload

import (
	"fmt"
	"slices"

	"barium/internal/detect"
	"barium/internal/ledger"
)

// Standing is what people said of a case, in the order of the list.
type Standing int

// Standings.
const (
	Confirmed Standing = iota - 1 // a named person says that it is theft
	Open                          // nobody judged it, or what they said holds no more
	Benign                        // a named person says that it is innocent
)

// State is what a judgement is worth now.
type State string

// States of a judgement.
const (
	Holds      State = "holds"
	Exceeded   State = "exceeded"   // the case is more than what was judged
	Expired    State = "expired"    // the records go on after its last day
	Superseded State = "superseded" // somebody judged the case again
	Withdrawn  State = "withdrawn"
)

// Judged is a judgement about a case.
type Judged struct {
	ledger.Judgement
	State State
	Why   []string // what exceeds it
}

// A far end is sent much more than what was judged when it is sent twice as much
// in a day, and moreBytes on top.
const moreBytes = 1_000_000

// ScopeOf returns what a judgement of a case is about: each of its hosts with
// the far ends and the detectors that spoke, and how much was sent in a day.
func ScopeOf(c *Case) (out []ledger.Scope) {
	for i := range c.Findings {
		f := &c.Findings[i]
		x := ledger.Scope{Host: f.Src, Label: f.Label, Detector: f.Detector, DayBytes: mostInADay(f)}
		same := func(o ledger.Scope) bool { return o.Host == x.Host && o.Label == x.Label && o.Detector == x.Detector }
		if n := slices.IndexFunc(out, same); n >= 0 {
			out[n].DayBytes = max(out[n].DayBytes, x.DayBytes)
			continue
		}
		out = append(out, x)
	}
	return out
}

// mostInADay is the most that a finding saw leave in a day (UTC).
func mostInADay(f *detect.Finding) (most int64) {
	days := map[uint32]int64{}
	for _, h := range f.Hours {
		days[h.Hour/24] += h.BytesOut
		most = max(most, days[h.Hour/24])
	}
	if len(f.Hours) == 0 {
		return f.BytesOut
	}
	return most
}

// Judge applies judgements to cases and ranks them anew. asOf is the end of the
// records, in microseconds: judgements expire by the time of the records, so
// that the same records and judgements give the same answer on any day.
func Judge(cases []Case, judgements []ledger.Judgement, asOf int64) {
	for i := range cases {
		cases[i].judge(judgements, asOf)
	}
	Rank(cases)
}

func (c *Case) judge(judgements []ledger.Judgement, asOf int64) {
	c.Standing, c.Judged = Open, nil
	last := -1 // the latest that is in force
	for _, j := range judgements {
		if !c.concerns(&j) {
			continue
		}
		x := Judged{Judgement: j, State: Holds}
		switch {
		case j.Withdrawn != 0:
			x.State = Withdrawn
		case j.Until != 0 && asOf > j.Until:
			x.State = Expired
		default:
			last = len(c.Judged)
		}
		c.Judged = append(c.Judged, x)
	}
	if last < 0 {
		return
	}
	verdict := c.Judged[last].Verdict
	var inForce []*Judged
	for i := len(c.Judged) - 1; i >= 0; i-- {
		x := &c.Judged[i]
		switch {
		case x.State != Holds:
		case x.Verdict != verdict:
			x.State = Superseded
			verdict = "" // and so is what it had superseded
		case verdict == "":
			x.State = Superseded
		default:
			inForce = append(inForce, x)
		}
	}
	if c.Judged[last].Verdict == ledger.VerdictTheft {
		c.Standing = Confirmed
		c.Level = max(c.Level, SignsSeen)
		if c.Loss.Accepted > 0 {
			c.Level = Left
		}
		return
	}
	if why := c.beyond(inForce); len(why) > 0 {
		for _, x := range inForce {
			x.State, x.Why = Exceeded, why
		}
		return
	}
	c.Standing, c.Level = Benign, NoneSeen
}

// concerns tells whether a judgement is about a host and far end of the case.
func (c *Case) concerns(j *ledger.Judgement) bool {
	return slices.ContainsFunc(j.Scope, func(x ledger.Scope) bool {
		return slices.ContainsFunc(c.Findings, func(f detect.Finding) bool { return f.Src == x.Host && f.Label == x.Label })
	})
}

// beyond says what of a case none of the judgements is about.
func (c *Case) beyond(js []*Judged) (why []string) {
	add := func(s string) {
		if !slices.Contains(why, s) {
			why = append(why, s)
		}
	}
	for i := range c.Findings {
		f := &c.Findings[i]
		var met, spoke bool
		var most int64 = -1
		for _, j := range js {
			for _, x := range j.Scope {
				if x.Host != f.Src || x.Label != f.Label {
					continue
				}
				met = true
				if x.Detector == f.Detector {
					spoke = true
					most = max(most, x.DayBytes)
				}
			}
		}
		day := mostInADay(f)
		switch {
		case !met:
			add(fmt.Sprintf("%s and %s are new in the case", f.Src, f.Label))
		case !spoke:
			add(fmt.Sprintf("%s says of %s and %s what was not judged", f.Detector, f.Src, f.Label))
		case day > 2*most+moreBytes:
			add(fmt.Sprintf("%s sent %s in a day to %s; when it was judged, it was %s", f.Src, detect.Bytes(day), f.Label, detect.Bytes(most)))
		}
	}
	return why
}
