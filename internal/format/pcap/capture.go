package pcap

import (
	"barium/internal/event"
	"barium/internal/format"
)

// capture finds the frames of a source, whichever container it has.
type capture struct {
	src     *source
	sink    format.Sink
	number  int64      // of the last frame
	last    event.Time // its time, to know others by
	held    int        // bytes of the source that the last frame lies in
	classic classic
	record  classicHead // of the last frame
	ng      *ng         // nil for the container pcap
	started bool
	keep    bool   // keep header
	header  []byte // what must stand before a packet for it to be read by itself
}

// next finds the next frame; false at the end of the source.
func (c *capture) next(f *frame) bool {
	if c.held > 0 {
		c.src.take(c.held)
		c.held = 0
	}
	if !c.started && !c.start() {
		return false
	}
	if c.ng != nil {
		return c.nextBlock(f)
	}
	return c.nextClassic(f)
}

// start reads what says which container it is.
func (c *capture) start() bool {
	c.started = true
	b := c.src.peek(fileHeader)
	if file, ok := parseClassic(b); ok {
		c.begin(file, b)
		return true
	}
	if isSection(b) {
		c.ng = &ng{}
		return true
	}
	if len(b) > 0 {
		c.number = 1
		c.bad("neither a pcap nor a pcapng header at the beginning", b)
	}
	// The rest of the source is read, for whoever wants its hash.
	for len(c.src.peek(1)) > 0 && c.src.pass(readAhead) {
		continue
	}
	return false
}

// begin takes the file header b.
func (c *capture) begin(file classic, b []byte) {
	c.classic = file
	c.remember(b, true)
	c.src.take(fileHeader)
}

// maxHeader is how much of headers is kept.
const maxHeader = 256 << 10

// remember keeps a header; a fresh one takes the place of all before it.
func (c *capture) remember(b []byte, fresh bool) {
	if !c.keep {
		return
	}
	if fresh {
		c.header = nil // the old one may still be with who asked for it
	}
	if len(c.header)+len(b) <= maxHeader {
		c.header = append(c.header[:len(c.header):len(c.header)], b...)
	}
}

// bad reports bytes at the source's place that are no packet.
func (c *capture) bad(reason string, sample []byte) {
	c.sink.Bad(c.src.at, max(c.number, 1), reason, sample[:min(len(sample), maxSample)])
}

// cutOff reports a packet that the source ends in.
func (c *capture) cutOff(b []byte) {
	if c.src.ctx.Err() != nil {
		return
	}
	c.number++
	c.bad("the file ends in the middle of a packet", b)
	c.src.take(len(b))
}
