package hunt

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"barium/internal/format/container"
)

// location says where the bytes of a source lie. A member is shown below its
// archive as if that were a folder: nothing can be a file and a folder at once, so
// no path means two things.
type location struct {
	disk   string // path of a file
	member string // name in the archive that the file is; empty for the file itself
}

// locationOf returns the location that a path shows, by what lies there now.
func locationOf(path string) location {
	if fromStdin(path) {
		return location{}
	}
	if _, err := os.Stat(path); err == nil {
		return location{disk: path}
	}
	for i := 1; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		st, err := os.Stat(path[:i])
		if err != nil {
			break
		}
		if st.Mode().IsRegular() {
			return location{path[:i], path[i+1:]}
		}
	}
	return location{disk: path}
}

// stored is the bytes of a source as they are stored: those of a file on disk, or
// of a member as its archive gives it. err says why there are none.
type stored struct {
	r      io.Reader
	st     fs.FileInfo // of the file on disk
	member bool        // of an archive
	err    error
}

// bundle is what is read in one go: a file, a member of a zip archive, or all the
// members that are wanted of a tar archive, which can only be read from its
// beginning on.
type bundle struct {
	disk string
	at   []int          // indices into the list of locations that bundles was given
	tar  map[string]int // members and their indices; nil for other bundles
	zip  *zipFile       // shared by its members; nil for other bundles
	name string         // of the zip's member
}

// bundles sorts locations into what is read in one go, in order of first mention.
func bundles(locations []location) []*bundle {
	var out []*bundle
	tars, zips := map[string]*bundle{}, map[string]*zipFile{}
	for i, l := range locations {
		b := &bundle{disk: l.disk, at: []int{i}}
		t := tars[l.disk]
		if t != nil {
			if _, twice := t.tar[l.member]; !twice {
				t.at = append(t.at, i)
				t.tar[l.member] = i
				continue
			}
		}
		switch {
		case l.member == "":
		case zips[l.disk] != nil || isZip(l.disk):
			if zips[l.disk] == nil {
				zips[l.disk] = &zipFile{path: l.disk}
			}
			b.zip, b.name = zips[l.disk], l.member
			b.zip.left.Add(1)
		default:
			b.tar = map[string]int{l.member: i}
			tars[l.disk] = b
		}
		out = append(out, b)
	}
	return out
}

// isZip looks at the first bytes of a file.
func isZip(path string) bool {
	f, err := openRegular(path)
	if err != nil {
		return false
	}
	defer f.Close()
	_, _, archive, err := container.Unpack(f)
	return err == nil && archive == container.Zip
}

// each hands what the bundle holds to visit, in the order in which it lies there.
// i is the index of the location; the bytes are valid during the call only. The
// error is that of visit, or of ctx.
func (b *bundle) each(ctx context.Context, p Progress, visit func(i int, s stored) error) error {
	switch {
	case b.zip != nil:
		defer b.zip.done()
		r, err := b.zip.open(b.name, p)
		if err != nil {
			return visit(b.at[0], stored{err: err})
		}
		defer r.Close()
		return visit(b.at[0], stored{r: &interruptible{ctx, r}, st: b.zip.st, member: true})
	case b.tar != nil:
		return b.eachOfTar(ctx, p, visit)
	}
	f, st, err := openFile(b.disk)
	if b.disk == "" {
		err = errStdin
	}
	if err != nil {
		return visit(b.at[0], stored{err: err})
	}
	defer f.Close()
	return visit(b.at[0], stored{r: &counter{r: &interruptible{ctx, f}, p: p}, st: st})
}

// errNoMember is about an archive that has changed since its members were listed.
var errNoMember = errors.New("the archive holds no such file any more")

func (b *bundle) eachOfTar(ctx context.Context, p Progress, visit func(i int, s stored) error) error {
	missing := func(left map[string]int, err error) error {
		for _, i := range slices.Sorted(maps.Values(left)) {
			if err := visit(i, stored{err: err}); err != nil {
				return err
			}
		}
		return ctx.Err()
	}
	f, st, err := openFile(b.disk)
	if err != nil {
		return missing(b.tar, err)
	}
	defer f.Close()
	rc, _, archive, err := container.Unpack(&counter{r: &interruptible{ctx, f}, p: p})
	if err != nil {
		return missing(b.tar, err)
	}
	defer rc.Close()
	if archive != container.Tar {
		return missing(b.tar, errors.New("the archive is another file now"))
	}
	left := maps.Clone(b.tar)
	t := container.NewTarReader(rc)
	for len(left) > 0 {
		m, err := t.Next()
		if errors.Is(err, io.EOF) {
			return missing(left, errNoMember)
		}
		if err != nil {
			return missing(left, err)
		}
		i, ok := left[m.Name]
		if !ok {
			continue
		}
		delete(left, m.Name)
		s := stored{r: t, st: st, member: true}
		if m.Problem != "" {
			s = stored{err: errors.New(m.Problem)}
		}
		if err := visit(i, s); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// openFile opens a regular file and says what it is.
func openFile(path string) (*os.File, fs.FileInfo, error) {
	f, err := openRegular(path)
	if err != nil {
		return nil, nil, err
	}
	st, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(plain(err), f.Close())
	}
	return f, st, nil
}

// zipFile is a zip archive on disk, opened when its first member is asked for and
// closed when its last one is done.
type zipFile struct {
	path string
	left atomic.Int64 // members that are not done
	once sync.Once
	f    *os.File
	st   fs.FileInfo
	z    *container.ZipReader
	at   map[string]int // members by name
	err  error
}

func (z *zipFile) open(name string, p Progress) (io.ReadCloser, error) {
	z.once.Do(func() {
		if z.f, z.st, z.err = openFile(z.path); z.err != nil {
			return
		}
		if z.z, z.err = container.NewZipReader(&counterAt{z.f, p}, z.st.Size()); z.err != nil {
			return
		}
		z.at = make(map[string]int, len(z.z.Members))
		for i := range z.z.Members {
			z.at[z.z.Members[i].Name] = i
		}
	})
	if z.err != nil {
		return nil, z.err
	}
	i, ok := z.at[name]
	if !ok {
		return nil, errNoMember
	}
	if why := z.z.Members[i].Problem; why != "" {
		return nil, errors.New(why)
	}
	return z.z.Open(i)
}

func (z *zipFile) done() {
	if z.left.Add(-1) == 0 && z.f != nil {
		z.f.Close() //nolint:errcheck // only read from
		z.z, z.at = nil, nil
	}
}

// counterAt reports bytes read from disk.
type counterAt struct {
	r io.ReaderAt
	p Progress
}

func (c *counterAt) ReadAt(b []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(b, off)
	if c.p != nil {
		c.p.Add(int64(n))
	}
	return n, err
}

// together runs do for every bundle, several at a time, and returns its first error.
func together(ctx context.Context, workers int, list []*bundle, do func(*bundle) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers, len(list)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(list) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(list[i]); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// inArchive words where a member lies: "tar", or "gzip tar".
func inArchive(archive, kind string) string {
	if kind == container.Plain {
		return archive
	}
	return strings.TrimSpace(kind + " " + archive)
}
