package site

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a file. They are far above what people maintain by hand.
const (
	mostBytes = 16 << 20
	mostRows  = 100_000
	mostCell  = 500 // bytes
	mostWrong = 10  // mistakes shown at once
)

// column is one column of a file.
type column struct {
	name     string
	required bool // the column must be there, and no cell of it may be empty
}

// confirmedColumn tells proposals from what a person stands behind.
const confirmedColumn = "confirmed"

// row is one row, cells by column. Mistakes are collected.
type row struct {
	file      string
	line      int
	cells     map[string]string
	confirmed bool
	wrong     *mistakes
}

// Mistakes is what is wrong with the files, one sentence each. They may quote
// cells, visible characters only.
type Mistakes []string

func (m Mistakes) Error() string { return strings.Join(m, "\n") }

// mistakes collects what is wrong with the files.
type mistakes struct {
	list Mistakes
	more int
}

func (m *mistakes) add(format string, args ...any) {
	if len(m.list) == mostWrong {
		m.more++
		return
	}
	m.list = append(m.list, fmt.Sprintf(format, args...))
}

func (m *mistakes) err() error {
	switch {
	case len(m.list) == 0:
		return nil
	case m.more > 0:
		return append(slices.Clone(m.list), fmt.Sprintf("and %d more mistakes", m.more))
	}
	return m.list
}

// fault notes what is wrong with a cell, and what to do.
func (r *row) fault(column, format string, args ...any) {
	r.wrong.add("%s, line %d, column %s: %s", r.file, r.line, column, fmt.Sprintf(format, args...))
}

// table reads a file with the given columns. The first row names them; a line
// that begins with # is a remark. What is wrong with cells goes to wrong, the
// error is why the file cannot be read at all.
func table(file string, r io.Reader, columns []column, wrong *mistakes) ([]row, error) {
	b, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(b) > mostBytes {
		return nil, fmt.Errorf("%s: larger than %d MiB; such a file is written by people, leave out what is no row of it", file, mostBytes>>20)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if i := invalid(b); i >= 0 {
		return nil, fmt.Errorf("%s, line %d: the byte 0x%02x is no UTF-8; save the file as UTF-8", file, 1+bytes.Count(b[:i], []byte("\n")), b[i])
	}
	c := csv.NewReader(bytes.NewReader(b))
	c.Comment, c.FieldsPerRecord = '#', -1
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: empty; its first row names the columns: %s", file, names(columns))
	}
	if err != nil {
		return nil, broken(file, err)
	}
	before := len(wrong.list) + wrong.more
	at := header(file, head, columns, wrong)
	if len(wrong.list)+wrong.more > before {
		return nil, nil // what stands in the columns can mean anything
	}
	var rows []row
	for {
		cells, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(file, err)
		}
		line, _ := c.FieldPos(0)
		if len(rows) == mostRows {
			return nil, fmt.Errorf("%s: more than %d rows; use networks in place of single addresses", file, mostRows)
		}
		if len(cells) != len(head) {
			wrong.add("%s, line %d: %d cells, but the first row names %d columns; a comma within a cell needs quotes around the cell", file, line, len(cells), len(head))
			continue
		}
		rows = append(rows, newRow(file, line, cells, at, columns, wrong))
	}
	return rows, nil
}

// invalid returns where b is no UTF-8, or -1.
func invalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return -1
}

// broken words an error of the CSV reader.
func broken(file string, err error) error {
	var p *csv.ParseError
	if errors.As(err, &p) {
		return fmt.Errorf("%s, line %d, character %d: %w; a cell with a quote or comma stands in quotes, and a quote in it is doubled", file, p.Line, p.Column, p.Err)
	}
	return fmt.Errorf("%s: %w", file, err)
}

func names(columns []column) string {
	var out []string
	for _, c := range columns {
		out = append(out, c.name)
	}
	return strings.Join(out, ",")
}

// header returns which column stands where.
func header(file string, head []string, columns []column, wrong *mistakes) []string {
	at := make([]string, len(head))
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		known := slices.ContainsFunc(columns, func(c column) bool { return c.name == name })
		switch {
		case !known:
			wrong.add("%s, line 1, column %d: %q is none of its columns; they are %s", file, i+1, short(name), names(columns))
		case slices.Contains(at, name):
			wrong.add("%s, line 1, column %d: %s stands there twice; leave one out", file, i+1, name)
		}
		at[i] = name
	}
	for _, c := range columns {
		if c.required && !slices.Contains(at, c.name) {
			wrong.add("%s, line 1: the column %s is missing; the first row is %s", file, c.name, names(columns))
		}
	}
	return at
}

func newRow(file string, line int, cells, at []string, columns []column, wrong *mistakes) row {
	r := row{file: file, line: line, cells: map[string]string{}, confirmed: true, wrong: wrong}
	for i, cell := range cells {
		cell = strings.TrimSpace(cell)
		if why := hostile(cell); why != "" {
			r.fault(at[i], "%s", why)
			r.cells[at[i]] = refused
			continue
		}
		r.cells[at[i]] = cell
	}
	for _, c := range columns {
		if c.required && r.cells[c.name] == "" {
			r.fault(c.name, "empty; every row needs it")
		}
	}
	switch strings.ToLower(r.get(confirmedColumn)) {
	case "", "yes":
	case "no":
		r.confirmed = false
	default:
		r.fault(confirmedColumn, "%q; write yes, or no for a row that nobody has looked at yet", short(r.get(confirmedColumn)))
	}
	return r
}

// hostile says what is wrong with a cell whatever its column, or "".
func hostile(cell string) string {
	if len(cell) > mostCell {
		return fmt.Sprintf("%d bytes long; at most %d", len(cell), mostCell)
	}
	for _, r := range cell {
		if !unicode.IsPrint(r) {
			return fmt.Sprintf("holds the invisible character U+%04X; type the cell anew", r)
		}
	}
	if cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
		return fmt.Sprintf("begins with %c, which spreadsheets run as a formula; write it without", cell[0])
	}
	return ""
}

// short quotes no more of a cell than a message bears.
func short(s string) string {
	const most = 60
	var b strings.Builder
	for _, r := range s {
		if b.Len() > most {
			return b.String() + "…"
		}
		if !unicode.IsPrint(r) {
			r = '\ufffd'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// refused stands for a cell whose mistake is named already.
const refused = "?"

// get returns a cell, "" for none.
func (r *row) get(column string) string {
	if s := r.cells[column]; s != refused {
		return s
	}
	return ""
}

// yes reads a cell that is yes, no or empty.
func (r *row) yes(column string) bool {
	switch strings.ToLower(r.get(column)) {
	case "", "no":
		return false
	case "yes":
		return true
	}
	r.fault(column, "%q; write yes or no", short(r.get(column)))
	return false
}
