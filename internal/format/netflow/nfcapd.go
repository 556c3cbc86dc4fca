package netflow

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"barium/internal/format"
)

// Nfcapd reads the files of nfcapd, of format 1 and 2, with the program nfdump. The
// offset of a record is its number in the file, counted from 0.
type Nfcapd struct{}

// Name implements format.Reader.
func (Nfcapd) Name() string { return "nfcapd" }

// nfcapdMagic begins each file, in the byte order of the machine that wrote it.
const nfcapdMagic = 0xA50C

// Sniff implements format.Reader.
func (Nfcapd) Sniff(head []byte, _ string) format.Sniffed {
	b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), "\r\n")
	if len(b) < 4 {
		return format.Sniffed{Why: "it does not begin as the files of nfcapd do"}
	}
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if order.Uint16(b) != nfcapdMagic {
			continue
		}
		if v := order.Uint16(b[2:]); v == 1 || v == 2 {
			return format.Sniffed{Confidence: format.Certain, Type: fmt.Sprintf("nfcapd flows (format %d)", v)}
		}
		return format.Sniffed{Why: "it is a file of nfcapd of another format than 1 or 2", Near: true}
	}
	return format.Sniffed{Why: "it does not begin as the files of nfcapd do"}
}

// nfdumpFields is what nfdump prints of a flow: plain numbers, times as seconds
// with three decimals. Every field of it has been there since nfdump 1.6.
const nfdumpFields = "fmt:%tsr|%td|%pr|%sa|%sp|%da|%dp|%flg|%ipkt|%ibyt|%opkt|%obyt|%it|%ic|%ra"

// silence is after how long without output nfdump is taken to hang.
const silence = 5 * time.Minute

// errNoNfdump says what to install.
var errNoNfdump = errors.New("nfcapd files are read with nfdump, which is not installed: apt-get install nfdump")

// Read implements format.Reader. nfdump reads nothing but regular files: the source
// is copied into a temporary file that has no name any more when nfdump starts.
func (Nfcapd) Read(ctx context.Context, r io.Reader, s format.Sink) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path, err := exec.LookPath("nfdump")
	if err != nil {
		return errNoNfdump
	}
	file, broken, err := spool(ctx, r)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := runNfdump(ctx, path, file, s); err != nil {
		return err
	}
	return broken
}

// spool copies r to an unlinked file. broken is the error of r, behind what could
// be read.
func spool(ctx context.Context, r io.Reader) (f *os.File, broken, err error) {
	f, err = os.CreateTemp("", "barium-nfcapd-")
	if err != nil {
		return nil, nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close() //nolint:errcheck // nothing was written
		return nil, nil, err
	}
	buf := make([]byte, 256<<10)
	for {
		if err := ctx.Err(); err != nil {
			f.Close() //nolint:errcheck // it goes away
			return nil, nil, err
		}
		n, rerr := r.Read(buf)
		if _, err := f.Write(buf[:n]); err != nil {
			f.Close() //nolint:errcheck // it goes away
			return nil, nil, fmt.Errorf("copying the file for nfdump: %w", err)
		}
		if errors.Is(rerr, io.EOF) {
			return f, nil, nil
		} else if rerr != nil {
			return f, rerr, nil
		}
	}
}

var _ format.Binary = Nfcapd{}

// Record implements format.Binary, to say that nothing can be shown.
func (Nfcapd) Record([]byte, io.Reader) (raw []byte, text string, err error) {
	return nil, "", errors.New("a flow of an nfcapd file has no bytes of its own: its offset is its number in the order of nfdump -r")
}

// runNfdump prints the flows of file and reads them.
func runNfdump(ctx context.Context, path string, file *os.File, s format.Sink) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	hangs := time.AfterFunc(silence, cancel)
	defer hangs.Stop()
	// The arguments are fixed, and no shell reads them. Descriptor 3 is the file.
	c := exec.CommandContext(inner, path, "-q", "-6", "-N", "-r", "/proc/self/fd/3", "-o", nfdumpFields)
	c.ExtraFiles = []*os.File{file}
	c.Env = []string{"TZ=UTC", "LC_ALL=C", "PATH=/usr/bin:/bin"}
	c.WaitDelay = 5 * time.Second
	var said tail
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("starting nfdump: %w", err)
	}
	readErr := readNfdump(ctx, out, s, func() { hangs.Reset(silence) })
	cancelled := inner.Err() != nil && ctx.Err() == nil
	if readErr != nil {
		cancel() // it may still be printing
	}
	err = c.Wait()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case cancelled:
		return fmt.Errorf("nfdump printed nothing for %s and was stopped", silence)
	case readErr != nil:
		return readErr
	case err != nil:
		return fmt.Errorf("nfdump could not read all of the file: %w%s", err, said.text())
	case said.text() != "":
		s.Warn("nfdump says" + said.text())
	}
	return nil
}

// readNfdump reads what nfdump prints.
func readNfdump(ctx context.Context, out io.Reader, s format.Sink, alive func()) error {
	lines := bufio.NewReaderSize(out, 64<<10)
	st := newStitcher(s.Conn)
	p := nfdumpLines{exporters: map[string]*exporter{}}
	for n := int64(0); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) { // no flow is so long
			s.Bad(n, n+1, "a line of nfdump that is too long", line[:sampleBytes])
			n++
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = lines.ReadSlice('\n')
			}
			line = nil
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if n%4096 == 0 {
				alive()
			}
			if f, reason := p.flow(line); reason != "" {
				s.Bad(n, n+1, reason, line[:min(len(line), sampleBytes)])
			} else {
				f.offset, f.line = n, n+1
				st.add(f, 0)
			}
			n++
		}
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			break
		} else if err != nil {
			return err
		}
	}
	st.end()
	return nil
}

// tail keeps the beginning of what a program says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

// Write implements io.Writer; it never fails.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	const most = 512
	t.b = append(t.b, b[:min(len(b), most-len(t.b))]...)
	return len(b), nil
}

// text returns it in one line, behind a colon; empty when nothing was said.
func (t *tail) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := strings.Join(strings.Fields(string(t.b)), " ")
	if s == "" {
		return ""
	}
	return ": " + s
}
