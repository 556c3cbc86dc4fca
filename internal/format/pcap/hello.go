package pcap

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// tlsVersion is a protocol version as it stands in a hello.
type tlsVersion uint16

const (
	versionTLS12 tlsVersion = 0x0303
	versionTLS13 tlsVersion = 0x0304
)

// String returns Zeek's name of a version.
func (v tlsVersion) String() string {
	switch v {
	case 0x0002:
		return "SSLv2"
	case 0x0300:
		return "SSLv3"
	case 0x0301:
		return "TLSv10"
	case 0x0302:
		return "TLSv11"
	case versionTLS12:
		return "TLSv12"
	}
	if v == versionTLS13 || v>>8 == 0x7f || v>>8 == 0xfb { // drafts, and Facebook's own
		return "TLSv13"
	}
	return "unknown"
}

// Extensions of hellos (the registry of RFC 8447).
const (
	extServerName        = 0
	extGroups            = 10
	extPointFormats      = 11
	extSignatures        = 13
	extALPN              = 16
	extPreSharedKey      = 41
	extSupportedVersions = 43
)

// clientHello is what a client says of itself (RFC 8446 section 4.1.2).
type clientHello struct {
	version    tlsVersion
	name       []byte
	ciphers    []uint16
	extensions []uint16
	groups     []uint16
	formats    []byte
	signatures []uint16
	versions   []uint16
	alpn       []byte // the first
	hasName    bool
}

// serverHello is what a server chose (RFC 8446 section 4.1.3).
type serverHello struct {
	version    tlsVersion // the one in use
	legacy     tlsVersion // the one in the old field
	cipher     uint16
	extensions []uint16
	psk        bool
	retry      bool // it asks for another hello
}

// retryRandom is the random value of a hello that asks for another.
var retryRandom = sha256.Sum256([]byte("HelloRetryRequest"))

// vector is the rest of a message. What it does not hold makes it bad.
type vector struct {
	b   []byte
	bad bool
}

func (f *vector) take(n int) []byte {
	if n > len(f.b) {
		f.b, f.bad = nil, true
		return nil
	}
	b := f.b[:n]
	f.b = f.b[n:]
	return b
}

func (f *vector) uint8() int {
	if b := f.take(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (f *vector) uint16() uint16 {
	if b := f.take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// list8 and list16 take what stands behind a length of 1 or 2 bytes.
func (f *vector) list8() vector  { return vector{b: f.take(f.uint8())} }
func (f *vector) list16() vector { return vector{b: f.take(int(f.uint16()))} }

func (f *vector) uint24() int { return f.uint8()<<16 | int(f.uint16()) }

// numbers takes all that is left as numbers of 2 bytes.
func (f *vector) numbers() []uint16 {
	out := make([]uint16, 0, len(f.b)/2)
	for len(f.b) >= 2 {
		out = append(out, f.uint16())
	}
	return out
}

func parseClientHello(b []byte) (*clientHello, bool) {
	f := vector{b: b}
	h := &clientHello{version: tlsVersion(f.uint16())}
	f.take(32)
	f.list8() // session id
	ciphers := f.list16()
	h.ciphers = ciphers.numbers()
	f.list8() // compression
	if f.bad {
		return nil, false
	}
	if len(f.b) == 0 { // before extensions
		return h, true
	}
	all := f.list16()
	for len(all.b) > 0 && !all.bad {
		kind := all.uint16()
		e := all.list16()
		if all.bad {
			break
		}
		h.extensions = append(h.extensions, kind)
		h.extension(kind, e)
	}
	return h, !f.bad && !all.bad
}

func (h *clientHello) extension(kind uint16, e vector) {
	switch kind {
	case extServerName:
		h.hasName = true
		for names := e.list16(); len(names.b) > 0 && !names.bad; {
			host := names.uint8() == 0
			if name := names.list16(); host && h.name == nil {
				h.name = bytes.Clone(name.b)
			}
		}
	case extGroups:
		l := e.list16()
		h.groups = l.numbers()
	case extPointFormats:
		l := e.list8()
		h.formats = bytes.Clone(l.b)
	case extSignatures:
		l := e.list16()
		h.signatures = l.numbers()
	case extSupportedVersions:
		l := e.list8()
		h.versions = l.numbers()
	case extALPN:
		l := e.list16()
		first := l.list8()
		h.alpn = bytes.Clone(first.b)
	}
}

func parseServerHello(b []byte) (*serverHello, bool) {
	f := vector{b: b}
	h := &serverHello{legacy: tlsVersion(f.uint16())}
	h.version = h.legacy
	h.retry = bytes.Equal(f.take(32), retryRandom[:])
	if h.legacy>>8 != 0x7f || h.legacy > 0x7f15 { // drafts up to 21 have no session id here
		f.list8()
	}
	h.cipher = f.uint16()
	if h.legacy>>8 != 0x7f || h.legacy > 0x7f15 {
		f.uint8() // compression
	}
	if f.bad {
		return nil, false
	}
	if len(f.b) == 0 {
		return h, true
	}
	all := f.list16()
	for len(all.b) > 0 && !all.bad {
		kind := all.uint16()
		e := all.list16()
		if all.bad {
			break
		}
		h.extensions = append(h.extensions, kind)
		switch kind {
		case extSupportedVersions:
			h.version = tlsVersion(e.uint16())
		case extPreSharedKey:
			h.psk = true
		}
	}
	return h, !f.bad && !all.bad
}
