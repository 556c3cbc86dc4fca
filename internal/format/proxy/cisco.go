package proxy

import (
	"bytes"

	"barium/internal/event"
)

// totalWarning is what ASA's log leaves out.
const totalWarning = "Cisco ASA says only how many bytes a session had in both directions together: nothing can be said about what went out; " +
	"let Firepower log the end of connections (430003), or keep NetFlow or a sensor's log"

// isCisco recognises %ASA-6-302013: and the same of other products.
func isCisco(b []byte) bool {
	return starts(b, "%ASA-") || starts(b, "%FTD-") || starts(b, "%PIX-") || starts(b, "%FWSM-") || starts(b, "%NGIPS-")
}

// cisco reads a message of ASA, PIX, FWSM or Firepower Threat Defense (Cisco
// Secure Firewall ASA Series Syslog Messages; Threat Defense Syslog Messages).
func (r *reading) cisco(b []byte) string {
	head, msg, ok := bytes.Cut(b, []byte(": "))
	if !ok {
		return "no text behind the message's number"
	}
	id := head[bytes.LastIndexByte(head, '-')+1:]
	if len(id) != 6 {
		return "no number of a message"
	}
	r.product("cisco asa")
	e := &r.entry
	e.time, e.timed = r.when()
	switch string(id) {
	case "302013", "302015":
		return r.ciscoBuilt(e, msg)
	case "302014", "302016", "302021":
		r.warn(totalWarning)
		return r.skip("cisco asa teardown")
	case "302020":
		return r.ciscoICMP(e, msg)
	case "106023":
		return r.ciscoDeny(e, msg)
	case "106100":
		return r.ciscoList(e, msg)
	case "304001":
		return r.ciscoURL(e, msg)
	case "113004", "113005":
		return r.ciscoLogon(e, msg, string(id) == "113004")
	case "113039", "722051":
		return r.ciscoSession(e, msg)
	case "430003":
		return r.firepower(e, msg)
	case "430002":
		return r.skip("firepower connection start")
	}
	return r.skipNamed("cisco asa", id)
}

// endpoint reads "outside:198.51.100.1/443" or "inside/10.0.0.5(5000)". The
// interface's name may hold both separators, an IPv6 address colons.
func endpoint(b []byte) (a event.Addr, p uint16, ok bool) {
	if n := len(b); n > 0 && b[n-1] == ')' {
		i := bytes.LastIndexByte(b, '(')
		j := bytes.IndexByte(b, '/')
		if i < 0 || j < 0 || j > i {
			return a, 0, false
		}
		a, ok = address(b[j+1 : i])
		return a, port(b[i+1 : n-1]), ok
	}
	i := bytes.LastIndexByte(b, '/')
	host := b
	if i >= 0 {
		host, p = b[:i], port(b[i+1:])
	}
	_, host = word(host, ':')
	a, ok = address(host)
	return a, p, ok
}

// ciscoBuilt reads "Built outbound TCP connection 123 for outside:198.51.100.1/443
// (198.51.100.1/443) to inside:10.0.0.5/51234 (203.0.113.5/40000)". Outbound, the
// second end opened it; inbound, the first. Addresses in parentheses are those
// behind NAT.
func (r *reading) ciscoBuilt(e *entry, b []byte) string {
	f := r.spaced(b, 24)
	to := 0
	for i, w := range f {
		if i > 6 && string(w) == "to" {
			to = i
			break
		}
	}
	if len(f) < 9 || string(f[0]) != "Built" || string(f[3]) != "connection" || string(f[5]) != "for" || to == 0 || to+1 >= len(f) {
		return "not in the words of this message"
	}
	e.proto = protocol(f[2])
	first, firstPort, ok := endpoint(f[6])
	second, secondPort, ok2 := endpoint(f[to+1])
	if !ok || !ok2 {
		return "an address that cannot be read"
	}
	switch string(f[1]) {
	case "outbound":
		e.src, e.srcPort, e.dst, e.dstPort = second, secondPort, first, firstPort
	case "inbound":
		e.src, e.srcPort, e.dst, e.dstPort = first, firstPort, second, secondPort
	default:
		return "neither inbound nor outbound"
	}
	return r.session(e)
}

