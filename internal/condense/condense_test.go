package condense

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// store keeps rows as a ledger does: whole hours are replaced.
type store struct {
	dict *Dictionary
	rows [numTables][]Row
}

func newStore() *store { return &store{dict: NewDictionary(nil, nil)} }

// add imports batches, each as a source of its own, numbered from first. It
// returns how many records of each source were known already.
func (st *store) add(t testing.TB, o Options, first uint32, batches ...[]put) map[uint32]int64 {
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
		var touched, rest []Row
		for _, r := range st.rows[id] {
			if slices.Contains(hours, r.Key[0]) {
				touched = append(touched, r)
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
		err := c.Rows(context.Background(), tab, func(rows []Row) error {
			for _, r := range rows {
				r.Sums, r.List, r.Exemplars = slices.Clone(r.Sums), slices.Clone(r.List), slices.Clone(r.Exemplars)
				st.rows[id] = append(st.rows[id], r)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
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

func (st *store) text(t testing.TB, tab *Table, r *Row) string {
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
	fmt.Fprintf(&b, "%d..%d", r.First, r.Last)
	for i, s := range tab.Sums {
		fmt.Fprintf(&b, " %s=%d", s.Name, r.Sums[i])
	}
	events, err := DecodeList(tab, r.Key[0], r.List)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		fmt.Fprintf(&b, " [%d %v %t]", e.TS, e.V[:len(tab.Values)], e.Dup)
	}
	return b.String()
}

// sum adds up a column of a table.
func (st *store) sum(table int, column string) (n int64) {
	i := slices.IndexFunc(Tables[table].Sums, func(s Sum) bool { return s.Name == column })
	for _, r := range st.rows[table] {
		n += r.Sums[i]
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
