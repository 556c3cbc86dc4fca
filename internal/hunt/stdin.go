package hunt

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"barium/internal/condense"
	"barium/internal/format/container"
	"barium/internal/ledger"
)

// stdinPath is what standard input is called, as an argument and in reports. A
// file of that name is shown as ./- instead.
const stdinPath = "-"

// maxSniffed is how much of standard input is kept in memory, as it comes, to look
// at its beginning: more than any compression needs for that.
const maxSniffed = 16 << 20

// stream is standard input: it can be read once.
type stream struct {
	r       io.Reader // from the first byte on
	archive string    // container.Tar: its members are found when it is read
	kind    string    // how it is compressed
	members []File    // of the archive, once it was read
}

// discoverStdin looks at the beginning of standard input.
func discoverStdin(ctx context.Context, stdin io.Reader, mappings []ownMapping) File {
	f := File{Path: stdinPath, mappings: mappings}
	if stdin == nil {
		f.Problem = "standard input cannot be read here"
		return f
	}
	src := &patient{ctx: ctx, r: stdin}
	var seen bytes.Buffer
	f.stream = &stream{}
	r, kind, archive, err := container.Unpack(io.TeeReader(io.LimitReader(src, maxSniffed), &seen))
	if err != nil {
		f.Problem = plain(err).Error()
		return f
	}
	defer r.Close()
	switch {
	case archive == container.Zip && kind == container.Plain:
		f.Problem = "a zip archive cannot be read from standard input: its directory stands at its end; save it to a file first"
		return f
	case archive == container.Tar:
		f.stream.archive, f.stream.kind = archive, kind
	default:
		f.recognise(r, kind, archive, "")
	}
	f.stream.r = io.MultiReader(&seen, src)
	return f
}

// patient reads from what may keep it waiting, but no longer than for its context.
type patient struct {
	ctx   context.Context
	r     io.Reader
	chunk []byte // read and not handed on
	own   []byte // the buffer that chunk lies in
	err   error
	want  chan []byte
	got   chan chunk
}

type chunk struct {
	b   []byte
	err error
}

// patientBytes is how much is read ahead.
const patientBytes = 256 << 10

func (p *patient) Read(b []byte) (int, error) {
	if len(p.chunk) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		if err := p.next(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.chunk)
	p.chunk = p.chunk[n:]
	if len(p.chunk) == 0 && p.err != nil {
		return n, p.err
	}
	return n, nil
}

// next waits for the next chunk. The goroutine that reads stays behind when the
// context ends: nothing can wake it but the other end of the pipe.
func (p *patient) next() error {
	if p.got == nil {
		p.want, p.got = make(chan []byte, 1), make(chan chunk, 1)
		go func(r io.Reader, want <-chan []byte, got chan<- chunk) {
			for b := range want {
				n, err := r.Read(b)
				got <- chunk{b[:n], err}
				if err != nil {
					return
				}
			}
		}(p.r, p.want, p.got)
		p.want <- make([]byte, patientBytes)
		p.own = make([]byte, patientBytes)
	}
	select {
	case c := <-p.got:
		if c.err == nil {
			p.want <- p.own // all of it was handed on
		}
		p.own = c.b[:cap(c.b)]
		p.chunk, p.err = c.b, c.err
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

// eachMember hands every member of an archive on standard input to visit, once,
// with its bytes where a reader takes it. The members are kept in the stream.
func (f *File) eachMember(visit func(m *File, r io.Reader) error) error {
	s := f.stream
	rc, kind, _, err := container.Unpack(s.r)
	if err != nil {
		f.Problem = plain(err).Error()
		return nil
	}
	defer rc.Close()
	t := container.NewTarReader(rc)
	for {
		m, err := t.Next()
		if err != nil {
			if errors.Is(err, io.EOF) && len(s.members) > 0 {
				return nil
			}
			own := File{Path: f.Path}
			s.members = own.listed(s.members, err)
			return nil
		}
		x := f.member(m)
		x.at = location{}
		var seen bytes.Buffer
		x.sniffMember(io.TeeReader(io.LimitReader(t, maxSniffed), &seen), inArchive(container.Tar, kind))
		if x.Reader != nil {
			if err := visit(&x, io.MultiReader(&seen, t)); err != nil {
				return err
			}
		}
		s.members = append(s.members, x)
	}
}

// withMembers puts the members of an archive on standard input in its place, in
// order of path.
func withMembers(files []File) []File {
	var out []File
	for i := range files {
		if s := files[i].stream; s != nil && s.archive != "" && files[i].Problem == "" {
			out = append(out, s.members...)
			continue
		}
		out = append(out, files[i])
	}
	slices.SortStableFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out
}

// fromStdin reports whether a source was read from standard input.
func fromStdin(path string) bool { return path == stdinPath || strings.HasPrefix(path, stdinPath+"/") }

// errStdin says why lines of such a source cannot be shown.
var errStdin = errors.New("it was read from standard input, of which nothing is kept; hunt in a file with the same content to see its lines")

// readStdin reads standard input, if it is among the files, with ids from next on.
// It cannot be compared with what a ledger holds before it is read: what is known
// already counts as repeated.
func readStdin(ctx context.Context, c *condense.Condenser, files []File, next uint32, o Options) ([]*job, error) {
	var jobs []*job
	read := func(f *File, r io.Reader) error {
		j := &job{file: f, source: ledger.Source{ID: next, Reader: f.Reader.Name(), Path: f.Path, Format: f.Format}}
		next++
		jobs = append(jobs, j)
		return j.read(ctx, c, o, stored{r: r})
	}
	if err := eachFromStdin(files, read); err != nil {
		return nil, err
	}
	return jobs, ctx.Err()
}

// eachFromStdin hands what a reader takes of standard input, if that is among the
// files, to read, with its bytes.
func eachFromStdin(files []File, read func(f *File, r io.Reader) error) error {
	for i := range files {
		f := &files[i]
		switch {
		case f.stream == nil || f.Problem != "":
		case f.stream.archive != "":
			return f.eachMember(read)
		default:
			return read(f, f.stream.r)
		}
	}
	return nil
}
