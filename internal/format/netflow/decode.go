package netflow

import (
	"bytes"
	"container/list"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"barium/internal/event"
)

// decoder turns datagrams into flows, with what exporters said before.
type decoder struct {
	flow func(*flow)                                            // is given each flow, and may keep no pointer to it
	skip func(logType string)                                   // counts what is not kept
	fail func(offset, line int64, reason string, sample []byte) // counts what cannot be read
	warn func(x *exporter, oneIn int64)                         // is told of sampling

	frame        *Frame
	offset, line int64 // of the frame
	tick         int64

	byKey     map[exporterKey]*list.Element // of exporters
	exporters *list.List                    // of *exporter, the one heard of last in front
	steps     int                           // of all templates

	waiting *list.List // of *waiting: sets whose template has not come, in order
	held    int        // bytes of these
}

// exporterKey says who numbers templates.
type exporterKey struct {
	addr    netip.Addr
	version uint16 // 5, 9 or 10; 0 for sFlow
	domain  uint32
}

// exporter is what is known of one domain of one exporter.
type exporter struct {
	exporterKey
	name      []byte // as the records name the sensor
	id        uint32 // in order of appearance
	templates map[uint16]*plan
	boot      int64 // µs since 1970, 0 when not given
	oneIn     int64 // packets, of which one is looked at; 0 when not given
}

// waiting is a data set whose template has not come yet.
type waiting struct {
	x            *exporter
	template     uint16
	clock        clock
	set          []byte
	offset, line int64
}

// How much waits for templates.
const (
	maxWaiting      = 4096
	maxWaitingBytes = 4 << 20
)

func newDecoder() *decoder {
	return &decoder{byKey: map[exporterKey]*list.Element{}, exporters: list.New(), waiting: list.New()}
}

func (d *decoder) bad(reason string, sample []byte) {
	if d.frame.Flags&Carried != 0 {
		return // it was counted where it stood first
	}
	if sample == nil {
		sample = d.frame.Datagram
	}
	d.fail(d.offset, d.line, reason, sample[:min(len(sample), sampleBytes)])
}

// Versions of what datagrams hold.
const (
	v5    = 5
	v9    = 9
	ipfix = 10
	sFlow = 0
)

// datagram reads a frame and hands over its flows.
func (d *decoder) datagram(f *Frame, offset, line int64) {
	d.frame, d.offset, d.line = f, offset, line
	b := f.Datagram
	if len(b) < 2 {
		d.bad("a datagram of less than 2 bytes", b)
		return
	}
	switch binary.BigEndian.Uint16(b) {
	case v5:
		d.legacy(b)
	case v9:
		d.message9(b)
	case ipfix:
		d.messageIPFIX(b)
	case sFlow:
		d.sample(b)
	default:
		d.bad("neither NetFlow v5 or v9, IPFIX nor sFlow v5", b)
	}
}

// exporter returns what is known of the sender's domain.
func (d *decoder) exporter(version uint16, domain uint32) *exporter {
	k := exporterKey{d.frame.Sender.Addr(), version, domain}
	if front := d.exporters.Front(); front != nil {
		if x := front.Value.(*exporter); x.exporterKey == k {
			return x
		}
	}
	if e := d.byKey[k]; e != nil {
		d.exporters.MoveToFront(e)
		return e.Value.(*exporter)
	}
	for d.exporters.Len() >= maxExporters {
		d.dropExporter()
	}
	d.tick++
	x := &exporter{exporterKey: k, templates: map[uint16]*plan{}, id: uint32(d.tick)}
	if k.addr.IsValid() {
		x.name = k.addr.AppendTo(nil)
	}
	if domain != 0 {
		x.name = strconv.AppendUint(append(x.name, '/'), uint64(domain), 10)
	}
	d.byKey[k] = d.exporters.PushFront(x)
	return x
}

// dropExporter forgets the exporter not heard of for longest.
func (d *decoder) dropExporter() {
	e := d.exporters.Back()
	x := d.exporters.Remove(e).(*exporter)
	delete(d.byKey, x.exporterKey)
	for _, p := range x.templates {
		d.steps -= len(p.steps)
	}
	clear(x.templates)
}

// message9 reads a message of NetFlow v9 (RFC 3954 section 5).
func (d *decoder) message9(b []byte) {
	const head = 20
	if len(b) < head {
		d.bad("a NetFlow v9 header that ends too early", b)
		return
	}
	x := d.exporter(v9, binary.BigEndian.Uint32(b[16:]))
	c := clock{
		export: int64(binary.BigEndian.Uint32(b[8:])) * 1_000_000,
		uptime: binary.BigEndian.Uint32(b[4:]), hasUptime: true, boot: x.boot,
	}
	d.sets(x, &c, b[head:])
}

// messageIPFIX reads a message of IPFIX (RFC 7011 section 3.1).
func (d *decoder) messageIPFIX(b []byte) {
	const head = 16
	if len(b) < head {
		d.bad("an IPFIX header that ends too early", b)
		return
	}
	x := d.exporter(ipfix, binary.BigEndian.Uint32(b[12:]))
	c := clock{export: int64(binary.BigEndian.Uint32(b[4:])) * 1_000_000, boot: x.boot}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n > len(b) || n < head {
		d.bad("an IPFIX message that is cut short or gives a wrong length", b)
		n = len(b)
	}
	d.sets(x, &c, b[head:n])
}

