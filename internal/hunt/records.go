package hunt

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"barium/internal/format"
)

// record is one record as it stands in its source.
type record struct {
	number int64  // of its line, or of the record where it is no line; 0 when not known
	raw    []byte // byte by byte, a line without its line feed
	text   []byte // what a person reads in its place; nil for raw
	header []byte // what must stand above it
}

// records finds records by offset in a source, from its beginning on.
type records interface {
	// seek goes on to an offset, as far as records begin there.
	seek(offset int64) error
	// position is the offset of what take returns.
	position() int64
	// take returns the record there.
	take() (record, error)
}

// newRecords returns what finds the records of a reader's source.
func newRecords(ctx context.Context, reader format.Reader, r io.Reader) records {
	switch b := reader.(type) {
	case format.Walkable:
		return &walked{walk: b.Walk(ctx, r)}
	case format.Binary:
		return &placed{reader: b, r: bufio.NewReaderSize(r, format.MaxRecord)}
	}
	l := &lineReader{r: bufio.NewReaderSize(r, readAhead)}
	if c, ok := reader.(format.Cuttable); ok {
		l.topLine(c)
	}
	return l
}

// walked finds the records of a source that can be gone through.
type walked struct {
	walk    format.Walk
	present format.Record
	begun   bool
}

func (w *walked) seek(offset int64) (err error) {
	for err == nil && (!w.begun || w.present.Offset < offset) {
		w.begun = true
		w.present, err = w.walk.Next()
	}
	return err
}

func (w *walked) position() int64 { return w.present.Offset }

func (w *walked) take() (record, error) {
	p := &w.present
	return record{number: p.Number, raw: p.Raw, text: []byte(p.Text()), header: p.Header}, nil
}

// placed finds the records of a source whose reader only knows them by place.
type placed struct {
	reader format.Binary
	r      *bufio.Reader
	head   []byte
	at     int64
}

func (b *placed) seek(offset int64) error {
	if b.head == nil {
		const most = 64 << 10 // as for sniffing
		head, err := b.r.Peek(most)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		b.head = bytes.Clone(head)
	}
	n, err := io.CopyN(io.Discard, b.r, max(offset-b.at, 0))
	b.at += n
	return err
}

func (b *placed) position() int64 { return b.at }

// take leaves the source where it stands: a reader may look further than its
// record reaches, and the next one may begin within that.
func (b *placed) take() (record, error) {
	ahead, err := b.r.Peek(format.MaxRecord)
	raw, text, wrong := b.reader.Record(b.head, bytes.NewReader(ahead))
	if wrong != nil {
		if err != nil && !errors.Is(err, io.EOF) {
			return record{}, err
		}
		return record{}, wrong
	}
	return record{raw: raw, text: []byte(text)}, nil
}

// lineReader finds records by offset in a stream and counts lines on the way.
type lineReader struct {
	r        *bufio.Reader
	at       int64
	line     int64  // line feeds passed
	begun    bool   // bytes of the current line were passed
	header   []byte // Zeek's header lines that hold for the current line
	inHeader bool   // the current line is one
}

// topLine takes the first line for the header of all others, if it names the
// columns and no lines with # do.
func (l *lineReader) topLine(c format.Cuttable) {
	b, _ := l.r.Peek(readAhead) // an error comes again when it is read
	line, _, whole := bytes.Cut(b, []byte{'\n'})
	if whole && !bytes.HasPrefix(line, []byte{'#'}) {
		if is, _ := c.Header(line); is {
			l.header = append(bytes.Clone(line), '\n')
		}
	}
}

// seek skips to an offset, counting lines and remembering the last header.
func (l *lineReader) seek(offset int64) error {
	for l.at < offset {
		if l.r.Buffered() == 0 {
			if _, err := l.r.Peek(1); err != nil {
				return err
			}
		}
		b, err := l.r.Peek(int(min(offset-l.at, int64(l.r.Buffered()))))
		if err != nil {
			return err
		}
		b = b[:l.run(b)]
		l.pass(b)
		if _, err := l.r.Discard(len(b)); err != nil {
			return err
		}
	}
	return nil
}

// readAhead is how much of a source lies in memory while evidence is fetched.
const readAhead = 256 << 10

// run returns how much of b can be passed at once: a header line or a part of
// it, or all up to the next one.
func (l *lineReader) run(b []byte) int {
	if l.begun && l.inHeader || !l.begun && b[0] == '#' {
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			return i + 1
		}
		return len(b)
	}
	if i := bytes.Index(b, []byte("\n#")); i >= 0 {
		return i + 1
	}
	return len(b)
}

// pass counts bytes that are of one header line, or of none, and keeps the header
// lines that say where fields stand.
func (l *lineReader) pass(b []byte) {
	if !l.begun {
		l.inHeader = b[0] == '#'
	}
	if l.inHeader {
		if bytes.HasPrefix(b, []byte("#separator")) {
			l.header = l.header[:0]
		}
		if len(l.header) < readAhead {
			l.header = append(l.header, b...)
		}
	}
	l.at += int64(len(b))
	l.line += int64(bytes.Count(b, []byte{'\n'}))
	l.begun = b[len(b)-1] != '\n'
}

func (l *lineReader) position() int64 { return l.at }

// take returns the record at the current offset. The end of the source ends a
// record too.
func (l *lineReader) take() (record, error) {
	r := record{number: l.line + 1}
	var err error
	if r.raw, err = l.bytes(); err != nil && (len(r.raw) == 0 || !errors.Is(err, io.EOF)) {
		return r, err
	}
	if !bytes.HasPrefix(r.raw, []byte{'{'}) {
		r.header = l.header
	}
	return r, nil
}

// bytes returns the record at the current offset, byte by byte: a JSON object
// that may span lines, or the line without its line feed.
func (l *lineReader) bytes() ([]byte, error) {
	head, err := l.r.Peek(1)
	if err != nil {
		return nil, err
	}
	if head[0] == '{' {
		return l.object()
	}
	if head[0] == '"' && l.begun { // a row inside a JSON document; a quoted cell begins its line
		return l.text()
	}
	var out []byte
	for {
		b, err := l.r.ReadSlice('\n')
		if len(b) > 0 {
			l.pass(b)
		}
		if len(out) < format.MaxRecord {
			out = append(out, b...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(out, []byte{'\n'}), err
		}
	}
}

// text returns a JSON string.
func (l *lineReader) text() ([]byte, error) {
	var out []byte
	escaped := false
	for {
		c, err := l.r.ReadByte()
		if err != nil {
			return out, err
		}
		l.pass([]byte{c})
		out = append(out, c)
		if len(out) > 1 && c == '"' && !escaped || len(out) >= format.MaxRecord {
			return out, nil
		}
		escaped = c == '\\' && !escaped
	}
}

func (l *lineReader) object() ([]byte, error) {
	var out []byte
	depth, text, escaped := 0, false, false
	for {
		c, err := l.r.ReadByte()
		if err != nil {
			return out, err
		}
		l.pass([]byte{c})
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case text && c == '\\':
			escaped = true
		case c == '"':
			text = !text
		case text:
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		if depth == 0 || len(out) >= format.MaxRecord {
			return out, nil
		}
	}
}
