package hunt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

// Prune prunes a kept ledger as a hunt does after its look; see ledger.Prune.
// memory is as in Options.
func Prune(ctx context.Context, path string, memory int64, now time.Time) (p ledger.Pruned, err error) {
	if memory == 0 {
		memory = DefaultMemory()
	}
	s, err := duck.Open(ctx, path, duck.Options{Memory: max(memory/2, leastDatabase)})
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return ledger.Prune(ctx, s, now)
}

// refused returns how many of a source's records were too old for the ledger.
func refused(s *ledger.Source) (int64, error) {
	var d details
	if err := json.Unmarshal([]byte(s.Details), &d); err != nil {
		return 0, fmt.Errorf("source %s in the ledger: %w", s.Path, err)
	}
	return d.Refused, nil
}
