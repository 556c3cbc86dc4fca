package proxy

import (
	"testing"
	"time"

	"barium/internal/event"
)

func TestCount(t *testing.T) {
	f := func(in string, want int64, wantOK bool) {
		t.Helper()
		if n, ok := count([]byte(in)); n != want || ok != wantOK {
			t.Errorf("%q: %d %t, want %d %t", in, n, ok, want, wantOK)
		}
	}
	f("", -1, true)
	f("-", -1, true)
	f("N/A", -1, true)
	f("0", 0, true)
	f("402123456", 402123456, true)
	f("1125899906842624", 1<<50, true)
	f("1125899906842625", -1, false)
	f("99999999999999999999999999", -1, false)
	f("-5", -1, false)
	f("1e9", -1, false)
	f(" 5", -1, false)
	f("٣", -1, false)
}

func TestAddress(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		a, ok := address([]byte(in))
		if a.String() != want || ok != (want != "") {
			t.Errorf("%q: %s %t, want %s", in, a, ok, want)
		}
	}
	f("10.20.0.1", "10.20.0.1")
	f("255.255.255.255", "255.255.255.255")
	f("2001:DB8::1", "2001:db8::1")
	f("fe80::1%eth0", "fe80::1")
	f("::ffff:10.0.0.1", "10.0.0.1")
	for _, bad := range []string{"", "-", "10.20.0", "10.20.0.256", "010.1.1.1", "10.20.0.1.2", "10..0.1", "x", ":", "1:2", "10.20.0.1 "} {
		f(bad, "")
	}
}

func TestMoment(t *testing.T) {
	read := map[string]func(m *moment, b []byte) int{"iso": (*moment).iso, "bsd": (*moment).bsd}
	f := func(how, in, want string, length int) {
		t.Helper()
		var m moment
		n := read[how](&m, []byte(in))
		got := ""
		if n > 0 && m.valid() {
			year := m.year
			if year == 0 {
				year = noYear
			}
			got = m.at(year).Std().Format(time.RFC3339Nano)
		}
		if got != want || n != length {
			t.Errorf("%s %q: %s of %d bytes, want %s of %d", how, in, got, n, want, length)
		}
	}
	f("iso", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", 20)
	f("iso", "2026-03-02T10:00:00.123456789+01:00 x", "2026-03-02T09:00:00.123456Z", 35)
	f("iso", "2026/03/02 10:00:00", "2026-03-02T10:00:00Z", 19)
	f("iso", "2024-02-29 23:59:60", "2024-03-01T00:00:00Z", 19)
	f("iso", "2026-02-29 10:00:00", "", 19)
	f("iso", "2026-13-02 10:00:00", "", 19)
	f("iso", "2026-03-02 10:00:0x", "", 0)
	f("iso", "1969-03-02 10:00:00", "", 19)
	f("iso", "2026-03/02 10:00:00", "", 0)
	f("bsd", "Mar  2 10:00:00 fw", "1972-03-02T10:00:00Z", 15)
	f("bsd", "Mar 12 10:00:00", "1972-03-12T10:00:00Z", 15)
	f("bsd", "Feb 29 10:00:00", "1972-02-29T10:00:00Z", 15)
	f("bsd", "Mar 02 2026 10:00:00 fw", "2026-03-02T10:00:00Z", 20)
	f("bsd", "Mar  2 10:00:00 2026", "2026-03-02T10:00:00Z", 20)
	f("bsd", "Mar 02 2026 10:00:00.5 UTC", "2026-03-02T10:00:00.5Z", 26)
	f("bsd", "Mar 32 10:00:00", "", 15)
	f("bsd", "Mär 12 10:00:00", "", 0)
	f("bsd", "Mar 12", "", 0)
	if at := (&moment{month: 1, day: 1}).at(lastYear + 1); at != lastTime {
		t.Errorf("years end at %d, times at %d", at, int64(lastTime))
	}
	for at := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= lastYear; at = at.AddDate(0, 0, 17) {
		if got, want := days(at.Year(), int(at.Month()), at.Day()), int(at.Unix()/86400); got != want {
			t.Fatalf("%s: day %d, want %d", at, got, want)
		}
	}
}

func TestEpoch(t *testing.T) {
	f := func(in string, want int64, wantOK bool) {
		t.Helper()
		if n, ok := epoch([]byte(in)); ok != wantOK || ok && n != event.Time(want) {
			t.Errorf("%q: %d %t, want %d %t", in, n, ok, want, wantOK)
		}
	}
	f("1772445600", 1772445600_000000, true)
	f("1772445600.779", 1772445600_779000, true)
	f("1772445600779", 1772445600_779000, true)
	f("1772445600779123", 1772445600_779123, true)
	f("1772445600779123456", 1772445600_779123, true)
	f("", 0, false)
	f("17724456", 0, false)
	f("9999999999999999999", 0, false)
	f("1772445600.x", 0, false)
	f("0000000000", 0, false)
}

// TestYear asserts which year a time without one is given.
func TestYear(t *testing.T) {
	f := func(last string, m moment, want string) {
		t.Helper()
		c := clock{}
		if last != "" {
			at, err := time.Parse(time.DateTime, last)
			if err != nil {
				t.Fatal(err)
			}
			c.last = event.Time(at.UnixMicro())
		}
		got, ok := c.time(&m)
		if !ok || got.Std().Format(time.DateOnly) != want || !c.yearless {
			t.Errorf("after %q: %s %t, want %s", last, got.Std(), ok, want)
		}
	}
	f("", moment{month: 3, day: 2}, "1972-03-02")
	f("2026-03-02 00:00:00", moment{month: 3, day: 3}, "2026-03-03")
	f("2025-12-31 23:59:59", moment{month: 1, day: 1}, "2026-01-01")
	f("2026-01-01 00:00:10", moment{month: 12, day: 31}, "2025-12-31")
	f("2025-03-02 00:00:00", moment{month: 2, day: 29}, "2024-02-29")
	f("1970-01-01 00:00:01", moment{month: 12, day: 31}, "1970-12-31")
	c := clock{strict: true}
	if _, ok := c.time(&moment{month: 3, day: 2}); ok {
		t.Error("a strict clock gives a year")
	}
}
