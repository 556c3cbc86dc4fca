package table

import (
	"bytes"
	"context"
	"math"
	"sync"

	"barium/internal/event"
	"barium/internal/format"
)

// reading is the state of one Read. The slices of a record lie in the source's
// buffer or in arena, and are good until the next row.
type reading struct {
	ctx   context.Context
	in    source
	sink  format.Sink
	m     *Mapping
	cells [][]byte // by slot; nil where the row has none
	rows  int64

	out   target
	to    [][]any // where the fields of each log are kept
	arena []byte
	known addresses
	zone  offsets

	where, why string // what is wrong with the row
	wrong      []byte

	header []byte // the line that names the columns
	slotAt []int  // of each column, −1 for one that is not looked at
	split  splitter
	json   scanner
	cut    func(i int, cell []byte) // cellAt, made once
	leaf   func(path, value []byte) // keyed, made once

	begun  []byte                   // of a string in a document, its beginning
	packed []byte                   // the text that holds the cells of a row
	only   func(path, value []byte) // sets packed, made once
}

// readings holds readings that have ended, for their buffers: a source may be read
// in many pieces.
var readings = sync.Pool{New: func() any {
	r := new(reading)
	r.cut, r.leaf = r.cellAt, r.keyed
	r.only = func(_, value []byte) { r.packed = value }
	return r
}}

// begin makes r ready to read by m.
func (r *reading) begin(ctx context.Context, m *Mapping, s format.Sink) {
	r.ctx, r.sink, r.rows, r.header = ctx, s, 0, nil
	if r.m == m {
		return
	}
	r.m = m
	r.cells = make([][]byte, len(m.slots))
	r.to = make([][]any, len(m.logs))
	for i := range m.logs {
		l := &m.logs[i]
		r.to[i] = make([]any, len(l.fields))
		for j := range l.fields {
			r.to[i][j] = l.fields[j].field.at(&r.out)
		}
	}
}

func (r *reading) release() {
	r.ctx, r.sink, r.in.r = nil, nil, nil
	readings.Put(r)
}

// interrupted asks the context now and then.
func (r *reading) interrupted() error {
	if r.rows++; r.rows%1024 == 1 {
		return r.ctx.Err()
	}
	return nil
}

// maxSample is how much of a bad record is handed to the sink.
const maxSample = 256

func (r *reading) bad(offset, line int64, reason string, sample []byte) {
	r.sink.Bad(offset, line, reason, sample[:min(len(sample), maxSample)])
}

// fail notes why a cell makes its row bad; the first reason stands.
func (r *reading) fail(column string, cell []byte, why string) {
	if r.why == "" {
		r.where, r.why, r.wrong = column, why, cell
	}
}

// row makes a record of the cells. raw is what the row stands as.
func (r *reading) row(offset, line int64, raw []byte) {
	for i := range r.m.logs {
		l := &r.m.logs[i]
		if l.accept != nil && !holds(l.accept, r.cells) {
			continue
		}
		if holds(l.skip, r.cells) {
			break
		}
		r.record(l, r.to[i], offset)
		if r.why != "" {
			r.bad(offset, line, r.reason(), raw)
			return
		}
		l.kind.send(&r.out, r.sink)
		return
	}
	r.sink.Skip(r.m.name + ", as the mapping says")
}

// reason words what is wrong: `column Sport: "x" is not a port`.
func (r *reading) reason() string {
	const most = 32
	if r.wrong == nil {
		return "column " + r.where + " " + r.why
	}
	text, more := r.wrong, ""
	if len(text) > most {
		text, more = text[:most], "…"
	}
	return "column " + r.where + `: "` + string(text) + more + `" ` + r.why
}

// record fills r.out.
func (r *reading) record(l *log, to []any, offset int64) {
	r.where, r.why, r.wrong = "", "", nil
	l.kind.reset(&r.out)
	h := l.kind.head(&r.out)
	h.Offset = offset
	for i := range l.fields {
		a := &l.fields[i]
		if cell, column := r.cell(a); cell != nil {
			r.set(a, to[i], h, cell, column)
		}
	}
	if r.why != "" {
		return
	}
	for i := range l.needs {
		if !filled(l.needs[i].at(&r.out)) {
			r.fail(columnOf(r.m, l, l.needs[i].field), nil, "is empty, and "+l.kind.name+" needs it")
			return
		}
	}
	if l.swap != nil && holds(l.swap, r.cells) {
		r.turn(l, h)
	}
	switch l.kind.name {
	case "conn":
		r.finishConn(l, h)
	case "files":
		r.finishFile()
	}
}

