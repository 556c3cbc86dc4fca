package condense

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"
)

// Batch is rows of one table, column by column. Position i of every column
// belongs to row i. A batch is valid until its worker is asked for the next.
type Batch struct {
	Rows        int
	Seq         []int64          // unique in the table; rows with the same Seq / BlockRows share a block
	Key         [maxKey][]uint32 // Table.Key says what each column is
	Set         []uint32         // the Set column, empty for tables without
	First, Span []int64          // start of the first event, and from there to that of the last, microseconds
	Sums        [maxSums][]int64 // in the order of Table.Sums
}

// BatchRows is how many rows a batch has, or a multiple, but for the last ones of
// a worker. Rows of one batch are of like size: a database packs a column in runs
// of as many values, each as wide as the widest in the run.
const BatchRows = 2048

// The classes of rows of like size: whether there is more than one event and, for
// conversations, how long they lasted and how much came back.
const (
	spanClasses = 2
	sizeClasses = 4
	classes     = spanClasses * sizeClasses * sizeClasses
)

// Block is the lists of up to BlockRows rows of one hour, see BlockRow.
type Block struct {
	Seq   int64 // of its first row
	Hour  uint32
	Lists []byte
}

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

// pick takes the rows of a class that has at least n, a multiple of n of them.
func (w *Worker) pick(n int) bool {
	for i := range w.batches {
		if b := &w.batches[i]; b.Rows >= n {
			w.class = i
			b.head(&w.full, b.Rows-b.Rows%n)
			return true
		}
	}
	return false
}

// head makes h the first n rows of b.
func (b *Batch) head(h *Batch, n int) {
	h.Rows, h.Seq, h.Set, h.First, h.Span = n, b.Seq[:n], b.Set[:n], b.First[:n], b.Span[:n]
	for i := range b.Key {
		h.Key[i] = b.Key[i][:min(n, len(b.Key[i]))]
	}
	for i := range b.Sums {
		h.Sums[i] = b.Sums[i][:min(n, len(b.Sums[i]))]
	}
}

// drop removes the first n rows.
func (b *Batch) drop(n int) {
	if n == 0 {
		return
	}
	b.Rows -= n
	for _, c := range [...][]int64{b.Seq, b.First, b.Span} {
		copy(c, c[n:][:b.Rows])
	}
	copy(b.Set, b.Set[n:][:b.Rows])
	for i := range b.Key {
		if c := b.Key[i]; c != nil {
			copy(c, c[n:][:b.Rows])
		}
	}
	for i := range b.Sums {
		if c := b.Sums[i]; c != nil {
			copy(c, c[n:][:b.Rows])
		}
	}
}

// add makes room for one more row and returns its position.
func (b *Batch) add(t *Table) int {
	n := b.Rows
	if n == len(b.Seq) {
		size := max(2*n, 64)
		for _, c := range [...]*[]int64{&b.Seq, &b.First, &b.Span} {
			*c = grown(*c, size)
		}
		b.Set = grown(b.Set, size)
		for i := range t.Key {
			b.Key[i] = grown(b.Key[i], size)
		}
		for i := range t.Sums {
			b.Sums[i] = grown(b.Sums[i], size)
		}
	}
	b.Rows++
	return n
}

func grown[T any](s []T, size int) []T { return append(s, make([]T, size-len(s))...) }

// done adds what the worker counted to the condenser's figures.
func (w *Worker) done() {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	for s, n := range w.duplicates {
		w.c.duplicates[s] += n
	}
	clear(w.duplicates)
}

// Blocks hands out the blocks of the rows that a Finish gave, once its workers
// are done. It is for one goroutine; several of one Finish share the work.
type Blocks struct {
	f    *Finish
	buf  []byte // one partition's blocks
	rest []byte // those not handed out yet
}

// Blocks returns one goroutine's part of the blocks.
func (f *Finish) Blocks() *Blocks { return &Blocks{f: f} }

