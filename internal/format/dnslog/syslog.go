package dnslog

import "bytes"

// header is what stands in front of a program's message: a time, maybe a host,
// and the program with its process id (RFC 3164, RFC 5424).
type header struct {
	moment moment
	sensor []byte
	tag    []byte // "dnsmasq[123]"
}

// program returns the name in the tag.
func (h *header) program() []byte {
	for i, c := range h.tag {
		if c == '[' || c == ':' || c == '/' {
			return h.tag[:i]
		}
	}
	return h.tag
}

// take reads the header of b and returns the message; nil when there is none.
func (h *header) take(b []byte) []byte {
	*h = header{}
	rest := priority(b)
	structured := len(rest) < len(b) && starts(rest, "1 ")
	if structured {
		rest = rest[2:]
	}
	n := h.moment.iso(rest)
	if n == 0 {
		n = h.moment.bsd(rest)
	}
	if n == 0 || n >= len(rest) || rest[n] != ' ' {
		return nil
	}
	rest = rest[n+1:]
	if structured {
		return h.structured(rest)
	}
	for range 2 { // a host, then the program; a program alone in its own file
		w, after := word(rest)
		if after == nil {
			return nil
		}
		if isTag(w) {
			h.tag = bytes.TrimSuffix(w, []byte{':'})
			return after
		}
		if h.sensor != nil {
			return nil
		}
		h.sensor, rest = w, after
	}
	return nil
}

// isTag says whether w names a program: "named:", "named[12]:", and unbound's own
// "unbound[12:0]".
func isTag(w []byte) bool {
	return len(w) > 1 && w[len(w)-1] == ':' || starts(w, "unbound[") && w[len(w)-1] == ']'
}

// structured reads HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA (RFC 5424
// section 6). These programs write no structured data.
func (h *header) structured(b []byte) []byte {
	var part [4][]byte
	for i := range part {
		if part[i], b = word(b); b == nil {
			return nil
		}
	}
	if string(part[0]) != "-" {
		h.sensor = part[0]
	}
	h.tag = part[1]
	if b[0] == '[' {
		i := bytes.IndexByte(b, ']')
		if i < 0 {
			return nil
		}
		b = bytes.TrimLeft(b[i+1:], " ")
	} else if _, b = word(b); b == nil {
		return nil
	}
	return bytes.TrimPrefix(b, bom)
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
