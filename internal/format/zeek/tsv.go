package zeek

import (
	"bytes"
	"fmt"
)

// column is one of the #fields.
type column struct {
	name string
	// labelled: the header names more than one field in this column, separated
	// by spaces (published labelled data sets do); only the first is read.
	labelled bool
}

// header is what the # lines have said so far.
type header struct {
	sep      byte
	setSep   []byte
	empty    []byte
	unset    []byte
	path     []byte // nil until a #path line
	kind     kind
	name     []byte // of the log type
	cols     []column
	need     int    // columns a row must have
	refused  string // why rows cannot be read, empty when they can
	declared bool   // a #separator line stands above
	open     bool   // a header without #close
}

// reset sets what holds when a log begins.
func (h *header) reset() {
	*h = header{sep: '\t', setSep: []byte(","), empty: []byte("(empty)"), unset: []byte("-")}
}

// line takes in one header line and returns what is wrong with it, if anything.
func (h *header) line(b []byte) (problem string) {
	b = bytes.TrimSuffix(b, []byte{'\r'})
	if rest, ok := bytes.CutPrefix(b, []byte("#separator")); ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t') {
		h.reset()
		h.open = true
		return h.separator(rest)
	}
	key, value := b, []byte(nil)
	if !h.declared {
		h.guessSeparator(b)
	}
	if i := bytes.IndexByte(b, h.sep); i >= 0 {
		key, value = b[:i], b[i+1:]
	}
	switch string(key) {
	case "#set_separator":
		if s := unescapeTSV(nil, value); len(s) > 0 {
			h.setSep = s
		}
	case "#empty_field":
		h.empty = unescapeTSV([]byte{}, value)
	case "#unset_field":
		h.unset = unescapeTSV([]byte{}, value)
	case "#path":
		h.path = unescapeTSV([]byte{}, value)
		h.kind, h.name = kindOf(h.path), h.path
		h.cols, h.open = nil, true
	case "#fields":
		if h.refused != "" {
			return ""
		}
		h.open = true
		return h.fields(value)
	case "#close":
		h.open = false
	}
	return ""
}

// separator reads the value of a #separator line. Zeek writes it escaped,
// after one space.
func (h *header) separator(value []byte) string {
	if len(value) > 0 {
		value = value[1:]
	}
	s := unescapeTSV(nil, value)
	if len(s) == 0 && len(value) == 0 {
		return "" // the byte after #fields will tell
	}
	if len(s) != 1 || s[0] == 0 || s[0] == '\\' {
		h.refused = fmt.Sprintf("the separator %.16q is not supported, only a single byte other than NUL and backslash is", value)
		return h.refused
	}
	h.sep, h.declared = s[0], true
	return ""
}

// guessSeparator takes the byte after #fields, #path or #types as separator
// where no #separator line came before.
func (h *header) guessSeparator(b []byte) {
	for _, key := range []string{"#fields", "#path", "#types", "#set_separator"} {
		if len(b) > len(key) && string(b[:len(key)]) == key {
			if c := b[len(key)]; c == '\t' || c == ',' || c == ';' || c == '|' || c == ' ' {
				h.sep = c
			}
		}
	}
}

// fields prepares the columns that a #fields line names.
func (h *header) fields(value []byte) string {
	if len(value) == 0 {
		h.cols = nil
		return "a #fields line without names"
	}
	names := bytes.Split(value, []byte{h.sep})
	if h.path == nil {
		var m marks
		for _, name := range names {
			m = m.and(mark(name))
		}
		name, k, _ := infer(m)
		h.kind, h.name = k, []byte(name)
	}
	h.cols = make([]column, len(names))
	h.need = 0
	for i, name := range names {
		name, _, labelled := bytes.Cut(name, []byte{' '})
		name = unescapeTSV([]byte{}, name)
		h.cols[i] = column{name: string(name), labelled: labelled}
		if !isLabel(name) {
			h.need = i + 1
		}
	}
	return ""
}

// isLabel says whether a column was added by whoever labelled a data set; rows
// may lack it.
func isLabel(name []byte) bool {
	switch string(name) {
	case "label", "detailedlabel", "detailed-label", "detailed_label", "labels":
		return true
	}
	return false
}

// headerLine handles a line that begins with #.
func (r *reading) headerLine(b []byte, sp span) {
	w := r.w
	r.cut = sp == spanLast
	if sp == spanLong {
		r.bad(w.offset(), w.line, "a header line "+tooLong, b)
	} else {
		if problem := r.tsv.line(b); problem != "" {
			r.bad(w.offset(), w.line, problem, b)
		}
		r.bind()
		r.json = false
	}
	w.skipLine()
}

// step is what to do with one column.
type step struct {
	target
	column
	plain op // of the target, if rows may read it the short way
}

// bind prepares the steps for the header's columns.
func (r *reading) bind() {
	h := &r.tsv
	r.p.setSep, r.p.unset, r.p.empty = h.setSep, h.unset, h.empty
	r.usual = h.sep == '\t' && string(h.unset) == "-" && string(h.empty) == "(empty)"
	if len(h.cols) == len(r.steps) && (len(h.cols) == 0 || &h.cols[0] == r.bound) {
		return // header lines may be many, and each of them comes here
	}
	r.steps, r.bound = r.steps[:0], nil
	for i := range h.cols {
		c := &h.cols[i]
		s := step{target: field(&r.p, h.kind, []byte(c.name)), column: *c}
		if !c.labelled {
			s.plain = s.op
		}
		r.steps, r.bound = append(r.steps, s), &h.cols[0]
	}
}

// column puts the bytes v of a column where s says.
func (p *parser) column(s *step, v []byte) {
	if s.labelled {
		v, _, _ = bytes.Cut(v, []byte{' '})
	}
	if len(v) == 0 || bytes.Equal(v, p.unset) || bytes.Equal(v, p.empty) {
		return
	}
	p.set(&s.target, value{kind: tsvText, raw: v})
	if p.why != "" && p.where == "" {
		p.where = s.name
	}
}

// tsvRow reads one row.
func (r *reading) tsvRow(b []byte) {
	h, p := &r.tsv, &r.p
	if h.kind == kindNone {
		r.skip(h.name)
		return
	}
	p.begin(h.kind, r.w.offset())
	rest, more, n := b, true, 0
	for i := range r.steps {
		if !more {
			break
		}
		n++
		v := rest
		if j := bytes.IndexByte(rest, h.sep); j >= 0 {
			v, rest = rest[:j], rest[j+1:]
		} else {
			more = false
		}
		if s := &r.steps[i]; s.op != opNone {
			p.column(s, v)
		}
	}
	if n < h.need {
		r.bad(r.w.offset(), r.w.line, fmt.Sprintf("the row has %d of %d columns", n, len(h.cols)), b)
		return
	}
	if reason := p.end(r.sink); reason != "" {
		r.bad(r.w.offset(), r.w.line, reason, b)
	}
}
