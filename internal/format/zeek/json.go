package zeek

import (
	"bytes"

	"barium/internal/format"
)

// nextJSON handles one object, or what stands between objects. b is the rest of
// the line at the window's position.
func (r *reading) nextJSON(b []byte, sp span) {
	w := r.w
	i := 0
	for i < len(b) && between(b[i]) {
		i++
	}
	if i == len(b) {
		if sp == spanLine {
			w.skipLine()
		} else {
			w.take(i)
		}
		return
	}
	w.take(i)
	if b[i] != '{' {
		r.bad(w.offset(), w.line, "not a JSON object", b[i:])
		w.skipLine()
		return
	}
	r.object(b[i:], sp)
}

// between says whether c may stand between objects: white space, what makes an
// array of them, and the separator of JSON text sequences.
func between(c byte) bool {
	switch c {
	case ' ', '\t', '\r', ',', '[', ']', recordSeparator:
		return true
	}
	return false
}

// object reads the object at the window's position.
func (r *reading) object(b []byte, sp span) {
	w := r.w
	offset, line := w.offset(), w.line
	n, ok := r.scan.object(b)
	switch {
	case ok && n > format.MaxRecord:
		r.bad(offset, line, tooLong, b)
		w.take(n)
	case ok:
		r.record(offset, line, b[:n])
		w.take(n)
	case r.scan.why != "":
		r.bad(offset, line, r.scan.why, b)
		if n, closed := closing(b); closed {
			w.take(n)
		} else {
			w.skipLine()
		}
	default:
		r.longObject(offset, line, b)
	}
}

// longObject reads an object that goes on after the line at the window's
// position, or after MaxRecord.
func (r *reading) longObject(offset, line int64, b []byte) {
	w := r.w
	sample := r.sample[:copy(r.sample[:], b)]
	e := w.extent()
	switch {
	case e.long:
		r.bad(offset, line, tooLong, sample)
	case !e.closed:
		r.bad(offset, line, "broken JSON: an object without end", sample)
	default:
		b := w.buf[w.pos : w.pos+e.n]
		if n, ok := r.scan.object(b); ok && n == len(b) {
			r.record(offset, line, b)
		} else if r.scan.why != "" {
			r.bad(offset, line, r.scan.why, b)
		} else {
			r.bad(offset, line, "broken JSON: brackets do not match", b)
		}
	}
	w.takeLines(e.n)
	r.resync = !e.closed && !e.restart && e.lines > 1
}

// extent is how far an object reaches.
type extent struct {
	n       int  // bytes from the window's position that remain to be taken
	lines   int  // line feeds passed
	closed  bool // it ends there; otherwise it is broken
	restart bool // broken, and the next record begins there
	long    bool // longer than MaxRecord
}

// extent finds the end of the object at the window's position by counting
// brackets. The object is broken when a line ends within a string, or when the
// next line looks like the beginning of another record: one with { in its first
// column or, if this object is not spread over lines in the first place, {
// after spaces and commas. Once the object is longer than MaxRecord its bytes
// are dropped while looking.
func (w *window) extent() (e extent) {
	var depth int
	var quoted, escaped bool
	compact := false // something follows the { on its line
	column := 1      // of the next byte, from 0, as far as it matters
	fresh := false   // only spaces and commas so far on this line
	for i := 0; ; i++ {
		for w.pos+i == w.end {
			if i > format.MaxRecord {
				e.long = true
				w.takeLines(i)
				i = 0
			}
			if !w.fill() {
				e.n = i
				return e
			}
		}
		c := w.buf[w.pos+i]
		if quoted {
			switch {
			case c == '\n':
				e.lines++
				e.n = i + 1
				e.long = e.long || i > format.MaxRecord
				return e
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				quoted = false
			}
			continue
		}
		if e.lines > 0 && (column == 0 && (c == '{' || c == '#') || fresh && compact && c == '{') {
			e.n, e.restart = i, true
			e.long = e.long || i > format.MaxRecord
			return e
		}
		column++
		switch c {
		case '\n':
			e.lines++
			column, fresh = 0, true
			continue
		case ' ', '\t', '\r', ',':
			continue
		case '"':
			quoted = true
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				e.n, e.closed = i+1, true
				e.long = e.long || i >= format.MaxRecord
				return e
			}
		}
		fresh = false
		compact = compact || e.lines == 0 && i > 0
	}
}

// notZeek is the reason for an object that lacks what every Zeek record has.
const notZeek = "JSON, but without Zeek's ts and uid, _path or @stream"

// record hands on the object that the scanner has just taken apart.
func (r *reading) record(offset, line int64, b []byte) {
	p := &r.p
	p.arena = p.arena[:0]
	name, k, ok := r.classify()
	if !ok {
		r.bad(offset, line, notZeek, b)
		return
	}
	r.kind = k
	if k == kindNone {
		r.skip(name)
		return
	}
	p.begin(k, offset)
	for i := range r.scan.pairs {
		f := &r.scan.pairs[i]
		t := r.target(i, k, f.key)
		if t.op == opNone {
			continue
		}
		p.set(t, f.val)
		if p.why != "" && p.where == "" {
			p.where = string(f.key[:min(len(f.key), 64)])
		}
	}
	if reason := p.end(r.sink); reason != "" {
		r.bad(offset, line, reason, b)
	}
}

// classify returns the log type of the object just scanned. ok is false when
// it is not Zeek's.
func (r *reading) classify() (name []byte, k kind, ok bool) {
	if v, ok := ownType(r.scan.pairs); ok {
		if name = r.p.text(v); typed(name) {
			return bytes.TrimPrefix(name, []byte("json_streaming_")), kindOf(name), true
		}
	}
	if loadedScript(r.scan.pairs) {
		return []byte("loaded_scripts"), kindNone, true
	}
	s, k, known, _ := inferPairs(r.scan.pairs)
	if k != kindNone {
		return nil, k, true // the name is needed only for what is skipped
	}
	return []byte(s), k, known
}

// loadedScript recognises a record of loaded_scripts.log, which consists of a
// script's name only.
func loadedScript(pairs []pair) bool {
	return len(pairs) == 1 && string(pairs[0].key) == "name" &&
		(bytes.HasSuffix(pairs[0].val.raw, []byte(".zeek")) || bytes.HasSuffix(pairs[0].val.raw, []byte(".bro")))
}

// inferPairs returns the type of a record that does not name it. known is false
// when it is not Zeek's, sure when its fields are those of one type.
func inferPairs(pairs []pair) (name string, k kind, known, sure bool) {
	var m marks
	for i := range pairs {
		m = m.and(mark(pairs[i].key))
	}
	name, k, sure = infer(m)
	return name, k, sure || m&mTS != 0 && m&(mUID|mFUID) != 0, sure
}

// keyed is what to do with a key of an object.
type keyed struct {
	target
	kind kind
	key  []byte
}

// target returns what to do with the key at position i of an object of kind k. A
// writer gives its keys in the same order each time.
func (r *reading) target(i int, k kind, key []byte) *target {
	const most = 64
	if i >= most {
		t := field(&r.p, k, key)
		return &t
	}
	for len(r.keys) <= i {
		r.keys = append(r.keys, keyed{kind: kindNone})
	}
	t := &r.keys[i]
	if t.kind != k || !bytes.Equal(t.key, key) {
		*t = keyed{field(&r.p, k, key), k, append(t.key[:0], key...)}
	}
	return &t.target
}
