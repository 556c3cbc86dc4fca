package hunt

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/ledger"
)

// togetherMemory is from how much memory in bytes on detectors run side by side.
const togetherMemory = 1 << 30

// find runs detectors side by side, one more than there are cores, and asks what the
// look covers meanwhile: one query alone seldom keeps all cores busy, and each one
// that waits costs memory. Findings are in the order of the detectors, whichever ends
// first. The error is the first that occurred. With little memory they take turns:
// each needs what the database may use. A detector whose queries do not fit into it
// is asked again, alone; if they still do not fit, the coverage says so, for what it
// did find nobody knows.
func find(ctx context.Context, l *ledger.Look, detectors []detect.Detector, memory int64) ([]detect.Finding, *caseload.Coverage, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	findings := make([][]detect.Finding, len(detectors))
	large := make([]bool, len(detectors))
	var cover *caseload.Coverage
	var wg sync.WaitGroup
	together := runtime.GOMAXPROCS(0) + 1
	if memory < togetherMemory {
		together = 1
	}
	turns := make(chan struct{}, together)
	run := func(f func() error) {
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if ctx.Err() != nil {
				return
			}
			if err := f(); err != nil {
				cancel(err)
			}
		})
	}
	for i, d := range detectors {
		run(func() (err error) {
			findings[i], err = d.Find(ctx, l)
			if large[i] = ledger.OutOfMemory(err); large[i] {
				return nil
			}
			return err
		})
	}
	run(func() (err error) {
		cover, err = caseload.Cover(ctx, l)
		return err
	})
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, nil, err
	}
	for i, d := range detectors {
		if !large[i] {
			continue
		}
		var err error
		findings[i], err = d.Find(ctx, l)
		if ledger.OutOfMemory(err) {
			findings[i] = nil
			cover.TooLarge = append(cover.TooLarge, d.About().Name)
		} else if err != nil {
			return nil, nil, err
		}
	}
	return slices.Concat(findings...), cover, nil
}
