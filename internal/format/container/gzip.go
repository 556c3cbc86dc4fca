package container

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// gzipReader reads gzip members one after the other (RFC 1952). Zero bytes
// behind the last one are padding; anything else there is ErrTrailing.
type gzipReader struct {
	in     *bufio.Reader
	z      gzip.Reader
	inside bool // a member is being read
	any    bool // one has been read
}

func (g *gzipReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if !g.inside {
			if err := g.next(); err != nil {
				return 0, err
			}
		}
		n, err := g.z.Read(p)
		if errors.Is(err, io.EOF) {
			g.inside, g.any = false, true
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next goes to the next member; io.EOF means that there is none.
func (g *gzipReader) next() error {
	if g.any {
		if err := g.padding(); err != nil {
			return err
		}
	}
	err := g.z.Reset(g.in)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF // a header that is cut off
	}
	if err == nil {
		g.z.Multistream(false)
		g.inside = true
	}
	return err
}

// padding skips zero bytes and checks that a member or nothing follows.
func (g *gzipReader) padding() error {
	for {
		head, err := g.in.Peek(2)
		switch {
		case len(head) == 0:
			return err
		case head[0] == 0:
			_, _ = g.in.Discard(1) // cannot fail after Peek
		case len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b:
			return nil
		case len(head) == 1 && head[0] == 0x1f:
			return io.ErrUnexpectedEOF
		default:
			return &failure{ErrTrailing, "gzip data is followed by other bytes; what came before was read"}
		}
	}
}

func (g *gzipReader) Close() error { return nil }
