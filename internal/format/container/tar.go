package container

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
)

// tarBlock is what a tar archive is made of.
const tarBlock = 512

// isTar recognises a header (POSIX.1-1988, and those before): by its mark, or by
// its checksum, of which the own field counts as spaces.
func isTar(head []byte) bool {
	if len(head) < tarBlock {
		return len(head) >= 262 && string(head[257:262]) == "ustar"
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	want, err := strconv.ParseUint(string(bytes.Trim(head[148:156], " \x00")), 8, 32)
	if err != nil || head[0] == 0 {
		return false
	}
	sum := uint64(8 * ' ')
	for i, c := range head[:tarBlock] {
		if i < 148 || i >= 156 {
			sum += uint64(c)
		}
	}
	return sum == want
}

// TarReader reads the members of a tar archive, one after the other.
type TarReader struct {
	br    *bufio.Reader
	in    counter
	tail  ending
	t     *tar.Reader
	g     guard
	names names
	err   error
}

// NewTarReader returns a reader of the archive that r holds, uncompressed.
func NewTarReader(r io.Reader) *TarReader { return newTar(r, defaultLimits) }

func newTar(r io.Reader, l limits) *TarReader {
	t := &TarReader{}
	t.in.r = r
	t.br = bufio.NewReaderSize(&t.in, bufferSize)
	t.tail.r = t.br
	t.t = tar.NewReader(&t.tail)
	t.g = guard{limits: l, in: &t.in, kind: Tar, r: io.NopCloser(nil)}
	return t
}

// Next goes to the next member, whether or not the one before was read to its
// end. io.EOF means that there is none; other errors are sentences for a user:
// ErrTruncated, ErrCorrupt, ErrTrailing, ErrBomb, or the error of the source.
// Folders are passed over. Two archives one behind the other are read as one.
func (t *TarReader) Next() (*Member, error) {
	for t.err == nil {
		if t.g.err != nil && !errors.Is(t.g.err, io.EOF) {
			t.err = t.g.err // of the member that was read last
			break
		}
		h, err := t.t.Next()
		if errors.Is(err, io.EOF) {
			err = t.further()
			if err == nil {
				continue
			}
		}
		if errors.Is(err, tar.ErrInsecurePath) {
			err = nil // names are made harmless below
		}
		if err != nil {
			if t.err = err; !errors.Is(err, io.EOF) {
				t.err = t.g.explain(err)
			}
			break
		}
		m, err := t.member(h)
		if err != nil {
			t.err = err
			break
		}
		if m != nil {
			t.g.r, t.g.err = io.NopCloser(t.t), nil
			return m, nil
		}
	}
	return nil, t.err
}

// further looks behind the end of an archive for another one; io.EOF means that
// there is none.
func (t *TarReader) further() error {
	if !t.tail.zero {
		return io.ErrUnexpectedEOF // no end mark: cut between two members, maybe
	}
	for {
		head, err := t.br.Peek(tarBlock)
		switch {
		case len(head) == 0:
			return err
		case head[0] == 0 && len(bytes.Trim(head, "\x00")) == 0:
			_, _ = t.br.Discard(len(head)) // cannot fail after Peek
		case isTar(head):
			t.t = tar.NewReader(&t.tail)
			return nil
		default:
			return &failure{ErrTrailing, "the tar archive is followed by other bytes; what came before was read"}
		}
	}
}

// member says what a header is about, nil for what is no member.
func (t *TarReader) member(h *tar.Header) (*Member, error) {
	m := &Member{Size: h.Size}
	switch h.Typeflag {
	case tar.TypeReg, '\x00', tar.TypeCont, tar.TypeGNUSparse:
	case tar.TypeDir, tar.TypeXGlobalHeader, 'V': // V is the label of the archive
		return nil, nil
	case tar.TypeLink:
		m.Problem, m.Harmless, m.Size = "the same file as "+harmless(h.Linkname)+" in the archive", true, 0
	case tar.TypeSymlink:
		m.Problem, m.Size = "a link to "+harmless(h.Linkname)+"; barium reads what lies in the archive only", 0
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		m.Problem, m.Size = "not a regular file (device or named pipe); barium reads files only", 0
	default:
		m.Problem = "an entry of the unknown type " + strconv.QuoteRune(rune(h.Typeflag)) + " in a tar archive"
	}
	var err error
	m.Name, err = t.names.next(h.Name)
	return m, err
}

// Read reads the member that Next returned.
func (t *TarReader) Read(p []byte) (int, error) { return t.g.Read(p) }

// ending notes whether the last thing that was read is an empty block in the place
// of a header: an archive ends with such blocks.
type ending struct {
	r    io.Reader
	zero bool
}

func (e *ending) Read(p []byte) (int, error) {
	if e.zero = false; len(p) != tarBlock {
		return e.r.Read(p)
	}
	n, err := io.ReadFull(e.r, p)
	e.zero = n == tarBlock && len(bytes.TrimLeft(p, "\x00")) == 0
	return n, err
}
