package proxy

import (
	"bytes"

	"barium/internal/event"
)

// bytesWay says which way the keys in and out of a product's CEF count.
type bytesWay uint8

const (
	wayUnknown bytesWay = iota
	inIsSent            // as the CEF standard says: in flows from source to destination
	outIsSent           // out flows from source to destination
)

// vendors are those whose way is documented: PAN-OS CEF guide; FortiOS Log
// Message Reference, CEF support (sentbyte is out); Check Point sk122323; Zscaler
// NSS feed (out is reqsize); the others by their own guides.
var vendors = map[string]bytesWay{
	"Palo Alto Networks": inIsSent,
	"Fortinet":           outIsSent,
	"Check Point":        outIsSent,
	"Zscaler":            outIsSent,
}

// wayWarning is for CEF of products that are not among vendors.
const wayWarning = "CEF of a product whose keys in and out may count either way: its bytes were left out"

// cef reads a CEF line: CEF:0|vendor|product|version|class|name|severity|extension
// (ArcSight Common Event Format, Implementation Standard).
func (r *reading) cef(b []byte) string {
	b = bytes.TrimLeft(b[len("CEF:"):], " ")
	_, b = word(b, '|')
	var head [6][]byte // vendor, product, version, class, name, severity
	for i := range head {
		if b == nil {
			return "fewer parts than the header of CEF has"
		}
		head[i], b = r.escaped(b, '|')
	}
	e := &r.entry
	c := cefKeys{way: vendors[string(head[0])], in: event.Unset, out: event.Unset}
	for b = bytes.TrimLeft(b, " "); len(b) > 0; {
		key, v, rest := r.extension(b)
		if key == nil {
			return "no key=value where the extension of CEF begins"
		}
		c.set(r, e, key, v)
		b = rest
	}
	return r.cefDone(e, &c, head[0], head[1])
}

// cefKeys is what the keys of an extension say beyond an entry.
type cefKeys struct {
	way     bytesWay
	in, out int64
	bytes   bool   // one of them is there
	number  []byte // cn3, whose meaning its label says
	elapsed bool
	logID   []byte // of FortiOS
	request bool
}

func (c *cefKeys) set(r *reading, e *entry, key, v []byte) {
	switch string(key) {
	case "src":
		e.addr(&e.src, v)
	case "dst":
		e.addr(&e.dst, v)
	case "c6a2":
		if e.src == (event.Addr{}) {
			e.src, _ = address(v)
		}
	case "c6a3":
		if e.dst == (event.Addr{}) {
			e.dst, _ = address(v)
		}
	case "spt":
		e.srcPort = port(v)
	case "dpt":
		e.dstPort = port(v)
	case "proto":
		e.proto = protocol(v)
	case "act":
		e.action(v)
	case "in":
		e.count(&c.in, v)
		c.bytes = true
	case "out":
		e.count(&c.out, v)
		c.bytes = true
	case "app":
		e.app = text(v)
	case "request":
		c.request = len(text(v)) > 0
		e.url = text(v)
	case "requestMethod":
		e.method = upper(text(v))
	case "requestClientApplication":
		e.agent = text(v)
	case "dhost":
		e.host = text(v)
	case "suser":
		e.account = text(v)
	case "outcome":
		e.status = code(v)
	case "rt":
		if !e.timed {
			r.cefTime(e, v)
			e.ended = e.timed
		}
	case "start":
		r.cefTime(e, v)
		e.ended = false
	case "FTNTFGTeventtime":
		e.time, e.timed = epoch(v)
		e.ended = true
	case "FTNTFGTduration":
		e.seconds(v)
	case "FTNTFGTlogid":
		c.logID = v
	case "cn3":
		c.number = v
	case "cn3Label":
		c.elapsed = string(v) == "Elapsed time in seconds"
	case "dvchost", "deviceExternalId":
		if len(e.sensor) == 0 || string(key) == "dvchost" {
			e.sensor = v
		}
	}
}

