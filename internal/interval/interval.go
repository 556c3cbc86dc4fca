// Package interval says how sure a share is that was counted on few trials.
package interval

import "math"

// Interval is a 95 % confidence interval of a share, 0 to 1.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Wilson returns the score interval of x successes in n trials (Wilson, Probable
// inference, JASA 1927): it is right for few trials and for none or all of them.
func Wilson(x, n int) Interval { return Share(float64(x), float64(n)) }

// Share is Wilson for parts of trials: where trials are alike in groups, x successes
// of n groups count, each group by the share of its trials that succeeded.
func Share(x, m float64) Interval {
	if m == 0 {
		return Interval{0, 1}
	}
	const z = 1.959963984540054
	p := x / m
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	i := Interval{Low: max(0, mid-half), High: min(1, mid+half)}
	if x == 0 {
		i.Low = 0
	}
	if x == m {
		i.High = 1
	}
	return i
}

// Rate returns the exact interval of a rate of which x events were seen in a time of
// n (Garwood, Fiducial limits for the Poisson distribution, Biometrika 1936), in
// events for one unit of n. Where none were seen all 5 % of doubt stand on one side,
// so that at most 3.0/n are in question (the "rule of three"). n must be above 0.
func Rate(x int, n float64) Interval {
	if x == 0 {
		return Interval{0, -math.Log(0.05) / n}
	}
	return Interval{mean(x-1, 0.975) / n, mean(x, 0.025) / n}
}

// mean finds the mean of the Poisson distribution by which x or fewer events have
// the probability p.
func mean(x int, p float64) float64 {
	low, high := 0.0, 2*float64(x)+20
	for range 100 {
		mid := (low + high) / 2
		atMost := 0.0
		for k := range x + 1 {
			g, _ := math.Lgamma(float64(k) + 1)
			atMost += math.Exp(float64(k)*math.Log(mid) - mid - g)
		}
		if atMost > p {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}
