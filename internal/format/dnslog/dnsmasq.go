package dnslog

import (
	"bytes"

	"barium/internal/event"
)

// chain is a run of CNAMEs in the answers: dnsmasq writes "reply a is <CNAME>" and
// goes on with the name that a leads to.
type chain struct {
	open  bool
	next  bool   // the next answer says where the last name leads
	key   []byte // of the question
	last  []byte // name
	names []byte // that it led to so far, one behind the other
	ends  []int
}

// dnsmasq reads a message of dnsmasq or of Pi-hole's FTL, which writes the same.
func (r *reading) dnsmasq(msg []byte) string {
	r.product = "dnsmasq"
	if reason := r.begin(); reason != "" {
		return reason
	}
	r.key = append(append(r.key[:0], 'd'), r.dns.Sensor...)
	serial, msg := r.serial(msg)
	switch {
	case starts(msg, "query["), starts(msg, "auth["):
		r.chain.open = false
		return r.dnsmasqQuery(msg, serial)
	case starts(msg, "forwarded "), starts(msg, "validation "), starts(msg, "dnssec-"):
		r.chain.open = false
		return r.skip("dnsmasq forwarding and validation")
	}
	name, text, ok := answer(msg)
	if !ok {
		return r.skip("dnsmasq messages")
	}
	if !serial {
		r.key = appendLower(append(r.key, 0), name)
	}
	if !r.answered(name, text, isBlocked(msg)) {
		return r.skip("dnsmasq answers to no question")
	}
	return ""
}

// serial reads what log-queries=extra puts in front: a number, maybe the
// protocol, and the client's address and port. The same stands in front of all lines of
// a look-up, so it is their key.
func (r *reading) serial(msg []byte) (bool, []byte) {
	w, rest := word(msg)
	if len(rest) == 0 || digits(w, 0, len(w)) < 0 {
		return false, msg
	}
	if starts(rest, "UDP ") || starts(rest, "TCP ") {
		r.dns.Proto = event.ProtoUDP
		if rest[0] == 'T' {
			r.dns.Proto = event.ProtoTCP
		}
		_, rest = word(rest)
	}
	from, after := word(rest)
	i := bytes.IndexByte(from, '/')
	if i < 0 || after == nil {
		return false, msg
	}
	r.dns.OrigPort = port(from[i+1:])
	r.key = append(append(append(r.key, 1), r.header.tag...), msg[:len(msg)-len(after)]...)
	return true, after
}

// dnsmasqQuery reads "query[type] name from client". dnsmasq writes a name with
// characters that cannot be printed as <name unprintable>.
func (r *reading) dnsmasqQuery(msg []byte, serial bool) string {
	open, end := bytes.IndexByte(msg, '['), bytes.IndexByte(msg, ']')
	from := bytes.LastIndex(msg, []byte(" from "))
	if end < open || from < end+2 || msg[end+1] != ' ' {
		return "a query without name and client"
	}
	e := &r.dns
	var ok bool
	if e.Orig, ok = address(bytes.TrimRight(msg[from+len(" from "):], " ")); !ok {
		return "a client that is no address"
	}
	e.QType = queryType(msg[open+1 : end])
	name := msg[end+2 : from]
	if string(name) != "<name unprintable>" {
		if reason := r.name(name); reason != "" {
			return reason
		}
	}
	if !serial {
		r.key = appendLower(append(r.key, 0), plainName(name))
	}
	r.wait()
	return ""
}

// sources are where answers come from, in dnsmasq's words and in Pi-hole's. The
// path of a hosts file may stand there too.
var sources = []string{
	"reply ", "cached ", "config ", "cached-stale ", "DHCP ", "special domain ", "Special domain ", "Pi-hole hostname ",
}

// blocked are the sources of answers that keep the question in the house: the name
// is on a list, and whoever runs its domain never hears of it.
var blocked = []string{"gravity blocked ", "exactly denied ", "regex denied ", "exactly blacklisted ", "regex blacklisted "}

// isBlocked says whether an answer is one of these.
func isBlocked(msg []byte) bool {
	for _, s := range blocked {
		if starts(msg, s) {
			return true
		}
	}
	return false
}

// answer takes "source name is text" apart.
func answer(msg []byte) (name, text []byte, ok bool) {
	rest := msg[:0]
	for _, list := range [][]string{sources, blocked} {
		for _, s := range list {
			if starts(msg, s) {
				rest = msg[len(s):]
			}
		}
	}
	if len(rest) == 0 && len(msg) > 0 && msg[0] == '/' {
		_, rest = word(msg)
	}
	i := bytes.Index(rest, []byte(" is "))
	if i <= 0 {
		return nil, nil, false
	}
	return plainName(rest[:i]), rest[i+len(" is "):], true
}

// answered gives an answer to the question that it belongs to.
func (r *reading) answered(name, text []byte, blocked bool) bool {
	c := &r.chain
	plain := r.key[len(r.dns.Sensor)+1] == 0
	switch {
	case !c.open || !plain && !bytes.Equal(c.key, r.key):
		c.open = false
	case c.next:
		c.names = append(c.names, name...)
		c.ends = append(c.ends, len(c.names))
		c.last = append(c.last[:0], name...)
		r.key = append(r.key[:0], c.key...)
	case bytes.Equal(c.last, name):
		r.key = append(r.key[:0], c.key...)
	default:
		c.open = false
	}
	c.next = string(text) == "<CNAME>"
	if c.next {
		if !c.open || len(c.ends) >= maxAnswers {
			*c = chain{open: true, next: true, key: append(c.key[:0], r.key...), last: c.last[:0], names: c.names[:0], ends: c.ends[:0]}
		}
		return true
	}
	q := r.fitting(text)
	if q == nil {
		return false
	}
	if blocked {
		q.dns.Rejected = true
		return true
	}
	if c.open && !q.chain {
		from := 0
		for _, end := range c.ends {
			q.add(c.names[from:end])
			from = end
		}
		q.chain = true
	}
	switch code := saidCode(text); {
	case code != event.Unset:
		q.dns.RCode = code
	default:
		q.dns.RCode = 0
		if text[0] != '<' { // "<TXT>": there is an answer, it is not shown
			q.add(text)
		}
	}
	return true
}

// saidCode returns the response code that an answer stands for, event.Unset when it
// is data.
func saidCode(text []byte) int {
	switch string(text) {
	case "NODATA", "NODATA-IPv4", "NODATA-IPv6":
		return 0
	}
	return responseCode(text)
}

// fitting returns the newest question that the answer can belong to.
func (r *reading) fitting(text []byte) *question {
	if len(text) == 0 {
		return nil
	}
	code := saidCode(text)
	kind := typeANY
	switch a, ok := address(text); {
	case ok && a.Netip().Is4(), string(text) == "NODATA-IPv4":
		kind = typeA
	case ok, string(text) == "NODATA-IPv6":
		kind = typeAAAA
	}
	for q := r.queue.newest(r.key, r.dns.TS); q != nil; q = r.queue.before(q, r.dns.TS) {
		other := kind != typeANY && q.dns.QType != kind && q.dns.QType != typeANY ||
			kind == typeANY && code == event.Unset && text[0] != '<' && (q.dns.QType == typeA || q.dns.QType == typeAAAA)
		if other || code != event.Unset && q.dns.RCode != event.Unset {
			continue
		}
		return q
	}
	return nil
}
