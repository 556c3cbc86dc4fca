package netflow

import (
	"encoding/binary"
	"net/netip"

	"barium/internal/event"
)

// The functions here build datagrams and files of them.

var be = binary.BigEndian

// at is when the datagrams of the tests arrive: 2026-03-02 10:00 UTC.
const at = event.Time(1772445600_000_000)

// exporterAddr sends them.
var exporterAddr = netip.MustParseAddrPort("192.0.2.1:40000")

// file makes a file of datagrams, one second apart.
func file(datagrams ...[]byte) []byte {
	b := AppendHead(nil)
	for i, d := range datagrams {
		b = frame(b, i, 0, d)
	}
	return b
}

func frame(b []byte, i int, flags uint16, d []byte) []byte {
	f := Frame{Flags: flags, Time: at + event.Time(i)*1_000_000, Sender: exporterAddr, Port: 2055, Datagram: d}
	return f.AppendTo(b)
}

// rec is a flow to be put into a datagram. Times are ms before the export.
type rec struct {
	src, dst     string
	sport, dport uint16
	proto, flags uint8
	bytes, pkts  uint32
	first, last  uint32
}

const (
	exportSeconds = uint32(at / 1_000_000)
	uptime        = uint32(1_000_000)
)

func u16(b []byte, n ...uint16) []byte {
	for _, x := range n {
		b = be.AppendUint16(b, x)
	}
	return b
}

func u32(b []byte, n ...uint32) []byte {
	for _, x := range n {
		b = be.AppendUint32(b, x)
	}
	return b
}

func ipBytes(b []byte, a string) []byte { return append(b, netip.MustParseAddr(a).AsSlice()...) }

// legacy5 makes a datagram of NetFlow v5.
func legacy5(recs ...rec) []byte {
	b := u16(nil, 5, uint16(len(recs)))
	b = u32(b, uptime, exportSeconds, 0, 0)
	b = append(b, 0, 0, 0, 0)
	for _, r := range recs {
		b = ipBytes(ipBytes(b, r.src), r.dst)
		b = u32(b, 0)
		b = u16(b, 1, 2)
		b = u32(b, r.pkts, r.bytes, uptime-r.first, uptime-r.last)
		b = u16(b, r.sport, r.dport)
		b = append(b, 0, r.flags, r.proto, 0)
		b = u16(b, 0, 0)
		b = append(b, 0, 0, 0, 0)
	}
	return b
}

// field is one of a template: number, length, enterprise.
type field struct {
	number, length uint16
	enterprise     uint32
}

// flowFields lay out a rec with IPv4 addresses; lines of RFC 3954 section 8.
var flowFields = []field{{8, 4, 0}, {12, 4, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0}, {6, 1, 0}, {1, 4, 0}, {2, 4, 0}, {22, 4, 0}, {21, 4, 0}, {10, 2, 0}}

// values lays r out so.
func values(b []byte, r rec) []byte {
	b = ipBytes(ipBytes(b, r.src), r.dst)
	b = u16(b, r.sport, r.dport)
	b = append(b, r.proto, r.flags)
	b = u32(b, r.bytes, r.pkts, uptime-r.first, uptime-r.last)
	return u16(b, 7)
}

// setOf puts a set header before bytes.
func setOf(id uint16, b []byte) []byte {
	return append(u16(nil, id, uint16(4+len(b))), b...)
}

// template is a template record.
func template(id uint16, fields []field) []byte {
	b := u16(nil, id, uint16(len(fields)))
	for _, f := range fields {
		b = appendField(b, f)
	}
	return b
}

func appendField(b []byte, f field) []byte {
	if f.enterprise != 0 {
		return u32(u16(b, f.number|0x8000, f.length), f.enterprise)
	}
	return u16(b, f.number, f.length)
}

// message9 makes a message of NetFlow v9.
func message9(domain uint32, sets ...[]byte) []byte {
	b := u16(nil, 9, uint16(len(sets)))
	b = u32(b, uptime, exportSeconds, 0, domain)
	for _, s := range sets {
		b = append(b, s...)
	}
	return b
}

// messageIPFIX makes a message of IPFIX.
func messageIPFIX(domain uint32, sets ...[]byte) []byte {
	n := 16
	for _, s := range sets {
		n += len(s)
	}
	b := u16(nil, 10, uint16(n))
	b = u32(b, exportSeconds, 0, domain)
	for _, s := range sets {
		b = append(b, s...)
	}
	return b
}

// flows is a set of flows laid out by flowFields.
func flows(id uint16, recs ...rec) []byte {
	var b []byte
	for _, r := range recs {
		b = values(b, r)
	}
	return setOf(id, b)
}

// sampled makes an sFlow datagram with one flow sample of one packet header.
func sampled(rate uint32, length uint32, header []byte) []byte {
	padded := append([]byte{}, header...)
	for len(padded)%4 != 0 {
		padded = append(padded, 0)
	}
	r := u32(nil, 1, uint32(16+len(padded)), 1, length, 4, uint32(len(header)))
	r = append(r, padded...)
	s := u32(nil, 1, 5, rate, 0, 0, 1, 2, 1)
	s = append(s, r...)
	b := u32(nil, 5, 1)
	b = ipBytes(b, "192.0.2.9")
	b = u32(b, 0, 1, 1000, 1, 1, uint32(len(s)))
	return append(b, s...)
}

// ethernetTCP makes the header of a TCP packet in a VLAN.
func ethernetTCP(src, dst string, sport, dport uint16, flags byte, length uint16) []byte {
	b := make([]byte, 12)
	b = u16(b, 0x8100, 20, 0x0800)
	b = append(b, 0x45, 0)
	b = u16(b, length, 1, 0)
	b = append(b, 64, 6, 0, 0)
	b = ipBytes(ipBytes(b, src), dst)
	b = u16(b, sport, dport)
	b = u32(b, 1, 2)
	b = append(b, 0x50, flags)
	return u16(b, 100, 0, 0)
}
