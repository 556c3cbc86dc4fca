package main

import "testing"

// FuzzFlags reads values of flags: an error in words, or a value in range.
func FuzzFlags(f *testing.F) {
	for _, s := range []string{"", "2026-03-01", "2026-03-01T14:00:00+02:00", "9999-12-31", "512MiB", "2GB", "1e400GB", "NaN", "-Inf kb", "0x1p60", "\x1b[2J"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, end := range []bool{false, true} {
			if at, err := parseTime(s, end); err == nil && s != "" && (at.IsZero() && s[0] != '0' || at.Year() > 10_000) {
				t.Errorf("%q is %v", s, at)
			}
		}
		var b byteSize
		if err := b.Set(s); err == nil && (b < leastMemory || b >= 1<<50) {
			t.Errorf("%q is %d bytes", s, b)
		}
	})
}
