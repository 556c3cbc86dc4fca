package condense

import "slices"

// Hours of a ledger that are long past are rolled up into days: rows of the same
// key become one, whose hour is the first of the day, whose sums are those over all
// events of the day, and whose list is thinned. Coverage is not rolled up: which
// hours have records stays known.

// DayHours is how many hours a row of a day stands for.
const DayHours = 24

// DayOf returns the first hour of the day (UTC) that an hour lies in.
func DayOf(hour uint32) uint32 { return hour - hour%DayHours }

// WholeList is up to how many events the list of a day is kept whole: what happens
// every three hours or less often keeps its rhythm.
const WholeList = 8

// Outlet is a port of an explicit proxy.
type Outlet struct{ Resp, Port uint32 } // id of the address, port

// rolling is what a Condenser of days knows.
type rolling struct {
	outlets map[Outlet]struct{}
}

// NewRoll returns a Condenser that makes rows of days out of rows of hours, which
// Roll hands over. The lists of what went to outlets stay whole: which far end a
// proxy's client had to do with is told from them.
func NewRoll(d *Dictionary, o Options, outlets []Outlet) *Condenser {
	c := New(d, o)
	c.rolling = &rolling{outlets: make(map[Outlet]struct{}, len(outlets))}
	for _, x := range outlets {
		c.rolling.outlets[x] = struct{}{}
	}
	return c
}

// Rolls reports whether a table's rows of hours become rows of days.
func (t *Table) Rolls() bool { return t.ID != Coverage }

// Roll hands over rows of hours, in any order. What another sensor's copy is was
// decided for the hour and stays so.
func (c *Condenser) Roll(t *Table, rows []KnownRow) error {
	w := &writer{p: &c.pool}
	for i := range rows {
		events, err := DecodeRow(t, &rows[i].Frame, rows[i].List)
		if err != nil {
			return err
		}
		key := rows[i].Key
		key[0] = DayOf(key[0])
		for _, e := range events {
			// Nothing is counted for sources here: primary says that it is a copy.
			w.put(t, &record{key: key, event: e, set: rows[i].Set, primary: e.Dup})
		}
	}
	return w.close()
}

// copies gives the records of a group back what Roll said of them.
func (r *rolling) copies(rs []record) {
	for i := range rs {
		rs[i].event.Dup = rs[i].primary
	}
}

// whole reports whether the list of a day with n events is kept whole.
func (r *rolling) whole(t *Table, key *[maxKey]uint32, n int) bool {
	if n <= WholeList || len(t.Values) == 0 {
		return true
	}
	switch t.ID {
	case Transfer: // what left, file by file
		return true
	case Request:
		return key[len(t.Key)-2] > 0 // proxied
	case Conversation:
		_, ok := r.outlets[Outlet{key[2], key[3]}]
		return ok
	}
	return false
}

// thin leaves of the list of a day its ends, and the first, the largest and the last
// event that count, which are those that lead to raw lines. Which ones depends on
// the events alone. In a list of connections, an event without a place and without
// a duration stands for the answered ones left out: it carries their bytes, so that
// those of the list still add up to the row's.
func (w *Worker) thin(es []Event) []Event {
	first, last, big := -1, -1, -1
	for i := range es {
		if es[i].Dup {
			continue
		}
		if first < 0 {
			first, big = i, i
		}
		last = i
		if w.size(&es[i]) > w.size(&es[big]) {
			big = i
		}
	}
	keep := []int{0, len(es) - 1}
	for _, i := range [...]int{first, big, last} {
		if i >= 0 {
			keep = append(keep, i)
		}
	}
	slices.Sort(keep)
	keep = slices.Compact(keep)
	out := make([]Event, 0, len(keep)+1)
	for _, i := range keep {
		out = append(out, es[i])
	}
	if w.t.ID != Conversation {
		return out
	}
	rest, found := restOf(es, keep)
	if !found {
		return out
	}
	at := slices.IndexFunc(out, func(e Event) bool { return e.TS > rest.TS })
	if at <= 0 {
		at = len(out) - 1
	}
	return slices.Insert(out, at, rest)
}

// restOf returns the event that stands for the answered connections not kept.
func restOf(es []Event, keep []int) (rest Event, found bool) {
	for i := range es {
		e := &es[i]
		if e.Dup || !answered(e) {
			continue
		}
		if _, kept := slices.BinarySearch(keep, i); kept {
			continue
		}
		if !found {
			rest, found = *e, true
			rest.Source, rest.Offset = 0, 0
			rest.V[ConvDuration] = 0
			rest.V[ConvMeta] = convMeta(ConvState(e.V[ConvMeta]), 0)
			rest.V[ConvBytesOrig], rest.V[ConvBytesResp] = 0, 0
		}
		rest.V[ConvBytesOrig] += e.V[ConvBytesOrig]
		rest.V[ConvBytesResp] += e.V[ConvBytesResp]
	}
	return rest, found
}
