package caseload

import (
	"cmp"
	"math"
	"slices"

	"barium/internal/detect"
)

// The bounds of the verdict, in decibans, and of what is shown at all. With a
// prior of one theft on 10,000 hosts in a month, 40 dB are even odds.
const (
	Signs    = 30 // a case of this weight is a sign of theft
	DataLeft = 40 // with content accepted outside: data left, unexplained
	Listed   = 20 // a lighter case is not shown; its findings count as weak
)

// Level is what a case, or all cases, amount to.
type Level int

// Levels in rising order.
const (
	NoneSeen Level = iota
	SignsSeen
	Left
)

// Case is findings about connected hosts and far ends.
type Case struct {
	ID       string
	Weight   float64
	Level    Level
	Findings []detect.Finding // in order of time
	Hosts    []string
	Stages   []detect.Stage
	First    int64 // microseconds since 1970 UTC
	Last     int64
	Loss     Loss
	Touched  []Touched // crown jewels, the most valuable first

	// What is known from earlier hunts, and what people said.
	Was      []string // ids of cases that became part of this one
	From     string   // id of the case that it split off; empty for none
	Standing Standing
	Judged   []Judged // judgements about it, by id
}

// Value is that of the most valuable crown jewel that the case touched, 0 for none.
func (c *Case) Value() (v int) {
	for _, t := range c.Touched {
		v = max(v, t.Value)
	}
	return v
}

// Loss is what a case took, as far as the logs show.
type Loss struct {
	Accepted int64  // content that the far end is known to have taken, each file once
	Ceiling  *int64 // nil where the capture was incomplete
	OnWire   int64  // payload of the findings of exfiltration
	Files    []detect.File
	Approved int64 // payload that an approval covers; in none of the above
	Ladder   []Step
	// Estimated: part of Accepted is a share of payload, for no log names what it was.
	Estimated bool
}

// Join joins findings into cases, heaviest first. weak is how many findings are
// in no case.
func Join(findings []detect.Finding, facts Facts) (cases []Case, weak int) {
	for _, g := range join(findings, facts) {
		c := assemble(g)
		if c.Weight < Listed {
			weak += len(g)
			continue
		}
		cases = append(cases, c)
	}
	identify(cases, nil)
	Rank(cases)
	return cases, weak
}

// Rank puts cases in the order in which a person should look at them: what was
// confirmed, then by weight, the value of what was touched and time; what was
// judged benign comes last.
func Rank(cases []Case) {
	slices.SortFunc(cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Standing, b.Standing), cmp.Compare(b.Weight, a.Weight), cmp.Compare(b.Value(), a.Value()),
			cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
	})
}

// assemble makes a case of a group.
func assemble(fs []detect.Finding) Case {
	slices.SortStableFunc(fs, func(a, b detect.Finding) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Detector, b.Detector), cmp.Compare(a.Src, b.Src),
			cmp.Compare(a.Label, b.Label), cmp.Compare(a.Port, b.Port))
	})
	c := Case{Findings: fs, First: fs[0].First}
	for i := range fs {
		f := &fs[i]
		c.Last = max(c.Last, f.Last)
		if !slices.Contains(c.Hosts, f.Src) {
			c.Hosts = append(c.Hosts, f.Src)
		}
	}
	for _, s := range detect.Stages {
		if slices.ContainsFunc(fs, func(f detect.Finding) bool { return f.Stage == s }) {
			c.Stages = append(c.Stages, s)
		}
	}
	slices.Sort(c.Hosts)
	c.Weight = weigh(fs)
	c.Loss = loss(fs)
	switch {
	case c.Weight >= DataLeft && c.Loss.Accepted > 0:
		c.Level = Left
	case c.Weight >= Signs:
		c.Level = SignsSeen
	}
	return c
}

// weigh adds the terms of findings over their groups, the same observation
// once. A finding that speaks against itself does not pull the others down.
func weigh(fs []detect.Finding) float64 {
	best := 0.0
	for i := range fs {
		best = math.Max(best, fs[i].Weight())
	}
	return math.Max(best, detect.Sum(termsOf(fs)))
}

// termsOf returns the terms of findings, the same observation once.
func termsOf(fs []detect.Finding) (terms []detect.Term) {
	seen := map[detect.Term]bool{}
	for i := range fs {
		for _, t := range fs[i].Terms {
			if !seen[t] {
				seen[t] = true
				terms = append(terms, t)
			}
		}
	}
	return terms
}

// Groups returns what each group of terms adds to the case, in decibans. Their sum
// is less than the weight where the heaviest finding alone weighs more.
func (c *Case) Groups() map[string]float64 { return detect.ByGroup(termsOf(c.Findings)) }

// loss adds up what findings of exfiltration saw leave.
func loss(fs []detect.Finding) Loss {
	var l Loss
	// Without a finding of exfiltration nothing bounds what a channel carried,
	// unless nothing was ever answered.
	complete := !slices.ContainsFunc(fs, func(f detect.Finding) bool { return f.Attempts < f.Events }) ||
		slices.ContainsFunc(fs, func(f detect.Finding) bool { return f.Stage == detect.Exfiltration })
	type key struct {
		label, name string
		bytes       int64
	}
	seen := map[key]bool{}
	for i := range fs {
		f := &fs[i]
		if f.Stage != detect.Exfiltration {
			continue
		}
		l.Accepted += f.Accepted
		l.OnWire += f.BytesOut - f.Approved
		l.Approved += f.Approved
		l.Estimated = l.Estimated || f.Estimated
		complete = complete && !f.Incomplete
		for _, x := range f.Files {
			k := key{f.Label, x.Name, x.Bytes}
			switch {
			case !x.Accepted:
			case seen[k]: // by another host: the same content again is no further loss
				l.Accepted -= min(x.Bytes, f.Accepted)
			default:
				seen[k] = true
				l.Files = append(l.Files, x)
			}
		}
	}
	slices.SortStableFunc(l.Files, func(a, b detect.File) int {
		return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Name, b.Name))
	})
	if complete {
		n := max(l.OnWire, l.Accepted)
		l.Ceiling = &n
	}
	return l
}

// Verdict is the highest level of all cases.
func Verdict(cases []Case) Level {
	level := NoneSeen
	for i := range cases {
		level = max(level, cases[i].Level)
	}
	return level
}
