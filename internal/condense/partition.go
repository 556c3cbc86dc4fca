package condense

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

// partitions is how many parts each table's records are divided into; a power
// of two. A part of a day of a large hospital fits in the second-level cache.
const partitions = 256

// localBuffer is how many bytes a goroutine collects for a partition before it
// hands them over.
const localBuffer = 2 << 10

// record is one event with its key, before it becomes part of a row.
type record struct {
	key     [maxKey]uint32
	event   Event
	primary bool   // counts as one of its source's records
	set     uint32 // name that the record adds to its row's Set column
}

// recordFields is how many numbers a record of table t is written as: its key,
// time, values, source, place and, for tables with a Set, what it says of that.
func recordFields(t *Table) int { return len(t.Key) + len(t.Values) + 4 }

// appendRecord encodes r for table t.
func appendRecord(b []byte, t *Table, r *record) []byte {
	var v [maxFields]uint64
	n := len(t.Key)
	for i := range n {
		v[i] = uint64(r.key[i])
	}
	v[n] = uint64(r.event.TS) - uint64(r.key[0])*hourMicros
	v[n+1] = uint64(r.event.Source) << 1
	if r.primary {
		v[n+1] |= 1
	}
	v[n+2], v[n+3] = uint64(r.event.Offset), uint64(r.set)
	n += 4
	for i := range t.Values {
		v[n+i] = uint64(r.event.V[i])
	}
	return appendFields(b, v[:recordFields(t)])
}

// decodeRecord is the inverse of appendRecord; it returns how long the record
// is, 0 when b does not hold one.
func decodeRecord(b []byte, t *Table, r *record) int {
	var v [maxFields]uint64
	used := takeFields(b, v[:recordFields(t)])
	n := len(t.Key)
	for i := range n {
		r.key[i] = uint32(v[i])
	}
	r.event.TS = int64(v[n] + v[0]*hourMicros)
	r.event.Source, r.primary = uint32(v[n+1]>>1), v[n+1]&1 != 0
	r.event.Offset, r.set = int64(v[n+2]), uint32(v[n+3])
	n += 4
	for i := range t.Values {
		r.event.V[i] = int64(v[n+i])
	}
	r.event.Dup = false
	return used
}

// decodeKey reads the key of the record at the beginning of b alone, and
// returns how long the record is.
func decodeKey(b []byte, t *Table, key *[maxKey]uint32) int {
	n := recordFields(t)
	p := (n + 1) / 2
	size := p
	for _, c := range b[:p] {
		size += int(c&15) + int(c>>4)
	}
	for i := range t.Key {
		w := int(b[i>>1] >> (i & 1 << 2) & 15)
		if p+8 <= len(b) {
			key[i] = uint32(binary.LittleEndian.Uint64(b[p:]) & mask[w])
		} else {
			var x [8]byte
			copy(x[:], b[p:p+w])
			key[i] = uint32(binary.LittleEndian.Uint64(x[:]))
		}
		p += w
	}
	return size
}

// segment is a run of bytes in the spill file.
type segment struct{ at, size int64 }

// part is one partition of one table: encoded records in memory, and segments
// of the spill file.
type part struct {
	mu      sync.Mutex
	chunks  [][]byte
	bytes   int64
	spilled []segment
}

// pool holds the partitions of all tables within a memory budget.
type pool struct {
	parts  [2 * numTables][partitions]part // records of each table, then blocks of lists
	budget int64
	used   atomic.Int64
	dir    string
	slabs  slabs

	mu   sync.Mutex
	file *os.File
	size int64
}

// add copies b to a partition; past the budget all partitions go to disk.
func (p *pool) add(table, part int, b []byte) error {
	q := &p.parts[table][part]
	q.mu.Lock()
	for len(b) > 0 {
		n := len(q.chunks) - 1
		if n < 0 || len(q.chunks[n]) == cap(q.chunks[n]) {
			// The first are small: of most tables a partition holds little.
			c := p.chunk(min(chunkBytes, max(len(b), int(q.bytes))))
			q.chunks = append(q.chunks, c)
			p.used.Add(int64(cap(c)))
			n++
		}
		c := q.chunks[n]
		fits := min(len(b), cap(c)-len(c))
		q.chunks[n] = append(c, b[:fits]...)
		q.bytes += int64(fits)
		b = b[fits:]
	}
	q.mu.Unlock()
	if p.budget > 0 && p.used.Load() > p.budget {
		return p.spill()
	}
	return nil
}

