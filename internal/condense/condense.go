package condense

import (
	"cmp"
	"context"
	"math/bits"
	"net/netip"
	"slices"
	"sync"

	"barium/internal/event"
)

// Version is recorded with every hour of the ledger; it changes when the same
// records would give other rows.
const Version = 1

// exemplars is how many events of a row lead back to their raw lines.
const exemplars = 3

// Options bound what a Condenser may use.
type Options struct {
	// Memory is how many bytes of records are held before they go to disk; 0
	// means no bound.
	Memory int64
	// TempDir is where they go; empty for the system's.
	TempDir string
	// Workers is how many goroutines finish partitions; at least 1.
	Workers int
}

// Condenser collects records and gives them back as rows. Sinks of one
// Condenser may be used at once.
type Condenser struct {
	Dictionary *Dictionary
	pool       pool
	workers    int

	mu         sync.Mutex
	duplicates map[uint32]int64
}

// New returns an empty Condenser that takes ids from d.
func New(d *Dictionary, o Options) *Condenser {
	return &Condenser{
		Dictionary: d, pool: pool{budget: o.Memory, dir: o.TempDir}, workers: max(o.Workers, 1),
		duplicates: map[uint32]int64{},
	}
}

// Close gives back temporary files.
func (c *Condenser) Close() error { return c.pool.close() }

// Row is one condensed row of a table.
type Row struct {
	Table       *Table
	Key         [maxKey]uint32 // Table.Key says what each position is
	First, Last int64          // start of the first and last event, microseconds
	Sums        []int64        // in the order of Table.Sums
	List        []byte         // see EncodeList
	Exemplars   []Exemplar     // first, last and largest event whose place is known
}

// Exemplar says where one event of a row's list was read.
type Exemplar struct {
	Index  int // in the list
	Source uint32
	Offset int64
}

// Known hands rows that a ledger already holds for an hour back, so that what
// is read anew becomes a union with them. Rows may be handed over in any order.
func (c *Condenser) Known(t *Table, rows []Row) error {
	w := &writer{p: &c.pool}
	for i := range rows {
		events, err := DecodeList(t, rows[i].Key[0], rows[i].List)
		if err != nil {
			return err
		}
		for _, x := range rows[i].Exemplars {
			if x.Index < len(events) {
				events[x.Index].Source, events[x.Index].Offset = x.Source, x.Offset
			}
		}
		for _, e := range events {
			e.Dup = false
			w.put(t, &record{key: rows[i].Key, event: e})
		}
	}
	return w.close()
}

// Hours returns, in order, the hours for which records of any table were put.
// It must be called before Rows.
func (c *Condenser) Hours() ([]uint32, error) {
	seen := map[uint32]struct{}{}
	for n := range partitions {
		// Every record also puts its hour under Coverage.
		pieces, err := c.pool.take(Coverage, n)
		if err != nil {
			return nil, err
		}
		for _, b := range pieces {
			rest := b
			for len(rest) > 0 {
				var r record
				rest = decodeRecord(rest, Tables[Coverage], &r)
				seen[r.key[0]] = struct{}{}
			}
			if err := c.pool.add(Coverage, n, b); err != nil {
				return nil, err
			}
		}
	}
	hours := make([]uint32, 0, len(seen))
	for h := range seen {
		hours = append(hours, h)
	}
	slices.Sort(hours)
	return hours, nil
}

// Rows condenses the records of table t and hands the rows to emit, a batch at
// a time, from one goroutine at a time but in no particular order. A row and
// its slices are valid during the call only. Tables are asked for in the order
// of their ids: the rows of Service come from the records of Conversation.
func (c *Condenser) Rows(ctx context.Context, t *Table, emit func([]Row) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range c.workers {
		wg.Go(func() {
			f := finisher{c: c, t: t, w: &writer{p: &c.pool}, duplicates: map[uint32]int64{}, ports: map[uint16]int64{}}
			for n := range next {
				rows, err := f.partition(n)
				if err == nil && len(rows) > 0 {
					mu.Lock()
					if ctx.Err() == nil {
						err = emit(rows)
					}
					mu.Unlock()
				}
				if err != nil {
					cancel(err)
				}
			}
			if err := f.w.close(); err != nil {
				cancel(err)
			}
			c.mu.Lock()
			for s, n := range f.duplicates {
				c.duplicates[s] += n
			}
			c.mu.Unlock()
		})
	}
	for n := range partitions {
		if ctx.Err() != nil {
			break
		}
		next <- n
	}
	close(next)
	wg.Wait()
	return context.Cause(ctx)
}

