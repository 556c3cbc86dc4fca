package zeek

import (
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"barium/internal/event"
)

func TestParseMicros(t *testing.T) {
	f := func(s string, want int64, res numResult) {
		t.Helper()
		if got, r := parseMicros([]byte(s)); r != res || r == numOK && got != want {
			t.Errorf("%q: %d, %d; want %d, %d", s, got, r, want, res)
		}
	}
	f("0", 0, numOK)
	f("0.000870", 870, numOK)
	f("0.0008699893951416016", 870, numOK)
	f("0.0000005", 1, numOK)
	f("0.00000049999999999999999999", 0, numOK)
	f("5e-07", 1, numOK)
	f("1379288667.706265", 1379288667706265, numOK)
	f("1379288667.7062655", 1379288667706266, numOK)
	f("1588205199.82437", 1588205199824370, numOK)
	f("4.294967e+09", 4294967000000000, numOK)
	f("4.294967E9", 4294967000000000, numOK)
	f("1E-400", 0, numOK)
	f("0e999999999999", 0, numOK)
	f("1e999999999999999999999", 0, numRange)
	f("1e308", 0, numRange)
	f("9223372036854.775807", math.MaxInt64, numOK)
	f("9223372036854.7758075", 0, numRange)
	f("9223372036855", 0, numRange)
	f("000000000000000000000000000001.5", 1500000, numOK)
	f(".5", 500000, numOK)
	f("5.", 5000000, numOK)
	f("-0", 0, numOK)
	f("-0.0", 0, numOK)
	f("-1.5", 0, numNegative)
	f("-0.0000001", 0, numNegative)
	for _, s := range []string{"", ".", "-", "+1", "1.2.3", "1e", "1e+", "e5", "NaN", "inf", "-Infinity", "0x10", "1 ", " 1", "1_000", "1,5", "--1", "１"} {
		f(s, 0, numSyntax)
	}
}

