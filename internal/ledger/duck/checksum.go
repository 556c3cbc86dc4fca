package duck

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"strings"

	"barium/internal/condense"
)

// Checksum is the SHA-256 over, for each table, its name, the number of its
// rows and the sum of the rows' digests: SHA-256 of a row's values with ids
// resolved and of its list. The sum, of the first 128 bits, does not depend on
// the order of the rows. Sources, offsets and paths are left out.
func (s *Store) Checksum(ctx context.Context) (string, error) {
	h := sha256.New()
	for _, t := range condense.Tables {
		d, err := s.digest(ctx, t)
		if err != nil {
			return "", fmt.Errorf("checksum of table %s: %w", t.Name, err)
		}
		fmt.Fprintf(h, "%s %d %016x%016x\n", t.Name, d.rows, d.high, d.low)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// digest is the sum of a table's rows.
type digest struct {
	rows      int64
	low, high uint64
}

func (d *digest) add(row [sha256.Size]byte) {
	var carry uint64
	d.rows++
	d.low, carry = bits.Add64(d.low, binary.BigEndian.Uint64(row[8:]), 0)
	d.high, _ = bits.Add64(d.high, binary.BigEndian.Uint64(row[:]), carry)
}

// digest goes through the rows of a table and the blocks of their lists side by
// side, both in order of seq.
func (s *Store) digest(ctx context.Context, t *condense.Table) (d digest, err error) {
	rows, err := s.db.QueryContext(ctx, digestQuery(t))
	if err != nil {
		return d, err
	}
	defer rows.Close()
	blocks := &blockCursor{at: -1}
	if len(t.Values) > 0 {
		//nolint:rowserrcheck // blockCursor.find and the end of this function look
		if blocks.rows, err = s.db.QueryContext(ctx, fmt.Sprintf("SELECT block, lists FROM ledger.%s_list ORDER BY block", t.Name)); err != nil {
			return d, err
		}
		defer blocks.rows.Close()
	}
	var list condense.Stored
	var text sql.RawBytes
	into := append([]any{&text}, list.Scan(t)...)
	into = into[:len(into)-1] // the lists come from elsewhere
	var b []byte
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return d, err
		}
		b = append(b[:0], text...)
		if len(t.Values) > 0 {
			if err := blocks.find(&list); err != nil {
				return d, err
			}
			if b, err = condense.AppendPlain(append(b, '\n'), t, &list); err != nil {
				return d, err
			}
		}
		d.add(sha256.Sum256(b))
	}
	if blocks.rows != nil {
		err = blocks.rows.Err()
	}
	return d, errors.Join(err, rows.Err())
}

// blockCursor stands on one block of lists.
type blockCursor struct {
	rows  *sql.Rows
	at    int64
	lists []byte
}

// find completes a row's list; seqs must ascend.
func (c *blockCursor) find(list *condense.Stored) error {
	for seq := list.Seq; c.at < seq-seq%condense.BlockRows; {
		if !c.rows.Next() {
			return errors.Join(fmt.Errorf("row %d has no list", seq), c.rows.Err())
		}
		if err := c.rows.Scan(&c.at, &c.lists); err != nil {
			return err
		}
	}
	list.Lists = c.lists
	return nil
}

// digestQuery gives the values of each row as one text, its frame and seq, in order
// of seq.
func digestQuery(t *condense.Table) string {
	var cols, joins []string
	name := func(column string) {
		n := fmt.Sprintf("n%d", len(joins))
		joins = append(joins, fmt.Sprintf("JOIN ledger.name %s ON %s.id = r.%s", n, n, column))
		// Texts come from outside and may hold the separator.
		cols = append(cols, "md5("+n+".text)")
	}
	for _, k := range t.Key {
		switch k.Kind {
		case condense.KindAddress:
			a := fmt.Sprintf("a%d", len(joins))
			joins = append(joins, fmt.Sprintf("JOIN ledger.address %s ON %s.id = r.%s", a, a, k.Name))
			cols = append(cols, a+".ip")
		case condense.KindName:
			name(k.Name)
		default:
			cols = append(cols, "r."+k.Name)
		}
	}
	if t.Set.Name != "" {
		name(t.Set.Name)
	}
	cols = append(cols, "r.first", "r.first + r.span")
	for _, x := range t.Sums {
		cols = append(cols, "r."+x.Name)
	}
	return fmt.Sprintf("SELECT concat_ws('|', %s), %s FROM ledger.%s r %s ORDER BY r.seq", strings.Join(cols, ", "), frame(t), t.Name, strings.Join(joins, " "))
}
