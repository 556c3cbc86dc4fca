package relay

import (
	"fmt"
	"math"
	"slices"

	"barium/internal/detect"
)

const (
	dayMicros = 86_400_000_000
	// lag is how long after an in-leg, in microseconds, its out-leg may begin. The
	// sensor's clock may place it a little before.
	lag, early = 1_000_000, 50_000
	// enough is the correlation from which sessions go in step (D26).
	enough = 0.95
	// alike is up to which difference, of the larger, two legs carry the same: TLS
	// and SOCKS add some bytes to each session.
	alike, overhead = 0.05, 600
)

// match pairs in-legs with the out-legs that begin within the lag and carry as
// much both ways, each once. Both are in order of time.
func match(in, out []detect.Call) (ss []session) {
	taken := make([]bool, len(out))
	from := 0
	for i := range in {
		x := &in[i]
		if x.Attempt {
			continue
		}
		for from < len(out) && out[from].TS < x.TS-early {
			from++
		}
		for j := from; j < len(out) && out[j].TS <= x.TS+lag; j++ {
			y := &out[j]
			if taken[j] || y.Attempt || !same(x.Out, y.Out) || !same(x.In, y.In) {
				continue
			}
			taken[j] = true
			ss = append(ss, session{*x, *y})
			break
		}
	}
	return ss
}

// same reports whether two legs may carry the same.
func same(a, b int64) bool {
	return math.Abs(float64(a-b)) <= alike*float64(max(a, b))+overhead
}

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	f := detect.Finding{
		Detector: "relay", Stage: detect.Command, Techniques: []string{"T1090.001"}, Src: c.host, Proto: "tcp",
	}
	// Sessions of which only a part is continued are chance, or another service.
	if len(c.sessions) == 0 || 2*len(c.sessions) < c.tried {
		return f, false
	}
	if c.targetInside { // asked from outside: that is the far end
		f.Dst, f.Label, f.Port, f.Inbound = c.asker, c.asker, c.inPort, true
		f.Techniques = []string{"T1090"}
	} else {
		f.Dst, f.DstName, f.Label, f.Port = c.target, c.name, c.label, c.outPort
	}
	f.With(c.asker, c.inPort)
	f.With(c.target, c.outPort)
	f.Entities = []detect.Entity{{Kind: detect.KindHost, Value: c.asker}, {Kind: detect.KindHost, Value: c.target}}
	var outs, ins []detect.Call
	for _, s := range c.sessions {
		ins, outs = append(ins, s.in), append(outs, s.out)
		f.Events++
		// What leaves the house: of an out-leg to the outside what goes there, of an in-leg from outside what is answered.
		if c.targetInside {
			f.BytesOut += s.in.In
			f.BytesIn += s.in.Out
		} else {
			f.BytesOut += s.out.Out
			f.BytesIn += s.out.In
		}
		f.Last = max(f.Last, s.in.TS+s.in.Duration, s.out.TS+s.out.Duration)
	}
	f.First = c.sessions[0].in.TS
	f.Places = append(detect.Places(ins, 3), detect.Places(outs, 3)...)
	r := correlation(c.sessions)
	f.Terms = c.terms(r)
	f.Reason = fmt.Sprintf("%s passes on to %s:%d what %s sends to its port %d: %d of %d sessions from %s on began on both sides within a second and carried as much; %s went on and %s came back.",
		c.host, c.target, c.outPort, c.asker, c.inPort, len(c.sessions), c.tried, detect.Moment(f.First), detect.Bytes(sum(c.sessions, true)), detect.Bytes(sum(c.sessions, false)))
	f.Checks = []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s listens on port %d and connects to %s? A port forwarding of the system (netsh portproxy, iptables, ssh -L) shows in its configuration.", c.host, c.inPort, c.target)},
		{Where: "network plan", Text: fmt.Sprintf("is %s meant to be a gateway between %s and %s?", c.host, c.asker, c.target)},
	}
	return f, f.Weight() > 0
}

func sum(ss []session, forth bool) (n int64) {
	for _, s := range ss {
		if forth {
			n += s.out.Out
		} else {
			n += s.out.In
		}
	}
	return n
}

// correlation of the bytes of both legs on a logarithmic scale, each way a
// point; 1 for sessions that are all the same size, for these are alike too.
func correlation(ss []session) float64 {
	var xs, ys []float64
	for _, s := range ss {
		xs = append(xs, math.Log1p(float64(s.in.Out)), math.Log1p(float64(s.in.In)))
		ys = append(ys, math.Log1p(float64(s.out.Out)), math.Log1p(float64(s.out.In)))
	}
	mx, my := mean(xs), mean(ys)
	var xy, xx, yy float64
	for i := range xs {
		xy += (xs[i] - mx) * (ys[i] - my)
		xx += (xs[i] - mx) * (xs[i] - mx)
		yy += (ys[i] - my) * (ys[i] - my)
	}
	if xx == 0 || yy == 0 {
		return 1
	}
	return xy / math.Sqrt(xx*yy)
}

func mean(xs []float64) (m float64) {
	for _, x := range xs {
		m += x / float64(len(xs))
	}
	return m
}

func (c *candidate) terms(r float64) (ts []detect.Term) {
	n := len(c.sessions)
	if r < enough {
		return nil
	}
	// Three sessions in step say half of it, thirty all.
	share := 0.3 + 0.7*math.Log10(float64(n))/math.Log10(30)
	worst := int64(0)
	var off float64
	for _, s := range c.sessions {
		worst = max(worst, s.out.TS-s.in.TS)
		a, b := float64(s.in.Out+s.in.In), float64(s.out.Out+s.out.In)
		off = math.Max(off, math.Abs(a-b)/math.Max(a, b))
	}
	ts = append(ts, InStep.Scaled(share, n, detect.Span(max(worst, 1000)), r))
	if c.endTogether() && off <= 0.02 {
		ts = append(ts, Alike.Says(100*off))
	}
	if c.askerInside && c.askerLabels == 0 {
		ts = append(ts, Restricted.Says(c.asker))
	}
	if c.targetInside {
		ts = append(ts, FromOutside.Says())
	}
	span := c.lookLast/dayMicros - c.lookFirst/dayMicros + 1
	if age := c.portFirst/dayMicros - c.lookFirst/dayMicros; age >= 1 {
		ts = append(ts, NewRelay.Says(age+1))
	} else if c.days >= 3 {
		ts = append(ts, LongSince.Says(c.days, span))
	}
	if n < 3 {
		ts = append(ts, FewSessions.Says(n))
	}
	if c.clients >= 4 {
		ts = append(ts, ServesSeveral.Says(c.clients))
	}
	if slices.Contains([]int{25, 465, 587, 1080, 3128, 8080, 8888}, c.inPort) {
		ts = append(ts, KnownRelay.Says(c.inPort))
	}
	if !c.targetInside {
		ts = append(ts, detect.FarEndTerms(detect.FarEndFacts{
			Users: c.users, Hosts: c.hosts, First: c.labelFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
			Days: 1, Labels: c.labels, Name: c.name, Names: c.names, Port: c.outPort, Proto: 6,
		})...)
	}
	return ts
}

// endTogether reports whether the legs of each session end within two lags.
func (c *candidate) endTogether() bool {
	for _, s := range c.sessions {
		d := s.in.TS + s.in.Duration - s.out.TS - s.out.Duration
		if d < -2*lag || d > 2*lag {
			return false
		}
	}
	return true
}
