package prove

import (
	"fmt"
	"testing"

	"barium/internal/caseload"
	"barium/internal/detect"
)

func TestBaselineSpendsItsBudget(t *testing.T) {
	day := func(values ...float64) (out []entry) {
		for i, v := range values {
			out = append(out, entry{pair{"h", fmt.Sprint(i)}, v, int64(v)})
		}
		return out
	}
	b := &baseline{days: [][]entry{day(50, 40, 30, 20), day(50, 40, 30, 20), day(50)}}
	b.settle(2)
	f := func(on int, value float64, tie int64, want bool) {
		t.Helper()
		if got := b.shows(on, &entry{value: value, tie: tie}); got != want {
			t.Errorf("day %d, %g: %t", on, value, got)
		}
	}
	f(0, 45, 0, true)   // among the two largest of the first day
	f(0, 40, 40, false) // no larger than the second
	f(0, 40, 41, true)
	f(1, 25, 0, true) // those of the day before are read already
	f(1, 19, 0, false)
	f(2, 1, 0, true) // nothing new is left: anything is read
	f(2, 0, 9, false)
}

// finding is a claim about a host and a label.
func finding(host, label string) caseload.Case {
	return caseload.Case{Findings: []detect.Finding{{Src: host, Label: label, Dst: label}}}
}

func TestReading(t *testing.T) {
	r := &reading{budget: 1, on: map[pair]int{}}
	c := finding("h", "a.example")
	if !r.isNew(&c, 3) {
		t.Error("nobody has read it")
	}
	r.read(&c, 3)
	if !r.isNew(&c, 3) || r.isNew(&c, 4) {
		t.Error("it is new on the day on which it is read, and on none after")
	}
	c.Findings = append(c.Findings, detect.Finding{Src: "h", Label: "b.example"})
	if !r.isNew(&c, 4) {
		t.Error("a case that has grown by a far end is new")
	}
}
