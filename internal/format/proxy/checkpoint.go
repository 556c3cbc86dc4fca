package proxy

import (
	"bytes"
)

// isCheckPoint recognises [key:"value"; or [Fields@1.3.6.1.4.1.2620 Key="value".
func isCheckPoint(b []byte) bool {
	if starts(b, "[Fields@1.3.6.1.4.1.2620 ") {
		return true
	}
	i := 1
	for i < len(b) && i < 40 && (b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z' || b[i] == '_' || digit(b[i])) {
		i++
	}
	return i > 1 && i+1 < len(b) && b[i] == ':' && b[i+1] == '"' && bytes.Contains(b, []byte(`product:"`))
}

// isCheckPointPipes recognises time=1557767758|hostname=.
func isCheckPointPipes(b []byte) bool {
	return starts(b, "time=") && bytes.Contains(b, []byte("|product=")) && bytes.Contains(b, []byte("|loguid="))
}

// checkPoint reads a line of Log Exporter in its syslog, generic or Splunk form
// (sk122323, Log Exporter).
func (r *reading) checkPoint(b []byte, k kind) string {
	r.product("check point")
	e := &r.entry
	var kind, action, resource, blade []byte
	if k == checkPoint {
		b = b[1:]
		if starts(b, "Fields@") {
			_, b = word(b, ' ')
		}
	}
	for {
		var key, v []byte
		var ok bool
		key, v, b, ok = r.checkPointPair(b, k)
		if !ok {
			return "a key without a value, or a quote that does not end"
		}
		if key == nil {
			break
		}
		switch string(key) {
		case "time", "Time":
			e.time, e.timed = epoch(v)
		case "action", "Action":
			action = v
		case "src":
			e.addr(&e.src, v)
		case "dst":
			e.addr(&e.dst, v)
		case "s_port":
			e.srcPort = port(v)
		case "service":
			e.dstPort = port(v)
		case "service_id":
			if e.app == nil {
				e.app = text(v)
			}
		case "appi_name":
			e.app = text(v)
		case "proto":
			e.proto = protocol(v)
		case "sent_bytes":
			e.count(&e.sent, v)
		case "received_bytes":
			e.count(&e.received, v)
		case "resource":
			resource = text(v)
		case "method":
			e.method = text(v)
		case "src_user_name", "user":
			e.account = text(v)
		case "web_client_type", "user_agent":
			e.agent = text(v)
		case "type":
			kind = v
		case "product":
			blade = v
		case "origin", "hostname":
			if len(e.sensor) == 0 {
				e.sensor = text(v)
			}
		}
	}
	r.fromHeader(e)
	return r.checkPointDone(e, kind, action, resource, blade)
}

func (r *reading) checkPointDone(e *entry, kind, action, resource, blade []byte) string {
	switch {
	case string(kind) == "Session":
		return r.skip("check point session summary") // its connections are told of too
	case len(action) == 0 || e.src == e.dst:
		return r.skipNamed("check point", blade)
	}
	switch string(action) {
	case "Accept", "Encrypt", "Decrypt", "Allow", "Bypass", "Inspect", "Detect", "HTTPS Inspect", "HTTPS Bypass", "Ask User", "Inform User",
		"accept", "encrypt", "decrypt", "allow", "bypass", "inspect", "detect":
	case "Drop", "drop":
		e.verdict = dropped
	case "Reject", "Block", "Prevent", "reject", "block", "prevent":
		e.verdict = refused
	default:
		return r.skipNamed("check point", action)
	}
	if len(resource) > 0 && e.sent < 0 && e.received < 0 {
		e.split(resource)
		return r.request(e)
	}
	return r.session(e)
}

// checkPointPair takes one key and value off b; key is nil at the end.
func (r *reading) checkPointPair(b []byte, k kind) (key, v, rest []byte, ok bool) {
	if k == checkPointPipes {
		b = bytes.TrimLeft(b, "|")
		if len(b) == 0 {
			return nil, nil, nil, true
		}
		i := bytes.IndexByte(b, '=')
		if i < 1 || bytes.IndexByte(b[:i], '|') >= 0 {
			return nil, nil, nil, false
		}
		key, b = b[:i], b[i+1:]
		v, b = r.escaped(b, '|')
		return key, v, b, true
	}
	b = bytes.TrimLeft(b, " ;")
	if len(b) == 0 || b[0] == ']' {
		return nil, nil, nil, true
	}
	i := bytes.IndexAny(b, ":=")
	if i < 1 || i > 64 || i+1 >= len(b) || b[i+1] != '"' {
		return nil, nil, nil, false
	}
	key = b[:i]
	v, rest, ok = quoted(b[i+1:])
	return key, v, rest, ok
}

// escaped returns the bytes up to the next end that no backslash stands before,
// with backslashes taken off, and what follows.
func (r *reading) escaped(b []byte, end byte) (v, rest []byte) {
	i := 0
	for i < len(b) && b[i] != end && b[i] != '\\' {
		i++
	}
	if i == len(b) {
		return b, nil
	}
	if b[i] == end {
		return b[:i], b[i+1:]
	}
	at := len(r.arena)
	r.arena = append(r.arena, b[:i]...)
	for i < len(b) && b[i] != end {
		if b[i] == '\\' && i+1 < len(b) {
			i++
		}
		r.arena = append(r.arena, b[i])
		i++
	}
	if i == len(b) {
		return r.arena[at:], nil
	}
	return r.arena[at:], b[i+1:]
}
