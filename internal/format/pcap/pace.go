package pcap

import "barium/internal/event"

const (
	// heldFor is from how long on an answer was kept back: name servers and web
	// servers that have it answer within a second.
	heldFor = second
	// atOnce is how soon a program asks again that only waits for answers.
	atOnce = second / 5
)

// pace follows who speaks in a TCP connection, and when: a program that waits for
// orders, or for the other end of a tunnel, leaves a request with the server until
// there is something, and then the next.
type pace struct {
	asked, answered event.Time
	speaks          bool // the responder is speaking
	late            bool // and began to do so late
	answers, held   int64
}

// take takes in that a side sent something new.
func (t *pace) take(orig bool, ts event.Time) {
	switch {
	case orig:
		if t.late && ts-t.answered <= atOnce {
			t.held++
		}
		t.asked, t.speaks, t.late = ts, false, false
	case t.asked == 0: // the responder speaks first
	default:
		if !t.speaks {
			t.speaks = true
			t.answers++
			t.late = ts-t.asked >= heldFor
		}
		t.answered = ts
	}
}
