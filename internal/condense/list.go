package condense

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// BlockRows is how many rows may share a block of lists: those whose seq differs
// in the last bits only. A database takes few long texts far faster than many
// short ones, and a reader of one row has little to skip.
const BlockRows = 4

// fullBlock is from how many bytes on a block takes no more rows.
const fullBlock = 4 << 10

// MaxExemplars is how many events of a row lead back to their raw lines.
const MaxExemplars = 3

// Exemplar says where one event of a row's list was read.
type Exemplar struct {
	Index  int // in the list
	Source uint32
	Offset int64
}

// Frame is what a row's columns say of its list, which leaves that out: the last
// event is where the row ends, and of a value that the row adds up, that of the
// first event that counts is what the others leave.
type Frame struct {
	First, Last int64            // microseconds since 1970 UTC
	Totals      [maxTotals]int64 // in the order of Table.Totals
}

// FrameOf returns the frame of a list.
func FrameOf(t *Table, es []Event) (f Frame) {
	if len(es) == 0 {
		return f
	}
	f.First, f.Last = es[0].TS, es[len(es)-1].TS
	for v := range t.Totals {
		for i := range es {
			if t.counts(v, &es[i]) {
				f.Totals[v] += es[i].V[v]
			}
		}
	}
	return f
}

// rest returns the position of the event whose value v the row's total tells; -1
// when there is none.
func (t *Table) rest(v int, es []Event) int {
	if v >= len(t.Totals) {
		return -1
	}
	for i := range es {
		if t.counts(v, &es[i]) {
			return i
		}
	}
	return -1
}

// Stored is a row's list as it lies in a ledger: its frame, the row's seq, and
// the block.
type Stored struct {
	Frame
	Seq   int64
	Lists []byte
}

// Scan returns where a query puts what it finds: first, last, each of Table.Totals,
// seq, lists.
func (s *Stored) Scan(t *Table) []any {
	into := []any{&s.First, &s.Last}
	for i := range t.Totals {
		into = append(into, &s.Totals[i])
	}
	return append(into, &s.Seq, &s.Lists)
}

// EncodeRow appends a row's exemplars and its list of events, which must be in
// order of time, to b. Tables without values have no list. docs/ledger.md
// describes the bits.
func EncodeRow(b []byte, t *Table, es []Event, xs []Exemplar) []byte {
	return encodeRow(b, t, es, xs, len(es) == 0)
}

// encodeThin is EncodeRow for a list that holds some of the row's events only: the
// row's totals do not tell their values.
func encodeThin(b []byte, t *Table, es []Event, xs []Exemplar) []byte {
	return encodeRow(b, t, es, xs, true)
}

func encodeRow(b []byte, t *Table, es []Event, xs []Exemplar, thin bool) []byte {
	if len(t.Values) == 0 {
		return b
	}
	w := bitWriter{b: b}
	switch {
	case thin:
		w.put(0, 1)
		w.number(0)
		w.number(uint64(len(es)))
	case len(es) == 1:
		w.put(1, 1)
	default:
		w.put(0, 1)
		w.number(uint64(len(es)))
	}
	w.exemplars(xs, indexBits(len(es)))
	w.copies(es)
	if len(es) > 0 {
		w.gaps(es)
		for v := len(t.Values) - 1; v >= 0; v-- {
			rest := -1
			if !thin {
				rest = t.rest(v, es)
			}
			w.column(es, v, rest)
		}
	}
	w.end()
	return w.b
}

// indexBits is how many bits a position in a list of n takes.
func indexBits(n int) uint { return uint(bits.Len(uint(max(n, 1) - 1))) }

