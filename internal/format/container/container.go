package container

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// The kinds that Open returns.
const (
	Plain = "plain"
	Gzip  = "gzip"
	Zstd  = "zstd"
)

// limits against decompression bombs. Deflate cannot exceed 1032:1, so for gzip
// only maxOutput counts; zstd can reach any ratio.
type limits struct {
	maxOutput int64 // bytes
	maxRatio  int64 // output over input …
	freely    int64 // … once there is more output than this
}

var defaultLimits = limits{maxOutput: 200 << 30, maxRatio: 2000, freely: 64 << 20}

const (
	bufferSize = 64 << 10
	// headSize is how much is looked at; tar's mark is the farthest in.
	headSize = 512
)

// Open returns the decompressed bytes of r and how they were packed: Plain,
// Gzip or Zstd. Damage is reported by Read, after all bytes before it, as
// ErrTruncated, ErrCorrupt, ErrTrailing or ErrBomb. Open itself fails with
// ErrUnsupported for an archive or compression that the user has to unpack, or
// with the error of r. Closing rc does not close r.
//
// Reading stops with ErrBomb after 200 GiB, or when more than 64 MiB came out
// and that is over 2000 times what went in.
func Open(r io.Reader) (rc io.ReadCloser, kind string, err error) {
	return open(r, defaultLimits)
}

func open(r io.Reader, l limits) (io.ReadCloser, string, error) {
	in := &counter{r: r}
	br := bufio.NewReaderSize(in, bufferSize)
	head, err := br.Peek(headSize)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return nil, "", err
	}
	if name := unsupported(head); name != "" {
		return nil, "", &failure{ErrUnsupported, name + " is not read; unpack it first"}
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return &guard{limits: l, in: in, kind: Gzip, r: &gzipReader{in: br}}, Gzip, nil
	case isZstd(head):
		z, err := newZstd(br)
		if err != nil {
			return nil, "", err
		}
		return &guard{limits: l, in: in, kind: Zstd, r: z}, Zstd, nil
	}
	return io.NopCloser(br), Plain, nil
}

// Packed returns what the decompressed bytes of a source are packed in once
// more, "gzip data" or "a tar archive", empty for not at all. Only one layer is
// taken off: the next one is the user's to unpack.
func Packed(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}): // 8 is deflate, the only method
		return "gzip data"
	case isZstd(head):
		return "zstd data"
	}
	return unsupported(head)
}

// isZstd recognises a frame, or a skippable frame before it (RFC 8878 section 3.1).
func isZstd(head []byte) bool {
	if len(head) < 4 {
		return false
	}
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) ||
		head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// unsupported returns the name of a format that the user has to unpack, empty
// for none.
func unsupported(head []byte) string {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case has("PK\x03\x04"), has("PK\x05\x06"), has("PK\x07\x08"):
		return "a zip archive"
	case has("\xfd7zXZ\x00"):
		return "xz compression"
	case len(head) >= 10 && has("BZh") && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return "bzip2 compression"
	case has("7z\xbc\xaf\x27\x1c"):
		return "a 7z archive"
	case has("\x04\x22\x4d\x18"), has("\x02\x21\x4c\x18"):
		return "lz4 compression"
	case has("Rar!\x1a\x07"):
		return "a rar archive"
	case has("\x1f\x9d"):
		return "compress (.Z) compression"
	case len(head) >= 262 && string(head[257:262]) == "ustar":
		return "a tar archive"
	}
	return ""
}

// counter counts what is read from r and remembers why that ended.
type counter struct {
	r   io.Reader
	n   int64
	err error // other than io.EOF
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		c.err = err
	}
	return n, err
}

// guard puts limits on a decompressor and its errors into words.
type guard struct {
	limits
	in   *counter
	kind string
	r    io.ReadCloser
	out  int64
	err  error
}

func (g *guard) Read(p []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if left := g.maxOutput - g.out; int64(len(p)) > left {
		p = p[:left+1] // one more than allowed, to tell the end from too much
	}
	n, err := g.r.Read(p)
	g.out += int64(n)
	switch {
	case g.out > g.maxOutput:
		n--
		g.out--
		err = &failure{ErrBomb, g.kind + " data grows beyond 200 GiB; what came before was read"}
	case g.out > g.freely && g.out/g.maxRatio > g.in.n:
		err = &failure{ErrBomb, g.kind + " data grows more than 2000 times when decompressed; what came before was read"}
	case err != nil && !errors.Is(err, io.EOF):
		err = g.explain(err)
	}
	g.err = err
	return n, err
}

func (g *guard) explain(err error) error {
	var f *failure
	switch {
	case g.in.err != nil:
		return g.in.err
	case errors.As(err, &f):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &failure{ErrTruncated, g.kind + " data ends too early; what came before was read"}
	}
	return &failure{ErrCorrupt, g.kind + " data is damaged (" + err.Error() + "); what came before was read"}
}

func (g *guard) Close() error { return g.r.Close() }
