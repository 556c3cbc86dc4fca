package icd203

import "math"

// Prior is one host in 10,000 in a month. It is chosen, not measured.
const Prior = 1e-4

// evenOdds is the weight in decibans that outweighs the prior.
const evenOdds = 40

// Word is an expression and the probabilities that it stands for, from Low to below High.
type Word struct {
	Text      string
	Low, High float64
}

// Words are the seven of ICD 203, rising. The first reaches down to 0 (1 % there) and
// the last up to 1 (99 % there), for there is no word beyond.
var Words = []Word{
	{"almost no chance", 0, 0.05},
	{"very unlikely", 0.05, 0.2},
	{"unlikely", 0.2, 0.45},
	{"roughly even", 0.45, 0.55},
	{"likely", 0.55, 0.8},
	{"very likely", 0.8, 0.95},
	{"almost certain", 0.95, 1},
}

// Of returns the place in Words of a probability, 0 to 1.
func Of(p float64) int {
	for i := range Words {
		if p < Words[i].High {
			return i
		}
	}
	return len(Words) - 1
}

// Stated is the probability that a weight in decibans stands for by the prior.
func Stated(db float64) float64 {
	return 1 / (1 + math.Pow(10, (evenOdds-db)/10))
}

// Weight is the weight in decibans that states a probability; infinite for 0 and 1.
func Weight(p float64) float64 {
	return evenOdds + 10*math.Log10(p/(1-p))
}

// AtPrior is the probability of a theft behind a case, when a share real of all
// thefts has such a case and so many innocent ones come with a host and month; NaN
// when there is neither.
func AtPrior(real, innocent float64) float64 {
	return Prior * real / (Prior*real + innocent)
}
