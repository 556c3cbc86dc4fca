package netflow

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"net/netip"

	"barium/internal/event"
)

// Magic begins each file; behind it stands the version of the framing.
const Magic = "barium datagrams"

// HeadBytes is how many bytes stand before the first frame.
const HeadBytes = len(Magic) + 4

const framing = 1 // version

const (
	frameMagic = "BDGM"
	frameHead  = 40
	// MaxDatagram is the longest datagram that a frame can hold.
	MaxDatagram = 1<<16 - 1
)

// Flags of a frame.
const (
	// Carried marks a datagram that stands in an earlier file already. It is here
	// again for its templates, so that each file can be read by itself.
	Carried = 1
	// Lost marks a frame without datagram: its eight bytes are how many datagrams
	// were lost before this place, since the listening began.
	Lost = 2
)

// Frame is one datagram and where it came from.
type Frame struct {
	Flags    uint16
	Time     event.Time // when it arrived
	Sender   netip.AddrPort
	Port     uint16 // at which it arrived
	Datagram []byte
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendHead appends what a file begins with.
func AppendHead(b []byte) []byte {
	return binary.BigEndian.AppendUint32(append(b, Magic...), framing)
}

// AppendTo appends the frame to b. The datagram may have MaxDatagram bytes.
func (f *Frame) AppendTo(b []byte) []byte {
	at := len(b)
	b = append(b, frameMagic...)
	b = binary.BigEndian.AppendUint16(b, f.Flags)
	b = binary.BigEndian.AppendUint16(b, uint16(len(f.Datagram)))
	b = binary.BigEndian.AppendUint64(b, uint64(f.Time))
	addr := event.AddrFrom(f.Sender.Addr())
	b = append(b, addr[:]...)
	b = binary.BigEndian.AppendUint16(b, f.Sender.Port())
	b = binary.BigEndian.AppendUint16(b, f.Port)
	sum := crc32.Update(crc32.Checksum(b[at+4:], castagnoli), castagnoli, f.Datagram)
	b = binary.BigEndian.AppendUint32(b, sum)
	return append(b, f.Datagram...)
}

// AppendLost appends a frame that says that n datagrams were lost so far.
func AppendLost(b []byte, at event.Time, n uint64) []byte {
	f := Frame{Flags: Lost, Time: at, Datagram: binary.BigEndian.AppendUint64(nil, n)}
	return f.AppendTo(b)
}

// parseFrame reads the frame at the beginning of b. n is its length, 0 when b does
// not begin with a whole frame; more is how many bytes would have to stand in b.
func parseFrame(b []byte, f *Frame) (n, more int) {
	if len(b) < frameHead {
		return 0, frameHead
	}
	if string(b[:4]) != frameMagic {
		return 0, 0
	}
	n = frameHead + int(binary.BigEndian.Uint16(b[6:]))
	if len(b) < n {
		return 0, n
	}
	sum := crc32.Update(crc32.Checksum(b[4:36], castagnoli), castagnoli, b[frameHead:n])
	if sum != binary.BigEndian.Uint32(b[36:]) {
		return 0, 0
	}
	f.Flags = binary.BigEndian.Uint16(b[4:])
	f.Time = event.Time(binary.BigEndian.Uint64(b[8:]))
	sender := event.Addr(b[16:32])
	f.Sender = netip.AddrPortFrom(sender.Netip(), binary.BigEndian.Uint16(b[32:]))
	f.Port = binary.BigEndian.Uint16(b[34:])
	f.Datagram = b[frameHead:n]
	return n, 0
}

// isHead reports whether b begins as a file does.
func isHead(b []byte) bool {
	return len(b) >= HeadBytes && string(b[:len(Magic)]) == Magic && binary.BigEndian.Uint32(b[len(Magic):]) == framing
}

// sampleBytes is how much of a bad record is shown.
const sampleBytes = 256

// scanBytes holds the longest frame twice over.
const scanBytes = 256 << 10

// scanner finds the frames of a source.
type scanner struct {
	r     io.Reader
	buf   []byte
	at    int   // of what was not taken yet, in buf
	base  int64 // offset of buf in the source
	count int64 // frames and damaged places so far
	err   error // of r

	// bad is told of bytes that are no frame: where they begin, how many they are,
	// and the first of them.
	bad func(offset, n int64, sample []byte)
}

func newScanner(r io.Reader, bad func(offset, n int64, sample []byte)) *scanner {
	return &scanner{r: r, buf: make([]byte, 0, scanBytes), bad: bad}
}

// offset is that of the next byte.
func (s *scanner) offset() int64 { return s.base + int64(s.at) }

// need makes n bytes stand at s.at, fewer only at the end of the source.
func (s *scanner) need(n int) []byte {
	for len(s.buf)-s.at < n && s.err == nil {
		if s.at+n > cap(s.buf) {
			s.base += int64(s.at)
			s.buf = s.buf[:copy(s.buf, s.buf[s.at:])]
			s.at = 0
		}
		m, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+m]
		s.err = err
	}
	return s.buf[s.at:]
}

// next reads the next frame into f and returns its offset. The datagram is valid
// until the next call. It reports false at the end of the source.
func (s *scanner) next(f *Frame) (offset int64, ok bool) {
	for {
		b := s.need(frameHead)
		if len(b) == 0 {
			return 0, false
		}
		if isHead(b) {
			s.at += HeadBytes
			continue
		}
		n, more := parseFrame(b, f)
		if n == 0 && more > len(b) {
			b = s.need(more)
			n, _ = parseFrame(b, f)
		}
		if n > 0 {
			offset = s.offset()
			s.at += n
			s.count++
			return offset, true
		}
		s.damage()
	}
}

// damage passes over bytes up to the next frame or head.
func (s *scanner) damage() {
	from := s.offset()
	var sample []byte
	take := func(n int) {
		room := min(n, sampleBytes-len(sample))
		sample = append(sample, s.buf[s.at:s.at+room]...)
		s.at += n
	}
	take(1)
	for {
		b := s.need(frameHead + MaxDatagram)
		if len(b) == 0 || isHead(b) {
			break
		}
		var f Frame
		if n, _ := parseFrame(b, &f); n > 0 {
			break
		}
		// On to the next byte that may begin either.
		n := len(b)
		if i := bytes.IndexAny(b[1:], "Bb"); i >= 0 {
			n = i + 1
		}
		take(n)
	}
	s.count++
	s.bad(from, s.offset()-from, sample)
}

// end returns the error of the source; its end is none.
func (s *scanner) end() error {
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}