// ciscoICMP reads "Built inbound ICMP connection for faddr 198.51.100.1/0 gaddr
// 203.0.113.5/0 laddr 10.0.0.5/0 type 8 code 0": f is the far, l the local end.
func (r *reading) ciscoICMP(e *entry, b []byte) string {
	f := r.spaced(b, 24)
	e.proto = event.ProtoICMP
	var far, local event.Addr
	for i := 1; i < len(f); i++ {
		switch string(f[i-1]) {
		case "faddr":
			host, _ := word(f[i], '/')
			far, _ = address(host)
		case "laddr":
			host, _ := word(f[i], '/')
			local, _ = address(host)
		case "type":
			e.srcPort = port(f[i])
		case "code":
			e.dstPort = port(f[i])
		}
	}
	if far == (event.Addr{}) || local == (event.Addr{}) || len(f) < 2 {
		return "an address that cannot be read"
	}
	e.src, e.dst = local, far
	if string(f[1]) == "inbound" {
		e.src, e.dst = far, local
	}
	return r.session(e)
}

// ciscoDeny reads "Deny tcp src outside:192.0.2.1/1234 dst inside:10.0.0.5/22 by
// access-group …".
func (r *reading) ciscoDeny(e *entry, b []byte) string {
	f := r.spaced(b, 24)
	e.verdict = dropped
	if len(f) < 4 {
		return "not in the words of this message"
	}
	e.proto = protocol(f[1])
	ok, ok2 := false, false
	for i := 1; i < len(f); i++ {
		switch string(f[i-1]) {
		case "src":
			e.src, e.srcPort, ok = endpoint(f[i])
		case "dst":
			e.dst, e.dstPort, ok2 = endpoint(f[i])
		case "(type":
			e.srcPort = port(bytes.TrimRight(f[i], ","))
		case "code":
			e.dstPort = port(bytes.TrimRight(f[i], ")"))
		}
	}
	if !ok || !ok2 {
		return "an address that cannot be read"
	}
	return r.session(e)
}

// ciscoList reads "access-list name denied tcp inside/10.0.0.5(5000) ->
// outside/198.51.100.1(443) hit-cnt 1 …". What is permitted is told of by the
// session.
func (r *reading) ciscoList(e *entry, b []byte) string {
	f := r.spaced(b, 12)
	if len(f) < 7 || string(f[5]) != "->" {
		return "not in the words of this message"
	}
	if string(f[2]) != "denied" {
		return r.skip("cisco asa permitted by an access list")
	}
	e.verdict, e.proto = dropped, protocol(f[3])
	var ok, ok2 bool
	e.src, e.srcPort, ok = endpoint(f[4])
	e.dst, e.dstPort, ok2 = endpoint(f[6])
	if !ok || !ok2 {
		return "an address that cannot be read"
	}
	return r.session(e)
}

// ciscoURL reads "user@10.0.0.5 Accessed URL 198.51.100.1:/path".
func (r *reading) ciscoURL(e *entry, b []byte) string {
	who, rest, ok := bytes.Cut(b, []byte(" Accessed URL "))
	if !ok {
		return "not in the words of this message"
	}
	who, _ = word(who, ' ')
	e.addr(&e.src, who[bytes.LastIndexByte(who, '@')+1:])
	if i := bytes.LastIndexByte(who, '@'); i > 0 {
		e.account = who[:i]
	}
	for _, mark := range []string{":http://", ":https://", ":/"} {
		i := bytes.Index(rest, []byte(mark))
		if i < 1 {
			continue
		}
		if a, ok := address(rest[:i]); ok {
			e.dst = a
			e.split(rest[i+1:])
			return r.request(e)
		}
	}
	return "no URL behind an address"
}

// ciscoLogon reads "AAA user authentication Successful : server = 10.10.48.61 :
// user = jdoe", and Rejected with "reason = …" and "user IP = …".
func (r *reading) ciscoLogon(e *entry, b []byte, success bool) string {
	l := event.Logon{Log: "radius", Success: event.No}
	if success {
		l.Success = event.Yes
	}
	for part := range bytes.SplitSeq(b, []byte(" : ")) {
		key, v := word(part, '=')
		key, v = bytes.TrimSpace(key), bytes.TrimSpace(v)
		switch string(key) {
		case "server":
			e.dst, _ = address(v)
		case "user":
			l.Account = v
		case "user IP":
			e.src, _ = address(v)
		case "reason":
			l.Error = v
		}
	}
	return r.logon(e, &l)
}

