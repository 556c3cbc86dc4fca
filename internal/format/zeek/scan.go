package zeek

import "bytes"

const (
	// maxDepth is how deep objects and arrays may be nested; Zeek needs two.
	maxDepth = 64
	// maxKeys is how many fields a record may have; Zeek's largest has about 60.
	maxKeys = 4096
)

// pair is one field of a JSON object. Fields of nested objects have their names
// joined with a dot, as in id.orig_h.
type pair struct {
	key []byte
	val value
}

// scanner takes one JSON object apart. Pairs whose value is null are left out.
type scanner struct {
	b     []byte
	i     int
	pairs []pair
	keys  []byte // decoded and joined names
	why   string // what is wrong, empty when b only ends too early
}

// object reads the object at the beginning of b and returns its length. When ok
// is false either why is set, or b ends before the object does; pairs then
// holds what came before.
func (s *scanner) object(b []byte) (n int, ok bool) {
	s.b, s.i, s.why = b, 0, ""
	s.pairs, s.keys = s.pairs[:0], s.keys[:0]
	ok = s.members(nil, 1)
	return s.i, ok
}

func (s *scanner) bad(why string) bool {
	s.why = why
	return false
}

// space moves to the next byte that is not white space.
func (s *scanner) space() bool {
	if s.i < len(s.b) && s.b[s.i] > ' ' {
		return true
	}
	return s.moreSpace()
}

func (s *scanner) moreSpace() bool {
	for ; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
		default:
			return true
		}
	}
	return false
}

// members reads an object at the current place.
func (s *scanner) members(prefix []byte, depth int) bool {
	if depth > maxDepth {
		return s.bad("nested too deeply")
	}
	s.i++
	if !s.space() {
		return false
	}
	if s.b[s.i] == '}' {
		s.i++
		return true
	}
	for {
		if s.b[s.i] != '"' {
			return s.bad("broken JSON: a name must be in quotes")
		}
		name, escaped, ok := s.text()
		if !ok || !s.space() {
			return false
		}
		if s.b[s.i] != ':' {
			return s.bad("broken JSON: no colon after a name")
		}
		s.i++
		if !s.space() {
			return false
		}
		if !s.member(s.name(prefix, name, escaped), depth) || !s.space() {
			return false
		}
		c := s.b[s.i]
		s.i++
		if c == '}' {
			return true
		}
		if c != ',' {
			s.i--
			return s.bad("broken JSON: no comma between fields")
		}
		if !s.space() {
			return false
		}
	}
}

// name returns the full name of a field.
func (s *scanner) name(prefix, name []byte, escaped bool) []byte {
	if prefix == nil && !escaped {
		return name
	}
	n := len(s.keys)
	if prefix != nil {
		s.keys = append(append(s.keys, prefix...), '.')
	}
	if escaped {
		s.keys = unescapeJSON(s.keys, name)
	} else {
		s.keys = append(s.keys, name...)
	}
	return s.keys[n:len(s.keys):len(s.keys)]
}

// member reads the value of one field.
func (s *scanner) member(key []byte, depth int) bool {
	if s.b[s.i] == '{' {
		return s.members(key, depth+1)
	}
	v, ok := s.value(depth)
	if !ok {
		return false
	}
	if v.raw == nil {
		return true
	}
	if len(s.pairs) == maxKeys {
		return s.bad("too many fields")
	}
	s.pairs = append(s.pairs, pair{key, v})
	return true
}

// value reads anything but an object that is to be flattened. The raw bytes of
// null are nil.
func (s *scanner) value(depth int) (value, bool) {
	start := s.i
	switch c := s.b[s.i]; {
	case c == '"':
		b, escaped, ok := s.text()
		if escaped {
			return value{jsonEscape, b}, ok
		}
		return value{jsonString, b}, ok
	case c == '[':
		ok := s.list(depth + 1)
		return value{jsonList, s.b[min(start+1, s.i):max(s.i-1, start+1)]}, ok
	case c == '{':
		return value{}, s.inner(depth + 1)
	}
	i := start
	for i < len(s.b) && numeric[s.b[i]] {
		i++
	}
	if i < len(s.b) && i > start && ends(s.b[i]) && s.b[start] < '@' {
		s.i = i
		return value{jsonBare, s.b[start:i]}, true
	}
	return s.word(start)
}

// word reads true, false, null and what Python writes for special numbers.
func (s *scanner) word(start int) (value, bool) {
	for s.i < len(s.b) && !ends(s.b[s.i]) {
		s.i++
	}
	if s.i == len(s.b) {
		return value{}, false
	}
	raw := s.b[start:s.i]
	switch string(raw) {
	case "null":
		return value{}, true
	case "true", "false", "NaN", "Infinity", "-Infinity":
		return value{jsonBare, raw}, true
	}
	return value{}, s.bad("broken JSON: a value is missing or not quoted")
}

