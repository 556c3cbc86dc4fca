package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"barium/internal/condense"
	"barium/internal/event"
)

// A proxy's own log names clients and far ends, and neither the client's port
// nor, mostly, the proxy's address: no connection can be found for its requests.
// They count by themselves, with the bytes that the proxy saw, where no sensor
// saw the same: neither a connection of the client to a proxy at that time that
// carried a request for the same far end, nor a direct one in that hour.

// clocks is how far, in microseconds, the clocks of a sensor and of a proxy may
// lie apart.
const clocks = 60_000_000

// goal is a far end whatever the proxy.
type goal struct {
	name string
	port uint32
}

type span struct{ from, to int64 }

// visit is an hour in which a client dealt with a far end directly; name is an id.
type visit struct{ client, hour, name uint32 }

// viaAlone collects what one client asked for.
type viaAlone struct {
	requests []*viaRequest
	carried  map[goal][]span // when connections to a proxy carried requests
	visits   map[visit]struct{}
	hourly   uint32 // as in Facts
}

func newViaAlone(hourly uint32) viaAlone {
	return viaAlone{carried: map[goal][]span{}, visits: map[visit]struct{}{}, hourly: hourly}
}

func (f *viaFar) goal() goal { return goal{f.name, f.farPort} }

// carry notes that a connection carried a request for a far end.
func (a *viaAlone) carry(f viaFar, from, to int64) {
	a.carried[f.goal()] = append(a.carried[f.goal()], span{from - clocks, to + clocks})
}

// add takes in the requests of one way out that no connection carried.
func (a *viaAlone) add(requests map[uint16][]*viaRequest) {
	for _, rs := range requests {
		for _, r := range rs {
			if !r.carried {
				a.requests = append(a.requests, r)
			}
		}
	}
}

// direct finds the hours in which clients of proxies dealt directly with what they
// also asked a proxy for: by the name in TLS or HTTP, by an address that DNS gave
// for the name, or by the address itself. That is what a transparent proxy's log
// and a sensor before the proxy tell of the same request.
func (a *viaAlone) direct(ctx context.Context, s Store, w Window) error {
	within := func(t string) string { return fmt.Sprintf("%s.hour >= %d AND %s.hour < %d", t, w.Since, t, w.Until) }
	query := strings.NewReplacer("{s}", within("s"), "{r}", within("r"), "{c}", within("c"), "{n}", within("n")).Replace(`
		WITH asked AS (SELECT DISTINCT orig, host FROM ledger.request r WHERE proxied > 0 AND {r})
		SELECT s.orig, s.hour, s.server_name FROM ledger.session s JOIN asked a ON a.orig = s.orig AND a.host = s.server_name WHERE {s}
		UNION
		SELECT r.orig, r.hour, r.host FROM ledger.request r JOIN asked a ON a.orig = r.orig AND a.host = r.host WHERE r.proxied = 0 AND {r}
		UNION
		SELECT c.orig, c.hour, n.name FROM ledger.conversation c JOIN ledger.answer n ON n.address = c.resp
			JOIN asked a ON a.orig = c.orig AND a.host = n.name WHERE {c} AND {n}
		UNION
		SELECT c.orig, c.hour, n.id FROM ledger.conversation c JOIN ledger.address d ON d.id = c.resp JOIN ledger.name n ON n.text = d.ip
			JOIN asked a ON a.orig = c.orig AND a.host = n.id WHERE d.ip <> '' AND {c}`)
	var v visit
	return Each(ctx, s, query, nil, []any{&v.client, &v.hour, &v.name}, func() error {
		a.visits[v] = struct{}{}
		return nil
	})
}

// merge puts the times of each far end in order and joins those that overlap.
func (a *viaAlone) merge() {
	for g, spans := range a.carried {
		slices.SortFunc(spans, func(x, y span) int { return cmp.Compare(x.from, y.from) })
		out := spans[:1]
		for _, s := range spans[1:] {
			if last := &out[len(out)-1]; s.from <= last.to {
				last.to = max(last.to, s.to)
			} else {
				out = append(out, s)
			}
		}
		a.carried[g] = out
	}
}

// seen tells whether a sensor saw what r tells of.
func (a *viaAlone) seen(client uint32, r *viaRequest) bool {
	if _, ok := a.visits[visit{client, a.rowHour(r.ts), r.host}]; ok {
		return true
	}
	spans := a.carried[r.far.goal()]
	i, found := slices.BinarySearchFunc(spans, r.ts, func(s span, ts int64) int { return cmp.Compare(s.from, ts) })
	return found || i > 0 && spans[i-1].to >= r.ts
}

// rowHour returns the hour of the row that a moment in microseconds belongs to: the
// first of its day where the ledger keeps days.
func (a *viaAlone) rowHour(ts int64) uint32 {
	h := uint32(ts / 3_600_000_000)
	if h < a.hourly {
		return condense.DayOf(h)
	}
	return h
}

// hourFar is what a client asked of a far end in an hour.
type hourFar struct {
	hour uint32
	far  viaFar
}

// count lays conversations for the requests of a client that were collected, and
// begins anew. What a sensor saw is noted in via_again, so that transfers of the
// proxy's log do not count a second time either.
func (b *viaBuilder) count(client uint32) {
	a := &b.alone
	a.merge()
	hours := map[uint32]map[viaFar][]condense.Event{}
	again, once := map[hourFar]struct{}{}, map[hourFar]struct{}{}
	for _, r := range a.requests {
		h := a.rowHour(r.ts)
		if a.seen(client, r) {
			again[hourFar{h, r.far}] = struct{}{}
			continue
		}
		once[hourFar{h, r.far}] = struct{}{}
		x := condense.Event{TS: r.ts, Source: r.source, Offset: r.offset}
		x.V[condense.ConvBytesOrig], x.V[condense.ConvBytesResp] = r.out, r.in
		state := event.SF
		if r.refused {
			state = event.REJ
		}
		x.V[condense.ConvPort], x.V[condense.ConvMeta] = int64(r.port), int64(state)
		if hours[h] == nil {
			hours[h] = map[viaFar][]condense.Event{}
		}
		hours[h][r.far] = append(hours[h][r.far], x)
	}
	for _, h := range slices.Sorted(maps.Keys(hours)) {
		b.lay(h, client, hours[h])
	}
	for k := range again {
		if _, ok := once[k]; !ok {
			b.again = append(b.again, []any{k.hour, client, k.far.server, k.far.port, k.far.name})
		}
	}
	a.requests = a.requests[:0]
	clear(a.carried)
}
