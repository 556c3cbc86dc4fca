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
	Bzip2 = "bzip2"
	XZ    = "xz"
	LZ4   = "lz4"
)

// limits against decompression bombs. Deflate cannot exceed 1032:1 and lz4 255:1,
// so for them only maxOutput counts; the others can exceed any sensible ratio.
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

// Open returns the decompressed bytes of r and how they were packed: Plain, Gzip,
// Zstd, Bzip2, XZ or LZ4. Damage is reported by Read, after all bytes before it, as
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
	kind := compression(head)
	if kind == Plain {
		return io.NopCloser(br), Plain, nil
	}
	z, err := decompressor(kind, br)
	if err != nil {
		return nil, "", err
	}
	return &guard{limits: l, in: in, kind: kind, r: z}, kind, nil
}

// decompressor returns a reader of all that is packed in br, without limits.
func decompressor(kind string, br *bufio.Reader) (io.ReadCloser, error) {
	switch kind {
	case Zstd:
		return newZstd(br)
	case Bzip2:
		return newBzip2(br), nil
	case XZ:
		return newXZ(br)
	case LZ4:
		return newLZ4(br), nil
	}
	return &gzipReader{in: br}, nil
}

// Unpack is Open for what may be an archive of several files: archive is Tar or
// Zip when rc holds one, compressed or not, and empty otherwise.
func Unpack(r io.Reader) (rc io.ReadCloser, kind, archive string, err error) {
	br := bufio.NewReaderSize(r, headSize)
	head, _ := br.Peek(headSize) // the error comes again
	if archive := archiveOf(head); archive != "" {
		return io.NopCloser(br), Plain, archive, nil
	}
	rc, kind, err = Open(br)
	if err != nil || kind == Plain {
		return rc, kind, "", err
	}
	inner := bufio.NewReaderSize(rc, bufferSize)
	head, _ = inner.Peek(headSize)
	return &unpacked{inner, rc}, kind, archiveOf(head), nil
}

// unpacked is decompressed bytes whose beginning was looked at.
type unpacked struct {
	*bufio.Reader
	rc io.Closer
}

func (u *unpacked) Close() error { return u.rc.Close() }

// Packed returns what the decompressed bytes of a source are packed in once
// more, "gzip data" or "a tar archive", empty for not at all. Only one layer is
// taken off: the next one is the user's to unpack.
func Packed(head []byte) string {
	if kind := compression(head); kind != Plain && !bytes.HasPrefix(head, []byte{0x1f, 0x8b}) {
		return kind + " data"
	}
	if bytes.HasPrefix(head, []byte{0x1f, 0x8b, 8}) { // 8 is deflate, the only method
		return "gzip data"
	}
	return unsupported(head)
}

// compression returns how bytes are packed that begin with head.
func compression(head []byte) string {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case has("\x1f\x8b"):
		return Gzip
	case has("\xfd7zXZ\x00"):
		return XZ
	case isBzip2(head):
		return Bzip2
	case has("\x04\x22\x4d\x18"), has("\x02\x21\x4c\x18"), isLZ4Behind(head):
		return LZ4
	case isZstd(head):
		return Zstd
	}
	return Plain
}

// isZstd recognises a frame, or a skippable frame before it (RFC 8878 section 3.1).
func isZstd(head []byte) bool {
	return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) || isSkippable(head)
}

// isSkippable recognises a skippable frame, which zstd and lz4 share.
func isSkippable(head []byte) bool {
	return len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// unsupported returns the name of a format that Open leaves to others, empty for
// none.
func unsupported(head []byte) string {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case archiveOf(head) != "":
		return "a " + archiveOf(head) + " archive"
	case has("7z\xbc\xaf\x27\x1c"):
		return "a 7z archive"
	case has("Rar!\x1a\x07"):
		return "a rar archive"
	case has("\x1f\x9d"):
		return "compress (.Z) compression"
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
