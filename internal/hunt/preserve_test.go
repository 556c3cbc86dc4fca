package hunt

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"barium/internal/report"
)

// preserve writes the archive of the only case of d.
func preserve(t *testing.T, d *report.Document, path string) (Preserved, *Trace, error) {
	t.Helper()
	if len(d.Cases) != 1 {
		t.Fatalf("%d cases", len(d.Cases))
	}
	c, findings, err := Select(d, d.Cases[0].ID)
	must(t, err)
	trace, err := FindLines(t.Context(), d, findings, TraceOptions{All: true})
	must(t, err)
	p, err := Preserve(t.Context(), d, c, trace, path, "v1")
	return p, trace, err
}

// unpack returns the files of an archive by name, without the folder.
func unpack(t *testing.T, b []byte, id string) map[string]string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	must(t, err)
	a := tar.NewReader(z)
	out := map[string]string{}
	for {
		h, err := a.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		must(t, err)
		name, ok := strings.CutPrefix(h.Name, id+"/")
		if !ok || h.Mode != 0o600 || h.Typeflag != tar.TypeReg {
			t.Errorf("entry %+v", h)
		}
		text, err := io.ReadAll(a)
		must(t, err)
		out[name] = string(text)
	}
}

func sumOf(s string) string {
	h := sha256.Sum256([]byte(s))
	return hex.EncodeToString(h[:])
}

