package caseload

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
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

const (
	// joinByHost is how much findings must weigh to be joined because they are
	// about the same host alone.
	joinByHost = 20
	// joinByFarEnd is how much they must weigh when they share the far end too.
	joinByFarEnd = 10
	// mostHosts is how many hosts a case may have: rare far ends must not chain the
	// whole house together.
	mostHosts = 12
	// hubHosts is above how many hosts a far end joins nothing.
	hubHosts = 5
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
}

// Loss is what a case took, as far as the logs show.
type Loss struct {
	Accepted int64  // content that the far end is known to have taken, each file once
	Ceiling  *int64 // nil where the capture was incomplete
	OnWire   int64  // payload of the findings of exfiltration
	Files    []detect.File
	// Estimated: part of Accepted is a share of payload, for no log names what it was.
	Estimated bool
}

// Build joins findings into cases, heaviest first. users tells how many hosts
// use a label. weak is how many findings are in no case.
func Build(findings []detect.Finding, users func(label string) int64) (cases []Case, weak int) {
	groups := join(findings, users)
	for _, g := range groups {
		c := assemble(g)
		if c.Weight < Listed {
			weak += len(g)
			continue
		}
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
	})
	return cases, weak
}

// join groups findings that share a far end or, when heavy enough, a host.
func join(fs []detect.Finding, users func(string) int64) [][]detect.Finding {
	parent := make([]int, len(fs))
	for i := range parent {
		parent[i] = i
	}
	var root func(int) int
	root = func(i int) int {
		if parent[i] != i {
			parent[i] = root(parent[i])
		}
		return parent[i]
	}
	hosts := make([]map[string]bool, len(fs)) // of the group whose root this is
	for i := range hosts {
		hosts[i] = map[string]bool{fs[i].Src: true}
	}
	first := map[string]int{}
	link := func(key string, i int) {
		j, ok := first[key]
		if !ok {
			first[key] = i
			return
		}
		a, b := root(i), root(j)
		if a == b {
			return
		}
		all := maps.Clone(hosts[b])
		maps.Copy(all, hosts[a])
		if len(all) > mostHosts {
			return
		}
		parent[a], hosts[b], hosts[a] = b, all, nil
	}
	// Findings without a name are told by address; those with one join them only
	// by that address, for names that share an address may have nothing in common.
	unnamed := map[string]bool{}
	for i := range fs {
		unnamed[fs[i].Dst] = unnamed[fs[i].Dst] || fs[i].Label == fs[i].Dst
	}
	far := func(f *detect.Finding) []string {
		if users(f.Label) > hubHosts {
			return nil
		}
		if unnamed[f.Dst] && f.Dst != f.Label {
			return []string{"far " + f.Label, "far " + f.Dst}
		}
		return []string{"far " + f.Label}
	}
	for i := range fs {
		w := fs[i].Weight()
		if w >= joinByFarEnd {
			for _, k := range far(&fs[i]) {
				link(k, i)
			}
		}
		if w >= joinByHost {
			link("host "+fs[i].Src, i)
		}
	}
	at := map[int]int{}
	var out [][]detect.Finding
	for i := range fs {
		r := root(i)
		n, ok := at[r]
		if !ok {
			n = len(out)
			at[r] = n
			out = append(out, nil)
		}
		out[n] = append(out[n], fs[i])
	}
	return out
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
	h := sha256.Sum256([]byte(fs[0].Src + "\x00" + fs[0].Label))
	c.ID = "C-" + hex.EncodeToString(h[:4])
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
	var terms []detect.Term
	seen := map[detect.Term]bool{}
	best := 0.0
	for i := range fs {
		best = math.Max(best, fs[i].Weight())
		for _, t := range fs[i].Terms {
			if !seen[t] {
				seen[t] = true
				terms = append(terms, t)
			}
		}
	}
	return math.Max(best, detect.Sum(terms))
}

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
		l.OnWire += f.BytesOut
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
