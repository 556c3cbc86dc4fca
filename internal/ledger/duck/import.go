package duck

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"barium/internal/condense"
	"barium/internal/condense/psl"
	"barium/internal/ledger"
)

// Import makes the ledger the union of itself and c; see ledger.Store.
func (s *Store) Import(ctx context.Context, c *condense.Condenser, sources []ledger.Source) error {
	hours, err := c.Hours()
	if err != nil {
		return err
	}
	hourly, err := s.Hourly(ctx)
	if err != nil {
		return err
	}
	if len(hours) > 0 && hours[0] < hourly {
		return fmt.Errorf("BUG: ledger %s keeps hours from %d on and is given hour %d", s.path, hourly, hours[0])
	}
	if err := s.known(ctx, c, hours); err != nil {
		return fmt.Errorf("reading what ledger %s already holds: %w", s.path, err)
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	err = s.replace(ctx, conn, c, hours, sources)
	if err == nil {
		err = ctx.Err()
	}
	// The caller's context may end at any time; the transaction must not stay open.
	end := context.WithoutCancel(ctx)
	if err != nil {
		_, undo := conn.ExecContext(end, "ROLLBACK")
		return errors.Join(fmt.Errorf("writing ledger %s: %w", s.path, err), undo)
	}
	if _, err := conn.ExecContext(end, "COMMIT"); err != nil {
		return fmt.Errorf("writing ledger %s: %w", s.path, err)
	}
	return nil
}

// knownBatch is how many rows are handed to the condenser at once.
const knownBatch = 1024

// known gives the condenser the rows of hours that are about to be replaced.
func (s *Store) known(ctx context.Context, c *condense.Condenser, hours []uint32) error {
	if err := s.affected(ctx, hours); err != nil {
		return err
	}
	var held int
	if err := s.db.QueryRowContext(ctx, "SELECT count(*) FROM ledger.hour WHERE hour IN (SELECT hour FROM affected)").Scan(&held); err != nil || held == 0 {
		return err
	}
	for _, t := range condense.Tables {
		query := selectColumns(t) + " WHERE r.hour IN (SELECT hour FROM affected)"
		if _, err := s.eachKnown(ctx, t, query, func(rows []condense.KnownRow) error { return c.Known(t, rows) }); err != nil {
			return err
		}
	}
	return nil
}

// eachKnown hands the rows that a query of selectColumns gives to f, some at a time,
// and returns how many they were.
func (s *Store) eachKnown(ctx context.Context, t *condense.Table, query string, f func([]condense.KnownRow) error) (n int64, err error) {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return 0, err
	}
	var batch []condense.KnownRow
	err = eachRow(rows, t, func(r condense.KnownRow) error {
		n++
		if batch = append(batch, r); len(batch) < knownBatch {
			return nil
		}
		err := f(batch)
		batch = batch[:0]
		return err
	})
	return n, errors.Join(err, rows.Close(), f(batch))
}

