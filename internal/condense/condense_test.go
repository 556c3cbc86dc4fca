package condense

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"barium/internal/event"
)

// A put hands one record to a sink. Whatever it handed over is overwritten
// afterwards, as readers do.
type put func(*Sink)

// base is 2026-03-02 10:00 UTC in microseconds.
const base = 1772445600 * 1_000_000

const (
	ms     = 1000
	second = 1_000_000
)

func addr(s string) event.Addr {
	a, ok := parseAddr([]byte(s))
	if !ok {
		panic("no address: " + s)
	}
	return a
}

// scratch hands out byte slices that it overwrites when done.
type scratch struct{ given [][]byte }

func (s *scratch) bytes(text string) []byte {
	if text == "" {
		return nil
	}
	b := []byte(text)
	s.given = append(s.given, b)
	return b
}

func (s *scratch) list(texts ...string) (out [][]byte) {
	for _, t := range texts {
		out = append(out, s.bytes(t))
	}
	return out
}

func (s *scratch) overwrite() {
	for _, b := range s.given {
		for i := range b {
			b[i] = '#'
		}
	}
}

// conn is a connection from 10.0.0.1 to 203.0.113.9:443.
type conn struct {
	at       int64 // since base
	sensor   string
	port     uint16
	duration int64
	out, in  int64
	state    event.ConnState
	offset   int64
}

func (c conn) put(s *Sink) {
	var x scratch
	s.Conn(&event.Conn{
		Head: event.Head{
			TS: event.Time(base + c.at), Sensor: x.bytes(c.sensor), Orig: addr("10.0.0.1"), Resp: addr("203.0.113.9"),
			OrigPort: c.port, RespPort: 443, Offset: c.offset,
		},
		Proto: event.ProtoTCP, Duration: c.duration, OrigBytes: c.out, RespBytes: c.in, State: c.state,
	})
	x.overwrite()
}

func puts(cs ...conn) (out []put) {
	for _, c := range cs {
		out = append(out, c.put)
	}
	return out
}

// row is one row of a table with its list.
type row struct {
	KnownRow
	first, last int64
	sums        []int64
	events      []Event
}

// store keeps rows as a ledger does: whole hours are replaced.
type store struct {
	dict *Dictionary
	rows [numTables][]row
}