// numeric holds the bytes of which numbers consist; whether they form one is
// checked where a number is needed.
var numeric = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true, '8': true, '9': true,
	'-': true, '+': true, '.': true, 'e': true, 'E': true,
}

// ends says whether c ends a number or a word.
func ends(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\n', '\r', '"', ':', '[', '{':
		return true
	}
	return false
}

// inner reads an object whose fields do not matter, such as one in an array.
func (s *scanner) inner(depth int) bool {
	pairs, keys := len(s.pairs), len(s.keys)
	ok := s.members([]byte{}, depth)
	s.pairs, s.keys = s.pairs[:pairs], s.keys[:keys]
	return ok
}

// list reads an array at the current place.
func (s *scanner) list(depth int) bool {
	if depth > maxDepth {
		return s.bad("nested too deeply")
	}
	s.i++
	if !s.space() {
		return false
	}
	if s.b[s.i] == ']' {
		s.i++
		return true
	}
	for {
		if _, ok := s.value(depth); !ok || !s.space() {
			return false
		}
		c := s.b[s.i]
		s.i++
		if c == ']' {
			return true
		}
		if c != ',' {
			s.i--
			return s.bad("broken JSON: no comma in a list")
		}
		if !s.space() {
			return false
		}
	}
}

// text reads a string and returns its inside, still escaped. Control bytes are
// let through, except a line feed.
func (s *scanner) text() (b []byte, escaped, ok bool) {
	start := s.i + 1
	for i := start; ; i++ {
		if i = plainText(s.b, i); i >= len(s.b) {
			break
		}
		switch s.b[i] {
		case '"':
			s.i = i + 1
			return s.b[start:i:i], escaped, true
		case '\n':
			s.i = i
			return nil, false, s.bad("broken JSON: a string without end")
		case '\\':
			escaped = true
			i++
			if i == len(s.b) {
				break
			}
			switch s.b[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				for j := i + 1; j <= i+4; j++ {
					if j >= len(s.b) {
						s.i = len(s.b)
						return nil, false, false
					}
					if hexDigit(s.b[j]) > 15 {
						s.i = j
						return nil, false, s.bad("broken JSON: a broken escape in a string")
					}
				}
				i += 4
			default:
				s.i = i
				return nil, false, s.bad("broken JSON: a broken escape in a string")
			}
		}
	}
	s.i = len(s.b)
	return nil, false, false
}

// nextElement splits the first element off the inside of an array that a
// scanner has accepted. The raw bytes of null are nil.
func nextElement(b []byte) (e value, rest []byte, ok bool) {
	for len(b) > 0 && (b[0] == ',' || b[0] == ' ' || b[0] == '\t' || b[0] == '\n' || b[0] == '\r') {
		b = b[1:]
	}
	if len(b) == 0 {
		return value{}, nil, false
	}
	switch b[0] {
	case '"':
		i := 1
		kind := jsonString
		for i < len(b) && b[i] != '"' {
			if b[i] == '\\' {
				kind = jsonEscape
				i++
			}
			i++
		}
		i = min(i, len(b))
		return value{kind, b[1:i]}, b[min(i+1, len(b)):], true
	case '[', '{':
		n, _ := closing(b)
		return value{jsonBare, b[:n]}, b[n:], true
	}
	i := 0
	for i < len(b) && !ends(b[i]) {
		i++
	}
	i = max(i, 1)
	if string(b[:i]) == "null" {
		return value{jsonBare, nil}, b[i:], true
	}
	return value{jsonBare, b[:i]}, b[i:], true
}

// closing returns the length of the object or array at the beginning of b, by
// counting brackets outside of strings.
func closing(b []byte) (n int, ok bool) {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		case '"':
			for i++; i < len(b) && b[i] != '"'; i++ {
				if b[i] == '\\' {
					i++
				}
			}
		}
	}
	return len(b), false
}

var (
	pathKey   = []byte("_path")
	streamKey = []byte("@stream")
)

// ownType returns the type that a record names itself: _path, else @stream.
func ownType(pairs []pair) (name value, ok bool) {
	for i := range pairs {
		switch k := pairs[i].key; {
		case len(k) == len(pathKey) && k[0] == '_' && bytes.Equal(k, pathKey):
			return pairs[i].val, true
		case !ok && len(k) == len(streamKey) && k[0] == '@' && bytes.Equal(k, streamKey):
			name, ok = pairs[i].val, true
		}
	}
	return name, ok
}