// chunk returns an empty chunk with room for size bytes, at most chunkBytes.
func (p *pool) chunk(size int) []byte {
	if size == chunkBytes {
		return p.slabs.chunk()
	}
	return make([]byte, 0, size)
}

// spill moves what lies in memory to the spill file.
func (p *pool) spill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.used.Load() <= p.budget {
		return nil // another goroutine did it meanwhile
	}
	if p.file == nil {
		f, err := os.CreateTemp(p.dir, "barium-spill-*")
		if err != nil {
			return fmt.Errorf("memory budget reached and no room for temporary files: %w", err)
		}
		// The file is unlinked at once: it vanishes with the process.
		if err := os.Remove(f.Name()); err != nil {
			return fmt.Errorf("temporary file %s: %w", f.Name(), err)
		}
		p.file = f
	}
	for t := range p.parts {
		for n := range p.parts[t] {
			if err := p.spillPart(&p.parts[t][n]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *pool) spillPart(q *part) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.chunks) == 0 {
		return nil
	}
	at := p.size
	for _, c := range q.chunks {
		if _, err := p.file.WriteAt(c, p.size); err != nil {
			return fmt.Errorf("writing temporary data past the memory budget: %w", err)
		}
		p.size += int64(len(c))
		p.used.Add(-int64(cap(c)))
	}
	p.slabs.giveBack(q.chunks, false)
	q.spilled = append(q.spilled, segment{at, p.size - at})
	q.chunks, q.bytes = nil, 0
	return nil
}

// take appends all bytes of a partition to b and empties it.
func (p *pool) take(table, part int, b []byte) ([]byte, error) {
	q := &p.parts[table][part]
	q.mu.Lock()
	defer q.mu.Unlock()
	size := int64(0)
	for _, s := range q.spilled {
		size += s.size
	}
	for _, c := range q.chunks {
		size += int64(len(c))
	}
	b = slices.Grow(b, int(size))
	for _, s := range q.spilled {
		at := len(b)
		b = b[:at+int(s.size)]
		if _, err := p.file.ReadAt(b[at:], s.at); err != nil {
			return nil, fmt.Errorf("reading temporary data back: %w", err)
		}
	}
	for _, c := range q.chunks {
		b = append(b, c...)
		p.used.Add(-int64(cap(c)))
	}
	p.slabs.giveBack(q.chunks, true)
	q.chunks, q.spilled, q.bytes = nil, nil, 0
	return b, nil
}

func (p *pool) close() error {
	if p.file == nil {
		return nil
	}
	err := p.file.Close()
	p.file = nil
	return err
}

// partitionOf chooses a record's partition by its first key columns. The hour is
// one of them, so that a pair that makes all the traffic is divided too.
func partitionOf(t *Table, key *[maxKey]uint32) int {
	h := uint64(14695981039346656037)
	for i := range t.partitionBy {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return int((h ^ h>>29 ^ h>>47) & (partitions - 1))
}

// writer collects one goroutine's records for all partitions of the tables
// that it is given records of.
type writer struct {
	p    *pool
	bufs [numTables]*[partitions][]byte
	err  error
}

func (w *writer) put(t *Table, r *record) {
	bufs := w.bufs[t.ID]
	if bufs == nil {
		bufs = new([partitions][]byte)
		w.bufs[t.ID] = bufs
	}
	n := partitionOf(t, &r.key)
	b := appendRecord(bufs[n], t, r)
	if len(b) >= localBuffer {
		w.flush(t.ID, n, b)
		b = b[:0]
	}
	bufs[n] = b
}

func (w *writer) flush(table, part int, b []byte) {
	if w.err == nil && len(b) > 0 {
		w.err = w.p.add(table, part, b)
	}
}

func (w *writer) close() error {
	for t, bufs := range w.bufs {
		if bufs == nil {
			continue
		}
		for n, b := range bufs {
			w.flush(t, n, b)
		}
		w.bufs[t] = nil
	}
	return w.err
}
