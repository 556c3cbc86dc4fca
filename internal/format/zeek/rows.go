package zeek

import (
	"bytes"
	"math/bits"

	"barium/internal/event"
	"barium/internal/format"
)

// rows reads rows the short way, as many as the window holds whole. It stops at
// a line that may be anything but a row; a value in an unusual form, or a row
// with too few columns, it leaves to the general way (tsvRow), which gives the
// same records for all rows and is several times slower.
func (r *reading) rows() {
	w, p, steps, kind := r.w, &r.p, r.steps, r.tsv.kind
	b := w.buf[:w.end]
	start := w.pos        // of the row
	base := start - 64    // m describes b[base:base+64]
	m := uint64(0)        // separators not yet passed
	esc := w.esc - w.base // no backslash stands before it
	line := w.line
rows:
	for start < len(b) && !special[b[start]] {
		p.begin(kind, w.base+int64(start))
		i, e := start, start // the column is b[i:e]
		last := false
		k := 0
		for k < len(steps) && !last {
			for m == 0 {
				base += 64
				if base+64 > len(b) {
					break rows
				}
				m = separators(b[base:])
			}
			e = base + bits.TrailingZeros64(m)
			m &= m - 1
			end := e
			if c := b[e]; c != '\t' {
				if c != '\n' {
					continue
				}
				last = true
				if e > i && b[e-1] == '\r' {
					end--
				}
			}
			s := &steps[k]
			k++
			n := end - i
			if s.op == opNone || n == 0 || n == 1 && b[i] == '-' {
				i = e + 1
				continue
			}
			ok := false
			switch s.plain {
			case opMoment:
				var t event.Time
				if t, ok = plainTime(b, i, end); ok {
					p.head.TS = t
					p.have |= haveTS
				}
			case opText:
				if end > int(esc) {
					esc = r.nextEscape(b, i, int(esc))
				}
				if end <= int(esc) && (n != 7 || string(b[i:end]) != "(empty)") {
					ok = true
					*s.text = b[i:end]
					p.have |= s.have
				}
			case opAddr:
				var a uint32
				if a, ok = plainAddr(b, i, end); ok {
					setIPv4(s.addr, a)
					p.have |= s.have
				}
			case opPort:
				var x uint64
				if x, ok = short(b, i, end); ok && x <= 0xffff {
					*s.port = uint16(x)
				} else {
					ok = false
				}
			case opSize:
				var x uint64
				if x, ok = short(b, i, end); ok {
					*s.num = int64(x)
				}
			case opCode:
				var x uint64
				if x, ok = short(b, i, end); ok {
					*s.code = int(x)
				}
			case opInterval:
				var x int64
				if x, ok = plainInterval(b, i, end); ok {
					*s.num = x
				}
			case opTri:
				if ok = n == 1 && (b[i] == 'T' || b[i] == 'F'); ok {
					*s.tri = event.No
					if b[i] == 'T' {
						*s.tri = event.Yes
					}
				}
			case opBool:
				if ok = n == 1 && (b[i] == 'T' || b[i] == 'F'); ok {
					*s.flag = b[i] == 'T'
				}
			case opProto:
				if ok = n == 3; ok {
					p.setProto(b[i:end])
				}
			case opState:
				if ok = n == 2 || n == 4; ok {
					p.conn.State = event.ParseConnState(b[i:end])
				}
			}
			if !ok {
				p.column(s, b[i:end])
			}
			i = e + 1
		}
		if !last { // more columns than in the header
			n := bytes.IndexByte(b[i:], '\n')
			if n < 0 {
				break
			}
			e = i + n
			base, m = e+1-64, 0
		}
		if e-start > format.MaxRecord {
			break
		}
		w.pos, w.line = start, line
		if k < r.tsv.need {
			r.tsvRow(bytes.TrimSuffix(b[start:e], []byte{'\r'}))
		} else if reason := p.end(r.sink); reason != "" {
			r.bad(w.offset(), w.line, reason, bytes.TrimSuffix(b[start:e], []byte{'\r'}))
		}
		start = e + 1
		line++
	}
	w.pos, w.line, w.esc = start, line, w.base+esc
}

// special holds the bytes with which a line begins that is not a row, or may
// not be one: a header line, an object, a byte order mark, a blank line.
var special = [256]bool{'#': true, '{': true, 0xef: true, ' ': true, '\r': true, '\n': true}

// nextEscape returns where the first backslash at or after i stands, or the end
// of b. Before esc there is none.
func (r *reading) nextEscape(b []byte, i, esc int) int64 {
	from := max(i, esc)
	if n := bytes.IndexByte(b[from:], '\\'); n >= 0 {
		return int64(from + n)
	}
	return int64(len(b))
}
