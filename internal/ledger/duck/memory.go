package duck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"barium/internal/ledger"
)

// Cases returns the cases that are remembered, by id.
func (s *Store) Cases(ctx context.Context) ([]ledger.KnownCase, error) {
	out, err := load(ctx, s, "SELECT id, open, became, split_from, first, last, weight, level, sent FROM ledger.known_case ORDER BY id", func(r *sql.Rows) (c ledger.KnownCase, err error) {
		err = r.Scan(&c.ID, &c.Open, &c.Into, &c.From, &c.First, &c.Last, &c.Weight, &c.Level, &c.Sent)
		return c, err
	})
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i := range out {
		at[out[i].ID] = i
	}
	var id string
	var m ledger.Member
	err = ledger.Each(ctx, s, "SELECT id, host, label FROM ledger.case_member ORDER BY id, host, label", nil, []any{&id, &m.Host, &m.Label}, func() error {
		if i, ok := at[id]; ok {
			out[i].Members = append(out[i].Members, m)
		}
		return nil
	})
	return out, err
}

// SetCases remembers cases in the place of those that were.
func (s *Store) SetCases(ctx context.Context, cases []ledger.KnownCase) error {
	return s.change(ctx, func(do func(string, ...any) error) error {
		err := errors.Join(do("DELETE FROM ledger.known_case"), do("DELETE FROM ledger.case_member"))
		for _, c := range cases {
			err = errors.Join(err, do("INSERT INTO ledger.known_case VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", c.ID, c.Open, c.Into, c.From, c.First, c.Last, c.Weight, c.Level, c.Sent))
			for _, m := range c.Members {
				err = errors.Join(err, do("INSERT INTO ledger.case_member VALUES (?, ?, ?)", c.ID, m.Host, m.Label))
			}
			if err != nil {
				return err
			}
		}
		return err
	})
}

// Judgements returns all judgements by id, withdrawn ones too.
func (s *Store) Judgements(ctx context.Context) ([]ledger.Judgement, error) {
	out, err := load(ctx, s, `SELECT id, case_id, verdict, because, judge, made, holds_until, withdrawn, withdrawn_by, withdrawn_because
		FROM ledger.judgement ORDER BY id`, func(r *sql.Rows) (j ledger.Judgement, err error) {
		err = r.Scan(&j.ID, &j.Case, &j.Verdict, &j.Because, &j.By, &j.Made, &j.Until, &j.Withdrawn, &j.WithdrawnBy, &j.WithdrawnBecause)
		return j, err
	})
	if err != nil {
		return nil, err
	}
	at := map[int64]int{}
	for i := range out {
		at[out[i].ID] = i
	}
	var id int64
	var x ledger.Scope
	err = ledger.Each(ctx, s, "SELECT judgement, host, label, detector, day_bytes FROM ledger.judgement_scope ORDER BY judgement, host, label, detector",
		nil, []any{&id, &x.Host, &x.Label, &x.Detector, &x.DayBytes}, func() error {
			if i, ok := at[id]; ok {
				out[i].Scope = append(out[i].Scope, x)
			}
			return nil
		})
	return out, err
}

// Judge adds a judgement and returns its id.
func (s *Store) Judge(ctx context.Context, j ledger.Judgement) (id int64, err error) {
	if err := s.db.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) + 1 FROM ledger.judgement").Scan(&id); err != nil {
		return 0, err
	}
	return id, s.change(ctx, func(do func(string, ...any) error) error {
		err := do("INSERT INTO ledger.judgement VALUES (?, ?, ?, ?, ?, ?, ?, 0, '', '')", id, j.Case, j.Verdict, j.Because, j.By, j.Made, j.Until)
		for _, x := range j.Scope {
			err = errors.Join(err, do("INSERT INTO ledger.judgement_scope VALUES (?, ?, ?, ?, ?)", id, x.Host, x.Label, x.Detector, x.DayBytes))
		}
		return err
	})
}

// Withdraw notes that a judgement stands no more.
func (s *Store) Withdraw(ctx context.Context, id int64, by, because string, when int64) error {
	var withdrawn int64
	err := s.db.QueryRowContext(ctx, "SELECT withdrawn FROM ledger.judgement WHERE id = ?", id).Scan(&withdrawn)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("there is no judgement J-%d", id)
	case err != nil:
		return err
	case withdrawn != 0:
		return fmt.Errorf("judgement J-%d was withdrawn already", id)
	}
	return s.change(ctx, func(do func(string, ...any) error) error {
		return do("UPDATE ledger.judgement SET withdrawn = ?, withdrawn_by = ?, withdrawn_because = ? WHERE id = ?", when, by, because, id)
	})
}

// change runs statements in one transaction.
func (s *Store) change(ctx context.Context, f func(do func(query string, args ...any) error) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = f(func(query string, args ...any) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
