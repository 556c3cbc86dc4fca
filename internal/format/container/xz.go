package container

import (
	"bufio"
	"errors"
	"io"

	"github.com/mikelolasagasti/xz"
)

// maxDictionary is the largest LZMA2 dictionary accepted, which bounds memory;
// xz -9 takes 64 MiB.
const maxDictionary = 128 << 20

// xzReader reads xz streams one after the other, with padding between and behind
// them (The .xz File Format, section 2.2).
type xzReader struct {
	in *bufio.Reader
	z  *xz.Reader
}

func newXZ(br *bufio.Reader) (io.ReadCloser, error) {
	z, err := xz.NewReader(br, maxDictionary)
	x := &xzReader{in: br, z: z}
	if err != nil && z == nil {
		return nil, err
	}
	return x, nil // an error in the first header comes again
}

func (x *xzReader) Read(p []byte) (int, error) {
	n, err := x.z.Read(p)
	switch {
	case err == nil || errors.Is(err, io.EOF):
	case errors.Is(err, xz.ErrMemlimit):
		err = &failure{ErrBomb, "xz data needs more than 128 MiB of memory (it was packed with a very large dictionary); unpack it first"}
	case errors.Is(err, xz.ErrBuf):
		err = x.cut()
	case errors.Is(err, xz.ErrFormat):
		err = &failure{ErrTrailing, "xz data is followed by other bytes; what came before was read"}
	case errors.Is(err, xz.ErrOptions), errors.Is(err, xz.ErrUnsupportedCheck):
		err = &failure{ErrUnsupported, "xz data was packed in a way that is not read (" + err.Error() + "); unpack it first"}
	}
	return n, err
}

// cut tells data that ends too early from data that leads nowhere.
func (x *xzReader) cut() error {
	if _, err := x.in.Peek(1); err != nil {
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	return xz.ErrData
}

func (x *xzReader) Close() error { return nil }
