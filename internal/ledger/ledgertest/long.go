package ledgertest

import (
	"testing"

	"barium/internal/condense"
	"barium/internal/ledger"
)

// longLists asserts that a conversation with thousands of connections in an hour
// comes back whole, and that it may grow.
func (o opener) longLists(t *testing.T) {
	const n = 3000
	var all []Put
	for i := range int64(n) {
		all = append(all, Connection(1_000_000*i, "10.0.0.1", "192.0.2.1", 443, i*i*i, i))
	}
	all = append(all, Connection(5, "10.0.0.2", "192.0.2.1", 443, 1, 2), Connection(6, "10.0.0.3", "192.0.2.1", 443, 1, 2))
	once, twice := o.fresh(t), o.fresh(t)
	mustAdd(t, once, 1, all)
	mustAdd(t, twice, 1, backwards(all[n/3:]))
	mustAdd(t, twice, 2, all[:n/2])
	if a, b := sum(t, once), sum(t, twice); a != b {
		t.Errorf("%s at once, %s in two parts", a, b)
	}
	for _, s := range []ledger.Store{once, twice} {
		var events int64
		var list condense.Stored
		into := append([]any{&events}, list.Scan(condense.Tables[condense.Conversation])...)
		rows := 0
		err := ledger.Each(t.Context(), s, `SELECT c.events, c.first, c.first + c.span, c.duration, c.bytes_orig, c.bytes_resp, c.seq, l.lists FROM ledger.conversation c
			JOIN ledger.conversation_list l ON l.block = c.seq - c.seq % 4`, nil, into, func() error {
			es, err := condense.Events(condense.Tables[condense.Conversation], &list)
			if err != nil || int64(len(es)) != events {
				t.Errorf("%d of %d events, %v", len(es), events, err)
			}
			rows++
			return nil
		})
		if err != nil || rows != 3 {
			t.Errorf("%d rows, %v", rows, err)
		}
	}
}