// TestPreserve asserts that an archive holds what its manifest says, that the
// originals have it at the same places, and that a hunt finds it in there again.
func TestPreserve(t *testing.T) {
	dir := theft(t)
	// A second header within one log, with other columns, line ends of Windows, and JSON over lines.
	conn, err := os.ReadFile(filepath.Join(dir, "conn.log"))
	must(t, err)
	theirs := strings.NewReplacer("ts\tuid", "uid\tts", "time\tstring", "string\ttime").Replace(connHead) +
		"Ctheft2\t1772445701.000001\t10.0.0.5\t40001\t198.51.100.9\t80\ttcp\thttp\t60\t900000000\t2000\tSF\tShADadFf\n" +
		"Cother\t1772445702.000001\t10.0.0.6\t40001\t192.0.2.1\t80\ttcp\thttp\t60\t9\t2000\tSF\tShADadFf\n"
	windows := strings.ReplaceAll(theirs, "\n", "\r\n")
	write(t, dir, map[string]string{
		"conn.log": string(conn) + windows,
		"c2.log":   "[\n" + strings.Replace(strings.Replace(jsonConn, "192.0.2.1", "198.51.100.9", 1), "10.0.0.2", "10.0.0.5", 1) + ",\n" + jsonConn + "]",
	})
	c2, err := os.ReadFile(filepath.Join(dir, "c2.log"))
	must(t, err)
	must(t, os.Remove(filepath.Join(dir, "c2.log")))
	c2 = bytes.ReplaceAll(bytes.ReplaceAll(c2, []byte(`"ts":1772445601`), []byte(`"ts":1772445730`)), []byte(`,"uid"`), []byte(",\n\"uid\""))
	must(t, os.WriteFile(filepath.Join(dir, "c 2\x1b.json.gz"), compressed(t, "gz", c2), 0o600))

	d := runUpload(t, Options{Paths: []string{dir}, PlacesOnly: true})
	out := filepath.Join(t.TempDir(), "a.tar.gz")
	p, trace, err := preserve(t, d, out)
	must(t, err)
	if len(trace.Lost) > 0 {
		t.Errorf("lost: %+v", trace.Lost)
	}
	st, err := os.Stat(out)
	must(t, err)
	if st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", st.Mode())
	}
	archive, err := os.ReadFile(out)
	must(t, err)
	if p.SHA256 != sumOf(string(archive)) {
		t.Error("not the hash of the archive")
	}
	files := unpack(t, archive, d.Cases[0].ID)
	for l := range strings.Lines(files["SHA256SUMS"]) {
		sum, name, _ := strings.Cut(strings.TrimSpace(l), "  ")
		if sumOf(files[name]) != sum {
			t.Errorf("SHA256SUMS: %s is another", name)
		}
	}
	if n := strings.Count(files["SHA256SUMS"], "\n"); n != len(files)-1 || len(files) != 7 {
		t.Errorf("%d files, %d hashes", len(files), n)
	}

	var m struct {
		Schema, Version, Case string
		Sources               []struct {
			File, Path, SHA256, Format string
			Size                       int64
			Lines                      []struct {
				Offset, Line, At int64
				Length           int
				SHA256           string
				Findings         []string
			}
			Header []string
		}
		Lost []Lost
	}
	must(t, json.Unmarshal([]byte(files["manifest.json"]), &m))
	lines := 0
	for _, s := range m.Sources {
		disk, err := os.ReadFile(s.Path)
		must(t, err)
		if sumOf(string(disk)) != s.SHA256 || int64(len(disk)) != s.Size {
			t.Errorf("%s: another hash or size", s.Path)
		}
		plain := string(disk)
		if strings.HasSuffix(s.Path, ".gz") {
			plain = string(c2)
		}
		end := int64(0)
		for _, l := range s.Lines {
			lines++
			here, there := plain[l.Offset:][:l.Length], files[s.File][l.At:][:l.Length]
			if here != there || sumOf(here) != l.SHA256 {
				t.Errorf("%s at %d: %q, in the archive %q", s.Path, l.Offset, here, there)
			}
			if want := int64(strings.Count(plain[:l.Offset], "\n")) + 1; l.Line != want {
				t.Errorf("%s at %d: line %d, want %d", s.Path, l.Offset, l.Line, want)
			}
			if l.At < end || len(l.Findings) == 0 {
				t.Errorf("%s: line %+v", s.Path, l)
			}
			end = l.At + int64(l.Length)
		}
		// Besides the lines there is nothing but headers.
		if got := strings.Count(files[s.File], "#"); len(s.Lines) == 0 || got != len(s.Header) {
			t.Errorf("%s: %d header lines, the manifest has %d", s.File, got, len(s.Header))
		}
	}
	if lines != 4 || p.Lines != lines || p.Sources != 3 || len(m.Sources) != 3 {
		t.Errorf("%d lines, said to be %d of %d sources", lines, p.Lines, p.Sources)
	}
	if m.Schema != PreservedSchema || m.Version != "v1" || m.Case != d.Cases[0].ID || len(m.Lost) > 0 {
		t.Errorf("manifest %+v", m)
	}
	if _, ok := files["lines/1-c_2_.json"]; !ok {
		t.Error("no file lines/1-c_2_.json")
	}
	if strings.Contains(files["manifest.json"], "\x1b") {
		t.Error("an escape in the manifest")
	}

	// case.json is the case, with its raw lines.
	again := new(report.Document)
	must(t, json.Unmarshal([]byte(files["case.json"]), again))
	if len(again.Cases) != 1 || again.Cases[0].ID != d.Cases[0].ID || len(again.Sources) != 3 {
		t.Errorf("case.json: %+v", again)
	}
	for _, f := range again.Cases[0].Findings {
		for _, e := range f.Evidence {
			if e.Line == 0 || !strings.Contains(e.Raw, "198.51.100.9") || e.UID == "" {
				t.Errorf("case.json: evidence %+v", e)
			}
		}
	}
	if d.Cases[0].Findings[0].Evidence[0].Line != 0 {
		t.Error("the document was changed")
	}

	// The same again, and what barium makes of it.
	p2, _, err := preserve(t, d, out+"2")
	must(t, err)
	if p2 != p {
		t.Errorf("another archive: %+v, %+v", p2, p)
	}
	unpacked := t.TempDir()
	write(t, unpacked, files)
	got := runUpload(t, Options{Paths: []string{unpacked}})
	if got.Stats.Events != 4 || len(got.Cases) != 1 || got.Cases[0].ID != d.Cases[0].ID {
		t.Errorf("hunting in the archive: %d records, %d cases", got.Stats.Events, len(got.Cases))
	}
	for _, s := range got.Sources {
		if s.Bad > 0 {
			t.Errorf("%s: bad records: %+v", s.Path, s.BadSamples)
		}
	}
}

