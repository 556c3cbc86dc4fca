package zeek

import (
	"encoding/binary"
	"math/bits"

	"barium/internal/event"
	"barium/internal/format"
)

// slack is how many bytes must stand in the window behind the beginning of a
// member, so that its key and the beginning of its value are looked at without
// asking for each byte.
const slack = maxKey + 64

// objects reads objects the short way, as many as the window holds whole, each at
// the beginning of a line: a key is compared with those that came in its place
// before, and its value goes where it belongs while the object is being scanned.
// It stops at what it does not know, such as an object inside the object, and
// leaves that to the general way (object), which gives the same records for all
// objects and is several times slower.
func (r *reading) objects() {
	w := r.w
	filled := false
	for {
		b := w.buf[:w.end]
		if w.pos >= len(b) || b[w.pos] != '{' {
			return
		}
		e := r.shortObject(b, w.pos)
		if e == 0 {
			if filled || !r.fillLine() {
				return
			}
			filled = true // once, as the reason may be another one
			continue
		}
		filled = false
		if reason := r.p.end(r.sink); reason != "" {
			r.bad(w.offset(), w.line, reason, b[w.pos:e])
		}
		w.pos = e
		switch {
		case e < len(b) && b[e] == '\n':
			w.pos++
		case e+1 < len(b) && b[e] == '\r' && b[e+1] == '\n':
			w.pos += 2
		default:
			w.bol = false
			return
		}
		w.line++
	}
}

// fillLine reads on until the line at the window's position is in memory, and
// slack behind it. It reports whether there is more now than there was.
func (r *reading) fillLine() bool {
	w := r.w
	known := w.base + int64(w.end)
	if _, sp := w.peek(); sp != spanLine {
		return false
	}
	if w.end-w.seen < slack {
		w.fill()
	}
	return w.base+int64(w.end) > known
}

// shortObject reads the object at b[start:] into the parser and returns where it
// ends, 0 when it must be read the general way. Nothing was handed on then.
func (r *reading) shortObject(b []byte, start int) int {
	p := &r.p
	i := start + 1
	l := r.layoutAt(b, i)
	if l == nil {
		return 0
	}
	p.begin(r.kind, r.w.base+int64(start))
	var seen marks
	named := false
	prev := 0
	for range maxMembers {
		if i+slack > len(b) {
			return 0
		}
		n := int(l.members[prev].next[0])
		m := &l.members[n]
		if n == 0 || !m.at(b, i) {
			if n = r.follow(l, prev, b, i); n == 0 {
				return 0
			}
			m = &l.members[n]
		}
		prev = n
		i += m.n
		if b[i] == ' ' {
			i++
		}
		e := p.short(m, b, i)
		if e == 0 {
			if b[i] == '{' {
				return 0
			}
			r.scan.b, r.scan.i, r.scan.why = b, i, ""
			v, ok := r.scan.value(1)
			if !ok {
				return 0
			}
			if e = r.scan.i; v.raw != nil {
				if m.names {
					if !r.named(l, v) {
						return 0
					}
					named = true
				}
				seen = seen.and(m.mark)
				p.member(m, v)
			}
		} else {
			seen = seen.and(m.mark)
		}
		if i = e; i+2 > len(b) {
			return 0
		}
		c := b[i]
		i++
		if c == '}' {
			if i-start > format.MaxRecord || !named && !l.fits(seen, r.kind) {
				return 0
			}
			return i
		}
		if c != ',' {
			return 0
		}
		if b[i] == ' ' {
			i++
		}
	}
	return 0
}

// layoutAt returns the layout that the object with the first key at b[i:]
// probably has: that of the object before, unless it begins with the name of
// another type. It is nil when there is none.
func (r *reading) layoutAt(b []byte, i int) *layout {
	if i+slack > len(b) {
		return nil
	}
	if string(b[i:i+9]) == `"_path":"` {
		e := plainText(b, i+9)
		if name := b[i+9 : e]; e < len(b) && b[e] == '"' && (r.kind == kindNone || string(name) != string(r.layoutOf(r.kind).own)) && typed(name) {
			r.kind = kindOf(name)
		}
	}
	if r.kind == kindNone {
		return nil
	}
	return r.layoutOf(r.kind)
}

// named says whether v names the type of the layout.
func (r *reading) named(l *layout, v value) bool {
	if v.kind != jsonString || len(v.raw) == 0 {
		return false
	}
	if string(v.raw) == string(l.own) {
		return true
	}
	if !typed(v.raw) || kindOf(v.raw) != r.kind {
		return false
	}
	l.own = append(l.own[:0], v.raw...)
	return true
}

// fits says whether a record with the fields m, which does not name its type, is
// of type k.
func (l *layout) fits(m marks, k kind) bool {
	if m == l.marks {
		return true
	}
	_, inferred, _ := infer(m)
	if inferred != k {
		return false
	}
	l.marks = m
	return true
}

// member puts v where m says.
func (p *parser) member(m *member, v value) {
	if m.op == opNone {
		return
	}
	p.set(&m.target, v)
	if p.why != "" && p.where == "" {
		p.where = string(m.key())
	}
}

