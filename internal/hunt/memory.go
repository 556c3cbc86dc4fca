package hunt

import "golang.org/x/sys/unix"

// DefaultMemory is what Run uses when Options.Memory is 0: a quarter of the
// machine's memory in bytes, 1 GiB when that cannot be told.
func DefaultMemory() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 1 << 30
	}
	return int64(info.Totalram * uint64(info.Unit) / 4)
}
