package hunt

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"barium/internal/report"
)

// Preserved says what an archive holds.
type Preserved struct {
	Lines, Sources int
	SHA256         string // of the archive
}

// extract is the lines of one source in an archive.
type extract struct {
	name        string // in the archive
	start, size int64  // in the spool
	sum         hash.Hash
}

// preserver collects the lines of a case and writes them into an archive. Lines
// and manifest wait in unlinked files, for an archive names sizes first.
type preserver struct {
	version   string
	d         *report.Document // of the one case
	evidence  map[content]map[int64][]*report.Evidence
	spool     *spool
	manifest  *spool
	extracts  []*extract
	place     *Place
	header    []byte   // that stands above the last line written
	headers   []string // all header lines of the current extract
	lines     int
	firstLine bool // of the current source, for the manifest's commas
}

// Preserve writes the lines of t, which belong to the case c of d, into a new
// archive at path: whole, or not at all, and never over a file. version is this
// program's. Nothing is written when there is no line.
func Preserve(ctx context.Context, d *report.Document, c *report.Case, t *Trace, path, version string) (p Preserved, err error) {
	if _, err := os.Lstat(path); err == nil {
		return p, exists(path)
	}
	dir := filepath.Dir(path)
	out, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return p, fmt.Errorf("archive: %w", err)
	}
	defer func() { err = errors.Join(err, discard(out)) }()
	lines, err := newSpool(dir)
	if err != nil {
		return p, err
	}
	defer lines.Close()
	manifest, err := newSpool(dir)
	if err != nil {
		return p, err
	}
	defer manifest.Close()

	w := &preserver{version: version, spool: lines, manifest: manifest}
	w.d, w.evidence = oneCase(d, c, t)
	if err := w.collect(ctx, t); err != nil {
		return p, fmt.Errorf("archive: %w", err)
	}
	if w.lines == 0 {
		return p, nil
	}
	sum := sha256.New()
	if err := w.pack(ctx, io.MultiWriter(out, sum)); err != nil {
		return p, fmt.Errorf("archive: %w", err)
	}
	if err := out.Sync(); err != nil {
		return p, fmt.Errorf("archive: %w", err)
	}
	if err := place(out.Name(), path); err != nil {
		return p, err
	}
	return Preserved{Lines: w.lines, Sources: len(w.extracts), SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

func exists(path string) error {
	return fmt.Errorf("%s exists already; nothing is overwritten: name another file with -o", path)
}

// place gives a finished file its name, unless something has that name.
func place(from, to string) error {
	err := os.Link(from, to)
	if err != nil && !errors.Is(err, fs.ErrExist) { // file systems without links
		err = unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	}
	if errors.Is(err, fs.ErrExist) {
		return exists(to)
	}
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

// discard closes and removes a temporary file, if it still bears that name.
func discard(f *os.File) error {
	err := os.Remove(f.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// spool is a temporary file without a name.
type spool struct {
	f *os.File
	w *bufio.Writer
	n int64 // bytes written
}

func newSpool(dir string) (*spool, error) {
	f, err := os.CreateTemp(dir, ".barium-*")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("archive: %w", err), f.Close())
	}
	return &spool{f: f, w: bufio.NewWriter(f)}, nil
}

func (s *spool) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.n += int64(n)
	return n, err
}

func (s *spool) Flush() error { return s.w.Flush() }

func (s *spool) Close() error { return s.f.Close() }

// section returns bytes that were written and flushed.
func (s *spool) section(from, size int64) io.Reader { return io.NewSectionReader(s.f, from, size) }

// oneCase returns a document of one case alone, and its evidence by place, so that
// raw lines can be filled in.
func oneCase(d *report.Document, c *report.Case, t *Trace) (*report.Document, map[content]map[int64][]*report.Evidence) {
	out := *d
	own := *c
	own.Findings = append([]report.Finding{}, c.Findings...)
	evidence := map[content]map[int64][]*report.Evidence{}
	for i := range own.Findings {
		f := &own.Findings[i]
		f.Evidence = append([]report.Evidence{}, f.Evidence...)
		for j := range f.Evidence {
			e := &f.Evidence[j]
			k := content{e.Source, e.SourceHash}
			if evidence[k] == nil {
				evidence[k] = map[int64][]*report.Evidence{}
			}
			evidence[k][e.Offset] = append(evidence[k][e.Offset], e)
		}
	}
	out.Cases = []report.Case{own}
	out.Verdict = report.Verdict{Level: c.Level, Text: c.Summary, Confirmed: []string{}}
	out.Stats.ElapsedMS = 0
	used := map[content]bool{}
	for i, o := range t.origins {
		if len(t.hits[i]) == 0 {
			continue
		}
		used[contentOf(&o.Source)] = true
		for j := range o.Also {
			used[contentOf(&o.Also[j])] = true
		}
	}
	lost := map[string]bool{}
	for _, l := range t.Lost {
		lost[l.Path] = true
	}
	out.Sources = nil
	for _, s := range d.Sources {
		if used[contentOf(&s)] || lost[s.Path] {
			out.Sources = append(out.Sources, s)
		}
	}
	return &out, evidence
}

// manifestHead and what follows make up manifest.json; the lists of lines, which
// may be long, are written between them as they come.
type manifestHead struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Case    string `json:"case"`
}

