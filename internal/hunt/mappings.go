package hunt

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"barium/internal/format"
	"barium/internal/format/all"
	"barium/internal/format/container"
	"barium/internal/format/table"
)

// ownMapping is a user's mapping for tables, and the file it is from.
type ownMapping struct {
	*table.Mapping
	path string
}

// loadMapping reads the file of a mapping.
func loadMapping(path string) (ownMapping, error) {
	f, err := openRegular(path)
	if err != nil {
		return ownMapping{}, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	const most = 1 << 20 // Parse says what is too long
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return ownMapping{}, fmt.Errorf("%s: %w", path, plain(err))
	}
	m, err := table.Parse(text, path)
	return ownMapping{m, path}, err
}

// loadMappings reads the mappings that a user gave.
func loadMappings(paths []string) (out []ownMapping, err error) {
	for _, p := range paths {
		m, err := loadMapping(p)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// nearby holds the mappings that lie in folders of logs.
type nearby map[string][]ownMapping

// besides finds mappings among files, and in the folders of files that were given
// by name. It returns too what cannot be read of those that nobody gave.
func besides(paths []string, files []File) (nearby, []File) {
	n, seen := nearby{}, map[string]bool{}
	load := func(path string) error {
		if seen[path] {
			return nil
		}
		seen[path] = true
		m, err := loadMapping(path)
		if err == nil {
			dir := filepath.Dir(path)
			n[dir] = append(n[dir], m)
		}
		return err
	}
	for i := range files {
		if f := &files[i]; isMapping(f.Path) && f.Problem == "" {
			_ = load(f.Path) // what is wrong is told where the file is listed
		}
	}
	var broken []File
	for _, p := range paths {
		st, err := os.Stat(p)
		if err != nil || !st.Mode().IsRegular() {
			continue
		}
		found, err := filepath.Glob(filepath.Join(escapeGlob(filepath.Dir(p)), "*"+table.Suffix))
		if err != nil {
			continue
		}
		slices.Sort(found)
		for _, path := range found {
			if err := load(path); err != nil {
				broken = append(broken, File{Path: path, Problem: problemOf(path, err)})
			}
		}
	}
	return n, broken
}

// escapeGlob makes a folder's name mean itself in a pattern.
func escapeGlob(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

func isMapping(path string) bool {
	return strings.HasSuffix(path, table.Suffix) && filepath.Base(path) != table.Suffix
}

// of returns the mappings for a file: of its folder, then of those above it.
func (n nearby) of(path string) (out []ownMapping) {
	for dir := filepath.Dir(path); len(n) > 0; dir = filepath.Dir(dir) {
		out = append(out, n[dir]...)
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return out
}

// describeMapping says of a mapping's file what it is, or what is wrong with it.
func (f *File) describeMapping() {
	m, err := loadMapping(f.Path)
	if err != nil {
		f.Problem = problemOf(f.Path, err)
		return
	}
	f.Problem, f.Harmless = "no log: a mapping for tables ("+m.Name()+")", true
}

// problemOf words an error of a mapping below its path.
func problemOf(path string, err error) string {
	text := strings.TrimPrefix(err.Error(), path+":")
	if text != err.Error() && len(text) > 0 && text[0] != ' ' { // a line's number
		text = " line " + text
	}
	return "a mapping that cannot be used:" + text
}

// ownReaders are the readers by the mappings that may apply to the file.
func (f *File) ownReaders() []table.Reader {
	out := make([]table.Reader, len(f.mappings))
	for i := range f.mappings {
		out[i] = table.By(f.mappings[i].Mapping)
	}
	return out
}

// note keeps the user's mapping that a reader reads by.
func (f *File) note(reader format.Reader) {
	t, ok := reader.(table.Reader)
	if !ok {
		return
	}
	for _, m := range f.mappings {
		if m.Mapping == t.Mapping() {
			f.mapping = m.Text()
			f.Format += ", by " + filepath.Base(m.path)
			return
		}
	}
}

// readerBy returns the reader of a source by its name, and by the user's mapping
// that the source was read by; nil when this program has none.
func readerBy(name, mapping string) format.Reader {
	if mapping == "" {
		return all.ByName(name)
	}
	m, err := table.Parse([]byte(mapping), "mapping")
	if err != nil {
		return nil
	}
	return table.By(m)
}

// ShippedMappings are the mappings that come with the program, in order of name.
func ShippedMappings() []*table.Mapping { return table.Shipped() }

// ProposeMapping proposes a mapping for the table at path, as YAML to be edited;
// "-" is stdin. The error says what is wrong with the file, or why it is no table.
func ProposeMapping(ctx context.Context, path string, stdin io.Reader) (string, error) {
	var src io.Reader
	name := path
	if path != stdinPath {
		f, err := openRegular(path)
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, plain(err))
		}
		defer f.Close()
		src = &interruptible{ctx, f}
	} else {
		src, name = &patient{ctx: ctx, r: stdin}, "stdin"
	}
	r, _, archive, err := container.Unpack(src)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, plain(err))
	}
	defer r.Close()
	if archive != "" {
		return "", fmt.Errorf("%s: a %s archive: unpack it, and name one table of it", path, archive)
	}
	const most = 1 << 20 // more than for recognising: rows may be long
	head, err := io.ReadAll(io.LimitReader(r, most))
	if err != nil && len(head) == 0 {
		return "", fmt.Errorf("%s: %w", path, plain(err))
	}
	text, err := table.Propose(head, name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return text, nil
}
