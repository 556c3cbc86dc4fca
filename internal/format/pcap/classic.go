package pcap

import (
	"encoding/binary"

	"barium/internal/event"
	"barium/internal/format"
)

// The container pcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then
// records of a header of 16 bytes and the packet.

const (
	fileHeader   = 24
	recordHeader = 16
	// maxFrame is the longest packet that is taken for one.
	maxFrame = format.MaxRecord - 64
	// usualSnap is the longest packet in files that do not say, or say nonsense:
	// tcpdump's own limit.
	usualSnap = 262144
)

// classic is what the file header says.
type classic struct {
	order  binary.ByteOrder
	big    bool // order is that of the most significant byte first
	nano   bool
	header int // length of a record header
	snap   uint32
	link   linkType
}

// mayBeClassic reports whether b begins as a file header may: its first number is
// one of parseClassic's.
func mayBeClassic(b []byte) bool {
	return len(b) >= 4 && (b[0] == 0xa1 && b[1] == 0xb2 || b[3] == 0xa1 && b[2] == 0xb2)
}

// parseClassic reads a file header.
func parseClassic(b []byte) (c classic, ok bool) {
	if len(b) < fileHeader {
		return c, false
	}
	c.header = recordHeader
	switch binary.LittleEndian.Uint32(b) {
	case 0xa1b2c3d4:
		c.order = binary.LittleEndian
	case 0xd4c3b2a1:
		c.order = binary.BigEndian
	case 0xa1b23c4d:
		c.order, c.nano = binary.LittleEndian, true
	case 0x4d3cb2a1:
		c.order, c.nano = binary.BigEndian, true
	case 0xa1b2cd34: // as patched by A. Kuznetsov, with 8 bytes more for each packet
		c.order, c.header = binary.LittleEndian, recordHeader+8
	case 0x34cdb2a1:
		c.order, c.header = binary.BigEndian, recordHeader+8
	default:
		return c, false
	}
	c.big = c.order == binary.BigEndian
	if major, minor := c.order.Uint16(b[4:]), c.order.Uint16(b[6:]); major != 2 || minor > 4 {
		return c, false
	}
	c.snap = c.order.Uint32(b[16:])
	if c.snap < 16 || c.snap > maxFrame {
		c.snap = usualSnap
	}
	c.link = linkType(c.order.Uint32(b[20:]) & 0xffff) // above: the length of frame check sums
	return c, true
}

// classicHead is a record header.
type classicHead struct {
	ts           event.Time
	captured     uint32
	length       uint32
	sec, subsecs uint32
}

// parse reads the record header that b begins with.
func (c *classic) parse(h *classicHead, b []byte) {
	_ = b[15]
	if c.big { // not through order: a call of each of these costs as much as the rest
		h.sec, h.subsecs = binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
		h.captured, h.length = binary.BigEndian.Uint32(b[8:]), binary.BigEndian.Uint32(b[12:])
	} else {
		h.sec, h.subsecs = binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
		h.captured, h.length = binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])
	}
	h.ts = event.Time(h.sec) * 1_000_000
	if c.nano {
		h.ts += event.Time(h.subsecs / 1000)
	} else {
		h.ts += event.Time(h.subsecs)
	}
}

// whole reports whether a record header could be one. Some programs write more
// than the snapshot length that they announce.
func (c *classic) whole(h *classicHead) bool {
	unit := uint32(1_000_000)
	if c.nano {
		unit = 1_000_000_000
	}
	return h.captured <= max(c.snap, usualSnap) && h.captured <= maxFrame && h.subsecs < unit
}

// likely reports whether a record header is one when nothing but its content
// speaks for it. last is the time of the last packet before it.
func (c *classic) likely(h *classicHead, last event.Time) bool {
	const month = 31 * 86400 * 1_000_000
	const longest = 1 << 18
	return c.whole(h) && h.captured <= h.length && h.length <= longest && h.captured > 0 &&
		(last == 0 || h.ts > last-month && h.ts < last+month)
}

// nextClassic finds the next frame of a pcap file.
func (c *capture) nextClassic(f *frame) bool {
	for {
		b := c.src.peek(fileHeader)
		if len(b) == 0 {
			return false
		}
		if mayBeClassic(b) {
			if file, ok := parseClassic(b); ok { // another file was appended
				c.begin(file, b)
				continue
			}
		}
		if len(b) < c.classic.header {
			c.cutOff(b)
			return false
		}
		h := &c.record
		c.classic.parse(h, b)
		if !c.classic.whole(h) {
			c.number++
			c.bad("a packet header with impossible times or lengths", b)
			if !c.findClassic() {
				return false
			}
			continue
		}
		n := c.classic.header + int(h.captured)
		b = c.src.peek(n)
		if len(b) < n {
			c.cutOff(b)
			return false
		}
		c.number++
		c.last = h.ts
		f.offset, f.number, f.ts, f.link = c.src.at, c.number, h.ts, c.classic.link
		f.data, f.length = b[c.classic.header:], max(int(h.length), int(h.captured))
		c.held = n
		return true
	}
}

// findClassic goes on to where two record headers that are likely follow one
// another, or one and the end.
func (c *capture) findClassic() bool {
	head := c.classic.header
	c.src.take(1)
	for i := 0; ; i++ {
		if i&0xfff == 0 && c.src.ctx.Err() != nil {
			return false
		}
		b := c.src.peek(head)
		if len(b) < head {
			c.src.take(len(b))
			return false
		}
		var h, next classicHead
		c.classic.parse(&h, b)
		if c.classic.likely(&h, c.last) {
			n := head + int(h.captured)
			more := c.src.peek(n + head)
			if len(more) == n {
				return true
			}
			if len(more) == n+head {
				c.classic.parse(&next, more[n:])
				if c.classic.likely(&next, h.ts) {
					return true
				}
			}
		}
		c.src.take(1)
	}
}