type manifestSource struct {
	File        string            `json:"file"`
	Path        string            `json:"path"`
	ReadFrom    string            `json:"read_from"`
	SHA256      string            `json:"sha256"`
	Size        int64             `json:"size"`
	Format      string            `json:"format"`
	SameContent []manifestContent `json:"same_content"`
}

type manifestContent struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

type manifestLine struct {
	Offset   int64    `json:"offset"`
	Length   int      `json:"length"`
	Line     int64    `json:"line"`
	At       int64    `json:"at"`
	SHA256   string   `json:"sha256"`
	Findings []string `json:"findings"`
}

// PreservedSchema names the shape of an archive and its manifest.
const PreservedSchema = "barium-preserved/1"

// open writes v but for its closing bracket.
func (p *preserver) open(v any) error {
	b, err := line(v)
	if err != nil {
		return err
	}
	_, err = p.manifest.Write(b[:len(b)-1])
	return err
}

// line is the JSON of v without a line feed.
func line(v any) ([]byte, error) {
	var b bytes.Buffer
	err := report.EncodeLine(&b, v)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// write writes texts to the manifest.
func (p *preserver) write(texts ...string) error {
	for _, s := range texts {
		if _, err := io.WriteString(p.manifest, s); err != nil {
			return err
		}
	}
	return nil
}

// collect copies all lines into the spool and writes the manifest.
func (p *preserver) collect(ctx context.Context, t *Trace) error {
	if err := p.open(manifestHead{PreservedSchema, p.version, p.d.Cases[0].ID}); err != nil {
		return err
	}
	if err := p.write(`,"sources":[`); err != nil {
		return err
	}
	if err := t.Each(ctx, p.add); err != nil {
		return err
	}
	if err := p.endSource(); err != nil {
		return err
	}
	lost := make([]Lost, 0, len(t.Lost))
	for _, l := range t.Lost {
		l.Path = report.SpellBytes(l.Path)
		lost = append(lost, l)
	}
	b, err := line(lost)
	if err != nil {
		return err
	}
	if err := p.write("],\n\"lost\":", string(b), "}\n"); err != nil {
		return err
	}
	return errors.Join(p.spool.Flush(), p.manifest.Flush())
}

// add takes in one line.
func (p *preserver) add(at *Place, l *Line) error {
	if at != p.place {
		if err := p.beginSource(at); err != nil {
			return err
		}
	}
	x := p.extracts[len(p.extracts)-1]
	w := io.MultiWriter(p.spool, x.sum)
	if len(l.Header) > 0 && !bytes.Equal(l.Header, p.header) {
		p.header = append(p.header[:0], l.Header...)
		if _, err := w.Write(p.header); err != nil {
			return err
		}
		for h := range headerLines(l) {
			p.headers = append(p.headers, report.SpellBytes(string(bytes.TrimRight(h, "\r\n"))))
		}
	}
	sum := sha256.Sum256(l.Raw)
	b, err := line(manifestLine{l.Offset, len(l.Raw), l.Number, p.spool.n - x.start, hex.EncodeToString(sum[:]), l.Findings})
	if err != nil {
		return err
	}
	comma := ","
	if p.firstLine {
		comma = ""
	}
	if err := p.write(comma, "\n", string(b)); err != nil {
		return err
	}
	p.firstLine = false
	p.lines++
	p.fill(at, l)
	if _, err := w.Write(l.Raw); err != nil || l.Text != nil {
		return err
	}
	_, err = w.Write([]byte{'\n'})
	return err
}

// headerLines are the header lines above a line of text; a header of bytes has
// none.
func headerLines(l *Line) iter.Seq[[]byte] {
	if l.Text != nil {
		return bytes.Lines(nil)
	}
	return bytes.Lines(l.Header)
}

// fill completes the case's evidence by a line that was read for it.
func (p *preserver) fill(at *Place, l *Line) {
	sources := append([]report.Source{at.Source}, at.Also...)
	for i := range sources {
		for _, e := range p.evidence[contentOf(&sources[i])][l.Offset] {
			show(e, readerOf(&sources[i]), &record{l.Number, l.Raw, l.Text, l.Header})
		}
	}
}

func (p *preserver) beginSource(at *Place) error {
	if err := p.endSource(); err != nil {
		return err
	}
	x := &extract{
		name:  fmt.Sprintf("lines/%d-%s", len(p.extracts)+1, extractName(at.Source.Path)),
		start: p.spool.n, sum: sha256.New(),
	}
	s := manifestSource{
		File: x.name, Path: report.SpellBytes(at.Source.Path), ReadFrom: report.SpellBytes(at.Path),
		SHA256: at.Source.SHA256, Size: at.Source.Size, Format: report.SpellBytes(at.Source.Format),
		SameContent: []manifestContent{},
	}
	for _, a := range at.Also {
		s.SameContent = append(s.SameContent, manifestContent{report.SpellBytes(a.Path), a.SHA256, a.Size})
	}
	comma := ","
	if len(p.extracts) == 0 {
		comma = ""
	}
	p.extracts = append(p.extracts, x)
	p.place, p.header, p.headers, p.firstLine = at, nil, nil, true
	if err := p.write(comma, "\n"); err != nil {
		return err
	}
	if err := p.open(s); err != nil {
		return err
	}
	return p.write(`,"lines":[`)
}

func (p *preserver) endSource() error {
	if p.place == nil {
		return nil
	}
	x := p.extracts[len(p.extracts)-1]
	x.size = p.spool.n - x.start
	if p.headers == nil {
		p.headers = []string{}
	}
	b, err := line(p.headers)
	if err != nil {
		return err
	}
	return p.write("\n],\"header\":", string(b), "}")
}

// extractName makes a file name of a source's path, without the compression that
// the lines are free of.
func extractName(path string) string {
	name := filepath.Base(path)
	for _, ending := range []string{".gz", ".zst", ".bz2", ".xz", ".lz4"} {
		name = strings.TrimSuffix(name, ending)
	}
	return FileName(name)
}

// FileName returns s with everything replaced that could mean something in a file
// name.
func FileName(s string) string {
	const most = 80
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, s)
	if s = strings.TrimLeft(s[:min(len(s), most)], ".-"); s == "" {
		return "source"
	}
	return s
}

// caseJSON is the document of the one case.
func (p *preserver) caseJSON() ([]byte, error) {
	var b bytes.Buffer
	err := p.d.EncodeJSON(&b)
	return b.Bytes(), err
}
