package pcap

import (
	"encoding/binary"
	"fmt"
)

// Headers of TCP and UDP are read here, not by package layers: in a capture of
// small packets, writing down all that it knows of them costs more than the rest.
// FuzzHeaders compares the two.

// tcpFlags are the control bits of a segment (RFC 9293 section 3.1).
type tcpFlags uint8

const (
	flagFIN tcpFlags = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
	flagURG
)

// String names the flags by their first letters.
func (f tcpFlags) String() string {
	var b []byte
	for _, k := range []struct {
		flag   tcpFlags
		letter byte
	}{{flagSYN, 'S'}, {flagFIN, 'F'}, {flagRST, 'R'}, {flagPSH, 'P'}, {flagACK, 'A'}, {flagURG, 'U'}} {
		if f&k.flag != 0 {
			b = append(b, k.letter)
		}
	}
	return string(b)
}

// readTCP reads a segment. size is its length on the wire. Options are passed
// over: nothing depends on them, and a receiver takes a segment whose options are
// damaged.
func (p *packet) readTCP(b []byte, size int) (reason string) {
	const least = 20
	if len(b) < least {
		return fmt.Sprintf("TCP header: %d bytes of 20", len(b))
	}
	header := int(b[12]>>4) * 4
	if header < least || header > len(b) {
		return "TCP header: data begins inside of it, or behind the end of the packet"
	}
	p.sport, p.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	p.seq, p.ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	p.flags, p.window = tcpFlags(b[13]), binary.BigEndian.Uint16(b[14:])
	p.payload, p.size = b[header:], size-header
	return ""
}

// readUDP reads a datagram of UDP (RFC 768). size is its length on the wire.
func (p *packet) readUDP(b []byte, size int) (reason string) {
	const header = 8
	if len(b) < header {
		return fmt.Sprintf("UDP header: %d bytes of 8", len(b))
	}
	p.sport, p.dport = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	p.payload, p.size = b[header:], size-header
	switch n := int(binary.BigEndian.Uint16(b[4:])); {
	case n >= header:
		p.payload, p.size = b[header:min(len(b), n)], min(p.size, n-header)
	case n > 0: // without a length, the datagram ends with the packet (RFC 2675 section 4)
		return fmt.Sprintf("UDP header: a length of %d bytes", n)
	}
	return ""
}
