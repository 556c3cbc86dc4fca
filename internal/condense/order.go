package condense

import (
	"cmp"
	"math/bits"
	"slices"
)

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
