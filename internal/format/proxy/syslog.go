package proxy

import (
	"bytes"

	"barium/internal/event"
)

// header is what stands in front of a line that a syslog server wrote: RFC 3164,
// RFC 5424, and what products and servers make of them.
type header struct {
	found  bool
	sensor []byte
	moment moment
	timed  bool
}

// when returns the header's time.
func (r *reading) when() (event.Time, bool) {
	if !r.header.timed {
		return 0, false
	}
	return r.clock.time(&r.header.moment)
}

// peel takes the header off b. Only the usual parts of one are passed over: a
// product's line further on in a message was written by someone else. kind is
// none when what follows is no line of a product.
func (r *reading) peel(b []byte) ([]byte, kind) {
	h := &r.header
	*h = header{}
	if k := classify(b); k != none {
		return b, k
	}
	rest := priority(b)
	if h.found = len(rest) < len(b); h.found && starts(rest, "1 ") {
		return r.structured(rest[2:])
	}
	for range 2 { // the server's header, then the device's
		rest = bytes.TrimLeft(rest, " :*.")
		if k := classify(rest); k != none {
			return rest, k
		}
		n := h.take(rest)
		if n == 0 {
			break
		}
		rest = bytes.TrimLeft(rest[n:], " :")
		if k := classify(rest); k != none {
			return rest, k
		}
		host, after := word(rest, ' ')
		if len(host) == 0 || after == nil {
			break
		}
		if host[len(host)-1] == ':' {
			return r.tagged(after)
		}
		h.sensor, rest = host, after
	}
	rest = bytes.TrimLeft(rest, " :")
	if k := classify(rest); k != none && h.found {
		return rest, k
	}
	tag, after := word(rest, ' ')
	if !h.found || after == nil {
		return b, none
	}
	if string(tag) == "CheckPoint" {
		return r.checkPointSyslog(after)
	}
	if tag[len(tag)-1] == ':' {
		return r.tagged(after)
	}
	return b, none
}

// take reads a time at the beginning of b and returns its length. A device's own
// time, with a year, is preferred to the server's without.
func (h *header) take(b []byte) int {
	var m moment
	n := m.iso(b)
	if n == 0 {
		n = m.bsd(b)
	}
	if n > 0 {
		if !h.timed || h.moment.year == 0 && m.year != 0 {
			h.moment = m
		}
		h.found, h.timed = true, true
	}
	return n
}

// tagged is what stands behind "program[123]: ".
func (r *reading) tagged(b []byte) ([]byte, kind) {
	b = bytes.TrimLeft(b, " :")
	return b, classify(b)
}

// structured takes off the header of RFC 5424 section 6 behind its version:
// TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA. Check Point puts all
// it has to say into the structured data, and a space into the time.
func (r *reading) structured(b []byte) ([]byte, kind) {
	h := &r.header
	n := h.take(b)
	if n == 0 {
		if !starts(b, "- ") {
			return b, none
		}
		n = 1
	}
	rest := bytes.TrimLeft(b[n:], " ")
	if k := classify(rest); k != none { // products that write this header shortened
		return rest, k
	}
	for i := range 4 {
		w, after := word(rest, ' ')
		if after == nil {
			return b, none
		}
		if i == 0 && string(w) != "-" {
			h.sensor = w
		}
		rest = after
	}
	if k := classify(rest); k == checkPoint {
		return rest, k
	}
	switch {
	case starts(rest, "- "):
		rest = rest[2:]
	case len(rest) > 0 && rest[0] == '[':
		rest = bytes.TrimPrefix(rest[elements(rest):], []byte{' '})
	}
	rest = bytes.TrimPrefix(rest, bom)
	return rest, classify(rest)
}

// elements returns the length of the SD-ELEMENTs that b begins with (RFC 5424
// section 6.3): [id name="value"]…, with \" and \] in values.
func elements(b []byte) int {
	inside, quote := false, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && quote:
			i++
		case c == '"' && inside:
			quote = !quote
		case quote:
		case c == '[':
			inside = true
		case c == ']':
			inside = false
		case !inside:
			return i
		}
	}
	return len(b)
}

// checkPointSyslog is what stands behind the program's name: a process id and a
// message id, in old versions without the rest of the header.
func (r *reading) checkPointSyslog(b []byte) ([]byte, kind) {
	for range 3 {
		b = bytes.TrimLeft(b, " ")
		if k := classify(b); k == checkPoint {
			return b, k
		}
		_, b = word(b, ' ')
	}
	return b, none
}

// body returns the host and the message behind a time and a host; the message is
// nil when there is no such header.
func body(b []byte) (host, msg []byte) {
	rest := priority(b)
	if starts(rest, "1 ") && len(rest) < len(b) {
		rest = rest[2:]
	}
	rest = bytes.TrimLeft(rest, " ")
	var m moment
	n := m.iso(rest)
	if n == 0 {
		n = m.bsd(rest)
	}
	if n == 0 {
		return nil, nil
	}
	return word(bytes.TrimLeft(rest[n:], " "), ' ')
}

// priority takes <n> off (RFC 5424 section 6.2.1).
func priority(b []byte) []byte {
	if len(b) < 3 || b[0] != '<' {
		return b
	}
	for i := 1; i < len(b) && i < 5; i++ {
		if b[i] == '>' && i > 1 {
			return b[i+1:]
		}
		if !digit(b[i]) {
			return b
		}
	}
	return b
}
