package pcap

import (
	"testing"

	"barium/internal/format/formattest"
)

// TestHold begins many long messages and ends none: what is held has a bound, and
// is let go at the end.
func TestHold(t *testing.T) {
	var rec formattest.Recorder
	s := &sink{Sink: &rec}
	begin := []byte{recordHandshake, 3, 3, 0x40, 0, messageCert, 1, 0, 0}
	var open []analyser
	for range 6000 {
		f := &flow{sink: s, service: func(string) {}}
		a := newTLS(f)
		a.data(false, 1, 0, begin)
		a.data(false, 1, 0, make([]byte, 0x4000-4))
		d := newDNS(f)
		d.data(true, 1, 0, append([]byte{0xff, 0xff}, make([]byte, 10_000)...))
		open = append(open, a, d)
		if s.held > maxHeld {
			t.Fatalf("%d bytes are held", s.held)
		}
	}
	if s.held < maxHeld/2 {
		t.Errorf("only %d bytes are held", s.held)
	}
	for _, a := range open {
		a.end()
	}
	if s.held != 0 {
		t.Errorf("%d bytes are held at the end", s.held)
	}
}
