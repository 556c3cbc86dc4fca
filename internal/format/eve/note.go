package eve

import (
	"math"

	"github.com/valyala/fastjson"

	"barium/internal/event"
)

// onAlert reads what a rule found. The source is that of the packet it was found
// in, which may be the server; newer versions tell the flow's own.
func (c *current) onAlert() {
	v := c.part("alert")
	e := &c.note
	*e = event.Note{
		Head: c.packetHead(), Log: "alert", Proto: c.proto, Name: c.text(v.Get("signature")),
		Severity: int(c.count("alert.severity", v.Get("severity"), math.MaxUint8)),
	}
	e.Message = c.list(c.text(v.Get("category")), c.text(v.Get("action")), c.rule(v))
	if c.why == "" {
		c.sink.Note(e)
	}
}

// rule returns the number of a rule as group:rule:revision, as far as it is given.
func (c *current) rule(v *fastjson.Value) []byte {
	id := c.text(v.Get("signature_id"))
	if id == nil {
		return nil
	}
	return c.join(c.text(v.Get("gid")), c.word(":"), id, c.word(":"), c.text(v.Get("rev")))
}

// onAnomaly reads what Suricata found wrong with a packet, a stream or a protocol.
func (c *current) onAnomaly() {
	v := c.part("anomaly")
	e := &c.note
	*e = event.Note{
		Head: c.packetHead(), Log: "anomaly", Proto: c.proto, Name: c.text(v.Get("event")),
		Message: c.list(c.text(v.Get("type")), c.text(v.Get("layer")), c.text(v.Get("app_proto"))), Severity: event.Unset,
	}
	if e.Name == nil {
		e.Name = c.text(v.Get("code"))
	}
	if c.why == "" {
		c.sink.Note(e)
	}
}

// list returns texts with commas between them; missing ones are left out.
func (c *current) list(texts ...[]byte) []byte {
	n := len(c.arena)
	for _, t := range texts {
		if t == nil {
			continue
		}
		if len(c.arena) > n {
			c.arena = append(c.arena, ", "...)
		}
		c.arena = append(c.arena, t...)
	}
	if n == len(c.arena) {
		return nil
	}
	return c.arena[n:len(c.arena):len(c.arena)]
}

// packetHead is the head of a record about one packet, turned so that the client
// is the originator where the event tells who that is.
func (c *current) packetHead() event.Head {
	f := c.shared.flow
	if !given(f.Get("src_ip")) || !given(f.Get("dest_ip")) {
		return c.head(c.toClient())
	}
	h := c.head(false)
	h.Orig, h.Resp = c.addr("flow.src_ip", f.Get("src_ip")), c.addr("flow.dest_ip", f.Get("dest_ip"))
	if given(f.Get("src_port")) && given(f.Get("dest_port")) {
		h.OrigPort, h.RespPort = c.port("flow.src_port", f.Get("src_port")), c.port("flow.dest_port", f.Get("dest_port"))
	}
	return h
}

// onStats reads how many packets the kernel dropped before Suricata saw them. It
// returns false for counters that do not tell.
func (c *current) onStats() bool {
	v := c.part("stats")
	capture := v.Get("capture")
	packets := c.size("stats.capture.kernel_packets", capture.Get("kernel_packets"))
	drops := c.size("stats.capture.kernel_drops", capture.Get("kernel_drops"))
	delta := c.count("stats.uptime", v.Get("uptime"), math.MaxInt64/1_000_000)
	if p, d := capture.Get("kernel_packets_delta"), capture.Get("kernel_drops_delta"); given(p) && given(d) {
		// Since the statistics before; how long that is, is not logged.
		packets, drops, delta = c.size("stats.capture.kernel_packets_delta", p), c.size("stats.capture.kernel_drops_delta", d), event.Unset
	}
	if c.why == "" && (packets < 0 || drops < 0) {
		return false
	}
	e := &c.loss
	*e = event.CaptureLoss{Head: event.Head{Offset: c.at, TS: c.ts, Sensor: c.sensor()}, Delta: event.Unset, Gaps: event.Unset, Acks: event.Unset}
	if delta >= 0 {
		e.Delta = delta * 1_000_000
	}
	if drops > 0 {
		e.Percent = min(100*float64(drops)/float64(max(packets, 1)), 100)
	}
	if c.why == "" {
		c.sink.CaptureLoss(e)
	}
	return true
}
