package pcap

import (
	"encoding/binary"
)

// The container pcapng (draft-ietf-opsawg-pcapng): blocks of a type, a length, a
// body and the length again. Sections begin anew with a byte order and a list of
// interfaces.

// Types of blocks.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockNames     = 4
	blockStats     = 5
	blockEnhanced  = 6
	blockSecrets   = 10
)

const (
	minBlock   = 12
	minSection = 28
	// maxInterfaces is how many interfaces of a section are known.
	maxInterfaces = 1 << 16
	// maxOther is the longest block that is passed over without a look: names,
	// secrets, what other programs keep.
	maxOther = 16 << 20
)

// ng is the state of a section.
type ng struct {
	order binary.ByteOrder
	ifs   []iface
}

// iface is one interface that packets were captured on.
type iface struct {
	link      linkType
	snap      uint32
	perSecond uint64 // ticks
	offset    int64  // seconds
}

// block is one block, whole.
type block struct {
	kind uint32
	body []byte
}

// isSection reports whether b begins with a section header.
func isSection(b []byte) bool {
	return len(b) >= 12 && binary.LittleEndian.Uint32(b) == blockSection && sectionOrder(b[8:]) != nil
}

// sectionOrder returns the byte order that the body of a section header is in,
// nil if it has none.
func sectionOrder(b []byte) binary.ByteOrder {
	switch binary.LittleEndian.Uint32(b) {
	case 0x1a2b3c4d:
		return binary.LittleEndian
	case 0x4d3c2b1a:
		return binary.BigEndian
	}
	return nil
}

// known reports whether a type of block is one that the format defines.
func known(kind uint32) bool {
	switch {
	case kind >= blockInterface && kind <= blockSecrets, kind == blockSection:
		return true
	case kind == 0x00000bad, kind == 0x40000bad: // custom blocks
		return true
	}
	return kind&0x80000000 != 0 // local use
}

// isFrame reports whether blocks of a type hold a packet.
func isFrame(kind uint32) bool {
	return kind == blockPacket || kind == blockSimple || kind == blockEnhanced
}

// head reads type and length of the block at b, which holds 12 bytes at least.
func (n *ng) head(b []byte) (kind, length uint32, ok bool) {
	if isSection(b) {
		order := sectionOrder(b[8:])
		length = order.Uint32(b[4:])
		return blockSection, length, length >= minSection && length%4 == 0 && length <= maxFrame
	}
	if n.order == nil {
		return 0, 0, false
	}
	kind, length = n.order.Uint32(b), n.order.Uint32(b[4:])
	most := uint32(maxFrame)
	if !isFrame(kind) && kind != blockInterface {
		most = maxOther
	}
	return kind, length, known(kind) && kind != blockSection && length >= minBlock && length%4 == 0 && length <= most
}

// nextBlock finds the next frame of a pcapng file.
func (c *capture) nextBlock(f *frame) bool {
	for i := 0; ; i++ {
		if i&0xff == 0xff && c.src.ctx.Err() != nil {
			return false
		}
		b := c.src.peek(minBlock)
		if len(b) == 0 {
			return false
		}
		if len(b) < minBlock {
			c.cutOff(b)
			return false
		}
		kind, length, ok := c.ng.head(b)
		if !ok {
			c.number++
			c.bad("a pcapng block of no known type, or with an impossible length", b)
			if !c.findBlock() {
				return false
			}
			continue
		}
		if !isFrame(kind) && kind != blockSection && kind != blockInterface {
			if !c.src.pass(int64(length)) {
				return false
			}
			continue
		}
		b = c.src.peek(int(length))
		if len(b) < int(length) {
			c.cutOff(b)
			return false
		}
		if !isFrame(kind) {
			c.remember(b, kind == blockSection)
		}
		found, reason := c.ng.take(block{kind, b[8 : length-4]}, f)
		if isFrame(kind) || reason != "" {
			c.number++
		}
		if reason != "" {
			c.bad(reason, b)
		}
		if found {
			f.offset, f.number = c.src.at, c.number
			c.held = int(length)
			return true
		}
		c.src.take(int(length))
	}
}

