package proxy

import (
	"bytes"
)

// squidWarning is what Squid's own formats leave out.
const squidWarning = "Squid's log has no bytes sent by the client: nothing can be said about what went out through it; " +
	"add %>st (size of the request) to a logformat with named columns"

// isSquid recognises "1286536308.779    180 ": seconds with three decimals, then
// the elapsed time.
func isSquid(b []byte) bool {
	if len(b) < 20 || b[10] != '.' || b[14] != ' ' {
		return false
	}
	for i := range 14 {
		if i != 10 && !digit(b[i]) {
			return false
		}
	}
	b = bytes.TrimLeft(b[15:], " ")
	b = bytes.TrimPrefix(b, []byte{'-'})
	return len(b) > 2 && digit(b[0])
}

// squid reads a line of access.log in the native format (squid.conf, logformat
// squid: %ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt).
func (r *reading) squid(b []byte) string {
	r.product("squid native")
	e := &r.entry
	e.time, e.timed = epoch(b[:14])
	e.ended, e.proxied = true, true
	f := r.spaced(b[15:], 9)
	if len(f) < 9 {
		return "fewer columns than Squid writes"
	}
	e.millis(f[0])
	e.addr(&e.src, f[1])
	result, status := word(f[2], '/')
	e.status = code(status)
	e.squidResult(result)
	e.count(&e.received, f[3])
	e.method, e.url = text(f[4]), text(f[5])
	if string(e.method) == "NONE" || e.method == nil || starts(e.url, "error:") {
		return r.skip("squid transaction without a request")
	}
	if starts(e.method, "ICP_") || starts(e.method, "HTCP_") {
		return r.skip("squid question of another cache")
	}
	rest := f[6:]
	if bytes.IndexByte(rest[1], '/') < 0 { // a URL with spaces
		return r.squidSpaces(b[15:])
	}
	e.account, e.mime = text(rest[0]), text(rest[2])
	return r.squidDone(e)
}

// squidSpaces reads a line whose URL has spaces: what stands behind it is found
// from the end of the line.
func (r *reading) squidSpaces(b []byte) string {
	e := &r.entry
	at := bytes.Index(b, e.url)
	b = bytes.TrimRight(b[at:], " ")
	if i := bytes.Index(b, []byte(" [")); i >= 0 && b[len(b)-1] == ']' { // headers, with log_mime_hdrs
		b = b[:i]
	}
	var last [3][]byte
	for i := range last {
		j := bytes.LastIndexByte(b, ' ')
		if j < 0 {
			return "fewer columns than Squid writes"
		}
		last[i], b = b[j+1:], bytes.TrimRight(b[:j], " ")
	}
	if bytes.IndexByte(last[1], '/') < 0 {
		return "no hierarchy and peer where Squid writes them"
	}
	e.url, e.account, e.mime = b, text(last[2]), text(last[0])
	return r.squidDone(e)
}

func (r *reading) squidDone(e *entry) string {
	r.absolute(e, "http")
	r.warn(squidWarning)
	return r.request(e)
}

// squidResult reads Squid's result code: a request that was denied never went out.
func (e *entry) squidResult(b []byte) {
	if bytes.Contains(b, []byte("DENIED")) {
		e.verdict = refused
	}
}

// spaced cuts b at runs of spaces into up to n columns; what follows is left out.
func (r *reading) spaced(b []byte, n int) [][]byte {
	r.fields = r.fields[:0]
	for len(r.fields) < n {
		for len(b) > 0 && b[0] == ' ' {
			b = b[1:]
		}
		if len(b) == 0 {
			break
		}
		w, rest := word(b, ' ')
		r.fields = append(r.fields, w)
		b = rest
	}
	return r.fields
}

// isCombined recognises "address ident user [02/Mar/2026:10:00:00 +0100] ".
func isCombined(b []byte) bool {
	i := bytes.IndexByte(b[:min(len(b), 512)], '[')
	if i < 6 || len(b) < i+30 || b[i-1] != ' ' || b[i+27] != ']' || b[i+3] != '/' || b[i+7] != '/' || b[i+12] != ':' {
		return false
	}
	return bytes.Count(b[:i], []byte{' '}) >= 3 && b[0] != '<'
}

// combined reads the common or combined format (Apache's, as Squid writes them:
// logformat common and combined). Lines whose request is not in the form that is
// sent to proxies are those of a web server.
func (r *reading) combined(b []byte) string {
	e := &r.entry
	f := r.spaced(b, 3)
	if len(f) < 3 {
		return "no address and account in front of the time"
	}
	client, account := f[0], f[2]
	stamp, rest, ok := between(b, "[", "] ")
	if !ok || len(rest) == 0 || rest[0] != '"' {
		return "no request behind the time"
	}
	var m moment
	if e.timed = m.apache(stamp); e.timed {
		e.time, e.timed = r.clock.time(&m)
	}
	request, rest, ok := quoted(rest)
	if !ok {
		return "a request without its closing quote"
	}
	method, url := word(request, ' ')
	if i := bytes.LastIndex(url, []byte(" HTTP/")); i >= 0 {
		url = url[:i]
	}
	if string(method) != "CONNECT" && bytes.Index(url[:min(len(url), 12)], []byte("://")) < 1 {
		r.sink.Skip("web server's access log")
		return ""
	}
	r.product("combined (proxy)")
	e.method, e.url, e.proxied = method, url, true
	e.addr(&e.src, client)
	e.account = text(account)
	g := r.spaced(rest, 2)
	if len(g) < 2 {
		return "no status and size behind the request"
	}
	e.status = code(g[0])
	e.count(&e.received, g[1])
	if i := bytes.IndexByte(rest, '"'); i >= 0 {
		if _, tail, ok := quoted(rest[i:]); ok && len(tail) > 1 && tail[1] == '"' {
			if agent, tail, ok := quoted(tail[1:]); ok {
				e.agent = text(agent)
				result, _ := word(bytes.TrimLeft(tail, " "), ':')
				e.squidResult(result)
			}
		}
	}
	r.absolute(e, "http")
	r.warn(squidWarning)
	return r.request(e)
}

// quoted returns what stands between the quote that b begins with and the next
// one that no backslash stands before, as it is.
func quoted(b []byte) (in, rest []byte, ok bool) {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[1:i], b[i+1:], true
		}
	}
	return nil, nil, false
}

// apache reads 02/Mar/2026:10:00:00 +0100.
func (m *moment) apache(b []byte) bool {
	if len(b) < 26 {
		return false
	}
	*m = moment{day: digits(b, 0, 2), month: month(b[3:]), year: digits(b, 7, 11)}
	return m.clock(b[12:]) == 8 && m.offset(b[21:]) > 0 && m.year > 0
}
