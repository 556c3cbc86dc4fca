package upload

import (
	"math"

	"barium/internal/detect"
)

const (
	// fewSendings is from how many connections on they show a habit; those that
	// carry less than carriesBytes, both ways, say nothing.
	fewSendings, carriesBytes = 5, 10_000
	// sendsOnly is by how much a connection must send more than it receives to be
	// there for sending alone.
	sendsOnly = 10
	// clockHours is in how many hours of the day (UTC) something must leave, and
	// clockNight in how many of the night and of the day each, to be a program's
	// doing; clockShare is the most that may leave in one hour.
	clockHours, clockNight, clockShare = 8, 2, 0.25
	// fewLabels is how many far ends a host must have for its other far ends to
	// stand in for a past.
	fewLabels = 20
)

// shape weighs how it was sent, which needs neither neighbours nor a past. Who
// visits a place reads there; who works there sleeps. Backups do neither: of what is
// usual it says nothing.
func (c *candidate) shape(f *detect.Finding, calls []detect.Call) (ts []detect.Term) {
	carrying, sending := 0, 0
	for i := range calls {
		x := &calls[i]
		if x.Attempt || x.Out+x.In < carriesBytes {
			continue
		}
		carrying++
		if x.Out >= sendsOnly*x.In {
			sending++
		}
	}
	if carrying >= fewSendings && sending == carrying {
		ts = append(ts, onlySends.Says(carrying))
	}
	if hours, share, ok := c.clock(f.Hours); ok {
		ts = append(ts, roundClock.Says(hours, share))
	}
	if t, ok := detect.PortionTerm(calls); ok {
		ts = append(ts, t)
		f.Techniques = union(f.Techniques, "T1030")
	}
	return ts
}

// clock tells in how many hours of the day something left, and the largest share of
// one hour in per cent, if it left by night as by day.
func (c *candidate) clock(sent []detect.HourBytes) (hours, share int, ok bool) {
	var all, most int64
	at := map[uint32]bool{}
	for _, h := range sent {
		if h.Hour < c.hourly { // stands for a day
			return 0, 0, false
		}
		all += h.BytesOut
		most = max(most, h.BytesOut)
	}
	for _, h := range sent {
		if h.BytesOut*100 >= all {
			at[h.Hour%24] = true
		}
	}
	night, day := 0, 0
	for h := range at {
		switch {
		case h >= 21 || h < 5:
			night++
		case h >= 8 && h < 18:
			day++
		}
	}
	ok = len(at) >= clockHours && night >= clockNight && day >= clockNight && float64(most) <= clockShare*float64(all)
	return len(at), int(math.Ceil(100 * float64(most) / float64(max(all, 1)))), ok
}

// rest weighs the strongest day against what the host uploaded elsewhere on that day:
// for records too short to tell a past.
func (c *candidate) rest(top int64, topDay uint32) (t detect.Term, ok bool) {
	if c.labels < fewLabels || top < dayBytes {
		return t, false
	}
	for _, d := range c.past {
		if d.day != topDay {
			continue
		}
		ratio := float64(top) / float64(max(d.uploaded-top, 1_000_000))
		t = aboveRest.Scaled(math.Log10(ratio/2)/math.Log10(50), detect.Times(ratio), c.labels-1)
		return t, t.DB > 0
	}
	return t, false
}
