package pcap

import (
	"encoding/binary"

	"barium/internal/event"
)

// Ports of DNS and of what is built like it.
const (
	portDNS     = 53
	portNetBIOS = 137
	portMDNS    = 5353
	portLLMNR   = 5355
)

// resolves reports whether a UDP flow is one of look-ups.
func resolves(h *event.Head) (is, netbios bool) {
	for _, port := range [2]uint16{h.RespPort, h.OrigPort} {
		switch port {
		case portDNS, portMDNS, portLLMNR:
			return true, false
		case portNetBIOS:
			return true, true
		}
	}
	return false, false
}

// dnsStream follows DNS over TCP: messages behind their length (RFC 1035 section
// 4.2.2).
type dnsStream struct {
	f       *flow
	d       dialogue
	lookups lookups
	buf     [2][]byte
	lost    [2]bool // the lengths of a direction were lost
}

func newDNS(f *flow) analyser {
	a := &dnsStream{f: f, lookups: lookups{sink: own(f.sink), most: maxTCPLookups}}
	a.d = dialogue{head: &f.head, proto: event.ProtoTCP}
	f.service("dns")
	return a
}

// isDNS recognises a DNS message with one question behind its length.
func isDNS(_ bool, first []byte) bool {
	if len(first) < 2+12+5 {
		return false
	}
	n, b := int(binary.BigEndian.Uint16(first)), first[2:]
	flags := binary.BigEndian.Uint16(b[2:])
	return n >= 17 && binary.BigEndian.Uint16(b[4:]) == 1 && flags&0x7840 == 0 && // a standard query, nothing reserved
		(n > len(b) || n <= 4096) && b[12] < 64 && binary.BigEndian.Uint16(b[6:]) < 256 && binary.BigEndian.Uint16(b[10:]) < 16
}

func (a *dnsStream) data(orig bool, ts event.Time, offset int64, b []byte) {
	i := side(orig)
	if a.lost[i] {
		return
	}
	buf := append(a.buf[i], b...)
	for len(buf) >= 2 {
		n := int(binary.BigEndian.Uint16(buf))
		if len(buf) < 2+n {
			break
		}
		is, reason := a.lookups.take(&a.d, ts, offset, buf[2:2+n], false)
		if !is {
			reason = "DNS over TCP: not a message"
			a.lost[i] = true
		}
		if reason != "" {
			a.f.sink.Bad(offset, 0, reason, buf[2:2+n])
		}
		buf = buf[2+n:]
	}
	before := len(a.buf[i])
	a.buf[i] = append(a.buf[i][:0], buf...)
	if !a.lookups.sink.hold(before, len(a.buf[i])) || a.lost[i] {
		a.lose(i)
	}
}

func (a *dnsStream) gap(orig bool, _ int64) { a.lose(side(orig)) }

// lose gives a direction up, whose lengths cannot be found any more.
func (a *dnsStream) lose(i int) {
	a.lost[i] = true
	a.lookups.sink.hold(len(a.buf[i]), 0)
	a.buf[i] = nil
}

func (a *dnsStream) end() {
	a.lookups.end(&a.d)
	a.lose(0)
	a.lose(1)
}

// side is the index of a direction.
func side(orig bool) int {
	if orig {
		return 1
	}
	return 0
}
