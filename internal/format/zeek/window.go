package zeek

import (
	"bytes"
	"context"
	"io"

	"barium/internal/format"
)

const (
	firstBuffer = 64 << 10
	// lastBuffer is the largest the buffer grows. It is a few times MaxRecord so
	// that many objects on one endless line do not move the rest of the buffer
	// each time.
	lastBuffer = 4 * format.MaxRecord
)

// span says how far a line returned by peek reaches.
type span int

const (
	spanNone span = iota // nothing left
	spanLine             // up to a line feed, which is not included
	spanLast             // up to the end of the source, without a line feed
	spanLong             // the first MaxRecord+1 bytes of a longer line
)

// window is the part of a source that is in memory: buf[pos:end].
type window struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	pos  int
	end  int
	base int64 // offset in the source of buf[0]
	seen int   // buf[pos:seen] is known to hold no line feed
	esc  int64 // offset in the source before which no backslash stands, from pos on
	line int64 // number of the line at pos, from 1
	bol  bool  // pos is at the beginning of a line
	err  error // why nothing more can be read; io.EOF at the end
}

// newWindow returns the window at the beginning of r. What lies in memory as a
// whole is looked at where it lies.
func newWindow(ctx context.Context, r io.Reader) *window {
	if b, ok := r.(*bytes.Buffer); ok {
		buf := b.Next(b.Len())
		return &window{ctx: ctx, r: r, buf: buf, end: len(buf), line: 1, bol: true, err: io.EOF}
	}
	return &window{ctx: ctx, r: r, buf: make([]byte, firstBuffer), line: 1, bol: true}
}

// offset returns the place of pos in the source.
func (w *window) offset() int64 { return w.base + int64(w.pos) }

// fill reads more bytes behind end. It moves or enlarges the buffer when there
// is no room, so positions in it are only valid relative to pos.
func (w *window) fill() bool {
	if w.err != nil {
		return false
	}
	if w.err = w.ctx.Err(); w.err != nil {
		return false
	}
	if w.pos == w.end {
		w.base += int64(w.pos)
		w.pos, w.end, w.seen = 0, 0, 0
	}
	if w.end == len(w.buf) {
		if w.pos > len(w.buf)/2 || len(w.buf) >= lastBuffer {
			copy(w.buf, w.buf[w.pos:w.end])
		} else {
			buf := make([]byte, 2*len(w.buf))
			copy(buf, w.buf[w.pos:w.end])
			w.buf = buf
		}
		w.base += int64(w.pos)
		w.end -= w.pos
		w.seen = max(w.seen-w.pos, 0)
		w.pos = 0
	}
	for range 100 {
		n, err := w.r.Read(w.buf[w.end:])
		w.end += n
		w.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// peek returns the bytes from pos to the end of the line without taking them.
func (w *window) peek() ([]byte, span) {
	for {
		from := max(w.seen, w.pos)
		if i := bytes.IndexByte(w.buf[from:w.end], '\n'); i >= 0 {
			w.seen = from + i
			if b := w.buf[w.pos:w.seen]; len(b) <= format.MaxRecord {
				return b, spanLine
			}
		} else {
			w.seen = w.end
		}
		if w.end-w.pos > format.MaxRecord {
			return w.buf[w.pos : w.pos+format.MaxRecord+1], spanLong
		}
		if !w.fill() {
			if w.pos == w.end {
				return nil, spanNone
			}
			return w.buf[w.pos:w.end], spanLast
		}
	}
}

// take drops n bytes that hold no line feed.
func (w *window) take(n int) {
	if n > 0 {
		w.pos += n
		w.bol = false
	}
}

// takeLines drops n bytes and counts the line feeds among them.
func (w *window) takeLines(n int) {
	if n == 0 {
		return
	}
	b := w.buf[w.pos : w.pos+n]
	w.line += int64(bytes.Count(b, []byte{'\n'}))
	w.pos += n
	w.bol = b[n-1] == '\n'
}

// skipLine drops everything up to and including the next line feed, however far.
func (w *window) skipLine() {
	for {
		from := max(w.seen, w.pos)
		if i := bytes.IndexByte(w.buf[from:w.end], '\n'); i >= 0 {
			w.pos = from + i + 1
			w.line++
			w.bol = true
			return
		}
		w.pos = w.end
		if !w.fill() {
			return
		}
	}
}

// failure is the error that ended the source, nil for its proper end.
func (w *window) failure() error {
	if w.err == io.EOF { //nolint:errorlint // a source ends with io.EOF itself; what wraps it is damage
		return nil
	}
	return w.err
}
