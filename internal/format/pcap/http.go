package pcap

import (
	"bytes"
	"slices"

	"barium/internal/event"
)

// Limits of what is kept of an HTTP connection.
const (
	maxExchanges = 32      // requests that wait for their replies
	maxURI       = 8 << 10 // bytes of a request's target
	maxText      = 1 << 10 // bytes of a Host header, a user agent, an account
	maxFiles     = 16      // files named in one HTTP or mail record
)

// http follows a connection of HTTP/1.0 or 1.1 (RFC 9110, RFC 9112).
type http struct {
	flow    *flow
	files   files
	ts      event.Time // of the bytes at hand
	offset  int64
	req     httpSide
	resp    httpSide
	pending []*exchange // requests without a whole reply, oldest first; and replies without a request
	spare   *exchange   // that was handed over, for the next one
	depth   int64
	named   bool
	// pipelined says that a request came before the one before it was answered.
	pipelined bool
	// lone says that it cannot be told any more which reply is for which request.
	lone bool
}

// exchange is a request with its reply.
type exchange struct {
	asked, askDone       bool // the request has begun, has ended
	answered, answerDone bool // the same of the reply
	ts                   event.Time
	offset               int64
	depth                int64
	method, host, uri    []byte
	agent, user          []byte
	proxied              bool
	headed               bool // the header of the request was read to its end
	accepts, expects     bool // Accept, Expect
	status               int
	reqLen, respLen      int64
	reqFUIDs, reqNames   [][]byte
	reqMIME              [][]byte
	respFUIDs, respMIME  [][]byte
	text                 []byte // that most of the above lies in
}

// clear makes x a new exchange. Its memory is kept.
func (x *exchange) clear() {
	*x = exchange{
		text: room(x.text), agent: room(x.agent),
		reqFUIDs: x.reqFUIDs[:0], reqNames: x.reqNames[:0], reqMIME: x.reqMIME[:0], respFUIDs: x.respFUIDs[:0], respMIME: x.respMIME[:0],
	}
}

// room returns b without content, to be filled again, unless it is large.
func room(b []byte) []byte {
	const large = 4 << 10
	if cap(b) > large {
		return nil
	}
	return b[:0]
}

func newHTTP(f *flow) analyser {
	s := own(f.sink)
	var h *http
	if n := len(s.idle); n > 0 {
		h, s.idle = s.idle[n-1], s.idle[:n-1]
	} else {
		h = new(http)
	}
	h.flow, h.files.flow, h.req.orig = f, f, true
	return h
}

// release lets another connection have the memory of one that has ended.
func (h *http) release() {
	const most = 256
	if s := own(h.flow.sink); len(s.idle) < most {
		h.req.clear()
		h.resp.clear()
		h.flow, h.files = nil, files{}
		h.pending, h.depth = h.pending[:0], 0
		h.named, h.pipelined, h.lone = false, false, false
		s.idle = append(s.idle, h)
	}
}

// isHTTP reports whether a direction begins with a request or a status line of
// HTTP/1.
func isHTTP(orig bool, first []byte) bool {
	line, _, whole := bytes.Cut(first, []byte{'\n'})
	if !orig {
		return bytes.HasPrefix(first, []byte("HTTP/1."))
	}
	if whole {
		_, _, ok := requestLine(bytes.TrimSuffix(line, []byte{'\r'}))
		return ok
	}
	method, target, ok := bytes.Cut(line, []byte{' '})
	if !ok || !knownMethods[string(method)] || len(target) == 0 || !isPrintable(line) {
		return false
	}
	return target[0] == '/' || target[0] == '*' || beginsWith(target, "http") || string(method) == "CONNECT"
}

// knownMethods are those of the IANA registry that clients use, for lines whose
// end is not seen.
var knownMethods = map[string]bool{
	"GET": true, "HEAD": true, "POST": true, "PUT": true, "DELETE": true, "CONNECT": true, "OPTIONS": true, "TRACE": true,
	"PATCH": true, "PROPFIND": true, "PROPPATCH": true, "MKCOL": true, "COPY": true, "MOVE": true, "LOCK": true, "UNLOCK": true,
	"SEARCH": true, "REPORT": true,
}

func isPrintable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// requestLine takes a request line apart (RFC 9112 section 3). Blanks inside of
// the target, which the RFC forbids, belong to it.
func requestLine(line []byte) (method, target []byte, ok bool) {
	method, rest, ok := bytes.Cut(line, []byte{' '})
	i := bytes.LastIndex(rest, []byte(" HTTP/1."))
	if !ok || i < 1 || len(rest) != i+9 || !isMethod(method) {
		return nil, nil, false
	}
	return method, rest[:i], true
}

// isMethod reports whether b can be a method: methods are in upper case.
func isMethod(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) >= 3 && len(b) <= 32
}

