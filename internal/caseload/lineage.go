package caseload

import (
	"cmp"
	"fmt"
	"slices"

	"barium/internal/detect"
	"barium/internal/ledger"
)

// Changes is what is different from the last hunt. Ids, sorted.
type Changes struct {
	Opened []Change
	Grew   []Change
	Closed []Change
	Same   int // open cases that are as they were
}

// Change is what became of a case.
type Change struct {
	ID  string
	Why []string // sentences without a full stop
}

// membersOf returns the hosts and far ends of a case, each once, sorted.
func membersOf(c *Case) (out []ledger.Member) {
	for i := range c.Findings {
		out = append(out, ledger.Member{Host: c.Findings[i].Src, Label: c.Findings[i].Label})
	}
	slices.SortFunc(out, func(a, b ledger.Member) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Label, b.Label))
	})
	return slices.Compact(out)
}

// heir is that a case of this hunt shares members with one of an earlier hunt.
type heir struct{ known, now, shared int }

// Trace gives cases the ids that they had in earlier hunts. A case is the same
// when it shares hosts and far ends; one that grew keeps its id, of several that
// merged the largest gives its id and the others are named in Was, of one that
// split the largest part keeps it and the others name it in From.
func Trace(cases []Case, known []ledger.KnownCase) {
	now := map[ledger.Member][]int{}
	for i := range cases {
		cases[i].ID, cases[i].Was, cases[i].From = "", nil, ""
		for _, m := range membersOf(&cases[i]) {
			now[m] = append(now[m], i)
		}
	}
	var heirs []heir
	taken := map[string]bool{}
	for k := range known {
		taken[known[k].ID] = true
		shared := map[int]int{}
		for _, m := range known[k].Members {
			for _, i := range now[m] {
				shared[i]++
			}
		}
		for i, n := range shared {
			heirs = append(heirs, heir{k, i, n})
		}
	}
	merged := func(h heir) int { return min(1, len(known[h.known].Into)) }
	slices.SortFunc(heirs, func(a, b heir) int {
		ka, kb := &known[a.known], &known[b.known]
		return cmp.Or(cmp.Compare(merged(a), merged(b)), cmp.Compare(b.shared, a.shared), cmp.Compare(ka.First, kb.First), cmp.Compare(ka.ID, kb.ID),
			cmp.Compare(cases[a.now].First, cases[b.now].First), cmp.Compare(a.now, b.now))
	})
	given := map[int]bool{} // known cases whose id is in use
	for _, h := range heirs {
		c := &cases[h.now]
		if c.ID == "" && !given[h.known] {
			c.ID, c.From = known[h.known].ID, known[h.known].From
			given[h.known] = true
		}
	}
	for _, h := range heirs {
		c, k := &cases[h.now], &known[h.known]
		switch {
		case given[h.known] && c.ID == "" && c.From == "":
			c.From = k.ID
		case !given[h.known] && !slices.Contains(c.Was, k.ID):
			c.Was = append(c.Was, k.ID)
		}
	}
	identify(cases, taken)
	for i := range cases {
		slices.Sort(cases[i].Was)
	}
}

// Remember returns what to keep of this hunt's cases and of those before, by id,
// and what changed. Cases have their ids by Trace, and are judged.
func Remember(cases []Case, known []ledger.KnownCase) (keep []ledger.KnownCase, ch Changes) {
	before := map[string]*ledger.KnownCase{}
	into := map[string]string{}
	for k := range known {
		before[known[k].ID] = &known[k]
	}
	found := map[string]bool{}
	for i := range cases {
		c := &cases[i]
		found[c.ID] = true
		for _, id := range c.Was {
			into[id] = c.ID
		}
		k := ledger.KnownCase{
			ID: c.ID, Open: c.Standing != Benign, From: c.From, First: c.First, Last: c.Last, Weight: c.Weight,
			Level: int(c.Level), Sent: c.Loss.Accepted, Members: membersOf(c),
		}
		keep = append(keep, k)
		ch.note(c, before[c.ID], &k, known)
	}
	for k := range known {
		x := known[k]
		if found[x.ID] {
			continue
		}
		if to := into[x.ID]; to != "" {
			x.Into = to
		} else if x.Open {
			ch.Closed = append(ch.Closed, Change{x.ID, []string{fmt.Sprintf("weighed %.3g dB, and less than %d now", x.Weight, Listed)}})
		}
		x.Open = false
		keep = append(keep, x)
	}
	slices.SortFunc(keep, func(a, b ledger.KnownCase) int { return cmp.Compare(a.ID, b.ID) })
	for _, list := range [][]Change{ch.Opened, ch.Grew, ch.Closed} {
		slices.SortFunc(list, func(a, b Change) int { return cmp.Compare(a.ID, b.ID) })
	}
	return keep, ch
}

// note says what became of a case that is listed.
func (ch *Changes) note(c *Case, was, is *ledger.KnownCase, known []ledger.KnownCase) {
	var why []string
	for _, id := range c.Was {
		i := slices.IndexFunc(known, func(k ledger.KnownCase) bool { return k.ID == id })
		if i >= 0 && known[i].Into == "" {
			why = append(why, id+" became part of it")
		}
	}
	switch {
	case is.Open && was == nil && c.From != "":
		ch.Opened = append(ch.Opened, Change{c.ID, append([]string{"split off " + c.From}, why...)})
	case is.Open && was == nil:
		ch.Opened = append(ch.Opened, Change{c.ID, why})
	case is.Open && !was.Open:
		ch.Opened = append(ch.Opened, Change{c.ID, append(reopened(c), why...)})
	case is.Open:
		if why = append(why, growth(was, is)...); len(why) == 0 {
			ch.Same++
			return
		}
		ch.Grew = append(ch.Grew, Change{c.ID, why})
	case was != nil && was.Open:
		by := ""
		for _, j := range c.Judged {
			if j.State == Holds {
				by = j.By
			}
		}
		ch.Closed = append(ch.Closed, Change{c.ID, []string{"judged benign by " + by}})
	}
}

// reopened says why a case that was closed is open.
func reopened(c *Case) []string {
	for i := len(c.Judged) - 1; i >= 0; i-- {
		switch j := &c.Judged[i]; j.State {
		case Exceeded:
			return append([]string{"was judged benign, and is more than that now"}, j.Why...)
		case Expired:
			return []string{fmt.Sprintf("was judged %s by %s, which has expired", j.Verdict, j.By)}
		case Withdrawn:
			return []string{fmt.Sprintf("was judged %s by %s, which was withdrawn", j.Verdict, j.By)}
		}
	}
	return []string{"was closed before"}
}

// growth says what a case has more than before.
func growth(was, is *ledger.KnownCase) (why []string) {
	hosts, labels := map[string]bool{}, map[string]bool{}
	for _, m := range was.Members {
		hosts[m.Host], labels[m.Label] = true, true
	}
	n, l := 0, 0
	for _, m := range is.Members {
		if !hosts[m.Host] {
			hosts[m.Host] = true
			n++
		}
		if !labels[m.Label] {
			labels[m.Label] = true
			l++
		}
	}
	if n > 0 {
		why = append(why, plural(int64(n), "new host"))
	}
	if l > 0 {
		why = append(why, plural(int64(l), "new far end"))
	}
	if is.Sent > was.Sent {
		why = append(why, detect.Bytes(is.Sent-was.Sent)+" more left")
	}
	if is.Level > was.Level {
		why = append(why, "weighs enough for a higher level")
	} else if is.Weight >= was.Weight+1 {
		why = append(why, fmt.Sprintf("weighs %.3g dB more", is.Weight-was.Weight))
	}
	return why
}
