package condense

import (
	"reflect"
	"sync"

	"golang.org/x/sys/unix"
)

const (
	// chunkBytes is how much of a partition lies in one piece, once it holds as much.
	chunkBytes = 64 << 10
	// hugePage is the size of a huge page, of which slabBytes is a multiple.
	hugePage = 2 << 20
	// slabBytes is how much memory is asked for at once.
	slabBytes = 4 * hugePage
)

// slabs hands out chunks of chunkBytes. They are cut from memory for which the
// system is asked for huge pages, and are used again: a day of a large hospital is
// hundreds of megabytes of records, and the first touch of each page of 4 KiB costs
// as much as filling it. It is safe for concurrent use.
type slabs struct {
	mu    sync.Mutex
	free  [][]byte
	empty [][]byte // free ones without memory behind them
	rest  []byte   // of the newest slab, not handed out yet
}

// reserve is how many free chunks keep their memory when they will hardly be needed
// again.
const reserve = 2 * slabBytes / chunkBytes

// chunk returns an empty chunk with room for chunkBytes.
func (s *slabs) chunk() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range [...]*[][]byte{&s.free, &s.empty} {
		if n := len(*list) - 1; n >= 0 {
			c := (*list)[n]
			*list = (*list)[:n]
			return c
		}
	}
	if len(s.rest) == 0 {
		b := make([]byte, slabBytes+hugePage) // what is not used of it is never touched
		b = b[-reflect.ValueOf(b).Pointer()%hugePage:][:slabBytes]
		_ = unix.Madvise(b, unix.MADV_HUGEPAGE) // only a wish
		s.rest = b
	}
	c := s.rest[:0:chunkBytes]
	s.rest = s.rest[chunkBytes:]
	return c
}

// giveBack takes chunks whose bytes are not needed any more; others than those of
// chunkBytes are left to the garbage collector. done says that few will be asked for
// again: past the reserve their memory goes back to the system.
func (s *slabs) giveBack(chunks [][]byte, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range chunks {
		switch {
		case cap(c) != chunkBytes:
		case done && len(s.free) >= reserve && unix.Madvise(c[:chunkBytes], unix.MADV_DONTNEED) == nil:
			s.empty = append(s.empty, c[:0])
		default:
			s.free = append(s.free, c[:0])
		}
	}
}
