package pieces

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"

	"barium/internal/format"
)

const (
	// headBytes is how much of a source the reader may look at, as in sniffing.
	headBytes = 64 << 10
	// maxHeader is how many bytes of header lines are kept.
	maxHeader = 256 << 10
)

// pieceBytes is about how long a piece is: long enough that beginning one costs
// nothing, short enough that a few of them fit in memory. Tests make it small.
var pieceBytes = 2 << 20

// piece is a run of whole lines.
type piece struct {
	buf    []byte // header lines, then the piece
	header int    // bytes of header lines
	heads  int64  // how many these are
	offset int64  // of the piece in the source
	line   int64  // number of its first line, from 0
	last   bool   // the unfinished line at the end of the source
}

// Read hands the records of src to sinks, as r.Read does to one: each sink is
// used by one goroutine at a time, offsets and line numbers are those of the
// whole source. src begins with the source's first byte; records that begin
// before from are left out. A source that must be read in one piece is read
// whole, whatever from is, and Rest.Offset is 0.
func Read(ctx context.Context, r format.Reader, src io.Reader, from int64, sinks []format.Sink) (format.Rest, error) {
	c, ok := r.(format.Cuttable)
	if !ok {
		return format.Rest{}, r.Read(ctx, src, sinks[0])
	}
	head := make([]byte, headBytes)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		// What was read before the error is read all the same.
		src = io.MultiReader(bytes.NewReader(head[:n]), failed{err})
	} else {
		src = io.MultiReader(bytes.NewReader(head[:n]), src)
	}
	mark := c.Cut(head[:n])
	if mark == nil {
		return format.Rest{}, r.Read(ctx, src, sinks[0])
	}
	cut := newCutter(c, src, mark, from)
	if err != nil { // all of it lies in head: there are folders of a hundred thousand such sources
		cut.size = min(cut.size, n+1)
	}
	return cut.run(ctx, sinks)
}

// failed is a reader that has nothing but an error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// cutter cuts a source into pieces.
type cutter struct {
	r      format.Cuttable
	src    io.Reader
	mark   []byte
	from   int64
	size   int    // of a piece, about
	header []byte // lines in force
	heads  int64
	offset int64 // of what was read last and not handed over
	line   int64
	rest   format.Rest

	free chan []byte
	work chan piece
}

func newCutter(r format.Cuttable, src io.Reader, mark []byte, from int64) *cutter {
	return &cutter{r: r, src: src, mark: mark, from: from, size: pieceBytes}
}

