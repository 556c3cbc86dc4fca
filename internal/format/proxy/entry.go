package proxy

import (
	"bytes"

	"barium/internal/event"
)

// verdict is what a product did with a session or request.
type verdict uint8

const (
	passed  verdict = iota // or not said
	dropped                // nobody answered
	refused                // the product answered in place of the far end
)

// entry is what one line says.
type entry struct {
	time     event.Time // of the beginning, or of the end when ended
	timed    bool
	ended    bool // time is that of the end; the duration lies before it
	duration int64
	sensor   []byte

	src, dst         event.Addr
	srcPort, dstPort uint16
	proto            event.Proto
	sent, received   int64 // bytes by who opened it, and by the far end
	sentPackets      int64
	receivedPackets  int64
	verdict          verdict
	state            event.ConnState
	app              []byte

	proxied bool
	method  []byte
	url     []byte
	host    []byte
	agent   []byte
	account []byte
	mime    []byte
	status  int
	wrong   string // what cannot be read
}

// reset makes e empty: everything unset.
func (e *entry) reset() {
	*e = entry{duration: event.Unset, sent: event.Unset, received: event.Unset, sentPackets: event.Unset, receivedPackets: event.Unset, status: event.Unset}
}

// count reads a number into dst.
func (e *entry) count(dst *int64, b []byte) {
	n, ok := count(b)
	if !ok {
		e.wrong = "a number of bytes or packets that cannot be read"
	}
	*dst = n
}

// addr reads an address into dst; nothing and - leave it unset.
func (e *entry) addr(dst *event.Addr, b []byte) {
	if unset(b) {
		return
	}
	a, ok := address(b)
	if !ok {
		e.wrong = "an address that cannot be read"
	}
	*dst = a
}

// seconds reads a duration in seconds.
func (e *entry) seconds(b []byte) {
	n, ok := count(b)
	if !ok || n > lastTime/second {
		e.wrong = "a duration that cannot be read"
		return
	}
	if n >= 0 {
		e.duration = n * second
	}
}

// millis reads a duration in milliseconds; one below zero is not believed.
func (e *entry) millis(b []byte) {
	if len(b) > 1 && b[0] == '-' {
		return
	}
	n, ok := count(b)
	if !ok || n > lastTime/1000 {
		e.wrong = "a duration that cannot be read"
		return
	}
	if n >= 0 {
		e.duration = n * 1000
	}
}

// begin returns when it began.
func (e *entry) begin() event.Time {
	if e.ended && e.duration > 0 {
		return max(e.time-event.Time(e.duration), 0)
	}
	return e.time
}

// action reads what a product says it did, in the words of many.
func (e *entry) action(b []byte) {
	if len(b) > 40 {
		return
	}
	var low [40]byte
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	switch string(low[:len(b)]) {
	case "deny", "denied", "block", "blocked", "block-url", "block-ip", "blocked-override", "prevent", "prevented", "block-override",
		"block with reset", "reset", "reset-client", "reset-server", "reset-both", "reject", "rejected", "refuse":
		e.verdict = refused
	case "drop", "dropped", "drop icmp", "drop-icmp", "discard", "timeout-deny":
		e.verdict = dropped
	}
}

// head fills what all records share.
func (r *reading) head(h *event.Head, e *entry) {
	*h = event.Head{
		Offset: r.lines.at, TS: e.begin(), Sensor: e.sensor, Orig: e.src, Resp: e.dst, OrigPort: e.srcPort, RespPort: e.dstPort,
	}
	r.clock.last = h.TS
}

// missing says what a record lacks that it must have, empty for nothing.
func (e *entry) missing() string {
	switch {
	case e.wrong != "":
		return e.wrong
	case !e.timed || e.time <= 0 || e.time > lastTime:
		return "no time that can be read"
	case e.src == (event.Addr{}):
		return "no address of who opened it"
	}
	return ""
}

