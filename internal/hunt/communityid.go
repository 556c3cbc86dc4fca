package hunt

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"

	"barium/internal/event"
)

// communityID returns the Community ID version 1 with seed 0 of a flow
// (https://github.com/corelight/community-id-spec). For ICMP the ports are type
// and code, as in Zeek's logs. It is empty for a protocol without one.
func communityID(orig, resp event.Addr, origPort, respPort uint16, p event.Proto) string {
	a, b := orig.Netip().AsSlice(), resp.Netip().AsSlice()
	number := byte(p)
	oneWay := false
	switch p {
	case event.ProtoTCP, event.ProtoUDP:
	case event.ProtoICMP:
		if len(a) == 16 {
			number = 58
		}
		if other, ok := icmpReply(origPort, len(a) == 16); ok {
			respPort = other
		} else {
			oneWay = true
		}
	default:
		return ""
	}
	if c := bytes.Compare(a, b); !oneWay && (c > 0 || c == 0 && origPort > respPort) {
		a, b, origPort, respPort = b, a, respPort, origPort
	}
	h := sha1.New()
	buf := []byte{0, 0}
	buf = append(append(buf, a...), b...)
	buf = append(buf, number, 0)
	buf = binary.BigEndian.AppendUint16(buf, origPort)
	buf = binary.BigEndian.AppendUint16(buf, respPort)
	h.Write(buf)
	return "1:" + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// icmpReply returns the ICMP type that answers a type, as the specification
// lists them.
func icmpReply(t uint16, v6 bool) (uint16, bool) {
	pairs := [][2]uint16{{8, 0}, {13, 14}, {15, 16}, {17, 18}, {10, 9}}
	if v6 {
		pairs = [][2]uint16{{128, 129}, {133, 134}, {135, 136}, {130, 131}, {139, 140}, {144, 145}}
	}
	for _, p := range pairs {
		switch t {
		case p[0]:
			return p[1], true
		case p[1]:
			return p[0], true
		}
	}
	return 0, false
}
