package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"syscall"
	"text/tabwriter"
	"time"

	"barium/internal/caseload"
	"barium/internal/detect/all"
	"barium/internal/hunt"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

// share is what one part of looking at a ledger takes by itself.
type share struct {
	Part      string  `json:"part"` // "look", a detector's name, "coverage"
	Seconds   float64 `json:"seconds"`
	Processor float64 `json:"processor_seconds"` // of all threads
	Findings  int     `json:"findings"`          // before any cut
}

// seconds is how long the parts took, one after the other.
func seconds(shares []share) (sum float64) {
	for _, x := range shares {
		sum += x.Seconds
	}
	return sum
}

// printShares prints the parts, the longest first.
func printShares(w io.Writer, shares []share) error {
	shares = slices.Clone(shares)
	slices.SortStableFunc(shares, func(a, b share) int { return cmp.Compare(b.Seconds, a.Seconds) })
	all := seconds(shares)
	fmt.Fprintf(w, "\nLooking at this ledger, one part after the other: %.2f s (a hunt runs them side by side)\n\n", all)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "seconds\tshare\tCPU s\tfindings\t  part\n")
	for _, x := range shares {
		fmt.Fprintf(t, "%.2f\t%.0f %%\t%.2f\t%d\t  %s\n", x.Seconds, 100*x.Seconds/max(all, 1e-9), x.Processor, x.Findings, x.Part)
	}
	return t.Flush()
}

// shares measures the look, the coverage and each detector, one after the other,
// on the ledger that the hunt before left. A hunt runs them side by side.
func shares(ctx context.Context, t *task) (func() (outcome, error), error) {
	defer hunt.Hold(t.Memory)()
	store, err := duck.Open(ctx, t.Ledger, duck.Options{Memory: t.Memory / 2})
	if err != nil {
		return nil, err
	}
	var o outcome
	timed := func(part string, f func() (int, error)) error {
		start, before := time.Now(), processor()
		n, err := f()
		o.Shares = append(o.Shares, share{part, time.Since(start).Seconds(), processor() - before, n})
		return err
	}
	var look *ledger.Look
	err = timed("look", func() (int, error) {
		networks, err := ledger.DefaultNetworks(ctx, store)
		if err == nil {
			look, err = ledger.NewLook(ctx, store, ledger.WindowOf(time.Time{}, time.Time{}), networks)
		}
		return 0, err
	})
	for _, d := range all.Detectors {
		if err == nil {
			err = timed(d.About().Name, func() (int, error) {
				found, err := d.Find(ctx, look)
				return len(found), err
			})
		}
	}
	if err == nil {
		err = timed("coverage", func() (int, error) {
			_, err := caseload.Cover(ctx, look)
			return 0, err
		})
	}
	return func() (outcome, error) { return o, nil }, errors.Join(err, store.Close())
}

// processor is what this process has used so far, in seconds of all threads.
func processor() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
