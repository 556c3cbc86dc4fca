package report

import (
	"math"
	"testing"
	"time"
)

func TestBytes(t *testing.T) {
	f := func(n int64, want string) {
		t.Helper()
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	f(0, "0 B")
	f(999, "999 B")
	f(1000, "1.00 kB")
	f(1_082_089, "1.08 MB")
	f(9_994_999, "9.99 MB")
	f(9_995_000, "10.0 MB")
	f(99_949_999, "99.9 MB")
	f(99_950_000, "100 MB")
	f(999_499_999, "999 MB")
	f(999_500_000, "1.00 GB")
	f(math.MaxInt64, "9.22 EB")
	f(-1_082_089, "−1.08 MB")
	f(math.MinInt64, "−9.22 EB")
}

func TestCount(t *testing.T) {
	f := func(n int64, want string) {
		t.Helper()
		if got := Count(n); got != want {
			t.Errorf("Count(%d) = %q, want %q", n, got, want)
		}
	}
	f(0, "0")
	f(999, "999")
	f(1000, "1,000")
	f(1_082_089, "1,082,089")
	f(-123_456, "−123,456")
	f(math.MinInt64, "−9,223,372,036,854,775,808")
}

func TestTimes(t *testing.T) {
	day := time.Date(2020, time.April, 30, 0, 19, 3, 0, time.UTC)
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(Time(day.In(time.FixedZone("", 7200))), "2020-04-30 00:19")
	f(Time(time.Time{}), "unknown")
	f(Clock(day), "2020-04-30 00:19:03")
	f(Span(day, day), "2020-04-30 00:19")
	f(Span(day, day.Add(time.Hour)), "2020-04-30 00:19–01:19")
	f(Span(day, day.Add(48*time.Hour)), "2020-04-30 00:19 – 2020-05-02 00:19")
	f(Span(time.Time{}, day), "2020-04-30 00:19")
	f(Lasting(day, day), "0 seconds")
	f(Lasting(day, day.Add(time.Second)), "1 second")
	f(Lasting(day, day.Add(23*time.Minute)), "23 minutes")
	f(Lasting(day, day.Add(71*time.Hour)), "71 hours")
	f(Lasting(day, day.Add(72*time.Hour)), "3 days")
	f(Lasting(day, day.Add(-time.Hour)), "not in order")
	f(Lasting(time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC), time.Date(9999, 1, 2, 0, 0, 0, 0, time.UTC)), "3,651,694 days")
}

func TestWords(t *testing.T) {
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	f(SignedDecibels(8), "+8")
	f(SignedDecibels(-9), "−9")
	f(SignedDecibels(9.46), "+9.5")
	f(SignedDecibels(-0.01), "0")
	f(SignedDecibels(math.NaN()), "not a number")
	f(Decibels(-3.5), "−3.5 dB")
	f((&Case{WeightDB: 47}).Weight(), "weight 47 dB, uncalibrated")
	p := 0.97
	f((&Case{WeightDB: 47, Calibrated: true, Words: "very likely", Probability: &p}).Weight(), "weight 47 dB, very likely (97 %)")
	f((&Case{}).Assessment(), "not assessed")
	f(LevelWords("?"), "No verdict")

	f(Destination{IP: "192.168.0.4", Port: 80}.String(), "192.168.0.4:80")
	f(Destination{IP: "2001:db8::1", Name: "files.example", Port: 443}.String(), "[2001:db8::1]:443 (files.example)")
	f(Destination{Name: "files.example"}.String(), "files.example")
	f(Destination{}.String(), "unknown")
	f(Destination{Port: 53}.String(), "unknown:53")

	loss := Loss{BytesSent: Bounds{Low: 1_082_089}, BytesOnWire: 2_181_167, Files: []File{{}}}
	f(loss.Words(), "at least 1.08 MB in 1 file; 2.18 MB on the wire")
	f(loss.Exact(), "at least 1,082,089 bytes in 1 file; 2,181,167 bytes on the wire")
	loss.Records.Low, loss.Patients.Low = 2, 1
	f(loss.Words(), "at least 1.08 MB in 1 file, at least 2 records, at least 1 patient; 2.18 MB on the wire")
	f((&Loss{}).Words(), "no content known to have been accepted")
	f((&Loss{Files: []File{{}, {}}}).Words(), "at least 2 files of unknown size; 0 B on the wire")
	f(Bounds{}.Ceiling(Bytes), "no upper bound known")
	high := int64(5000)
	f(Bounds{High: &high}.Ceiling(Bytes), "upper bound within the observed traffic 5.00 kB")
}

func TestMakeBars(t *testing.T) {
	at := func(h int) Hour {
		return Hour{Start: time.Date(2020, time.January, 1, h, 0, 0, 0, time.UTC), BytesOut: 1}
	}
	f := func(hours []Hour, limit int, between []int64, unit string, n int) {
		t.Helper()
		b := MakeBars(hours, limit, between...)
		sum := int64(0)
		for _, bar := range b.List {
			sum += bar.BytesOut
		}
		if b.Unit() != unit || len(b.List) != n || sum != int64(len(hours)) {
			t.Errorf("%d bars per %s with %d bytes, want %d per %s with %d", len(b.List), b.Unit(), sum, n, unit, len(hours))
		}
	}
	f(nil, 10, nil, "hour", 0)
	f([]Hour{at(5)}, 10, nil, "hour", 1)
	f([]Hour{at(9), at(0)}, 10, nil, "hour", 10)
	f([]Hour{at(0), at(10)}, 10, nil, "day", 1)
	f([]Hour{at(0), at(10)}, 10, []int64{2, 3}, "2 hours", 6)
	f([]Hour{at(0), at(24*25 - 1)}, 10, nil, "3 days", 9)
	f([]Hour{{Start: time.Unix(-7200, 0), BytesOut: 1}, {Start: time.Unix(0, 0), BytesOut: 1}}, 10, nil, "hour", 3)
	f([]Hour{{Start: time.Time{}, BytesOut: 1}, {Start: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), BytesOut: 1}}, 1, nil, "3651695 days", 1)
}

func TestFiguresDoNotOverflow(t *testing.T) {
	d := &Document{Cases: []Case{
		{Loss: Loss{BytesSent: Bounds{Low: math.MaxInt64}}},
		{Loss: Loss{BytesSent: Bounds{Low: math.MaxInt64}}},
	}}
	if got := d.Figures().Sent; got != math.MaxInt64 {
		t.Errorf("sent %d", got)
	}
}
