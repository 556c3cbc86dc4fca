package prove

import (
	"context"
	"errors"

	"barium/internal/hunt"
	"barium/internal/ledger"
)

// Run injects thefts into the logs that the options name and returns what was found.
func Run(ctx context.Context, o Options) (res *Result, err error) {
	trials, err := o.trials()
	if err != nil {
		return nil, err
	}
	if o.Memory == 0 {
		o.Memory = hunt.DefaultMemory()
	}
	defer hunt.Hold(o.Memory)()
	b, err := open(ctx, &o)
	if o.Progress != nil {
		o.Progress.Done()
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.done()) }()
	l, err := ledger.NewLook(ctx, b.store, ledger.Window{Until: 1<<32 - 1}, b.networks)
	if err != nil {
		return nil, err
	}
	if err := b.survey(ctx, l); err != nil {
		return nil, err
	}
	bases, err := b.baselines(ctx, l, o.Budget)
	if err != nil {
		return nil, err
	}
	trials = b.fitting(trials)
	rounds := plan(b, trials, &o)
	clean := b.days - max(1, b.warm) + 1
	done, total := 0, clean+len(rounds)
	step := func() { done++; o.walked(done, total) }
	o.walked(0, total)
	read, err := b.walkClean(ctx, o.Budget, step)
	if err != nil {
		return nil, err
	}
	var thefts []*theft
	for _, r := range rounds {
		r.read, r.less = read, read.less
		if err := r.run(ctx, &o, bases); err != nil {
			return nil, err
		}
		thefts = append(thefts, r.thefts...)
		step()
	}
	return summarise(b, &o, trials, rounds, read, bases, thefts), nil
}
