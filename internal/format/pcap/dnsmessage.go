package pcap

import (
	"encoding/binary"
	"net/netip"
	"strconv"
)

// Bounds of one DNS message.
const (
	maxQuestions = 32
	maxAnswers   = 64
	maxName      = 255 // RFC 1035 section 2.3.4
	maxPointers  = 64
)

// Types of DNS records whose data is shown in words.
const (
	typeA     = 1
	typeNS    = 2
	typeCNAME = 5
	typeSOA   = 6
	typePTR   = 12
	typeMX    = 15
	typeTXT   = 16
	typeAAAA  = 28
	typeNB    = 32 // NetBIOS name (RFC 1002); elsewhere NIMLOC
	typeSRV   = 33 // NetBIOS node status in NetBIOS messages
)

// dnsMessage is one message (RFC 1035 section 4.1), as far as a record needs it.
// It is read as far as it goes: what is cut off or broken behind the question
// does not hide the question. Names keep dots inside labels, for a name that a
// reader refuses is a place to hide.
type dnsMessage struct {
	netbios   bool // names are in the encoding of RFC 1001 section 14.1
	id        uint16
	response  bool
	rcode     int
	questions int // as the header says
	records   int // as the header says, of all kinds
	found     int // answers as the header says
	asked     []question
	answers   []span
	text      []byte // that question and span lead into
}

type span struct{ from, to int }

type question struct {
	span
	qtype int
}

// header reads the header and reports whether it could be one of DNS.
func (m *dnsMessage) header(b []byte) bool {
	if len(b) < 12 {
		return false
	}
	flags := binary.BigEndian.Uint16(b[2:])
	m.id, m.response, m.rcode = binary.BigEndian.Uint16(b), flags&0x8000 != 0, int(flags&0xf)
	m.questions = int(binary.BigEndian.Uint16(b[4:]))
	m.found = int(binary.BigEndian.Uint16(b[6:]))
	m.records = m.found + int(binary.BigEndian.Uint16(b[8:])) + int(binary.BigEndian.Uint16(b[10:]))
	m.asked, m.answers, m.text = m.asked[:0], m.answers[:0], m.text[:0]
	opcode := flags >> 11 & 0xf
	if opcode > 6 && !m.netbios {
		return false
	}
	// Each question is 5 bytes at least, each record 11.
	return m.questions+m.records > 0 && m.questions <= 256 && m.records <= 4096
}

// parse reads what follows the header.
func (m *dnsMessage) parse(b []byte) (reason string) {
	at := 12
	for range m.questions {
		from := len(m.text)
		end, ok := m.name(b, at)
		if !ok || end+4 > len(b) {
			m.text = m.text[:from]
			return "DNS: a question with a broken name, or cut off"
		}
		if len(m.asked) < maxQuestions {
			m.asked = append(m.asked, question{span{from, len(m.text)}, int(binary.BigEndian.Uint16(b[end:]))})
		}
		at = end + 4
	}
	for range m.found {
		from := len(m.text)
		end, ok := m.name(b, at)
		m.text = m.text[:from]
		if !ok || end+10 > len(b) {
			return "DNS: an answer with a broken name, or cut off"
		}
		kind, length := int(binary.BigEndian.Uint16(b[end:])), int(binary.BigEndian.Uint16(b[end+8:]))
		at = end + 10
		if at+length > len(b) {
			return "DNS: an answer that is cut off"
		}
		if len(m.answers) < maxAnswers && m.data(kind, b, at, at+length) {
			m.answers = append(m.answers, span{from, len(m.text)})
		}
		at += length
	}
	return ""
}

// name appends the name at a position and returns where it ends.
func (m *dnsMessage) name(b []byte, at int) (end int, ok bool) {
	from, jumps := len(m.text), 0
	for {
		if at >= len(b) {
			return 0, false
		}
		n := int(b[at])
		switch {
		case n == 0:
			if end == 0 {
				end = at + 1
			}
			if len(m.text) == from {
				m.text = append(m.text, '.')
			}
			return end, true
		case n&0xc0 == 0xc0:
			if at+1 >= len(b) || jumps == maxPointers {
				return 0, false
			}
			if end == 0 {
				end = at + 2
			}
			at = int(binary.BigEndian.Uint16(b[at:]) & 0x3fff)
			jumps++
			continue
		case n&0xc0 != 0 || at+1+n > len(b) || len(m.text)-from+n+1 > maxName:
			return 0, false
		}
		if len(m.text) > from {
			m.text = append(m.text, '.')
		}
		label := b[at+1 : at+1+n]
		if m.netbios && len(m.text) == from && n == 32 {
			m.netbiosName(label)
		} else {
			m.text = append(m.text, label...)
		}
		at += 1 + n
	}
}

// netbiosName appends a NetBIOS name without its padding and the byte that says
// what the name is used for.
func (m *dnsMessage) netbiosName(label []byte) {
	from := len(m.text)
	for i := 0; i+1 < len(label)-2; i += 2 {
		m.text = append(m.text, (label[i]-'A')<<4|(label[i+1]-'A')&0xf)
	}
	for len(m.text) > from && (m.text[len(m.text)-1] == ' ' || m.text[len(m.text)-1] == 0) {
		m.text = m.text[:len(m.text)-1]
	}
}

// data appends what an answer says, as Zeek words it; what has no words is
// appended as TYPE, length and bytes. Of nothing it returns false.
func (m *dnsMessage) data(kind int, b []byte, at, end int) bool {
	rd := b[at:end]
	switch kind {
	case typeA, typeAAAA:
		if a, ok := netip.AddrFromSlice(rd); ok {
			m.text = a.AppendTo(m.text)
			return true
		}
	case typeNS, typeCNAME, typePTR, typeSOA:
		return m.named(b[:end], at)
	case typeMX:
		return m.named(b[:end], at+2)
	case typeSRV:
		if !m.netbios {
			return m.named(b[:end], at+6)
		}
	case typeNB:
		if m.netbios && len(rd) >= 6 {
			a, _ := netip.AddrFromSlice(rd[2:6])
			m.text = a.AppendTo(m.text)
			return true
		}
	case typeTXT:
		m.texts(rd)
		return len(rd) > 0
	}
	m.text = append(m.text, "TYPE"...)
	m.text = strconv.AppendInt(m.text, int64(kind), 10)
	m.text = append(m.text, ' ')
	m.text = strconv.AppendInt(m.text, int64(len(rd)), 10)
	m.text = append(m.text, ' ')
	m.text = append(m.text, rd...)
	return true
}

// named appends a name within an answer.
func (m *dnsMessage) named(b []byte, at int) bool {
	from := len(m.text)
	if _, ok := m.name(b, at); ok {
		return true
	}
	m.text = m.text[:from]
	return false
}

// texts appends the strings of a TXT record.
func (m *dnsMessage) texts(rd []byte) {
	for first := true; len(rd) > 0; first = false {
		n := min(int(rd[0]), len(rd)-1)
		if !first {
			m.text = append(m.text, ' ')
		}
		m.text = append(m.text, "TXT "...)
		m.text = strconv.AppendInt(m.text, int64(n), 10)
		m.text = append(m.text, ' ')
		m.text = append(m.text, rd[1:1+n]...)
		rd = rd[1+n:]
	}
}
