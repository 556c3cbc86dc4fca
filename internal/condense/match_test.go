package condense

import (
	"testing"
	"time"

	"barium/internal/event"
)

// TestSensors asserts which connections count once.
func TestSensors(t *testing.T) {
	// f checks how many of the connections count, and the bytes out that they sum to.
	f := func(name string, events, out int64, cs ...conn) {
		t.Helper()
		st := newStore()
		repeated := total(st.add(t, Options{}, 1, 1, puts(cs...)))
		if got := st.sum(Conversation, "events"); got != events {
			t.Errorf("%s: %d connections count, want %d", name, got, events)
		}
		if got := st.sum(Conversation, "bytes_orig"); got != out {
			t.Errorf("%s: %d bytes out, want %d", name, got, out)
		}
		if repeated != int64(len(cs))-events {
			t.Errorf("%s: %d repeated", name, repeated)
		}
	}
	up := func(at int64, sensor string, port uint16, out int64) conn {
		return conn{at: at, sensor: sensor, port: port, out: out, duration: 100 * ms, state: event.SF}
	}
	syn := func(at int64, sensor string, port uint16) conn {
		return conn{at: at, sensor: sensor, port: port, state: event.S0}
	}

	f("one", 1, 5, up(0, "a", 1, 5))
	f("two sensors, 12 ms apart", 1, 5, up(0, "a", 1, 5), up(12*ms, "b", 1, 5))
	f("two sensors, at once", 1, 5, up(0, "a", 1, 5), up(0, "b", 1, 5))
	f("two sensors, 250 ms apart", 1, 5, up(0, "a", 1, 5), up(250*ms, "b", 1, 5))
	f("two sensors, 250.001 ms apart", 2, 10, up(0, "a", 1, 5), up(250*ms+1, "b", 1, 5))
	f("two sensors, 251 ms apart", 2, 10, up(0, "a", 1, 5), up(251*ms, "b", 1, 5))
	f("three sensors", 1, 5, up(0, "a", 1, 5), up(12*ms, "b", 1, 5), up(20*ms, "c", 1, 5))
	f("three sensors, the third too late for the first", 2, 10, up(0, "a", 1, 5), up(200*ms, "b", 1, 5), up(300*ms, "c", 1, 5))
	f("a named and an unnamed sensor", 1, 5, up(0, "", 1, 5), up(12*ms, "b", 1, 5))
	f("other originator's port", 2, 10, up(0, "a", 1, 5), up(12*ms, "b", 2, 5))
	f("the fuller copy counts", 1, 9, up(0, "a", 1, 5), up(12*ms, "b", 1, 9))
	f("the fuller copy counts, seen first", 1, 9, up(0, "b", 1, 9), up(12*ms, "a", 1, 5))
	f("a sensor's own retries", 3, 0, syn(0, "a", 1), syn(50*ms, "a", 1), syn(100*ms, "a", 1))
	f("retries that two sensors saw", 3, 0,
		syn(0, "a", 1), syn(50*ms, "a", 1), syn(100*ms, "a", 1),
		syn(12*ms, "b", 1), syn(62*ms, "b", 1), syn(112*ms, "b", 1))
	f("retries of which the second sensor missed one", 3, 0,
		syn(0, "a", 1), syn(50*ms, "a", 1), syn(100*ms, "a", 1),
		syn(12*ms, "b", 1), syn(112*ms, "b", 1))
	f("the same record twice", 1, 5, up(0, "a", 1, 5), up(0, "a", 1, 5))

	// Unnamed sensors: copies overlap in time, retries do not.
	f("unnamed, overlapping", 1, 5, up(0, "", 1, 5), up(12*ms, "", 1, 5))
	f("unnamed, overlapping, one fuller", 1, 9, up(0, "", 1, 5), up(12*ms, "", 1, 9))
	f("unnamed, three overlapping", 1, 5, up(0, "", 1, 5), up(12*ms, "", 1, 5), up(20*ms, "", 1, 5))
	f("unnamed, one after the other", 2, 10, up(0, "", 1, 5), up(100*ms, "", 1, 5))
	f("unnamed, overlapping beyond the window", 2, 10,
		conn{port: 1, out: 5, duration: second, state: event.SF}, conn{at: 251 * ms, port: 1, out: 5, duration: second, state: event.SF})
	f("unnamed attempts without a duration", 2, 0, syn(0, "", 1), syn(12*ms, "", 1))
	f("unnamed, other port", 2, 10, up(0, "", 1, 5), up(12*ms, "", 2, 5))
	f("one sensor does not see its own copy", 2, 10, up(0, "a", 1, 5), up(12*ms, "a", 1, 5))
}

