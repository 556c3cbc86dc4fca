package container

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is the largest zstd window accepted, which bounds memory. It is
// what zstd's command line accepts by default (--long=27).
const maxWindow = 128 << 20

// zstdReader reads zstd frames one after the other.
type zstdReader struct {
	z *zstd.Decoder
}

func newZstd(r io.Reader) (*zstdReader, error) {
	z, err := zstd.NewReader(r,
		zstd.WithDecoderConcurrency(1), // no goroutines
		zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow),
		zstd.WithDecoderMaxMemory(maxWindow))
	if err != nil {
		return nil, err
	}
	return &zstdReader{z}, nil
}

func (z *zstdReader) Read(p []byte) (int, error) {
	n, err := z.z.Read(p)
	switch {
	case err == nil || errors.Is(err, io.EOF):
	case errors.Is(err, zstd.ErrMagicMismatch):
		err = &failure{ErrTrailing, "zstd data is followed by other bytes; what came before was read"}
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		err = &failure{ErrBomb, "zstd data needs more than 128 MiB of memory (it was packed with a very long window); unpack it first"}
	case errors.Is(err, zstd.ErrUnknownDictionary):
		err = &failure{ErrUnsupported, "zstd data needs a dictionary; unpack it first"}
	}
	return n, err
}

func (z *zstdReader) Close() error {
	z.z.Close()
	return nil
}