// Next returns the next block, which is valid until the call after; ok is false
// after the last.
func (b *Blocks) Next() (block Block, ok bool, err error) {
	for len(b.rest) == 0 {
		n := int(b.f.listed.Add(1)) - 1
		if n >= partitions {
			return Block{}, false, nil
		}
		if b.buf, err = b.f.c.pool.take(numTables+b.f.t.ID, n, b.buf[:0]); err != nil {
			return Block{}, false, err
		}
		b.rest = b.buf
	}
	var v [3]uint64
	lists := b.rest[takeFields(b.rest, v[:]):]
	b.rest = lists[v[2]:]
	return Block{Seq: int64(v[0]), Hour: uint32(v[1]), Lists: lists[:v[2]]}, true, nil
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

// sameGroup reports whether two records have the same key but for the sensor.
func (w *Worker) sameGroup(a, b packed, last int) bool {
	if w.whole {
		return a.key>>w.sensor == b.key>>w.sensor // the keys themselves lie anywhere in memory
	}
	return sameKey(&w.keys[a.at], &w.keys[b.at], last)
}

// packed is a record's key in 64 bits that compare as it does, and the record's
// position.
type packed struct {
	key uint64
	at  uint32
}

// sort brings the records into the order of their keys.
func (w *Worker) sort() {
	low, high := w.keys[0], w.keys[0]
	columns := len(w.t.Key)
	for i := range w.keys {
		for k := range columns {
			low[k], high[k] = min(low[k], w.keys[i][k]), max(high[k], w.keys[i][k])
		}
	}
	var width [maxKey]int
	used := 0
	for k := range columns {
		width[k] = bits.Len32(high[k] - low[k])
		used += width[k]
	}
	w.order = w.order[:0]
	w.whole, w.sensor = used <= 64, width[columns-1]
	if !w.whole {
		for i := range w.keys {
			w.order = append(w.order, packed{at: uint32(i)})
		}
		slices.SortFunc(w.order, func(a, b packed) int {
			return cmp.Or(slices.Compare(w.keys[a.at][:columns], w.keys[b.at][:columns]), cmp.Compare(a.at, b.at))
		})
		return
	}
	for i := range w.keys {
		p := packed{at: uint32(i)}
		for k := range columns {
			p.key = p.key<<width[k] | uint64(w.keys[i][k]-low[k])
		}
		w.order = append(w.order, p)
	}
	w.radix(used)
}

// radix sorts w.order by the low used bits of its keys, keeping the order of
// equal ones.
func (w *Worker) radix(used int) {
	const digit = 11
	w.spare = slices.Grow(w.spare[:0], len(w.order))[:len(w.order)]
	from, to := w.order, w.spare
	for shift := 0; shift < used; shift += digit {
		var count [1 << digit]uint32
		for i := range from {
			count[from[i].key>>shift&(1<<digit-1)]++
		}
		sum := uint32(0)
		for i, n := range count {
			count[i] = sum
			sum += n
		}
		for i := range from {
			d := from[i].key >> shift & (1<<digit - 1)
			to[count[d]] = from[i]
			count[d]++
		}
		from, to = to, from
	}
	w.order, w.spare = from, to
}

func sameKey(a, b *[maxKey]uint32, columns int) bool {
	for i := range columns {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// load decodes the records of one key but for the sensor into w.group: in order
// of sensor and time, without those that are the same in all but their place.
func (w *Worker) load(order []packed) {
	w.group = w.group[:0]
	for _, o := range order {
		if len(w.group) == cap(w.group) {
			w.group = slices.Grow(w.group, 1)
		}
		// What lay there before was of the same table, and is overwritten.
		w.group = w.group[:len(w.group)+1]
		decodeRecord(w.buf[w.at[o.at]:], w.t, &w.group[len(w.group)-1])
	}
	if len(w.group) == 1 {
		return
	}
	w.sortGroup()
	w.dropRepeats()
}

// fewRecords is up to how many records are sorted by insertion.
const fewRecords = 16

// moment is when an event began, and the position of its record.
type moment struct {
	ts int64
	at int32
}

// sortGroup brings the records of a group into order. Records are large, so that
// moments are sorted in their place where a single sensor gave them all.
func (w *Worker) sortGroup() {
	g, last := w.group, len(w.t.Key)-1
	if inOrder(g, last) {
		return
	}
	if len(g) <= fewRecords {
		w.insertionSort()
		return
	}
	w.moments = w.moments[:0]
	for i := range g {
		if g[i].key[last] != g[0].key[last] {
			slices.SortFunc(g, func(a, b record) int { return w.compare(&a, &b) })
			return
		}
		w.moments = append(w.moments, moment{g[i].event.TS, int32(i)})
	}
	slices.SortFunc(w.moments, func(a, b moment) int { return cmp.Compare(a.ts, b.ts) })
	w.spareGroup = w.spareGroup[:0]
	for _, m := range w.moments {
		w.spareGroup = append(w.spareGroup, g[m.at])
	}
	w.group, w.spareGroup = w.spareGroup, g
	for i := 0; i < len(w.group); {
		j := i + 1
		for j < len(w.group) && w.group[j].event.TS == w.group[i].event.TS {
			j++
		}
		if same := w.group[i:j]; len(same) > 1 {
			slices.SortFunc(same, func(a, b record) int { return w.compare(&a, &b) })
		}
		i = j
	}
}

// inOrder reports whether a group needs no sorting: a single sensor gave all of it,
// no two at the same time, as it is where they were read in order.
func inOrder(g []record, last int) bool {
	for i := 1; i < len(g); i++ {
		if g[i-1].event.TS >= g[i].event.TS || g[i-1].key[last] != g[i].key[last] {
			return false
		}
	}
	return true
}

// insertionSort sorts a small group.
func (w *Worker) insertionSort() {
	g := w.group
	for i := 1; i < len(g); i++ {
		if w.compare(&g[i-1], &g[i]) <= 0 {
			continue
		}
		r := g[i]
		j := i
		for ; j > 0 && w.compare(&g[j-1], &r) > 0; j-- {
			g[j] = g[j-1]
		}
		g[j] = r
	}
}

// compare orders the records of a group by sensor, then event; equal events by
// where they were read, the unknown place last.
func (w *Worker) compare(a, b *record) int {
	if c := cmp.Compare(a.key[len(w.t.Key)-1], b.key[len(w.t.Key)-1]); c != 0 {
		return c
	}
	if a.event.TS != b.event.TS {
		return cmp.Compare(a.event.TS, b.event.TS)
	}
	for i := range w.t.Values {
		if a.event.V[i] != b.event.V[i] {
			return cmp.Compare(a.event.V[i], b.event.V[i])
		}
	}
	// Source 0 is the unknown place: it wraps round to the largest number.
	return cmp.Or(cmp.Compare(a.event.Source-1, b.event.Source-1), cmp.Compare(a.event.Offset, b.event.Offset))
}

// dropRepeats removes records that are the same in all but their place and
// counts them for their source. A record that the ledger held already makes
// the one just read the repeat.
func (w *Worker) dropRepeats() {
	rs, last := w.group, len(w.t.Key)-1
	out := 1
	for i := 1; i < len(rs); i++ {
		prev := &rs[out-1]
		if prev.key[last] != rs[i].key[last] || prev.event.TS != rs[i].event.TS || prev.event.V != rs[i].event.V {
			if out != i {
				rs[out] = rs[i]
			}
			out++
			continue
		}
		switch {
		case rs[i].primary:
			w.duplicates[rs[i].event.Source]++
		case prev.primary:
			w.duplicates[prev.event.Source]++
			prev.primary = false
		}
		if rs[i].set != prev.set {
			prev.set = w.join(prev.set, rs[i].set)
		}
	}
	w.group = rs[:out]
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

// classOf returns the class of a row with n events.
func (w *Worker) classOf(n int, sums *[maxSums]int64) int {
	class := 0
	if n > 1 {
		class = 1
	}
	if w.t.ID != Conversation {
		return class
	}
	duration := level(bits.Len64(uint64(sums[6])), 20, 24, 28)
	back := level(bits.Len64(uint64(sums[4])), 10, 14, 18)
	return (class*sizeClasses+duration)*sizeClasses + back
}

// level returns how many of three ascending bounds a width is above.
func level(width, a, b, c int) int {
	switch {
	case width <= a:
		return 0
	case width <= b:
		return 1
	case width <= c:
		return 2
	}
	return 3
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

// endBlock closes the block that is being filled.
func (w *Worker) endBlock() {
	if w.blockRows == 0 {
		return
	}
	if len(w.t.Values) > 0 {
		w.kept = append(appendFields(w.kept, []uint64{uint64(w.nextSeq), uint64(w.blockHour), uint64(len(w.block))}), w.block...)
	}
	w.nextSeq += BlockRows
	w.block, w.blockRows = w.block[:0], 0
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
