package ledger

import (
	"encoding/binary"

	"barium/internal/condense"
)

// EncodePlaces packs a row's exemplars for storage: for each, index in the
// list, source and offset as varints.
func EncodePlaces(xs []condense.Exemplar) []byte {
	b := make([]byte, 0, 16)
	for _, x := range xs {
		b = binary.AppendUvarint(b, uint64(x.Index))
		b = binary.AppendUvarint(b, uint64(x.Source))
		b = binary.AppendUvarint(b, uint64(x.Offset))
	}
	return b
}

// DecodePlaces is the inverse of EncodePlaces. Damaged bytes end the list.
func DecodePlaces(b []byte) (xs []condense.Exemplar) {
	for len(b) > 0 {
		var v [3]uint64
		for i := range v {
			x, n := binary.Uvarint(b)
			if n <= 0 {
				return xs
			}
			v[i], b = x, b[n:]
		}
		xs = append(xs, condense.Exemplar{Index: int(v[0]), Source: uint32(v[1]), Offset: int64(v[2])})
	}
	return xs
}

// Events decodes a row's list of any table and puts the places of its exemplars
// on the events they belong to.
func Events(table int, hour uint32, list, places []byte) ([]condense.Event, error) {
	es, err := condense.DecodeList(condense.Tables[table], hour, list)
	if err != nil {
		return nil, err
	}
	for _, x := range DecodePlaces(places) {
		if x.Index < len(es) {
			es[x.Index].Source, es[x.Index].Offset = x.Source, x.Offset
		}
	}
	return es, nil
}
