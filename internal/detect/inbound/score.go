package inbound

import (
	"fmt"
	"math"

	"barium/internal/detect"
)

const dayMicros = 86_400_000_000

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	f := detect.Finding{
		Detector: "inbound", Stage: detect.Command, Techniques: []string{"T1133"}, Inbound: true,
		Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Port: c.port, Proto: "tcp",
	}
	f.With(c.far, c.port)
	visits := int64(0)
	for _, x := range c.calls {
		f.Events++
		f.Last = max(f.Last, x.TS+x.Duration)
		if f.First == 0 {
			f.First = x.TS
		}
		if x.Attempt {
			f.Attempts++
			continue
		}
		f.BytesOut += x.Out
		f.BytesIn += x.In
		f.Incomplete = f.Incomplete || x.Missed > 0
		if x.Out > 0 {
			visits++
		}
	}
	if visits == 0 {
		return f, false
	}
	f.Hours = detect.Hourly(c.calls)
	f.Places = detect.Places(c.calls, 5)
	f.Terms = c.terms(&f, visits)
	switch c.port {
	case 3389:
		f.Techniques = append(f.Techniques, "T1021.001")
	case 5985, 5986:
		f.Techniques = append(f.Techniques, "T1021.006")
	}
	f.Reason = fmt.Sprintf("%s came in to %s, port %d, %d times within %s from %s on; it was answered with %s for the %s that it sent; %d far ends come in there.",
		detect.FarEnd(c.far, c.name, 0), c.host, c.port, visits, detect.Span(max(f.Last-f.First, 1)), detect.Moment(f.First), detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn), c.visitors)
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program listens on port %d of %s, since when, and who installed it?", c.port, c.host)},
		{Where: "firewall", Text: fmt.Sprintf("since when does a rule let %s in to %s, and for whom?", c.far, c.host)},
	}
	return f, f.Weight() > 0
}

func (c *candidate) terms(f *detect.Finding, visits int64) (ts []detect.Term) {
	add := func(t detect.Term) {
		if t.DB != 0 {
			ts = append(ts, t)
		}
	}
	if age := c.doorFirst/dayMicros - c.lookFirst/dayMicros; age >= 1 {
		add(NewDoor.Says(c.port, age+1))
	} else if c.lookLast/dayMicros-c.lookFirst/dayMicros >= 2 {
		add(OldDoor.Says())
	}
	if control(c.port) {
		add(ControlPort.Says(c.port))
	}
	// From 10 kB to 100 MB, by orders of magnitude.
	add(positive(GaveMuch.Scaled(math.Log10(float64(f.BytesOut)/10_000)/4, detect.Bytes(f.BytesOut))))
	if ratio := float64(f.BytesOut) / float64(max(f.BytesIn, 1)); ratio >= 4 && f.BytesOut >= 1_000_000 {
		add(GaveMost.Says(fmt.Sprintf("%.0f times", ratio)))
	}
	add(positive(OneVisitor.Scaled(1-float64(c.visitors-1)/3, c.visitors)))
	ts = append(ts, c.afterwards(f)...)
	if c.tried >= 5 {
		add(Knocks.Says(c.tried))
	}
	if each := f.BytesOut / visits; each < 4000 {
		add(Little.Says(detect.Bytes(each)))
	}
	if c.calledBefore {
		add(CalledBefore.Says())
	}
	if c.callers >= 3 {
		add(Partner.Says(c.callers))
	}
	if c.ports >= 5 {
		add(ManyDoors.Says(c.ports))
	}
	return ts
}

// positive is a term if it says anything for theft; a share may round to nothing.
func positive(t detect.Term) detect.Term {
	t.DB = max(t.DB, 0)
	return t
}

// afterwards weighs what the host did for the first time within a day.
func (c *candidate) afterwards(f *detect.Finding) (ts []detect.Term) {
	inside, first, outside := 0, "", ""
	if f.First/dayMicros-c.lookFirst/dayMicros < 1 {
		return nil // on the first day everything is new
	}
	for _, d := range c.deeds {
		switch {
		case d.first < f.First || d.first > f.First+dayMicros:
		case d.inside:
			if inside++; first == "" {
				first = d.what
			}
		case outside == "" && d.what != c.label:
			outside = d.what
		}
	}
	if inside > 0 {
		ts = append(ts, ThenInside.Says(inside, first))
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: first})
	}
	if outside != "" {
		ts = append(ts, ThenOutside.Says(outside))
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindDestination, Value: outside})
	}
	return ts
}

// control lists ports by which machines are controlled or administered.
func control(port int) bool {
	switch port {
	case 22, 23, 135, 139, 445, 1433, 1521, 3306, 3389, 4899, 5432, 5900, 5938, 5985, 5986:
		return true
	}
	return false
}
