package hunt

import (
	"context"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/detect/all"
	"barium/internal/ledger"
)

// Detectors lists the names of the detectors, in the order of the catalogue.
func Detectors() (out []string) {
	for _, d := range all.Detectors {
		out = append(out, d.About().Name)
	}
	return out
}

// Findings returns what the detectors find in a look, in the order of the detectors,
// and what joining findings into cases has to know.
func Findings(ctx context.Context, look *ledger.Look) ([]detect.Finding, caseload.Facts, error) {
	findings, _, err := find(ctx, look, all.Detectors, DefaultMemory())
	if err != nil {
		return nil, caseload.Facts{}, err
	}
	facts, err := factsOf(ctx, look, findings)
	return findings, facts, err
}

// Cases returns the cases of a look, heaviest first, as Run builds them from the
// logs alone: without what a house says of itself, and without judgements.
func Cases(ctx context.Context, look *ledger.Look) ([]caseload.Case, error) {
	findings, facts, err := Findings(ctx, look)
	if err != nil {
		return nil, err
	}
	cases, _ := caseload.Join(findings, facts)
	return cases, nil
}

// Inside returns the networks that are inside for a store: those given, or the
// usual ones.
func Inside(ctx context.Context, s ledger.Store, given []string) (ledger.Networks, error) {
	if len(given) > 0 {
		return ledger.ParseNetworks(given)
	}
	return ledger.DefaultNetworks(ctx, s)
}
