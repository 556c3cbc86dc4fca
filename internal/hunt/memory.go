package hunt

import "golang.org/x/sys/unix"

// quarterOfMemory returns a quarter of the machine's memory in bytes, 1 GiB
// when it cannot be told.
func quarterOfMemory() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 1 << 30
	}
	return int64(info.Totalram * uint64(info.Unit) / 4)
}

// DefaultMemory is what Run uses when Options.Memory is 0: a quarter of the
// machine's memory, in bytes.
func DefaultMemory() int64 { return quarterOfMemory() }
