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

// File is one file found below the given paths.
type File struct {
	Path     string
	Size     int64
	ModTime  int64 // nanoseconds since 1970 UTC
	Inode    uint64
	device   uint64
	Reader   format.Reader // nil: not read, see Problem
	Format   string        // "zeek conn (TSV)", with the container
	Problem  string        // why it is not read
	Harmless bool          // the problem hides nothing: an empty file, the same file again
}

// Discover finds and sniffs every file below paths, in order of path. What
// cannot be read, or is not there, is a File with a Problem.
func Discover(ctx context.Context, paths []string) ([]File, error) {
	w := walker{seen: map[string]bool{}, folders: map[identity]string{}}
	// Which of two names of a folder is shown must not depend on the order.
	paths = slices.Clone(paths)
	for i, p := range paths {
		paths[i] = filepath.Clean(p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		if err := w.walk(ctx, p, nil); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(w.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	first := map[identity]string{}
	for i := range w.files {
		f := &w.files[i]
		if f.Problem != "" {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id := identity{f.device, f.Inode}
		if other, ok := first[id]; ok && f.Inode != 0 {
			f.Problem, f.Harmless = "the same file as "+other, true
			continue
		}
		first[id] = f.Path
		f.sniff()
	}
	return w.files, nil
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
		f := File{Path: path, Size: st.Size(), ModTime: st.ModTime().UnixNano()}
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

// sniff decides which reader takes the file.
func (f *File) sniff() {
	if f.Size == 0 {
		f.Problem, f.Harmless = "empty file", true
		return
	}
	if !utf8.ValidString(f.Path) { // a ledger keeps paths as text
		f.Problem = "the name of the file, or of a folder above it, is not UTF-8; rename it"
		return
	}
	file, err := os.Open(f.Path)
	if err != nil {
		f.Problem = plain(err).Error()
		return
	}
	defer file.Close()
	r, kind, err := container.Open(file)
	if err != nil {
		f.Problem = err.Error()
		return
	}
	defer r.Close()
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
	reader, said := all.Sniff(head, f.Path)
	if reader == nil {
		f.Problem = said.Why
		return
	}
	f.Reader, f.Format = reader, reader.Name()+" "+said.Type
	if kind != container.Plain {
		f.Format += ", " + kind
	}
}
