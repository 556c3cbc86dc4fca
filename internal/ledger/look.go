package ledger

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"math"
	"strings"
	"time"

	"barium/internal/condense"
)

//go:embed look.sql
var lookSQL string

//go:embed via.sql
var viaSQL string

// Window is the time that a question is about: hours from Since (inclusive) to
// Until (exclusive) in hours since 1970 UTC. Nothing later than Until is seen.
type Window struct {
	Since, Until uint32
}

// WindowOf returns the window of whole hours that covers since to until; a zero
// time leaves that side open.
func WindowOf(since, until time.Time) Window {
	w := Window{0, math.MaxUint32}
	hour := func(seconds int64) uint32 { return uint32(min(max(seconds/3600, 0), math.MaxUint32)) }
	if !since.IsZero() {
		w.Since = hour(since.Unix())
	}
	if !until.IsZero() {
		w.Until = hour(until.Unix() + 3599)
	}
	return w
}

// Look is a ledger as seen for one question. The views it provides are
// documented in look.sql.
type Look struct {
	Store
	Window   Window
	Networks Networks
	Facts    Facts
}

// Facts are figures about the whole look that detectors weigh by.
type Facts struct {
	Hosts int64 // inside addresses that opened a conversation with the outside
	// First and Last conversation, in microseconds, of the last stretch of records
	// without a gap of more than MaxGap hours; 0 without any. What is new or usual
	// is told from the beginning of that stretch: nothing is known of the gap.
	First, Last int64
	DNS         bool // there are look-ups
	Names       bool // some log gives names of far ends
	// Hourly is the first hour that the ledger keeps as such, in hours since 1970 UTC;
	// rows before it stand for days. 0 when all are kept.
	Hourly uint32
}

// MaxGap is for how many hours there may be no conversation within a stretch of
// records: a long weekend.
const MaxGap = 96

// NewLook prepares the views for a window and networks. Only one look of a
// store can be in use at a time.
func NewLook(ctx context.Context, s Store, w Window, n Networks) (*Look, error) {
	if err := classify(ctx, s, &n); err != nil {
		return nil, fmt.Errorf("classifying addresses: %w", err)
	}
	hourly, err := s.Hourly(ctx)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, s, w, hourly, viaSQL); err != nil {
		return nil, err
	}
	if err := layVia(ctx, s, w, hourly); err != nil {
		return nil, err
	}
	if err := prepare(ctx, s, w, hourly, lookSQL); err != nil {
		return nil, err
	}
	if err := layLong(ctx, s, w); err != nil {
		return nil, fmt.Errorf("long lists: %w", err)
	}
	l := &Look{Store: s, Window: w, Networks: n}
	l.Facts.Hourly = hourly
	err = One(ctx, s, `SELECT (SELECT count(DISTINCT host) FROM contact WHERE outbound), (SELECT count(*) > 0 FROM looked),
		(SELECT count(*) > 0 FROM called) OR (SELECT count(*) > 0 FROM answered)`, &l.Facts.Hosts, &l.Facts.DNS, &l.Facts.Names)
	if err != nil {
		return nil, err
	}
	l.Facts.First, l.Facts.Last, err = stretch(ctx, s)
	return l, err
}

// prepare runs the statements of one of the look's files.
func prepare(ctx context.Context, s Store, w Window, hourly uint32, text string) error {
	text = strings.NewReplacer("{since}", fmt.Sprint(w.Since), "{until}", fmt.Sprint(w.Until),
		"{hourly}", fmt.Sprint(hourly), "{whole}", fmt.Sprint(condense.WholeList)).Replace(text)
	for _, q := range strings.Split(text, ";\n") {
		if strings.TrimSpace(q) == "" {
			continue
		}
		if err := s.Exec(ctx, q); err != nil {
			return fmt.Errorf("preparing the look: %w\n%s", err, q)
		}
	}
	return nil
}

// classify fills the table place.
func classify(ctx context.Context, s Store, n *Networks) error {
	if err := s.Exec(ctx, "CREATE OR REPLACE TABLE place (address UINTEGER, ip VARCHAR, inside BOOLEAN, special BOOLEAN, label BIGINT)"); err != nil {
		return err
	}
	type address struct {
		id uint32
		ip string
	}
	var all []address
	var a address
	err := Each(ctx, s, "SELECT id, ip FROM ledger.address", nil, []any{&a.id, &a.ip}, func() error {
		all = append(all, a)
		return nil
	})
	if err != nil {
		return err
	}
	return s.Fill(ctx, "place", func(add func(...any) error) error {
		for _, a := range all {
			inside, special := n.Inside(a.ip)
			if err := add(a.id, a.ip, inside, special, int64(a.id)); err != nil {
				return err
			}
		}
		return nil
	})
}

// layLong fills the table long_list, one list at a time: an aggregate would hold all
// of them in memory at once.
func layLong(ctx context.Context, s Store, w Window) error {
	return s.Fill(ctx, "long_list", func(add func(...any) error) error {
		var block, last int64
		var part, all []byte
		flush := func() error {
			if len(all) == 0 {
				return nil
			}
			return add(last, all)
		}
		err := Each(ctx, s, fmt.Sprintf("SELECT block, lists FROM ledger.conversation_block WHERE part > 0 AND hour >= %d AND hour < %d ORDER BY block, part", w.Since, w.Until),
			nil, []any{&block, &part}, func() error {
				if block != last {
					if err := flush(); err != nil {
						return err
					}
					last, all = block, nil
				}
				all = append(all, part...)
				return nil
			})
		if err != nil {
			return err
		}
		return flush()
	})
}

// stretch returns the first and last conversation of the last stretch of records.
func stretch(ctx context.Context, s Store) (first, last int64, err error) {
	var hour, prev uint32
	var from, to int64
	err = Each(ctx, s, `SELECT hour, min(first), max(last) FROM (
		SELECT hour, first, last FROM oriented UNION ALL SELECT hour, first, last FROM via) GROUP BY hour ORDER BY hour`, nil, []any{&hour, &from, &to}, func() error {
		if first == 0 || hour-prev > MaxGap {
			first = from
		}
		prev, last = hour, max(last, to)
		return nil
	})
	return first, last, err
}

// One runs a query that gives one row and scans it.
func One(ctx context.Context, s Store, query string, into ...any) error {
	rows, err := s.Query(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return err
		}
		return sql.ErrNoRows
	}
	if err := rows.Scan(into...); err != nil {
		return err
	}
	return rows.Err()
}

// Steps runs the statements of a text, each ending with a semicolon at the end of
// a line, on the look; the last one is the query whose rows Each hands over.
// Picking candidates into a table of their own first tells the planner how few
// they are. Each statement takes as many of args as it has question marks.
func Steps(ctx context.Context, s Store, text string, args []any, into []any, f func() error) error {
	parts := strings.Split(strings.TrimSpace(text), ";\n")
	for i, q := range parts {
		n := strings.Count(q, "?")
		if i == len(parts)-1 {
			return Each(ctx, s, q, args, into, f)
		}
		if err := s.Exec(ctx, q, args[:n]...); err != nil {
			return err
		}
		args = args[n:]
	}
	return nil
}

// Each runs a query and calls f after scanning each row into the given places.
func Each(ctx context.Context, s Store, query string, args []any, into []any, f func() error) error {
	rows, err := s.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}
