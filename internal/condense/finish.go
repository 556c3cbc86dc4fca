package condense

import (
	"slices"
	"strings"
	"sync/atomic"
)

// Finish turns the records of one table into rows, in no particular order, by
// workers that may be used at once.
type Finish struct {
	c      *Condenser
	t      *Table
	parts  atomic.Int64 // partitions condensed so far
	listed atomic.Int64 // partitions whose blocks were handed out so far
	seq    atomic.Int64 // next free
}

// Finish begins to condense the records of table t. Rows are numbered from seq
// on, which must be a multiple of BlockRows.
func (c *Condenser) Finish(t *Table, seq int64) *Finish {
	f := &Finish{c: c, t: t}
	f.seq.Store(seq)
	return f
}

// Worker returns a worker for one goroutine at a time.
func (f *Finish) Worker() *Worker {
	return &Worker{f: f, c: f.c, t: f.t, duplicates: map[uint32]int64{}}
}

// Worker condenses one partition after the other, reusing its buffers.
type Worker struct {
	f *Finish
	c *Condenser
	t *Table

	buf    []byte           // the partition
	keys   [][maxKey]uint32 // of its records
	at     []uint32         // where they begin
	order  []packed
	whole  bool // whether packed holds all of a key, and in how many of its bits the sensor
	sensor int
	spare  []packed // for sorting
	group  []record // of one key but for the sensor

	moments    []moment // for sorting them
	spareGroup []record

	batches [classes]Batch // rows not handed over yet
	begun   [classes]int   // rows in each before this partition
	full    Batch          // the rows handed over last …
	class   int            // … which are the first of this class's
	events  []Event
	places  [MaxExemplars]Exemplar // of the row
	row     []byte

	block     []byte // being filled, and what it holds
	blockHour uint32
	blockRows int
	kept      []byte // full blocks, encoded
	out       []byte // the same with their final numbers
	nextSeq   int64  // within the partition

	duplicates map[uint32]int64
	ports      map[uint16]int64
}

// Next returns the next rows, nil after the last.
func (w *Worker) Next() (*Batch, error) {
	w.batches[w.class].drop(w.full.Rows)
	w.full.Rows = 0
	for {
		if w.pick(BatchRows) {
			return &w.full, nil
		}
		n := int(w.f.parts.Add(1)) - 1
		if n >= partitions {
			break
		}
		if err := w.partition(n); err != nil {
			return nil, err
		}
	}
	w.done()
	if w.pick(1) {
		return &w.full, nil
	}
	return nil, nil
}

// done adds what the worker counted to the condenser's figures.
func (w *Worker) done() {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	for s, n := range w.duplicates {
		w.c.duplicates[s] += n
	}
	clear(w.duplicates)
}

// partition condenses one partition into w.batches.
func (w *Worker) partition(n int) (err error) {
	for i := range w.batches {
		w.begun[i] = w.batches[i].Rows
	}
	if w.buf, err = w.c.pool.take(w.t.ID, n, w.buf[:0]); err != nil || len(w.buf) == 0 {
		return err
	}
	w.keys, w.at = w.keys[:0], w.at[:0]
	var key [maxKey]uint32
	for p := 0; p < len(w.buf); {
		w.at = append(w.at, uint32(p))
		p += decodeKey(w.buf[p:], w.t, &key)
		w.keys = append(w.keys, key)
	}
	w.sort()
	w.kept, w.block, w.blockRows, w.nextSeq = w.kept[:0], w.block[:0], 0, 0
	last := len(w.t.Key) - 1 // the sensor
	for i := 0; i < len(w.order); {
		j := i + 1
		for j < len(w.order) && w.sameGroup(w.order[i], w.order[j], last) {
			j++
		}
		w.load(w.order[i:j])
		w.rows(last)
		i = j
	}
	return w.number(n)
}

// number gives the rows of the partition their place among the table's rows, and hands its blocks
// over.
func (w *Worker) number(n int) error {
	w.endBlock()
	size := w.nextSeq
	base := w.f.seq.Add(size) - size
	for i := range w.batches {
		b := &w.batches[i]
		for k := w.begun[i]; k < b.Rows; k++ {
			b.Seq[k] += base
		}
	}
	if len(w.t.Values) == 0 {
		return nil
	}
	out := w.out[:0]
	for b := w.kept; len(b) > 0; {
		var v [3]uint64
		b = b[takeFields(b, v[:]):]
		v[0] += uint64(base)
		out = append(appendFields(out, v[:]), b[:v[2]]...)
		b = b[v[2]:]
	}
	w.out = out
	return w.c.pool.add(numTables+w.t.ID, n, out)
}

