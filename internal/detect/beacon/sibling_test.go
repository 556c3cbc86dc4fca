package beacon

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

// TestSiblings: a rhythm that goes on, or comes up too, at a neighbouring address is that service's.
func TestSiblings(t *testing.T) {
	beatOf := func(ip string, port int, from, to, period int64) beat {
		return beat{detect.Finding{
			Src: "10.0.0.5", Dst: ip, Label: ip, Port: port, Proto: "tcp", First: from, Last: to,
			Terms: []detect.Term{detect.Periodic.Scaled(1, "5 min", 0)},
		}, period}
	}
	old := beatOf("203.0.113.4", 8883, 0, 20*hour, 5*minute)
	f := func(name string, want bool, change func(*beat)) {
		t.Helper()
		b := beatOf("203.0.200.9", 8883, 20*hour+5*minute, 30*hour, 5*minute)
		change(&b)
		got := siblings([]beat{old, b})
		if len(got) != 2 || len(got[0].Terms) != 1 {
			t.Fatalf("%s: %+v", name, got)
		}
		said := len(got[1].Terms) == 2 && strings.Contains(got[1].Terms[1].Text, "203.0.113.4:")
		if said != want {
			t.Errorf("%s: %t: %+v", name, said, got[1].Terms)
		}
	}
	f("moved", true, func(*beat) {})
	f("another network", false, func(b *beat) { b.Dst, b.Label = "198.51.100.9", "198.51.100.9" })
	f("another port", false, func(b *beat) { b.Port = 443 })
	f("another rhythm", false, func(b *beat) { b.period = 6 * minute })
	f("besides", true, func(b *beat) { b.First = 10 * hour })
	f("since the same moment", false, func(b *beat) { b.First = 0 })
	f("much later", false, func(b *beat) { b.First = 25 * hour })
	f("with a name", false, func(b *beat) { b.Label = "far.test" })
	f("the other family", false, func(b *beat) { b.Dst, b.Label = "2001:db8::1", "2001:db8::1" })
}
