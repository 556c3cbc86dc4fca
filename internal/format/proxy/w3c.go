package proxy

import (
	"bytes"

	"barium/internal/event"
)

// column is what a column of a W3C extended log holds.
type column uint8

const (
	colOther column = iota
	colDate
	colTime
	colTaken
	colClient
	colClientPort
	colServer
	colServerPort
	colMethod
	colURL
	colScheme
	colHost
	colPort
	colPath
	colStem
	colQuery
	colAccount
	colAgent
	colStatus
	colAction
	colFilter
	colSent
	colSentBody
	colReceived
	colMIME
)

// columns are the names of fields: those of the draft (W3C WD-logfile), of Blue
// Coat's ELFF and of ISA Server and TMG.
var columns = map[string]column{
	"date": colDate, "time": colTime, "time-taken": colTaken,
	"c-ip": colClient, "c-port": colClientPort, "s-ip": colServer, "s-port": colServerPort,
	"cs-method": colMethod, "s-operation": colMethod, "cs-uri": colURL, "c-uri": colURL, "cs-uri-scheme": colScheme,
	"cs-host": colHost, "cs(Host)": colHost, "cs-uri-port": colPort, "cs-uri-path": colPath, "cs-uri-stem": colStem, "cs-uri-query": colQuery,
	"cs-username": colAccount, "cs(User-Agent)": colAgent, "c-agent": colAgent,
	"sc-status": colStatus, "s-action": colAction, "sc-filter-result": colFilter, "action": colFilter,
	"cs-bytes": colSent, "cs-bodylength": colSentBody, "sc-bytes": colReceived, "rs(Content-Type)": colMIME, "cs-mime-type": colMIME,
}

// table is the header of a W3C extended log in force.
type table struct {
	columns  []column
	tabs     bool // columns are separated by tabs
	proxied  bool // it is a proxy's log; otherwise a web server's
	usable   bool // there are a client and a URL in it
	plain    bool // it stands at the beginning of lines
	wrapped  bool // it stands behind syslog headers
	software string
	date     moment // of #Date, for logs without a date in the rows
	dated    bool
	sentBody bool // there is a column for the body alone
	noBytes  bool // no column for what the client sent
}

// isW3C recognises the directives of the draft, which end with a colon. Zeek's
// header lines do not.
func isW3C(b []byte) bool {
	for _, d := range []string{"#Fields:", "#Software:", "#Version:", "#Date:", "#Start-Date:", "#End-Date:", "#Remark:"} {
		if starts(b, d) {
			return true
		}
	}
	return false
}

// w3c takes in one directive; plain says that it begins its line.
func (r *reading) w3c(b []byte, plain bool) {
	t := &r.table
	key, value := word(b, ':')
	value = bytes.Trim(value, " \t")
	switch string(key) {
	case "#Software":
		*t = table{software: softwareName(value)}
	case "#Date", "#Start-Date":
		t.dated = t.date.iso(value) > 0 && t.date.valid()
	case "#Fields":
		t.fields(value)
		if t.plain, t.wrapped = plain, !plain; !t.usable {
			t.plain, t.wrapped = plain, false
			return
		}
		if t.proxied {
			if t.noBytes {
				r.warn("the log has no column for the bytes sent by the client (cs-bytes): nothing can be said about what went out through the proxy")
			}
			r.product("w3c extended (" + t.name() + ")")
		} else {
			r.product("w3c extended (web server)")
		}
	}
}

func (t *table) name() string {
	if t.software == "" {
		return "proxy"
	}
	return t.software
}

// softwareName tells the products that are known; any other name is the log's
// own business.
func softwareName(b []byte) string {
	switch {
	case starts(b, "SGOS"):
		return "ProxySG"
	case bytes.Contains(b, []byte("Internet Information Services")):
		return "IIS"
	case bytes.Contains(b, []byte("Internet Security and Acceleration")), bytes.Contains(b, []byte("Forefront TMG")):
		return "ISA Server"
	}
	return ""
}

func (t *table) fields(b []byte) {
	t.tabs = bytes.IndexByte(b, '\t') >= 0
	t.columns = t.columns[:0]
	var has [colMIME + 1]bool
	for len(b) > 0 && len(t.columns) < 1024 {
		i := bytes.IndexAny(b, " \t")
		name := b
		if b = nil; i >= 0 {
			name, b = name[:i], name[i+1:]
		}
		if len(name) == 0 {
			continue
		}
		c := columns[string(name)]
		t.columns = append(t.columns, c)
		has[c] = true
	}
	t.proxied = has[colURL] || has[colScheme] || has[colPort] || has[colAction] || t.software == "ProxySG" || t.software == "ISA Server"
	t.usable = has[colClient] && (has[colURL] || has[colPath] || has[colStem] || has[colHost]) && has[colTime]
	t.noBytes, t.sentBody = !has[colSent] && !has[colSentBody], has[colSentBody]
}