// statusLine returns the code of a status line (RFC 9112 section 4).
func statusLine(line []byte) (code int, ok bool) {
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.")) || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return 0, false
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return 0, false
		}
		code = code*10 + int(c-'0')
	}
	return code, code >= 100
}

func (h *http) side(orig bool) *httpSide {
	if orig {
		return &h.req
	}
	return &h.resp
}

// data implements analyser.
func (h *http) data(orig bool, ts event.Time, offset int64, b []byte) {
	h.ts, h.offset = ts, offset
	s := h.side(orig)
	for len(b) > 0 {
		switch s.state {
		case httpTunnel:
			return
		case httpLength, httpChunk, httpUntilClose:
			b = h.bodyData(s, b)
		case httpStart, httpSearch:
			if s.line.done || len(s.line.b) == 0 {
				s.ts, s.offset = ts, offset
				if s.orig && b[0] < ' ' && b[0] != '\r' && b[0] != '\n' && h.connecting() {
					h.enterTunnel() // the reply was not captured
					continue
				}
			}
			fallthrough
		default:
			line, rest, ok := s.line.take(b)
			b = rest
			if ok {
				h.lineEnd(s, line)
			}
		}
	}
}

// connecting reports whether the last request is a CONNECT without a reply.
func (h *http) connecting() bool {
	n := len(h.pending)
	return n > 0 && !h.pending[n-1].answered && string(h.pending[n-1].method) == "CONNECT"
}

func (h *http) enterTunnel() {
	h.req.state, h.resp.state = httpTunnel, httpTunnel
}

// gap implements analyser. In a body whose length is known the place of the next
// message is known as well; anywhere else it must be looked for.
func (h *http) gap(orig bool, n int64) {
	s := h.side(orig)
	switch s.state {
	case httpTunnel:
		return
	case httpUntilClose:
		s.body.gap(n)
		return
	case httpLength, httpChunk:
		k := min(n, s.left)
		s.body.gap(k)
		s.left -= k
		if n == k {
			if s.left == 0 {
				h.lengthEnd(s)
			}
			return
		}
		if s.state == httpLength {
			h.messageEnd(s)
		}
	}
	h.lose(s)
}

// lose gives up the message of a direction and looks for the next one.
func (h *http) lose(s *httpSide) {
	if s.x != nil {
		h.messageEnd(s)
	}
	s.line.reset()
	s.state = httpSearch
}

// end implements analyser.
func (h *http) end() {
	for _, s := range []*httpSide{&h.req, &h.resp} {
		if s.x != nil {
			h.messageEnd(s)
		}
	}
	h.flush()
	h.release()
}

// switched reports that what follows is not HTTP, as behind a CONNECT.
func (h *http) switched() bool { return h.req.state == httpTunnel }

// lineEnd takes one whole line of a direction.
func (h *http) lineEnd(s *httpSide, line []byte) {
	switch s.state {
	case httpStart:
		if len(line) == 0 { // RFC 9112 section 2.2
			return
		}
		if !h.startLine(s, line) {
			h.bad(s, line)
			h.lose(s)
		}
	case httpSearch:
		s.found = true
		h.startLine(s, line)
	case httpFields:
		if len(line) > 0 {
			s.field(line)
		} else {
			h.fieldsEnd(s)
		}
	case httpChunkSize:
		n, ok := chunkSize(line)
		switch {
		case !ok:
			h.bad(s, line)
			h.lose(s)
		case n == 0:
			s.state = httpTrailer
		default:
			s.left, s.state = n, httpChunk
		}
	case httpChunkEnd:
		s.state = httpChunkSize
		if len(line) > 0 {
			h.bad(s, line)
			h.lose(s)
		}
	case httpTrailer:
		if len(line) == 0 {
			h.messageEnd(s)
		}
	}
}

// bad reports the first bytes of a direction that are not HTTP.
func (h *http) bad(s *httpSide, line []byte) {
	if h.named && !s.reported {
		s.reported = true
		h.flow.sink.Bad(s.offset, 0, "in a connection of HTTP: no message of HTTP/1 stands here", line[:min(len(line), 256)])
	}
}

// startLine begins a message, if the line can begin one.
func (h *http) startLine(s *httpSide, line []byte) bool {
	var x *exchange
	if s.orig {
		method, target, ok := requestLine(line)
		if !ok && s.line.long && s.state == httpStart { // its end was not kept
			method, target, ok = bytes.Cut(line, []byte{' '})
			ok = ok && isMethod(method)
		}
		if !ok {
			return false
		}
		x = h.request(s)
		x.method, x.uri = lay(&x.text, method), lay(&x.text, target[:min(len(target), maxURI)])
		h.depth++
		x.depth, x.ts, x.offset = h.depth, s.ts, s.offset
	} else {
		code, ok := statusLine(line)
		if !ok {
			return false
		}
		s.status = code
		if code >= 200 || code == 101 {
			x = h.reply(s)
			x.status = code
		}
	}
	if !h.named {
		h.named = true
		h.flow.service("http")
	}
	s.begin(x)
	return true
}

