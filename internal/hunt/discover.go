package hunt

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"unicode/utf8"

	"barium/internal/format"
	"barium/internal/format/all"
	"barium/internal/format/container"
)

// sniffBytes is how much of a source, decompressed, readers may look at.
const sniffBytes = 64 << 10

// File is one file found below the given paths, or a member of an archive, or
// standard input. Of a member, times and inode are those of its archive.
type File struct {
	Path     string // of a member: its archive's, and its name below that
	Size     int64  // of a member: unpacked, as the archive says
	ModTime  int64  // nanoseconds since 1970 UTC
	Inode    uint64
	at       location
	tar      bool  // a member of a tar archive
	disk     int64 // how many bytes on disk are read for it, about
	stream   *stream
	device   uint64
	Reader   format.Reader // nil: not read, see Problem
	Format   string        // "zeek conn (TSV)", with the container
	Problem  string        // why it is not read
	Harmless bool          // the problem hides nothing: an empty file, the same file again, a report of barium's
	mappings []ownMapping  // that may apply
	mapping  string        // the text of the one that does
}

// Disk is the path of the file on disk that holds f, empty for standard input.
func (f *File) Disk() string { return f.at.disk }

// Discover finds and sniffs every file below paths, in order of path, and every
// member of archives. What cannot be read, or is not there, is a File with a
// Problem. The path "-" is stdin, of which the beginning is read; an archive there
// gets its members when it is read. Tables are read by the files of mappings given,
// and by those that lie beside them.
func Discover(ctx context.Context, paths []string, stdin io.Reader, mappings ...string) ([]File, error) {
	given, err := loadMappings(mappings)
	if err != nil {
		return nil, err
	}
	w := walker{seen: map[string]bool{}, folders: map[identity]string{}}
	// Which of two names of a folder is shown must not depend on the order.
	paths = slices.Clone(paths)
	for i, p := range paths {
		if p != stdinPath { // which ./- is not
			paths[i] = filepath.Clean(p)
			continue
		}
		paths[i] = ""
	}
	slices.Sort(paths)
	if paths = slices.Compact(paths); len(paths) > 0 && paths[0] == "" {
		paths = paths[1:]
		w.files = append(w.files, discoverStdin(ctx, stdin, given))
	}
	for _, p := range paths {
		if err := w.walk(ctx, p, nil); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	beside, broken := besides(paths, w.files)
	out := broken
	first := map[identity]string{}
	for i := range w.files {
		f := &w.files[i]
		if f.Problem != "" || f.stream != nil {
			out = append(out, *f)
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id := identity{f.device, f.Inode}
		if other, ok := first[id]; ok && f.Inode != 0 {
			f.Problem, f.Harmless = "the same file as "+other, true
			out = append(out, *f)
			continue
		}
		first[id] = f.Path
		if isMapping(f.Path) {
			f.describeMapping()
			out = append(out, *f)
			continue
		}
		f.mappings = append(slices.Clip(given), beside.of(f.Path)...)
		out = append(out, f.sniff(ctx)...)
	}
	slices.SortStableFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out, ctx.Err()
}

// identity is what all names of one file or folder share.
type identity struct{ device, inode uint64 }

func identityOf(st fs.FileInfo) (id identity, ok bool) {
	sys, ok := st.Sys().(*syscall.Stat_t)
	if ok {
		id = identity{sys.Dev, sys.Ino}
	}
	return id, ok && sys.Ino != 0
}

// walker collects files; directories are visited once, however many links lead
// to them.
type walker struct {
	files   []File
	seen    map[string]bool
	folders map[identity]string // visited, with the path by which
}

func (w *walker) walk(ctx context.Context, path string, above []fs.FileInfo) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.seen[path] {
		return nil
	}
	w.seen[path] = true
	st, err := os.Stat(path) // follows links
	if err != nil {
		w.refuse(path, plain(err).Error())
		return nil
	}
	switch {
	case st.IsDir():
		for _, a := range above {
			if os.SameFile(a, st) {
				w.files = append(w.files, File{Path: path, Problem: "a link back to a folder above it", Harmless: true})
				return nil
			}
		}
		if id, ok := identityOf(st); ok {
			if other, again := w.folders[id]; again {
				w.files = append(w.files, File{Path: path, Problem: "the same folder as " + other, Harmless: true})
				return nil
			}
			w.folders[id] = path
		}
		entries, err := os.ReadDir(path)
		if err != nil {
			w.refuse(path, plain(err).Error())
			return nil
		}
		above = append(slices.Clone(above), st)
		for _, e := range entries {
			if err := w.walk(ctx, filepath.Join(path, e.Name()), above); err != nil {
				return err
			}
		}
	case st.Mode().IsRegular():
		f := File{Path: path, at: location{disk: path}, Size: st.Size(), ModTime: st.ModTime().UnixNano(), disk: st.Size()}
		if fromStdin(path) {
			f.Path = "./" + path
		}
		if id, ok := identityOf(st); ok {
			f.Inode, f.device = id.inode, id.device
		}
		w.files = append(w.files, f)
	default:
		w.refuse(path, "not a regular file ("+kind(st.Mode())+"); barium reads files only")
	}
	return nil
}

func (w *walker) refuse(path, why string) {
	w.files = append(w.files, File{Path: path, Problem: why})
}

func kind(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	case m.IsDir():
		return "folder"
	}
	return m.Type().String()
}

