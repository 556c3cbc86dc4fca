package dnslog

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"barium/internal/format"
)

// bufferBytes is how much of a source is in memory; longer lines are copied.
const bufferBytes = 64 << 10

// lines gives a source line by line, as UTF-8.
type lines struct {
	r     *bufio.Reader
	wide  bool  // the source is UTF-16, low byte first
	at    int64 // offset of the line in the source
	no    int64 // number of the line, from 1
	ended int64 // offset behind the line
	long  []byte
	text  []byte // of a line in UTF-16
	err   error
}

func newLines(ctx context.Context, r io.Reader) *lines {
	return &lines{r: bufio.NewReaderSize(&patient{ctx, r}, bufferBytes)}
}

// patient is a reader that fails once its context is cancelled.
type patient struct {
	ctx context.Context
	r   io.Reader
}

func (p *patient) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	return p.r.Read(b)
}

// head returns what the source begins with, up to one buffer.
func (l *lines) head() []byte {
	b, _ := l.r.Peek(bufferBytes) // an error is met again behind what was read
	return b
}

// next returns the next line without its end; long says that it is the beginning
// of a line longer than format.MaxRecord, the rest of which is passed over.
func (l *lines) next() (line []byte, long, ok bool) {
	l.at = l.ended
	l.no++
	b, err := l.r.ReadSlice('\n')
	l.ended += int64(len(b))
	if errors.Is(err, bufio.ErrBufferFull) || l.wide && err == nil {
		b, long, err = l.rest(b, err)
	}
	if err != nil && l.err == nil && err != io.EOF { //nolint:errorlint // a source ends with io.EOF itself; what wraps it is damage
		l.err = err
	}
	if len(b) == 0 {
		return nil, false, false
	}
	if l.wide {
		l.text = narrow(l.text[:0], b)
		b = l.text
	}
	return bytes.TrimRight(b, "\r\n"), long, true
}

// rest reads on to the end of a line that does not fit into the buffer, or whose
// line feed is half of a character only.
func (l *lines) rest(b []byte, err error) (line []byte, long bool, _ error) {
	l.long = append(l.long[:0], b...)
	n := len(b)
	for errors.Is(err, bufio.ErrBufferFull) || l.wide && err == nil {
		if l.wide && err == nil && n%2 == 1 {
			c, e := l.r.ReadByte()
			if e != nil {
				err = e
				break
			}
			l.ended++
			n++
			l.keep([]byte{c})
			if c == 0 {
				break
			}
		}
		b, err = l.r.ReadSlice('\n')
		l.ended += int64(len(b))
		n += len(b)
		l.keep(b)
	}
	if len(bytes.TrimRight(l.long, "\r\n\x00")) > format.MaxRecord {
		return l.long[:format.MaxRecord], true, err
	}
	return l.long, false, err
}

func (l *lines) keep(b []byte) {
	l.long = append(l.long, b[:min(len(b), max(0, format.MaxRecord+4-len(l.long)))]...)
}

// narrow appends UTF-16 text to dst as UTF-8. What is no character becomes U+FFFD.
func narrow(dst, b []byte) []byte {
	for len(b) >= 2 {
		c := rune(b[0]) | rune(b[1])<<8
		b = b[2:]
		if utf16.IsSurrogate(c) && len(b) >= 2 {
			if r := utf16.DecodeRune(c, rune(b[0])|rune(b[1])<<8); r != utf8.RuneError {
				c, b = r, b[2:]
			}
		}
		dst = utf8.AppendRune(dst, c)
	}
	return dst
}

// isWide says whether a source begins with text in UTF-16, low byte first, with a
// byte order mark or without.
func isWide(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	return head[0] == 0xff && head[1] == 0xfe ||
		head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0 && head[0] < 0x80 && head[2] < 0x80
}
