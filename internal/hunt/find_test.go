package hunt

import (
	"context"
	"errors"
	"slices"
	"testing"

	"barium/internal/detect"
	"barium/internal/format/formattest"
	"barium/internal/ledger"
)

// hungry is a detector whose questions fit into memory only after some failures.
type hungry struct {
	name  string
	fails *int
}

func (h hungry) About() detect.About { return detect.About{Name: h.name} }

func (h hungry) Find(context.Context, *ledger.Look) ([]detect.Finding, error) {
	if *h.fails > 0 {
		*h.fails--
		return nil, errors.New("hungry: Out of Memory Error: failed to allocate data")
	}
	return []detect.Finding{{Detector: h.name}}, nil
}

// TestFindTooLarge asserts that a detector that does not fit is asked again, and is
// named when it does not fit then either, while the others are heard.
func TestFindTooLarge(t *testing.T) {
	s := imported(t, Options{}, []string{formattest.SharedData(t, "network", "ctu-001")})
	l, err := ledger.NewLook(t.Context(), s, ledger.Window{Until: 1<<32 - 1}, mustNetworks(t))
	if err != nil {
		t.Fatal(err)
	}
	f := func(fails int, want ...string) {
		t.Helper()
		none := 0
		fs, cover, err := find(t.Context(), l, []detect.Detector{hungry{"a", &fails}, hungry{"b", &none}}, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range fs {
			got = append(got, x.Detector)
		}
		for _, name := range cover.TooLarge {
			got = append(got, "too large: "+name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d failures: got %q, want %q", fails, got, want)
		}
	}
	f(0, "a", "b")
	f(1, "a", "b")
	f(2, "b", "too large: a")
}

func mustNetworks(t *testing.T) ledger.Networks {
	t.Helper()
	n, err := ledger.ParseNetworks([]string{"192.168.0.0/16"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