// TestSensorsOtherTables asserts that what two sensors logged of one request,
// look-up or file counts once.
func TestSensorsOtherTables(t *testing.T) {
	f := func(name string, table int, events int64, ps ...put) {
		t.Helper()
		st := newStore()
		st.add(t, Options{}, 1, 1, ps)
		if got := st.sum(table, "events"); got != events {
			t.Errorf("%s: %d events, want %d", name, got, events)
		}
	}
	head := func(at int64, sensor string) event.Head {
		return event.Head{TS: event.Time(base + at), Sensor: []byte(sensor), Orig: addr("10.0.0.1"), Resp: addr("203.0.113.9"), OrigPort: 5, RespPort: 80}
	}
	dns := func(at int64, sensor, q string) put {
		return func(s *Sink) { s.DNS(&event.DNS{Head: head(at, sensor), Query: []byte(q), QType: 1}) }
	}
	f("look-up", Lookup, 1, dns(0, "a", "x.example.org"), dns(12*ms, "b", "x.example.org"))
	f("look-up of another name", Lookup, 2, dns(0, "a", "x.example.org"), dns(12*ms, "b", "y.example.org"))
	f("look-up, one sensor", Lookup, 2, dns(0, "a", "x.example.org"), dns(12*ms, "a", "x.example.org"))
	f("look-up, later", Lookup, 2, dns(0, "a", "x.example.org"), dns(251*ms, "b", "x.example.org"))

	upload := func(at int64, sensor, fuid string, out int64) put {
		return func(s *Sink) {
			s.HTTP(&event.HTTP{Head: head(at, sensor), Method: []byte("PUT"), URI: []byte("/a.7z"), ReqLen: out, Status: 204, OrigFUIDs: [][]byte{[]byte(fuid)}})
		}
	}
	f("request", Request, 1, upload(0, "a", "F1", 9), upload(12*ms, "b", "F2", 9))
	f("what the request sent, under each sensor's file id", Transfer, 1, upload(0, "a", "F1", 9), upload(12*ms, "b", "F2", 9))
	f("another size", Transfer, 2, upload(0, "a", "F1", 9), upload(12*ms, "b", "F2", 8))

	// Each sensor's analysis is found by its file id: both must stay.
	file := func(at int64, sensor, fuid string) put {
		return func(s *Sink) {
			s.File(&event.File{Head: head(at, sensor), FUID: []byte(fuid), Protocol: []byte("HTTP"), IsOrig: event.Yes, Seen: 9})
		}
	}
	f("file analysis", Transfer, 2, file(0, "a", "F1"), file(12*ms, "b", "F2"))

	// Names that the second sensor saw as well do not count again.
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{dns(0, "a", "x.example.org"), dns(12*ms, "b", "x.example.org"), dns(second, "b", "y.example.org")})
	if got := st.sum(Lookup, "names"); got != 2 {
		t.Errorf("%d distinct names, want 2", got)
	}
}

// TestFlood asserts that a flood of equal tuples is matched in bounded time.
func TestFlood(t *testing.T) {
	f := func(name string, sensors ...string) {
		t.Helper()
		var ps []put
		for i := range int64(30_000) {
			for j, s := range sensors {
				ps = append(ps, conn{at: i, sensor: s, port: 1, out: i, duration: int64(j), state: event.S0}.put)
			}
		}
		st := newStore()
		start := time.Now()
		repeated := total(st.add(t, Options{}, 1, 1, ps))
		if d := time.Since(start); d > 20*time.Second {
			t.Errorf("%s: took %s", name, d)
		}
		if n := st.sum(Conversation, "events") + repeated; n != int64(len(ps)) {
			t.Errorf("%s: %d counted and repeated of %d", name, n, len(ps))
		}
	}
	f("one sensor", "a")
	f("two sensors", "a", "b")
	f("unnamed and named", "", "b")
}

