package table

import (
	"bytes"
	"errors"
	"io"

	"barium/internal/format"
)

// bufferBytes leaves room behind the longest record, so that what is left of a
// buffer is not moved for each.
const bufferBytes = format.MaxRecord + 256<<10

// source is a stream of which a record at most lies in memory.
type source struct {
	r      io.Reader
	buf    []byte
	lo, hi int
	offset int64 // of buf[lo]
	line   int64 // line feeds passed
	err    error // of r, once it has given it
	idle   int   // reads without bytes
}

func (s *source) reset(r io.Reader) {
	if s.buf == nil {
		s.buf = make([]byte, bufferBytes)
	}
	*s = source{r: r, buf: s.buf}
}

// fill reads more and reports whether there was any.
func (s *source) fill() bool {
	const least = 32 << 10
	if s.err != nil {
		return false
	}
	if len(s.buf)-s.hi < least && s.lo > 0 {
		s.hi = copy(s.buf, s.buf[s.lo:s.hi])
		s.lo = 0
	}
	if s.hi == len(s.buf) {
		return false
	}
	for {
		n, err := s.r.Read(s.buf[s.hi:])
		s.hi += n
		s.err = err
		if n > 0 || err != nil {
			s.idle = 0
			return n > 0
		}
		if s.idle++; s.idle > 100 {
			s.err = io.ErrNoProgress
			return false
		}
	}
}

// rest is what is in memory.
func (s *source) rest() []byte { return s.buf[s.lo:s.hi] }

// peek returns up to n bytes, fewer at the end of the source.
func (s *source) peek(n int) []byte {
	for s.hi-s.lo < n && s.fill() {
	}
	return s.buf[s.lo:min(s.hi, s.lo+n)]
}

// lineEnd returns where the line ends that stands from bytes ahead, its line feed
// included; long says that this is too far for a record.
func (s *source) lineEnd(from int) (end int, long bool) {
	for at := from; ; {
		if i := bytes.IndexByte(s.buf[s.lo+at:s.hi], '\n'); i >= 0 {
			end = at + i + 1
			return end, end-1 > format.MaxRecord
		}
		at = s.hi - s.lo
		if at > format.MaxRecord {
			return at, true
		}
		if !s.fill() {
			return s.hi - s.lo, s.hi-s.lo > format.MaxRecord
		}
	}
}

// pass goes on by n bytes that are in memory.
func (s *source) pass(n int) {
	s.line += int64(bytes.Count(s.buf[s.lo:s.lo+n], []byte{'\n'}))
	s.lo += n
	s.offset += int64(n)
}

// passLine goes on behind the next line feed.
func (s *source) passLine() {
	for {
		if i := bytes.IndexByte(s.rest(), '\n'); i >= 0 {
			s.pass(i + 1)
			return
		}
		s.pass(s.hi - s.lo)
		s.lo, s.hi = 0, 0
		if !s.fill() {
			return
		}
	}
}

// ended is the error of the stream, nil at its end.
func (s *source) ended() error {
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}
