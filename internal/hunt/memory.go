package hunt

import (
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// DefaultMemory is what Run uses when Options.Memory is 0: a quarter of the
// machine's memory in bytes, 1 GiB when that cannot be told.
func DefaultMemory() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 1 << 30
	}
	return int64(info.Totalram * uint64(info.Unit) / 4)
}

// leastHeap is the least, in bytes, that the garbage collector is held to: below
// that it would do little else.
const leastHeap = 256 << 20

// Hold asks the garbage collector to keep the heap within memory bytes, instead of
// letting it grow to twice what is in use; the database's memory is not part of it.
// The function that it returns takes that back. The limit is one of the process:
// the last call counts.
func Hold(memory int64) (release func()) {
	before := debug.SetMemoryLimit(max(memory, leastHeap))
	return func() { debug.SetMemoryLimit(before) }
}