// TestAttribution asserts to which source a repeat is charged.
func TestAttribution(t *testing.T) {
	f := func(name string, st *store, first uint32, want map[uint32]int64, batches ...[]put) {
		t.Helper()
		got := st.add(t, Options{}, 1, first, batches...)
		for s, n := range want {
			if got[s] != n {
				t.Errorf("%s: source %d repeats %d, want %d", name, s, got[s], n)
			}
		}
		if total(got) != total(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	a := conn{sensor: "a", port: 1, out: 5, state: event.SF}
	b := conn{at: 12 * ms, sensor: "b", port: 1, out: 5, state: event.SF}
	fuller := conn{at: 14 * ms, sensor: "c", port: 1, out: 6, state: event.SF}
	other := conn{at: second, sensor: "a", port: 2, out: 1, state: event.SF}

	f("the second source repeats the first", newStore(), 1, map[uint32]int64{2: 1}, puts(a, other), puts(a))
	f("the third and the second", newStore(), 1, map[uint32]int64{2: 1, 3: 2}, puts(a, other), puts(a), puts(other, a))
	f("within one source", newStore(), 1, map[uint32]int64{1: 1}, puts(a, a))
	f("another sensor's copy", newStore(), 1, map[uint32]int64{2: 1}, puts(a), puts(b))
	f("the fuller copy counts for its source", newStore(), 1, map[uint32]int64{1: 1, 2: 1}, puts(a), puts(b), puts(fuller))

	st := newStore()
	f("new", st, 1, map[uint32]int64{}, puts(a))
	f("known to the ledger", st, 2, map[uint32]int64{2: 1}, puts(a, other))
	f("known, twice", st, 3, map[uint32]int64{3: 1, 4: 1}, puts(a), puts(a))
	f("another sensor's copy of a known one", st, 5, map[uint32]int64{5: 1}, puts(b))
}

// TestExemplars asserts which places a row keeps: the first, the last and the
// largest event, and that what is known is not lost by another import.
func TestExemplars(t *testing.T) {
	f := func(name string, st *store, want map[int64]uint32) {
		t.Helper()
		rows := st.rows[Conversation]
		if len(rows) != 1 {
			t.Fatalf("%s: %d rows", name, len(rows))
		}
		got := map[int64]uint32{}
		for _, e := range rows[0].events {
			if e.Source != 0 {
				got[e.Offset] = e.Source
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: places %v, want %v", name, got, want)
		}
		for o, s := range want {
			if got[o] != s {
				t.Errorf("%s: places %v, want %v", name, got, want)
			}
		}
	}
	c := func(at, out, offset int64) conn {
		return conn{at: at, sensor: "a", port: uint16(at), out: out, offset: offset, state: event.SF}
	}
	st := newStore()
	st.add(t, Options{}, 1, 1, puts(c(1, 1, 100), c(2, 9, 200), c(3, 1, 300), c(4, 1, 400)))
	f("first, last, largest", st, map[int64]uint32{100: 1, 200: 1, 400: 1})
	st.add(t, Options{}, 1, 2, puts(c(2, 9, 999)))
	f("the same again from another source", st, map[int64]uint32{100: 1, 200: 1, 400: 1})
	st.add(t, Options{}, 1, 3, puts(c(5, 1, 500)))
	f("a later one", st, map[int64]uint32{100: 1, 200: 1, 500: 3})

	st = newStore()
	st.add(t, Options{}, 1, 1, puts(
		conn{sensor: "a", port: 1, out: 5, state: event.SF, offset: 10},
		conn{at: ms, sensor: "b", port: 1, out: 5, state: event.SF, offset: 20}))
	for _, r := range st.rows[Conversation] {
		if len(r.events) != 1 || r.events[0].Source != 1 {
			t.Errorf("a row of copies only: %+v", r.events)
		}
	}
}
