package proxy

import (
	"bytes"

	"barium/internal/event"
)

// leef reads a LEEF line (IBM QRadar LEEF, version 1.0 and 2.0):
// LEEF:1.0|vendor|product|version|id|key=value<tab>key=value; version 2.0 has one
// more part, the character between the pairs, or its code as x5E or 0x5E.
func (r *reading) leef(b []byte) string {
	version, b := word(b[len("LEEF:"):], '|')
	var head [4][]byte // vendor, product, version, id
	for i := range head {
		if b == nil {
			return "fewer parts than the header of LEEF has"
		}
		head[i], b = r.escaped(b, '|')
	}
	sep := byte('\t')
	if starts(version, "2") {
		var ok bool
		if sep, b, ok = separator(b); !ok {
			return "no separator in the header of LEEF 2.0"
		}
	}
	e := &r.entry
	var stamp, stampFormat, url []byte
	for len(b) > 0 {
		var f []byte
		f, b = word(b, sep)
		key, v := word(f, '=')
		key = bytes.TrimLeft(key, " ")
		switch string(key) {
		case "src":
			e.addr(&e.src, v)
		case "dst":
			e.addr(&e.dst, v)
		case "srcPort":
			e.srcPort = port(v)
		case "dstPort":
			e.dstPort = port(v)
		case "proto":
			e.proto = protocol(v)
		case "srcBytes":
			e.count(&e.sent, v)
		case "dstBytes":
			e.count(&e.received, v)
		case "srcPackets":
			e.count(&e.sentPackets, v)
		case "dstPackets":
			e.count(&e.receivedPackets, v)
		case "usrName":
			e.account = text(v)
		case "url", "requestUrl":
			url = text(v)
		case "action", "act", "Action":
			e.action(v)
		case "devTime":
			stamp = v
		case "devTimeFormat":
			stampFormat = v
		case "application", "app":
			e.app = text(v)
		case "method", "requestMethod":
			e.method = upper(text(v))
		case "userAgent", "useragent":
			e.agent = text(v)
		case "hostname":
			e.host = text(v)
		case "status", "respcode":
			e.status = code(v)
		}
	}
	r.leefTime(e, stamp, stampFormat)
	r.fromHeader(e)
	return r.leefDone(e, url, head[0], head[1])
}

func (r *reading) leefDone(e *entry, url, vendor, product []byte) string {
	switch {
	case len(url) > 0 && string(vendor) == "Zscaler":
		r.product("leef (zscaler)")
		e.url, e.dst = url, event.Addr{} // dst is where the proxy went
		return r.zscalerDone(e)
	case len(url) > 0:
		r.product("leef")
		host := e.host
		e.split(url)
		if len(host) > 0 {
			e.host = host
		}
		return r.request(e)
	case e.src != (event.Addr{}) && e.dst != (event.Addr{}) && (e.dstPort > 0 || e.proto != event.ProtoUnknown):
		r.product("leef")
		return r.session(e)
	}
	return r.skipNamed("leef", product)
}

// separator reads the last part of the header of LEEF 2.0. An empty one, and none
// at all where pairs with tabs follow, mean a tab.
func separator(b []byte) (sep byte, rest []byte, ok bool) {
	part, rest := word(b, '|')
	switch {
	case rest == nil || bytes.IndexByte(part, '=') >= 0:
		return '\t', b, true
	case len(part) == 0:
		return '\t', rest, true
	case len(part) == 1:
		return part[0], rest, true
	}
	part = bytes.TrimPrefix(part, []byte{'0'})
	if len(part) < 2 || len(part) > 5 || part[0] != 'x' {
		return 0, nil, false
	}
	n, ok := hex4(append([]byte("0000")[:5-len(part)], part[1:]...))
	return byte(n), rest, ok && n > 0 && n < 128
}

// leefTime reads devTime: milliseconds since 1970, or a time with a year in one of
// the two usual orders. A devTimeFormat in another order is not followed.
func (r *reading) leefTime(e *entry, v, layout []byte) {
	if len(v) == 0 {
		return
	}
	if t, ok := epoch(v); ok {
		e.time, e.timed = t, true
		return
	}
	var m moment
	if m.iso(v) == 0 && m.bsd(v) == 0 {
		if len(v) < 5 || v[3] != ' ' || m.bsd(v[4:]) == 0 { // EEE MMM dd HH:mm:ss yyyy
			return
		}
	}
	if len(layout) > 0 && m.year == 0 && bytes.Contains(layout, []byte("yy")) {
		return // it has a year, and where it stands is not known
	}
	e.time, e.timed = r.clock.time(&m)
}
