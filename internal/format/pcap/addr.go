package pcap

import (
	"encoding/binary"

	"barium/internal/event"
)

// addr is an IP address, IPv4 as IPv6 (RFC 4291 section 2.5.5.2), in two numbers:
// each packet is filed by its addresses, and numbers are copied and compared
// faster than bytes.
type addr struct{ hi, lo uint64 }

// addr4 and addr6 return the address that b begins with.
func addr4(b []byte) addr { return addr{0, 0xffff<<32 | uint64(binary.BigEndian.Uint32(b))} }

func addr6(b []byte) addr {
	return addr{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
}

// event returns a as records have it.
func (a addr) event() (e event.Addr) {
	binary.BigEndian.PutUint64(e[:], a.hi)
	binary.BigEndian.PutUint64(e[8:], a.lo)
	return e
}

// String returns the usual text form.
func (a addr) String() string { return a.event().String() }

// after reports whether a sorts behind b.
func (a addr) after(b addr) bool { return a.hi > b.hi || a.hi == b.hi && a.lo > b.lo }
