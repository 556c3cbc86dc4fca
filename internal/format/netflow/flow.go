package netflow

import "barium/internal/event"

// flow is one flow record: packets in one direction, or in both with the
// fields of RFC 5103.
type flow struct {
	key      key
	exporter *exporter
	offset   int64 // of its frame
	line     int64 // number of its frame

	start, end  int64 // µs since 1970, event.Unset when not given
	bytes, pkts int64 // of the IP packets, event.Unset when not given
	payload     int64 // where the record says it, else event.Unset
	back        counts

	flags        uint8 // TCP, of all packets together
	backFlags    uint8
	hasFlags     bool
	hasBackFlags bool
	hasSrc       bool
	hasDst       bool
	both         bool  // back holds what came back
	biflow       uint8 // biflowDirection (RFC 5103 section 6.3): 1 the source began, 2 the destination
	direction    uint8 // flowDirection: 0 ingress, 1 egress, 255 not given
	firewall     uint8 // firewallEvent: 1 created, 2 deleted, 3 denied, 5 update; 0 not given
	single       bool  // one sampled packet
}

// counts are bytes of IP packets, packets and payload; event.Unset when not given.
type counts struct{ bytes, pkts, payload int64 }

// key says which packets belong to a flow.
type key struct {
	src, dst     event.Addr
	sport, dport uint16 // for ICMP the type and the code
	proto        uint8
}

const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// Flags of TCP (RFC 9293 section 3.1).
const (
	fin = 1 << iota
	syn
	rst
	_
	ack
)
