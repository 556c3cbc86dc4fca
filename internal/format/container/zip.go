package container

import (
	"archive/zip"
	"bufio"
	"cmp"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"
)

// maxDirectory is how many bytes of a zip archive's directory are read, some 250
// MiB in memory at worst.
const maxDirectory = 32 << 20

// zipLimits are those of a member: there may be many.
var zipLimits = limits{maxOutput: defaultLimits.maxOutput, maxRatio: defaultLimits.maxRatio, freely: 1 << 20}

// ZipReader gives the members of a zip archive (APPNOTE 6.3), each by itself.
type ZipReader struct {
	Members []Member
	// Damage says why members behind the last one are missing; nil for none.
	Damage error
	files  []*zip.File // of Members
}

// NewZipReader reads the directory of the archive that r holds. Members may then
// be opened by several goroutines at once. The error is a sentence for a user, or
// that of r.
func NewZipReader(r io.ReaderAt, size int64) (*ZipReader, error) {
	d := &directory{r: r, left: maxDirectory}
	z, err := zip.NewReader(d, size)
	d.done = true
	switch {
	case d.err != nil:
		return nil, d.err
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, &failure{ErrCorrupt, "the zip archive is damaged or cut off: its directory, which stands at its end, cannot be read (" + err.Error() + ")"}
	}
	out := &ZipReader{}
	var names names
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") && f.UncompressedSize64 == 0 {
			continue
		}
		m := Member{Size: int64(min(f.UncompressedSize64, 1<<62)), Packed: int64(min(f.CompressedSize64, uint64(size)))}
		m.Problem = whyNot(f)
		if m.Name, err = names.next(f.Name); err != nil {
			out.Damage = err
			break
		}
		out.Members = append(out.Members, m)
		out.files = append(out.files, f)
	}
	out.refuseOverlaps()
	return out, nil
}

// whyNot says why the bytes of a member are not read, empty when they are.
func whyNot(f *zip.File) string {
	const encrypted = 1
	switch {
	case f.Flags&encrypted != 0:
		return "encrypted; unpack it first, with its password"
	case f.Mode()&fs.ModeSymlink != 0:
		return "a link; barium reads what lies in the archive only"
	case f.Mode().Type() != 0:
		return "not a regular file; barium reads files only"
	case !slices.Contains([]uint16{zip.Store, zip.Deflate, zipBzip2, zipZstd, zipXZ}, f.Method):
		return "packed by method " + strconv.Itoa(int(f.Method)) + " of zip, which is not read; unpack it first"
	}
	return ""
}

// refuseOverlaps leaves out members that share bytes with another one: that is how
// a small archive claims to hold more than any disk.
func (z *ZipReader) refuseOverlaps() {
	type extent struct {
		i        int
		from, to uint64
	}
	extents := make([]extent, 0, len(z.files))
	for i, f := range z.files {
		if z.Members[i].Problem != "" || f.CompressedSize64 == 0 {
			continue
		}
		from, err := f.DataOffset()
		if err != nil {
			z.Members[i].Problem = "the zip archive is damaged: where the member should begin there is none"
			continue
		}
		extents = append(extents, extent{i, uint64(from), uint64(from) + f.CompressedSize64})
	}
	slices.SortStableFunc(extents, func(a, b extent) int { return cmp.Compare(a.from, b.from) })
	end := uint64(0)
	for _, e := range extents {
		if e.from < end || e.to < e.from {
			z.Members[e.i].Problem = "shares bytes of the zip archive with another member, as bombs do; it is not read"
			continue
		}
		end = e.to
	}
}

// The numbers of further methods (APPNOTE 4.4.5).
const (
	zipBzip2 = 12
	zipZstd  = 93
	zipXZ    = 95
)

// Open returns the bytes of the i-th member, which must have no Problem. Read
// reports damage after all bytes before it, as Open of the package does.
func (z *ZipReader) Open(i int) (io.ReadCloser, error) {
	f := z.files[i]
	raw, err := f.OpenRaw()
	if err != nil {
		return nil, &failure{ErrCorrupt, "the zip archive is damaged (" + err.Error() + ")"}
	}
	in := &counter{r: raw}
	br := bufio.NewReaderSize(in, bufferSize)
	var r io.ReadCloser
	switch f.Method {
	case zip.Store:
		r = io.NopCloser(br)
	case zip.Deflate:
		r = io.NopCloser(flate.NewReader(br)) // its Close only repeats the error
	case zipBzip2:
		r = newBzip2(br)
	case zipZstd:
		r, err = newZstd(br)
	case zipXZ:
		r, err = newXZ(br)
	}
	if err != nil {
		return nil, err
	}
	checked := &checked{r: r, sum: crc32.NewIEEE(), want: f.CRC32, size: f.UncompressedSize64}
	return &guard{limits: zipLimits, in: in, kind: Zip, r: checked}, nil
}

// checked compares what comes out with what the archive says of it.
type checked struct {
	r    io.ReadCloser
	sum  hash.Hash32
	n    uint64
	want uint32
	size uint64
}

func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += uint64(n)
	_, _ = c.sum.Write(p[:n]) // never fails
	if errors.Is(err, io.EOF) {
		switch {
		case c.n < c.size:
			return n, io.ErrUnexpectedEOF
		case c.n > c.size:
			return n, errors.New("more bytes than it says")
		case c.sum.Sum32() != c.want:
			return n, errors.New("wrong checksum")
		}
	}
	return n, err
}

func (c *checked) Close() error { return c.r.Close() }

// directory bounds what is read of an archive before its members are known.
type directory struct {
	r    io.ReaderAt
	left int64
	err  error
	done bool
}

func (d *directory) ReadAt(p []byte, off int64) (int, error) {
	if d.done { // members, by several goroutines
		return d.r.ReadAt(p, off)
	}
	if d.left -= int64(len(p)); d.left < 0 {
		d.err = &failure{ErrBomb, "the zip archive names more members than are told apart (a directory above 32 MiB); unpack it first"}
		return 0, d.err
	}
	n, err := d.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		d.err = err
	}
	return n, err
}
