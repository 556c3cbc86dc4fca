package container

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"io"
	"strings"
)

// bzip2Reader reads bzip2 streams one after the other. Zero bytes behind the last
// one are padding, as for gzip. Memory is bounded by the format: a block holds at
// most 900 kB.
type bzip2Reader struct {
	in *recent
	z  io.Reader
}

// isBzip2 recognises a stream that begins with a block, or with its end: empty.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

func newBzip2(br *bufio.Reader) *bzip2Reader {
	in := &recent{Reader: br}
	return &bzip2Reader{in: in, z: bzip2.NewReader(in)}
}

func (b *bzip2Reader) Read(p []byte) (int, error) {
	n, err := b.z.Read(p)
	var damage bzip2.StructuralError
	if errors.As(err, &damage) && strings.Contains(string(damage), "continuation") {
		return n, b.behind()
	}
	return n, err
}

// behind tells padding from other bytes behind the last stream. The library has
// read the two bytes where the next one should begin.
func (b *bzip2Reader) behind() error {
	zero := b.in.last == [2]byte{}
	for zero {
		c, err := b.in.ReadByte()
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		if err != nil {
			return err
		}
		zero = c == 0
	}
	return &failure{ErrTrailing, "bzip2 data is followed by other bytes; what came before was read"}
}

func (b *bzip2Reader) Close() error { return nil }

// recent remembers the last two bytes that were read one by one.
type recent struct {
	*bufio.Reader
	last [2]byte
}

func (u *recent) ReadByte() (byte, error) {
	c, err := u.Reader.ReadByte()
	if err == nil {
		u.last = [2]byte{u.last[1], c}
	}
	return c, err
}
