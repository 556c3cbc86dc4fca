package condense

import (
	"encoding/binary"
	"errors"
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

// EncodeRow appends a row's exemplars and its list of events, which must be in
// order of time, to b. Tables without values have no list.
func EncodeRow(b []byte, t *Table, hour uint32, es []Event, xs []Exemplar) []byte {
	if len(t.Values) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(xs)))
	var last Exemplar
	for _, x := range xs {
		// A place is told by how far it lies behind the one before.
		b = binary.AppendVarint(b, int64(x.Index-last.Index))
		b = binary.AppendVarint(b, int64(x.Source)-int64(last.Source))
		b = binary.AppendVarint(b, x.Offset-last.Offset)
		last = x
	}
	var run [1 + maxValues]uint64
	prev := int64(hour) * hourMicros
	for i := range es {
		e := &es[i]
		run[0] = uint64(e.TS-prev) << 1
		if e.Dup {
			run[0] |= 1
		}
		prev = e.TS
		for v := range t.Values {
			run[1+v] = uint64(e.V[v])
		}
		b = appendFields(b, run[:1+len(t.Values)])
	}
	return b
}

var errList = errors.New("damaged event list in the ledger")

// DecodeRow is the inverse of EncodeRow for a row of the given hour. Events
// whose place is not known have source 0. A row of a table without values is
// one event at the start of the hour.
func DecodeRow(t *Table, hour uint32, b []byte) ([]Event, error) {
	prev := int64(hour) * hourMicros
	if len(t.Values) == 0 {
		return []Event{{TS: prev}}, nil
	}
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)) {
		return nil, errList
	}
	b = b[used:]
	xs := make([]Exemplar, 0, MaxExemplars)
	var last [3]int64
	for range n {
		for k := range last {
			x, used := binary.Varint(b)
			if used <= 0 {
				return nil, errList
			}
			last[k] += x
			b = b[used:]
		}
		xs = append(xs, Exemplar{Index: int(last[0]), Source: uint32(last[1]), Offset: last[2]})
	}
	es := make([]Event, 0, len(b)/12+1)
	var run [1 + maxValues]uint64
	for len(b) > 0 {
		used := takeFields(b, run[:1+len(t.Values)])
		if used == 0 {
			return nil, errList
		}
		b = b[used:]
		e := Event{TS: prev + int64(run[0]>>1), Dup: run[0]&1 != 0}
		prev = e.TS
		for v := range t.Values {
			e.V[v] = int64(run[1+v])
		}
		es = append(es, e)
	}
	for _, x := range xs {
		if x.Index < 0 || x.Index >= len(es) {
			return nil, errList
		}
		es[x.Index].Source, es[x.Index].Offset = x.Source, x.Offset
	}
	return es, nil
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

// Events returns the list of the row with the given seq, from its block.
func Events(t *Table, hour uint32, seq int64, block []byte) ([]Event, error) {
	if len(t.Values) == 0 {
		return DecodeRow(t, hour, nil)
	}
	row, err := BlockRow(block, seq)
	if err != nil {
		return nil, err
	}
	return DecodeRow(t, hour, row)
}
