package caseload

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"barium/internal/detect"
)

const (
	// joinByHost is how much findings must weigh to be joined because they are
	// about the same host alone.
	joinByHost = 20
	// joinByEntity is how much they must weigh when they share a far end, an account
	// or a file, or when one moved to the other's host.
	joinByEntity = 10
	// mostHosts is how many hosts a case may have: rare far ends must not chain the
	// whole house together.
	mostHosts = 12
	// hubHosts is above how many hosts an established far end, an account, a file or
	// a machine that others move to joins nothing.
	hubHosts = 5
	// HubDays is for how long a far end must be known to be established.
	HubDays = 30
	// mostApart is how far apart in time findings may lie that share something.
	mostApart = 30 * 24 * 3600 * 1_000_000
	// leastFile is how large in bytes a file must be to tell that two are the same.
	leastFile = 10_000
)

// Facts is what joining has to know of the house.
type Facts struct {
	// Users tells how many hosts use a label.
	Users func(label string) int64
	// Fresh tells whether a label is known to be in use for less than HubDays. nil:
	// nobody knows.
	Fresh func(label string) bool
	// Accounts tells on how many hosts an account was seen. nil: nobody knows.
	Accounts func(account string) int64
}

// hub tells whether a label is a far end that joins nothing.
func (f *Facts) hub(label string) bool {
	return f.Users(label) > hubHosts && (f.Fresh == nil || !f.Fresh(label))
}

// bond says that two findings belong together.
type bond struct {
	i, j   int
	weight float64 // of the lighter one
}

// join groups findings that share a far end, an account, a file, a movement or,
// when heavy enough, a host. The strongest bonds come first, so that a case that
// has its fill of hosts keeps those that belong to it most.
func join(findings []detect.Finding, facts Facts) [][]detect.Finding {
	fs := slices.Clone(findings)
	slices.SortStableFunc(fs, inTime)
	g := newUnion(fs)
	bonds := bondsOf(fs, &facts)
	slices.SortStableFunc(bonds, func(a, b bond) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.i, b.i), cmp.Compare(a.j, b.j))
	})
	for _, b := range bonds {
		g.unite(b.i, b.j)
	}
	at := map[int]int{}
	var out [][]detect.Finding
	for i := range fs {
		r := g.root(i)
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

// inTime orders findings by time, then by what they are about.
func inTime(a, b detect.Finding) int {
	return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.Detector, b.Detector), cmp.Compare(a.Src, b.Src),
		cmp.Compare(a.Label, b.Label), cmp.Compare(a.Port, b.Port), cmp.Compare(a.Dst, b.Dst), cmp.Compare(a.Last, b.Last))
}

// union is a partition of findings with the hosts of each.
type union struct {
	parent []int
	hosts  []map[string]bool // of the group whose root this is
}

func newUnion(fs []detect.Finding) *union {
	g := &union{make([]int, len(fs)), make([]map[string]bool, len(fs))}
	for i := range fs {
		g.parent[i], g.hosts[i] = i, map[string]bool{fs[i].Src: true}
	}
	return g
}

func (g *union) root(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

func (g *union) unite(i, j int) {
	a, b := g.root(i), g.root(j)
	if a == b {
		return
	}
	all := maps.Clone(g.hosts[b])
	maps.Copy(all, g.hosts[a])
	if len(all) > mostHosts {
		return
	}
	g.parent[a], g.hosts[b], g.hosts[a] = b, all, nil
}

// bondsOf finds which findings, given in order of time, belong together.
func bondsOf(fs []detect.Finding, facts *Facts) (out []bond) {
	weights := make([]float64, len(fs))
	for i := range fs {
		weights[i] = fs[i].Weight()
	}
	add := func(i, j int) { out = append(out, bond{i, j, min(weights[i], weights[j])}) }
	// Findings without a name are told by address; those with one join them only by
	// that address, for names that share an address may have nothing in common.
	unnamed := map[string]bool{}
	for i := range fs {
		if fs[i].Label == fs[i].Dst {
			unnamed[fs[i].Dst] = true
		}
	}
	shared := map[string][]int{}
	for i := range fs {
		if weights[i] >= joinByHost {
			shared["host "+fs[i].Src] = append(shared["host "+fs[i].Src], i)
		}
		if weights[i] >= joinByEntity {
			for _, k := range entities(&fs[i], unnamed, facts) {
				shared[k] = append(shared[k], i)
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(shared)) {
		is := shared[k]
		until := fs[is[0]].Last
		for n := 1; n < len(is); n++ {
			if fs[is[n]].First-until <= mostApart {
				add(is[n-1], is[n])
			}
			until = max(until, fs[is[n]].Last)
		}
	}
	// Whoever moves to a machine, what that machine does from then on belongs to it.
	movers := map[string]map[string]bool{}
	bySrc := map[string][]int{}
	for i := range fs {
		if weights[i] < joinByEntity {
			continue
		}
		bySrc[fs[i].Src] = append(bySrc[fs[i].Src], i)
		if movers[fs[i].Dst] == nil {
			movers[fs[i].Dst] = map[string]bool{}
		}
		movers[fs[i].Dst][fs[i].Src] = true
	}
	for i := range fs {
		if weights[i] < joinByEntity || len(movers[fs[i].Dst]) > hubHosts {
			continue
		}
		for _, j := range bySrc[fs[i].Dst] {
			if i != j && fs[j].Last >= fs[i].First && fs[j].First-fs[i].Last <= mostApart {
				add(i, j)
			}
		}
	}
	return out
}

// entities returns what a finding may share with others.
func entities(f *detect.Finding, unnamed map[string]bool, facts *Facts) (out []string) {
	if !facts.hub(f.Label) {
		out = append(out, "far "+f.Label)
		if f.Dst != f.Label && unnamed[f.Dst] {
			out = append(out, "far "+f.Dst)
		}
	}
	for _, e := range f.Entities {
		if e.Kind == detect.KindAccount && e.Value != "" && facts.Accounts != nil && facts.Accounts(e.Value) <= hubHosts {
			out = append(out, "account "+e.Value)
		}
	}
	for _, x := range f.Files {
		if x.Name != "" && x.Bytes >= leastFile {
			out = append(out, fmt.Sprintf("file %s %d", x.Name, x.Bytes))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// identify gives cases without an id one that is made from the host and far end
// of the first finding, and that no other case has or had.
func identify(cases []Case, taken map[string]bool) {
	used := maps.Clone(taken)
	if used == nil {
		used = map[string]bool{}
	}
	for i := range cases {
		if cases[i].ID != "" {
			used[cases[i].ID] = true
		}
	}
	for i := range cases {
		c := &cases[i]
		for n := 0; c.ID == ""; n++ {
			text := c.Findings[0].Src + "\x00" + c.Findings[0].Label
			if n > 0 {
				text += fmt.Sprintf("\x00%d", n)
			}
			h := sha256.Sum256([]byte(text))
			if id := "C-" + hex.EncodeToString(h[:4]); !used[id] {
				c.ID, used[id] = id, true
			}
		}
	}
}
