package detect

import (
	"fmt"

	"barium/internal/event"
)

// BalanceTerms weighs how much more left than came back (payload, in bytes): an
// upload sends, calls and browsing receive as much.
func BalanceTerms(out, in int64) []Term {
	switch ratio := float64(out) / float64(max(in, 1)); {
	case ratio < 1:
		return []Term{ReceivedMore.Says()}
	case ratio < 1.5:
		return []Term{Conversational.Says()}
	case ratio >= 4:
		return []Term{NowAProducer.Says(Times(ratio))}
	}
	return nil
}

// Times words a ratio: "12 times", "2.5 times".
func Times(ratio float64) string {
	switch {
	case ratio > 1000:
		return "over 1000 times"
	case ratio >= 10:
		return fmt.Sprintf("%.0f times", ratio)
	}
	return fmt.Sprintf("%.1f times", ratio)
}

// UsedByCalls reports whether calls and conferences use a port of UDP: STUN and TURN
// (RFC 8489, RFC 8656), and those of the large conferencing services.
func UsedByCalls(proto, port int) bool {
	return proto == int(event.ProtoUDP) &&
		(port >= 3478 && port <= 3481 || port >= 8801 && port <= 8810 || port >= 19302 && port <= 19309 || port == 5004)
}

// quicPort is where datagrams are acknowledged too (QUIC, RFC 9000 section 13.2).
const quicPort = 443

// Acknowledged reports whether answers on a port mean that what was sent arrived:
// nothing says so of datagrams, those of QUIC aside.
func Acknowledged(proto, port int) bool { return proto == int(event.ProtoTCP) || port == quicPort }

// contentShare is the part, in per cent, of the payload of an answered connection
// that is content at least where no log names files: the rest may be the
// overhead of TLS (RFC 8446 section 5: some 22 bytes a record) and of the protocol in it.
const contentShare = 95

// ContentOf returns how much of a payload, in bytes, is content at least.
func ContentOf(payload int64) int64 { return payload / 100 * contentShare }
