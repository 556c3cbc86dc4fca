package condense

import (
	"cmp"
	"slices"

	"barium/internal/event"
)

// BadSample is the beginning of a record that could not be read.
type BadSample struct {
	Offset, Line int64
	Reason       string
	Sample       []byte
}

// Tally is what reading one source gave.
type Tally struct {
	Records     int64 // refused ones included
	Refused     int64 // records older than Options.Oldest, which are not taken in
	Bad         int64
	Samples     []BadSample
	Skipped     map[string]int64 // by log type
	Warnings    []string
	ByLog       map[string]int64 // records by log type
	First, Last event.Time       // meaningful when Records > 0
}

// Add makes t what reading the sources of both gave together, samples in order of
// their place.
func (t *Tally) Add(o *Tally) {
	if o.Records > 0 {
		if t.Records == 0 || o.First < t.First {
			t.First = o.First
		}
		if t.Records == 0 || o.Last > t.Last {
			t.Last = o.Last
		}
	}
	t.Records += o.Records
	t.Refused += o.Refused
	t.Bad += o.Bad
	t.Samples = append(t.Samples, o.Samples...)
	slices.SortStableFunc(t.Samples, func(a, b BadSample) int { return cmp.Compare(a.Offset, b.Offset) })
	t.Samples = t.Samples[:min(len(t.Samples), keepSamples)]
	for name, n := range o.Skipped {
		t.Skipped[name] += n
	}
	for name, n := range o.ByLog {
		t.ByLog[name] += n
	}
	for _, w := range o.Warnings {
		if len(t.Warnings) < keepSamples && !slices.Contains(t.Warnings, w) {
			t.Warnings = append(t.Warnings, w)
		}
	}
}
