package ledger

import (
	"context"
	"fmt"
	"math"
	"time"

	"barium/internal/condense"
)

// How long a kept ledger keeps what it holds, in days counted back from the day of
// its newest record: hour by hour for the detectors' longest window, day by day for
// 13 months, which never have more days than this.
const (
	HourlyDays = 90
	DailyDays  = 397
)

// Kept says up to when a ledger is to keep what; hours since 1970 UTC, each the
// first of a day.
type Kept struct {
	Hourly uint32 // older hours are rolled up into days
	Daily  uint32 // what is older is dropped
}

// Limits returns what a ledger keeps whose newest record is of the given hour.
func Limits(newest uint32) Kept {
	back := func(days uint32) uint32 {
		day := condense.DayOf(newest)
		return day - min(day, days*condense.DayHours)
	}
	return Kept{back(HourlyDays), back(DailyDays)}
}

// Pruned says what Prune did.
type Pruned struct {
	Rolled       int64  // days made of hours
	Before       int64  // rows of these hours …
	After        int64  // … and of the days
	Dropped      int64  // days that are gone
	Hourly       uint32 // first hour that is kept as such; 0 when all are
	First, Until uint32 // first hour rolled up, and that after the last
}

// Changed reports whether anything was done.
func (p *Pruned) Changed() bool { return p.Rolled > 0 || p.Dropped > 0 }

// Prune rolls up and drops what the ledger is not to keep, counted from its newest
// record that is not later than now: a clock that is fast, or a record with a time
// made up, must not push everything else out.
func Prune(ctx context.Context, s Store, now time.Time) (p Pruned, err error) {
	var newest uint32
	err = Each(ctx, s, fmt.Sprintf("SELECT coalesce(max(hour), 0) FROM ledger.hour WHERE hour <= %d", min(max(now.Unix()/3600, 0), math.MaxUint32)),
		nil, []any{&newest}, func() error { return nil })
	if err != nil {
		return p, fmt.Errorf("looking for the newest record: %w", err)
	}
	return s.Prune(ctx, Limits(newest))
}
