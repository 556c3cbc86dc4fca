package zeek

import "math"

// numResult says how a number was read.
type numResult uint8

const (
	numOK numResult = iota
	numSyntax
	numNegative
	numRange
	numFraction
)

// parseCount reads a whole number that is not negative.
func parseCount(b []byte) (int64, numResult) {
	if len(b) > 0 && len(b) <= 18 {
		n := int64(0)
		for _, c := range b {
			if c -= '0'; c > 9 {
				return wholeDecimal(b)
			}
			n = n*10 + int64(c)
		}
		return n, numOK
	}
	return wholeDecimal(b)
}

// wholeDecimal reads forms such as 5.0 and 1e3, which some JSON writers use for
// whole numbers.
func wholeDecimal(b []byte) (int64, numResult) {
	n, exact, res := parseDecimal(b, 0)
	if res == numOK && !exact {
		res = numFraction
	}
	return n, res
}

// parseMicros reads seconds as microseconds, rounded half up from the decimal
// digits, so that no binary fraction is involved.
func parseMicros(b []byte) (int64, numResult) {
	n, _, res := parseDecimal(b, 6)
	return n, res
}

// parseDecimal reads a decimal number, with or without fraction and exponent,
// and returns it times ten to the power of scale, rounded half up. A negative
// number is returned with numNegative. exact is false when digits were rounded
// away.
func parseDecimal(b []byte, scale int) (n int64, exact bool, res numResult) {
	neg := len(b) > 0 && b[0] == '-'
	if neg {
		b = b[1:]
	}
	digits, whole, exp, ok := splitDecimal(b)
	if !ok {
		return 0, false, numSyntax
	}
	keep := whole + exp + scale // digits before the place where it is rounded
	exact = true
	up := false
	i := 0
	for _, c := range digits {
		if c == '.' {
			continue
		}
		d := int64(c - '0')
		switch {
		case i < keep:
			if n > (math.MaxInt64-d)/10 {
				return 0, false, numRange
			}
			n = n*10 + d
		case i == keep:
			up = d >= 5
			exact = exact && d == 0
		default:
			exact = exact && d == 0
		}
		i++
	}
	for ; i < keep && n != 0; i++ {
		if n > math.MaxInt64/10 {
			return 0, false, numRange
		}
		n *= 10
	}
	if up {
		if n == math.MaxInt64 {
			return 0, false, numRange
		}
		n++
	}
	if neg && (n != 0 || !exact) {
		return -n, exact, numNegative
	}
	return n, exact, numOK
}

// splitDecimal checks an unsigned decimal number. It returns its digits, maybe
// with a point among them, how many stand before the point, and the exponent.
func splitDecimal(b []byte) (digits []byte, whole, exp int, ok bool) {
	i := 0
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	whole = i
	n := i
	if i < len(b) && b[i] == '.' {
		i++
		start := i
		for i < len(b) && b[i]-'0' <= 9 {
			i++
		}
		n += i - start
	}
	if n == 0 {
		return nil, 0, 0, false
	}
	digits = b[:i]
	if i == len(b) {
		return digits, whole, 0, true
	}
	if b[i] != 'e' && b[i] != 'E' {
		return nil, 0, 0, false
	}
	b = b[i+1:]
	neg := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		neg = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return nil, 0, 0, false
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return nil, 0, 0, false
		}
		exp = min(exp*10+int(c), 1<<24) // far beyond any number that fits
	}
	if neg {
		exp = -exp
	}
	return digits, whole, exp, true
}