// exemplars writes how many there are and, for each, its position, whether it is
// of the same source as the one before, if not of which, and the place there.
func (w *bitWriter) exemplars(xs []Exemplar, index uint) {
	w.put(uint64(min(len(xs), MaxExemplars)), 2)
	if len(xs) >= MaxExemplars {
		w.number(uint64(len(xs) - MaxExemplars))
	}
	var last Exemplar
	for i, x := range xs {
		w.put(uint64(x.Index), index)
		if i > 0 && x.Source == last.Source {
			w.put(1, 1)
			w.number(zigzag(x.Offset - last.Offset))
		} else {
			w.put(0, 1)
			w.number(uint64(x.Source))
			w.number(uint64(x.Offset))
		}
		last = x
	}
}

// zigzag makes small numbers of either sign small.
func zigzag(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

// copies writes which events are other sensors' copies, if any is.
func (w *bitWriter) copies(es []Event) {
	any := slices.ContainsFunc(es, func(e Event) bool { return e.Dup })
	w.put(one(any), 1)
	if !any {
		return
	}
	for i := range es {
		w.put(one(es[i].Dup), 1)
	}
}

func one(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// gaps writes the times between events but for the last.
func (w *bitWriter) gaps(es []Event) {
	if len(es) <= 2 {
		return
	}
	es = es[:len(es)-1]
	sum := 0
	for i := 1; i < len(es); i++ {
		sum += bits.Len64(uint64(es[i].TS - es[i-1].TS))
	}
	usual := usualWidth(sum, len(es)-1)
	w.put(uint64(usual), widthBits)
	for i := 1; i < len(es); i++ {
		w.near(uint64(es[i].TS-es[i-1].TS), usual)
	}
}

// usualWidth is the mean of n widths that add up to sum: about half the numbers
// are wider, which makes them shortest.
func usualWidth(sum, n int) uint { return min(uint(2*sum+n)/uint(2*n), allBits) }

// column writes one value of all events: once where it is always the same, not for
// the event at rest otherwise.
func (w *bitWriter) column(es []Event, v, rest int) {
	if len(es) == 1 {
		if rest < 0 {
			w.number(uint64(es[0].V[v]))
		}
		return
	}
	sum, same, n := 0, true, len(es)
	for i := range es {
		sum += bits.Len64(uint64(es[i].V[v]))
		same = same && es[i].V[v] == es[0].V[v]
	}
	w.put(one(same), 1)
	if same {
		w.number(uint64(es[0].V[v]))
		return
	}
	if rest >= 0 {
		sum -= bits.Len64(uint64(es[rest].V[v]))
		n--
	}
	usual := usualWidth(sum, n)
	w.put(uint64(usual), widthBits)
	for i := range es {
		if i != rest {
			w.near(uint64(es[i].V[v]), usual)
		}
	}
}

var errList = errors.New("damaged event list in the ledger")

// DecodeRow is the inverse of EncodeRow for a row with the given frame. Events
// whose place is not known have source 0. A row of a table without values is
// one event.
func DecodeRow(t *Table, f *Frame, b []byte) ([]Event, error) {
	es, _, err := decodeRow(t, f, b)
	return es, err
}

// decodeRow also tells whether the list holds some of the row's events only.
func decodeRow(t *Table, f *Frame, b []byte) (_ []Event, thin bool, _ error) {
	if len(t.Values) == 0 {
		return []Event{{TS: f.First}}, false, nil
	}
	r := bitReader{b: b}
	n := uint64(1)
	if r.take(1) == 0 {
		if n = r.number(); n == 0 {
			n, thin = r.number(), true
		}
	}
	// Every event but the first takes a bit at least.
	if r.bad || n > uint64(len(b))*8 {
		return nil, false, errList
	}
	es := make([]Event, n)
	xs, ok := r.exemplars(int(n))
	if !ok {
		return nil, false, errList
	}
	if r.take(1) == 1 {
		for i := range es {
			es[i].Dup = r.take(1) == 1
		}
	}
	if n > 0 {
		es[0].TS, es[n-1].TS = f.First, f.Last
		r.gaps(es)
		for v := len(t.Values) - 1; v >= 0; v-- {
			total, rest := int64(0), -1
			if v < len(t.Totals) && !thin {
				total, rest = f.Totals[v], t.rest(v, es)
			}
			r.column(t, es, v, rest, total)
		}
	}
	if r.bad {
		return nil, false, errList
	}
	for _, x := range xs {
		es[x.Index].Source, es[x.Index].Offset = x.Source, x.Offset
	}
	return es, thin, nil
}

// exemplars is the inverse of bitWriter.exemplars for a list of n events.
func (r *bitReader) exemplars(n int) (xs []Exemplar, ok bool) {
	count := r.take(2)
	if count == MaxExemplars {
		count += r.number()
	}
	if count > uint64(n) {
		return nil, false
	}
	index := indexBits(n)
	xs = make([]Exemplar, count)
	for i := range xs {
		x := &xs[i]
		x.Index = int(r.take(index))
		if r.take(1) == 1 && i > 0 {
			x.Source, x.Offset = xs[i-1].Source, xs[i-1].Offset+unzigzag(r.number())
		} else {
			x.Source, x.Offset = uint32(r.number()), int64(r.number())
		}
		if x.Index >= n {
			return nil, false
		}
	}
	return xs, !r.bad
}

// gaps is the inverse of bitWriter.gaps.
func (r *bitReader) gaps(es []Event) {
	if len(es) <= 2 {
		return
	}
	es = es[:len(es)-1]
	usual := uint(r.take(widthBits))
	for i := 1; i < len(es) && !r.bad; i++ {
		es[i].TS = es[i-1].TS + int64(r.near(usual))
	}
}

// column is the inverse of bitWriter.column, given what the row adds the value up
// to.
func (r *bitReader) column(t *Table, es []Event, v, rest int, total int64) {
	if len(es) == 1 && rest == 0 {
		es[0].V[v] = total
		return
	}
	if len(es) == 1 || r.take(1) == 1 {
		x := int64(r.number())
		for i := range es {
			es[i].V[v] = x
		}
		return
	}
	usual := uint(r.take(widthBits))
	for i := range es {
		if i != rest {
			es[i].V[v] = int64(r.near(usual))
		}
	}
	if rest >= 0 {
		for i := range es {
			if i != rest && t.counts(v, &es[i]) {
				total -= es[i].V[v]
			}
		}
		es[rest].V[v] = total
	}
}

// AppendBlock appends what EncodeRow gave for the next row of a block.
func AppendBlock(block, row []byte) []byte {
	return append(binary.AppendUvarint(block, uint64(len(row))), row...)
}

// BlockRow returns what EncodeRow gave for the row with the given seq.
func BlockRow(block []byte, seq int64) ([]byte, error) {
	for i := seq % BlockRows; ; i-- {
		n, used := binary.Uvarint(block)
		if used <= 0 || n > uint64(len(block)-used) {
			return nil, errList
		}
		if i == 0 {
			return block[used : used+int(n)], nil
		}
		block = block[used+int(n):]
	}
}

// Events returns the list of a row.
func Events(t *Table, s *Stored) ([]Event, error) {
	if len(t.Values) == 0 {
		return DecodeRow(t, &s.Frame, nil)
	}
	row, err := BlockRow(s.Lists, s.Seq)
	if err != nil {
		return nil, err
	}
	return DecodeRow(t, &s.Frame, row)
}

// AppendPlain appends the list of a row to b as EncodeRow would, without exemplars.
func AppendPlain(b []byte, t *Table, s *Stored) ([]byte, error) {
	if len(t.Values) == 0 {
		return b, nil
	}
	row, err := BlockRow(s.Lists, s.Seq)
	if err != nil {
		return b, err
	}
	es, thin, err := decodeRow(t, &s.Frame, row)
	if err != nil {
		return b, err
	}
	return encodeRow(b, t, es, nil, thin), nil
}