// Duplicates returns, per source number, how many of its records were already
// known. It is complete when Rows has been called for every table.
func (c *Condenser) Duplicates() map[uint32]int64 { return c.duplicates }

// finisher turns one partition after the other into rows, reusing its buffers.
type finisher struct {
	c          *Condenser
	t          *Table
	w          *writer // takes rows of other tables
	records    []record
	order      []packed
	events     []Event
	lists      []byte
	sums       []int64
	exemplars  []Exemplar
	rows       []Row
	duplicates map[uint32]int64
	ports      map[uint16]int64
}

func (f *finisher) partition(n int) ([]Row, error) {
	pieces, err := f.c.pool.take(f.t.ID, n)
	if err != nil || len(pieces) == 0 {
		return nil, err
	}
	f.records = f.records[:0]
	for _, b := range pieces {
		for len(b) > 0 {
			f.records = append(f.records, record{})
			b = decodeRecord(b, f.t, &f.records[len(f.records)-1])
		}
	}
	f.sort()
	if f.t.ID == Conversation {
		f.services()
	}
	f.dropRepeats()
	f.rows, f.lists, f.sums, f.exemplars = f.rows[:0], f.lists[:0], f.sums[:0], f.exemplars[:0]
	last := len(f.t.Key) - 1 // the sensor
	for i := 0; i < len(f.records); {
		j, sensors := i+1, 1
		for j < len(f.records) && sameKey(&f.records[i], &f.records[j], last) {
			if f.records[j].key[last] != f.records[j-1].key[last] {
				sensors++
			}
			j++
		}
		f.group(f.records[i:j], last, sensors)
		i = j
	}
	return f.rows, nil
}

// packed is the beginning of a record's key, in 64 bits that compare as it does,
// and the record's position.
type packed struct {
	key uint64
	at  uint32
}

// sort brings the records into the order of compare. Records are long: sorting
// what is packed of them first and moving each once takes a quarter of the time.
func (f *finisher) sort() {
	rs := f.records
	low, high := rs[0].key, rs[0].key
	for i := range rs {
		for k := range f.t.Key {
			low[k], high[k] = min(low[k], rs[i].key[k]), max(high[k], rs[i].key[k])
		}
	}
	columns, used := 0, 0
	var width [maxKey]int
	for columns < len(f.t.Key) {
		width[columns] = bits.Len32(high[columns] - low[columns])
		if used += width[columns]; used > 64 {
			break
		}
		columns++
	}
	f.order = f.order[:0]
	for i := range rs {
		p := packed{at: uint32(i)}
		for k := range columns {
			p.key = p.key<<width[k] | uint64(rs[i].key[k]-low[k])
		}
		f.order = append(f.order, p)
	}
	slices.SortFunc(f.order, func(a, b packed) int {
		if a.key != b.key {
			return cmp.Compare(a.key, b.key)
		}
		return cmp.Compare(a.at, b.at)
	})
	f.arrange()
	for i := 0; i < len(rs); {
		j := i + 1
		for j < len(rs) && f.order[j].key == f.order[i].key {
			j++
		}
		slices.SortFunc(rs[i:j], func(a, b record) int { return f.compare(&a, &b) })
		i = j
	}
}

// arrange moves each record to its place in order, one cycle of places after the
// other.
func (f *finisher) arrange() {
	for i := range f.order {
		first, to := f.records[i], i
		for from := int(f.order[to].at); from != i; from = int(f.order[to].at) {
			f.records[to] = f.records[from]
			f.order[to].at = uint32(to)
			to = from
		}
		f.records[to] = first
		f.order[to].at = uint32(to)
	}
}

// services files the services of connections under table Service, once for a run
// of equal ones: a condensed row has far fewer of them than records.
func (f *finisher) services() {
	const pair, sensor = 5, 6
	to := Tables[Service]
	for i := range f.records {
		r := &f.records[i]
		if r.service == 0 {
			continue
		}
		if i > 0 && f.records[i-1].service == r.service && sameKey(&f.records[i-1], r, len(f.t.Key)) {
			continue
		}
		s := record{event: Event{TS: int64(r.key[0]) * hourMicros, Source: r.event.Source, Offset: r.event.Offset}}
		copy(s.key[:pair], r.key[:pair])
		s.key[pair], s.key[len(to.Key)-1] = r.service, r.key[sensor]
		f.w.put(to, &s)
	}
}

