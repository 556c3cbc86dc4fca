package report

import (
	"math"
	"time"
)

// Figures are the numbers that head a report.
type Figures struct {
	Sent         int64     // lower bounds of the content accepted outside, all cases that are signs at least
	OnWire       int64     // payload on the wire, the same cases
	Files        int64     // files that left
	Cases        int64     // that are signs at least
	Since        time.Time // the earliest case; zero without cases
	Hosts        int64     // distinct, inside
	Destinations int64     // distinct far ends: an address, or a name where there is none
	Records      int64     // read, all sources
	Duplicates   int64
	Bad          int64
	Unread       int64 // sources with a problem that hides something
}

// Figures adds up the document. Sums stop at the largest number instead of
// turning negative.
func (d *Document) Figures() Figures {
	var f Figures
	hosts := map[string]bool{}
	far := map[string]bool{}
	for i := range d.Cases {
		c := &d.Cases[i]
		if c.Level == LevelNone {
			continue // too light to head a report
		}
		f.Cases++
		f.Sent = add(f.Sent, c.Loss.BytesSent.Low)
		f.OnWire = add(f.OnWire, c.Loss.BytesOnWire)
		f.Files = add(f.Files, int64(len(c.Loss.Files)))
		if !c.First.IsZero() && (f.Since.IsZero() || c.First.Before(f.Since)) {
			f.Since = c.First
		}
		for _, h := range c.Hosts {
			hosts[h] = true
		}
		for _, dst := range c.Destinations {
			if dst.IP != "" {
				far[dst.IP] = true
			} else {
				far[dst.Name] = true
			}
		}
	}
	f.Hosts, f.Destinations = int64(len(hosts)), int64(len(far))
	for i := range d.Sources {
		s := &d.Sources[i]
		f.Records = add(f.Records, s.Records)
		f.Duplicates = add(f.Duplicates, s.Duplicates)
		f.Bad = add(f.Bad, s.Bad)
		if s.Problem != "" && !s.Harmless {
			f.Unread++
		}
	}
	return f
}

func add(a, b int64) int64 {
	switch {
	case b > 0 && a > math.MaxInt64-b:
		return math.MaxInt64
	case b < 0 && a < math.MinInt64-b:
		return math.MinInt64
	}
	return a + b
}
