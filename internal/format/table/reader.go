package table

import (
	"bytes"
	"context"
	"embed"
	"io"
	"sync"

	"barium/internal/format"
)

//go:embed mappings/*.yaml
var files embed.FS

// Shipped returns the mappings that come with the program, in order of name.
var Shipped = sync.OnceValue(func() []*Mapping {
	entries, err := files.ReadDir("mappings")
	if err != nil {
		panic(err) // a test reads them all
	}
	var out []*Mapping
	for _, e := range entries {
		text, err := files.ReadFile("mappings/" + e.Name())
		if err != nil {
			panic(err)
		}
		m, err := Parse(text, e.Name())
		if err != nil {
			panic(err)
		}
		out = append(out, m)
	}
	return out
})

// Reader reads tables by a mapping. The zero value reads by whichever of the
// shipped ones fits.
type Reader struct{ mapping *Mapping }

var _ format.Cuttable = Reader{}

// By returns a reader that reads by m.
func By(m *Mapping) Reader { return Reader{m} }

// Mapping is what the reader reads by; nil where it takes what fits.
func (r Reader) Mapping() *Mapping { return r.mapping }

// Name returns "table".
func (Reader) Name() string { return "table" }

// headBytes is how much of a source is looked at to choose a mapping.
const headBytes = 64 << 10

// Read hands every record of src to s, in order, as format.Reader describes.
func (r Reader) Read(ctx context.Context, src io.Reader, s format.Sink) error {
	row := readings.Get().(*reading)
	defer row.release()
	row.in.reset(src)
	m := r.mapping
	if m == nil {
		if m, _ = choose(row.in.peek(headBytes)); m == nil {
			return row.foreign(ctx, s)
		}
	}
	row.begin(ctx, m, s)
	return row.read()
}

func (r *reading) read() error {
	switch {
	case r.m.layout == layoutCSV:
		return r.lines()
	case r.m.expand != nil:
		return r.documents()
	}
	return r.objects()
}

// foreign tells of a source that no mapping fits.
func (r *reading) foreign(ctx context.Context, s format.Sink) error {
	in := &r.in
	if b := in.rest(); len(b) > 0 {
		s.Bad(0, 1, "no mapping fits this table", b[:min(len(b), maxSample)])
	}
	for len(in.rest()) > 0 || in.fill() {
		if err := ctx.Err(); err != nil {
			return err
		}
		in.lo, in.hi = 0, 0
	}
	return in.ended()
}

// Cut lets a source be cut at every line, if no record can go over several.
func (r Reader) Cut(head []byte) []byte {
	m := r.mapping
	if m == nil {
		return nil // which mapping fits may not be seen from the middle
	}
	if m.layout == layoutJSON {
		if m.expand == nil && oneALine(head) {
			return []byte("\n{")
		}
		return nil
	}
	if m.quote == quoteMultiline {
		return nil
	}
	if m.headed {
		line, rest, _ := bytes.Cut(head, []byte{'\n'})
		if is, _ := r.Header(line); !is || len(rest) == 0 {
			return nil
		}
	}
	return []byte("\n")
}

// oneALine reports whether the first lines of a JSON source hold an object each.
func oneALine(head []byte) bool {
	var s scanner
	good := 0
	for line := range bytes.Lines(bytes.TrimPrefix(head, bom)) {
		if line[len(line)-1] != '\n' {
			break
		}
		if line[0] != '{' || s.object(bytes.TrimSpace(line), func(_, _ []byte) {}) != "" {
			return false
		}
		good++
	}
	return good > 0
}

// Header reports the line that names the columns.
func (r Reader) Header(line []byte) (is, fresh bool) {
	m := r.mapping
	if m == nil || m.layout != layoutCSV || !m.headed {
		return false, false
	}
	_, why := m.headings(trimLine(bytes.TrimPrefix(line, bom)))
	return why == "", false
}