// TestParseDecimalExact compares with exact arithmetic.
func TestParseDecimalExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{1,12}(\.[0-9]{0,20})?([eE][-+]?[0-9])?`).Draw(t, "s")
		x, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Skip("not a number for math/big")
		}
		x.Mul(x, big.NewRat(2e6, 1))
		x.Add(x, big.NewRat(1, 1))
		want := new(big.Int).Quo(x.Num(), new(big.Int).Mul(x.Denom(), big.NewInt(2)))
		got, res := parseMicros([]byte(s))
		if !want.IsInt64() {
			if res != numRange {
				t.Fatalf("%q: %d, %d; want out of range", s, got, res)
			}
			return
		}
		if res != numOK || got != want.Int64() {
			t.Fatalf("%q: %d, %d; want %v", s, got, res, want)
		}
	})
}

func TestParseCount(t *testing.T) {
	f := func(s string, want int64, res numResult) {
		t.Helper()
		if got, r := parseCount([]byte(s)); r != res || r == numOK && got != want {
			t.Errorf("%q: %d, %d; want %d, %d", s, got, r, want, res)
		}
	}
	f("0", 0, numOK)
	f("601", 601, numOK)
	f("601.0", 601, numOK)
	f("1e3", 1000, numOK)
	f("9223372036854775807", math.MaxInt64, numOK)
	f("9223372036854775808", 0, numRange)
	f("18446744073709551615", 0, numRange)
	f("9007199254740993", 9007199254740993, numOK)
	f("1.5", 0, numFraction)
	f("-1", 0, numNegative)
	f("", 0, numSyntax)
	f("NaN", 0, numSyntax)
	f("0x1", 0, numSyntax)
}

func TestParseTime(t *testing.T) {
	f := func(s, want string) {
		t.Helper()
		got, res := parseTime([]byte(s))
		if want == "" {
			if res != numSyntax {
				t.Errorf("%q: %v, %d; want a syntax error", s, event.Time(got).Std(), res)
			}
			return
		}
		if g := event.Time(got).Std().Format(time.RFC3339Nano); g != want || res == numSyntax {
			t.Errorf("%q: %s, %d; want %s", s, g, res, want)
		}
	}
	f("19.981745", "1970-01-01T00:00:19.981745Z")
	f("0", "1970-01-01T00:00:00Z")
	f("1379288667.706265", "2013-09-15T23:44:27.706265Z")
	f("1379288667706", "2013-09-15T23:44:27.706Z")
	f("2018-03-24T17:15:20.865716Z", "2018-03-24T17:15:20.865716Z")
	f("2018-03-24T17:15:20Z", "2018-03-24T17:15:20Z")
	f("2018-03-24 17:15:20", "2018-03-24T17:15:20Z")
	f("2018-03-24T17:15:20.8657164", "2018-03-24T17:15:20.865716Z")
	f("2018-03-24T17:15:20.8657165", "2018-03-24T17:15:20.865717Z")
	f("2018-03-24T17:15:20.9999995Z", "2018-03-24T17:15:21Z")
	f("2018-03-24T17:15:20,5+02:00", "2018-03-24T15:15:20.5Z")
	f("2018-03-24T17:15:20-0730", "2018-03-25T00:45:20Z")
	f("2018-03-24T17:15:20+01", "2018-03-24T16:15:20Z")
	f("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")
	f("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z")
	f("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z")
	f("1950-01-01T00:00:00Z", "1950-01-01T00:00:00Z")
	f("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z")
	for _, s := range []string{
		"2023-02-29T00:00:00Z", "2018-13-01T00:00:00Z", "2018-00-01T00:00:00Z", "2018-01-32T00:00:00Z", "2018-01-01T24:00:00Z",
		"2018-01-01T00:60:00Z", "2018-01-01T00:00:61Z", "2018-01-01T00:00:00.Z", "2018-01-01T00:00:00+25:00",
		"2018-01-01T00:00:00+0", "2018-01-01T00:00:00 UTC", "2018/01/01T00:00:00Z", "2018-01-01", "yesterday", "",
	} {
		f(s, "")
	}
}

func TestParseAddr(t *testing.T) {
	f := func(s string) {
		t.Helper()
		want, err := netip.ParseAddr(s)
		got, ok := parseAddr([]byte(s))
		if ok != (err == nil) || ok && got != event.AddrFrom(want) {
			t.Errorf("%q: %v, %v; netip: %v, %v", s, got, ok, want, err)
		}
	}
	for _, s := range addrs {
		f(s)
	}
	if a, _ := parseAddr([]byte("::ffff:1.2.3.4")); a.String() != "1.2.3.4" {
		t.Error("an IPv4-mapped address is not its IPv4 form")
	}
	if a, _ := parseAddr([]byte("fe80::1%eth0")); a.String() != "fe80::1" {
		t.Error("the zone is kept")
	}
}

var addrs = []string{
	"1.2.3.4", "0.0.0.0", "255.255.255.255", "256.1.1.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1..2.3", "1.2.3.", ".1.2.3", "1.2.3.4 ", "", "-",
	"::", "::1", "1::", "fd2d:ab8c:225:0:81d3:fd3e:7f62:aec8", "2001:DB8::a", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
	"1::3:4:5:6:7:8", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7", "::ffff:1.2.3.4", "64:ff9b::1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
	"::1.2.3", "::1.2.3.400", "1:::2", "::1::2", ":1", "1:", ":", ":::", "12345::", "g::", "::1.2.3.4:5", "1.2.3.4::", "2000::/3",
}

func FuzzAddr(f *testing.F) {
	for _, s := range addrs {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i := range len(s) {
			if s[i] == '%' {
				return // netip is stricter about zones
			}
		}
		want, err := netip.ParseAddr(s)
		got, ok := parseAddr([]byte(s))
		if ok != (err == nil) || ok && got != event.AddrFrom(want) {
			t.Errorf("%q: %v, %v; netip: %v, %v", s, got, ok, want, err)
		}
	})
}

func TestUnescape(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(unescapeTSV(nil, []byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	f(`plain`, "plain")
	f(`\x2d`, "-")
	f(`a\x09b\x0a`, "a\tb\n")
	f(`\\\\server\\share`, `\\server\share`)
	f(`\\x07`, `\x07`)
	f(`\\\x07`, "\\\x07")
	f(`Amazon.com\, Inc.`, `Amazon.com\, Inc.`)
	f(`\xC3\xa9`, "é")
	f(`\x`, `\x`)
	f(`\x4`, `\x4`)
	f(`\xzz`, `\xzz`)
	f(`end\`, `end\`)
	f(`\`, `\`)
}

func TestUnescapeJSON(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(undoZeekJSON(unescapeJSON(nil, []byte(in)))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	f(`a\"b\\c\/d\b\f\n\r\t`, "a\"b\\c/d\b\f\n\r\t")
	f(`\u00e9\u20AC`, "é€")
	f(`\ud83d\ude00`, "😀")
	f(`\ud83d`, "\ufffd")
	f(`\ud83dx`, "\ufffdx")
	f(`\ud83d\u0041`, "\ufffdA")
	f(`\u0000`, "\x00")
	f(`\\x07\\xff`, "\x07\xff")
	f(`\\\\x07`, "\\\x07")
	f(`drivers\\x64\\v3`, `drivers\x64\v3`)
	f(`\\\\srv\\share`, `\\srv\share`)
	f(`\\x0`, `\x0`)
}

// FuzzUnescapeJSON compares with encoding/json.
func FuzzUnescapeJSON(f *testing.F) {
	f.Add(`a\"b\\c\/d\b\f\n\r\t`)
	f.Add(`\ud83d\ude00\ud83d\u0041\ud83d\ud83d`)
	f.Fuzz(func(t *testing.T, s string) {
		var want string
		b := []byte(`"` + s + `"`)
		if json.Unmarshal(b, &want) != nil {
			return
		}
		got := unescapeJSON(nil, []byte(s))
		if string([]rune(string(got))) != want { // encoding/json repairs UTF-8
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	})
}