// findBlock goes on to the next block that says its length twice.
func (c *capture) findBlock() bool {
	c.src.take(1)
	for i := 0; ; i++ {
		if i&0xfff == 0 && c.src.ctx.Err() != nil {
			return false
		}
		b := c.src.peek(minBlock)
		if len(b) < minBlock {
			c.src.take(len(b))
			return false
		}
		if kind, length, ok := c.ng.head(b); ok && kind&0x80000000 == 0 && length <= maxFrame {
			order := c.ng.order
			if kind == blockSection {
				order = sectionOrder(b[8:])
			}
			if b := c.src.peek(int(length)); len(b) == int(length) && order.Uint32(b[length-4:]) == length {
				return true
			}
		}
		c.src.take(1)
	}
}

// take takes a block in. It fills f when it holds a packet; the reason says what
// is wrong with it.
func (n *ng) take(b block, f *frame) (found bool, reason string) {
	switch b.kind {
	case blockSection:
		n.order, n.ifs = sectionOrder(b.body), n.ifs[:0]
		if n.order.Uint16(b.body[4:]) != 1 {
			return false, "a pcapng section of an unknown version"
		}
		return false, ""
	case blockInterface:
		return false, n.addInterface(b.body)
	case blockSimple:
		return false, "a packet without a time (simple packet block)"
	}
	if len(b.body) < 20 {
		return false, "a packet block that is too short"
	}
	id := n.order.Uint32(b.body)
	if b.kind == blockPacket {
		id = uint32(n.order.Uint16(b.body))
	}
	if int64(id) >= int64(len(n.ifs)) {
		return false, "a packet of an interface that is not described"
	}
	i := &n.ifs[id]
	captured, length := n.order.Uint32(b.body[12:]), n.order.Uint32(b.body[16:])
	if int64(captured) > int64(len(b.body)-20) {
		return false, "a packet longer than its block"
	}
	ticks := uint64(n.order.Uint32(b.body[4:]))<<32 | uint64(n.order.Uint32(b.body[8:]))
	ts, ok := micros(ticks, i.perSecond, i.offset)
	if !ok {
		return false, "a packet with an impossible time"
	}
	*f = frame{ts: ts, link: i.link, data: b.body[20 : 20+captured], length: int(max(length, captured))}
	return true, ""
}

// Options of interfaces.
const (
	optEnd        = 0
	optResolution = 9
	optOffset     = 14
)

// addInterface takes in an interface description block.
func (n *ng) addInterface(b []byte) (reason string) {
	i := iface{perSecond: 1_000_000}
	if len(b) < 8 {
		return "an interface block that is too short"
	}
	if len(n.ifs) == maxInterfaces {
		return "more than 65536 interfaces"
	}
	i.link, i.snap = linkType(n.order.Uint16(b)), n.order.Uint32(b[4:])
	for b = b[8:]; len(b) >= 4; {
		code, length := n.order.Uint16(b), int(n.order.Uint16(b[2:]))
		if b = b[4:]; code == optEnd || length > len(b) {
			break
		}
		switch value := b[:length]; {
		case code == optResolution && length == 1:
			i.perSecond = resolution(value[0])
		case code == optOffset && length == 8:
			i.offset = int64(n.order.Uint64(value))
		}
		b = b[min(len(b), (length+3)&^3):]
	}
	n.ifs = append(n.ifs, i) // its packets are named by its place, so also when it is of no use
	if i.perSecond == 0 {
		return "an interface with an impossible resolution of time"
	}
	return ""
}

// resolution returns how many ticks a second has, 0 when that is more than can
// be counted: a power of 10, or of 2 when the highest bit is set.
func resolution(v byte) uint64 {
	if v&0x80 != 0 {
		if v &= 0x7f; v > 63 {
			return 0
		}
		return 1 << v
	}
	if v > 19 {
		return 0
	}
	n := uint64(1)
	for range v {
		n *= 10
	}
	return n
}
