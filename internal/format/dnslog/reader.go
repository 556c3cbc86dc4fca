package dnslog

import (
	"bytes"
	"context"
	"io"

	"barium/internal/event"
	"barium/internal/format"
)

// maxSample is how much of a bad record is handed to the sink.
const maxSample = 256

// Reader reads logs of DNS servers. The zero value is ready for use.
type Reader struct{}

var _ format.Reader = Reader{}

// Name returns "dnslog".
func (Reader) Name() string { return "dnslog" }

// Read hands every look-up of src to s, in order, as format.Reader describes.
func (Reader) Read(ctx context.Context, src io.Reader, s format.Sink) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newReading(newLines(ctx, src), s)
	head := r.lines.head()
	if r.lines.wide = isWide(head); r.lines.wide {
		head = narrow(nil, head)
	}
	r.head = head
	r.run()
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.lines.err
}

// reading is the state of one Read.
type reading struct {
	lines   *lines
	sink    format.Sink
	clock   clock
	header  header
	dns     event.DNS
	queue   queue
	key     []byte
	arena   []byte // what had to be unescaped, of one line
	chain   chain
	order   order
	head    []byte // of the source, as text, valid until the first line is read
	windows bool   // there was a line of Windows DNS
	begun   bool   // there was a packet of it
	product string // that wrote the line
	looks   int    // look-ups so far
	warned  map[string]struct{}
}

func newReading(l *lines, s format.Sink) *reading {
	return &reading{lines: l, sink: s, queue: queue{sink: s}, warned: map[string]struct{}{}}
}

// run reads until the source ends or fails.
func (r *reading) run() {
	r.prepare()
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
	r.queue.flush()
	if r.clock.yearless {
		r.warn(yearWarning)
	}
	if r.clock.unzoned {
		r.warn(zoneWarning)
	}
}

// prepare learns from the head of the source what its lines do not say each.
func (r *reading) prepare() {
	r.order = dateOrder(r.head)
	r.clock.last = firstTime(r.head)
	r.head = nil
}

const (
	yearWarning = "times without a year: each was given the year that brings it closest to the line before it, and 1972 where no line says the year; " +
		"let the syslog server write RFC 3339 times"
	zoneWarning = "times without a zone were read as UTC; let the servers log in UTC or with the zone"
)

var bom = []byte("\xef\xbb\xbf")

// line reads one line. It returns what is wrong with it.
func (r *reading) line(b []byte) string {
	r.product = ""
	r.header.sensor = nil
	c := b[0]
	if digit(c) {
		if n := r.header.moment.named(b); n > 0 {
			return r.bind(bytes.TrimLeft(b[n:], " "))
		}
		if p, ok := splitPacket(b); ok {
			return r.packet(&p)
		}
	}
	switch {
	case c == '[':
		return r.unboundFile(b)
	case c == ' ' || c == '\t' || c == 'U' || c == 'T' || c == 'D' || c == 'L' || c == 'M':
		if r.windowsText(b) {
			return ""
		}
	}
	if digit(c) { // BIND with print-time iso8601
		if n := r.header.moment.iso(b); n > 0 {
			if msg := bytes.TrimLeft(b[n:], " "); isBind(msg) {
				return r.bind(msg)
			}
		}
	}
	if msg := r.header.take(b); msg != nil {
		return r.message(msg)
	}
	if starts(b, "client ") || starts(b, "queries: ") {
		return "no time (print-time yes in named.conf gives one)"
	}
	return "not a line of a DNS server that is known"
}

// message reads what stands behind a syslog header.
func (r *reading) message(msg []byte) string {
	switch string(r.header.program()) {
	case "dnsmasq":
		return r.dnsmasq(msg)
	case "unbound":
		return r.unbound(msg)
	case "named":
		return r.bind(msg)
	case "dnsmasq-dhcp", "dnsmasq-tftp", "dnsmasq-script":
		r.product = "dnsmasq"
		return r.skip("dnsmasq (DHCP and others)")
	}
	if isBind(msg) {
		return r.bind(msg)
	}
	if _, ok := r.clock.time(&r.header.moment); !ok {
		return badTime
	}
	return r.skip("syslog of other programs")
}

const badTime = "a time that does not exist"

// begin sets r.dns up for the line and its time.
func (r *reading) begin() string {
	t, ok := r.clock.time(&r.header.moment)
	if !ok {
		return badTime
	}
	r.beginAt(t)
	return ""
}

func (r *reading) beginAt(t event.Time) {
	r.dns = event.DNS{
		Head:  event.Head{Offset: r.lines.at, TS: t, Sensor: r.header.sensor, RespPort: 53},
		QType: event.Unset, RCode: event.Unset,
	}
}

// name sets the name that was asked for.
func (r *reading) name(b []byte) string {
	b = plainName(b)
	if len(b) > maxName {
		return "a name longer than a name can be"
	}
	r.dns.Query = b
	return ""
}

// hand gives the look-up to the sink, behind those that wait.
func (r *reading) hand() {
	r.looks++
	if r.queue.n > 0 {
		r.queue.push(&r.dns, nil)
		return
	}
	r.sink.DNS(&r.dns)
}

// wait lets the look-up wait for what is known by r.key.
func (r *reading) wait() {
	r.looks++
	r.queue.push(&r.dns, r.key)
}

// skip counts a line that is known and not kept.
func (r *reading) skip(name string) string {
	r.sink.Skip(name)
	return ""
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
