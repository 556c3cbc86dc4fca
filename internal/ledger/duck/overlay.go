package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"barium/internal/condense"
)

// Overlay is rows that are laid beside those of a ledger for a while, without
// reading or replacing any hour: a trial of what would be seen if they were there.
// Their keys must be new (an address or name in each that the ledger does not
// have), for rows of one key are not joined. Only the sets of facts, such as which
// logs there are, may repeat.
type Overlay struct {
	store *Store
	first map[string]int64 // by table: the first seq of the overlay
	ids   map[string]int64 // by dictionary table: the first id of the overlay
}

// Overlay lays what c holds beside the ledger's rows. Remove must be called before
// the ledger is imported into or closed.
func (s *Store) Overlay(ctx context.Context, c *condense.Condenser) (*Overlay, error) {
	o := &Overlay{store: s, first: map[string]int64{}, ids: map[string]int64{}}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, err
	}
	err = o.lay(ctx, conn, c)
	if err == nil {
		err = ctx.Err()
	}
	end := context.WithoutCancel(ctx) // the transaction must not stay open
	if err != nil {
		_, undo := conn.ExecContext(end, "ROLLBACK")
		return nil, errors.Join(fmt.Errorf("laying rows over ledger %s: %w", s.path, err), undo)
	}
	_, err = conn.ExecContext(end, "COMMIT")
	return o, err
}

func (o *Overlay) lay(ctx context.Context, conn *sql.Conn, c *condense.Condenser) error {
	for _, t := range condense.Tables {
		var first int64
		if err := conn.QueryRowContext(ctx, "SELECT coalesce(max(seq), -1) + 1 FROM ledger."+t.Name).Scan(&first); err != nil {
			return err
		}
		o.first[t.Name] = first + (condense.BlockRows-first%condense.BlockRows)%condense.BlockRows
		if err := o.store.writeTable(ctx, conn, c, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	for _, t := range []string{"address", "name"} {
		var n int64
		if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM ledger."+t).Scan(&n); err != nil {
			return err
		}
		o.ids[t] = n
	}
	return o.store.writeDictionary(ctx, conn, c.Dictionary)
}

// First is the lowest seq that a row of the overlay has in a table; all below are
// the ledger's own.
func (o *Overlay) First(table int) int64 { return o.first[condense.Tables[table].Name] }

// Remove takes the overlay away again: the ledger is as it was.
func (o *Overlay) Remove(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	tx, err := o.store.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, t := range condense.Tables {
		q := fmt.Sprintf("DELETE FROM ledger.%s WHERE seq >= %d", t.Name, o.first[t.Name])
		if _, e := tx.ExecContext(ctx, q); e != nil {
			err = errors.Join(err, e)
		}
		if len(t.Values) == 0 {
			continue
		}
		q = fmt.Sprintf("DELETE FROM ledger.%s_block WHERE block >= %d", t.Name, o.first[t.Name])
		if _, e := tx.ExecContext(ctx, q); e != nil {
			err = errors.Join(err, e)
		}
	}
	for t, n := range o.ids {
		if _, e := tx.ExecContext(ctx, fmt.Sprintf("DELETE FROM ledger.%s WHERE id >= %d", t, n)); e != nil {
			err = errors.Join(err, e)
		}
	}
	if err != nil {
		return errors.Join(fmt.Errorf("taking rows off ledger %s: %w", o.store.path, err), tx.Rollback())
	}
	return tx.Commit()
}
