package dnstunnel

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

// TestEncrypted weighs when look-ups by TLS are answered.
func TestEncrypted(t *testing.T) {
	f := func(name string, least, most float64, term string, change func(*sealed)) {
		t.Helper()
		c := sealed{
			host: "10.0.0.5", label: "1.1.1.1", far: "1.1.1.1", port: 443, users: 1, hosts: 1, lookLast: hour, labels: 1, days: 1, nameless: true,
			calls: []detect.Call{{TS: 60 * second, Duration: 9 * second, Out: 1300, In: 4700, Turns: 7, Held: 3, Place: detect.Place{Source: 1}}},
		}
		change(&c)
		x, ok := scoreEncrypted(&c)
		w := 0.0
		if ok {
			w = x.Weight()
		}
		if w < least || w > most {
			t.Errorf("%s: %.1f dB: %+v", name, w, x.Terms)
		}
		found := term == ""
		for _, y := range x.Terms {
			found = found || strings.Contains(y.Text, term)
		}
		if !found {
			t.Errorf("%s: no term %q in %+v", name, term, x.Terms)
		}
		if ok && (x.BytesOut == 0 || len(x.Places) == 0 || x.First > x.Last) {
			t.Errorf("%s: %+v", name, x)
		}
	}
	f("tunnel", 20, 22, "3 of 7 answers were kept back", func(*sealed) {})
	f("by name", 15, 18, "(dns.google)", func(c *sealed) { c.name, c.nameless = "dns.google", false })
	f("two late answers", 0, 0, "", func(c *sealed) { c.calls[0].Held = 2 })
	f("few of many", 0, 0, "", func(c *sealed) { c.calls[0].Turns = 10 })
	f("the log does not tell", 0, 0, "", func(c *sealed) { c.calls[0].Turns, c.calls[0].Held = 0, 0 })
	f("over many connections", 20, 22, "3 of 9", func(c *sealed) {
		x := c.calls[0]
		x.Turns, x.Held = 3, 1
		c.calls = []detect.Call{x, x, x}
	})
	f("many hosts do", 0, 10, "30 of 100 hosts", func(c *sealed) { c.users, c.hosts = 30, 100 })
}

// TestBinaryNames tells names that hold other bytes than letters and digits.
func TestBinaryNames(t *testing.T) {
	f := func(name string, length, bits, want int64) {
		t.Helper()
		if m := measure(asked(10, second, length, bits)); m.binary != want {
			t.Errorf("%s: %d, want %d", name, m.binary, want)
		}
	}
	f("all that may be in a name", 60, 60*525/100, 0)
	f("hexadecimal", 60, 240, 0)
	f("base128", 60, 60*6, 10)
	f("nothing", 0, 0, 0)
}
