package hunt

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"barium/internal/format"
	"barium/internal/format/all"
	"barium/internal/format/container"
	"barium/internal/report"
)

// origin is a file that holds the bytes of a source as they were read.
type origin struct {
	Source report.Source   // the longest of those that were read from these bytes
	Also   []report.Source // the others: the file at an earlier time, or under another path
	Path   string          // where the bytes lie now
	disk   int64           // how many bytes on disk belong to the source; 0 for all
	bytes  int64           // how many decompressed bytes do; 0 for all
	size   int64           // of the file, for the progress
}

// reader returns the reader that took the source, nil when this program has none
// by that name.
func (o *origin) reader() format.Reader { return readerOf(&o.Source) }

func readerOf(s *report.Source) format.Reader {
	name, _, _ := strings.Cut(s.Format, " ")
	return all.ByName(name)
}

// open returns the decompressed bytes of the source, without what the file has
// gained since.
func (o *origin) open(ctx context.Context, p Progress) (io.ReadCloser, error) {
	f, err := openRegular(o.Path)
	if err != nil {
		return nil, err
	}
	var r io.Reader = &counter{r: &interruptible{ctx, f}, p: p}
	if o.disk > 0 {
		r = io.LimitReader(r, o.disk)
	}
	rc, _, err := container.Open(r)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	out := &opened{Reader: rc, closers: []io.Closer{rc, f}}
	if o.bytes > 0 {
		out.Reader = io.LimitReader(rc, o.bytes)
	}
	return out, nil
}

// opened is a reader that closes what lies below it.
type opened struct {
	io.Reader
	closers []io.Closer
}

func (o *opened) Close() (err error) {
	for _, c := range o.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

// interruptible is a reader that ends with its context.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(b)
}

// openRegular opens a file, but nothing that could block or has no end.
func openRegular(path string) (*os.File, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, plain(err)
	}
	if !st.Mode().IsRegular() {
		return nil, errors.New("not a regular file any more (" + kind(st.Mode()) + ")")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(err)
	}
	return f, nil
}

// content is what a source is told by: its path and the hash of its bytes.
type content struct{ path, hash string }

func contentOf(s *report.Source) content { return content{s.Path, s.SHA256} }

// locate finds the bytes of sources: at their path, as far as they were read, or
// else in one of the files below paths, there also compressed in another way or not at all. It
// returns the origins in order of path and why the other sources have none.
func locate(ctx context.Context, sources []report.Source, paths []string, p Progress) ([]*origin, map[content]string, error) {
	byPath := map[string]*origin{}
	problems := map[content]string{}
	var lost []report.Source
	for _, s := range sources {
		o, err := atPath(ctx, s, p)
		switch {
		case ctx.Err() != nil:
			return nil, nil, ctx.Err()
		case err != nil:
			problems[contentOf(&s)] = err.Error()
			lost = append(lost, s)
		default:
			merge(byPath, o)
		}
	}
	if len(lost) > 0 && len(paths) > 0 {
		if err := search(ctx, lost, paths, byPath, problems); err != nil {
			return nil, nil, err
		}
	}
	out := make([]*origin, 0, len(byPath))
	for _, o := range byPath {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *origin) int {
		return cmp.Or(cmp.Compare(a.Source.Path, b.Source.Path), cmp.Compare(a.Path, b.Path))
	})
	return out, problems, nil
}

// merge files an origin under its path. What two sources were read from the same
// bytes, such as a log before and after it grew, is read once.
func merge(byPath map[string]*origin, o *origin) {
	old := byPath[o.Path]
	if old == nil {
		byPath[o.Path] = o
		return
	}
	if old.Source.Size < o.Source.Size {
		old.Source, o.Source = o.Source, old.Source
	}
	old.Also = append(old.Also, o.Source)
	old.disk, old.bytes = wider(old.disk, o.disk), wider(old.bytes, o.bytes)
}

// wider returns the larger of two limits, of which 0 is none.
func wider(a, b int64) int64 {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}

// atPath finds a source where it was read.
func atPath(ctx context.Context, s report.Source, p Progress) (*origin, error) {
	if s.Size == 0 {
		return nil, errors.New("the document does not say how much of the source was read; hunt again with this version")
	}
	f, err := openRegular(s.Path)
	if err != nil {
		return nil, fmt.Errorf("the source is gone: %w", err)
	}
	defer f.Close()
	sums, err := digests(&counter{r: &interruptible{ctx, f}, p: p}, []int64{s.Size})
	if err != nil {
		return nil, fmt.Errorf("the source cannot be read any more: %w", plain(err))
	}
	if sums[s.Size] != s.SHA256 {
		return nil, errors.New("the source has changed since it was read")
	}
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("the source cannot be read any more: %w", plain(err))
	}
	return &origin{Source: s, Path: s.Path, disk: s.Size, size: st.Size()}, nil
}

// digests returns the SHA-256 of the first bytes of r for each of the sizes that
// r reaches.
func digests(r io.Reader, sizes []int64) (map[int64]string, error) {
	sizes = slices.Clone(sizes)
	slices.Sort(sizes)
	h := sha256.New()
	at := int64(0)
	out := map[int64]string{}
	for _, size := range slices.Compact(sizes) {
		n, err := io.CopyN(h, r, size-at)
		at += n
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		out[size] = hex.EncodeToString(h.Sum(nil))
	}
	return out, nil
}

// search looks for the bytes of lost sources in the files below paths.
func search(ctx context.Context, lost []report.Source, paths []string, byPath map[string]*origin, problems map[content]string) error {
	files, err := Discover(ctx, paths)
	if err != nil {
		return err
	}
	for i := range files {
		if files[i].Size == 0 || len(lost) == 0 {
			continue
		}
		found, err := holds(ctx, &files[i], lost)
		if err != nil {
			return err
		}
		for _, o := range found {
			delete(problems, contentOf(&o.Source))
			merge(byPath, o)
		}
		lost = slices.DeleteFunc(lost, func(s report.Source) bool { return problems[contentOf(&s)] == "" })
	}
	return nil
}

// holds returns the sources whose bytes a file begins with: as it lies on disk, or
// when it is decompressed.
func holds(ctx context.Context, file *File, lost []report.Source) (found []*origin, err error) {
	var sizes, lengths []int64
	for i := range lost {
		sizes, lengths = append(sizes, lost[i].Size), append(lengths, lost[i].Bytes)
	}
	f, err := openRegular(file.Path)
	if err != nil {
		return nil, nil //nolint:nilerr // a file that cannot be read holds nothing for us; the sources stay lost
	}
	defer f.Close()
	// Damage ends what can be compared; what lies before it still counts.
	onDisk, _ := digests(&interruptible{ctx, f}, sizes)
	var inside map[int64]string
	if _, err := f.Seek(0, io.SeekStart); err == nil {
		if r, _, err := container.Open(&interruptible{ctx, f}); err == nil {
			defer r.Close()
			inside, _ = digests(r, lengths)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, s := range lost {
		switch {
		case s.SHA256 == onDisk[s.Size]:
			found = append(found, &origin{Source: s, Path: file.Path, disk: s.Size, size: file.Size})
		case s.Content != "" && s.Content == inside[s.Bytes]:
			found = append(found, &origin{Source: s, Path: file.Path, bytes: s.Bytes, size: file.Size})
		}
	}
	return found, nil
}