// finish gives all rows of a table, by several workers at once, with their lists.
func finish(t testing.TB, c *Condenser, tab *Table, workers int) (out []row) {
	t.Helper()
	f := c.Finish(tab, 7*BlockRows)
	var mu sync.Mutex
	bySeq := map[int64]row{}
	var wg sync.WaitGroup
	for range max(workers, 1) {
		wg.Go(func() {
			w := f.Worker()
			for {
				b, err := w.Next()
				if err != nil {
					t.Error(err)
				}
				if b == nil {
					return
				}
				mu.Lock()
				for i := range b.Rows {
					r := row{first: b.First[i], last: b.First[i] + b.Span[i]}
					for k := range tab.Key {
						r.Key[k] = b.Key[k][i]
					}
					if tab.Set.Name != "" {
						r.Set = b.Set[i]
					}
					for k := range tab.Sums {
						r.sums = append(r.sums, b.Sums[k][i])
						if want := b.Sums[k][i]; want < 0 {
							t.Errorf("sum %s is %d", tab.Sums[k].Name, want)
						}
					}
					if _, twice := bySeq[b.Seq[i]]; twice || b.Seq[i] < 7*BlockRows {
						t.Errorf("seq %d", b.Seq[i])
					}
					bySeq[b.Seq[i]] = r
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	blocks := map[int64]Block{}
	var err error
	for range max(workers, 1) {
		for bs := f.Blocks(); ; {
			b, ok, err := bs.Next()
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			b.Lists = slices.Clone(b.Lists)
			blocks[b.Seq] = b
		}
	}
	for seq, r := range bySeq {
		r.Frame = Frame{First: r.first, Last: r.last}
		for i, name := range tab.Totals {
			r.Totals[i] = r.sums[slices.IndexFunc(tab.Sums, func(s Sum) bool { return s.Name == name })]
		}
		if len(tab.Values) > 0 {
			b := blocks[seq-seq%BlockRows]
			if b.Hour != r.Key[0] {
				t.Errorf("block of hour %d, row of hour %d", b.Hour, r.Key[0])
			}
			if r.List, err = BlockRow(b.Lists, seq); err != nil {
				t.Fatal(err)
			}
		}
		if r.events, err = DecodeRow(tab, &r.Frame, r.List); err != nil {
			t.Fatal(err)
		}
		if len(tab.Values) > 0 {
			for k := range tab.Sums {
				if want := tab.Sums[k].Of(r.events); r.sums[k] != want {
					t.Errorf("%s of %s is %d, want %d", tab.Sums[k].Name, tab.Name, r.sums[k], want)
				}
			}
		}
		out = append(out, r)
	}
	return out
}

func newStore() *store { return &store{dict: NewDictionary(nil, nil)} }

// add imports batches, each as a source of its own, numbered from first. It
// returns how many records of each source were known already.
func (st *store) add(t testing.TB, o Options, workers int, first uint32, batches ...[]put) map[uint32]int64 {
	t.Helper()
	c := New(st.dict, o)
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	for i, b := range batches {
		s := c.Sink(first + uint32(i))
		for _, p := range b {
			p(s)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	hours, err := c.Hours()
	if err != nil {
		t.Fatal(err)
	}
	for id, tab := range Tables {
		var touched []KnownRow
		var rest []row
		for _, r := range st.rows[id] {
			if slices.Contains(hours, r.Key[0]) {
				touched = append(touched, r.KnownRow)
			} else {
				rest = append(rest, r)
			}
		}
		if err := c.Known(tab, touched); err != nil {
			t.Fatal(err)
		}
		st.rows[id] = rest
	}
	for id, tab := range Tables {
		st.rows[id] = append(st.rows[id], finish(t, c, tab, workers)...)
	}
	return c.Duplicates()
}

// dump writes all rows with ids resolved, in order; places are left out.
func (st *store) dump(t testing.TB) []string {
	t.Helper()
	var out []string
	for id, tab := range Tables {
		for _, r := range st.rows[id] {
			out = append(out, tab.Name+" "+st.text(t, tab, &r))
		}
	}
	slices.Sort(out)
	return out
}

func (st *store) text(t testing.TB, tab *Table, r *row) string {
	t.Helper()
	var b strings.Builder
	for i, k := range tab.Key {
		switch k.Kind {
		case KindAddress:
			fmt.Fprintf(&b, "%s=%s ", k.Name, st.dict.Addresses()[r.Key[i]])
		case KindName:
			fmt.Fprintf(&b, "%s=%q ", k.Name, st.dict.Names()[r.Key[i]])
		default:
			fmt.Fprintf(&b, "%s=%d ", k.Name, r.Key[i])
		}
	}
	fmt.Fprintf(&b, "%d..%d", r.first, r.last)
	for i, s := range tab.Sums {
		fmt.Fprintf(&b, " %s=%d", s.Name, r.sums[i])
	}
	if tab.Set.Name != "" {
		fmt.Fprintf(&b, " %s=%q", tab.Set.Name, st.dict.Names()[r.Set])
	}
	for _, e := range r.events {
		fmt.Fprintf(&b, " [%d %v %t]", e.TS, e.V[:len(tab.Values)], e.Dup)
	}
	return b.String()
}

// sum adds up a column of a table.
func (st *store) sum(table int, column string) (n int64) {
	i := slices.IndexFunc(Tables[table].Sums, func(s Sum) bool { return s.Name == column })
	for _, r := range st.rows[table] {
		n += r.sums[i]
	}
	return n
}

// keys returns the texts of one key column over the rows of a table, sorted.
func (st *store) keys(table int, column string) (out []string) {
	i := slices.IndexFunc(Tables[table].Key, func(c Column) bool { return c.Name == column })
	for _, r := range st.rows[table] {
		switch Tables[table].Key[i].Kind {
		case KindAddress:
			out = append(out, st.dict.Addresses()[r.Key[i]].String())
		case KindName:
			out = append(out, st.dict.Names()[r.Key[i]])
		default:
			out = append(out, fmt.Sprint(r.Key[i]))
		}
	}
	slices.Sort(out)
	return out
}

// total adds up what several sources repeated.
func total(m map[uint32]int64) (n int64) {
	for _, x := range m {
		n += x
	}
	return n
}
