package eve

import (
	"bytes"
	"math"

	"github.com/valyala/fastjson"

	"barium/internal/event"
)

// onFlow reads a flow: both directions of one connection, counted at its end.
func (c *current) onFlow() {
	s, f := &c.shared, c.shared.flow
	e := &c.conn
	*e = event.Conn{
		Head: c.head(false), Proto: c.proto, Service: c.service(c.text(s.appProto)),
		Duration: event.Unset, OrigBytes: event.Unset, RespBytes: event.Unset, MissedBytes: event.Unset,
		OrigPkts: c.size("flow.pkts_toserver", f.Get("pkts_toserver")), OrigIPBytes: c.size("flow.bytes_toserver", f.Get("bytes_toserver")),
		RespPkts: c.size("flow.pkts_toclient", f.Get("pkts_toclient")), RespIPBytes: c.size("flow.bytes_toclient", f.Get("bytes_toclient")),
	}
	if f == nil {
		c.fail("flow", nil, "is missing")
		return
	}
	c.span(e, f)
	if overhead := c.overhead(); overhead > 0 {
		e.OrigBytes = payload(e.OrigIPBytes, e.OrigPkts, overhead)
		e.RespBytes = payload(e.RespIPBytes, e.RespPkts, overhead)
	}
	e.State, e.History = c.state(f)
	for _, a := range []struct {
		field string
		addr  event.Addr
	}{{"src_ip", e.Orig}, {"dest_ip", e.Resp}} {
		if a.addr == (event.Addr{}) {
			c.fail(a.field, nil, "is missing")
		}
	}
	if c.why == "" {
		c.sink.Conn(e)
	}
}

// span sets when the flow began and how long it took: from its first to its last
// packet, else the whole seconds that Suricata gives as its age.
func (c *current) span(e *event.Conn, f *fastjson.Value) {
	start, ok := c.moment("flow.start", f.Get("start"))
	if ok {
		e.TS = start
	}
	if end, known := c.moment("flow.end", f.Get("end")); ok && known && end >= start {
		e.Duration = int64(end - start)
		return
	}
	if age := c.count("flow.age", f.Get("age"), math.MaxInt64/1_000_000); age >= 0 {
		e.Duration = age * 1_000_000
	}
}

// What Suricata counts for a packet is the whole frame: link header, IP header,
// transport header, payload, and what pads a short frame to 60 bytes.
const (
	linkHeader = 14 // Ethernet
	vlanTag    = 4
	headerIPv4 = 20 // without options
	headerIPv6 = 40 // without extension headers
	headerTCP  = 60 // with all options that fit (RFC 9293 section 3.1)
	headerUDP  = 8  // ICMP too
	leastFrame = 60
)

// overhead returns the most that a packet of the flow holds besides payload, 0
// for protocols whose headers are not known.
func (c *current) overhead() int64 {
	ip := int64(headerIPv4)
	if b := c.text(c.shared.srcIP); bytes.IndexByte(b, ':') >= 0 {
		ip = headerIPv6
	}
	n := linkHeader + ip
	switch c.proto {
	case event.ProtoTCP:
		n += headerTCP
	case event.ProtoUDP, event.ProtoICMP:
		n = max(n+headerUDP, leastFrame)
	default:
		return 0
	}
	if v := c.shared.vlan; v != nil {
		n += vlanTag * int64(max(len(v.GetArray()), 1))
	}
	return n
}

// payload returns a lower bound of the payload in packets whose frames have so
// many bytes together.
func payload(frames, packets, overhead int64) int64 {
	if frames < 0 || packets < 0 {
		return event.Unset
	}
	if packets > frames/overhead {
		return 0
	}
	return frames - packets*overhead
}

// Flags of a TCP header (RFC 9293 section 3.1), all those seen in one direction.
const (
	fin = 1 << iota
	syn
	rst
	psh
	ack
)

// flags reads tcp_flags_ts or tcp_flags_tc, which are hexadecimal.
func (c *current) flags(field string, v *fastjson.Value) int {
	n := 0
	b := c.text(v)
	for _, d := range b {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d >= 'a' && d <= 'f':
			d -= 'a' - 10
		case d >= 'A' && d <= 'F':
			d -= 'A' - 10
		default:
			c.fail(field, v, "is not hexadecimal")
			return 0
		}
		if n = n<<4 | int(d); n > 0xffff {
			c.fail(field, v, "is too large")
			return 0
		}
	}
	return n
}

