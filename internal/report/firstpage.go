package report

import (
	"slices"
	"time"
)

// slow is from how long on a case counts as slow.
const slow = 7 * 24 * time.Hour

// leastForPlaces is the smallest first page that keeps places.
const leastForPlaces = 4

// FirstPage returns the document with its cases in the order to show them when
// only the first top fit: by rank, but with the last places of the page kept for
// the first slow case and the first one by DNS, which seldom weigh as much as
// loud ones. Ranks, counts and the verdict stay.
func (d *Document) FirstPage(top int) *Document {
	if len(d.Cases) <= top || top < leastForPlaces {
		return d
	}
	var kept []int // positions in d.Cases, beyond the page
	for _, kind := range []func(*Case) bool{byDNS, isSlow} {
		i := slices.IndexFunc(d.Cases, func(c Case) bool { return kind(&c) })
		if i >= top-len(kept) && !slices.Contains(kept, i) {
			kept = append(kept, i)
		}
	}
	slices.Sort(kept)
	page := top - len(kept)
	cases := slices.Clone(d.Cases[:page])
	for _, i := range kept {
		cases = append(cases, d.Cases[i])
	}
	for i := page; i < len(d.Cases); i++ {
		if !slices.Contains(kept, i) {
			cases = append(cases, d.Cases[i])
		}
	}
	out := *d
	out.Cases = cases
	return &out
}

func byDNS(c *Case) bool {
	return slices.ContainsFunc(c.Findings, func(f Finding) bool { return f.Detector == "dnstunnel" })
}

func isSlow(c *Case) bool { return c.Last.Sub(c.First) >= slow }
