package dnstunnel

import (
	"math/rand/v2"
	"testing"

	dt "barium/internal/detect/detecttest"
)

// TestRates asserts which drips two days of records show: from a host that asks for
// as much else as others do, in a house of sixty, through
// names of three lengths. The domain is as old as the records: nothing says that it is new.
func TestRates(t *testing.T) {
	// f lets rate bytes a second leave for some hours in names of so many characters,
	// and wants the weight within bounds.
	f := func(rate float64, hours, length int, least, most float64) {
		t.Helper()
		r := rand.New(rand.NewPCG(uint64(length), 1))
		c := candidate{
			host: "10.0.0.1", domain: "drip.test", askers: 1, clients: 60, domains: 40, days: 2, otherInfo: 400_000, connections: true,
			lookFirst: dt.Start, lookLast: dt.Start + 48*dt.Hour, domainFirst: dt.Start, resolvers: []resolver{{ip: "10.0.0.53", inside: true}},
		}
		// A character of base32 carries five bits.
		step := int64(float64(length) * 5 / 8 / rate * dt.Second)
		for at := int64(dt.Start); at < dt.Start+int64(hours)*dt.Hour; at += step {
			bits := int64(length) * 49 / 10 // of some thirty different characters
			if length < 20 {
				bits = int64(length) * 32 / 10 // of some nine
			}
			c.looks = append(c.looks, look{ts: at + r.Int64N(step), name: int64(len(c.looks)), length: int64(length), info: bits, kind: 1})
		}
		got := 0.0
		if found, ok := score(&c); ok {
			got = found.Weight()
		}
		if got < least || got > most {
			t.Errorf("%g B/s for %d h in names of %d: %.1f dB, want %.1f to %.1f", rate, hours, length, got, least, most)
		}
	}
	for _, length := range []int{24, 50} {
		f(10, 48, length, 20, 40)
		f(2, 48, length, 20, 40)
		f(0.7, 48, length, 20, 40)
		f(0.01, 48, length, 0, 0) // less than 6 kB in a day
	}
	f(0.3, 48, 50, 20, 40)
	f(0.3, 48, 24, 15, 20) // listed only where the domain appears after the first day
	f(0.7, 12, 50, 20, 40)
	f(0.7, 48, 12, 0, 20) // names as short as those of machines: not told from them
}