// row reads a row below a header.
func (r *reading) row(b []byte) string {
	t, e := &r.table, &r.entry
	if !t.usable {
		r.sink.Skip("w3c extended log of another kind")
		return ""
	}
	e.proxied, e.ended = t.proxied, true
	if !r.cut(b, t.tabs, len(t.columns)) {
		return "not as many columns as the #Fields line has"
	}
	var date, clock, scheme, host, farPort, path, query []byte
	for i, c := range t.columns {
		v := r.fields[i]
		if unset(v) {
			continue
		}
		switch c {
		case colOther:
		case colDate:
			date = v
		case colTime:
			clock = v
		case colTaken:
			e.millis(v)
		case colClient:
			e.addr(&e.src, v)
		case colClientPort:
			e.srcPort = port(v)
		case colServer:
			if !t.proxied || len(v) > 0 {
				e.addr(&e.dst, v)
			}
		case colServerPort:
			e.dstPort = port(v)
		case colMethod:
			e.method = v
		case colURL:
			e.url = v
		case colScheme:
			scheme = v
		case colHost:
			host = v
		case colPort:
			farPort = v
		case colPath, colStem:
			path = v
		case colQuery:
			query = v
		case colAccount:
			e.account = v
		case colAgent:
			e.agent = v
		case colStatus:
			e.status = code(v)
		case colAction:
			e.squidResult(v)
		case colFilter:
			e.action(v)
		case colSent:
			if !t.sentBody {
				e.count(&e.sent, v)
			}
		case colSentBody:
			e.count(&e.sent, v)
		case colReceived:
			e.count(&e.received, v)
		case colMIME:
			e.mime = v
		}
	}
	e.time, e.timed = r.w3cTime(date, clock)
	e.host = host
	if !t.proxied {
		e.url = r.joined(path, query)
		return r.request(e)
	}
	if e.url == nil {
		e.url = r.target(e, scheme, host, farPort, r.joined(path, query))
	} else {
		r.absolute(e, "http")
	}
	return r.request(e)
}

// w3cTime reads date and time, which are in UTC (W3C WD-logfile, "Dates" and
// "Times").
func (r *reading) w3cTime(date, clock []byte) (event.Time, bool) {
	var m moment
	switch {
	case len(date) == 10 && date[4] == '-' && date[7] == '-':
		m = moment{year: digits(date, 0, 4), month: digits(date, 5, 7), day: digits(date, 8, 10)}
	case date == nil && r.table.dated:
		m = moment{year: r.table.date.year, month: r.table.date.month, day: r.table.date.day}
	default:
		return 0, false
	}
	m.zoned = true
	if m.clock(clock) == 0 || m.year <= 0 {
		return 0, false
	}
	return r.clock.time(&m)
}

// joined puts a path and a query together.
func (r *reading) joined(path, query []byte) []byte {
	if len(query) == 0 {
		return path
	}
	at := len(r.arena)
	r.arena = append(r.arena, path...)
	if query[0] != '?' {
		r.arena = append(r.arena, '?')
	}
	r.arena = append(r.arena, query...)
	return r.arena[at:]
}

// target puts a URL together as a client sends it to a proxy.
func (r *reading) target(e *entry, scheme, host, farPort, path []byte) []byte {
	at := len(r.arena)
	if len(host) == 0 {
		return nil
	}
	tunnel := string(e.method) == "CONNECT"
	if !tunnel {
		if len(scheme) == 0 {
			scheme = []byte("http")
		}
		r.arena = append(append(r.arena, scheme...), "://"...)
	}
	if bytes.IndexByte(host, ':') >= 0 && host[0] != '[' {
		r.arena = append(append(append(r.arena, '['), host...), ']')
	} else {
		r.arena = append(r.arena, host...)
	}
	if port(farPort) > 0 {
		r.arena = append(append(r.arena, ':'), farPort...)
	} else if tunnel {
		r.arena = append(r.arena, ":443"...)
	}
	if !tunnel {
		r.arena = append(r.arena, path...)
	}
	return r.arena[at:]
}

// cut takes a row apart into exactly n columns: separated by spaces, or tabs; a
// value may stand in quotes, with "" for a quote in it.
func (r *reading) cut(b []byte, tabs bool, n int) bool {
	r.fields = r.fields[:0]
	sep := byte(' ')
	if tabs {
		sep = '\t'
	}
	for {
		if !tabs {
			for len(b) > 0 && b[0] == ' ' {
				b = b[1:]
			}
		}
		if len(b) == 0 {
			break
		}
		if len(r.fields) == n {
			return false
		}
		if b[0] == '"' {
			i := 1
			for i < len(b) && (b[i] != '"' || i+1 < len(b) && b[i+1] == '"') {
				if b[i] == '"' {
					i++
				}
				i++
			}
			if i >= len(b) {
				return false
			}
			r.fields = append(r.fields, r.undouble(b[1:i]))
			b = b[i+1:]
			if len(b) > 0 && b[0] == sep {
				b = b[1:]
			}
			continue
		}
		w, rest := word(b, sep)
		r.fields = append(r.fields, w)
		b = rest
	}
	return len(r.fields) == n
}