// filled reports whether a needed field has got a value.
func filled(at any) bool {
	switch p := at.(type) {
	case *event.Time:
		return *p != 0
	case *event.Addr:
		return *p != event.Addr{}
	case *[]byte:
		return len(*p) > 0
	}
	return true
}

// columnOf names the column of a field, for a reason.
func columnOf(m *Mapping, l *log, name string) string {
	for i := range l.fields {
		if a := &l.fields[i]; a.field.name == name && len(a.slots) > 0 {
			return m.slots[a.slots[0]]
		}
	}
	return name
}

// cell returns what a field is read from, nil for nothing.
func (r *reading) cell(a *assign) (cell []byte, column string) {
	if a.constant != nil {
		return r.own(string(a.constant)), ""
	}
	for _, slot := range a.slots {
		if c := r.cells[slot]; len(c) > 0 && !a.isEmpty(c) {
			cell, column = c, r.m.slots[slot]
			break
		}
	}
	if cell == nil || a.words == nil {
		return cell, column
	}
	w, ok := a.words[string(cell)]
	if !ok {
		w, ok = a.words["*"]
	}
	switch {
	case ok && w == "":
		return nil, ""
	case ok:
		return r.own(w), column
	case a.field.use == asState || a.field.use == asTri || a.field.use == asBool:
		return nil, "" // a word that means nothing here
	}
	return cell, column
}

func (a *assign) isEmpty(cell []byte) bool {
	for _, w := range a.empty {
		if string(cell) == w {
			return true
		}
	}
	return false
}

// own returns a copy of s that the sink may spoil.
func (r *reading) own(s string) []byte {
	n := len(r.arena)
	r.arena = append(r.arena, s...)
	return r.arena[n:len(r.arena):len(r.arena)]
}

// set reads a cell into a field.
func (r *reading) set(a *assign, to any, h *event.Head, cell []byte, column string) {
	why := ""
	switch a.field.use {
	case asText:
		*to.(*[]byte) = cell
	case asMoment:
		t, ok := moment(a.clocks, cell, &r.zone)
		if !ok {
			why = "is not a time as the mapping says"
		}
		*to.(*event.Time) = t
	case asAddr:
		addr, ok := r.known.addr(cell)
		if !ok {
			why = "is not an IP address"
		}
		*to.(*event.Addr) = addr
	case asPort:
		n, w := whole(cell, math.MaxUint16)
		if why = w; w != "" {
			why = "is not a port"
		}
		*to.(*uint16) = uint16(n)
	case asCount:
		*to.(*int64), why = r.count(a, cell)
	case asDuration:
		*to.(*int64), why = r.duration(a, h, cell)
	case asProto:
		*to.(*event.Proto), why = protocol(cell)
	case asState:
		s := event.ParseConnState(cell)
		*to.(*event.ConnState) = s
	case asTri:
		*to.(*event.Tri) = truth(cell)
	case asBool:
		*to.(*bool) = truth(cell) == event.Yes
	case asList:
		list := to.(*[][]byte)
		*list = a.list((*list)[:0], cell)
	case asCode:
		*to.(*int), why = code(cell, nil)
	case asQType:
		*to.(*int), why = code(cell, qtypes)
	case asRCode:
		*to.(*int), why = code(cell, rcodes)
	}
	if why != "" {
		r.fail(column, cell, why)
	}
}

// count reads a number, and takes another column away from it where the mapping
// says so.
func (r *reading) count(a *assign, cell []byte) (n int64, why string) {
	if n, why = r.number(a, cell); why != "" {
		return event.Unset, why
	}
	if a.minus < 0 {
		return n, ""
	}
	other := r.cells[a.minus]
	if len(other) == 0 || a.isEmpty(other) {
		return event.Unset, ""
	}
	less, why := r.number(a, other)
	switch {
	case why != "":
		r.fail(r.m.slots[a.minus], other, why)
		return event.Unset, ""
	case less > n:
		return event.Unset, "is less than " + r.m.slots[a.minus]
	}
	return n - less, ""
}

