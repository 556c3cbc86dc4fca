package pcap

import (
	"bufio"
	"context"
	"errors"
	"io"

	"barium/internal/format"
)

const (
	// readAhead is how much of a source lies in memory: the longest record with
	// its header, and room to look behind it.
	readAhead = format.MaxRecord + 64<<10
	// maxSample is how much of what cannot be read is handed to the sink.
	maxSample = 256
)

// source is a stream of bytes that knows where it stands.
type source struct {
	ctx   context.Context
	r     *bufio.Reader
	ahead []byte // what r has in memory, from the next byte on
	taken int    // bytes before it, which r is still to drop
	at    int64  // offset of the next byte
	err   error  // why nothing more can be read; io.EOF at the end
}

func newSource(ctx context.Context, r io.Reader) *source {
	return &source{ctx: ctx, r: bufio.NewReaderSize(r, readAhead)}
}

// peek returns the next n bytes, fewer where the source ends. They are valid
// until the next peek, take or pass.
func (s *source) peek(n int) []byte {
	if n > len(s.ahead) {
		s.fill(n)
	}
	return s.ahead[:min(n, len(s.ahead))]
}

// fill reads until n bytes are in memory, or the source ends.
func (s *source) fill(n int) {
	s.drop()
	if _, err := s.r.Peek(n); err != nil && s.err == nil {
		s.err = err
	}
	s.ahead, _ = s.r.Peek(s.r.Buffered())
}

// drop lets r forget what was taken.
func (s *source) drop() {
	_, _ = s.r.Discard(s.taken) // they are in memory
	s.ahead, s.taken = nil, 0
}

// take drops n bytes that peek has shown.
func (s *source) take(n int) {
	n = min(n, len(s.ahead))
	s.ahead = s.ahead[n:]
	s.taken += n
	s.at += int64(n)
}

// pass drops n bytes, however many, and says whether they were there.
func (s *source) pass(n int64) bool {
	s.drop()
	for n > 0 {
		step := int(min(n, readAhead))
		k, err := s.r.Discard(step)
		s.at += int64(k)
		n -= int64(k)
		if err == nil {
			err = s.ctx.Err()
		}
		if err != nil {
			s.err = err
			return false
		}
	}
	return true
}

// failure is the error that ended the source, nil for its proper end.
func (s *source) failure() error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	if s.err == io.EOF { //nolint:errorlint // a source ends with io.EOF itself; what wraps it is damage
		return nil
	}
	return s.err
}

var errNoRecord = errors.New("no packet begins here")
