package table

import (
	"bytes"
	"errors"
	"fmt"
)

var (
	errJSON = errors.New(brokenJSON)
	errDeep = errors.New("nested too deeply")
	errLong = errors.New("a row longer than 1 MiB")
	errEnd  = errors.New("it ends in the middle of a JSON document")
)

// off is the place of a value that holds no rows.
const off = -1

// documents reads rows that lie inside JSON documents, which may be of any length:
// a row at a time is in memory. Behind a place where a document is broken, reading
// begins anew on the next line.
func (r *reading) documents() error {
	r.split.comma, r.split.blanks, r.split.quotes = r.m.comma, r.m.blanks, r.m.quote != quoteNone
	if r.m.columns != nil {
		r.columns(r.m.columns)
	}
	s := &r.in
	for {
		if err := r.interrupted(); err != nil {
			return err
		}
		if s.hi == s.lo && !s.fill() {
			return s.ended()
		}
		if n := outside(s.rest()); n > 0 {
			s.pass(n)
			continue
		}
		at := s.offset
		err := errJSON
		if s.rest()[0] == '{' {
			err = r.inner(0, 0)
		}
		switch {
		case err == nil:
			continue
		case r.ctx.Err() != nil:
			return r.ctx.Err()
		case errors.Is(err, errEnd):
			r.sink.Warn(errEnd.Error())
			return s.ended()
		}
		why := err.Error() + "; the rest of the document is not read"
		if at == s.offset {
			why = "not a JSON document"
		}
		end, _ := s.lineEnd(0)
		r.bad(s.offset, s.line+1, why, trimLine(s.rest()[:end]))
		s.passLine()
	}
}

// token passes white space and returns the byte behind it, 0 at the end.
func (r *reading) token() byte {
	s := &r.in
	for {
		for ; s.lo < s.hi; s.lo++ {
			switch c := s.buf[s.lo]; c {
			case '\n':
				s.line++
			case ' ', '\t', '\r':
			default:
				return c
			}
			s.offset++
		}
		if r.ctx.Err() != nil || !s.fill() {
			return 0
		}
	}
}

func (s *source) skip(n int) {
	s.lo += n
	s.offset += int64(n)
}

// want passes a byte that must stand here.
func (r *reading) want(c byte) error {
	switch got := r.token(); got {
	case c:
		r.in.skip(1)
		return nil
	case 0:
		return errEnd
	}
	return errJSON
}

// inner reads a value. have is how many parts of the way to the rows led to it,
// off when it lies elsewhere.
func (r *reading) inner(depth, have int) error {
	c := r.token()
	if have == len(r.m.expand) {
		return r.expanded(c)
	}
	if depth > maxDepth {
		return errDeep
	}
	switch {
	case c == '{':
		return r.several('}', depth, have)
	case c == '[':
		at := off
		if have != off && r.m.expand[have] == "[]" {
			at = have + 1
		}
		return r.several(']', depth, at)
	case c == '"':
		return r.string()
	case c == 0:
		return errEnd
	}
	return r.literal()
}

// several reads the members of an object, or the values of a list.
func (r *reading) several(end byte, depth, have int) error {
	r.in.skip(1)
	if r.token() == end {
		r.in.skip(1)
		return nil
	}
	for {
		if err := r.interrupted(); err != nil {
			return err
		}
		var err error
		if end == '}' {
			err = r.member(depth, have)
		} else {
			err = r.inner(depth+1, have)
		}
		if err != nil {
			return err
		}
		switch r.token() {
		case end:
			r.in.skip(1)
			return nil
		case ',':
			r.in.skip(1)
		case 0:
			return errEnd
		default:
			return errJSON
		}
	}
}

// member reads a key and its value.
func (r *reading) member(depth, have int) error {
	switch r.token() {
	case '"':
	case 0:
		return errEnd
	default:
		return errJSON
	}
	if err := r.string(); err != nil {
		return err
	}
	at := off
	if have != off && r.m.expand[have] == string(r.begun) {
		at = have + 1
	}
	if err := r.want(':'); err != nil {
		return err
	}
	return r.inner(depth+1, at)
}

// string passes a string of any length and leaves its beginning in r.begun.
func (r *reading) string() error {
	const most = 128
	s := &r.in
	s.skip(1)
	r.begun = r.begun[:0]
	escape := false
	for {
		for s.lo < s.hi {
			c := s.buf[s.lo]
			if c < ' ' {
				return errJSON
			}
			s.skip(1)
			if c == '"' && !escape {
				return nil
			}
			escape = c == '\\' && !escape
			if len(r.begun) < most {
				r.begun = append(r.begun, c)
			}
		}
		if r.ctx.Err() != nil || !s.fill() {
			return errEnd
		}
	}
}

// literal passes a number or a word.
func (r *reading) literal() error {
	s := &r.in
	for n := 0; ; n++ {
		if s.lo == s.hi && !s.fill() {
			return errEnd
		}
		switch c := s.buf[s.lo]; {
		case c-'0' <= 9, c == '-', c == '+', c == '.', c|0x20 >= 'a' && c|0x20 <= 'z':
			s.skip(1)
			continue
		}
		if n == 0 {
			return errJSON
		}
		return nil
	}
}

// expanded reads a row: a text with cells, or an object.
func (r *reading) expanded(c byte) error {
	s := &r.in
	at, number := s.offset, s.line+1
	var n int
	var why string
	switch c {
	case 0:
		return errEnd
	case '"':
		n, why = s.closingQuote()
	case '{':
		n, why = s.closing()
	default:
		return r.inner(maxDepth, off)
	}
	if why != "" {
		if s.err != nil && s.hi-s.lo <= bufferBytes/2 {
			return errEnd
		}
		return errLong
	}
	b := s.rest()[:n]
	r.expandedRow(at, number, b)
	s.pass(n)
	return nil
}

func (r *reading) expandedRow(at, number int64, b []byte) {
	if b[0] == '{' {
		if r.m.columns != nil {
			r.bad(at, number, "an object, where the mapping expects a text with columns", b)
		} else if why := r.object(b); why != "" {
			r.bad(at, number, why, b)
		} else {
			r.row(at, number, b)
		}
		return
	}
	if r.m.columns == nil {
		r.bad(at, number, "a text, where the mapping expects an object", b)
		return
	}
	clear(r.cells)
	r.arena, r.json.arena = r.arena[:0], r.json.arena[:0]
	why := r.json.object(b, r.only)
	if why == "" {
		var n int
		n, why = r.split.each(r.packed, r.cut)
		if why == "" && n != len(r.slotAt) && (!r.m.short || n > len(r.slotAt)) {
			why = fmt.Sprintf("%d columns instead of %d", n, len(r.slotAt))
		}
	}
	if why != "" {
		r.bad(at, number, why, b)
		return
	}
	r.row(at, number, b)
}

// closingQuote returns the length of the string that begins here, or why it has
// no end.
func (s *source) closingQuote() (n int, why string) {
	for i := 1; ; {
		b := s.rest()
		for i < len(b) {
			j := bytes.IndexAny(b[i:], `"\`)
			if j < 0 {
				i = len(b)
				break
			}
			if i += j; b[i] == '"' {
				return i + 1, ""
			}
			if i+1 == len(b) {
				break
			}
			i += 2
		}
		if !s.fill() {
			return 0, "a text without end"
		}
	}
}
