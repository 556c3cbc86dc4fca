package detect

import "slices"

// PortionBytes is from how much on a connection is a portion.
const PortionBytes = 100_000

const (
	// fewPortions is how many portions can show that they are of one size, and
	// alike which share of them does.
	fewPortions, alike = 10, 0.6
)

// PortionTerm weighs that what left was cut into portions of one size (T1030).
func PortionTerm(calls []Call) (t Term, ok bool) {
	size, same, all := sameSize(calls)
	if all < fewPortions || float64(same) < alike*float64(all) {
		return t, false
	}
	return EqualSizes.Says(same, all, Bytes(size)), true
}

// sameSize returns the size that the most portions have within ± 5 %, how many
// have it, and how many portions there are.
func sameSize(calls []Call) (size int64, same, all int) {
	var sizes []int64
	for i := range calls {
		if !calls[i].Attempt && calls[i].Out >= PortionBytes {
			sizes = append(sizes, calls[i].Out)
		}
	}
	slices.Sort(sizes)
	to := 0
	for from, n := range sizes {
		for to < len(sizes) && sizes[to]*19 <= n*21 { // 0.95 and 1.05 of one size
			to++
		}
		if to-from > same {
			same, size = to-from, sizes[from+(to-from)/2]
		}
	}
	return size, same, len(sizes)
}