// session hands e over as a connection. It returns what is wrong with e.
func (r *reading) session(e *entry) string {
	if why := e.missing(); why != "" {
		return why
	}
	if e.dst == (event.Addr{}) {
		return "no address of the far end"
	}
	c := &r.conn
	*c = event.Conn{
		Proto: e.proto, Service: e.app, Duration: e.duration, OrigBytes: e.sent, RespBytes: e.received, State: e.state,
		OrigPkts: e.sentPackets, RespPkts: e.receivedPackets, OrigIPBytes: event.Unset, RespIPBytes: event.Unset, MissedBytes: event.Unset,
	}
	switch e.verdict {
	case refused:
		c.State = event.REJ
	case dropped:
		c.State = event.S0
	case passed:
		if e.state == event.StateUnknown && e.receivedPackets == 0 && e.received <= 0 {
			c.State = event.S0
		}
	}
	if e.verdict != passed { // what was sent did not get through
		c.OrigBytes, c.RespBytes = event.Unset, event.Unset
	}
	r.head(&c.Head, e)
	r.sink.Conn(c)
	return ""
}

// request hands e over as a request. It returns what is wrong with e.
func (r *reading) request(e *entry) string {
	if why := e.missing(); why != "" {
		return why
	}
	if len(e.url) == 0 && len(e.host) == 0 {
		return "neither a URL nor a host"
	}
	h := &r.http
	*h = event.HTTP{
		Method: e.method, Host: e.host, URI: e.url, UserAgent: e.agent, Username: e.account,
		ReqLen: e.sent, RespLen: e.received, Status: e.status, Proxied: e.proxied, Depth: event.Unset,
	}
	if e.verdict != passed {
		h.ReqLen = event.Unset // it went as far as the proxy
	}
	if len(e.mime) > 0 {
		r.mime[0] = e.mime
		h.RespMIME = r.mime[:]
	}
	r.head(&h.Head, e)
	r.sink.HTTP(h)
	return ""
}

// absolute makes e.url, which may lack a scheme, a URL in the form that is sent to
// proxies (RFC 9112 section 3.2): host:port for CONNECT, else with a scheme. The
// result is valid until the next line.
func (r *reading) absolute(e *entry, scheme string) {
	if string(e.method) == "CONNECT" {
		u := e.url
		if i := bytes.Index(u, []byte("://")); i >= 0 {
			u = u[i+3:]
		}
		if i := bytes.IndexAny(u, "/?#"); i >= 0 {
			u = u[:i]
		}
		e.url = u
		if len(e.host) == 0 {
			e.host = r.own(u)
		}
		return
	}
	i := bytes.Index(e.url, []byte("://"))
	if i < 0 || i > 10 {
		at := len(r.arena)
		r.arena = append(append(append(r.arena, scheme...), "://"...), e.url...)
		e.url = r.arena[at:]
		i = len(scheme)
	}
	if len(e.host) == 0 {
		e.host = r.own(authority(e.url[i+3:]))
	}
}

// own returns a copy: no two fields of a record share bytes.
func (r *reading) own(b []byte) []byte {
	at := len(r.arena)
	r.arena = append(r.arena, b...)
	return r.arena[at:]
}

// authority returns the host and port at the beginning of b, what stands behind
// the scheme of a URL.
func authority(b []byte) []byte {
	if i := bytes.IndexAny(b, "/?#"); i >= 0 {
		b = b[:i]
	}
	return b[bytes.LastIndexByte(b, '@')+1:]
}

// split makes of a URL without a scheme, or with one, a host and a path: what a
// client sends to a far end itself.
func (e *entry) split(b []byte) {
	if i := bytes.Index(b, []byte("://")); i >= 0 && i <= 10 {
		b = b[i+3:]
	}
	if len(b) == 0 || b[0] == '/' {
		e.url = b
		return
	}
	i := bytes.IndexAny(b, "/?#")
	if i < 0 {
		e.host, e.url = b, nil
		return
	}
	e.host, e.url = b[:i], b[i:]
}
