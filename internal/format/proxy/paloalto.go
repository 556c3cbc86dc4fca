package proxy

import (
	"bytes"

	"barium/internal/event"
)

// Positions in the CSV of PAN-OS, the same in all versions (PAN-OS
// Administrator's Guide, Traffic Log Fields and Threat Log Fields); newer versions
// add columns at the end.
const (
	panType           = 3
	panSubtype        = 4
	panGenerated      = 6
	panSource         = 7
	panDestination    = 8
	panUser           = 12
	panApp            = 14
	panRepeat         = 23
	panSourcePort     = 24
	panPort           = 25
	panProtocol       = 29
	panAction         = 30
	panSent           = 32 // TRAFFIC
	panReceived       = 33
	panStart          = 35
	panElapsed        = 36
	panPacketsSent    = 44
	panPacketsReceive = 45
	panEnd            = 46
	panDevice         = 52
	panURL            = 31 // THREAT
	panThreat         = 32
	panCategory       = 33
	panSeverity       = 34
	panMIME           = 41
	panAgent          = 46
	panThreatDevice   = 59
	panMethod         = 63
)

// isPaloAlto recognises "1,2026/03/02 10:00:00,0123456789,TRAFFIC,".
func isPaloAlto(b []byte) bool {
	i := bytes.IndexByte(b[:min(len(b), 12)], ',')
	if i < 1 || len(b) < i+22 || b[i+5] != '/' || b[i+8] != '/' || b[i+20] != ',' {
		return false
	}
	serial, rest := word(b[i+21:], ',')
	if len(serial) > 32 {
		return false
	}
	kind, _ := word(rest, ',')
	switch string(kind) {
	case "TRAFFIC", "THREAT", "SYSTEM", "CONFIG", "HIPMATCH", "HIP-MATCH", "GLOBALPROTECT", "USERID", "DECRYPTION", "TUNNEL", "START",
		"END", "AUTHENTICATION", "CORRELATION", "IPTAG", "SCTP", "GTP", "AUDIT":
		return true
	}
	return false
}

// paloAlto reads a line of PAN-OS.
func (r *reading) paloAlto(b []byte) string {
	if !r.csv(b) {
		return "a quote that does not end"
	}
	f := r.fields
	if len(f) <= panGenerated {
		return "fewer columns than PAN-OS writes"
	}
	switch string(f[panType]) {
	case "TRAFFIC":
		return r.paloAltoTraffic(f)
	case "THREAT":
		return r.paloAltoThreat(f)
	}
	return r.skipNamed("palo alto", f[panType])
}

// panHead reads what both types share.
func (e *entry) panHead(f [][]byte) {
	e.addr(&e.src, f[panSource])
	e.addr(&e.dst, f[panDestination])
	e.srcPort, e.dstPort, e.proto = port(f[panSourcePort]), port(f[panPort]), protocol(f[panProtocol])
	e.app = text(f[panApp])
	if string(e.app) == "incomplete" || string(e.app) == "insufficient-data" || string(e.app) == "not-applicable" {
		e.app = nil
	}
	e.action(f[panAction])
}

func (r *reading) paloAltoTraffic(f [][]byte) string {
	r.product("palo alto traffic")
	e := &r.entry
	if len(f) <= panElapsed {
		return "fewer columns than PAN-OS writes"
	}
	if string(f[panSubtype]) == "start" {
		return r.skip("palo alto session start")
	}
	e.panHead(f)
	e.count(&e.sent, f[panSent])
	e.count(&e.received, f[panReceived])
	e.seconds(f[panElapsed])
	switch string(f[panSubtype]) {
	case "drop":
		e.verdict = dropped
	case "deny":
		e.verdict = refused
	}
	if len(f) > panEnd {
		e.count(&e.sentPackets, f[panPacketsSent])
		e.count(&e.receivedPackets, f[panPacketsReceive])
		switch string(f[panEnd]) {
		case "tcp-fin":
			e.state = event.SF
		case "tcp-rst-from-client":
			e.state = event.RSTO
		case "tcp-rst-from-server":
			e.state = event.RSTR
		}
	}
	if len(f) > panDevice && len(text(f[panDevice])) > 0 {
		e.sensor = f[panDevice]
	}
	if !r.panTime(e, f, f[panStart]) {
		e.ended = r.panTime(e, f, f[panGenerated])
	}
	return r.session(e)
}

// panTime reads a time of the firewall's clock. Its zone is known where the
// line has a high resolution timestamp, which says it, of the same moment as the
// generated time.
func (r *reading) panTime(e *entry, f [][]byte, b []byte) bool {
	var m moment
	if m.iso(b) == 0 {
		return false
	}
	for i := len(f) - 1; i > panDevice && !m.zoned; i-- {
		if v := f[i]; len(v) >= 25 && v[4] == '-' && v[10] == 'T' {
			var high moment
			if high.iso(v) == len(v) && high.zoned {
				m.zone, m.zoned = high.zone, true
			}
		}
	}
	e.time, e.timed = r.clock.time(&m)
	return e.timed
}

// paloAltoThreat reads URL filtering as requests and what the firewall took for
// an attack as notes.
func (r *reading) paloAltoThreat(f [][]byte) string {
	e := &r.entry
	if len(f) <= panSeverity {
		return "fewer columns than PAN-OS writes"
	}
	e.panHead(f)
	if len(f) > panThreatDevice && len(text(f[panThreatDevice])) > 0 {
		e.sensor = f[panThreatDevice]
	}
	r.panTime(e, f, f[panGenerated])
	switch string(f[panSubtype]) {
	case "url":
		r.product("palo alto url")
		e.split(f[panURL])
		if len(f) > panAgent {
			e.mime, e.agent = text(f[panMIME]), text(f[panAgent])
		}
		if len(f) > panMethod {
			e.method = upper(text(f[panMethod]))
		}
		e.account = text(f[panUser])
		return r.request(e)
	case "vulnerability", "virus", "spyware", "wildfire-virus", "flood", "scan", "packet", "ml-virus", "dns-security", "inline-cloud-c2":
		r.product("palo alto threat")
		return r.note(e, f[panThreat], f[panCategory], panSeverityOf(f[panSeverity]))
	}
	return r.skipNamed("palo alto threat", f[panSubtype])
}

// panSeverityOf returns the severity as a number, 1 being the worst.
func panSeverityOf(b []byte) int {
	for i, s := range []string{"critical", "high", "medium", "low", "informational"} {
		if fold(b, s) {
			return i + 1
		}
	}
	return event.Unset
}

// note hands over an alert of a firewall.
func (r *reading) note(e *entry, name, message []byte, severity int) string {
	if why := e.missing(); why != "" {
		return why
	}
	n := event.Note{Log: "alert", Proto: e.proto, Name: name, Message: message, Severity: severity}
	r.head(&n.Head, e)
	r.sink.Note(&n)
	return ""
}
