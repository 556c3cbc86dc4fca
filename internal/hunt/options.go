package hunt

import (
	"context"
	"io"
	"runtime"
	"time"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/ledger"
	"barium/internal/site"
)

// Options say what to hunt in and how.
type Options struct {
	Paths    []string  // "-" for Stdin
	Stdin    io.Reader // nil when there is none
	Mappings []string  // files of mappings for tables, besides those that lie beside them
	Base     string    // folder that paths are shown relative to; empty to show them as given
	Ledger   string    // file that keeps the ledger; empty for a temporary one
	Internal []string  // networks that are inside; empty for the default
	Since    time.Time
	Until    time.Time
	Memory   int64  // bytes; half for records, half (at least 128 MiB) for the database; 0 for a quarter of the machine's
	TempDir  string // for the temporary ledger and what exceeds Memory
	Injected string // what in the input was generated; empty for real logs
	Version  string // of barium, for the report
	Progress Progress
	// Pruned is told how a kept ledger was pruned after the look, when something was
	// read into it, or why it could not be. nil leaves the ledger as it is.
	Pruned func(ledger.Pruned, error)
	// Now is the time that no record is later than, see ledger.Prune.
	Now time.Time
	// PlacesOnly leaves the raw lines of the evidence unread: it says where they
	// lie. Without Paths, no log is opened then.
	PlacesOnly bool
	// Context is what the house says of itself; nil for nothing.
	Context *site.Context
	// New compares with the last hunt on the ledger.
	New bool
	// judged is handed the cases before they are shown; nil for nothing.
	judged func(context.Context, ledger.Store, *examined, *caseload.Coverage) error
	// detectors are asked; nil for all.
	detectors []detect.Detector
	// Found is told which files were found, before any is read; an error ends the
	// hunt. nil for none.
	Found func([]File) error
	// Elapsed gives the time since the start, for the statistics; nil for none.
	Elapsed func() time.Duration
}

func (o Options) stage(name string) {
	if o.Progress != nil {
		o.Progress.Stage(name)
	}
}

// workers is how many files are read, and partitions finished, at once.
func (o Options) workers() int { return max(2, runtime.GOMAXPROCS(0)) }

func moment(us int64) *time.Time {
	t := time.UnixMicro(us).UTC()
	return &t
}
