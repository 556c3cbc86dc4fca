package table

import (
	"bytes"
	"unicode/utf8"

	"barium/internal/format"
)

const (
	// maxDepth is how deep objects and lists may be nested.
	maxDepth = 32
	// maxPath is how long the joined keys of a value may be.
	maxPath = 1 << 10
	// maxValues is how many values an object may have.
	maxValues = 1 << 16
)

const brokenJSON = "broken JSON"

// scanner goes through one JSON object (RFC 8259) and names each value by the keys
// above it, joined by points: {"a": {"b": 1}} and {"a.b": 1} are the same.
type scanner struct {
	b      []byte
	i      int
	path   []byte
	values int
	arena  []byte
	leaf   func(path, value []byte)
	why    string
}

// object reads the object that b is. Values of lists have the path of the list.
// They are valid until the next object.
func (s *scanner) object(b []byte, leaf func(path, value []byte)) (why string) {
	s.b, s.i, s.path, s.values, s.leaf, s.why = b, 0, s.path[:0], 0, leaf, ""
	s.space()
	if !s.value(0) {
		if s.why == "" {
			s.why = brokenJSON
		}
		return s.why
	}
	s.space()
	if s.i < len(s.b) {
		return brokenJSON
	}
	return ""
}

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

func (s *scanner) next() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) value(depth int) bool {
	if s.values++; s.values > maxValues {
		s.why = "too many values"
		return false
	}
	switch c := s.next(); {
	case c == '{':
		return s.members(depth + 1)
	case c == '[':
		return s.elements(depth + 1)
	case c == '"':
		v, ok := s.text()
		if ok {
			s.leaf(s.path, v)
		}
		return ok
	case c == '-' || c-'0' <= 9:
		return s.number()
	}
	for _, w := range [...]string{"null", "true", "false"} {
		if len(s.b)-s.i >= len(w) && string(s.b[s.i:s.i+len(w)]) == w {
			v := s.b[s.i : s.i+len(w)]
			if s.i += len(w); w == "null" {
				v = v[:0]
			}
			s.leaf(s.path, v)
			return true
		}
	}
	return false
}

// number takes what RFC 8259 section 6 allows, as it is written.
func (s *scanner) number() bool {
	from := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c-'0' <= 9, c == '-', c == '+', c == '.', c == 'e', c == 'E':
			s.i++
			continue
		}
		break
	}
	v := s.b[from:s.i]
	if last := v[len(v)-1]; last-'0' > 9 {
		return false
	}
	s.leaf(s.path, v)
	return true
}

func (s *scanner) tooDeep(depth int) bool {
	if depth > maxDepth {
		s.why = "nested too deeply"
	}
	return depth > maxDepth
}

func (s *scanner) elements(depth int) bool {
	if s.i++; s.tooDeep(depth) {
		return false
	}
	if s.space(); s.next() == ']' {
		s.i++
		return true
	}
	for {
		if s.space(); !s.value(depth) {
			return false
		}
		s.space()
		c := s.next()
		s.i++
		if c == ']' {
			return true
		}
		if c != ',' {
			return false
		}
	}
}

func (s *scanner) members(depth int) bool {
	if s.i++; s.tooDeep(depth) {
		return false
	}
	if s.space(); s.next() == '}' {
		s.i++
		return true
	}
	above := len(s.path)
	for {
		if s.space(); s.next() != '"' {
			return false
		}
		key, ok := s.text()
		if !ok {
			return false
		}
		if above > 0 {
			s.path = append(s.path, '.')
		}
		if s.path = append(s.path, key...); len(s.path) > maxPath {
			s.why = "a key is too long"
			return false
		}
		s.space()
		if s.next() != ':' {
			return false
		}
		s.i++
		if s.space(); !s.value(depth) {
			return false
		}
		s.path = s.path[:above]
		s.space()
		c := s.next()
		s.i++
		if c == '}' {
			return true
		}
		if c != ',' {
			return false
		}
	}
}

// text reads a string.
func (s *scanner) text() ([]byte, bool) {
	s.i++
	from := s.i
	for s.i < len(s.b) {
		switch c := s.b[s.i]; {
		case c == '"':
			s.i++
			return s.b[from : s.i-1], true
		case c == '\\':
			return s.escaped(from)
		case c < ' ':
			return nil, false
		}
		s.i++
	}
	return nil, false
}

// escaped goes on with a string whose first escape is where the scanner stands.
func (s *scanner) escaped(from int) ([]byte, bool) {
	begin := len(s.arena)
	s.arena = append(s.arena, s.b[from:s.i]...)
	for s.i < len(s.b) {
		c := s.b[s.i]
		s.i++
		switch {
		case c == '"':
			return s.arena[begin:len(s.arena):len(s.arena)], true
		case c < ' ':
			return nil, false
		case c != '\\':
			s.arena = append(s.arena, c)
			continue
		}
		c = s.next()
		s.i++
		if i := bytes.IndexByte([]byte(`"\/bfnrt`), c); i >= 0 {
			s.arena = append(s.arena, "\"\\/\b\f\n\r\t"[i])
			continue
		}
		if c != 'u' {
			return nil, false
		}
		r, ok := s.unicode()
		if !ok {
			return nil, false
		}
		s.arena = utf8.AppendRune(s.arena, r)
	}
	return nil, false
}

