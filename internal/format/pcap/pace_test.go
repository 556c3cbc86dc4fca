package pcap

import (
	"testing"

	"barium/internal/event"
)

// TestPace tells answers that were kept back from slow and from late ones.
func TestPace(t *testing.T) {
	type said struct {
		orig bool
		at   event.Time // milliseconds
	}
	f := func(name string, answers, held int64, all ...said) {
		t.Helper()
		var x pace
		for _, s := range all {
			x.take(s.orig, 1_772_445_600*second+s.at*1000)
		}
		if x.answers != answers || x.held != held {
			t.Errorf("%s: %d answers, %d held, want %d and %d", name, x.answers, x.held, answers, held)
		}
	}
	f("greeting", 0, 0, said{false, 0}, said{false, 2000})
	f("quick", 2, 0, said{true, 0}, said{false, 20}, said{true, 21}, said{false, 900}, said{true, 901})
	f("held", 2, 2, said{true, 0}, said{false, 1000}, said{false, 1010}, said{true, 1011}, said{true, 1012}, said{false, 4000}, said{true, 4200})
	f("slow, and nothing follows", 1, 0, said{true, 0}, said{false, 3000})
	f("slow, and somebody reads it first", 1, 0, said{true, 0}, said{false, 3000}, said{true, 3201})
}
