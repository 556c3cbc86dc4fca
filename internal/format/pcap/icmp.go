package pcap

import "github.com/gopacket/gopacket/layers"

// icmpPairs are the types that ask and what answers them: RFC 792, 950, 1256,
// and 4443, 2710, 4861, 4620, 6275.
var icmpPairs = map[layers.IPProtocol]map[uint16]uint16{
	layers.IPProtocolICMPv4: {8: 0, 13: 14, 15: 16, 17: 18, 10: 9},
	layers.IPProtocolICMPv6: {128: 129, 130: 131, 133: 134, 135: 136, 139: 140, 144: 145},
}

// icmpReplies is icmpPairs the other way.
var icmpReplies = map[layers.IPProtocol]map[uint16]uint16{
	layers.IPProtocolICMPv4: {0: 8, 14: 13, 16: 15, 18: 17, 9: 10},
	layers.IPProtocolICMPv6: {129: 128, 131: 130, 134: 133, 136: 135, 140: 139, 145: 144},
}

func isReply(p *packet) bool {
	_, ok := icmpReplies[p.proto][p.sport]
	return ok
}

// ofICMP files a question and its answer under one flow, whose ports are both
// types. Other types have no answer: their ports are type and code, and each
// direction is a flow of its own.
func (k *key) ofICMP(p *packet) (swapped bool) {
	ask, answer := p.sport, p.dport
	if a, ok := icmpPairs[p.proto][ask]; ok {
		answer = a
	} else if q, ok := icmpReplies[p.proto][ask]; ok {
		ask, answer = q, ask
	} else {
		*k = key{p.src, p.dst, ask, answer, p.proto}
		return false
	}
	if p.src.after(p.dst) {
		*k = key{p.dst, p.src, ask, answer, p.proto}
		return true
	}
	*k = key{p.src, p.dst, ask, answer, p.proto}
	return false
}
