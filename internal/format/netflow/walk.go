package netflow

import (
	"encoding/binary"

	"barium/internal/event"
)

// op is what a field is read for.
type op uint8

const (
	opSkip op = iota
	opBytes
	opPkts
	opTotalBytes
	opTotalPkts
	opOutBytes
	opOutPkts
	opProto
	opFlags
	opSrcPort
	opDstPort
	opSrc4
	opDst4
	opSrc6
	opDst6
	opFirst
	opLast
	opStartSeconds
	opEndSeconds
	opStartMillis
	opEndMillis
	opStartNTP
	opEndNTP
	opStartDelta
	opEndDelta
	opBoot
	opDurationMillis
	opDurationMicros
	opICMP
	opICMPType
	opICMPCode
	opDirection
	opBiflow
	opInterval
	opSpace
	opInitiatorBytes
	opResponderBytes
	opInitiatorPkts
	opResponderPkts
	opFirewallEvent
	opBackBytes
	opBackPkts
	opBackFlags
)

// ops says what the information elements of IANA's IPFIX registry are read for.
// The numbers up to 127 are those of NetFlow v9 (RFC 3954 section 8).
var ops = map[uint16]op{
	1: opBytes, 2: opPkts, 85: opTotalBytes, 86: opTotalPkts, 23: opOutBytes, 24: opOutPkts,
	4: opProto, 6: opFlags, 7: opSrcPort, 11: opDstPort, 180: opSrcPort, 181: opDstPort, 182: opSrcPort, 183: opDstPort,
	8: opSrc4, 12: opDst4, 27: opSrc6, 28: opDst6,
	22: opFirst, 21: opLast, 150: opStartSeconds, 151: opEndSeconds, 152: opStartMillis, 153: opEndMillis,
	154: opStartNTP, 155: opEndNTP, 156: opStartNTP, 157: opEndNTP, 158: opStartDelta, 159: opEndDelta,
	160: opBoot, 161: opDurationMillis, 162: opDurationMicros,
	32: opICMP, 139: opICMP, 176: opICMPType, 177: opICMPCode, 178: opICMPType, 179: opICMPCode,
	61: opDirection, 239: opBiflow, 34: opInterval, 50: opInterval, 305: opInterval, 306: opSpace,
	231: opInitiatorBytes, 232: opResponderBytes, 298: opInitiatorPkts, 299: opResponderPkts, 233: opFirewallEvent,
}

// reverseOps are the same for the fields of the way back.
var reverseOps = map[uint16]op{1: opBackBytes, 2: opBackPkts, 85: opBackBytes, 86: opBackPkts, 6: opBackFlags}

// blank is a flow of which nothing is known.
var blank = flow{
	start: event.Unset, end: event.Unset, bytes: event.Unset, pkts: event.Unset, payload: event.Unset,
	back: counts{event.Unset, event.Unset, event.Unset}, direction: 255,
}

// late holds fields whose meaning depends on others of the record.
type late struct {
	totalBytes, totalPkts, outBytes, outPkts int64
	duration                                 int64 // µs
	icmp                                     int64 // type and code
	icmpType, icmpCode                       int64
	first, last                              int64 // ms since the exporter started
	interval, space                          int64 // of sampling
}

var blankLate = late{
	event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset, event.Unset,
}

// walk reads the record at the beginning of b into f and l. It returns what stands
// behind the record, and false when the record ends too early.
func (p *plan) walk(b []byte, c *clock, f *flow, l *late) (rest []byte, ok bool) {
	for _, s := range p.steps {
		n := int(s.n)
		if s.n == variable {
			if len(b) == 0 {
				return nil, false
			}
			n, b = int(b[0]), b[1:]
			if n == 255 {
				if len(b) < 2 {
					return nil, false
				}
				n, b = int(binary.BigEndian.Uint16(b)), b[2:]
			}
		}
		if n > len(b) {
			return nil, false
		}
		v := b[:n]
		b = b[n:]
		if s.do != opSkip {
			set(s.do, v, c, f, l)
		}
	}
	return b, true
}

// number reads up to eight bytes, the highest first. A count above 2^63-1 is none.
func number(v []byte) int64 {
	var n uint64
	switch len(v) {
	case 1:
		return int64(v[0])
	case 2:
		return int64(binary.BigEndian.Uint16(v))
	case 4:
		return int64(binary.BigEndian.Uint32(v))
	case 8:
		n = binary.BigEndian.Uint64(v)
	default:
		if len(v) == 0 || len(v) > 8 {
			return event.Unset
		}
		for _, c := range v {
			n = n<<8 | uint64(c)
		}
	}
	if n > 1<<63-1 {
		return event.Unset
	}
	return int64(n)
}

// times returns n·by, Unset when that is too large for a time.
func times(n, by int64) int64 {
	if n < 0 || n > maxTime/by {
		return event.Unset
	}
	return n * by
}