// rows makes the rows of a group, one per sensor.
func (w *Worker) rows(last int) {
	rs := w.group
	switch {
	case w.c.rolling != nil && len(w.t.Values) > 0:
		w.c.rolling.copies(rs)
	case rs[0].key[last] != rs[len(rs)-1].key[last] || w.mayOverlap(rs, last):
		w.match(rs, last)
	}
	for i := 0; i < len(rs); {
		j := i + 1
		for j < len(rs) && rs[j].key[last] == rs[i].key[last] {
			j++
		}
		w.addRow(rs[i:j])
		i = j
	}
}

// addRow makes one row of the events of one key and sensor.
func (w *Worker) addRow(rs []record) {
	w.events = w.events[:0]
	for i := range rs {
		w.events = append(w.events, rs[i].event)
	}
	es, key := w.events, &rs[0].key
	var sums [maxSums]int64
	if w.t.ID == Conversation {
		conversationSums(es, &sums)
	} else {
		for i := range w.t.Sums {
			sums[i] = w.t.Sums[i].Of(es)
		}
	}
	b := &w.batches[w.classOf(len(es), &sums)]
	n := b.add(w.t)
	for i := range w.t.Key {
		b.Key[i][n] = key[i]
	}
	for i := range w.t.Sums {
		b.Sums[i][n] = sums[i]
	}
	b.First[n], b.Span[n] = es[0].TS, es[len(es)-1].TS-es[0].TS
	b.Seq[n] = w.addList(key, es)
	if w.t.Set.Name != "" {
		b.Set[n] = w.setOf(rs)
	}
}

// conversationSums is Tables[Conversation].Sums in one pass.
func conversationSums(es []Event, s *[maxSums]int64) {
	for i := range es {
		e := &es[i]
		if e.Dup {
			s[1]++
			continue
		}
		s[0]++
		if attempt(e) {
			s[2]++
			s[5] += e.V[ConvBytesOrig]
		} else {
			s[3] += e.V[ConvBytesOrig]
			s[4] += e.V[ConvBytesResp]
		}
		s[6] += e.V[ConvDuration]
		s[7] += ConvMissed(e.V[ConvMeta])
	}
}

// addList appends a row's list to its block, and returns the row's number within
// the partition.
func (w *Worker) addList(key *[maxKey]uint32, es []Event) int64 {
	hour, encode := key[0], EncodeRow
	if r := w.c.rolling; r != nil && !r.whole(w.t, key, len(es)) {
		es, encode = w.thin(es), encodeThin
	}
	if w.blockRows == BlockRows || len(w.block) >= fullBlock || w.blockRows > 0 && hour != w.blockHour {
		w.endBlock()
	}
	w.blockHour = hour
	seq := w.nextSeq + int64(w.blockRows)
	w.blockRows++
	if len(w.t.Values) > 0 {
		w.row = encode(w.row[:0], w.t, es, w.exemplars(es))
		w.block = AppendBlock(w.block, w.row)
	}
	return seq
}

// exemplars returns the places of the first, the last and the largest event whose
// place is known, in order; duplicates only when nothing else is.
func (w *Worker) exemplars(es []Event) []Exemplar {
	first, last, big := -1, -1, -1
	for i := range es {
		if es[i].Source == 0 || es[i].Dup && first >= 0 {
			continue
		}
		if first < 0 || es[first].Dup {
			first, last, big = i, i, i
			continue
		}
		last = i
		if w.size(&es[i]) > w.size(&es[big]) {
			big = i
		}
	}
	n := 0
	for _, i := range [MaxExemplars]int{first, big, last} {
		if i >= 0 && (n == 0 || w.places[n-1].Index != i) {
			w.places[n] = Exemplar{Index: i, Source: es[i].Source, Offset: es[i].Offset}
			n++
		}
	}
	return w.places[:n]
}

// size is what makes an event stand out from the others of its row.
func (w *Worker) size(e *Event) int64 {
	if w.t.ID == Conversation {
		return e.V[ConvBytesOrig]
	}
	return e.V[0]
}

// setOf joins what a row's records say of its Set column.
func (w *Worker) setOf(rs []record) uint32 {
	set := rs[0].set
	for i := range rs {
		if rs[i].set != set {
			set = w.join(set, rs[i].set)
		}
	}
	return set
}

// join returns the name that holds the names of both sets, in order, each once.
func (w *Worker) join(a, b uint32) uint32 {
	if a == 0 || a == b {
		return b
	}
	if b == 0 {
		return a
	}
	d := w.c.Dictionary
	names := append(strings.Split(d.name(a), SetSeparator), strings.Split(d.name(b), SetSeparator)...)
	slices.Sort(names)
	names = slices.Compact(names)
	return d.Name(nameText([]byte(strings.Join(names, SetSeparator))))
}
