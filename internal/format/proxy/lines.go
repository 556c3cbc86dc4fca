package proxy

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"barium/internal/format"
)

// bufferBytes is how much of a source is in memory; longer lines are copied.
const bufferBytes = 64 << 10

// lines gives a source line by line.
type lines struct {
	r     *bufio.Reader
	at    int64 // offset of the line in the source
	no    int64 // number of the line, from 1
	ended int64 // offset behind the line
	long  []byte
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
	b, err := l.r.Peek(bufferBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return b
}

// next returns the next line without its end; long says that it is the beginning
// of a line longer than format.MaxRecord, the rest of which is passed over.
func (l *lines) next() (line []byte, long, ok bool) {
	l.at = l.ended
	l.no++
	b, err := l.r.ReadSlice('\n')
	l.ended += int64(len(b))
	if errors.Is(err, bufio.ErrBufferFull) {
		b, long, err = l.rest(b)
	}
	if err != nil && l.err == nil && err != io.EOF { //nolint:errorlint // a source ends with io.EOF itself; what wraps it is damage
		l.err = err
	}
	if len(b) == 0 {
		return nil, false, false
	}
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'}), long, true
}

// rest reads on to the end of a line that does not fit into the buffer.
func (l *lines) rest(b []byte) (line []byte, long bool, err error) {
	l.long = append(l.long[:0], b...)
	for {
		b, err = l.r.ReadSlice('\n')
		l.ended += int64(len(b))
		l.long = append(l.long, b[:min(len(b), max(0, format.MaxRecord+2-len(l.long)))]...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
	}
	line = l.long
	if n := len(bytes.TrimRight(line, "\r\n")); n > format.MaxRecord {
		return line[:format.MaxRecord], true, err
	}
	return line, false, err
}
