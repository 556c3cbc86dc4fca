package pcap

import (
	"encoding/binary"

	"barium/internal/event"
)

// Types of TLS records and handshake messages (RFC 8446 section 5.1 and 4).
const (
	recordCipherSpec = 20
	recordAlert      = 21
	recordHandshake  = 22
	recordData       = 23

	helloClient     = 1
	helloServer     = 2
	messageCert     = 11
	recordOverhead  = 5
	messageOverhead = 4
	// maxMessage is the longest handshake message that is read; certificate chains
	// are the long ones.
	maxMessage = 128 << 10
	// maxFragment is the longest record (RFC 8446 section 5.2, RFC 5246 6.2.3).
	maxFragment = 1<<14 + 2048
)

// tls follows the handshake of TLS and SSL 3.0 until the session is established;
// then it tells of it and is done.
type tls struct {
	f      *flow
	sink   *sink
	sides  [2]tlsSide // server, client
	record event.SSL
	ts     event.Time
	offset int64
	begun  bool
	told   bool

	client *clientHello
	server *serverHello
}

// tlsSide is what came from one side.
type tlsSide struct {
	head    [recordOverhead]byte // of the record in hand, as far as it came
	have    int
	kind    byte
	left    int    // bytes of the record that are to come
	message []byte // handshake messages that are not complete
	secret  bool   // the side has changed to its ciphers
	spoke   bool   // and has said something under them
	data    bool   // application data, or what TLS 1.3 calls so
	lost    bool   // bytes are missing, or are no TLS
	cert    *certificate
}

func newTLS(f *flow) analyser {
	f.service("ssl") // as Zeek calls it
	return &tls{f: f, sink: own(f.sink)}
}

// isTLS recognises a record that begins with a hello.
func isTLS(orig bool, first []byte) bool {
	if len(first) < recordOverhead+1 || first[0] != recordHandshake || first[1] != 3 || first[2] > 4 {
		return false
	}
	n := binary.BigEndian.Uint16(first[3:])
	hello := byte(helloServer)
	if orig {
		hello = helloClient
	}
	return n >= messageOverhead && n <= maxFragment && first[recordOverhead] == hello
}

func (t *tls) data(orig bool, ts event.Time, offset int64, b []byte) {
	if !t.begun {
		t.begun, t.ts, t.offset = true, ts, offset
	}
	s := &t.sides[side(orig)]
	for len(b) > 0 && !s.lost && !t.told {
		if s.left == 0 {
			n := copy(s.head[s.have:], b)
			b = b[n:]
			if s.have += n; s.have == recordOverhead {
				s.have = 0
				t.begin(s)
			}
			continue
		}
		n := min(s.left, len(b))
		if s.kind == recordHandshake && !s.secret {
			before := len(s.message)
			s.message = append(s.message, b[:n]...)
			if reason := t.messages(s, orig, ts, offset); reason != "" {
				t.f.sink.Bad(offset, 0, "TLS: "+reason, s.head[:])
				s.lost = true
			}
			if !t.sink.hold(before, len(s.message)) {
				s.lost = true
			}
			if s.lost {
				t.drop(s)
			}
		}
		s.left -= n
		b = b[n:]
	}
	if t.established() {
		t.tell()
	}
}

// begin takes a record header in.
func (t *tls) begin(s *tlsSide) {
	s.kind, s.left = s.head[0], int(binary.BigEndian.Uint16(s.head[3:]))
	if s.kind < recordCipherSpec || s.kind > recordData+1 || s.head[1] != 3 || s.left > maxFragment {
		s.lost = true
		return
	}
	switch s.kind {
	case recordCipherSpec:
		// TLS 1.3 sends one for the sake of old machines; its handshake is data.
		s.secret = true
	case recordHandshake:
		s.spoke = s.spoke || s.secret
	case recordData:
		s.data = true
	}
}

// messages reads the handshake messages that are complete.
func (t *tls) messages(s *tlsSide, orig bool, ts event.Time, offset int64) (reason string) {
	b := s.message
	for len(b) >= messageOverhead {
		n := int(b[1])<<16 | int(b[2])<<8 | int(b[3])
		if n > maxMessage {
			return "a handshake message of an impossible length"
		}
		if len(b) < messageOverhead+n {
			break
		}
		if reason = t.message(s, orig, ts, offset, b[0], b[messageOverhead:messageOverhead+n]); reason != "" {
			return reason
		}
		b = b[messageOverhead+n:]
	}
	s.message = append(s.message[:0], b...)
	return ""
}

func (t *tls) message(s *tlsSide, orig bool, ts event.Time, offset int64, kind byte, b []byte) (reason string) {
	switch {
	case kind == helloClient && orig && t.client == nil:
		h, ok := parseClientHello(b)
		if !ok {
			return "a client hello that is broken"
		}
		t.client = h
	case kind == helloServer && !orig && t.server == nil:
		h, ok := parseServerHello(b)
		if !ok {
			return "a server hello that is broken"
		}
		if !h.retry {
			t.server = h
		}
	case kind == messageCert && s.cert == nil:
		s.cert = t.sink.chain(t.f, ts, offset, b)
	}
	return ""
}

// established reports whether both sides speak in the keys that they agreed on.
func (t *tls) established() bool {
	s, c := &t.sides[0], &t.sides[1]
	if t.server == nil {
		return false
	}
	return s.data && c.data || s.secret && c.secret && s.spoke && c.spoke && t.server.version < versionTLS13
}

// resumed reports whether the session continues an older one: its key was named
// (TLS 1.3), or the server went on without showing a certificate.
func (t *tls) resumed() bool {
	switch {
	case t.server == nil:
		return false
	case t.server.version >= versionTLS13:
		return t.server.psk
	}
	return t.sides[0].secret && t.sides[0].cert == nil && !t.sides[0].lost
}

// tell hands over the session.
func (t *tls) tell() {
	if t.told || t.client == nil && t.server == nil {
		return
	}
	t.told = true
	r := &t.record
	*r = event.SSL{Head: t.f.head, Established: t.established(), Resumed: t.resumed()}
	r.TS, r.Offset = t.ts, t.offset
	if h := t.client; h != nil {
		r.ServerName, r.JA3, r.JA4 = h.name, h.ja3(), h.ja4()
	}
	if h := t.server; h != nil {
		r.Version, r.JA3S = []byte(h.version.String()), h.ja3s()
	}
	if c := t.sides[0].cert; c != nil {
		r.CertID, r.Subject, r.Issuer = []byte(c.id), []byte(c.subject), []byte(c.issuer)
	}
	if c := t.sides[1].cert; c != nil {
		r.ClientCertID, r.ClientSubject, r.ClientIssuer = []byte(c.id), []byte(c.subject), []byte(c.issuer)
	}
	t.f.sink.SSL(r)
}

func (t *tls) gap(orig bool, n int64) {
	s := &t.sides[side(orig)]
	if int64(s.left) >= n && (s.kind != recordHandshake || s.secret) { // what is missing was secret
		s.left -= int(n)
		return
	}
	s.lost = true
}

// finished reports that the session was told of, or that nothing can be known of
// it any more.
func (t *tls) finished() bool { return t.told || t.sides[0].lost && t.sides[1].lost }

func (t *tls) end() {
	t.tell()
	t.drop(&t.sides[0])
	t.drop(&t.sides[1])
}

// drop lets go of a message that is not complete.
func (t *tls) drop(s *tlsSide) {
	t.sink.hold(len(s.message), 0)
	s.message = nil
}
