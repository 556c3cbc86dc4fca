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
func Wilson(x, n int) Interval {
	if n == 0 {
		return Interval{0, 1}
	}
	const z = 1.959963984540054
	p, m := float64(x)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	i := Interval{Low: max(0, mid-half), High: min(1, mid+half)}
	if x == 0 {
		i.Low = 0
	}
	if x == n {
		i.High = 1
	}
	return i
}