// sets reads the sets of a message.
func (d *decoder) sets(x *exporter, c *clock, b []byte) {
	for len(b) >= 4 {
		id, n := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			d.bad("a set that is cut short or gives a wrong length", b)
			return
		}
		set := b[4:n]
		b = b[n:]
		switch {
		case id >= 256:
			if d.frame.Flags&Carried == 0 {
				d.data(x, c, id, set)
			}
		case x.version == v9 && id < 2, x.version == ipfix && (id == 2 || id == 3):
			d.templateSet(x, id, set)
		default:
			d.bad(fmt.Sprintf("a set with the reserved number %d", id), set)
		}
	}
}

// data reads a set of records, or keeps it until its template comes.
func (d *decoder) data(x *exporter, c *clock, id uint16, set []byte) {
	p := x.templates[id]
	if p == nil {
		d.wait(&waiting{x: x, template: id, clock: *c, set: bytes.Clone(set), offset: d.offset, line: d.line})
		return
	}
	d.tick++
	p.used = d.tick
	d.records(x, c, p, set)
}

// records reads the records of a set. What is left behind them is padding.
func (d *decoder) records(x *exporter, c *clock, p *plan, set []byte) {
	f := flow{exporter: x, offset: d.offset, line: d.line}
	for len(set) >= p.least {
		f.reset()
		l := blankLate
		rest, ok := p.walk(set, c, &f, &l)
		if !ok {
			d.bad("a record that ends too early", set)
			return
		}
		set = rest
		if c.boot != x.boot {
			x.boot = c.boot
		}
		if n := l.oneIn(); n > 0 {
			d.sampling(x, n)
		}
		if p.options {
			d.skip("netflow options")
			continue
		}
		l.settle(&f, c)
		d.give(&f, c)
	}
}

// reset makes f a flow of which nothing is known but where it stands.
func (f *flow) reset() {
	x, offset, line := f.exporter, f.offset, f.line
	*f = blank
	f.exporter, f.offset, f.line = x, offset, line
}

// give hands a flow over if it can be a record.
func (d *decoder) give(f *flow, c *clock) {
	switch {
	case !f.hasSrc || !f.hasDst:
		d.skip("netflow without addresses")
		return
	case f.firewall == 1:
		d.skip("netflow of a connection that begins") // another one tells how it ended
		return
	case f.start < 0 && f.end >= 0:
		f.start = f.end
		f.end = event.Unset
	case f.start < 0:
		f.start = c.export
	}
	if _, ok := plausible(f.start); !ok {
		d.bad("a flow that began before 1970 or after 2262", nil)
		return
	}
	d.flow(f)
}

// sampling notes that only one in n packets is looked at.
func (d *decoder) sampling(x *exporter, n int64) {
	if n > 1 && x.oneIn != n {
		x.oneIn = n
		d.warn(x, n)
	}
}

// wait keeps a set until its template comes, within bounds.
func (d *decoder) wait(w *waiting) {
	d.waiting.PushBack(w)
	d.held += len(w.set)
	for d.waiting.Len() > maxWaiting || d.held > maxWaitingBytes {
		d.giveUp(d.waiting.Front())
	}
}

// noTemplate begins the reason for it.
const noTemplate = "no template yet"

// giveUp counts a set whose template did not come.
func (d *decoder) giveUp(e *list.Element) {
	w := d.waiting.Remove(e).(*waiting)
	d.held -= len(w.set)
	d.fail(w.offset, w.line, fmt.Sprintf(noTemplate+": %s has not said what records of its template %d are", w.x.label(), w.template), w.set[:min(len(w.set), sampleBytes)])
}

// retry reads the sets that waited for a template.
func (d *decoder) retry(x *exporter, id uint16, p *plan) {
	if d.waiting.Len() == 0 {
		return
	}
	frame, offset, line := d.frame, d.offset, d.line
	for e := d.waiting.Front(); e != nil; {
		next := e.Next()
		if w := e.Value.(*waiting); w.x == x && w.template == id {
			d.waiting.Remove(e)
			d.held -= len(w.set)
			c := w.clock
			c.boot = x.boot
			d.frame, d.offset, d.line = &Frame{Datagram: w.set}, w.offset, w.line
			d.records(x, &c, p, w.set)
		}
		e = next
	}
	d.frame, d.offset, d.line = frame, offset, line
}

// end counts what still waits.
func (d *decoder) end() {
	for e := d.waiting.Front(); e != nil; e = d.waiting.Front() {
		d.giveUp(e)
	}
}

// label names an exporter for people.
func (x *exporter) label() string {
	if len(x.name) == 0 {
		return "the exporter"
	}
	return string(x.name)
}

// sampledWarning words how an exporter samples.
func sampledWarning(name string, n int64) string {
	return fmt.Sprintf("%s looks at 1 in %d packets: volumes are a lower bound", name, n)
}

// warnings collects what is to be said once, at most maxWarnings of it.
type warnings struct{ said map[string]bool }

const maxWarnings = 32

func (w *warnings) add(text string) {
	if w.said == nil {
		w.said = map[string]bool{}
	}
	if len(w.said) < maxWarnings {
		w.said[text] = true
	}
}

// tell says everything, sorted.
func (w *warnings) tell(say func(string)) {
	texts := make([]string, 0, len(w.said))
	for t := range w.said {
		texts = append(texts, t)
	}
	slices.Sort(texts)
	for _, t := range texts {
		say(t)
	}
}
