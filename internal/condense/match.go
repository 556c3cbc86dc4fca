package condense

import (
	"cmp"
	"slices"
	"strings"
)

// manyAtOnce is how many connections within MatchWindow are compared with each
// other; where there are more, a map is asked.
const manyAtOnce = 32

// mayOverlap reports whether a conversation seen by unnamed sensors holds two
// connections with the same tuple within MatchWindow.
func (w *Worker) mayOverlap(rs []record, last int) bool {
	if w.t.ID != Conversation || rs[0].key[last] != 0 {
		return false
	}
	from := 0 // the first within MatchWindow
	for i := 1; i < len(rs); i++ {
		for rs[i].event.TS-rs[from].event.TS > MatchWindow {
			from++
		}
		if i-from > manyAtOnce {
			return w.samePorts(rs)
		}
		port := uint16(rs[i].event.V[ConvPort])
		for j := from; j < i; j++ {
			if uint16(rs[j].event.V[ConvPort]) == port {
				return true
			}
		}
	}
	return false
}

// samePorts is mayOverlap for very many connections.
func (w *Worker) samePorts(rs []record) bool {
	if w.ports == nil {
		w.ports = map[uint16]int64{}
	}
	clear(w.ports)
	for i := range rs {
		port := uint16(rs[i].event.V[ConvPort])
		if ts, ok := w.ports[port]; ok && rs[i].event.TS-ts <= MatchWindow {
			return true
		}
		w.ports[port] = rs[i].event.TS
	}
	return false
}

// maxOpen bounds how many unfinished matches with the same signature are tried
// for one event; only a flood of equal tuples within MatchWindow has more.
const maxOpen = 64

// match marks the events that another sensor saw too: one to one, in time
// order, within MatchWindow. Of two copies the fuller one counts.
func (w *Worker) match(rs []record, last int) {
	order := make([]int, len(rs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if c := cmp.Compare(rs[a].event.TS, rs[b].event.TS); c != 0 {
			return c
		}
		return strings.Compare(w.c.Dictionary.name(rs[a].key[last]), w.c.Dictionary.name(rs[b].key[last]))
	})
	var groups [][]int
	open := map[int64][]int{} // signature → positions in groups, oldest first
	for _, i := range order {
		e := &rs[i].event
		sig := w.signature(&rs[i])
		near := open[sig]
		for len(near) > 0 && (e.TS-rs[groups[near[0]][0]].event.TS > MatchWindow || len(near) > maxOpen) {
			near = near[1:]
		}
		found := false
		for _, g := range near {
			if found = w.joins(rs, groups[g], i, last); found {
				groups[g] = append(groups[g], i)
				break
			}
		}
		if !found {
			near = append(near, len(groups))
			groups = append(groups, []int{i})
		}
		open[sig] = near
	}
	for _, g := range groups {
		best := g[0]
		for _, i := range g[1:] {
			if w.fuller(rs, i, best, last) {
				best = i
			}
		}
		for _, i := range g {
			if i != best {
				rs[i].event.Dup = true
				if rs[i].primary {
					w.duplicates[rs[i].event.Source]++
				}
			}
		}
	}
}

// signature is what two sensors' copies of an event have in common.
func (w *Worker) signature(r *record) int64 {
	if w.t.ID == Conversation {
		return int64(uint16(r.event.V[ConvPort]))
	}
	h := int64(0)
	for _, v := range w.shared(r) {
		h = h*1_000_003 + v
	}
	return h
}

// shared returns the values of a record's event that do not depend on the
// sensor. Each sensor gives a file an id of its own; a request or a command is
// the same under another id, while an analysis of the file is only found by it.
func (w *Worker) shared(r *record) [maxValues]int64 {
	v := r.event.V
	if w.t.ID == Transfer && !strings.HasPrefix(w.c.Dictionary.name(r.key[keyHow]), analysed) {
		v[XferFile] = 0
	}
	return v
}

// joins reports whether record i is another sensor's copy of the events in g.
func (w *Worker) joins(rs []record, g []int, i, last int) bool {
	for _, j := range g {
		a, b := &rs[j], &rs[i]
		if a.key[last] == b.key[last] && !w.overlap(a, b, last) {
			return false
		}
		if w.t.ID != Conversation && w.shared(a) != w.shared(b) {
			return false
		}
	}
	return true
}

// overlap reports whether two connections of unnamed sensors with the same
// tuple lasted at the same time. One sensor cannot see that, so they are two
// sensors' copies; a retry begins after the attempt before it has ended.
func (w *Worker) overlap(a, b *record, last int) bool {
	return w.t.ID == Conversation && a.key[last] == 0 &&
		a.event.V[ConvDuration] > 0 && b.event.V[ConvDuration] > 0 &&
		b.event.TS < a.event.TS+a.event.V[ConvDuration]
}

// fuller reports whether record i is to be preferred to record j: more bytes,
// then the sensor whose name sorts first.
func (w *Worker) fuller(rs []record, i, j, last int) bool {
	a, b := &rs[i], &rs[j]
	if w.t.ID == Conversation {
		if x, y := a.event.V[ConvBytesOrig]+a.event.V[ConvBytesResp], b.event.V[ConvBytesOrig]+b.event.V[ConvBytesResp]; x != y {
			return x > y
		}
	}
	d := w.c.Dictionary
	return d.name(a.key[last]) < d.name(b.key[last])
}
