package proxy

import (
	"bytes"
	"context"
	"io"

	"barium/internal/event"
	"barium/internal/format"
)

// maxSample is how much of a bad record is handed to the sink.
const maxSample = 256

// Reader reads logs of web proxies and firewalls. The zero value is ready for
// use.
type Reader struct{}

var _ format.Reader = Reader{}

// Name returns "proxy".
func (Reader) Name() string { return "proxy" }

// kind is what a line is.
type kind uint8

const (
	none kind = iota
	squid
	combined
	zscaler
	zscalerCSV
	zscalerJSON
	paloAlto
	fortigate
	checkPoint
	checkPointPipes
	cisco
	cef
	leef
	w3cHeader
)

// classify tells by its first bytes what a line is.
func classify(b []byte) kind {
	if len(b) < 8 {
		return none
	}
	switch c := b[0]; {
	case digit(c):
		switch {
		case isSquid(b):
			return squid
		case isPaloAlto(b):
			return paloAlto
		case isZscaler(b):
			return zscaler
		}
	case c == 'C' && (starts(b, "CEF:0|") || starts(b, "CEF:1|") || starts(b, "CEF: 0|")):
		return cef
	case c == 'L' && starts(b, "LEEF:"):
		return leef
	case c == '%' && isCisco(b):
		return cisco
	case c == '#':
		if isW3C(b) {
			return w3cHeader
		}
		return none
	case c == '[' && isCheckPoint(b):
		return checkPoint
	case c == 't' && isCheckPointPipes(b):
		return checkPointPipes
	case (c == 'd' || c == 'l' || c == 't' || c == 'i') && isFortiGate(b):
		return fortigate
	case c == '"' && isZscalerCSV(b):
		return zscalerCSV
	case c == '{' && isZscalerJSON(b):
		return zscalerJSON
	}
	if isCombined(b) {
		return combined
	}
	return none
}

// Read hands every record of src to s, in order, as format.Reader describes.
func (Reader) Read(ctx context.Context, src io.Reader, s format.Sink) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newReading(newLines(ctx, src), s)
	r.clock.last = firstTime(r.lines.head())
	r.run()
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.lines.err
}

// reading is the state of one Read.
type reading struct {
	lines  *lines
	sink   format.Sink
	clock  clock
	header header
	table  table
	entry  entry
	conn   event.Conn
	http   event.HTTP
	mime   [1][]byte
	arena  []byte // what had to be unescaped or put together, of one line
	fields [][]byte
	warned map[string]struct{}
	names  map[string]string // of skipped types
	seen   *seen             // while sniffing
}

func newReading(l *lines, s format.Sink) *reading {
	return &reading{lines: l, sink: s, warned: map[string]struct{}{}, names: map[string]string{}}
}

// run reads until the source ends or fails.
func (r *reading) run() {
	for {
		b, long, ok := r.lines.next()
		if !ok {
			break
		}
		if long {
			r.bad("longer than 1 MiB", b)
			continue
		}
		if r.lines.at == 0 {
			b = bytes.TrimPrefix(b, bom)
		}
		if len(bytes.TrimLeft(b, " \t")) == 0 {
			continue
		}
		if reason := r.line(b); reason != "" {
			r.bad(reason, b)
		}
	}
	if r.clock.yearless {
		r.warn(yearWarning)
	}
	if r.clock.unzoned {
		r.warn(zoneWarning)
	}
}

const (
	yearWarning = "times without a year: each was given the year that brings it closest to the line before it, and 1972 where no line says the year; " +
		"let the syslog server write RFC 3339 times"
	zoneWarning = "times without a zone were read as UTC; let the devices log in UTC or with the zone"
)

var bom = []byte("\xef\xbb\xbf")

// line reads one line. It returns what is wrong with it.
func (r *reading) line(b []byte) string {
	r.arena = r.arena[:0]
	r.entry.reset()
	if r.table.plain && b[0] != '#' && b[0] != '<' {
		r.header = header{}
		return r.row(b)
	}
	body, k := r.peel(b)
	r.entry.sensor = r.header.sensor
	if k == w3cHeader {
		r.w3c(body, len(body) == len(b))
		return ""
	}
	switch k {
	case squid:
		return r.squid(body)
	case combined:
		return r.combined(body)
	case zscaler:
		return r.zscaler(body)
	case zscalerCSV:
		return r.zscalerCSV(body)
	case zscalerJSON:
		return r.zscalerJSON(body)
	case paloAlto:
		return r.paloAlto(body)
	case fortigate:
		return r.fortigate(body)
	case checkPoint, checkPointPipes:
		return r.checkPoint(body, k)
	case cisco:
		return r.cisco(body)
	case cef:
		return r.cef(body)
	case leef:
		return r.leef(body)
	}
	return r.other(b)
}

// other handles a line that is of no product: a row below a W3C header behind
// syslog, a line of another program in a syslog server's file, or nothing known.
func (r *reading) other(b []byte) string {
	if !r.header.found {
		return "not a line of a proxy or firewall that is known"
	}
	if r.table.wrapped && r.header.timed {
		if host, msg := body(b); len(msg) > 10 && digit(msg[0]) && msg[4] == '-' && msg[7] == '-' {
			r.entry.sensor = host
			return r.row(msg)
		}
	}
	if r.seen == nil {
		r.sink.Skip("syslog of other programs")
	}
	return ""
}

// product notes what kind of line was recognised; name says the product and what
// the line tells of.
func (r *reading) product(name string) {
	if r.seen != nil {
		r.seen.add(name)
	}
}

// skip counts a line that is known and not kept.
func (r *reading) skip(name string) string {
	r.product(name)
	r.sink.Skip(name)
	return ""
}

// skipNamed is skip for a name that comes from the log. Only a limited number of
// them is told apart.
func (r *reading) skipNamed(product string, name []byte) string {
	const maxNames, maxName = 64, 32
	r.arena = append(append(append(r.arena, product...), ' '), name...)
	full := r.arena[len(r.arena)-len(product)-1-len(name):]
	s, ok := r.names[string(full)]
	if !ok {
		if s = product; len(r.names) < maxNames && len(name) <= maxName && len(name) > 0 {
			s = string(full)
			r.names[s] = s
		}
	}
	return r.skip(s)
}

// bad reports a line that could not be read.
func (r *reading) bad(reason string, b []byte) {
	r.sink.Bad(r.lines.at, r.lines.no, reason, b[:min(len(b), maxSample)])
}

// warn tells something about the source once.
func (r *reading) warn(reason string) {
	if _, ok := r.warned[reason]; ok {
		return
	}
	r.warned[reason] = struct{}{}
	r.sink.Warn(reason)
}

// fromHeader gives e the header's time when the line has none of its own.
func (r *reading) fromHeader(e *entry) {
	if !e.timed {
		e.time, e.timed = r.when()
	}
}
