package dnslog

import (
	"bytes"

	"barium/internal/event"
)

// isBind says whether a message without a program's name in front is BIND's: a
// client's, or one behind its category.
func isBind(b []byte) bool {
	if starts(b, "client ") {
		return starts(b, "client @0x") || isEndpoint(b[len("client "):])
	}
	_, rest := category(b)
	return len(rest) < len(b)
}

// isEndpoint says whether b begins with address#port, as BIND writes it.
func isEndpoint(b []byte) bool {
	w, _ := word(b)
	i := bytes.IndexByte(w, '#')
	return i > 0 && (bytes.IndexByte(w[:i], '.') > 0 || bytes.IndexByte(w[:i], ':') >= 0)
}

// categories are those of BIND (ARM, "The category Phrase") that are told apart.
var categories = []string{
	"client", "cname", "config", "database", "default", "delegation-only", "dispatch", "dnssec", "dnstap", "edns-disabled",
	"general", "lame-servers", "network", "notify", "nsid", "queries", "query-errors", "rate-limit", "resolver", "responses", "rpz",
	"rpz-passthru", "security", "serve-stale", "spill", "sslkeylog", "trust-anchor-telemetry", "unmatched", "update",
	"update-security", "xfer-in", "xfer-out", "zoneload",
}

// category takes the category and the severity off a message (print-category,
// print-severity); what is not there is nothing.
func category(b []byte) (name string, rest []byte) {
	i := bytes.IndexByte(b, ':')
	if i > 0 && i+1 < len(b) && b[i+1] == ' ' {
		for _, c := range categories {
			if string(b[:i]) == c {
				name, b = c, b[i+2:]
				break
			}
		}
	}
	i = bytes.IndexByte(b, ':')
	if i > 0 && i+1 < len(b) && b[i+1] == ' ' {
		switch w, _ := word(b[:i]); string(w) {
		case "info", "debug", "notice", "warning", "error", "critical":
			b = b[i+2:]
		}
	}
	return name, b
}

// bind reads a message of BIND. Only the lines of the category queries are
// look-ups; they have no answers.
func (r *reading) bind(msg []byte) string {
	r.product = "BIND"
	var own moment
	if n := own.named(msg); n > 0 { // its own time behind syslog's
		r.header.moment, msg = own, bytes.TrimLeft(msg[n:], " ")
	}
	if reason := r.begin(); reason != "" {
		return reason
	}
	name, msg := category(msg)
	if !starts(msg, "client ") {
		return r.skip(bindType(name))
	}
	_, rest := word(msg)
	if len(rest) > 0 && rest[0] == '@' {
		_, rest = word(rest)
	}
	client, rest := word(rest)
	i := bytes.Index(rest, []byte("query: "))
	if i < 0 || i > 0 && !bytes.HasSuffix(rest[:i], []byte(": ")) {
		return r.skip(bindType(name))
	}
	return r.bindQuery(client, rest[i+len("query: "):])
}

// bindType is what a line that is no look-up is counted as.
func bindType(category string) string {
	if category == "" {
		return "bind messages"
	}
	return "bind " + category
}

// bindQuery reads "name class type flags (server)" of the client address#port.
func (r *reading) bindQuery(client, b []byte) string {
	e := &r.dns
	i := bytes.IndexByte(client, '#')
	if i < 0 {
		return "a query without a client's port"
	}
	var ok bool
	if e.Orig, ok = address(client[:i]); !ok {
		return "a client that is no address"
	}
	e.OrigPort = port(client[i+1:])
	name, b := word(b)
	of, b := word(b)
	kind, b := word(b)
	if len(name) == 0 || len(kind) == 0 || !class(of) {
		return "a query without class and type"
	}
	e.QType = queryType(kind)
	name, r.arena = unescape(r.arena[:0], plainName(name))
	if reason := r.name(name); reason != "" {
		return reason
	}
	flags, b := word(b)
	if len(flags) > 0 && (flags[0] == '+' || flags[0] == '-') {
		e.Proto = event.ProtoUDP
		if bytes.IndexByte(flags, 'T') > 0 {
			e.Proto = event.ProtoTCP
		}
	}
	if len(b) > 2 && b[0] == '(' {
		if i := bytes.IndexByte(b, ')'); i > 0 {
			e.Resp, _ = address(b[1:i])
		}
	}
	r.hand()
	return ""
}
