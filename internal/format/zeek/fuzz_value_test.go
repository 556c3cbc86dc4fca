package zeek

import (
	"bytes"
	"fmt"
	"math/big"
	"testing"
	"time"
)

// FuzzTime compares with the standard library where both read a time.
func FuzzTime(f *testing.F) {
	for _, s := range []string{
		"0", "1379288667.706265", "1379288667706", "-1.5", "NaN", "1e308", "2018-03-24T17:15:20.865716Z", "2018-03-24 17:15:20,5+02:00",
		"2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999+23:59", "2024-02-29T00:00:00-0730", "2018-03-24T17:15:20.Z",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		got, res := parseTime(b)
		if !bytes.Equal(b, before) {
			t.Fatalf("%q was changed", before)
		}
		if res == numOK && got < 0 {
			t.Fatalf("%q: %d", b, got)
		}
		want, err := time.Parse(time.RFC3339Nano, string(b))
		if err == nil && len(b) >= 19 && b[4] == '-' && res != numSyntax && want.Round(time.Microsecond).UnixMicro() != got {
			t.Fatalf("%q: %d, want %d", b, got, want.Round(time.Microsecond).UnixMicro())
		}
		if res == numOK { // what was read is read again
			again, res := parseTime(fmt.Appendf(nil, "%d.%06d", got/1_000_000, got%1_000_000))
			if res != numOK || again != got {
				t.Fatalf("%q: %d, then %d", b, got, again)
			}
		}
	})
}

// FuzzNumber compares with exact arithmetic.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"0", "601", "-0", "1.5", "9223372036854775807", "9223372036854775808", "1e3", "5e-07", ".5", "5.", "1E-400", "00001.5", "0e999999999999", "--1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 40 || bytes.ContainsAny(b, "/_xXpPoObB") {
			return // forms that only math/big knows
		}
		got, exact, res := parseDecimal(b, 6)
		count, countRes := parseCount(b)
		if e := bytes.IndexAny(b, "eE"); e >= 0 && len(b)-e > 4 {
			return // too large for math/big
		}
		x, ok := new(big.Rat).SetString(string(b))
		if ok != (res != numSyntax) && !bytes.HasPrefix(b, []byte("+")) {
			t.Fatalf("%q: %d, math/big reads it: %t", b, res, ok)
		}
		if !ok || res == numSyntax {
			return
		}
		if whole := x.IsInt() && x.Sign() >= 0 && x.Num().IsInt64(); whole != (countRes == numOK) || whole && count != x.Num().Int64() {
			t.Fatalf("%q: a count of %d, %d; want %v", b, count, countRes, x)
		}
		x.Mul(x.Abs(x), big.NewRat(1_000_000, 1))
		if res == numOK || res == numNegative {
			if exact != x.IsInt() {
				t.Fatalf("%q: exact %t", b, exact)
			}
			x.Mul(x, big.NewRat(2, 1)).Add(x, big.NewRat(1, 1))
			want := new(big.Int).Quo(x.Num(), new(big.Int).Mul(x.Denom(), big.NewInt(2)))
			if want.CmpAbs(big.NewInt(got)) != 0 {
				t.Fatalf("%q: %d, want %v", b, got, want)
			}
		}
	})
}
