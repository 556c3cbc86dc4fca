package report

import (
	"slices"
	"testing"
	"time"
)

func TestFirstPage(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	doc := func(n int, change map[int]func(*Case)) *Document {
		d := &Document{}
		for i := range n {
			c := Case{Rank: i + 1, First: start, Last: start.Add(time.Hour)}
			if f := change[i+1]; f != nil {
				f(&c)
			}
			d.Cases = append(d.Cases, c)
		}
		return d
	}
	dns := func(c *Case) { c.Findings = []Finding{{Detector: "dnstunnel"}} }
	slowly := func(c *Case) { c.Last = c.First.Add(slow) }
	f := func(name string, d *Document, top int, want ...int) {
		t.Helper()
		var got []int
		for _, c := range d.FirstPage(top).Cases {
			got = append(got, c.Rank)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: ranks %v, want %v", name, got, want)
		}
	}
	f("all fit", doc(4, map[int]func(*Case){4: dns}), 4, 1, 2, 3, 4)
	f("nothing special", doc(6, nil), 4, 1, 2, 3, 4, 5, 6)
	f("a place for DNS", doc(6, map[int]func(*Case){6: dns}), 4, 1, 2, 3, 6, 4, 5)
	f("a place for each", doc(7, map[int]func(*Case){5: slowly, 7: dns}), 4, 1, 2, 5, 7, 3, 4, 6)
	f("already there", doc(6, map[int]func(*Case){2: dns, 6: dns}), 4, 1, 2, 3, 4, 5, 6)
	f("a page too small", doc(4, map[int]func(*Case){4: dns}), 3, 1, 2, 3, 4)
}
