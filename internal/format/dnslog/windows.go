package dnslog

import (
	"bytes"

	"barium/internal/event"
)

// packet is a line of Windows' DNS debug log, taken apart as far as what it tells of:
// date, time, thread, context, and the rest.
type packet struct {
	date     date
	clock    moment
	halfDay  bool // AM or PM
	thread   []byte
	context  []byte // "PACKET", "EVENT" …
	contents []byte
}

// splitPacket takes such a line apart. Every locale writes date and time its own
// way; what follows is the same in all.
func splitPacket(b []byte) (p packet, ok bool) {
	n := p.date.read(b)
	if n == 0 || n >= len(b) || b[n] != ' ' {
		return p, false
	}
	b = b[n+1:]
	if n = p.clock.daytime(b); n == 0 || n >= len(b) || b[n] != ' ' {
		return p, false
	}
	b = b[n+1:]
	if starts(b, "AM ") || starts(b, "PM ") {
		const noon = 12 * 3600 * second
		p.halfDay = true
		if p.clock.clock >= noon+3600*second || p.clock.clock < 3600*second {
			return p, false
		}
		p.clock.clock %= noon
		if b[0] == 'P' {
			p.clock.clock += noon
		}
		b = b[3:]
	}
	p.thread, b = word(b)
	p.context, p.contents = word(b)
	if !isHex(p.thread) || len(p.context) < 3 {
		return p, false
	}
	for _, c := range p.context {
		if c < 'A' || c > 'Z' {
			return p, false
		}
	}
	return p, true
}

// packet reads a line that splitPacket took apart. What the server itself asks
// others, and what these say, is not a look-up of a client.
func (r *reading) packet(p *packet) string {
	r.product, r.windows, r.begun = "Windows DNS", true, true
	if reason := r.when(p); reason != "" {
		return reason
	}
	if string(p.context) != "PACKET" {
		return r.skip("windows dns events")
	}
	w, b := word(p.contents)
	if isHex(w) { // internal packet identifier; Windows 2003 has none
		w, b = word(b)
	}
	e := &r.dns
	switch string(w) {
	case "UDP":
		e.Proto = event.ProtoUDP
	case "TCP":
		e.Proto = event.ProtoTCP
	default:
		return "a packet that is neither UDP nor TCP"
	}
	way, b := word(b)
	sent := string(way) == "Snd"
	if !sent && string(way) != "Rcv" {
		return "a packet that was neither sent nor received"
	}
	remote, b := word(b)
	var ok bool
	if e.Orig, ok = address(remote); !ok {
		return "a remote end that is no address"
	}
	xid, b := word(b)
	open, end := bytes.IndexByte(b, '['), bytes.IndexByte(b, ']')
	if !isHex(xid) || open < 0 || end < open {
		return "a packet without xid and flags"
	}
	opcode, reply := bytes.TrimRight(b[:open], " "), false
	if starts(opcode, "R ") {
		reply, opcode = true, bytes.TrimLeft(opcode[2:], " ")
	}
	switch {
	case string(opcode) != "Q":
		return r.skip("windows dns updates and notifies")
	case sent != reply:
		return r.skip("windows dns recursion")
	}
	return r.packetName(remote, xid, b[open+1:end], b[end+1:], reply)
}

// packetName reads type and name, and joins questions and replies.
func (r *reading) packetName(remote, xid, flags, b []byte, reply bool) string {
	e := &r.dns
	kind, name := word(bytes.TrimLeft(b, " "))
	e.QType = queryType(kind)
	var ok bool
	if r.arena, ok = windowsName(r.arena[:0], name); !ok {
		return "a packet without a name"
	}
	if reason := r.name(r.arena); reason != "" {
		return reason
	}
	r.key = append(append(append(append(r.key[:0], 'w'), remote...), ' '), xid...)
	r.key = appendLower(append(append(append(r.key, ' '), kind...), ' '), e.Query)
	if !reply {
		r.wait()
		return ""
	}
	flags = bytes.TrimRight(flags, " ")
	e.RCode = responseCode(flags[bytes.LastIndexByte(flags, ' ')+1:])
	r.replied()
	return ""
}

// windowsName appends the name that is written "(3)www(7)example(3)com(0)" to dst.
// The number says how long the label is, so a label may hold brackets.
func windowsName(dst, b []byte) ([]byte, bool) {
	start := len(dst)
	for {
		end := bytes.IndexByte(b, ')')
		if len(b) == 0 || b[0] != '(' || end < 2 || end > 3 {
			return dst, false
		}
		n := digits(b, 1, end)
		b = b[end+1:]
		switch {
		case n == 0:
			if len(dst) == start {
				dst = append(dst, '.')
			}
			return dst, true
		case n < 0 || n > 63:
			return dst, false
		case n >= len(b) || b[n] != '(': // more bytes than characters, or an escape
			if n = bytes.IndexByte(b, '('); n <= 0 {
				return dst, false
			}
		}
		if len(dst) > start {
			dst = append(dst, '.')
		}
		dst = append(dst, b[:n]...)
		b = b[n:]
	}
}

// windowsText takes in the lines of such a log that are not one by themselves: the
// text at its head, and the packets' details below them.
func (r *reading) windowsText(b []byte) bool {
	switch {
	case isWindowsHead(b):
		r.windows = true
	case !r.windows:
		return false
	case b[0] != ' ' && b[0] != '\t' && !((starts(b, "UDP ") || starts(b, "TCP ")) && bytes.Contains(b, []byte(" info at "))):
		return false
	case r.begun:
		r.sink.Skip("windows dns packet details")
	}
	r.product = "Windows DNS"
	return true
}

func isWindowsHead(b []byte) bool {
	return starts(b, "DNS Server log file creation at ") || starts(b, "Message logging key") || starts(b, "Log file wrap at ")
}