// compare orders by key without sensor, then sensor, then event; equal events
// by where they were read, the unknown place last.
func (f *finisher) compare(a, b *record) int {
	for i := range f.t.Key {
		if a.key[i] != b.key[i] {
			return cmpU32(a.key[i], b.key[i])
		}
	}
	if a.event.TS != b.event.TS {
		return cmpI64(a.event.TS, b.event.TS)
	}
	for i := range f.t.Values {
		if a.event.V[i] != b.event.V[i] {
			return cmpI64(a.event.V[i], b.event.V[i])
		}
	}
	// Source 0 is the unknown place: it wraps round to the largest number.
	if a.event.Source != b.event.Source {
		return cmpU32(a.event.Source-1, b.event.Source-1)
	}
	return cmpI64(a.event.Offset, b.event.Offset)
}

func cmpU32(a, b uint32) int {
	if a < b {
		return -1
	} else if a > b {
		return 1
	}
	return 0
}

func cmpI64(a, b int64) int {
	if a < b {
		return -1
	} else if a > b {
		return 1
	}
	return 0
}

func sameKey(a, b *record, columns int) bool {
	for i := range columns {
		if a.key[i] != b.key[i] {
			return false
		}
	}
	return true
}

// dropRepeats removes records that are the same in all but their place and
// counts them for their source. A record that the ledger held already makes
// the one just read the repeat.
func (f *finisher) dropRepeats() {
	rs := f.records
	out := 0
	for i := range rs {
		if out > 0 && sameKey(&rs[out-1], &rs[i], len(f.t.Key)) && rs[out-1].event.TS == rs[i].event.TS && rs[out-1].event.V == rs[i].event.V {
			prev := &rs[out-1]
			switch {
			case rs[i].primary:
				f.duplicates[rs[i].event.Source]++
			case prev.primary:
				f.duplicates[prev.event.Source]++
				prev.primary = false
			}
			continue
		}
		rs[out] = rs[i]
		out++
	}
	f.records = rs[:out]
}

// group makes the rows of one key, one per sensor.
func (f *finisher) group(rs []record, last, sensors int) {
	if sensors > 1 || f.mayOverlap(rs, last) {
		f.match(rs, last)
	}
	for i := 0; i < len(rs); {
		j := i + 1
		for j < len(rs) && rs[j].key[last] == rs[i].key[last] {
			j++
		}
		f.row(rs[i:j])
		i = j
	}
}

// row makes one row of the events of one key and sensor.
func (f *finisher) row(rs []record) {
	f.events = f.events[:0]
	for i := range rs {
		f.events = append(f.events, rs[i].event)
	}
	es := f.events
	r := Row{Table: f.t, Key: rs[0].key, First: es[0].TS, Last: es[len(es)-1].TS}
	at := len(f.sums)
	for _, s := range f.t.Sums {
		f.sums = append(f.sums, s.Of(es))
	}
	r.Sums = f.sums[at:len(f.sums):len(f.sums)]
	at = len(f.lists)
	f.lists = EncodeList(f.lists, f.t, r.Key[0], es)
	r.List = f.lists[at:len(f.lists):len(f.lists)]
	at = len(f.exemplars)
	f.exemplars = f.pick(es)
	r.Exemplars = f.exemplars[at:len(f.exemplars):len(f.exemplars)]
	f.rows = append(f.rows, r)
}

// pick appends the first, the last and the largest event whose place is known;
// duplicates only when nothing else is.
func (f *finisher) pick(es []Event) []Exemplar {
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
		if f.size(&es[i]) > f.size(&es[big]) {
			big = i
		}
	}
	to := f.exemplars
	var taken [exemplars]int
	n := 0
	for _, i := range [exemplars]int{first, last, big} {
		if i < 0 || slices.Contains(taken[:n], i) {
			continue
		}
		taken[n] = i
		n++
		to = append(to, Exemplar{Index: i, Source: es[i].Source, Offset: es[i].Offset})
	}
	return to
}

// size is what makes an event stand out from the others of its row.
func (f *finisher) size(e *Event) int64 {
	if f.t.ID == Conversation {
		return e.V[ConvBytesOrig]
	}
	return e.V[0]
}

// name returns the text of id.
func (d *Dictionary) name(id uint32) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.byName[id]
}

func parseAddr(b []byte) (event.Addr, bool) {
	if len(b) < 2 || len(b) > 45 || b[0] > 'f' {
		return event.Addr{}, false
	}
	a, err := netip.ParseAddr(string(b))
	return event.AddrFrom(a), err == nil
}