// plain strips the operation and path from a file error: callers name the path.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	switch {
	case errors.Is(err, syscall.ELOOP):
		return errors.New("a link that leads round in a circle")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("permission denied; run as a user who may read it")
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file or folder")
	}
	return err
}

// sniff decides which reader takes the file, and returns it, or the members of the
// archive that it is.
func (f *File) sniff(ctx context.Context) []File {
	refused := func(why string) []File {
		f.Problem = why
		return []File{*f}
	}
	if f.Size == 0 {
		f.Harmless = true
		return refused("empty file")
	}
	if !utf8.ValidString(f.Path) { // a ledger keeps paths as text
		return refused("the name of the file, or of a folder above it, is not UTF-8; rename it")
	}
	file, err := os.Open(f.Path)
	if err != nil {
		return refused(plain(err).Error())
	}
	defer file.Close()
	r, kind, archive, err := container.Unpack(&interruptible{ctx, file})
	if err != nil {
		return refused(plain(err).Error())
	}
	defer r.Close()
	switch {
	case archive == container.Tar:
		return f.tarMembers(r, kind)
	case archive == container.Zip && kind == container.Plain:
		return f.zipMembers(ctx, file)
	}
	f.recognise(r, kind, archive, "")
	return []File{*f}
}

// recognise decides which reader takes decompressed bytes, by their beginning.
// kind and archive are what they were unpacked from and what they are, in words
// where they lie.
func (f *File) recognise(r io.Reader, kind, archive, in string) {
	switch {
	case archive != "" && in != "":
		f.Problem = "a " + inArchive(archive, kind) + " archive inside a " + in + " archive is not read; unpack it first"
		return
	case archive != "":
		f.Problem = "a " + archive + " archive inside " + kind + " data is not read; unpack it first"
		return
	}
	head, err := io.ReadAll(io.LimitReader(r, sniffBytes))
	if len(head) == 0 {
		f.Problem = "nothing in it"
		f.Harmless = err == nil
		if err != nil {
			f.Problem = plain(err).Error()
		}
		return
	}
	if inner := container.Packed(head); inner != "" && kind != container.Plain {
		f.Problem = inner + " inside " + kind + " data is not read; unpack it first"
		return
	}
	reader, said := all.Sniff(head, f.Path, f.ownReaders()...)
	if reader == nil {
		f.Problem = ownWork(head)
		if f.Harmless = f.Problem != ""; !f.Harmless {
			f.Problem = said.Why
		}
		return
	}
	f.Reader, f.Format = reader, reader.Name()+" "+said.Type
	f.note(reader)
	if kind != container.Plain {
		f.Format += ", " + kind
	}
	if in != "" {
		f.Format += ", in " + in
	}
}
