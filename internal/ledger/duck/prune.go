package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"

	"barium/internal/condense"
	"barium/internal/ledger"
)

// hourlySetting is under what name a ledger remembers the first hour that it keeps
// as such.
const hourlySetting = "hourly"

// rollDays is how many days are rolled up in one transaction.
const rollDays = 8

// Hourly returns the first hour that the ledger keeps as such; see ledger.Store.
func (s *Store) Hourly(ctx context.Context) (uint32, error) {
	v, err := s.Setting(ctx, hourlySetting)
	if err != nil || len(v) == 0 {
		return 0, err
	}
	n, err := strconv.ParseUint(v[0], 10, 32)
	if err != nil {
		return 0, fmt.Errorf("ledger %s: since when hours are kept: %w", s.path, err)
	}
	return uint32(n), nil
}

// Prune rolls up and drops what is older than k says; see ledger.Store. Each
// transaction leaves a whole ledger.
func (s *Store) Prune(ctx context.Context, k ledger.Kept) (p ledger.Pruned, err error) {
	if p.Hourly, err = s.Hourly(ctx); err != nil {
		return p, err
	}
	if err := s.drop(ctx, k.Daily, &p); err != nil {
		return p, fmt.Errorf("ledger %s: dropping what is too old: %w", s.path, err)
	}
	var days []uint32
	var day uint32
	err = ledger.Each(ctx, s, "SELECT DISTINCT hour - hour % 24 FROM ledger.hour WHERE hour >= ? AND hour < ? ORDER BY 1", []any{p.Hourly, k.Hourly}, []any{&day}, func() error {
		days = append(days, day)
		return nil
	})
	if err != nil || len(days) == 0 {
		return p, err
	}
	outlets, err := s.outlets(ctx)
	if err != nil {
		return p, err
	}
	p.First = days[0]
	for len(days) > 0 {
		n := min(len(days), rollDays)
		if err := s.roll(ctx, days[0], days[n-1]+condense.DayHours, outlets, &p); err != nil {
			return p, fmt.Errorf("ledger %s: rolling hours up into days: %w", s.path, err)
		}
		p.Rolled += int64(n)
		days = days[n:]
	}
	return p, nil
}

// drop removes all hours before daily.
func (s *Store) drop(ctx context.Context, daily uint32, p *ledger.Pruned) error {
	var last sql.NullInt64
	err := s.db.QueryRowContext(ctx, "SELECT count(DISTINCT hour - hour % 24), max(hour - hour % 24) FROM ledger.hour WHERE hour < ?", daily).Scan(&p.Dropped, &last)
	if err != nil || p.Dropped == 0 {
		return err
	}
	hourly := max(p.Hourly, uint32(last.Int64)+condense.DayHours)
	err = s.within(ctx, func(conn *sql.Conn) error {
		for _, t := range condense.Tables {
			for _, table := range physical(t) {
				if _, err := conn.ExecContext(ctx, "DELETE FROM ledger."+table+" WHERE hour < ?", daily); err != nil {
					return err
				}
			}
		}
		if _, err := conn.ExecContext(ctx, "DELETE FROM ledger.hour WHERE hour < ?", daily); err != nil {
			return err
		}
		return setHourly(ctx, conn, hourly)
	})
	if err == nil {
		p.Hourly = hourly
	}
	return err
}

// roll makes rows of days of those of the hours from … until, which are whole days.
func (s *Store) roll(ctx context.Context, from, until uint32, outlets []condense.Outlet, p *ledger.Pruned) error {
	dict, err := s.Dictionary(ctx)
	if err != nil {
		return err
	}
	c := condense.NewRoll(dict, condense.Options{Memory: s.memory, TempDir: s.tempDir}, outlets)
	defer c.Close()
	var before, after int64
	for _, t := range condense.Tables {
		if !t.Rolls() {
			continue
		}
		n, err := s.eachKnown(ctx, t, rowsBetween(t, from, until), func(rows []condense.KnownRow) error { return c.Roll(t, rows) })
		if err != nil {
			return fmt.Errorf("table %s: %w", t.Name, err)
		}
		before += n
	}
	err = s.within(ctx, func(conn *sql.Conn) error {
		for _, t := range condense.Tables {
			if !t.Rolls() {
				continue
			}
			for _, table := range physical(t) {
				if _, err := conn.ExecContext(ctx, "DELETE FROM ledger."+table+" WHERE hour >= ? AND hour < ?", from, until); err != nil {
					return err
				}
			}
			if err := s.writeTable(ctx, conn, c, t); err != nil {
				return fmt.Errorf("table %s: %w", t.Name, err)
			}
			var n int64
			if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM ledger."+t.Name+" WHERE hour >= ? AND hour < ?", from, until).Scan(&n); err != nil {
				return err
			}
			after += n
		}
		if err := s.writeDictionary(ctx, conn, dict); err != nil {
			return err
		}
		return setHourly(ctx, conn, until)
	})
	if err == nil {
		p.Before, p.After = p.Before+before, p.After+after
		p.Hourly, p.Until = until, until
	}
	return err
}

// rowsBetween asks for what selectColumns asks for, of the hours from … until. The
// lists are told the hours too: otherwise all of them are read.
func rowsBetween(t *condense.Table, from, until uint32) string {
	q := selectColumns(t) + fmt.Sprintf(" WHERE r.hour >= %d AND r.hour < %d", from, until)
	if len(t.Values) > 0 {
		q += fmt.Sprintf(" AND l.hour >= %d AND l.hour < %d", from, until)
	}
	return q
}

// outlets returns the ports of explicit proxies.
func (s *Store) outlets(ctx context.Context) (out []condense.Outlet, err error) {
	var x condense.Outlet
	err = ledger.Each(ctx, s, "SELECT DISTINCT resp, port FROM ledger.request WHERE proxied > 0", nil, []any{&x.Resp, &x.Port}, func() error {
		out = append(out, x)
		return nil
	})
	return out, err
}

func setHourly(ctx context.Context, conn *sql.Conn, hour uint32) error {
	_, err := conn.ExecContext(ctx, "DELETE FROM ledger.setting WHERE name = ?", hourlySetting)
	if err == nil {
		_, err = conn.ExecContext(ctx, "INSERT INTO ledger.setting VALUES (?, ?)", hourlySetting, strconv.FormatUint(uint64(hour), 10))
	}
	return err
}

// within runs f in a transaction.
func (s *Store) within(ctx context.Context, f func(*sql.Conn) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return err
	}
	err = f(conn)
	if err == nil {
		err = ctx.Err()
	}
	// The caller's context may end at any time; the transaction must not stay open.
	end := context.WithoutCancel(ctx)
	if err != nil {
		_, undo := conn.ExecContext(end, "ROLLBACK")
		return errors.Join(err, undo)
	}
	_, err = conn.ExecContext(end, "COMMIT")
	return err
}