// run cuts, while a goroutine for each sink reads.
func (c *cutter) run(ctx context.Context, sinks []format.Sink) (format.Rest, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	buffers := len(sinks) + 1
	c.free, c.work = make(chan []byte, buffers), make(chan piece)
	for range buffers {
		c.free <- nil
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, s := range sinks {
		wg.Go(func() {
			for p := range c.work {
				t := translator{Sink: s, by: p.offset - int64(p.header), lines: p.line - p.heads, header: int64(p.header)}
				if err := c.r.Read(ctx, bytes.NewBuffer(p.buf), &t); err != nil {
					cancel(err)
				}
				if p.last {
					mu.Lock()
					c.rest.Records, c.rest.Bad = t.records, t.bad
					mu.Unlock()
				}
				c.free <- p.buf
			}
		})
	}
	err := c.cut(ctx)
	close(c.work)
	wg.Wait()
	if e := context.Cause(ctx); e != nil {
		err = e
	}
	return c.rest, err
}

// cut reads the source and sends pieces until it ends.
func (c *cutter) cut(ctx context.Context) error {
	var carry []byte // begins a line that has not ended
	for {
		var buf []byte
		select {
		case buf = <-c.free:
		case <-ctx.Done():
			return ctx.Err()
		}
		if cap(buf) < c.size {
			buf = make([]byte, 0, c.size+len(c.header))
		}
		head := len(c.header)
		buf = append(append(buf[:0], c.header...), carry...)
		buf, err := c.fill(buf, head)
		body := buf[head:]
		end := len(body)
		if err == nil {
			if end = c.lastCut(body); end == 0 {
				if len(body) <= format.MaxRecord {
					carry = append(carry[:0], body...)
					c.free <- buf
					continue
				}
				// A line longer than any record: its beginning tells that, the rest of it
				// is passed over.
				if err = c.long(buf, head); err == nil {
					carry = carry[:0]
					continue
				}
				return ignoreEOF(err)
			}
		}
		carry = append(carry[:0], body[end:]...)
		if err != nil {
			return c.finish(buf, head, err)
		}
		c.send(piece{buf: buf[:head+end], header: head})
	}
}

// ignoreEOF makes the end of a source no error.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// fill reads until the buffer holds a piece, or the source ends.
func (c *cutter) fill(buf []byte, head int) ([]byte, error) {
	want := head + max(c.size, 2*(len(buf)-head)) // twice, so that a long line is not copied for each piece
	if cap(buf) < want {
		buf = append(make([]byte, 0, want), buf...)
	}
	for len(buf) < want {
		n, err := c.src.Read(buf[len(buf):want])
		buf = buf[:len(buf)+n]
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}

// lastCut returns where the last line that is known to be whole ends, 0 for none.
func (c *cutter) lastCut(body []byte) int {
	if len(c.mark) == 1 {
		return bytes.LastIndexByte(body, '\n') + 1
	}
	return bytes.LastIndex(body, c.mark) + 1
}

// send hands a piece over, unless all of it was read before, and takes in the
// header lines that it holds.
func (c *cutter) send(p piece) {
	body := p.buf[p.header:]
	p.offset, p.line, p.heads = c.offset, c.line, c.heads
	c.offset += int64(len(body))
	c.line += int64(bytes.Count(body, []byte{'\n'}))
	skip := 0
	if p.offset < c.from {
		skip = int(min(c.from-p.offset, int64(len(body))))
	}
	old := p.header
	if skip > 0 {
		c.headers(body[:skip])
		rest := body[skip:]
		if len(rest) == 0 {
			c.free <- p.buf
			return
		}
		// The header lines before from are put in front of what stands behind it.
		buf := append(append(make([]byte, 0, len(c.header)+len(rest)), c.header...), rest...)
		p.line += int64(bytes.Count(body[:skip], []byte{'\n'}))
		p.offset += int64(skip)
		p.buf, p.header, p.heads = buf, len(c.header), c.heads
		old = p.header
	}
	c.headers(p.buf[old:])
	c.work <- p
}

// headers takes in the header lines of a piece.
func (c *cutter) headers(body []byte) {
	for at := 0; at < len(body); {
		line := body[at:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		if is, fresh := c.r.Header(line); is {
			if fresh {
				c.header, c.heads = c.header[:0:0], 0
			}
			if len(c.header)+len(line) <= maxHeader {
				c.header = append(c.header, line...)
				c.heads++
			}
			at += len(line)
			continue
		}
		if at = nextHeader(body, at); at < 0 {
			return
		}
	}
}

// fewSigns is after how many of the signs that header lines begin with, each within a
// line, another way of looking for such lines is quicker.
const fewSigns = 1000

// nextHeader returns where the next line behind at begins that starts with the sign
// of header lines, -1 when there is none. Most pieces do not hold the sign at all.
func nextHeader(body []byte, at int) int {
	for range fewSigns {
		i := bytes.IndexByte(body[at+1:], '#')
		if i < 0 {
			return -1
		}
		if at += 1 + i; body[at-1] == '\n' {
			return at
		}
	}
	i := bytes.Index(body[at:], []byte("\n#"))
	if i < 0 {
		return -1
	}
	return at + i + 1
}

// long hands over the beginning of a line that is longer than any record and
// reads on to its end.
func (c *cutter) long(buf []byte, head int) error {
	size := len(buf) - head
	at, line := c.offset, c.line
	if at >= c.from {
		c.work <- piece{buf: append(buf[:head+format.MaxRecord+1], '\n'), header: head, heads: c.heads, offset: at, line: line}
	} else {
		c.free <- buf
	}
	c.offset += int64(size)
	chunk := make([]byte, 64<<10)
	for {
		n, err := c.src.Read(chunk)
		if i := bytes.IndexByte(chunk[:n], '\n'); i >= 0 {
			c.offset += int64(i) + 1
			c.line++
			c.src = io.MultiReader(bytes.NewReader(bytes.Clone(chunk[i+1:n])), errorOr(c.src, err))
			c.rest.Offset = c.offset
			return nil
		}
		c.offset += int64(n)
		if err != nil {
			// The line may go on in a file that grows: it is told of again then.
			c.rest = format.Rest{Offset: at}
			return err
		}
	}
}

// errorOr returns r, or the error that it has already given.
func errorOr(r io.Reader, err error) io.Reader {
	if err != nil {
		return failed{err}
	}
	return r
}

// finish hands over what stands at the end of the source: whole lines, and a last
// one that has no line feed.
func (c *cutter) finish(buf []byte, head int, err error) error {
	body := buf[head:]
	end := bytes.LastIndexByte(body, '\n') + 1
	tail := bytes.Clone(body[end:])
	if end > 0 {
		c.send(piece{buf: buf[:head+end], header: head})
	} else {
		c.free <- buf
	}
	c.rest.Offset = max(c.offset, c.from)
	if len(tail) > 0 && c.offset >= c.from {
		p := append(append(make([]byte, 0, len(c.header)+len(tail)), c.header...), tail...)
		at := c.offset
		<-c.free // the buffer that this piece stands for
		c.send(piece{buf: p, header: len(c.header), last: true})
		c.rest.Offset = at
	}
	return ignoreEOF(err)
}
