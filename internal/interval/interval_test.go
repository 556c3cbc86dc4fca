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

func TestRate(t *testing.T) {
	f := func(x int, n, low, high float64) {
		t.Helper()
		if i := Rate(x, n); math.Abs(i.Low-low) > 0.001 || math.Abs(i.High-high) > 0.001 {
			t.Errorf("%d in %g: %v", x, n, i)
		}
	}
	f(0, 1, 0, 2.996)
	f(0, 300, 0, 0.00999)
	f(1, 1, 0.0253, 5.572) // chi-squared quantiles, halved
	f(10, 1, 4.795, 18.390)
	f(10, 10, 0.480, 1.839)
	f(1000, 1, 938.973, 1063.952)
}