// ciscoSession reads "Group <g> User <u> IP <192.0.2.1> AnyConnect parent session
// started." and "… IPv4 Address <10.9.0.5> IPv6 address <::> assigned to session".
func (r *reading) ciscoSession(e *entry, b []byte) string {
	l := event.Logon{Log: "radius", Success: event.Yes, Service: []byte("AnyConnect")}
	user, rest, ok := between(b, "User <", "> IP <")
	if !ok {
		return "not in the words of this message"
	}
	ip, rest := word(rest, '>')
	l.Account = user
	e.src, _ = address(ip)
	if given, _, ok := between(rest, "IPv4 Address <", ">"); ok {
		l.Given, _ = address(given)
	}
	return r.logon(e, &l)
}

func (r *reading) logon(e *entry, l *event.Logon) string {
	switch {
	case !e.timed:
		return "no time that can be read"
	case len(l.Account) == 0:
		return "no account"
	case e.src == (event.Addr{}) && e.dst == (event.Addr{}):
		return "an address that cannot be read"
	}
	r.head(&l.Head, e)
	r.sink.Logon(l)
	return ""
}

// firepower reads the end of a connection: "Key: Value, Key: Value". A value may
// hold commas, and what looks like another key: a key that is read and stands
// there twice makes the line unreadable, since a client may have written one.
func (r *reading) firepower(e *entry, b []byte) string {
	var have uint32
	for len(b) > 0 {
		key, v, rest, ok := firepowerPair(b)
		if !ok {
			return "a key without a value"
		}
		b = rest
		bit := uint32(0)
		switch string(key) {
		case "FirstPacketSecond":
			bit = 1
			var m moment
			if m.iso(v) > 0 {
				e.time, e.timed = r.clock.time(&m)
			}
			e.ended = false
		case "AccessControlRuleAction":
			bit = 2
			e.action(v)
		case "SrcIP":
			bit = 4
			e.addr(&e.src, v)
		case "DstIP":
			bit = 8
			e.addr(&e.dst, v)
		case "SrcPort", "ICMPType":
			bit = 16
			e.srcPort = port(v)
		case "DstPort", "ICMPCode":
			bit = 32
			e.dstPort = port(v)
		case "Protocol":
			bit = 64
			e.proto = protocol(v)
		case "ApplicationProtocol":
			bit = 128
			e.app = text(v)
		case "ConnectionDuration":
			bit = 256
			e.seconds(v)
		case "InitiatorBytes":
			bit = 512
			e.count(&e.sent, v)
		case "ResponderBytes":
			bit = 1024
			e.count(&e.received, v)
		case "InitiatorPackets":
			bit = 2048
			e.count(&e.sentPackets, v)
		case "ResponderPackets":
			bit = 4096
			e.count(&e.receivedPackets, v)
		}
		if have&bit != 0 {
			return "a field that is given twice"
		}
		have |= bit
	}
	if have&1 == 0 {
		e.ended = true // the header's time is that of the log line
	}
	return r.session(e)
}

// firepowerPair takes one pair off b: the value ends before the next ", Key: ".
func firepowerPair(b []byte) (key, v, rest []byte, ok bool) {
	i := bytes.Index(b, []byte(": "))
	if i < 1 {
		if bytes.HasSuffix(b, []byte{':'}) {
			return b[:len(b)-1], nil, nil, true
		}
		return nil, nil, nil, false
	}
	key, b = b[:i], b[i+2:]
	for at := 0; ; {
		j := bytes.Index(b[at:], []byte(", "))
		if j < 0 {
			return key, b, nil, true
		}
		j += at
		if n := keyLength(b[j+2:]); n > 0 {
			return key, b[:j], b[j+2:], true
		}
		at = j + 2
	}
}

// keyLength returns the length of the key that b begins with: letters, digits,
// spaces and underscores before ": ", the first a capital; 0 for none.
func keyLength(b []byte) int {
	if len(b) == 0 || b[0] < 'A' || b[0] > 'Z' {
		return 0
	}
	for i, c := range b[:min(len(b), 48)] {
		switch {
		case c == ':':
			if i+1 == len(b) || b[i+1] == ' ' {
				return i
			}
			return 0
		case 'a' <= c|0x20 && c|0x20 <= 'z', digit(c), c == ' ', c == '_':
		default:
			return 0
		}
	}
	return 0
}
