package session

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"barium/internal/detect"
	"barium/internal/event"
)

const (
	// rejoin is within how many microseconds a connection that follows another
	// belongs to the same session.
	rejoin = 5 * 60 * 1_000_000
	// openShare is which part of a session some connection must have been open:
	// calls in a rhythm are the detector beacon's.
	openShare = 0.8
)

// span is one session: calls[from:to] in order of time.
type span struct {
	from, to   int
	begin, end int64 // microseconds
	open       int64 // of that with a connection
}

// sessions sorts calls and returns the long sessions among them.
func sessions(calls []detect.Call) (out []span) {
	slices.SortStableFunc(calls, func(a, b detect.Call) int {
		return cmp.Or(cmp.Compare(a.TS, b.TS), cmp.Compare(a.Duration, b.Duration))
	})
	var s span
	keep := func() {
		if s.end-s.begin >= longFrom && float64(s.open) >= openShare*float64(s.end-s.begin) {
			out = append(out, s)
		}
	}
	for i := range calls {
		x := &calls[i]
		end := x.TS + x.Duration
		switch {
		case x.Attempt:
			continue
		case s.to == 0 || x.TS > s.end+rejoin:
			keep()
			s = span{i, i + 1, x.TS, end, x.Duration}
		default:
			s.to = i + 1
			s.open += max(end-max(x.TS, s.end), 0)
			s.end = max(s.end, end)
		}
	}
	keep()
	return out
}

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	spans := sessions(c.calls)
	if len(spans) == 0 {
		return detect.Finding{}, false
	}
	f := detect.Finding{
		Detector: "session", Stage: detect.Command, Techniques: []string{"T1090", "T1572"},
		Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Port: c.port, Proto: event.Proto(c.proto).String(),
		First: spans[0].begin,
	}
	if remote(c.port) {
		f.Techniques = []string{"T1090", "T1219", "T1572"}
	}
	var calls []detect.Call
	var longest span
	for _, s := range spans {
		calls = append(calls, c.calls[s.from:s.to]...)
		f.Last = max(f.Last, s.end)
		if s.end-s.begin > longest.end-longest.begin {
			longest = s
		}
	}
	for _, x := range calls {
		f.Events++
		if x.Attempt {
			f.Attempts++
			continue
		}
		f.BytesOut += x.Out
		f.BytesIn += x.In
		f.Incomplete = f.Incomplete || x.Missed > 0
	}
	f.Hours, f.Places = detect.Hourly(calls), detect.Places(calls, 5)
	f.Terms = c.terms(&f, spans, &longest)
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	f.Reason = fmt.Sprintf("%s kept a session with %s open for %s, from %s on%s; %s went out, %s came in.", c.host, far,
		detect.Span(longest.end-longest.begin), detect.Date(longest.begin), further(len(spans)-1), detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn))
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s holds the connection, and does it listen for connections inside, or open them?", c.host)},
		{Where: "asset owner", Text: fmt.Sprintf("is there remote support, a private network or a device that %s is meant to keep with %s?", c.host, far)},
		{Where: "inside", Text: fmt.Sprintf("what did %s connect to inside while the session was open?", c.host)},
	}
	return f, f.Weight() > 0
}

func further(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", and %d more for hours", n)
}

// remote reports whether shells, screens and tunnels use a port: SSH, Telnet, RDP, VNC.
func remote(port int) bool {
	return port == 22 || port == 23 || port == 2222 || port == 3389 || port >= 5900 && port <= 5903
}

// waits reports whether connections to a port are kept open for messages that may
// come: mail (RFC 2177), XMPP, push of telephones, MQTT.
func waits(port int) bool {
	switch port {
	case 143, 993, 1883, 5222, 5223, 5228, 5229, 5230, 8883:
		return true
	}
	return false
}

const (
	// quiet is how many bytes an hour, both ways, only keep a session alive.
	quiet = 20_000
	// manyFrom is from how many far ends on long sessions are the host's habit.
	manyFrom = 5
)

func (c *candidate) terms(f *detect.Finding, spans []span, longest *span) (ts []detect.Term) {
	length := longest.end - longest.begin
	// 2 h would say nothing, a day all: 4 h are a quarter or so.
	if t := staysOpen.Scaled(math.Log(float64(length)/(longFrom/2))/math.Log(12), detect.Span(length), connections(c.calls[longest.from:longest.to])); t.DB > 0 {
		ts = append(ts, t)
	}
	days := map[int64]bool{}
	var open int64
	for _, s := range spans {
		days[s.begin/(24*3600*1_000_000)] = true
		open += s.end - s.begin
	}
	if len(days) >= 3 {
		ts = append(ts, overDays.Says(len(spans), len(days)))
	}
	if remote(c.port) {
		ts = append(ts, remotePort.Says(c.port))
	}
	if waits(c.port) {
		ts = append(ts, waiting.Says(c.port))
	}
	if detect.UsedByCalls(c.proto, c.port) {
		ts = append(ts, detect.CallPort.Says(c.port))
	}
	out, in := float64(max(f.BytesOut, 1)), float64(max(f.BytesIn, 1))
	switch hourly := (f.BytesOut + f.BytesIn) * 3600 / max(open/1_000_000, 1); {
	case hourly < quiet:
		ts = append(ts, silent.Says(detect.Bytes(hourly)))
	case out >= 2*in:
		ts = append(ts, reversed.Says(detect.Times(out/in)))
	case in >= 30*out:
		ts = append(ts, streams.Says(detect.Times(in/out)))
	case in >= 2*out:
		ts = append(ts, receives.Says(detect.Times(in/out)))
	}
	if c.alike >= manyFrom {
		ts = append(ts, manyOpen.Says(c.alike))
	}
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.labels, Name: c.name, Names: c.names, Port: c.port, Proto: c.proto,
	})...)
}

// connections counts those that were answered.
func connections(calls []detect.Call) (n int) {
	for i := range calls {
		if !calls[i].Attempt {
			n++
		}
	}
	return n
}
