package generate

import "strconv"

// unset marks a number that the record does not give.
const unset = -1

// key writes what stands before the next value.
func (t *table) key() {
	if t.json && t.some {
		t.buf = append(t.buf, ',')
	}
	t.some = true
	t.buf = append(t.buf, t.prefix[t.col]...)
	t.col++
}

// skip leaves the next column unset.
func (t *table) skip() {
	if t.json {
		t.col++
		return
	}
	t.key()
	t.buf = append(t.buf, '-')
}

// num writes a count or a port; unset leaves it out.
func (t *table) num(v int64) {
	if v < 0 {
		t.skip()
		return
	}
	t.key()
	t.buf = strconv.AppendInt(t.buf, v, 10)
}

// time writes a time or an interval in microseconds; unset leaves it out.
func (t *table) time(us int64) {
	if us < 0 {
		t.skip()
		return
	}
	t.key()
	t.buf = appendSeconds(t.buf, us)
}

// appendSeconds appends microseconds as seconds with six decimals.
func appendSeconds(b []byte, us int64) []byte {
	b = strconv.AppendInt(b, us/1e6, 10)
	f := us % 1e6
	return append(b, '.', byte('0'+f/1e5), byte('0'+f/1e4%10), byte('0'+f/1e3%10), byte('0'+f/100%10),
		byte('0'+f/10%10), byte('0'+f%10))
}

// float writes a double with six decimals.
func (t *table) float(v float64) {
	t.key()
	t.buf = strconv.AppendFloat(t.buf, v, 'f', 6, 64)
}

func (t *table) bool(v bool) {
	t.key()
	switch {
	case t.json:
		t.buf = strconv.AppendBool(t.buf, v)
	case v:
		t.buf = append(t.buf, 'T')
	default:
		t.buf = append(t.buf, 'F')
	}
}

// str writes a string; the empty one leaves the column unset.
func (t *table) str(s string) {
	if s == "" {
		t.skip()
		return
	}
	t.key()
	t.text(s, false)
}

// text appends s, escaped for the format; inSet for an element of a set or
// vector.
func (t *table) text(s string, inSet bool) {
	if t.json {
		t.buf = append(t.buf, '"')
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\\':
			t.buf = append(t.buf, '\\', '\\')
		case c == '"' && t.json:
			t.buf = append(t.buf, '\\', '"')
		case c == ',' && inSet && !t.json:
			t.buf = append(t.buf, `\x2c`...)
		default:
			t.buf = append(t.buf, c)
		}
	}
	if t.json {
		t.buf = append(t.buf, '"')
	}
}

// addr writes an address; 0 leaves it out.
func (t *table) addr(a ip) {
	if a == 0 {
		t.skip()
		return
	}
	t.host(a)
}

// host writes an address, 0.0.0.0 included.
func (t *table) host(a ip) {
	t.key()
	if t.json {
		t.buf = append(t.buf, '"')
	}
	t.buf = a.append(t.buf)
	if t.json {
		t.buf = append(t.buf, '"')
	}
}

// list writes a set or vector of strings; nil leaves it out.
func (t *table) list(s []string) {
	if s == nil {
		t.skip()
		return
	}
	t.key()
	if t.json {
		t.buf = append(t.buf, '[')
	} else if len(s) == 0 {
		t.buf = append(t.buf, "(empty)"...)
	}
	for i, e := range s {
		if i > 0 {
			t.buf = append(t.buf, ',')
		}
		t.text(e, true)
	}
	if t.json {
		t.buf = append(t.buf, ']')
	}
}

// one writes a vector of one string; the empty one leaves it out.
func (t *table) one(s string) {
	if s == "" {
		t.skip()
		return
	}
	t.list([]string{s})
}

// times writes a vector of n equal intervals in seconds; 0 leaves it out.
func (t *table) times(n int, seconds int64) {
	if n == 0 {
		t.skip()
		return
	}
	t.key()
	if t.json {
		t.buf = append(t.buf, '[')
	}
	for i := range n {
		if i > 0 {
			t.buf = append(t.buf, ',')
		}
		t.buf = appendSeconds(t.buf, seconds*1e6)
	}
	if t.json {
		t.buf = append(t.buf, ']')
	}
}