// request returns the exchange of a request that begins.
func (h *http) request(s *httpSide) *exchange {
	if s.found { // behind a gap: what was asked before will not be known
		s.found = false
		h.lone = h.lone || h.pipelined
		h.flush()
	}
	for _, x := range h.pending {
		if !x.asked {
			x.asked = true
			return x
		}
	}
	if n := len(h.pending); n > 0 && !h.pending[n-1].answered {
		h.pipelined = true
	}
	x := h.exchange()
	x.asked = true
	h.keep(x)
	return x
}

// exchange returns a new exchange.
func (h *http) exchange() *exchange {
	x := h.spare
	if h.spare = nil; x == nil {
		x = new(exchange)
	}
	x.status = event.Unset
	return x
}

// reply returns the exchange of a reply that begins.
func (h *http) reply(s *httpSide) *exchange {
	if s.found { // behind a gap: it is for the last request, if any
		s.found = false
		h.lone = h.lone || h.pipelined
		if n := len(h.pending); n > 0 {
			last := h.pending[n-1]
			h.pending = h.pending[:n-1]
			h.flush()
			h.pending = append(h.pending, last)
			if last.answered {
				h.flush()
				return &exchange{answered: true, status: event.Unset}
			}
		}
	}
	if h.lone {
		return &exchange{answered: true, status: event.Unset}
	}
	for _, x := range h.pending {
		if !x.answered {
			x.answered = true
			return x
		}
	}
	x := h.exchange()
	x.answered = true
	h.keep(x)
	return x
}

// keep puts an exchange behind the others. Too many are handed over as they are.
func (h *http) keep(x *exchange) {
	if len(h.pending) >= maxExchanges {
		h.lone = true
		h.flush()
	}
	if h.lone && x.asked {
		x.answerDone = true
	}
	h.pending = append(h.pending, x)
}

// messageEnd ends the message of a direction.
func (h *http) messageEnd(s *httpSide) {
	if s.body != nil {
		s.body.end()
		s.body = nil
	}
	x := s.x
	s.x, s.state = nil, httpStart
	if x == nil {
		return
	}
	if s.orig {
		x.askDone = true
	} else {
		x.answerDone = true
	}
	for len(h.pending) > 0 && h.pending[0].askDone && h.pending[0].answerDone {
		x := h.pending[0]
		h.pending = slices.Delete(h.pending, 0, 1)
		h.emit(x)
	}
}

// flush hands over all exchanges as they are. Their messages that are under way
// go on, but are not waited for.
func (h *http) flush() {
	for _, x := range h.pending {
		h.emit(x)
	}
	clear(h.pending)
	h.pending = h.pending[:0]
}

// emit hands over a request, which is the last that is done with it unless one
// of its messages goes on. A reply alone is no record; its files are.
func (h *http) emit(x *exchange) {
	if x.asked {
		h.record(x)
	}
	if h.spare == nil && x != h.req.x && x != h.resp.x {
		x.clear()
		h.spare = x
	}
}

func (h *http) record(x *exchange) {
	s := own(h.flow.sink)
	e := &s.http
	*e = event.HTTP{
		Head: h.flow.head, Depth: x.depth, Method: x.method, Host: x.host, URI: x.uri, UserAgent: x.agent, Username: x.user,
		ReqLen: x.reqLen, RespLen: event.Unset, Status: x.status, Proxied: x.proxied,
		OrigFUIDs: x.reqFUIDs, OrigFilenames: x.reqNames, OrigMIME: x.reqMIME, RespFUIDs: x.respFUIDs, RespMIME: x.respMIME,
	}
	if x.headed && isBrowser(x.agent) {
		e.Browser = tri(x.accepts && !x.expects)
	}
	if x.status != event.Unset {
		e.RespLen = x.respLen
	}
	e.TS, e.Offset = x.ts, x.offset
	if len(e.Host) == 0 {
		e.Host = authority(x.uri)
	}
	s.HTTP(e)
}

// isBrowser reports whether a User-Agent is one of a browser: they all call
// themselves Mozilla/5.0 and name one of four engines.
func isBrowser(agent []byte) bool {
	return bytes.HasPrefix(agent, []byte("Mozilla/5.0 (")) &&
		(bytes.Contains(agent, []byte(" Gecko/")) || bytes.Contains(agent, []byte("like Gecko")))
}

// authority returns host and port of a target in absolute form (RFC 9112 section
// 3.2.2), nil for another one.
func authority(target []byte) []byte {
	if _, rest, ok := bytes.Cut(target[:min(len(target), maxText)], []byte("://")); ok {
		if i := bytes.IndexAny(rest, "/?#"); i >= 0 {
			rest = rest[:i]
		}
		return bytes.Clone(rest[bytes.LastIndexByte(rest, '@')+1:])
	}
	return nil
}
