package mismatch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"barium/internal/detect"
	"barium/internal/event"
)

// talk reports whether a connection shows what is spoken: from its beginning on,
// whole, and both sides sent.
func talk(x *detect.Call) bool {
	return !x.Attempt && x.State != event.OTH && x.Missed == 0 && x.Out > 0 && x.In > 0
}

const (
	// fewConnections is up to how many connections may be a trial.
	fewConnections = 2
	// fewBytes and enoughBytes are from how many bytes on, both ways, what nobody
	// knows says something, and all.
	fewBytes, enoughBytes = 200, 20_000
	// manyFrom is from how many such far ends on they are the host's habit.
	manyFrom = 4
	// excused is from which chance on a far end may be one that the sensor failed on,
	// and no habit of the host; doubtful from which on it is not worth a word.
	excused, doubtful = 0.01, 0.1
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	if c.bySensor() >= doubtful {
		return detect.Finding{}, false
	}
	slices.SortStableFunc(c.calls, func(a, b detect.Call) int { return cmp.Compare(a.TS, b.TS) })
	f := detect.Finding{
		Detector: "mismatch", Stage: detect.Command, Techniques: []string{"T1571"},
		Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Port: c.port, Proto: event.Proto(c.proto).String(),
		First: c.calls[0].TS, Events: int64(len(c.calls)), Hours: detect.Hourly(c.calls), Places: detect.Places(c.calls, 5),
	}
	if c.kind == unknown {
		f.Techniques = []string{"T1095", "T1571"}
	}
	for i := range c.calls {
		f.BytesOut += c.calls[i].Out
		f.BytesIn += c.calls[i].In
		f.Last = max(f.Last, c.calls[i].TS+c.calls[i].Duration)
	}
	f.Terms = c.terms(&f)
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	what := "something that the sensor does not know"
	if c.kind == foreign {
		what = spokenName(c.service)
	}
	f.Reason = fmt.Sprintf("%s and %s spoke %s in %d connections since %s; %s went out, %s came in.", c.host, far, what, f.Events,
		detect.Date(f.First), detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn))
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s opens these connections, and who made it?", c.host)},
		{Where: "packets", Text: fmt.Sprintf("what are the first bytes each way between %s and %s: a greeting, a length, noise?", c.host, far)},
		{Where: "firewall", Text: fmt.Sprintf("may %s speak anything but %s to the outside on port %d?", c.host, expected(c.port, c.proto), c.port)},
	}
	return f, f.Weight() > 0
}

func spokenName(services string) string { return strings.ReplaceAll(services, "|", " and ") }

// expected names what belongs on a port.
func expected(port, proto int) string {
	for _, u := range usual {
		if u.port == port && u.proto == proto {
			return u.services[0]
		}
	}
	return ""
}

func (c *candidate) terms(f *detect.Finding) (ts []detect.Term) {
	if c.kind == foreign {
		ts = append(ts, spoken.Says(spokenName(c.service), expected(c.port, c.proto), c.port))
	} else {
		// A few bytes may be a broken handshake; and the likelier the sensor is to
		// have missed what was spoken each time, the less it says that it did not know.
		share := math.Log10(float64(f.BytesOut+f.BytesIn)/fewBytes) / math.Log10(enoughBytes/fewBytes)
		share = math.Min(1, share) * (1 - c.bySensor())
		if t := unknowable.Scaled(share, f.Events, c.port, c.recognised, c.onPort); t.DB > 0 {
			ts = append(ts, t)
		}
	}
	if f.BytesOut >= 1000 && f.BytesIn >= 1000 {
		ts = append(ts, backForth.Says(detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn)))
	}
	if f.Events <= fewConnections {
		ts = append(ts, fewTalks.Says(f.Events))
	}
	if c.alike >= manyFrom {
		ts = append(ts, detect.MeetsMany.Says(c.alike))
	}
	return append(ts, c.farEnd()...)
}

// bySensor is how likely it is that the sensor recognised nothing in all of these
// connections, as often as it fails on that port in general. Where it fails once at
// a far end it is likelier to fail again: so many connections count as their root.
func (c *candidate) bySensor() float64 {
	if c.kind == foreign || c.onPort == 0 {
		return 0
	}
	fails := 1 - float64(c.recognised)/float64(c.onPort)
	return math.Pow(fails, math.Sqrt(float64(len(c.calls))))
}

// farEnd weighs the far end; on the ports of time and names something else is
// spoken, so that these are no time or name services.
func (c *candidate) farEnd() []detect.Term {
	return detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.labels, Name: c.name, Names: c.names, Port: 443, Proto: c.proto,
	})
}
