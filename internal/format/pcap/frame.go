package pcap

import (
	"math/bits"

	"barium/internal/event"
)

// frame is one packet as captured. Its data is valid until the next one.
type frame struct {
	offset int64 // of its record header or block
	number int64 // from 1
	ts     event.Time
	link   linkType
	data   []byte
	length int // on the wire; more than data when the capture cut it off
}

// linkType is what frames begin with, by the number of the registry
// (https://www.tcpdump.org/linktypes.html).
type linkType uint32

// The link types that are read.
const (
	linkNull     linkType = 0
	linkEthernet linkType = 1
	linkPPP      linkType = 9
	linkRaw12    linkType = 12 // what LINKTYPE_RAW is called on most systems
	linkRaw14    linkType = 14 // and on OpenBSD
	linkPPPHDLC  linkType = 50
	linkRaw      linkType = 101
	linkLoop     linkType = 108
	linkSLL      linkType = 113
	linkIPv4     linkType = 228
	linkIPv6     linkType = 229
	linkSLL2     linkType = 276
)

// micros converts a count of ticks to microseconds. It is 0 when the result is
// no time that a record could have.
func micros(ticks, perSecond uint64, offset int64) (event.Time, bool) {
	hi, lo := bits.Mul64(ticks, 1_000_000)
	if perSecond == 0 || hi >= perSecond {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, perSecond)
	const most = 1 << 62
	if q > most || offset > most/1_000_000 || offset < -most/1_000_000 {
		return 0, false
	}
	return event.Time(int64(q) + offset*1_000_000), true
}
