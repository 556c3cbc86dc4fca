package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"barium/internal/condense"
	"barium/internal/event"
)

// Behind an explicit proxy the far end is the name asked for, not the proxy.
// The name is in the requests, the bytes are in the connections that carried
// them; both know the client's port. For each name that clients asked a proxy
// for, this file lays conversations of their own beside those of the ledger,
// with a far end that has a name and no address. Requests that no connection
// carried, such as those of the proxy's own log, are counted by via_alone.go.

// firstVia is the first id of such a far end; real addresses never get so far.
const firstVia = 1 << 31

// slack is how far, in microseconds, the times of a request and its connection
// may lie apart.
const slack = 1_000_000

// viaKey is one way out: a client and a proxy.
type viaKey struct{ client, server, port uint32 }

// viaFar is one far end behind a proxy.
type viaFar struct {
	server, port uint32 // of the proxy
	name         string
	farPort      uint32
}

type viaRequest struct {
	far     viaFar
	host    uint32 // id of the name
	ts      int64
	out, in int64
	refused bool // the proxy did not open a tunnel
	source  uint32
	offset  int64
	port    uint16 // the client's, 0 when not known
	carried bool   // a connection is known that carried it
}

// viaBuilder fills the tables via, via_list, via_far and called.
type viaBuilder struct {
	ids      map[viaFar]uint32
	fars     []viaFar
	rows     [][]any
	lists    [][]any
	again    [][]any
	seq      int64
	requests map[uint16][]*viaRequest // of the current way out, by the client's port
	alone    viaAlone
}

