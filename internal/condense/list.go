package condense

import (
	"encoding/binary"
	"errors"
)

// EncodeList appends the list of a row's events, which must be in order of
// time, to b. Each event is a run of varints: the time since the event before
// it (the first: since the start of the hour) times two, plus one for another
// sensor's copy, then the table's values. Tables without values have no list.
func EncodeList(b []byte, t *Table, hour uint32, es []Event) []byte {
	if len(t.Values) == 0 {
		return b
	}
	prev := int64(hour) * hourMicros
	for i := range es {
		d := uint64(es[i].TS-prev) << 1
		if es[i].Dup {
			d |= 1
		}
		prev = es[i].TS
		b = binary.AppendUvarint(b, d)
		for v := range t.Values {
			b = binary.AppendVarint(b, es[i].V[v])
		}
	}
	return b
}

var errList = errors.New("damaged event list in the ledger")

// DecodeList is the inverse of EncodeList for a row of the given hour; places
// are not part of a list. A row of a table without values is one event at the
// start of the hour.
func DecodeList(t *Table, hour uint32, b []byte) ([]Event, error) {
	prev := int64(hour) * hourMicros
	if len(t.Values) == 0 {
		return []Event{{TS: prev}}, nil
	}
	var es []Event
	for len(b) > 0 {
		var e Event
		d, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errList
		}
		b = b[n:]
		e.TS, e.Dup = prev+int64(d>>1), d&1 != 0
		prev = e.TS
		for v := range t.Values {
			x, n := binary.Varint(b)
			if n <= 0 {
				return nil, errList
			}
			e.V[v], b = x, b[n:]
		}
		es = append(es, e)
	}
	return es, nil
}
