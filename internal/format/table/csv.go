package table

import (
	"bytes"
	"fmt"
)

// maxLines is over how many lines the quoted cells of one record may go.
const maxLines = 100

var bom = []byte("\xef\xbb\xbf")

// splitter takes a record apart by RFC 4180, with any separator.
type splitter struct {
	comma  byte
	blanks bool
	quotes bool
	arena  []byte // of cells that hold quotes
}

// each visits the cells of a record, which ends with its last byte, and returns
// their number, or why the record is broken. A cell is valid until the next record.
func (s *splitter) each(b []byte, visit func(i int, cell []byte)) (n int, why string) {
	s.arena = s.arena[:0]
	quotes := s.quotes && bytes.IndexByte(b, '"') >= 0
	for {
		if s.blanks {
			for len(b) > 0 && b[0] == s.comma {
				b = b[1:]
			}
			if len(b) == 0 {
				return n, ""
			}
		}
		if n == maxColumns {
			return n, "too many columns"
		}
		if quotes && len(b) > 0 && b[0] == '"' {
			cell, rest, why := s.quoted(b[1:])
			if why != "" {
				return n, why
			}
			visit(n, cell)
			n++
			if len(rest) == 0 {
				return n, ""
			}
			b = rest[1:]
			continue
		}
		i := bytes.IndexByte(b, s.comma)
		cell := b
		if i >= 0 {
			cell = b[:i]
		}
		if quotes && bytes.IndexByte(cell, '"') >= 0 {
			return n, "a quotation mark inside a cell that is not quoted"
		}
		visit(n, cell)
		n++
		if i < 0 {
			return n, ""
		}
		b = b[i+1:]
	}
}

// quoted reads a cell behind its opening quotation mark. rest begins with the
// separator, or is empty.
func (s *splitter) quoted(b []byte) (cell, rest []byte, why string) {
	i := bytes.IndexByte(b, '"')
	if i < 0 {
		return nil, nil, "a quotation mark without its counterpart"
	}
	cell, rest = b[:i], b[i+1:]
	if len(rest) > 0 && rest[0] == '"' {
		begin := len(s.arena)
		for len(rest) > 0 && rest[0] == '"' {
			s.arena = append(s.arena, b[:i+1]...)
			b = rest[1:]
			if i = bytes.IndexByte(b, '"'); i < 0 {
				return nil, nil, "a quotation mark without its counterpart"
			}
			rest = b[i+1:]
		}
		s.arena = append(s.arena, b[:i]...)
		cell = s.arena[begin:len(s.arena):len(s.arena)]
	}
	if len(rest) > 0 && rest[0] != s.comma {
		return nil, nil, "a quotation mark inside a quoted cell"
	}
	return cell, rest, ""
}

// trimLine removes the end of a line.
func trimLine(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte{'\n'})
	return bytes.TrimSuffix(b, []byte{'\r'})
}

// lines reads a CSV source.
func (r *reading) lines() error {
	r.split.comma, r.split.blanks, r.split.quotes = r.m.comma, r.m.blanks, r.m.quote != quoteNone
	if !r.m.headed {
		r.columns(r.m.columns)
	}
	s := &r.in
	for {
		if err := r.interrupted(); err != nil {
			return err
		}
		end, long := s.lineEnd(0)
		if end == 0 {
			return s.ended()
		}
		at, number := s.offset, s.line+1
		if long {
			r.bad(at, number, "longer than 1 MiB", s.rest())
			s.passLine()
			continue
		}
		if end = r.extent(end); end < 0 {
			end = -end
			r.bad(at, number, "a quotation mark without its counterpart", trimLine(s.rest()[:end]))
			s.pass(end)
			continue
		}
		if next := r.csvRecord(at, number, s.rest()[:end]); next > 0 {
			end = next
		}
		s.pass(end)
	}
}

// extent returns where the record ends whose first line does at end; the negative
// of that when its quotes do not end. A quoted cell goes on while the number of
// quotation marks is odd.
func (r *reading) extent(end int) int {
	if r.m.quote != quoteMultiline {
		return end
	}
	s := &r.in
	quotes := bytes.Count(s.rest()[:end], []byte{'"'})
	for at, lines := end, 1; ; lines++ {
		if quotes%2 == 0 {
			return at
		}
		next, long := s.lineEnd(at)
		if lines == maxLines || long || next == at {
			return -end
		}
		quotes += bytes.Count(s.rest()[at:next], []byte{'"'})
		at = next
	}
}

// csvRecord reads one record. Where its first line alone is bad, it returns the
// length of that.
func (r *reading) csvRecord(at, number int64, whole []byte) (first int) {
	b := trimLine(whole)
	if at == 0 {
		b = bytes.TrimPrefix(b, bom)
	}
	if len(b) == 0 || r.m.comment != "" && bytes.HasPrefix(b, []byte(r.m.comment)) {
		return 0
	}
	if r.m.headed && (r.header == nil || bytes.Equal(b, r.header)) {
		r.heading(at, number, b)
		return 0
	}
	clear(r.cells)
	r.arena = r.arena[:0]
	n, why := r.split.each(b, r.cut)
	if why == "" && n != len(r.slotAt) && (!r.m.short || n > len(r.slotAt)) {
		why = fmt.Sprintf("%d columns instead of %d", n, len(r.slotAt))
	}
	if why != "" {
		i := bytes.IndexByte(whole, '\n') + 1
		if i == 0 {
			i = len(whole)
		}
		r.bad(at, number, why, trimLine(whole[:i]))
		return i
	}
	r.row(at, number, b)
	return 0
}

// cellAt keeps the cell of a column that is looked at, without blanks around it.
func (r *reading) cellAt(i int, cell []byte) {
	if i >= len(r.slotAt) || r.slotAt[i] < 0 {
		return
	}
	for len(cell) > 0 && cell[0] == ' ' {
		cell = cell[1:]
	}
	for n := len(cell); n > 0 && cell[n-1] == ' '; n-- {
		cell = cell[:n-1]
	}
	r.cells[r.slotAt[i]] = cell
}

// heading takes the line that names the columns.
func (r *reading) heading(at, number int64, line []byte) {
	if r.header != nil {
		return
	}
	names, why := r.m.headings(line)
	if why != "" {
		r.bad(at, number, why, line)
		return
	}
	r.header = bytes.Clone(line)
	r.columns(names)
}

// headings returns the columns that a line names, or why it names none.
func (m *Mapping) headings(line []byte) (names []string, why string) {
	s := splitter{comma: m.comma, blanks: m.blanks, quotes: m.quote != quoteNone}
	_, why = s.each(line, func(_ int, cell []byte) { names = append(names, string(bytes.TrimSpace(cell))) })
	if why != "" {
		return nil, why
	}
	have := make(map[string]bool, len(names))
	for _, n := range names {
		have[n] = true
	}
	for _, c := range m.recognise {
		if !have[c] {
			return nil, "no header line: it does not name the column " + c
		}
	}
	return names, ""
}

// columns notes where the cells of each column go. Of two columns of one name the
// first counts.
func (r *reading) columns(names []string) {
	r.slotAt = make([]int, len(names))
	seen := map[string]bool{}
	for i, n := range names {
		r.slotAt[i] = -1
		if slot, ok := r.m.slotOf[n]; ok && !seen[n] {
			r.slotAt[i] = slot
		}
		seen[n] = true
	}
}
