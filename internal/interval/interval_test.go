package interval

import (
	"math"
	"testing"
)

func TestWilson(t *testing.T) {
	f := func(x, n int, low, high float64) {
		t.Helper()
		if i := Wilson(x, n); math.Abs(i.Low-low) > 0.001 || math.Abs(i.High-high) > 0.001 {
			t.Errorf("%d of %d: %v", x, n, i)
		}
	}
	f(0, 0, 0, 1)
	f(0, 10, 0, 0.278) // Brown, Cai and DasGupta, Statistical Science 2001
	f(5, 10, 0.237, 0.763)
	f(10, 10, 0.722, 1)
	f(81, 263, 0.255, 0.366) // Newcombe, Statistics in Medicine 1998
}