// affected fills the table of hours that an import touches.
func (s *Store) affected(ctx context.Context, hours []uint32) error {
	if err := s.Exec(ctx, "CREATE OR REPLACE TABLE affected (hour UINTEGER)"); err != nil {
		return err
	}
	return s.raw(ctx, func(c driver.Conn) error {
		return appendTo(c, "", "affected", func(app *duckdb.Appender) error {
			for _, h := range hours {
				if err := app.AppendRow(h); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// selectColumns asks for the key, set, frame, seq and block of rows r; the block is
// in l.
func selectColumns(t *condense.Table) string {
	cols := make([]string, 0, len(t.Key)+3)
	for _, k := range t.Key {
		cols = append(cols, "r."+k.Name)
	}
	set, lists, join := "0::UINTEGER", "''::BLOB", ""
	if t.Set.Name != "" {
		set = "r." + t.Set.Name
	}
	if len(t.Values) > 0 {
		lists = "l.lists"
		join = fmt.Sprintf(" JOIN ledger.%s_list l ON l.hour = r.hour AND l.block = r.seq - r.seq %% %d", t.Name, condense.BlockRows)
	}
	return fmt.Sprintf("SELECT %s FROM ledger.%s r%s",
		strings.Join(append(cols, set, frame(t), lists), ", "), t.Name, join)
}

// frame is the columns that condense.Stored.Scan wants of a row r, but the lists.
func frame(t *condense.Table) string {
	cols := []string{"r.first", "r.first + r.span"}
	for _, c := range t.Totals {
		cols = append(cols, "r."+c)
	}
	return strings.Join(append(cols, "r.seq"), ", ")
}

func eachRow(rows *sql.Rows, t *condense.Table, f func(condense.KnownRow) error) error {
	var r condense.KnownRow
	var list condense.Stored
	var lists sql.RawBytes
	into := make([]any, 0, len(t.Key)+8)
	for i := range t.Key {
		into = append(into, &r.Key[i])
	}
	into = append(into, &r.Set)
	into = append(into, list.Scan(t)...)
	into[len(into)-1] = &lists // not copied
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if len(t.Values) > 0 {
			list, err := condense.BlockRow(lists, list.Seq)
			if err != nil {
				return err
			}
			r.List = bytes.Clone(list)
		}
		r.Frame = list.Frame
		if err := f(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// replace writes all tables within the transaction of conn.
func (s *Store) replace(ctx context.Context, conn *sql.Conn, c *condense.Condenser, hours []uint32, sources []ledger.Source) error {
	for _, t := range condense.Tables {
		for _, table := range physical(t) {
			if len(hours) > 0 {
				if _, err := conn.ExecContext(ctx, "DELETE FROM ledger."+table+" WHERE hour IN (SELECT hour FROM affected)"); err != nil {
					return err
				}
			}
		}
		if err := s.writeTable(ctx, conn, c, t); err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	if err := s.writeDictionary(ctx, conn, c.Dictionary); err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	if err := setHours(ctx, conn); err != nil {
		return err
	}
	return writeSources(ctx, conn, c.Duplicates(), sources)
}

// writeSources puts sources in the place of those that have their numbers. There
// may be a million of them.
func writeSources(ctx context.Context, conn *sql.Conn, repeated map[uint32]int64, sources []ledger.Source) error {
	if len(sources) == 0 {
		return nil
	}
	ids := make([]string, len(sources))
	for i := range sources {
		x := &sources[i]
		x.Repeated = max(x.Repeated+repeated[x.ID], 0)
		ids[i] = strconv.FormatUint(uint64(x.ID), 10)
	}
	if _, err := conn.ExecContext(ctx, "DELETE FROM ledger.source WHERE id IN ("+strings.Join(ids, ",")+")"); err != nil {
		return err
	}
	return conn.Raw(func(d any) error {
		return appendTo(d.(driver.Conn), "ledger", "source", func(app *duckdb.Appender) error {
			for i := range sources {
				x := &sources[i]
				if err := app.AppendRow(x.ID, x.Path, x.Format, x.Reader, x.SHA256, x.Size, x.ModTime, x.Inode, x.Bytes, x.Content, x.Head,
					x.Rest.Offset, x.Rest.Records, x.Rest.Bad, x.Records, x.Repeated, x.Bad, x.First, x.Last, x.Problem, x.Details); err != nil {
					return fmt.Errorf("source %s: %w", x.Path, err)
				}
			}
			return nil
		})
	})
}

// setHours remembers which version of the condenser wrote each hour.
func setHours(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "DELETE FROM ledger.hour WHERE hour IN (SELECT hour FROM affected)"); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, fmt.Sprintf("INSERT INTO ledger.hour SELECT hour, %d FROM affected", condense.Version))
	return err
}

func physical(t *condense.Table) []string {
	if len(t.Values) == 0 {
		return []string{t.Name}
	}
	return []string{t.Name, t.Name + "_block"}
}

// writeDictionary appends the addresses and names that are new.
func (s *Store) writeDictionary(ctx context.Context, conn *sql.Conn, dict *condense.Dictionary) error {
	var addresses, names int
	if err := conn.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM ledger.address), (SELECT count(*) FROM ledger.name)").Scan(&addresses, &names); err != nil {
		return err
	}
	return conn.Raw(func(d any) error {
		err := appendTo(d.(driver.Conn), "ledger", "address", func(app *duckdb.Appender) error {
			for i, a := range dict.Addresses() {
				if i < addresses {
					continue
				}
				if err := app.AppendRow(uint32(i), a[:], a.String()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		return appendTo(d.(driver.Conn), "ledger", "name", func(app *duckdb.Appender) error {
			for i, n := range dict.Names() {
				if i < names {
					continue
				}
				if err := app.AppendRow(uint32(i), n, hostDomain(n)); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// hostDomain returns the registered domain of n when it could be a host name.
func hostDomain(n string) string {
	if len(n) > 253 || strings.ContainsAny(n, " /\\,=()") {
		return ""
	}
	if _, err := netip.ParseAddr(n); err == nil {
		return ""
	}
	return psl.Domain(n)
}
