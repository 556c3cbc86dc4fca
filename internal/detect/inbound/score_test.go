package inbound

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

// TestScore has the borders of what makes a visit innocent, and wants an answer.
func TestScore(t *testing.T) {
	const day0 = 20_000 * dayMicros
	plain := func() candidate {
		return candidate{
			host: "10.0.0.5", far: "192.0.2.9", label: "192.0.2.9", port: 3389, visitors: 1, doorFirst: day0 + 3*dayMicros,
			tried: 1, ports: 1, hosts: 50, lookFirst: day0, lookLast: day0 + 6*dayMicros,
			calls: []detect.Call{{TS: day0 + 3*dayMicros, Duration: 1, Out: 5_000_000, In: 1000}},
		}
	}
	f := func(name, want string, change func(*candidate)) {
		t.Helper()
		c := plain()
		change(&c)
		found, _ := score(&c)
		for _, x := range found.Terms {
			if strings.Contains(x.Text, want) {
				return
			}
		}
		t.Errorf("%s: no term %q in %+v", name, want, found.Terms)
	}
	f("new door", "before day 4 of the records", func(*candidate) {})
	f("old door", OldDoor.Text, func(c *candidate) { c.doorFirst = day0 })
	f("control", "port 3389 is one", func(*candidate) {})
	f("scanner", "tried 5 hosts", func(c *candidate) { c.tried = 5 })
	f("banner", "only 3.99 kB", func(c *candidate) { c.calls[0].Out = 3990 })
	f("called before", CalledBefore.Text, func(c *candidate) { c.calledBefore = true })
	f("partner", "3 hosts call", func(c *candidate) { c.callers = 3 })
	f("many doors", "at 5 ports", func(c *candidate) { c.ports = 5 })
	f("then inside", "opened 2 machines inside that it never had, 10.0.0.7", func(c *candidate) {
		at := c.calls[0].TS
		c.deeds = []deed{{true, "10.0.0.6", at - 1, 9}, {true, "10.0.0.7", at, 9}, {true, "10.0.0.8", at + dayMicros, 9}, {true, "10.0.0.9", at + dayMicros + 1, 9}}
	})
	f("then outside", "called b.example", func(c *candidate) {
		c.deeds = []deed{{false, "192.0.2.9", c.calls[0].TS + 1, 9}, {false, "b.example", c.calls[0].TS + 2, 9}}
	})

	c := plain()
	c.calls[0].Attempt = true
	if found, ok := score(&c); ok {
		t.Errorf("nobody answered: %+v", found)
	}
}
