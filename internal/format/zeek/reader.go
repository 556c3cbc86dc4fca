package zeek

import (
	"bytes"
	"context"
	"io"

	"barium/internal/format"
)

// maxSample is how much of a bad record is handed to the sink.
const maxSample = 256

// Reader reads Zeek logs. The zero value is ready for use.
type Reader struct{}

var _ format.Reader = Reader{}

// Name returns "zeek".
func (Reader) Name() string { return "zeek" }

// Read hands every record of src to s, in order, as format.Reader describes.
func (Reader) Read(ctx context.Context, src io.Reader, s format.Sink) error {
	r := reading{w: newWindow(ctx, src), sink: s}
	r.tsv.reset()
	r.run()
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.w.failure()
}

// reading is the state of one Read.
type reading struct {
	w       *window
	sink    format.Sink
	p       parser
	tsv     header
	steps   []step  // what to do with the header's columns
	bound   *column // first of the columns that steps is for
	usual   bool    // the header has the marks that Zeek writes by default
	scan    scanner
	keys    []keyed           // of the last JSON objects, by position
	layouts []*layout         // of JSON objects, by type
	kind    kind              // of the last JSON object
	names   map[string]string // of skipped log types
	general bool              // read all rows and objects the general way, for tests
	json    bool              // the last record was JSON
	resync  bool              // skipping what is left of a broken object of many lines
	cut     bool              // the last row had no line feed
	sample  [maxSample]byte
}

// run reads until the source ends or the context is cancelled.
func (r *reading) run() {
	for n := 1; ; n++ {
		if n%1024 == 0 && r.w.ctx.Err() != nil {
			return
		}
		if r.usual && !r.general && r.steps != nil && r.w.bol && !r.resync && r.tsv.kind != kindNone && len(r.steps) > 0 {
			r.rows()
		}
		if r.json && !r.general && r.w.bol && !r.resync {
			r.objects()
		}
		b, sp := r.w.peek()
		if sp == spanNone {
			break
		}
		r.next(b, sp)
	}
	if r.tsv.open && r.cut && !r.json && r.w.failure() == nil {
		r.sink.Warn("no #close line and the last line is cut off: the log is incomplete or still being written")
	}
}

// next handles what stands at the window's position: a header line, a row, or
// one JSON object. b is the rest of its line.
func (r *reading) next(b []byte, sp span) {
	w := r.w
	if !w.bol {
		r.nextJSON(b, sp)
		return
	}
	if bytes.HasPrefix(b, bom) {
		w.take(len(bom))
		w.bol = true
		return
	}
	c := firstByte(b)
	if r.resync && c != '{' && c != '[' && (len(b) == 0 || b[0] != '#') {
		w.skipLine()
		return
	}
	r.resync = false
	switch {
	case c == 0 && blank(b) && sp != spanLong:
		w.skipLine()
	case b[0] == '#':
		r.headerLine(b, sp)
	case r.startsJSON(b, c):
		r.json = r.tsv.cols == nil
		r.nextJSON(b, sp)
	default:
		r.row(b, sp)
	}
}

// startsJSON says whether a line with the first visible byte c is JSON. Below a
// TSV header only what cannot be mistaken for a row is.
func (r *reading) startsJSON(b []byte, c byte) bool {
	if r.tsv.cols != nil && !r.json {
		return b[0] == '{' && firstByte(b[1:]) == '"' && bytes.IndexByte(b, r.tsv.sep) < 0
	}
	return c == '{' || c == '[' || r.json && (c == ']' || c == ',') || c == recordSeparator
}

// row hands one line to the sink that is neither a header nor JSON.
func (r *reading) row(b []byte, sp span) {
	w := r.w
	r.cut = sp == spanLast
	switch {
	case sp == spanLong:
		r.bad(w.offset(), w.line, tooLong, b)
	case r.json || r.tsv.cols == nil:
		r.bad(w.offset(), w.line, r.noHeader(), b)
	default:
		r.tsvRow(bytes.TrimSuffix(b, []byte{'\r'}))
	}
	w.skipLine()
}

func (r *reading) noHeader() string {
	if r.json {
		return "not a JSON object"
	}
	if r.tsv.refused != "" {
		return r.tsv.refused
	}
	return "a row before any #fields line"
}

const tooLong = "longer than 1 MiB"

// bad reports a record that could not be read.
func (r *reading) bad(offset, line int64, reason string, sample []byte) {
	r.sink.Bad(offset, line, reason, sample[:min(len(sample), maxSample)])
}

// skip counts a record of a type that is not kept. Only a limited number of
// names is told apart, because they come from the log.
func (r *reading) skip(name []byte) {
	const maxNames, maxName = 256, 64
	if s, ok := r.names[string(name)]; ok {
		r.sink.Skip(s)
		return
	}
	s := "other"
	if len(r.names) < maxNames && len(name) <= maxName {
		if r.names == nil {
			r.names = make(map[string]string)
		}
		s = string(name)
		r.names[s] = s
	}
	r.sink.Skip(s)
}

var bom = []byte("\xef\xbb\xbf")

// recordSeparator begins each record of a JSON text sequence (RFC 7464).
const recordSeparator = 0x1e

// firstByte returns the first byte of b that is not white space, 0 if none.
func firstByte(b []byte) byte {
	for _, c := range b {
		if c != ' ' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

// blank says whether a line is empty but for a carriage return and spaces. A
// line of tabs is a row with empty fields.
func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\r' {
			return false
		}
	}
	return true
}
