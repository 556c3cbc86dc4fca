package hunt

import (
	"context"
	"errors"
	"fmt"

	"barium/internal/caseload"
	"barium/internal/ledger"
	"barium/internal/site"
)

// Propose reads logs as Run does, and proposes what the house could say of
// itself. Without any record it returns ErrNothing.
func Propose(ctx context.Context, o Options) (p *site.Proposal, err error) {
	err = o.look(ctx, func(l *ledger.Look, _ []ledger.Source, _ []File) error {
		o.stage("looking who is who")
		cover, err := caseload.Cover(ctx, l)
		if err != nil {
			return err
		}
		p, err = site.Propose(ctx, l, cover.Shared)
		return err
	})
	if err != nil && !errors.Is(err, ErrNothing) {
		return nil, fmt.Errorf("proposing a context: %w", err)
	}
	return p, err
}
