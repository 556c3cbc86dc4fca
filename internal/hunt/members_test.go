package hunt

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dsnet/compress/bzip2"
	"github.com/google/go-cmp/cmp"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"

	"barium/internal/report"
)

// squeezed is s compressed in the way that a file's ending stands for.
func squeezed(t testing.TB, ending, s string) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch ending {
	case "":
		return s
	case ".gz":
		return packed(t, s)
	case ".zst":
		return zstded(t, s)
	case ".bz2":
		w, err = bzip2.NewWriter(&b, nil)
	case ".xz":
		w, err = xz.NewWriter(&b)
	case ".lz4":
		w = lz4.NewWriter(&b)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var endings = []string{".gz", ".zst", ".bz2", ".xz", ".lz4"}

// tarOf and zipOf are archives of files, in order of name from the last on, so
// that it is not the order of paths.
func tarOf(t testing.TB, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	names := slices.Sorted(maps.Keys(files))
	slices.Reverse(names)
	for _, name := range names {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(files[name]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipOf(t testing.TB, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	names := slices.Sorted(maps.Keys(files))
	slices.Reverse(names)
	for _, name := range names {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// contents reads the files of a folder.
func contents(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// packings are all ways in which the same logs may come.
func packings(t testing.TB, logs map[string]string) map[string]map[string]string {
	inside := map[string]string{}
	out := map[string]map[string]string{
		"plain":   logs,
		"a.tar":   {"a.tar": tarOf(t, logs)},
		"a.zip":   {"a.zip": zipOf(t, logs)},
		"tar.gz2": {"a.tgz": packed(t, tarOf(t, logs)[:2048]) + packed(t, tarOf(t, logs)[2048:])},
	}
	for _, ending := range endings {
		each := map[string]string{}
		for name, data := range logs {
			each[name+ending] = squeezed(t, ending, data)
			inside["d/"+name+ending] = each[name+ending]
		}
		out[ending] = each
		out["a.tar"+ending] = map[string]string{"a.tar" + ending: squeezed(t, ending, tarOf(t, logs))}
		out["zip of "+ending] = map[string]string{"a.zip": zipOf(t, each)}
		out["tar of "+ending] = map[string]string{"b.tar": tarOf(t, each)}
	}
	return out
}

// rawLines lists the raw lines of the evidence of a document.
func rawLines(d *report.Document) (out []string) {
	for i := range d.Cases {
		for j := range d.Cases[i].Findings {
			for _, e := range d.Cases[i].Findings[j].Evidence {
				out = append(out, e.Raw)
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestPackings asserts that the same logs give the same ledger, the same cases and
// the same raw lines, however they are packed, and that a ledger that has them in
// one way reads nothing of another.
func TestPackings(t *testing.T) {
	logs := contents(t, theft(t))
	all := packings(t, logs)
	plain := t.TempDir()
	write(t, plain, logs)
	want := checksum(t, imported(t, Options{}, []string{plain}))
	doc := runUpload(t, Options{Paths: []string{plain}})
	if len(doc.Cases) != 1 || len(rawLines(doc)) != 2 {
		t.Fatalf("%d cases, %q", len(doc.Cases), rawLines(doc))
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		dir := t.TempDir()
		write(t, dir, all[name])
		if got := checksum(t, imported(t, Options{}, []string{dir})); got != want {
			t.Errorf("%s: another ledger", name)
		}
		s := imported(t, Options{}, []string{plain}, []string{dir})
		sources, err := s.Sources(t.Context())
		must(t, err)
		for _, x := range sources {
			if x.Repeated > 0 || len(sources) != 2 {
				t.Errorf("%s behind plain: %d sources, %s read again", name, len(sources), x.Path)
			}
		}
		d := runUpload(t, Options{Paths: []string{dir}})
		if len(d.Cases) != 1 || d.Cases[0].ID != doc.Cases[0].ID || d.Cases[0].Weight() != doc.Cases[0].Weight() {
			t.Errorf("%s: another case", name)
			continue
		}
		if diff := cmp.Diff(rawLines(doc), rawLines(d)); diff != "" {
			t.Errorf("%s, raw lines:\n%s", name, diff)
		}
		lines, lost := linesOf(t, d, d.Cases[0].ID, TraceOptions{All: true})
		if len(lines) != 2 || len(lost) > 0 {
			t.Errorf("%s: lines %+v, lost %+v", name, lines, lost)
		}
		// Read as plain files, and now packed.
		lines, lost = linesOf(t, moved(t, plain, logs), doc.Cases[0].ID, TraceOptions{All: true, Paths: []string{dir}})
		if len(lines) != 2 || len(lost) > 0 || !strings.HasPrefix(lines[0].Path, dir) {
			t.Errorf("%s, packed since: lines %+v, lost %+v", name, lines, lost)
		}
	}
}

// moved is a document about logs that are gone.
func moved(t testing.TB, plain string, logs map[string]string) *report.Document {
	t.Helper()
	dir := filepath.Join(plain, "gone")
	write(t, dir, logs)
	d := runUpload(t, Options{Paths: []string{dir}, PlacesOnly: true})
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	return d
}

// TestArchives asserts what is said of members, and of archives.
func TestArchives(t *testing.T) {
	good := connHead + connRow(1)
	f := func(name string, files map[string]string, want ...string) {
		t.Helper()
		dir := t.TempDir()
		write(t, dir, files)
		if d := cmp.Diff(want, found(t, dir)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	logs := map[string]string{"b.log": good, "d/a.log.gz": packed(t, good), "empty": "", "note": "hello\n"}
	listed := func(archive, in string) []string {
		out := []string{
			archive + "/b.log: read as zeek conn (TSV), in " + in,
			archive + "/d/a.log.gz: read as zeek conn (TSV), gzip, in " + in,
			archive + "/empty: empty file (harmless)", archive + "/note: ",
		}
		return out
	}
	for archive, in := range map[string]string{"a.zip": "zip", "a.tar": "tar", "a.tgz": "gzip tar", "a.tar.xz": "xz tar"} {
		data := map[string]string{"a.zip": zipOf(t, logs), "a.tar": tarOf(t, logs), "a.tgz": packed(t, tarOf(t, logs)), "a.tar.xz": squeezed(t, ".xz", tarOf(t, logs))}[archive]
		dir := t.TempDir()
		write(t, dir, map[string]string{archive: data})
		got := found(t, dir)
		for i, w := range listed(archive, in) {
			if len(got) != 4 || !strings.HasPrefix(got[i], w) {
				t.Errorf("%s: %q, want %q", archive, got, w)
			}
		}
	}
	inner := map[string]string{"x.log": good}
	f("archives in archives", map[string]string{"a.zip": zipOf(t, map[string]string{
		"1.zip": zipOf(t, inner), "2.tar": tarOf(t, inner), "3.tgz": packed(t, tarOf(t, inner)), "4.gz": packed(t, packed(t, good)), "5.7z": "7z\xbc\xaf\x27\x1c\x00",
	})},
		"a.zip/1.zip: a zip archive inside a zip archive is not read; unpack it first", "a.zip/2.tar: a tar archive inside a zip archive is not read; unpack it first",
		"a.zip/3.tgz: a gzip tar archive inside a zip archive is not read; unpack it first", "a.zip/4.gz: gzip data inside gzip data is not read; unpack it first",
		"a.zip/5.7z: a 7z archive is not read; unpack it first")
	f("empty archives", map[string]string{"a.zip": zipOf(t, nil), "b.tgz": packed(t, tarOf(t, map[string]string{}))},
		"a.zip: nothing in it (harmless)", "b.tgz: "+unread(t, tarOf(t, nil)))
	tgz := packed(t, tarOf(t, inner))
	f("cut", map[string]string{"a.tgz": tgz[:len(tgz)-20], "b.zip": zipOf(t, inner)[:60]},
		"a.tgz: gzip data ends too early; what came before was read", "a.tgz/x.log: read as zeek conn (TSV), in gzip tar",
		"b.zip: the zip archive is damaged or cut off: its directory, which stands at its end, cannot be read (zip: not a valid zip file)")
	f("one archive in two places", map[string]string{"a.tar": tarOf(t, inner), "d/b.log": good}, "a.tar/x.log: read as zeek conn (TSV), in tar", "d/b.log: read as zeek conn (TSV)")
}

// unread is why bytes are not read.
func unread(t *testing.T, data string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{"x": data})
	return strings.TrimPrefix(found(t, dir)[0], "x: ")
}

// TestArchiveAgain asserts what is read of an archive that a ledger knows.
func TestArchiveAgain(t *testing.T) {
	whole := connHead + connRows(400)
	half := whole[:strings.LastIndexByte(whole[:len(whole)/2], '\n')+1]
	type files = map[string]string
	f := func(name string, first, second func(t testing.TB, files files) string, before, after files, sources int, parsed int64) {
		t.Helper()
		dir := t.TempDir()
		path := filepath.Join(dir, "a")
		must(t, os.WriteFile(path, []byte(first(t, before)), 0o600))
		s := imported(t, Options{}, []string{dir})
		must(t, os.WriteFile(path, []byte(second(t, after)), 0o600))
		must(t, os.Chtimes(path, time.Now(), time.Now().Add(time.Hour)))
		found, err := Discover(t.Context(), []string{dir}, nil)
		must(t, err)
		p := &counting{}
		got, err := Import(t.Context(), s, found, Options{Progress: p})
		must(t, err)
		var records, repeated int64
		for _, x := range got {
			records += x.Records
			repeated += x.Repeated
		}
		if len(got) != sources || records != parsed || repeated != 0 {
			t.Errorf("%s: %d sources, %d records, %d repeated", name, len(got), records, repeated)
		}
		if again, err := Import(t.Context(), s, found, Options{Progress: p}); err != nil || len(again) != sources {
			t.Errorf("%s, again: %d sources, %v", name, len(again), err)
		}
		if p.total != 0 {
			t.Errorf("%s, again: %d bytes to read", name, p.total)
		}
	}
	tgz := func(t testing.TB, files files) string { return packed(t, tarOf(t, files)) }
	one, two := files{"a.log": whole}, files{"a.log": whole, "b.log": connHead + connRow(1000)}
	for _, as := range []func(t testing.TB, files files) string{tarOf, tgz, zipOf} {
		f("unchanged but for its time", as, as, one, one, 1, 400)
		f("a member more", as, as, one, two, 2, 401)
		f("a member grew", as, as, files{"a.log": half}, one, 1, 400)
		f("renamed within", as, as, one, files{"z.log": whole}, 1, 400)
		f("packed in another way", as, zipOf, two, two, 2, 401)
	}
}

// TestArchiveChanged asserts what becomes of raw lines when their archive is
// another one.
func TestArchiveChanged(t *testing.T) {
	logs := contents(t, theft(t))
	other := maps.Clone(logs)
	other["conn.log"] = strings.Replace(logs["conn.log"], "900000000", "900000001", 1)
	more := maps.Clone(logs)
	more["zz.log"] = connHead + connRow(9)
	without := map[string]string{"http.log": logs["http.log"]}
	for name, as := range map[string]func(testing.TB, map[string]string) string{
		"tar": tarOf, "zip": zipOf, "tgz": func(t testing.TB, files map[string]string) string { return packed(t, tarOf(t, files)) },
	} {
		f := func(what string, now *string, wantLines int, wantWhy, wantRaw string) {
			t.Helper()
			dir, kept := t.TempDir(), filepath.Join(t.TempDir(), "ledger")
			path := filepath.Join(dir, "a."+name)
			must(t, os.WriteFile(path, []byte(as(t, logs)), 0o600))
			d := runUpload(t, Options{Paths: []string{dir}, Ledger: kept})
			if now == nil {
				must(t, os.Remove(path))
			} else {
				must(t, os.WriteFile(path, []byte(*now), 0o600))
				must(t, os.Chtimes(path, time.Unix(1, 0), time.Unix(1, 0)))
			}
			lines, lost := linesOf(t, d, d.Cases[0].ID, TraceOptions{})
			why := ""
			for _, l := range lost {
				why += filepath.Base(l.Path) + ": " + l.Why + "; "
			}
			if len(lines) != wantLines || why != wantWhy {
				t.Errorf("%s, %s: %d lines, lost %q", name, what, len(lines), why)
			}
			if raw := strings.Join(rawLines(runUpload(t, Options{Ledger: kept})), "\n"); !strings.Contains(raw, wantRaw) {
				t.Errorf("%s, %s: raw %q", name, what, raw)
			}
		}
		packed := func(files map[string]string) *string { s := as(t, files); return &s }
		f("touched", packed(logs), 2, "", "Ctheft\t10.0.0.5\t40000\t198.51.100.9\t80\ttcp\thttp\t60\t900000000")
		f("with a member more", packed(more), 2, "", "Ctheft\t10.0.0.5\t40000\t198.51.100.9\t80\ttcp\thttp\t60\t900000000")
		f("a byte changed", packed(other), 1, "conn.log: the source has changed since it was read; ", "(the source is another one now than when it was read)")
		f("a member less", packed(without), 1, "conn.log: the source is gone: the archive holds no such file any more; ", "(the source cannot be read any more: the archive holds no such file any more)")
		f("gone", nil, 0, "conn.log: the source is gone: no such file or folder; http.log: the source is gone: no such file or folder; ", "(the source cannot be read any more: no such file or folder)")
	}
}

// TestStdin asserts that standard input gives the ledger that a file does, and
// what is said of its lines.
func TestStdin(t *testing.T) {
	logs := contents(t, theft(t))
	plain := t.TempDir()
	write(t, plain, logs)
	want := runUpload(t, Options{Paths: []string{plain}, Ledger: filepath.Join(t.TempDir(), "l")})
	f := func(name string, in string, paths []string, wantPaths ...string) {
		t.Helper()
		d := runUpload(t, Options{Paths: append([]string{"-"}, paths...), Stdin: strings.NewReader(in)})
		if len(d.Cases) != 1 || d.Cases[0].ID != want.Cases[0].ID || d.Stats.Events != want.Stats.Events {
			t.Errorf("%s: %d cases, %d records", name, len(d.Cases), d.Stats.Events)
			return
		}
		var got []string
		for _, s := range d.Sources {
			if s.Records > 0 && s.SHA256 != "" && s.Size > 0 && s.Problem == "" {
				got = append(got, strings.ReplaceAll(s.Path, plain, "DIR"))
			}
		}
		if diff := cmp.Diff(wantPaths, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		if raw := strings.Join(rawLines(d), "\n"); !strings.Contains(raw, "standard input, of which nothing is kept") {
			t.Errorf("%s: %s", name, raw)
		}
		_, lost := linesOf(t, d, d.Cases[0].ID, TraceOptions{})
		if len(lost) == 0 || !strings.Contains(lost[0].Why, "standard input") {
			t.Errorf("%s: lost %+v", name, lost)
		}
		lines, lost := linesOf(t, d, d.Cases[0].ID, TraceOptions{Paths: []string{plain}})
		if len(lines) != 2 || len(lost) > 0 {
			t.Errorf("%s: lines %+v, lost %+v", name, lines, lost)
		}
	}
	http := []string{filepath.Join(plain, "http.log")}
	f("plain, with a path", logs["conn.log"], http, "-", "DIR/http.log")
	f("gzip, with a path", packed(t, logs["conn.log"]), http, "-", "DIR/http.log")
	f("tar", tarOf(t, logs), nil, "-/conn.log", "-/http.log")
	f("tar.zst of gz", zstded(t, tarOf(t, map[string]string{"c.gz": packed(t, logs["conn.log"]), "h.gz": packed(t, logs["http.log"])})), nil, "-/c.gz", "-/h.gz")

	g := func(name, in, want string) {
		t.Helper()
		d, err := Run(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(in)})
		if !errors.Is(err, ErrNothing) || len(d.Sources) != 1 || d.Sources[0].Path != "-" || !strings.HasPrefix(d.Sources[0].Problem, want) {
			t.Errorf("%s: %v, %+v", name, err, d)
		}
	}
	g("nothing", "", "nothing in it")
	g("a note", "hello\n", "no log that barium knows (zeek, ")
	g("zip", zipOf(t, logs), "a zip archive cannot be read from standard input: its directory stands at its end; save it to a file first")
	g("nothing in the first 16 MiB", strings.Repeat("\x50\x2a\x4d\x18\x00\x00\x10\x00"+strings.Repeat("x", 1<<20), 20), "")
}

// TestStdinNamed asserts that a file called "-" is a file.
func TestStdinNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, ".", map[string]string{"-": connHead + connRow(1)})
	for _, paths := range [][]string{{"."}, {"./-"}} {
		files, err := Discover(t.Context(), paths, nil)
		if err != nil || len(files) != 1 || files[0].Path != "./-" || files[0].Reader == nil {
			t.Errorf("%+v, %v", files, err)
		}
	}
}

// TestStdinWaits asserts that Ctrl-C ends the waiting for input that never comes.
func TestStdinWaits(t *testing.T) {
	for _, before := range []string{"", connHead + connRow(1), tarOf(t, map[string]string{"a.log": connHead})[:512]} {
		r, w := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			_, _ = io.WriteString(w, before)
			cancel()
		}()
		_, err := Run(ctx, Options{Paths: []string{"-"}, Stdin: r})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%q: %v", before, err)
		}
		must(t, r.Close())
	}
}

// TestPatient asserts that bytes come through in order, whatever the sizes.
func TestPatient(t *testing.T) {
	want := connHead + connRows(20_000)
	for _, size := range []int{1, 1000, 1 << 20} {
		p := &patient{ctx: t.Context(), r: strings.NewReader(want[:min(len(want), size*2000)])}
		var got bytes.Buffer
		b := make([]byte, size)
		for {
			n, err := p.Read(b)
			got.Write(b[:n])
			if err != nil {
				break
			}
		}
		if got.String() != want[:min(len(want), size*2000)] {
			t.Errorf("%d: %d bytes", size, got.Len())
		}
	}
}