// layVia fills the tables of far ends behind proxies; hourly is as in Facts.
func layVia(ctx context.Context, s Store, w Window, hourly uint32) error {
	b := viaBuilder{ids: map[viaFar]uint32{}, alone: newViaAlone(hourly)}
	if err := b.build(ctx, s, w); err != nil {
		return fmt.Errorf("far ends behind proxies: %w", err)
	}
	fill := func(table string, rows [][]any) error {
		return s.Fill(ctx, table, func(add func(...any) error) error {
			for _, r := range rows {
				if err := add(r...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	var fars, places [][]any
	labels := map[string]int64{}
	known, err := b.addresses(ctx, s)
	if err != nil {
		return fmt.Errorf("far ends behind proxies: %w", err)
	}
	for i, f := range b.fars {
		id := uint32(firstVia + i)
		fars = append(fars, []any{f.server, f.port, f.name, f.farPort, id})
		// A name that an address or another far end has too is the same label.
		label, ok := labels[f.name]
		if !ok {
			if label, ok = known[f.name]; !ok {
				label = int64(id)
			}
			labels[f.name] = label
		}
		places = append(places, []any{id, f.name, false, false, label})
	}
	return errors.Join(fill("via_far", fars), fill("place", places), fill("via", b.rows), fill("via_list", b.lists), fill("via_again", b.again))
}

// addresses returns the labels of far ends that were asked for by address.
func (b *viaBuilder) addresses(ctx context.Context, s Store) (map[string]int64, error) {
	out := map[string]int64{}
	for _, f := range b.fars {
		if _, err := netip.ParseAddr(f.name); err == nil {
			out[f.name] = 0
		}
	}
	if len(out) == 0 {
		return out, nil
	}
	var ip string
	var label int64
	asked := out
	out = map[string]int64{}
	err := Each(ctx, s, "SELECT ip, label FROM place", nil, []any{&ip, &label}, func() error {
		if _, ok := asked[ip]; ok {
			out[ip] = label
		}
		return nil
	})
	return out, err
}

// build walks requests and connections of the same ways out side by side.
func (b *viaBuilder) build(ctx context.Context, s Store, w Window) error {
	within := func(t string) string { return fmt.Sprintf("%s.hour >= %d AND %s.hour < %d", t, w.Since, t, w.Until) }
	if err := b.alone.direct(ctx, s, w); err != nil {
		return err
	}
	requests, err := s.Query(ctx, `SELECT r.orig, r.resp, r.port, r.host, n.text, r.proxied, m.text = 'CONNECT', r.first, r.first + r.span, r.seq, l.lists
		FROM ledger.request r JOIN ledger.name n ON n.id = r.host JOIN ledger.name m ON m.id = r.method
		JOIN ledger.request_list l ON l.block = r.seq - r.seq % 4
		WHERE r.proxied > 0 AND n.text <> '' AND `+within("r")+` ORDER BY r.orig, r.resp, r.port, r.hour, n.text`)
	if err != nil {
		return err
	}
	defer requests.Close()
	rs := &requestCursor{rows: requests}
	if err := rs.next(); err != nil || !rs.ok {
		return err
	}
	calls, err := s.Query(ctx, `SELECT c.orig, c.resp, c.port, c.hour, c.first, c.first + c.span, c.duration, c.bytes_orig, c.bytes_resp, c.seq, l.lists
		FROM ledger.conversation c
		JOIN (SELECT DISTINCT orig, resp, port FROM ledger.request WHERE proxied > 0) p ON p.orig = c.orig AND p.resp = c.resp AND p.port = c.port
		JOIN ledger.conversation_list l ON l.block = c.seq - c.seq % 4
		WHERE c.proto = 6 AND c.flip = 0 AND `+within("c")+` ORDER BY c.orig, c.resp, c.port, c.hour`)
	if err != nil {
		return err
	}
	defer calls.Close()
	cs := &callCursor{rows: calls}
	if err := cs.next(); err != nil {
		return err
	}
	if err := b.walk(rs, cs); err != nil {
		return err
	}
	return errors.Join(requests.Err(), calls.Err())
}

// walk goes through both results, one way out after the other.
func (b *viaBuilder) walk(rs *requestCursor, cs *callCursor) error {
	for rs.ok {
		key := rs.key
		b.requests = map[uint16][]*viaRequest{}
		for rs.ok && rs.key == key {
			if err := b.take(rs); err != nil {
				return err
			}
			if err := rs.next(); err != nil {
				return err
			}
		}
		for cs.ok && compareKeys(cs.key, key) < 0 {
			if err := cs.next(); err != nil {
				return err
			}
		}
		for cs.ok && cs.key == key {
			if err := b.attribute(cs); err != nil {
				return err
			}
			if err := cs.next(); err != nil {
				return err
			}
		}
		b.alone.add(b.requests)
		if !rs.ok || rs.key.client != key.client {
			b.count(key.client)
		}
	}
	return nil
}

// take remembers the requests of one row.
func (b *viaBuilder) take(rs *requestCursor) error {
	es, err := condense.Events(condense.Tables[condense.Request], &rs.list)
	if err != nil {
		return err
	}
	far := viaFar{rs.key.server, rs.key.port, rs.name, rs.farPort}
	if a, err := netip.ParseAddr(far.name); err == nil {
		far.name = a.Unmap().String()
	}
	for _, e := range es {
		if e.Dup {
			continue
		}
		port := uint16(e.V[condense.ReqPort])
		b.requests[port] = append(b.requests[port], &viaRequest{
			far: far, host: rs.host, ts: e.TS, out: e.V[condense.ReqBytesOut], in: e.V[condense.ReqBytesIn],
			refused: rs.tunnel && e.V[condense.ReqStatus] >= 400, source: e.Source, offset: e.Offset, port: port,
		})
	}
	return nil
}

// attribute gives the connections of one row to the far ends that were asked
// for over them: the whole connection when it is one, otherwise the bodies.
func (b *viaBuilder) attribute(cs *callCursor) error {
	es, err := condense.Events(condense.Tables[condense.Conversation], &cs.list)
	if err != nil {
		return err
	}
	events := map[viaFar][]condense.Event{}
	for _, e := range es {
		if e.Dup {
			continue
		}
		var over []*viaRequest
		for _, r := range b.requests[uint16(e.V[condense.ConvPort])] {
			if r.ts >= e.TS-slack && r.ts <= e.TS+e.V[condense.ConvDuration]+slack {
				over = append(over, r)
			}
		}
		if len(over) == 0 {
			continue
		}
		for _, r := range over {
			r.carried = true
			b.alone.carry(r.far, min(e.TS, r.ts), max(e.TS+e.V[condense.ConvDuration], r.ts))
		}
		if !slices.ContainsFunc(over, func(r *viaRequest) bool { return r.far != over[0].far }) {
			events[over[0].far] = append(events[over[0].far], e)
			continue
		}
		for _, r := range over {
			x := condense.Event{TS: max(r.ts, int64(cs.hour)*3_600_000_000), Source: r.source, Offset: r.offset}
			x.V[condense.ConvBytesOrig], x.V[condense.ConvBytesResp] = r.out, r.in
			x.V[condense.ConvPort] = e.V[condense.ConvPort]
			x.V[condense.ConvMeta] = int64(condense.ConvState(e.V[condense.ConvMeta]))
			events[r.far] = append(events[r.far], x)
		}
	}
	b.lay(cs.hour, cs.key.client, events)
	return nil
}

// lay lays a conversation for each far end that a client dealt with in an hour.
func (b *viaBuilder) lay(hour, client uint32, events map[viaFar][]condense.Event) {
	for _, f := range slices.SortedFunc(maps.Keys(events), compareFars) {
		b.row(hour, client, f, events[f])
	}
}

func compareFars(a, b viaFar) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.farPort, b.farPort), cmp.Compare(a.server, b.server), cmp.Compare(a.port, b.port))
}

func compareEvents(a, b condense.Event) int {
	return cmp.Or(cmp.Compare(a.TS, b.TS), slices.Compare(a.V[:], b.V[:]), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset))
}

// row lays one conversation.
func (b *viaBuilder) row(hour, client uint32, f viaFar, es []condense.Event) {
	slices.SortFunc(es, compareEvents)
	id, ok := b.ids[f]
	if !ok {
		id = uint32(firstVia + len(b.fars))
		b.ids[f] = id
		b.fars = append(b.fars, f)
	}
	t := condense.Tables[condense.Conversation]
	var places []condense.Exemplar
	for i := range es {
		if es[i].Source != 0 {
			places = append(places, condense.Exemplar{Index: i, Source: es[i].Source, Offset: es[i].Offset})
		}
	}
	b.seq -= condense.BlockRows
	row := []any{hour, b.seq, client, id, f.farPort, uint32(event.ProtoTCP), es[0].TS, es[len(es)-1].TS}
	for _, sum := range t.Sums {
		row = append(row, sum.Of(es))
	}
	b.rows = append(b.rows, row)
	b.lists = append(b.lists, []any{hour, b.seq, condense.AppendBlock(nil, condense.EncodeRow(nil, t, es, places))})
}

func compareKeys(a, b viaKey) int {
	return slices.Compare([]uint32{a.client, a.server, a.port}, []uint32{b.client, b.server, b.port})
}

// requestCursor and callCursor stand on one row of a result.
type requestCursor struct {
	rows    *sql.Rows
	ok      bool
	key     viaKey
	host    uint32 // id of the name
	name    string
	farPort uint32
	tunnel  bool // the method is CONNECT
	list    condense.Stored
}

func (c *requestCursor) next() error {
	if c.ok = c.rows.Next(); !c.ok {
		return c.rows.Err()
	}
	into := []any{&c.key.client, &c.key.server, &c.key.port, &c.host, &c.name, &c.farPort, &c.tunnel}
	return c.rows.Scan(append(into, c.list.Scan(condense.Tables[condense.Request])...)...)
}

type callCursor struct {
	rows *sql.Rows
	ok   bool
	key  viaKey
	hour uint32
	list condense.Stored
}

func (c *callCursor) next() error {
	if c.ok = c.rows.Next(); !c.ok {
		return c.rows.Err()
	}
	into := []any{&c.key.client, &c.key.server, &c.key.port, &c.hour}
	return c.rows.Scan(append(into, c.list.Scan(condense.Tables[condense.Conversation])...)...)
}
