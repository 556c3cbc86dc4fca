package generate

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// table collects the encoded rows of one log in any order and writes them in
// order of time. Rows of the same microsecond keep the order in which they were
// added, so that rows added later never move earlier ones.
type table struct {
	schema
	json   bool
	off    bool     // nobody wants this log: what would write a row leaves it out
	prefix []string // per column, what stands before its value
	buf    []byte
	rows   []span
	ts     int64 // that the row being built is sorted by
	first  int   // where it begins in buf
	col    int   // its next column
	some   bool  // JSON: a column was written
}

type span struct {
	ts       int64
	from, to int
}

func newTable(s schema, json bool) *table {
	t := &table{schema: s, json: json, prefix: make([]string, len(s.names))}
	for i, name := range s.names {
		switch {
		case json:
			t.prefix[i] = strconv.Quote(name) + ":"
		case i > 0:
			t.prefix[i] = "\t"
		}
	}
	return t
}

// row begins a row; its columns follow, one call each, in the schema's order,
// and end finishes it.
func (t *table) row(ts int64) {
	t.ts, t.first, t.col, t.some = ts, len(t.buf), 0, false
	if t.json {
		t.buf = append(t.buf, '{')
	}
}

func (t *table) end() {
	if t.col != len(t.names) {
		panic(fmt.Sprintf("generate: %s row with %d of %d columns", t.path, t.col, len(t.names)))
	}
	if t.json {
		t.buf = append(t.buf, '}')
	}
	t.buf = append(t.buf, '\n')
	t.rows = append(t.rows, span{t.ts, t.first, len(t.buf)})
}

// writeTo writes the whole log; open and shut are the times of its header and
// of its last line.
func (t *table) writeTo(w io.Writer, open, shut time.Time) error {
	t.sort()
	out := bufio.NewWriterSize(w, 1<<18)
	if !t.json {
		_, _ = out.Write(appendHeader(nil, t.schema, open))
	}
	for _, row := range t.rows {
		_, _ = out.Write(t.buf[row.from:row.to])
	}
	if !t.json {
		_, _ = out.WriteString("#close\t" + shut.Format(headerTime) + "\n")
	}
	return out.Flush() // reports any error since the first
}

func (t *table) sort() {
	slices.SortFunc(t.rows, func(a, b span) int {
		if a.ts != b.ts {
			return cmp.Compare(a.ts, b.ts)
		}
		return cmp.Compare(a.from, b.from)
	})
}

// reset forgets all rows and keeps their memory.
func (t *table) reset() { t.buf, t.rows = t.buf[:0], t.rows[:0] }

const headerTime = "2006-01-02-15-04-05"

// appendHeader appends the lines before the first row of a TSV log.
func appendHeader(b []byte, s schema, open time.Time) []byte {
	b = append(b, "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t"...)
	b = append(b, s.path...)
	b = append(b, "\n#open\t"...)
	b = open.AppendFormat(b, headerTime)
	b = append(b, "\n#fields"...)
	for _, name := range s.names {
		b = append(append(b, '\t'), name...)
	}
	b = append(b, "\n#types"...)
	for _, typ := range s.types {
		b = append(append(b, '\t'), typ...)
	}
	return append(b, '\n')
}
