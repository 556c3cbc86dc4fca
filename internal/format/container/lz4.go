package container

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/pierrec/lz4/v4"
)

// lz4Reader reads lz4 frames one after the other (LZ4 Frame Format 1.6.2). Memory
// is bounded by the format: a block holds at most 4 MiB.
type lz4Reader struct{ z *lz4.Reader }

func newLZ4(br *bufio.Reader) *lz4Reader { return &lz4Reader{lz4.NewReader(lz4Source{br})} }

// isLZ4Behind recognises a frame behind one skippable frame.
func isLZ4Behind(head []byte) bool {
	if len(head) < 8 || !isSkippable(head) {
		return false
	}
	at := 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	return at+4 <= int64(len(head)) && string(head[at:at+4]) == "\x04\x22\x4d\x18"
}

const (
	lz4Trailing = "lz4 data is followed by other bytes; what came before was read"
	lz4Legacy   = "lz4 data of the legacy kind is not read; unpack it first"
	lz4Odd      = "lz4 data needs a dictionary, or is of an unknown version; unpack it first"
)

func (l *lz4Reader) Read(p []byte) (int, error) {
	n, err := l.z.Read(p)
	switch {
	case errors.Is(err, lz4.ErrInvalidFrame):
		err = &failure{ErrTrailing, lz4Trailing}
	case errors.Is(err, lz4.ErrInvalidFrameDescriptor):
		err = &failure{ErrUnsupported, lz4Odd}
	}
	return n, err
}

func (l *lz4Reader) Close() error { return nil }

// lz4Source refuses frames of the legacy kind, wherever one begins: the library
// goes one call deeper for each in a row. Kernels are packed so, logs are not.
type lz4Source struct{ r io.Reader }

func (s lz4Source) Read(p []byte) (int, error) {
	if len(p) != 4 {
		return s.r.Read(p)
	}
	n, err := io.ReadFull(s.r, p)
	if n == 4 && string(p[:4]) == "\x02\x21\x4c\x18" {
		return 0, &failure{ErrUnsupported, lz4Legacy}
	}
	return n, err
}
