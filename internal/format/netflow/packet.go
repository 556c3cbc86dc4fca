package netflow

import (
	"encoding/binary"

	"barium/internal/event"
)

// Types of what an Ethernet frame holds.
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherVLAN = 0x8100
	etherQinQ = 0x88a8
	etherMPLS = 0x8847
)

// ethernet reads the beginning of an Ethernet frame. VLAN tags and MPLS labels are
// passed over.
func ethernet(f *flow, b []byte) bool {
	if len(b) < 14 {
		return false
	}
	kind := binary.BigEndian.Uint16(b[12:])
	b = b[14:]
	for kind == etherVLAN || kind == etherQinQ {
		if len(b) < 4 {
			return false
		}
		kind = binary.BigEndian.Uint16(b[2:])
		b = b[4:]
	}
	switch kind {
	case etherIPv4, etherIPv6:
		return ip(f, b)
	case etherMPLS:
		for len(b) >= 4 {
			last := b[2]&1 != 0
			b = b[4:]
			if last {
				return ip(f, b)
			}
		}
	}
	return false
}

// ip reads an IP header and the ports behind it. Only the beginning of the packet
// is there.
func ip(f *flow, b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch b[0] >> 4 {
	case 4:
		head := int(b[0]&15) * 4
		if len(b) < 20 || head < 20 {
			return false
		}
		f.bytes = int64(binary.BigEndian.Uint16(b[2:]))
		f.key.proto = b[9]
		f.key.src, f.key.dst = addr4(b[12:16]), addr4(b[16:20])
		f.hasSrc, f.hasDst = true, true
		if binary.BigEndian.Uint16(b[6:])&0x1fff == 0 && len(b) >= head { // not a later fragment
			transport(f, b[head:], int64(head))
		}
		return true
	case 6:
		return ip6(f, b)
	}
	return false
}

// ip6 reads an IPv6 header and the extension headers behind it (RFC 8200 section 4).
func ip6(f *flow, b []byte) bool {
	const head = 40
	if len(b) < head {
		return false
	}
	f.bytes = head + int64(binary.BigEndian.Uint16(b[4:]))
	f.key.src, f.key.dst = event.Addr(b[8:24]), event.Addr(b[24:40])
	f.hasSrc, f.hasDst = true, true
	next, at := b[6], head
	for range 8 {
		switch next {
		case 0, 43, 60: // options, routing
			if len(b) < at+8 {
				return true
			}
			next, at = b[at], at+8+int(b[at+1])*8
		case 44: // fragment
			if len(b) < at+8 || binary.BigEndian.Uint16(b[at+2:])&^7 != 0 {
				return true
			}
			next, at = b[at], at+8
		default:
			f.key.proto = next
			if at <= len(b) {
				transport(f, b[at:], int64(at))
			}
			return true
		}
	}
	return true
}

// transport reads ports and flags. before is how many bytes of the packet stand
// before b.
func transport(f *flow, b []byte, before int64) {
	switch f.key.proto {
	case protoTCP:
		if len(b) < 14 {
			return
		}
		f.flags, f.hasFlags = b[13], true
		f.payload = max(0, f.bytes-before-int64(b[12]>>4)*4)
	case protoUDP:
		if len(b) < 8 {
			return
		}
		f.payload = max(0, f.bytes-before-8)
	case protoICMP, protoICMPv6:
		if len(b) < 2 {
			return
		}
		f.key.sport, f.key.dport = uint16(b[0]), uint16(b[1])
		f.payload = max(0, f.bytes-before-8)
		return
	case 132, 33: // SCTP, DCCP
		if len(b) < 4 {
			return
		}
	default:
		return
	}
	f.key.sport, f.key.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
}