// unicode reads what follows \u, with the second half of a pair. A half alone
// becomes U+FFFD.
func (s *scanner) unicode() (rune, bool) {
	hex := func() (rune, bool) {
		if len(s.b)-s.i < 4 {
			return 0, false
		}
		n, why := hexadecimal(s.b[s.i:s.i+4], 0xffff)
		s.i += 4
		return rune(n), why == ""
	}
	r, ok := hex()
	if !ok || r < 0xd800 || r > 0xdfff {
		return r, ok
	}
	if r < 0xdc00 && len(s.b)-s.i >= 6 && s.b[s.i] == '\\' && s.b[s.i+1] == 'u' {
		back := s.i
		s.i += 2
		low, ok := hex()
		if !ok {
			return 0, false
		}
		if low >= 0xdc00 && low <= 0xdfff {
			return (r-0xd800)<<10 + low - 0xdc00 + 0x10000, true
		}
		s.i = back
	}
	return utf8.RuneError, true
}

// keyed keeps a value that the mapping looks at: the first, or all of a list.
func (r *reading) keyed(path, value []byte) {
	if n := len(r.m.below); n > 0 && len(path) > n && string(path[:n]) == r.m.below {
		path = path[n:]
	}
	slot, ok := r.m.slotOf[string(path)]
	if !ok {
		return
	}
	old := r.cells[slot]
	if old == nil {
		r.cells[slot] = value
		return
	}
	if len(old)+len(value) >= format.MaxRecord {
		return
	}
	n := len(r.arena)
	r.arena = append(append(append(r.arena, old...), between), value...)
	r.cells[slot] = r.arena[n:len(r.arena):len(r.arena)]
}

// object reads one object into the cells.
func (r *reading) object(b []byte) (why string) {
	clear(r.cells)
	r.arena, r.json.arena = r.arena[:0], r.json.arena[:0]
	if why := r.json.object(b, r.leaf); why != "" {
		return why
	}
	for _, c := range r.m.inside {
		inner := bytes.TrimSpace(r.cells[r.m.slotOf[c]])
		if len(inner) == 0 || inner[0] != '{' {
			continue
		}
		if why := r.json.object(inner, r.leaf); why != "" {
			return why + " in " + c
		}
		break
	}
	return ""
}

// objects reads a source of JSON objects, one after the other, or in a list.
func (r *reading) objects() error {
	s := &r.in
	for {
		if err := r.interrupted(); err != nil {
			return err
		}
		end, long := s.lineEnd(0)
		if end == 0 {
			return s.ended()
		}
		b := s.rest()[:end]
		i := outside(b)
		if i == len(b) && !long {
			s.pass(i)
			continue
		}
		s.pass(i)
		at, number := s.offset, s.line+1
		switch b = b[i:]; {
		case b[0] != '{' && long:
			r.bad(at, number, "longer than 1 MiB", b)
			s.passLine()
		case b[0] != '{':
			r.bad(at, number, "not a JSON object", trimLine(b))
			s.pass(len(b))
		default:
			r.oneObject(at, number)
		}
	}
}

// oneObject reads the object that begins here. After a broken one the next line
// is looked at.
func (r *reading) oneObject(at, number int64) {
	s := &r.in
	n, why := s.closing()
	if why == "" {
		b := s.rest()[:n]
		if why = r.object(b); why == "" {
			r.row(at, number, b)
			s.pass(n)
			return
		}
		r.bad(at, number, why, b)
		s.pass(n)
		return
	}
	end, long := s.lineEnd(0)
	r.bad(at, number, why, trimLine(s.rest()[:end]))
	if long {
		s.passLine()
		return
	}
	s.pass(end)
}

// outside returns how many bytes at the beginning of b may stand between objects:
// white space, what makes a list of them, and the separator of JSON text
// sequences (RFC 7464).
func outside(b []byte) int {
	i := 0
	if bytes.HasPrefix(b, bom) {
		i = len(bom)
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case ' ', '\t', '\r', '\n', ',', '[', ']', 0x1e:
		default:
			return i
		}
	}
	return i
}

// closing returns the length of the object or list that begins here, by counting
// brackets outside of strings, or why there is none.
func (s *source) closing() (n int, why string) {
	depth, text, escape := 0, false, false
	for i := 0; ; {
		b := s.rest()
		for ; i < len(b); i++ {
			c := b[i]
			if text {
				switch {
				case escape:
					escape = false
				case c == '\\':
					escape = true
				case c == '"':
					text = false
				}
				continue
			}
			switch c {
			case '"':
				text = true
			case '{', '[':
				if depth++; depth > maxDepth {
					return 0, "nested too deeply"
				}
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1, ""
				}
			}
		}
		if len(b) > format.MaxRecord {
			return 0, "longer than 1 MiB"
		}
		if !s.fill() {
			if len(s.rest()) > format.MaxRecord {
				return 0, "longer than 1 MiB"
			}
			return 0, "broken JSON: it does not end"
		}
	}
}
