package icmp

import (
	"testing"

	"barium/internal/detect"
)

// TestMeasure tells an echo from an answer that is none, whatever was lost.
func TestMeasure(t *testing.T) {
	f := func(name string, uneven, differ, blind bool, calls ...detect.Call) {
		t.Helper()
		m := measure(calls)
		if m.uneven != uneven || m.differ != differ || m.blind != blind {
			t.Errorf("%s: %+v", name, m)
		}
	}
	f("ping", false, false, false, detect.Call{Out: 560, In: 560, OutPkts: 10, InPkts: 10}, detect.Call{Out: 56, In: 56, OutPkts: 1, InPkts: 1})
	f("loss", false, false, false, detect.Call{Out: 560, In: 56, OutPkts: 10, InPkts: 1})
	f("no answer", false, false, false, detect.Call{Out: 560, OutPkts: 10})
	f("two sizes", false, false, false, detect.Call{Out: 560, In: 560, OutPkts: 10, InPkts: 10}, detect.Call{Out: 320, In: 320, OutPkts: 10, InPkts: 10})
	f("uneven", true, false, false, detect.Call{Out: 565, In: 565, OutPkts: 10, InPkts: 10})
	f("other answers", false, true, false, detect.Call{Out: 560, In: 320, OutPkts: 10, InPkts: 10})
	f("tunnel", true, true, false, detect.Call{Out: 565, In: 327, OutPkts: 10, InPkts: 10})
	f("no packets counted", false, false, true, detect.Call{Out: 560, In: 560})
}

// TestEcho lists the types that are looked at: errors and neighbour discovery
// carry no data of anybody's choice.
func TestEcho(t *testing.T) {
	for kind := range uint16(256) {
		want := map[uint16]bool{0: true, 8: true, 13: true, 14: true, 15: true, 16: true, 17: true, 18: true, 128: true, 129: true}[kind]
		if echo(kind) != want {
			t.Errorf("type %d: %t", kind, !want)
		}
	}
}