// state returns Zeek's conn_state and history for a flow.
func (c *current) state(f *fastjson.Value) (event.ConnState, []byte) {
	answered := c.conn.RespPkts > 0
	name := string(c.text(f.Get("state")))
	switch c.proto {
	case event.ProtoICMP:
		return event.OTH, nil // as Zeek has it
	case event.ProtoTCP:
	default:
		switch {
		case c.conn.RespPkts == 0 || c.conn.RespPkts < 0 && name == "new":
			return event.S0, nil
		case answered || name == "established" || name == "closed" || name == "bypassed":
			return event.SF, nil
		}
		return event.StateUnknown, nil
	}
	if c.shared.tcp == nil {
		return stateOfName(name, answered), nil
	}
	ts := c.flags("tcp.tcp_flags_ts", c.shared.tcp.Get("tcp_flags_ts"))
	tc := c.flags("tcp.tcp_flags_tc", c.shared.tcp.Get("tcp_flags_tc"))
	if ts|tc == 0 {
		// No session was followed: no SYN was seen, or there was no memory for it.
		if answered || name != "new" {
			return event.OTH, nil
		}
		return event.StateUnknown, nil
	}
	return stateOfFlags(ts, tc), c.letters(ts, tc)
}

// stateOfName returns the conn_state of a TCP flow whose flags are not logged.
func stateOfName(name string, answered bool) event.ConnState {
	switch {
	case name == "new" && !answered:
		return event.S0
	case name == "established":
		return event.S1
	case name == "closed":
		return event.SF
	}
	return event.StateUnknown
}

// stateOfFlags returns the conn_state of a TCP flow. Flags do not tell what came
// first: where both sides sent RST, the originator is taken to have begun.
func stateOfFlags(ts, tc int) event.ConnState {
	switch {
	case ts&syn == 0 && tc&syn == 0:
		return event.OTH
	case ts&syn == 0:
		switch {
		case tc&rst != 0:
			return event.RSTRH
		case tc&fin != 0:
			return event.SHR
		}
		return event.OTH
	case tc&syn == 0:
		switch {
		case tc&rst != 0:
			return event.REJ
		case tc != 0:
			return event.OTH // the answer was not seen from its beginning
		case ts&rst != 0:
			return event.RSTOS0
		case ts&fin != 0:
			return event.SH
		}
		return event.S0
	case ts&fin != 0 && tc&fin != 0:
		return event.SF
	case ts&rst != 0:
		return event.RSTO
	case tc&rst != 0:
		return event.RSTR
	case ts&fin != 0:
		return event.S2
	case tc&fin != 0:
		return event.S3
	}
	return event.S1
}

// letters returns Zeek's history as far as flags tell it: each letter once, in the
// usual order. PSH comes with data (RFC 9293 section 3.9.1).
func (c *current) letters(ts, tc int) []byte {
	h := c.history[:0]
	put := func(flags, flag int, letter byte) {
		if flags&flag != 0 {
			h = append(h, letter)
		}
	}
	put(ts, syn, 'S')
	if tc&syn != 0 && tc&ack != 0 {
		h = append(h, 'h')
	} else {
		put(tc, syn, 's')
	}
	put(ts, ack, 'A')
	put(ts, psh, 'D')
	if tc&syn == 0 { // the h holds an ACK already
		put(tc, ack, 'a')
	}
	put(tc, psh, 'd')
	put(ts, fin, 'F')
	put(tc, fin, 'f')
	put(ts, rst, 'R')
	put(tc, rst, 'r')
	return h
}

// service returns Zeek's name of an application protocol, nil when it was not
// recognised.
func (c *current) service(name []byte) []byte {
	switch string(name) {
	case "failed", "unknown":
		return nil
	case "tls":
		return c.word("ssl")
	case "dcerpc":
		return c.word("dce_rpc")
	case "krb5":
		if c.proto == event.ProtoTCP {
			return c.word("krb_tcp")
		}
		return c.word("krb")
	case "ikev1", "ikev2":
		return c.word("ike")
	case "pgsql":
		return c.word("postgresql")
	case "ldap":
		if c.proto == event.ProtoTCP {
			return c.word("ldap_tcp")
		}
		return c.word("ldap_udp")
	}
	return name
}
