package hunt

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"slices"
	"strings"

	"barium/internal/format"
	"barium/internal/format/container"
	"barium/internal/report"
)

// origin is a file that holds the bytes of a source as they were read.
type origin struct {
	Source report.Source   // the longest of those that were read from these bytes
	Also   []report.Source // the others: the file at an earlier time, or under another path
	Path   string          // where the bytes lie now
	at     location        // of them
	disk   int64           // how many bytes on disk belong to the source; 0 for all
	bytes  int64           // how many decompressed bytes do; 0 for all
}

// reader returns the reader that took the source, nil when this program has none
// by that name.
func (o *origin) reader() format.Reader { return readerOf(&o.Source) }

func readerOf(s *report.Source) format.Reader {
	name, _, _ := strings.Cut(s.Format, " ")
	return readerBy(name, s.Mapping)
}

// open returns the decompressed bytes of the source, without what the file has
// gained since.
func (o *origin) open(from stored) (io.ReadCloser, error) {
	if from.err != nil {
		return nil, from.err
	}
	r := from.r
	if o.disk > 0 {
		r = io.LimitReader(r, o.disk)
	}
	rc, _, err := container.Open(r)
	if err != nil {
		return nil, err
	}
	out := &opened{rc, rc}
	if o.bytes > 0 {
		out.Reader = io.LimitReader(rc, o.bytes)
	}
	return out, nil
}

// originBundles sorts origins into what is read in one go.
func originBundles(origins []*origin) []*bundle {
	at := make([]location, len(origins))
	for i, o := range origins {
		at[i] = o.at
	}
	return bundles(at)
}

// opened is a part of what it closes.
type opened struct {
	io.Reader
	io.Closer
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
	at := make([]location, len(sources))
	for i := range sources {
		at[i] = locationOf(sources[i].Path)
	}
	for _, b := range bundles(at) {
		err := b.each(ctx, p, func(i int, from stored) error {
			s := sources[i]
			o, err := atPath(s, at[i], from)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				problems[contentOf(&s)] = err.Error()
				lost = append(lost, s)
			default:
				merge(byPath, o)
			}
			return nil
		})
		if err != nil {
			return nil, nil, err
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
func atPath(s report.Source, at location, from stored) (*origin, error) {
	switch {
	case s.Size == 0:
		return nil, errors.New("the document does not say how much of the source was read; hunt again with this version")
	case errors.Is(from.err, errStdin):
		return nil, from.err
	case from.err != nil:
		return nil, fmt.Errorf("the source is gone: %w", from.err)
	}
	sums, err := digests(from.r, []int64{s.Size})
	if err != nil {
		return nil, fmt.Errorf("the source cannot be read any more: %w", plain(err))
	}
	if sums[s.Size] != s.SHA256 {
		return nil, errors.New("the source has changed since it was read")
	}
	return &origin{Source: s, Path: s.Path, at: at, disk: s.Size}, nil
}

// digester makes the SHA-256 of the first bytes written to it, for several sizes.
type digester struct {
	h     hash.Hash
	sizes []int64 // that are to come, ascending
	n     int64   // bytes that counted
	sums  map[int64]string
}

func newDigester(sizes []int64) *digester {
	sizes = slices.Clone(sizes)
	slices.Sort(sizes)
	return &digester{h: sha256.New(), sizes: slices.Compact(sizes), sums: map[int64]string{}}
}

// Write never fails.
func (d *digester) Write(b []byte) (int, error) {
	for rest := b; len(d.sizes) > 0; {
		n := min(int64(len(rest)), d.sizes[0]-d.n)
		d.h.Write(rest[:n])
		d.n += n
		rest = rest[n:]
		if d.n < d.sizes[0] {
			break
		}
		d.sums[d.n] = hex.EncodeToString(d.h.Sum(nil))
		d.sizes = d.sizes[1:]
	}
	return len(b), nil
}

// more is how many further bytes the largest size needs.
func (d *digester) more() int64 {
	if len(d.sizes) == 0 {
		return 0
	}
	return d.sizes[len(d.sizes)-1] - d.n
}

// digests returns the SHA-256 of the first bytes of r for each of the sizes that
// r reaches.
func digests(r io.Reader, sizes []int64) (map[int64]string, error) {
	d := newDigester(sizes)
	_, err := io.Copy(d, io.LimitReader(r, d.more()))
	return d.sums, err
}

// search looks for the bytes of lost sources in the files below paths.
func search(ctx context.Context, lost []report.Source, paths []string, byPath map[string]*origin, problems map[content]string) error {
	files, err := Discover(ctx, paths, nil)
	if err != nil {
		return err
	}
	var at []location
	var list []*File
	for i := range files {
		if f := &files[i]; f.Size > 0 && f.at.disk != "" {
			at, list = append(at, f.at), append(list, f)
		}
	}
	for _, b := range bundles(at) {
		if len(lost) == 0 {
			break
		}
		err := b.each(ctx, nil, func(i int, from stored) error {
			for _, o := range holds(list[i], from, lost) {
				delete(problems, contentOf(&o.Source))
				merge(byPath, o)
			}
			lost = slices.DeleteFunc(lost, func(s report.Source) bool { return problems[contentOf(&s)] == "" })
			return ctx.Err()
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// holds returns the sources whose bytes a file begins with: as it is stored, or
// when it is decompressed.
func holds(file *File, from stored, lost []report.Source) (found []*origin) {
	if from.err != nil {
		return nil // a file that cannot be read holds nothing for us; the sources stay lost
	}
	var sizes, lengths []int64
	for i := range lost {
		sizes, lengths = append(sizes, lost[i].Size), append(lengths, lost[i].Bytes)
	}
	onDisk, inside := newDigester(sizes), newDigester(lengths)
	raw := io.TeeReader(from.r, onDisk)
	// Damage ends what can be compared; what lies before it still counts.
	if r, _, err := container.Open(raw); err == nil {
		_, _ = io.Copy(inside, io.LimitReader(r, inside.more()))
		r.Close() //nolint:errcheck // only read from
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(raw, onDisk.more()))
	for _, s := range lost {
		switch {
		case s.SHA256 == onDisk.sums[s.Size]:
			found = append(found, &origin{Source: s, Path: file.Path, at: file.at, disk: s.Size})
		case s.Content != "" && s.Content == inside.sums[s.Bytes]:
			found = append(found, &origin{Source: s, Path: file.Path, at: file.at, bytes: s.Bytes})
		}
	}
	return found
}
