package duck

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// holder says in words which process has a file locked.
func holder(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return "another process"
	}
	defer f.Close()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(f.Fd(), syscall.F_GETLK, &lock); err != nil || lock.Type == syscall.F_UNLCK || lock.Pid <= 0 {
		return "another process"
	}
	who := fmt.Sprintf("process %d", lock.Pid)
	// The name is for people only; where there is no /proc, the number must do.
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", lock.Pid))
	if err != nil || len(line) == 0 {
		return who
	}
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(string(bytes.TrimRight(line, "\x00")), "?"))
	const most = 120
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + " …"
	}
	return who + " (" + name + ")"
}
