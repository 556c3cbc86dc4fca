package pcap

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/big"

	"barium/internal/event"
)

// Limits of what is kept of a file.
const (
	sniffLen    = 512  // first bytes, to tell its type by
	maxFileName = 1024 // bytes of its name
)

// content is a file that is under way: what is counted of it, and its beginning.
type content struct {
	fuid    []byte
	name    []byte
	ts      event.Time // of its first byte
	offset  int64      // of the packet that brought its first byte
	head    []byte     // up to sniffLen bytes
	broken  bool       // bytes of the head are missing
	seen    int64
	missing int64
	total   int64 // event.Unset when the protocol did not say
}

// write counts b as the next bytes of the file.
func (c *content) write(b []byte) {
	if n := sniffLen - len(c.head); n > 0 && !c.broken {
		c.head = append(c.head, b[:min(n, len(b))]...)
	}
	c.seen += int64(len(b))
}

// gap counts n bytes of the file that were not captured.
func (c *content) gap(n int64) {
	c.missing += n
	c.broken = c.broken || len(c.head) < sniffLen
}

// mime returns the type of the file by its first bytes, nil when they do not
// tell.
func (c *content) mime() []byte {
	if t := sniffMIME(c.head); t != "" {
		return []byte(t)
	}
	return nil
}

// files hands over the files of one connection and numbers them.
type files struct {
	flow *flow
	n    uint64
}

// begin returns a file whose first byte came at ts in the packet at offset.
func (f *files) begin(ts event.Time, offset int64) *content {
	f.n++
	return &content{fuid: fuid(&f.flow.head, ts, f.n), ts: ts, offset: offset, total: event.Unset}
}

// end hands a file over. A sink may spoil what it is given, so the id and the
// name, which other records need as well, are copies. protocol is what Zeek's files.log calls its source.
func (f *files) end(c *content, protocol string, orig bool) {
	e := event.File{
		Head: f.flow.head, FUID: bytes.Clone(c.fuid), Protocol: []byte(protocol), MIME: c.mime(), Filename: bytes.Clone(c.name),
		Seen: c.seen, Total: c.total, Missing: c.missing,
	}
	e.TS, e.Offset = c.ts, c.offset
	if orig {
		e.IsOrig, e.TX, e.RX = event.Yes, e.Orig, e.Resp
	} else {
		e.IsOrig, e.TX, e.RX = event.No, e.Resp, e.Orig
	}
	f.flow.sink.File(&e)
}

// fuid returns the id of the nth file of a connection, which began at ts: F and 17 letters and
// digits, like Zeek's, but a hash, so that it is the same in each reading.
func fuid(h *event.Head, ts event.Time, n uint64) []byte {
	var b []byte
	b = append(b, h.UID...)
	b = append(b, h.Orig[:]...)
	b = append(b, h.Resp[:]...)
	b = binary.BigEndian.AppendUint16(b, h.OrigPort)
	b = binary.BigEndian.AppendUint16(b, h.RespPort)
	b = binary.BigEndian.AppendUint64(b, uint64(h.TS))
	b = binary.BigEndian.AppendUint64(b, uint64(ts))
	b = binary.BigEndian.AppendUint64(b, n)
	sum := sha256.Sum256(b)
	text := new(big.Int).SetBytes(sum[:16]).Text(62)
	for len(text) < 17 {
		text = "0" + text
	}
	return []byte("F" + text[:17])
}
