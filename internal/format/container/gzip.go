package container

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"barium/internal/format/container/inflate"
)

// gzipReader reads gzip members one after the other (RFC 1952). Zero bytes
// behind the last one are padding; anything else there is ErrTrailing.
type gzipReader struct {
	in     *bufio.Reader
	z      inflate.Reader
	sum    uint32 // CRC-32 of what the member gave so far
	size   uint32 // how much that is, modulo 2^32
	inside bool   // a member is being read
	any    bool   // one has been read
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
		g.sum = crc32.Update(g.sum, crc32.IEEETable, p[:n])
		g.size += uint32(n)
		if errors.Is(err, io.EOF) {
			g.inside, g.any = false, true
			err = g.trailer()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

var (
	errGzipHeader   = errors.New("gzip: invalid header")
	errGzipChecksum = errors.New("gzip: invalid checksum")
)

// trailer compares a member with what stands behind it.
func (g *gzipReader) trailer() error {
	var b [8]byte
	if _, err := io.ReadFull(g.in, b[:]); err != nil {
		return short(err)
	}
	if binary.LittleEndian.Uint32(b[:]) != g.sum || binary.LittleEndian.Uint32(b[4:]) != g.size {
		return errGzipChecksum
	}
	return nil
}

// short makes the end of the input one that comes too early.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// next goes to the next member; io.EOF means that there is none.
func (g *gzipReader) next() error {
	if g.any {
		if err := g.padding(); err != nil {
			return err
		}
	}
	h := gzipHeader{in: g.in}
	if err := h.read(); err != nil {
		return short(err) // a header that is cut off
	}
	g.z.Reset(g.in)
	g.sum, g.size, g.inside = 0, 0, true
	return nil
}

// gzipHeader passes over the header of a member.
type gzipHeader struct {
	in  *bufio.Reader
	sum uint32
}

// Flags of a header (RFC 1952 section 2.3.1).
const (
	gzipHasSum     = 1 << 1
	gzipHasExtra   = 1 << 2
	gzipHasName    = 1 << 3
	gzipHasComment = 1 << 4
	gzipReserved   = 7 << 5
)

// longestText is up to how many bytes a name or comment may have.
const longestText = 512

func (h *gzipHeader) read() error {
	var b [10]byte
	if err := h.take(b[:]); err != nil {
		return err
	}
	if b[0] != 0x1f || b[1] != 0x8b || b[2] != 8 {
		return errGzipHeader
	}
	flags := b[3]
	if flags&gzipHasExtra != 0 {
		if err := h.take(b[:2]); err != nil {
			return err
		}
		if err := h.take(make([]byte, binary.LittleEndian.Uint16(b[:]))); err != nil {
			return err
		}
	}
	for _, text := range []byte{gzipHasName, gzipHasComment} {
		if flags&text == 0 {
			continue
		}
		if err := h.text(); err != nil {
			return err
		}
	}
	if flags&gzipHasSum != 0 {
		want := uint16(h.sum)
		if err := h.take(b[:2]); err != nil {
			return err
		}
		if binary.LittleEndian.Uint16(b[:]) != want {
			return errGzipHeader
		}
	}
	if flags&gzipReserved != 0 {
		return errGzipHeader
	}
	return nil
}

// text passes over a name or comment and the zero behind it.
func (h *gzipHeader) text() error {
	var b [1]byte
	for range longestText {
		if err := h.take(b[:]); err != nil || b[0] == 0 {
			return err
		}
	}
	return errGzipHeader
}

// take reads the next bytes of the header.
func (h *gzipHeader) take(b []byte) error {
	_, err := io.ReadFull(h.in, b)
	h.sum = crc32.Update(h.sum, crc32.IEEETable, b)
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
