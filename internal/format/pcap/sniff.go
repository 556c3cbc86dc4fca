package pcap

import (
	"fmt"

	"barium/internal/format"
)

// Sniff recognises the two containers by their headers; the name is not looked
// at.
func (Reader) Sniff(head []byte, _ string) format.Sniffed {
	if c, ok := parseClassic(head); ok {
		return format.Sniffed{Confidence: format.Certain, Type: "packets (pcap, link type " + fmt.Sprint(uint32(c.link)) + ")"}
	}
	if isSection(head) {
		return format.Sniffed{Confidence: format.Certain, Type: "packets (pcapng)"}
	}
	if len(head) == 0 {
		return format.Sniffed{Why: "empty file"}
	}
	if mayBeClassic(head) {
		return format.Sniffed{Why: "it begins as pcap does, but its header is of a version or length that is not read", Near: true}
	}
	return format.Sniffed{Why: "no pcap or pcapng header at the beginning"}
}
