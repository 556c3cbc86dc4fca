package hunt

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"

	"barium/internal/detect"
	"barium/internal/format"
	"barium/internal/format/container"
	"barium/internal/ledger"
	"barium/internal/report"
)

// fetch reads the raw records at the given places again from their sources and
// returns what evidence needs of each. Sources that are gone, or others than
// they were, give evidence without a raw line, which says so.
func fetch(ctx context.Context, places []detect.Place, sources []ledger.Source) (map[detect.Place]report.Evidence, error) {
	byID := map[uint32]ledger.Source{}
	for _, s := range sources {
		byID[s.ID] = s
	}
	slices.SortFunc(places, func(a, b detect.Place) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
	})
	places = slices.Compact(places)
	out := map[detect.Place]report.Evidence{}
	for i := 0; i < len(places); {
		j := i
		for j < len(places) && places[j].Source == places[i].Source {
			j++
		}
		s, ok := byID[places[i].Source]
		if ok {
			if err := fetchFrom(ctx, s, places[i:j], out); err != nil {
				return nil, err
			}
		}
		i = j
	}
	return out, nil
}

// maxRaw is how much of a raw record a report holds; offset and line lead to the
// rest.
const maxRaw = 8 << 10

// fetchFrom reads one source once, in order of offset.
func fetchFrom(ctx context.Context, s ledger.Source, places []detect.Place, out map[detect.Place]report.Evidence) error {
	gone := func(from int, why string) {
		for _, p := range places[from:] {
			out[p] = report.Evidence{Source: s.Path, SourceHash: s.SHA256, Offset: p.Offset, Raw: "(" + why + ")"}
		}
	}
	f, err := openRegular(s.Path)
	if err != nil {
		gone(0, "the source cannot be read any more: "+err.Error())
		return nil
	}
	defer f.Close()
	if changed(f, s) {
		gone(0, "the source is another one now than when it was read")
		return nil
	}
	raw, _, err := container.Open(f)
	if err != nil {
		gone(0, "the source cannot be read any more: "+err.Error())
		return nil
	}
	defer raw.Close()
	r := &lineReader{r: bufio.NewReaderSize(raw, readAhead)}
	for i, p := range places {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := r.seek(p.Offset); err != nil {
			gone(i, "the source is damaged before this place")
			return nil
		}
		line := r.line + 1
		record, err := r.record()
		if err != nil && (len(record) == 0 || !errors.Is(err, io.EOF)) {
			gone(i, "the source is damaged here")
			return nil
		}
		e := report.Evidence{Source: s.Path, SourceHash: s.SHA256, Offset: p.Offset}
		show(&e, s.Reader, line, bytes.TrimRight(record, "\r"), r.header)
		out[p] = e
	}
	return nil
}

// show fills in what is known of a record once its line has been read.
func show(e *report.Evidence, reader string, line int64, record, header []byte) {
	e.Line, e.Raw = line, string(record[:min(len(record), maxRaw)])
	if len(record) > maxRaw {
		e.Raw += fmt.Sprintf(" … (%d more bytes)", len(record)-maxRaw)
	}
	e.UID, e.CommunityID = identify(reader, record, header)
}

// changed reports whether the file at a source's path is not the one that was
// read: its lines would be shown as evidence though they are others. A log that
// has grown since is the same.
func changed(f *os.File, s ledger.Source) bool {
	st, err := f.Stat()
	if err != nil {
		return true
	}
	grown := false
	if sys, ok := st.Sys().(*syscall.Stat_t); ok {
		grown = sys.Ino == s.Inode && st.Size() > s.Size
	}
	return !grown && (st.Size() != s.Size || st.ModTime().UnixNano() != s.ModTime)
}

// lineReader finds records by offset in a stream and counts lines on the way.
type lineReader struct {
	r        *bufio.Reader
	at       int64
	line     int64  // line feeds passed
	begun    bool   // bytes of the current line were passed
	header   []byte // Zeek's header lines that hold for the current line
	inHeader bool   // the current line is one
}

// seek skips to an offset, counting lines and remembering the last header.
func (l *lineReader) seek(offset int64) error {
	for l.at < offset {
		if l.r.Buffered() == 0 {
			if _, err := l.r.Peek(1); err != nil {
				return err
			}
		}
		b, err := l.r.Peek(int(min(offset-l.at, int64(l.r.Buffered()))))
		if err != nil {
			return err
		}
		if (l.begun && !l.inHeader || !l.begun && b[0] != '#') && !bytes.Contains(b, []byte("\n#")) {
			l.passRecords(b)
		} else {
			if i := bytes.IndexByte(b, '\n'); i >= 0 {
				b = b[:i+1]
			}
			l.pass(b)
		}
		if _, err := l.r.Discard(len(b)); err != nil {
			return err
		}
	}
	return nil
}

// readAhead is how much of a source lies in memory while evidence is fetched.
const readAhead = 256 << 10

// pass counts bytes that end at most one line, and keeps the header lines that
// say where fields stand.
func (l *lineReader) pass(b []byte) {
	if !l.begun {
		l.inHeader = b[0] == '#'
	}
	if l.inHeader {
		if bytes.HasPrefix(b, []byte("#separator")) {
			l.header = l.header[:0]
		}
		if len(l.header) < readAhead {
			l.header = append(l.header, b...)
		}
	}
	l.at += int64(len(b))
	l.begun = true
	if b[len(b)-1] == '\n' {
		l.line++
		l.begun = false
	}
}

// passRecords counts bytes that hold no header line.
func (l *lineReader) passRecords(b []byte) {
	l.at += int64(len(b))
	l.line += int64(bytes.Count(b, []byte{'\n'}))
	l.begun, l.inHeader = b[len(b)-1] != '\n', false
}

// record returns the record at the current offset, byte by byte: a JSON object
// that may span lines, or the line without its line feed.
func (l *lineReader) record() ([]byte, error) {
	head, err := l.r.Peek(1)
	if err != nil {
		return nil, err
	}
	if head[0] == '{' {
		return l.object()
	}
	var out []byte
	for {
		b, err := l.r.ReadSlice('\n')
		if len(b) > 0 {
			l.pass(b)
		}
		if len(out) < format.MaxRecord {
			out = append(out, b...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSuffix(out, []byte{'\n'}), err
		}
	}
}

func (l *lineReader) object() ([]byte, error) {
	var out []byte
	depth, text, escaped := 0, false, false
	for {
		c, err := l.r.ReadByte()
		if err != nil {
			return out, err
		}
		l.pass([]byte{c})
		out = append(out, c)
		switch {
		case escaped:
			escaped = false
		case text && c == '\\':
			escaped = true
		case c == '"':
			text = !text
		case text:
		case c == '{':
			depth++
		case c == '}':
			depth--
		}
		if depth == 0 || len(out) >= format.MaxRecord {
			return out, nil
		}
	}
}

func evidenceFor(f *detect.Finding, found map[detect.Place]report.Evidence) []report.Evidence {
	out := []report.Evidence{}
	for _, p := range f.Places {
		if e, ok := found[p]; ok {
			out = append(out, e)
		}
	}
	return out
}