func (r *reading) number(a *assign, cell []byte) (int64, string) {
	if a.thousand != 0 && bytes.IndexByte(cell, a.thousand) >= 0 {
		if !grouped(cell, a.thousand) {
			return 0, "is not a number with groups of three digits"
		}
		n := len(r.arena)
		for _, c := range cell {
			if c != a.thousand {
				r.arena = append(r.arena, c)
			}
		}
		cell = r.arena[n:len(r.arena):len(r.arena)]
	}
	if a.unit == (unit{1, 1}) {
		return whole(cell, math.MaxInt64)
	}
	return scaled(cell, a.unit.mul, a.unit.div)
}

// duration reads how long something took, or when it ended. An end before its
// beginning is not known.
func (r *reading) duration(a *assign, h *event.Head, cell []byte) (int64, string) {
	if a.clocks == nil {
		n, why := scaled(cell, a.unit.mul, a.unit.div)
		if why != "" {
			return event.Unset, why
		}
		return n, ""
	}
	end, ok := moment(a.clocks, cell, &r.zone)
	switch {
	case !ok:
		return event.Unset, "is not a time as the mapping says"
	case h.TS == 0 || end < h.TS:
		return event.Unset, ""
	}
	return int64(end - h.TS), ""
}

// between stands between the elements of a JSON list in a cell.
const between = 0x1f

// list takes a cell apart.
func (a *assign) list(dst [][]byte, cell []byte) [][]byte {
	sep := []byte(a.split)
	if len(sep) == 0 {
		sep = []byte{between}
	}
	for part := range bytes.SplitSeq(cell, sep) {
		if part = bytes.Trim(part, " "); len(part) > 0 && !a.isEmpty(part) {
			dst = append(dst, part)
		}
	}
	return dst
}

// turn makes the responder the originator.
func (r *reading) turn(l *log, h *event.Head) {
	h.Orig, h.Resp = h.Resp, h.Orig
	c := &r.out.conn
	if l.kind.name != "conn" {
		h.OrigPort, h.RespPort = h.RespPort, h.OrigPort
		return
	}
	if c.Proto != event.ProtoICMP { // there they are type and code
		h.OrigPort, h.RespPort = h.RespPort, h.OrigPort
	}
	c.OrigBytes, c.RespBytes = c.RespBytes, c.OrigBytes
	c.OrigPkts, c.RespPkts = c.RespPkts, c.OrigPkts
	c.OrigIPBytes, c.RespIPBytes = c.RespIPBytes, c.OrigIPBytes
	c.LocalOrig, c.LocalResp = c.LocalResp, c.LocalOrig
}

// finishConn works out what a mapping cannot say by columns alone.
func (r *reading) finishConn(l *log, h *event.Head) {
	c := &r.out.conn
	// The end with a system port (RFC 6335 section 6) answers, if the other has none.
	const system = 1024
	if l.oneWay && (c.Proto == event.ProtoTCP || c.Proto == event.ProtoUDP) && h.OrigPort < system && h.RespPort >= system && h.OrigPort > 0 {
		r.turn(l, h)
	}
	if l.link > 0 {
		c.OrigIPBytes, c.RespIPBytes = below(c.OrigIPBytes, c.OrigPkts, l.link), below(c.RespIPBytes, c.RespPkts, l.link)
	}
	if l.sized {
		return
	}
	least := leastHead(c)
	c.OrigBytes, c.RespBytes = below(c.OrigIPBytes, c.OrigPkts, least), below(c.RespIPBytes, c.RespPkts, least)
}

// finishFile derives who sent a file where the row gives the connection instead, as
// Zeek does since 5.1.
func (r *reading) finishFile() {
	f := &r.out.file
	switch {
	case f.TX != event.Addr{} || f.RX != event.Addr{}:
	case f.IsOrig == event.Yes:
		f.TX, f.RX = f.Orig, f.Resp
	case f.IsOrig == event.No:
		f.TX, f.RX = f.Resp, f.Orig
	}
}

// below returns how many of the bytes in packets lie behind headers of a length.
func below(size, packets, head int64) int64 {
	if size < 0 || packets < 0 {
		return event.Unset
	}
	if packets > size/head {
		return 0
	}
	return size - packets*head
}

// leastHead is how many bytes the headers of a packet have at least: payload is
// not more than what is left.
func leastHead(c *event.Conn) int64 {
	n := int64(20)
	if c.Orig[10] != 0xff || c.Orig[11] != 0xff {
		n = 40
	}
	switch c.Proto {
	case event.ProtoTCP:
		n += 20
	case event.ProtoUDP, event.ProtoICMP:
		n += 8
	}
	return n
}