// TestPreserveLost asserts what an archive says of lines that it has not, and
// that there is none without a line.
func TestPreserveLost(t *testing.T) {
	dir := theft(t)
	d := runUpload(t, Options{Paths: []string{dir}})
	must(t, os.Remove(filepath.Join(dir, "conn.log")))
	out := filepath.Join(t.TempDir(), "a.tar.gz")
	p, trace, err := preserve(t, d, out)
	must(t, err)
	if p.Lines != 1 || len(trace.Lost) != 2 {
		t.Errorf("%+v, lost %+v", p, trace.Lost)
	}
	b, err := os.ReadFile(out)
	must(t, err)
	var m struct{ Lost []Lost }
	must(t, json.Unmarshal([]byte(unpack(t, b, d.Cases[0].ID)["manifest.json"]), &m))
	if len(m.Lost) != 2 || m.Lost[0].Why != "the source is gone: no such file or folder" {
		t.Errorf("lost in the manifest: %+v", m.Lost)
	}
	must(t, os.Remove(filepath.Join(dir, "http.log")))
	none := filepath.Join(t.TempDir(), "b.tar.gz")
	p, _, err = preserve(t, d, none)
	must(t, err)
	if _, err := os.Stat(none); p.Lines != 0 || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an archive of nothing: %+v, %v", p, err)
	}
}

// TestPreserveWholeOrNot asserts that nothing is overwritten and nothing left
// behind.
func TestPreserveWholeOrNot(t *testing.T) {
	dir := theft(t)
	d := runUpload(t, Options{Paths: []string{dir}})
	where := t.TempDir()
	empty := func(want int) {
		t.Helper()
		entries, err := os.ReadDir(where)
		must(t, err)
		if len(entries) != want {
			t.Errorf("left behind: %v", entries)
		}
	}
	out := filepath.Join(where, "a.tar.gz")
	must(t, os.WriteFile(out, []byte("mine"), 0o600))
	if _, _, err := preserve(t, d, out); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("error %v", err)
	}
	b, err := os.ReadFile(out)
	must(t, err)
	if string(b) != "mine" {
		t.Error("overwritten")
	}
	empty(1)
	must(t, os.Remove(out))
	must(t, os.Symlink("nowhere", out))
	if _, _, err := preserve(t, d, out); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a link: error %v", err)
	}
	empty(1)
	must(t, os.Remove(out))
	// A file that comes into being meanwhile.
	must(t, os.WriteFile(filepath.Join(where, "tmp"), nil, 0o600))
	must(t, os.WriteFile(out, []byte("mine"), 0o600))
	if err := place(filepath.Join(where, "tmp"), out); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("error %v", err)
	}
	must(t, errors.Join(os.Remove(out), os.Remove(filepath.Join(where, "tmp"))))

	// Interrupted at each moment at which it asks.
	c, findings, err := Select(d, d.Cases[0].ID)
	must(t, err)
	trace, err := FindLines(t.Context(), d, findings, TraceOptions{All: true})
	must(t, err)
	for n := 0; ; n++ {
		ctx := &countdown{Context: t.Context(), left: n}
		_, err := Preserve(ctx, d, c, trace, out, "v1")
		if err == nil {
			if n < 5 {
				t.Errorf("asked %d times only whether to go on", n)
			}
			break
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		empty(0)
	}
	empty(1)
	if _, _, err := preserve(t, d, filepath.Join(where, "no", "such", "folder")); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

// countdown is a context that is cancelled when it has been asked left times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestFileName(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := FileName(in); got != want {
			t.Errorf("FileName(%q) = %q, want %q", in, got, want)
		}
	}
	f("conn.log", "conn.log")
	f("../../etc/passwd", "_.._etc_passwd")
	f("-rf", "rf")
	f("..", "source")
	f("", "source")
	f("a b\x1b\u202ec", "a_b__c")
	f(strings.Repeat("x", 300), strings.Repeat("x", 80))
}
