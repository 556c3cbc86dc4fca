package pcap

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

// maxWide is how many bytes of a name in UTF-16 are read.
const maxWide = 2048

// ntlmNames are the names in an AUTHENTICATE_MESSAGE ([MS-NLMP] section 2.2.1.3).
type ntlmNames struct {
	account, domain, workstation []byte
}

// ntlmMessage returns the NTLM message in a security blob, which may be wrapped
// (RFC 4178), and its type; 0 when there is none.
func ntlmMessage(blob []byte) (message []byte, kind uint32) {
	i := bytes.Index(blob, []byte("NTLMSSP\x00"))
	if i < 0 || len(blob)-i < 12 {
		return nil, 0
	}
	return blob[i:], binary.LittleEndian.Uint32(blob[i+8:])
}

// ntlmField returns the bytes that a field descriptor at a place speaks of.
func ntlmField(m []byte, at int) []byte {
	if len(m) < at+8 {
		return nil
	}
	n := int64(binary.LittleEndian.Uint16(m[at:]))
	from := int64(binary.LittleEndian.Uint32(m[at+4:]))
	if from+n > int64(len(m)) {
		return nil
	}
	return m[from : from+n]
}

// ntlmAuthenticate reads an AUTHENTICATE_MESSAGE, except for its hashes.
func ntlmAuthenticate(m []byte) (ntlmNames, bool) {
	if len(m) < 64 {
		return ntlmNames{}, false
	}
	unicode := m[60]&1 != 0
	text := func(at int) []byte {
		b := ntlmField(m, at)
		if !unicode {
			return clip(b, maxWide)
		}
		return fromUTF16(b)
	}
	return ntlmNames{domain: text(28), account: text(36), workstation: text(44)}, true
}

// ntlmComputer returns what the server calls itself in a CHALLENGE_MESSAGE
// ([MS-NLMP] section 2.2.1.2): MsvAvNbComputerName.
func ntlmComputer(m []byte) []byte {
	for pairs := ntlmField(m, 40); len(pairs) >= 4; {
		id, n := binary.LittleEndian.Uint16(pairs), int(binary.LittleEndian.Uint16(pairs[2:]))
		if id == 0 || len(pairs) < 4+n {
			return nil
		}
		if id == 1 {
			return fromUTF16(pairs[4 : 4+n])
		}
		pairs = pairs[4+n:]
	}
	return nil
}

// fromUTF16 returns at most maxWide bytes of text in UTF-16LE as UTF-8, nil for
// none.
func fromUTF16(b []byte) []byte {
	b = b[:min(len(b), maxWide)]
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	if len(units) == 0 {
		return nil
	}
	return []byte(string(utf16.Decode(units)))
}
