package icd203

import (
	"math"
	"testing"
)

func TestWords(t *testing.T) {
	f := func(p float64, want string) {
		t.Helper()
		if got := Words[Of(p)].Text; got != want {
			t.Errorf("%g is %q, not %q", p, got, want)
		}
	}
	f(0, "almost no chance")
	f(0.0499, "almost no chance")
	f(0.05, "very unlikely")
	f(0.5, "roughly even")
	f(0.55, "likely")
	f(0.8, "very likely")
	f(0.95, "almost certain")
	f(1, "almost certain")
}

func TestStated(t *testing.T) {
	f := func(db, want float64) {
		t.Helper()
		p := Stated(db)
		if math.Abs(p-want) > 1e-4 {
			t.Errorf("%g dB state %g, not %g", db, p, want)
		}
		if back := Weight(p); math.Abs(back-db) > 1e-6 {
			t.Errorf("%g dB state %g, which %g dB state", db, p, back)
		}
	}
	f(0, 0.0001)
	f(20, 0.0099)
	f(30, 0.0909)
	f(40, 0.5)
	f(50, 0.9091)
}

func TestAtPrior(t *testing.T) {
	f := func(real, innocent, want float64) {
		t.Helper()
		if p := AtPrior(real, innocent); math.Abs(p-want) > 1e-6 {
			t.Errorf("%g of the thefts, %g innocent cases: %g, not %g", real, innocent, p, want)
		}
	}
	f(1, 1e-4, 0.5)
	f(0.5, 1e-4, 1.0/3)
	f(1, 0, 1)
	f(0, 0.1, 0)
	if p := AtPrior(0, 0); !math.IsNaN(p) {
		t.Errorf("of nothing %g is known", p)
	}
}
