package detect

import "testing"

func TestSameSize(t *testing.T) {
	f := func(same, all int, sizes ...int64) {
		t.Helper()
		var calls []Call
		for _, n := range sizes {
			calls = append(calls, Call{Out: n})
		}
		if _, s, a := sameSize(calls); s != same || a != all {
			t.Errorf("%v: %d of %d, want %d of %d", sizes, s, a, same, all)
		}
	}
	f(0, 0)
	f(0, 0, 99_999)
	f(3, 4, 1_000_000, 950_000, 1_049_000, 1_300_000)
	f(2, 4, 1_000_000, 1_200_000, 1_440_000, 1_500_000)
}

// TestPortionTerm: most of at least ten portions, or nothing is said.
func TestPortionTerm(t *testing.T) {
	f := func(want bool, equal, others int) {
		t.Helper()
		var calls []Call
		for range equal {
			calls = append(calls, Call{Out: 5_000_000})
		}
		for i := range others {
			calls = append(calls, Call{Out: 10_000_000 << i})
		}
		if got, ok := PortionTerm(calls); ok != want {
			t.Errorf("%d equal, %d others: %t, %q", equal, others, ok, got.Text)
		}
	}
	f(true, 10, 0)
	f(false, 9, 0)
	f(true, 12, 8)
	f(false, 11, 8)
}
