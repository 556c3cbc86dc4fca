package pcap

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"

	"barium/internal/event"
)

// Limits of what is kept of a file.
const (
	sniffLen    = 512  // first bytes, to tell its type by
	maxFileName = 1024 // bytes of its name
)

// content is a file that is under way: what is counted of it, and its beginning.
type content struct {
	fuid    [fuidLength]byte
	name    []byte
	ts      event.Time // of its first byte
	offset  int64      // of the packet that brought its first byte
	head    []byte     // up to sniffLen bytes
	kind    string     // what mime said of so many bytes of head
	typed   int
	broken  bool // bytes of the head are missing
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

// mime returns the type of the file by its first bytes, "" when they do not
// tell.
func (c *content) mime() string {
	if c.typed != len(c.head) {
		c.kind, c.typed = sniffMIME(c.head), len(c.head)
	}
	return c.kind
}

// files hands over the files of one connection and numbers them.
type files struct {
	flow *flow
	n    uint64
}

// begin returns a file whose first byte came at ts in the packet at offset.
func (f *files) begin(ts event.Time, offset int64) *content {
	c := new(content)
	f.restart(c, ts, offset)
	return c
}

// restart makes c a file as begin returns it. What c was before is over.
func (f *files) restart(c *content, ts event.Time, offset int64) {
	f.n++
	*c = content{ts: ts, offset: offset, total: event.Unset, head: c.head[:0]}
	identifyFile(&c.fuid, &f.flow.head, ts, f.n)
}

// end hands a file over. A sink may spoil what it is given, so the id and the
// name, which other records need as well, are copies. protocol is what Zeek's files.log calls its source.
func (f *files) end(c *content, protocol string, orig bool) {
	s := own(f.flow.sink)
	s.text = s.text[:0]
	e := &s.file
	*e = event.File{
		Head: f.flow.head, FUID: lay(&s.text, c.fuid[:]), Protocol: lay(&s.text, protocol), MIME: lay(&s.text, c.mime()), Filename: lay(&s.text, c.name),
		Seen: c.seen, Total: c.total, Missing: c.missing,
	}
	e.TS, e.Offset = c.ts, c.offset
	if orig {
		e.IsOrig, e.TX, e.RX = event.Yes, e.Orig, e.Resp
	} else {
		e.IsOrig, e.TX, e.RX = event.No, e.Resp, e.Orig
	}
	s.File(e)
}

// fuidLength is the length of the id of a file: F and 17 digits of base 62, as
// Zeek's.
const fuidLength = 18

// identifyFile writes the id of the nth file of a connection, which began at ts:
// a hash, so that it is the same in each reading.
func identifyFile(id *[fuidLength]byte, h *event.Head, ts event.Time, n uint64) {
	var room [128]byte
	b := append(room[:0], h.UID...)
	b = append(b, h.Orig[:]...)
	b = append(b, h.Resp[:]...)
	b = binary.BigEndian.AppendUint16(b, h.OrigPort)
	b = binary.BigEndian.AppendUint16(b, h.RespPort)
	b = binary.BigEndian.AppendUint64(b, uint64(h.TS))
	b = binary.BigEndian.AppendUint64(b, uint64(ts))
	b = binary.BigEndian.AppendUint64(b, n)
	sum := sha256.Sum256(b)
	id[0] = 'F'
	firstDigits(id[1:], binary.BigEndian.Uint64(sum[:]), binary.BigEndian.Uint64(sum[8:]))
}

// firstDigits fills b with the first digits, in base 62 and in the order 0 to 9,
// a to z, A to Z, of the number hi * 2^64 + lo; with zeros before it when it is
// shorter.
func firstDigits(b []byte, hi, lo uint64) {
	const (
		part  = 10                      // digits
		power = 839_299_365_868_340_224 // 62^part
		digit = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	)
	var text [3 * part]byte
	for at := len(text); at > 0; at -= part {
		var rest uint64
		hi, rest = hi/power, hi%power
		lo, rest = bits.Div64(rest, lo, power)
		for i := at - 1; i >= at-part; i-- {
			text[i] = digit[rest%62]
			rest /= 62
		}
	}
	from := 0
	for from < len(text)-len(b) && text[from] == '0' {
		from++
	}
	copy(b, text[from:])
}