// short reads the value at b[i:] in the form in which Zeek writes nearly all of
// that kind, puts it where m says and returns where it ends; 0 when it has
// another form. What follows is for the caller to look at.
func (p *parser) short(m *member, b []byte, i int) (e int) {
	switch m.op {
	case opMoment:
		t, e := micros(b, i)
		if e == 0 || t > maxTime {
			return 0
		}
		p.head.TS = event.Time(t)
		p.have |= haveTS
		return e
	case opInterval:
		t, e := micros(b, i)
		if e == 0 || t > maxInterval {
			return 0
		}
		*m.num = t
		return e
	case opSize:
		n, e := count(b, i)
		if e > 0 {
			*m.num = n
		}
		return e
	case opPort:
		n, e := count(b, i)
		if e == 0 || n > 0xffff {
			return 0
		}
		*m.port = uint16(n)
		return e
	case opCode:
		n, e := count(b, i)
		if e == 0 || n > maxCode {
			return 0
		}
		*m.code = int(n)
		return e
	case opTri:
		yes, e := boolean(b, i)
		if e > 0 {
			*m.tri = event.No
			if yes {
				*m.tri = event.Yes
			}
		}
		return e
	case opBool:
		yes, e := boolean(b, i)
		if e > 0 {
			*m.flag = yes
		}
		return e
	case opText, opAddr, opProto, opState:
		return p.shortText(m, b, i)
	case opNone:
		if !m.names {
			return pass(b, i)
		}
	}
	return 0
}

// shortText is short for what stands in quotes.
func (p *parser) shortText(m *member, b []byte, i int) int {
	if b[i] != '"' {
		return 0
	}
	i++
	e := plainText(b, i)
	if e == len(b) || b[e] != '"' {
		return 0
	}
	switch m.op {
	case opText:
		*m.text = nil
		if e > i {
			*m.text = b[i:e:e]
		}
		p.have |= m.have
	case opAddr:
		a, ok := plainAddr(b, i, e)
		if !ok {
			return 0
		}
		setIPv4(m.addr, a)
		p.have |= m.have
	case opProto:
		p.setProto(b[i:e])
	case opState:
		p.conn.State = event.ParseConnState(b[i:e])
	}
	return e + 1
}

// pass returns where the value at b[i:] ends that nobody wants to know, 0 when
// it is another one than a text without escapes, a number, true or false.
func pass(b []byte, i int) int {
	switch c := b[i]; {
	case c == '"':
		if e := plainText(b, i+1); e < len(b) && b[e] == '"' {
			return e + 1
		}
	case c == 't' || c == 'f':
		_, e := boolean(b, i)
		return e
	case c < '@' && numeric[c]:
		for i < len(b) && numeric[b[i]] {
			i++
		}
		return i
	}
	return 0
}

// plainText returns where in b, from i on, the first byte stands that ends a JSON
// string or needs a closer look: a quote, a backslash or a control byte.
func plainText(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		x := load(b, i)
		q, s := x^'"'*ones, x^'\\'*ones
		// Of the high bits that are set the lowest is right, those above may not be.
		if m := ((q-ones)&^q | (s-ones)&^s | (x-' '*ones)&^x) & highs; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}

// boolean reads true or false and returns where it ends, 0 for neither.
func boolean(b []byte, i int) (yes bool, e int) {
	const isTrue, isFals = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24, 'f' | 'a'<<8 | 'l'<<16 | 's'<<24
	switch binary.LittleEndian.Uint32(b[i:]) {
	case isTrue:
		return true, i + 4
	case isFals:
		if b[i+4] == 'e' {
			return false, i + 5
		}
	}
	return false, 0
}

// digits returns how many of the bytes of x, which are XORed with zeros, are
// digits, from the lowest on.
func digits(x uint64) int { return bits.TrailingZeros64((x+0x76*ones|x)&highs) / 8 }

var powers = [...]uint64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000}

// whole reads one to 16 digits and returns where they end, 0 for more or none.
func whole(b []byte, i int) (n uint64, e int) {
	x := load(b, i) ^ zeros
	k := digits(x)
	if k < 8 {
		if k == 0 {
			return 0, 0
		}
		return decimal(x << (64 - 8*k)), i + k
	}
	n = decimal(x)
	x = load(b, i+8) ^ zeros
	if k = digits(x); k == 8 && b[i+16]-'0' <= 9 {
		return 0, 0
	}
	return n*powers[k] + decimal(x<<(64-8*k)), i + 8 + k
}

// count reads a whole number; e is where it ends, 0 when it has another form.
func count(b []byte, i int) (n int64, e int) {
	x, e := whole(b, i)
	if e == 0 || b[e] != ',' && b[e] != '}' {
		return 0, 0
	}
	return int64(x), e
}

// micros reads seconds with one to 24 decimals as microseconds, rounded half up
// as parseMicros does; e is where they end, 0 when they have another form.
func micros(b []byte, i int) (t int64, e int) {
	const most = 9_000_000_000 // seconds that fit by far
	s, e := whole(b, i)
	if e == 0 || s > most || b[e] != '.' {
		return 0, 0
	}
	e++
	x := load(b, e) ^ zeros
	k := digits(x)
	if k == 0 {
		return 0, 0
	}
	e += k
	if k < 8 {
		x &= 1<<(8*k) - 1
	}
	for j := 0; k == 8 && j < 2; j++ { // what does not count any more
		k = digits(load(b, e) ^ zeros)
		e += k
	}
	if b[e] != ',' && b[e] != '}' {
		return 0, 0
	}
	t = int64(s*1_000_000 + decimal(x<<16))
	if x>>48&0xff >= 5 {
		t++
	}
	return t, e
}
