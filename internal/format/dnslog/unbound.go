package dnslog

import (
	"bytes"

	"barium/internal/event"
)

// unboundFile reads a line of unbound's own file: [1583142000] unbound[12:0] info: …
func (r *reading) unboundFile(b []byte) string {
	i := bytes.IndexByte(b, ']')
	if i < 2 || !starts(b[i+1:], " unbound[") {
		return "not a line of a DNS server that is known"
	}
	r.product = "unbound"
	n := digits(b, 1, i)
	if i > 11 || n <= 0 {
		return badTime
	}
	r.beginAt(event.Time(n) * second)
	r.clock.last = r.dns.TS
	_, msg := word(b[i+2:])
	return r.unboundMessage(msg)
}

// unbound reads a message behind a header; syslog's has the thread in front.
func (r *reading) unbound(msg []byte) string {
	r.product = "unbound"
	if reason := r.begin(); reason != "" {
		return reason
	}
	if len(msg) > 0 && msg[0] == '[' {
		_, msg = word(msg)
	}
	return r.unboundMessage(msg)
}

// unboundMessage reads what log-queries and log-replies write:
// "info: client name type class", and of a reply "rcode seconds cached bytes" too.
func (r *reading) unboundMessage(msg []byte) string {
	what, b := word(msg)
	switch string(what) {
	case "info:", "query:", "reply:":
	default:
		return r.skip("unbound messages")
	}
	client, b := word(b)
	name, b := word(b)
	kind, b := word(b)
	of, b := word(b)
	e := &r.dns
	var ok bool
	if e.Orig, ok = address(client); !ok || !class(of) || len(name) == 0 || name[len(name)-1] != '.' {
		if len(what) == len("info:") && what[0] == 'i' {
			return r.skip("unbound messages")
		}
		return "a " + string(what[:len(what)-1]) + " without client, name, type and class"
	}
	e.QType = queryType(kind)
	if reason := r.name(name); reason != "" {
		return reason
	}
	r.key = append(append(append(append(r.key[:0], 'u'), e.Sensor...), client...), ' ')
	r.key = appendLower(append(append(r.key, kind...), ' '), e.Query)
	code, b := word(b)
	if len(code) == 0 {
		r.wait()
		return ""
	}
	e.RCode = responseCode(code)
	r.destination(b)
	r.replied()
	return ""
}

// destination reads what log-destaddr puts behind a reply.
func (r *reading) destination(b []byte) {
	for range 3 {
		_, b = word(b) // seconds, whether it was cached, bytes
	}
	for len(b) > 0 {
		var w []byte
		w, b = word(b)
		if a, ok := address(w); ok {
			r.dns.Resp = a
		}
		switch string(w) {
		case "udp":
			r.dns.Proto = event.ProtoUDP
		case "tcp":
			r.dns.Proto = event.ProtoTCP
		}
	}
}

// replied gives a reply to its question; without one it is the look-up itself.
func (r *reading) replied() {
	e := &r.dns
	for q := r.queue.newest(r.key, e.TS); q != nil; q = r.queue.before(q, e.TS) {
		if q.dns.RCode != event.Unset {
			continue
		}
		q.dns.RCode = e.RCode
		if e.Resp != (event.Addr{}) {
			q.dns.Resp = e.Resp
		}
		if e.Proto != event.ProtoUnknown {
			q.dns.Proto = e.Proto
		}
		return
	}
	r.hand()
}
