package condense

import (
	"net/netip"
	"slices"
	"sync"

	"barium/internal/event"
)

// Version is recorded with every hour of the ledger; it changes when the same
// records would give other rows.
const Version = 2

// Options bound what a Condenser may use.
type Options struct {
	// Memory is how many bytes of records are held before they go to disk; 0
	// means no bound.
	Memory int64
	// TempDir is where they go; empty for the system's.
	TempDir string
	// Oldest is the first hour that is taken in; what is older is only counted, see
	// Tally.Refused.
	Oldest uint32
}

// Condenser collects records and gives them back as rows. Sinks of one
// Condenser may be used at once.
type Condenser struct {
	Dictionary *Dictionary
	pool       pool
	oldest     uint32
	rolling    *rolling // nil unless rows of days are made

	mu         sync.Mutex
	duplicates map[uint32]int64
}

// New returns an empty Condenser that takes ids from d.
func New(d *Dictionary, o Options) *Condenser {
	return &Condenser{
		Dictionary: d, pool: pool{budget: o.Memory, dir: o.TempDir}, oldest: o.Oldest, duplicates: map[uint32]int64{},
	}
}

// Close gives back temporary files.
func (c *Condenser) Close() error { return c.pool.close() }

// KnownRow is a row that a ledger holds already.
type KnownRow struct {
	Key [maxKey]uint32
	Set uint32 // of a table with a Set column
	Frame
	List []byte // see EncodeRow
}

// Known hands rows that a ledger already holds for an hour back, so that what
// is read anew becomes a union with them. Rows may be handed over in any order.
func (c *Condenser) Known(t *Table, rows []KnownRow) error {
	w := &writer{p: &c.pool}
	for i := range rows {
		events, err := DecodeRow(t, &rows[i].Frame, rows[i].List)
		if err != nil {
			return err
		}
		for _, e := range events {
			e.Dup = false
			w.put(t, &record{key: rows[i].Key, event: e, set: rows[i].Set})
		}
	}
	return w.close()
}

// Hours returns, in order, the hours for which records of any table were put.
// It must be called before Finish.
func (c *Condenser) Hours() ([]uint32, error) {
	seen := map[uint32]struct{}{}
	var key [maxKey]uint32
	for n := range partitions {
		// Every record also puts its hour under Coverage.
		all, err := c.pool.take(Coverage, n, nil)
		if err != nil {
			return nil, err
		}
		for b := all; len(b) > 0; {
			b = b[decodeKey(b, Tables[Coverage], &key):]
			seen[key[0]] = struct{}{}
		}
		if err := c.pool.add(Coverage, n, all); err != nil {
			return nil, err
		}
	}
	hours := make([]uint32, 0, len(seen))
	for h := range seen {
		hours = append(hours, h)
	}
	slices.Sort(hours)
	return hours, nil
}

// Duplicates returns, per source number, how many of its records were already
// known. It is complete when Finish has been through every table.
func (c *Condenser) Duplicates() map[uint32]int64 { return c.duplicates }

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
