package icmp

import (
	"fmt"
	"math"

	"barium/internal/detect"
)

// flow is what the pings of a pair add up to.
type flow struct {
	out, in         int64 // payload bytes
	outPkts, inPkts int64
	uneven          bool // some conversation holds packets of different sizes
	differ          bool // some answers are not as long as what was sent
	blind           bool // the log gives no packets
	places          []detect.Place
}

// measure adds up.
func measure(calls []detect.Call) (m flow) {
	for i := range calls {
		c := &calls[i]
		m.out += c.Out
		m.in += c.In
		m.outPkts += c.OutPkts
		m.inPkts += c.InPkts
		m.uneven = m.uneven || c.OutPkts > 0 && c.Out%c.OutPkts != 0 || c.InPkts > 0 && c.In%c.InPkts != 0
		if c.OutPkts > 0 && c.InPkts > 0 && c.Out*c.InPkts != c.In*c.OutPkts {
			m.differ = true
		}
	}
	m.blind = m.outPkts+m.inPkts == 0
	m.places = detect.Places(calls, 5)
	return m
}

// average is bytes a packet, 0 when there is none.
func average(bytes, packets int64) float64 {
	if packets == 0 {
		return 0
	}
	return float64(bytes) / float64(packets)
}

const (
	// usualPing is the largest payload, in bytes, that ping sends unasked: 32 on
	// Windows, 56 on others, 64 on some devices.
	usualPing = 64
	// fewPackets is up to how many packets may be somebody's try.
	fewPackets = 60
	// enough is how many packets make a difference of sizes certain.
	enough = 100
	// lossy is up to which difference, of the larger, answers that were lost
	// explain that less came back, where the log does not count packets.
	lossy = 0.2
)

// score weighs one candidate; it depends on nothing else.
func score(c *candidate) (detect.Finding, bool) {
	m := measure(c.calls)
	f := detect.Finding{
		Detector: "icmp", Stage: detect.Command, Techniques: []string{"T1095"},
		Src: c.host, Dst: c.far, DstName: c.name, Label: c.label, Proto: "icmp",
		First: c.calls[0].TS, Last: last(c.calls), Events: int64(len(c.calls)), BytesOut: m.out, BytesIn: m.in,
		Hours: detect.Hourly(c.calls), Places: m.places,
	}
	f.Terms = terms(c, &m)
	if m.differ && !c.farInside {
		// What comes back is not what was sent, so somebody at the far end
		// takes it and answers.
		f.Stage, f.Techniques = detect.Exfiltration, []string{"T1095", "T1048.003"}
		f.Accepted, f.Estimated = m.out, true
	}
	f.Reason = reason(c, &m, f.Last-f.First)
	f.Checks = checks(c)
	return f, f.Weight() > 0
}

func terms(c *candidate, m *flow) (ts []detect.Term) {
	packets := m.outPkts + m.inPkts
	certainty := math.Min(1, float64(packets)/enough)
	switch {
	case m.blind:
		if less, more := float64(min(m.out, m.in)), float64(max(m.out, m.in)); less > 0 && less < more*(1-lossy) {
			ts = append(ts, detect.NoEcho.Scaled(0.5, detect.Bytes(m.out), detect.Bytes(m.in)))
		}
	case !m.uneven && !m.differ:
		ts = append(ts, detect.Echoed.Says())
	default:
		if m.uneven {
			ts = append(ts, detect.SizesVary.Scaled(certainty, packets, detect.Bytes((m.out+m.in)/packets)))
		}
		if m.differ {
			ts = append(ts, detect.NoEcho.Scaled(certainty, size(average(m.out, m.outPkts)), size(average(m.in, m.inPkts))))
		}
	}
	odd := m.uneven || m.differ
	if !m.blind {
		if packets < fewPackets {
			ts = append(ts, detect.ProbesSizes.Says(packets))
		}
		if mean := average(m.out+m.in, packets); mean > usualPing && odd {
			ts = append(ts, detect.LargeEchoes.Says(size(mean)))
		}
	}
	if c.pinged >= 10 {
		ts = append(ts, detect.PingsMany.Says(c.pinged))
	}
	if odd || len(ts) > 0 && ts[0].DB > 0 {
		// From 4 kB to 40 MB, by orders of magnitude.
		share := math.Log10(float64(m.out+m.in)/fewBytes) / 4
		if t := detect.MuchByICMP.Scaled(share, detect.Bytes(m.out+m.in), detect.Span(max(last(c.calls)-c.calls[0].TS, 1))); t.DB > 0 {
			ts = append(ts, t)
		}
	}
	return append(ts, detect.FarEndTerms(detect.FarEndFacts{
		Users: c.users, Hosts: c.hosts, First: c.farFirst, LookFirst: c.lookFirst, LookLast: c.lookLast,
		Days: c.days, Labels: c.pinged, Name: c.name, Names: c.names && !c.farInside,
		Port: 443, Proto: 1, // ICMP has no port; a usual one adds no term
	})...)
}

func last(calls []detect.Call) (us int64) {
	for i := range calls {
		us = max(us, calls[i].TS+calls[i].Duration)
	}
	return us
}

func size(bytes float64) string { return fmt.Sprintf("%.1f B", bytes) }

func reason(c *candidate, m *flow, span int64) string {
	far := detect.FarEnd(c.far, c.name, 0)
	where := ""
	if c.farInside {
		where = ", both inside"
	}
	s := fmt.Sprintf("%s and %s%s exchanged %s out and %s in by ICMP echo within %s", c.host, far, where, detect.Bytes(m.out), detect.Bytes(m.in), detect.Span(max(span, 1)))
	switch {
	case m.blind:
		return s + "; the log does not count packets."
	case m.differ:
		return fmt.Sprintf("%s, in %d and %d packets; the answers are not what was sent.", s, m.outPkts, m.inPkts)
	}
	return fmt.Sprintf("%s, in %d and %d packets.", s, m.outPkts, m.inPkts)
}

func checks(c *candidate) []detect.Check {
	return []detect.Check{
		{Where: "host", Text: fmt.Sprintf("which program on %s sends the pings? Monitoring can name itself; a raw socket held open by anything else cannot.", c.host)},
		{Where: "packets", Text: fmt.Sprintf("read the payload of some pings between %s and %s: ping fills it with a pattern (abcdef…, or bytes that count up); a tunnel does not.", c.host, c.far)},
		{Where: "firewall", Text: fmt.Sprintf("does %s need ICMP to %s at all?", c.host, c.far)},
	}
}