// cefTime reads milliseconds since 1970, or "Mar 02 2026 10:00:00.123 UTC".
func (r *reading) cefTime(e *entry, v []byte) {
	if t, ok := epoch(v); ok {
		e.time, e.timed = t, true
		return
	}
	var m moment
	if m.bsd(v) > 0 || m.iso(v) > 0 {
		e.time, e.timed = r.clock.time(&m)
	}
}

// cefDone decides what the line tells of.
func (r *reading) cefDone(e *entry, c *cefKeys, vendor, product []byte) string {
	r.fromHeader(e)
	if c.elapsed {
		e.seconds(c.number)
	}
	if c.bytes {
		switch c.way {
		case inIsSent:
			e.sent, e.received = c.in, c.out
		case outIsSent:
			e.sent, e.received = c.out, c.in
		case wayUnknown:
			r.warn(wayWarning)
		}
	}
	if string(vendor) == "Fortinet" && len(c.logID) >= 5 {
		switch string(c.logID[len(c.logID)-5:]) {
		case "00015":
			return r.skip("fortigate session start")
		case "00020":
			return r.skip("fortigate interim traffic")
		}
	}
	name := cefName(vendor)
	switch {
	case c.request && string(vendor) == "Zscaler":
		r.product(name)
		e.proxied, e.ended, e.dst = true, false, event.Addr{} // dst is where the proxy went
		return r.zscalerDone(e)
	case c.request:
		r.product(name)
		host := e.host
		e.split(e.url)
		if len(host) > 0 {
			e.host = host
		}
		return r.request(e)
	case e.src != (event.Addr{}) && e.dst != (event.Addr{}) && (e.dstPort > 0 || e.proto != event.ProtoUnknown):
		r.product(name)
		return r.session(e)
	}
	return r.skipNamed("cef", product)
}

// cefName returns the name that a product is shown by.
func cefName(vendor []byte) string {
	switch string(vendor) {
	case "Palo Alto Networks":
		return "cef (palo alto)"
	case "Fortinet":
		return "cef (fortigate)"
	case "Check Point":
		return "cef (check point)"
	case "Zscaler":
		return "cef (zscaler)"
	}
	return "cef"
}

// extension takes one key=value off b: the value ends before the next key, which
// has letters, digits and . _ - only and stands behind a space. \= \\ \n and \r
// in the value are what they stand for.
func (r *reading) extension(b []byte) (key, v, rest []byte) {
	i := bytes.IndexByte(b, '=')
	if i < 1 || !isKey(b[:i]) {
		return nil, nil, nil
	}
	key, b = b[:i], b[i+1:]
	end, escapes := len(b), false
	for at := 0; at < len(b); {
		j := bytes.IndexAny(b[at:], "=\\")
		if j < 0 {
			break
		}
		j += at
		if b[j] == '\\' {
			escapes = true
			at = j + 2
			continue
		}
		k := bytes.LastIndexByte(b[:j], ' ')
		if k >= 0 && isKey(b[k+1:j]) {
			end, rest = k, b[k+1:]
			break
		}
		at = j + 1
	}
	v = bytes.TrimRight(b[:end], " ")
	if escapes && bytes.IndexByte(v, '\\') >= 0 {
		v = r.unescape(v)
	}
	return key, v, rest
}

func isKey(b []byte) bool {
	if len(b) == 0 || len(b) > 64 {
		return false
	}
	for _, c := range b {
		if (c|0x20 < 'a' || c|0x20 > 'z') && !digit(c) && c != '_' && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// unescape takes the backslashes out of an extension's value.
func (r *reading) unescape(b []byte) []byte {
	at := len(r.arena)
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) {
			i++
			switch b[i] {
			case 'n':
				r.arena = append(r.arena, '\n')
				continue
			case 'r':
				r.arena = append(r.arena, '\r')
				continue
			case '\\', '=', '|':
			default:
				r.arena = append(r.arena, '\\')
			}
		}
		r.arena = append(r.arena, b[i])
	}
	return r.arena[at:]
}
