package condense

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestChunks asserts that chunks do not overlap, and that one given back is handed
// out again, empty, while others stay as they are.
func TestChunks(t *testing.T) {
	var s slabs
	chunks := make([][]byte, slabBytes/chunkBytes+2) // more than one slab
	for i := range chunks {
		c := s.chunk()
		if len(c) != 0 || cap(c) != chunkBytes {
			t.Fatalf("chunk of %d, room for %d", len(c), cap(c))
		}
		chunks[i] = append(c, bytes.Repeat([]byte{byte(i)}, chunkBytes)...)
	}
	s.giveBack([][]byte{chunks[3], make([]byte, 100)}, false)
	again := append(s.chunk(), bytes.Repeat([]byte{0xff}, chunkBytes)...)
	if &again[0] != &chunks[3][0] {
		t.Error("what was given back is not handed out again")
	}
	for i, c := range chunks {
		if want := bytes.Repeat([]byte{byte(i)}, chunkBytes); i != 3 && !bytes.Equal(c, want) {
			t.Errorf("chunk %d was written to", i)
		}
	}
}

// TestReserve asserts that chunks past the reserve are handed out again too, after
// those that kept their memory.
func TestReserve(t *testing.T) {
	var s slabs
	chunks := make([][]byte, reserve+5)
	for i := range chunks {
		chunks[i] = append(s.chunk(), 1)
	}
	s.giveBack(chunks, true)
	if len(s.free) != reserve || len(s.empty) != 5 {
		t.Fatalf("%d with memory, %d without, want %d and 5", len(s.free), len(s.empty), reserve)
	}
	for i := range chunks {
		want := byte(1)
		if i >= reserve {
			want = 0
		}
		if c := s.chunk(); len(c) != 0 || c[:1][0] != want {
			t.Errorf("chunk %d holds %d bytes, the first was %d", i, len(c), c[:1][0])
		}
	}
}

// TestPool asserts that a partition gives back what was added, whatever the sizes,
// with a memory budget that sends it to disk and without one.
func TestPool(t *testing.T) {
	for _, budget := range []int64{0, 100_000} {
		rng := rand.New(rand.NewPCG(1, 2))
		p := &pool{budget: budget, dir: t.TempDir()}
		for range 2 { // chunks are used again
			var want [2][]byte
			for range 300 {
				b := make([]byte, rng.IntN(3000))
				if rng.IntN(50) == 0 {
					b = make([]byte, rng.IntN(3*chunkBytes))
				}
				for i := range b {
					b[i] = byte(rng.Uint32())
				}
				n := rng.IntN(2)
				if err := p.add(Lookup, n, b); err != nil {
					t.Fatal(err)
				}
				want[n] = append(want[n], b...)
			}
			for n := range want {
				got, err := p.take(Lookup, n, nil)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want[n]) {
					t.Errorf("budget %d, partition %d: %d bytes are not the %d added", budget, n, len(got), len(want[n]))
				}
			}
			if used := p.used.Load(); used != 0 {
				t.Errorf("budget %d: %d bytes are still counted", budget, used)
			}
		}
		if err := p.close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWidths asserts that numbers of every width are read as they were written.
func TestWidths(t *testing.T) {
	for usual := range uint(allBits + 1) {
		var w bitWriter
		var want []uint64
		for width := range uint(65) {
			for _, v := range []uint64{1<<width - 1, 1 << width >> 1} {
				want = append(want, v)
				w.near(v, usual)
				w.number(v)
			}
		}
		w.end()
		r := bitReader{b: w.b}
		for _, v := range want {
			if got := r.near(usual); got != v {
				t.Fatalf("usual width %d: %d for %d", usual, got, v)
			}
			if got := r.number(); got != v {
				t.Fatalf("%d for %d", got, v)
			}
		}
		if r.bad {
			t.Errorf("usual width %d: more was read than written", usual)
		}
	}
}
