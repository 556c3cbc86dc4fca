package proxy

import (
	"bytes"
	"unicode/utf8"

	"barium/internal/event"
)

// isZscaler recognises "2024-03-25 09:17:30<tab>reason=": the key=value form of
// the feed.
func isZscaler(b []byte) bool {
	return len(b) > 28 && b[4] == '-' && b[19] == '\t' && bytes.Contains(b, []byte("\tproduct=NSS\t"))
}

// isZscalerCSV recognises "Mon Jun 20 15:29:11 2022",".
func isZscalerCSV(b []byte) bool {
	return len(b) > 30 && b[25] == '"' && b[26] == ',' && b[27] == '"' && b[4] == ' ' && month(b[5:]) > 0
}

// isZscalerJSON recognises the JSON form by its source type.
func isZscalerJSON(b []byte) bool {
	return bytes.Contains(b[:min(len(b), 256)], []byte("zscalernss-web")) || bytes.Contains(b, []byte(`"vendor":"Zscaler"`)) ||
		bytes.Contains(b, []byte(`"vendor" : "Zscaler"`))
}

// zscalerKey sets what a key of the feed says.
func (r *reading) zscalerKey(e *entry, key, v []byte) {
	if unset(v) || string(v) == "None" || string(v) == "NA" {
		return
	}
	switch string(key) {
	case "datetime", "event_timestamp", "time":
		r.zscalerTime(e, v)
	case "epochtime":
		e.time, e.timed = epoch(v)
	case "requestmethod":
		e.method = upper(v)
	case "url":
		e.url = v
	case "hostname":
		e.host = v
	case "ClientIP", "clientIP", "clientip":
		e.addr(&e.src, v)
	case "clientpublicIP", "clientpublicip":
		if e.src == (event.Addr{}) {
			e.addr(&e.src, v)
		}
	case "status":
		status, _ := word(v, ' ')
		e.status = code(status)
	case "user":
		e.account = v
	case "useragent":
		if string(v) != "Unknown" {
			e.agent = v
		}
	case "requestsize":
		e.count(&e.sent, v)
	case "responsesize":
		e.count(&e.received, v)
	case "action":
		e.action(v)
	case "contenttype":
		e.mime = v
	case "protocol":
		e.app = v
	}
}

func (r *reading) zscalerTime(e *entry, v []byte) {
	if e.timed {
		return
	}
	var m moment
	if n := m.iso(v); n == 0 {
		if len(v) < 8 || v[3] != ' ' {
			return
		}
		if m.bsd(v[4:]) == 0 { // Mon Jun 20 15:29:11 2022
			return
		}
	}
	e.time, e.timed = r.clock.time(&m)
}

// zscaler reads the key=value form: a time, then keys and values between tabs.
func (r *reading) zscaler(b []byte) string {
	r.product("zscaler nss web")
	e := &r.entry
	r.zscalerTime(e, b[:19])
	for rest := b[20:]; len(rest) > 0; {
		var f []byte
		f, rest = word(rest, '\t')
		key, v := word(f, '=')
		r.zscalerKey(e, key, v)
	}
	return r.zscalerDone(e)
}

// zscalerDone makes the URL, which the feed gives without a scheme, whole.
func (r *reading) zscalerDone(e *entry) string {
	e.proxied = true
	r.fromHeader(e)
	scheme := "http"
	if fold(e.app, "https") || fold(e.app, "http_proxy") || fold(e.app, "ssl") {
		scheme = "https"
	}
	if fold(e.app, "ftp") || fold(e.app, "ftpoverhttp") {
		scheme = "ftp"
	}
	e.app = nil
	r.absolute(e, scheme)
	return r.request(e)
}

// upper returns a method in upper case; those of the feed's lower-case spelling
// are a few.
func upper(b []byte) []byte {
	switch string(b) {
	case "get":
		return []byte("GET")
	case "post":
		return []byte("POST")
	case "put":
		return []byte("PUT")
	case "connect":
		return []byte("CONNECT")
	case "head":
		return []byte("HEAD")
	}
	return b
}

// Positions in the default CSV feed (NSS Feed Output Format: Web Logs).
const (
	zscURL = 3 + iota
	zscAction
	zscApp
	zscAppClass
	zscSent
	zscReceived
	zscClient = 21
	zscMethod = 23
	zscStatus = 24
	zscAgent  = 25
	zscMIME   = 29
)

