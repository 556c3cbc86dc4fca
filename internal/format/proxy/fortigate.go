package proxy

import (
	"bytes"

	"barium/internal/event"
)

// isFortiGate recognises key=value lines that begin with the keys that FortiOS
// begins with, and say a type.
func isFortiGate(b []byte) bool {
	if !starts(b, "date=") && !starts(b, "logver=") && !starts(b, "timestamp=") && !starts(b, "itime=") && !starts(b, "devname=") {
		return false
	}
	return bytes.Contains(b, []byte(" type=")) && bytes.Contains(b, []byte(" logid=")) || bytes.Contains(b, []byte(" log_id="))
}

// fortigate reads a line of FortiOS: key=value, values maybe in quotes with \" in
// them (FortiOS Log Message Reference).
func (r *reading) fortigate(b []byte) string {
	e := &r.entry
	var kind, subtype, date, clock, zone, url, host, id, service []byte
	for len(b) > 0 {
		var key, v []byte
		var ok bool
		if key, v, b, ok = pair(b); !ok {
			return "a key without a value, or a quote that does not end"
		}
		switch string(key) {
		case "type":
			kind = v
		case "subtype":
			subtype = v
		case "logid", "log_id":
			id = v
		case "date":
			date = v
		case "time":
			clock = v
		case "tz":
			zone = v
		case "eventtime":
			if e.time, e.timed = epoch(v); !e.timed {
				e.wrong = "an eventtime that cannot be read"
			}
		case "devname":
			if len(v) > 0 {
				e.sensor = v
			}
		case "srcip", "src":
			e.addr(&e.src, v)
		case "dstip", "dst":
			e.addr(&e.dst, v)
		case "srcport", "src_port":
			e.srcPort = port(v)
		case "dstport", "dst_port":
			e.dstPort = port(v)
		case "proto":
			e.proto = protocol(v)
		case "service":
			service = text(v)
		case "app":
			e.app = text(v)
		case "action", "status":
			if len(e.method) == 0 {
				e.method = v // the word, until the line is done
			}
		case "duration":
			e.seconds(v)
		case "sentbyte", "sent":
			e.count(&e.sent, v)
		case "rcvdbyte", "rcvd":
			e.count(&e.received, v)
		case "sentpkt":
			e.count(&e.sentPackets, v)
		case "rcvdpkt":
			e.count(&e.receivedPackets, v)
		case "url":
			url = v
		case "hostname":
			host = v
		case "httpmethod":
			e.mime = v
		case "agent":
			e.agent = text(v)
		case "user":
			e.account = text(v)
		}
	}
	action := e.method
	e.method, e.mime = text(e.mime), nil
	if !e.timed {
		e.time, e.timed = r.fortigateTime(date, clock, zone)
	}
	e.action(action)
	switch {
	case string(kind) == "traffic":
		return r.fortigateTraffic(e, id, action, service)
	case string(subtype) == "webfilter" || string(kind) == "webfilter":
		r.product("fortigate webfilter")
		e.split(url)
		if len(host) > 0 {
			e.host = host
		}
		// What the bytes of such a line count differs by version: not read.
		e.sent, e.received = event.Unset, event.Unset
		return r.request(e)
	}
	return r.skipNamed("fortigate", subtype)
}

func (r *reading) fortigateTraffic(e *entry, id, action, service []byte) string {
	r.product("fortigate traffic")
	if n := len(id); n >= 5 && (string(id[n-5:]) == "00015" || string(action) == "start") {
		return r.skip("fortigate session start")
	} else if n >= 5 && string(id[n-5:]) == "00020" { // bytes so far, which the end tells again
		return r.skip("fortigate interim traffic")
	}
	e.ended = true
	if e.app == nil {
		e.app = service
	}
	switch string(action) {
	case "close":
		e.state = event.SF
	case "client-rst":
		e.state = event.RSTO
	case "server-rst":
		e.state = event.RSTR
	case "ip-conn":
		e.state = event.S0 // "IP connection error": nobody answered
	case "accept", "timeout", "dns":
	}
	return r.session(e)
}

// fortigateTime reads date, time and tz of versions without eventtime.
func (r *reading) fortigateTime(date, clock, zone []byte) (event.Time, bool) {
	var m moment
	if len(date) != 10 || date[4] != '-' || date[7] != '-' {
		return r.when()
	}
	m = moment{year: digits(date, 0, 4), month: digits(date, 5, 7), day: digits(date, 8, 10)}
	if m.clock(clock) == 0 || m.year <= 0 {
		return 0, false
	}
	m.offset(zone)
	return r.clock.time(&m)
}

// pair takes one key=value off b. Backslashes in a quoted value stay where they
// are.
func pair(b []byte) (key, v, rest []byte, ok bool) {
	for len(b) > 0 && (b[0] == ' ' || b[0] == ',') {
		b = b[1:]
	}
	if len(b) == 0 {
		return nil, nil, nil, true
	}
	i := bytes.IndexByte(b, '=')
	if i < 1 || i > 64 || bytes.IndexByte(b[:i], ' ') >= 0 {
		return nil, nil, nil, false
	}
	key, b = b[:i], b[i+1:]
	if len(b) > 0 && b[0] == '"' {
		v, b, ok = quoted(b)
		return key, v, b, ok
	}
	i = bytes.IndexByte(b, ' ')
	if i < 0 {
		return key, b, nil, true
	}
	return key, b[:i], b[i+1:], true
}