// set sets what a field says.
func set(do op, v []byte, c *clock, f *flow, l *late) {
	switch do {
	case opSrc4:
		f.key.src, f.hasSrc = addr4(v), true
		return
	case opDst4:
		f.key.dst, f.hasDst = addr4(v), true
		return
	case opSrc6: // a template may have both; the one in use is not all zero
		if a := event.Addr(v); !f.hasSrc || a != (event.Addr{}) {
			f.key.src, f.hasSrc = a, true
		}
		return
	case opDst6:
		if a := event.Addr(v); !f.hasDst || a != (event.Addr{}) {
			f.key.dst, f.hasDst = a, true
		}
		return
	case opStartNTP:
		f.start = ntp(v)
		return
	case opEndNTP:
		f.end = ntp(v)
		return
	}
	n := number(v)
	if n < 0 {
		return
	}
	switch do {
	case opBytes:
		f.bytes = n
	case opPkts:
		f.pkts = n
	case opProto:
		f.key.proto = uint8(n)
	case opSrcPort:
		f.key.sport = uint16(n)
	case opDstPort:
		f.key.dport = uint16(n)
	case opFlags:
		f.flags, f.hasFlags = uint8(n), true
	case opFirst:
		l.first = n
	case opLast:
		l.last = n
	case opStartMillis:
		f.start = times(n, 1000)
	case opEndMillis:
		f.end = times(n, 1000)
	case opStartSeconds:
		f.start = times(n, 1_000_000)
	case opEndSeconds:
		f.end = times(n, 1_000_000)
	case opStartDelta:
		f.start = c.export - n
	case opEndDelta:
		f.end = c.export - n
	case opDirection:
		f.direction = uint8(n)
	case opBiflow:
		f.biflow = uint8(n)
	default:
		setRare(do, n, c, f, l)
	}
}

func setRare(do op, n int64, c *clock, f *flow, l *late) {
	switch do {
	case opTotalBytes:
		l.totalBytes = n
	case opTotalPkts:
		l.totalPkts = n
	case opOutBytes:
		l.outBytes = n
	case opOutPkts:
		l.outPkts = n
	case opBoot:
		c.boot = max(0, times(n, 1000))
	case opDurationMillis:
		l.duration = times(n, 1000)
	case opDurationMicros:
		l.duration = times(n, 1)
	case opICMP:
		l.icmp = n
	case opICMPType:
		l.icmpType = n
	case opICMPCode:
		l.icmpCode = n
	case opInterval:
		l.interval = n
	case opSpace:
		l.space = n
	case opInitiatorBytes:
		f.payload = n
	case opResponderBytes:
		f.back.payload, f.both = n, true
	case opInitiatorPkts:
		f.pkts = n
	case opResponderPkts:
		f.back.pkts, f.both = n, true
	case opFirewallEvent:
		f.firewall = uint8(n)
	case opBackBytes:
		f.back.bytes, f.both = n, true
	case opBackPkts:
		f.back.pkts, f.both = n, true
	case opBackFlags:
		f.backFlags, f.hasBackFlags = uint8(n), true
	}
}

func addr4(v []byte) event.Addr {
	a := event.Addr{10: 0xff, 11: 0xff}
	copy(a[12:], v)
	return a
}

// settle completes a record once all of its fields are known.
func (l *late) settle(f *flow, c *clock) {
	if f.bytes < 0 { // the counters behind the exporter, or since the flow began
		f.bytes, f.pkts = l.outBytes, l.outPkts
		if f.bytes < 0 {
			f.bytes = l.totalBytes
		}
	}
	if f.pkts < 0 {
		f.pkts = l.totalPkts
	}
	if f.start < 0 && l.first >= 0 {
		if t, ok := c.switched(uint32(l.first)); ok {
			f.start = t
		}
	}
	if f.end < 0 && l.last >= 0 {
		if t, ok := c.switched(uint32(l.last)); ok {
			f.end = t
		}
	}
	switch {
	case l.duration < 0:
	case f.end < 0 && f.start >= 0:
		f.end = f.start + l.duration
	case f.start < 0 && f.end >= 0:
		f.start = f.end - l.duration
	}
	if f.key.proto == protoICMP || f.key.proto == protoICMPv6 {
		l.settleICMP(f)
	}
}

// settleICMP puts type and code where the ports stand. Exporters without fields
// for them write both into the destination port.
func (l *late) settleICMP(f *flow) {
	switch {
	case l.icmpType >= 0:
		f.key.sport, f.key.dport = uint16(l.icmpType)&0xff, uint16(max(0, l.icmpCode))&0xff
	case l.icmp >= 0:
		f.key.sport, f.key.dport = uint16(l.icmp)>>8, uint16(l.icmp)&0xff
	default:
		f.key.sport, f.key.dport = f.key.dport>>8, f.key.dport&0xff
	}
}

// oneIn returns 1 in how many packets the record's sampler takes, 0 when the
// record does not say.
func (l *late) oneIn() int64 {
	switch {
	case l.interval > 0 && l.space > 0: // so many packets, then so many not (RFC 5476)
		return 1 + l.space/l.interval
	case l.interval > 0 && l.space < 0:
		return l.interval
	}
	return 0
}