// zscalerCSV reads the quoted CSV form in its default order of columns.
func (r *reading) zscalerCSV(b []byte) string {
	r.product("zscaler nss web")
	if !r.csv(b) || len(r.fields) < zscAgent+1 {
		return "fewer columns than the default CSV feed has"
	}
	e, f := &r.entry, r.fields
	value := func(i int) []byte {
		if i >= len(f) || string(f[i]) == "None" || string(f[i]) == "NA" {
			return nil
		}
		return text(f[i])
	}
	r.zscalerTime(e, f[0])
	e.account, e.app, e.url = value(1), value(2), value(zscURL)
	e.action(f[zscAction])
	e.count(&e.sent, f[zscSent])
	e.count(&e.received, f[zscReceived])
	e.addr(&e.src, f[zscClient])
	e.method, e.status, e.agent, e.mime = upper(f[zscMethod]), code(f[zscStatus]), value(zscAgent), value(zscMIME)
	return r.zscalerDone(e)
}

// csv takes a line of comma separated values apart (RFC 4180 section 2). It fails
// for a quote that does not end.
func (r *reading) csv(b []byte) bool {
	r.fields = r.fields[:0]
	for {
		if len(b) > 0 && b[0] == '"' {
			i := 1
			for i < len(b) && (b[i] != '"' || i+1 < len(b) && b[i+1] == '"') {
				if b[i] == '"' {
					i++
				}
				i++
			}
			if i >= len(b) || i+1 < len(b) && b[i+1] != ',' {
				return false
			}
			r.fields = append(r.fields, r.undouble(b[1:i]))
			if i+1 == len(b) {
				return true
			}
			b = b[i+2:]
			continue
		}
		i := bytes.IndexByte(b, ',')
		if i < 0 {
			r.fields = append(r.fields, b)
			return true
		}
		r.fields = append(r.fields, b[:i])
		b = b[i+1:]
	}
}

// undouble makes one quote of each two.
func (r *reading) undouble(b []byte) []byte {
	if bytes.IndexByte(b, '"') < 0 {
		return b
	}
	at := len(r.arena)
	for i := 0; i < len(b); i++ {
		r.arena = append(r.arena, b[i])
		if b[i] == '"' {
			i++
		}
	}
	return r.arena[at:]
}

// zscalerJSON reads the JSON form: one flat object, which may stand as "event" in
// another one.
func (r *reading) zscalerJSON(b []byte) string {
	e := &r.entry
	r.product("zscaler nss web")
	depth, i := 0, 0
	for i < len(b) {
		switch c := b[i]; c {
		case '{':
			depth++
			i++
		case '}':
			depth--
			i++
		case '"':
			key, n, ok := r.jsonString(b[i:])
			if !ok {
				return "not JSON"
			}
			i += n
			for i < len(b) && (b[i] == ' ' || b[i] == ':') {
				i++
			}
			if i < len(b) && b[i] == '"' {
				v, n, ok := r.jsonString(b[i:])
				if !ok {
					return "not JSON"
				}
				i += n
				r.zscalerKey(e, key, v)
			} else if i < len(b) && (digit(b[i]) || b[i] == '-') {
				at := i
				for i < len(b) && (digit(b[i]) || b[i] == '-') {
					i++
				}
				r.zscalerKey(e, key, b[at:i])
			}
		default:
			i++
		}
	}
	if depth != 0 {
		return "a JSON object that does not end"
	}
	return r.zscalerDone(e)
}

// jsonString reads the string (RFC 8259 section 7) that b begins with and
// returns its length.
func (r *reading) jsonString(b []byte) (s []byte, n int, ok bool) {
	at, escaped := len(r.arena), false
	from := 1
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '"':
			if !escaped {
				return b[1:i], i + 1, true
			}
			r.arena = append(r.arena, b[from:i]...)
			return r.arena[at:], i + 1, true
		case '\\':
			escaped = true
			r.arena = append(r.arena, b[from:i]...)
			if i++; i >= len(b) {
				return nil, 0, false
			}
			switch c := b[i]; c {
			case 'n':
				r.arena = append(r.arena, '\n')
			case 't':
				r.arena = append(r.arena, '\t')
			case 'r':
				r.arena = append(r.arena, '\r')
			case 'b', 'f':
				r.arena = append(r.arena, ' ')
			case 'u':
				u, ok := hex4(b[i+1:])
				if !ok {
					return nil, 0, false
				}
				r.arena = utf8.AppendRune(r.arena, u)
				i += 4
			default:
				r.arena = append(r.arena, c)
			}
			from = i + 1
		}
	}
	return nil, 0, false
}

func hex4(b []byte) (u rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case digit(c):
			u = u<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			u = u<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return u, true
}
