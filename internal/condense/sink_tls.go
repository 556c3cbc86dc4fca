package condense

import (
	"bytes"

	"barium/internal/event"
)

// SSL files a TLS session.
func (s *Sink) SSL(e *event.SSL) {
	r := s.begin("ssl", &e.Head)
	s.pair(r, &e.Head, SessionProto(e))
	n := s.ids.name
	r.key[5], r.key[6], r.key[7], r.key[8] = n(lower(e.ServerName)), n(e.JA3), n(e.Subject), n(e.Issuer)
	client := e.ClientSubject
	if len(client) == 0 && len(e.ClientCertID) > 0 {
		client = []byte("(unnamed)")
	}
	r.key[9], r.key[10] = n(e.ValidationStatus), n(client)
	if isHash(e.CertID) {
		r.key[11] = n(e.CertID)
	}
	r.event.V[SessPort] = int64(e.OrigPort)
	if e.Established {
		r.event.V[SessFlags] |= SessEstablished
	}
	if e.Resumed {
		r.event.V[SessFlags] |= SessResumed
	}
	s.put(Session, r)
}

// SessionProto returns the transport of a TLS session: UDP for DTLS (RFC 9147) and
// QUIC (RFC 9001).
func SessionProto(e *event.SSL) event.Proto {
	if bytes.HasPrefix(e.Version, []byte("DTLS")) || bytes.HasPrefix(e.Version, []byte("QUIC")) {
		return event.ProtoUDP
	}
	return event.ProtoTCP
}

// isHash reports whether an id of a certificate is a fingerprint rather than a
// file id, which is new for every connection.
func isHash(b []byte) bool {
	if len(b) < 32 {
		return false
	}
	for _, c := range b {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// X509 files a certificate.
func (s *Sink) X509(x *event.X509) {
	r := s.begin("x509", &x.Head)
	n := s.ids.name
	r.key[1], r.key[2], r.key[3] = n(x.Subject), n(x.Issuer), n(x.Serial)
	if isHash(x.ID) {
		r.key[4] = n(x.ID)
	}
	r.key[5] = n(bytes.Join(x.SANDNS, []byte(",")))
	r.event.V = [maxValues]int64{int64(x.NotBefore), int64(x.NotAfter), known(x.KeyLength), int64(x.CA)}
	s.put(Certificate, r)
}
