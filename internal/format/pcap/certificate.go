package pcap

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"strings"

	"barium/internal/event"
)

const (
	// maxCertificates is how many certificates are remembered as told.
	maxCertificates = 4096
	// maxChain is how many of a chain are read.
	maxChain = 10
	// maxDN is how much of a subject or issuer is kept, maxSANs how many names.
	maxDN   = 2048
	maxSANs = 256
)

// certificate is what sessions say of one.
type certificate struct{ id, subject, issuer string }

// chain reads a certificate message (RFC 5246 section 7.4.2), tells of each
// certificate that was not told of before, and returns the first.
func (s *sink) chain(f *flow, ts event.Time, offset int64, b []byte) *certificate {
	m := vector{b: b}
	list := vector{b: m.take(m.uint24())}
	var first *certificate
	for i := 0; i < maxChain && len(list.b) > 0; i++ {
		der := list.take(list.uint24())
		if list.bad || len(der) == 0 {
			break
		}
		c := s.certificate(f, ts, offset, der)
		if i == 0 {
			first = c
		}
	}
	return first
}

func (s *sink) certificate(f *flow, ts event.Time, offset int64, der []byte) *certificate {
	id := sha256.Sum256(der)
	if c := s.certs[id]; c != nil {
		return c
	}
	if s.certs == nil || len(s.certs) == maxCertificates {
		s.certs = make(map[[sha256.Size]byte]*certificate)
	}
	c := &certificate{id: hex.EncodeToString(id[:])}
	s.certs[id] = c
	x, err := x509.ParseCertificate(der)
	if err != nil {
		s.Bad(offset, 0, "a certificate that cannot be read: "+err.Error(), der)
		return c
	}
	c.subject, c.issuer = distinguishedName(x.RawSubject), distinguishedName(x.RawIssuer)
	r := event.X509{
		Head: event.Head{Offset: offset, TS: ts, Sensor: f.head.Sensor}, ID: []byte(c.id),
		Subject: []byte(c.subject), Issuer: []byte(c.issuer),
		NotBefore: event.Time(x.NotBefore.UnixMicro()), NotAfter: event.Time(x.NotAfter.UnixMicro()),
	}
	r.KeyAlg, r.KeyLength = keyOfCertificate(x)
	if x.SerialNumber != nil {
		r.Serial = []byte(strings.ToUpper(hex.EncodeToString(x.SerialNumber.Bytes())))
	}
	for _, n := range x.DNSNames[:min(len(x.DNSNames), maxSANs)] {
		r.SANDNS = append(r.SANDNS, []byte(n))
	}
	if x.BasicConstraintsValid {
		if r.CA = event.No; x.IsCA {
			r.CA = event.Yes
		}
	}
	s.X509(&r)
	return c
}

// keyOfCertificate names a public key as OpenSSL does, with its length in bits.
func keyOfCertificate(x *x509.Certificate) (alg []byte, bits int64) {
	switch k := x.PublicKey.(type) {
	case *rsa.PublicKey:
		return []byte("rsaEncryption"), int64(k.N.BitLen())
	case *ecdsa.PublicKey:
		return []byte("id-ecPublicKey"), int64(k.Curve.Params().BitSize)
	}
	if x.PublicKeyAlgorithm == x509.Ed25519 {
		return []byte("ED25519"), 256
	}
	return nil, event.Unset
}

// attributes are the short names that OpenSSL has for parts of names.
var attributes = map[string]string{
	"2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
	"2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "title", "2.5.4.13": "description",
	"2.5.4.15": "businessCategory", "2.5.4.17": "postalCode", "2.5.4.41": "name", "2.5.4.42": "GN", "2.5.4.43": "initials",
	"2.5.4.46": "dnQualifier", "2.5.4.97": "organizationIdentifier",
	"0.9.2342.19200300.100.1.1": "UID", "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
	"1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL", "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST", "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
}

// distinguishedName writes a name as Zeek does: RFC 2253, the last part first.
func distinguishedName(der []byte) string {
	var parts pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) > 0 {
		return ""
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		for j, a := range parts[i] {
			switch {
			case j > 0:
				b.WriteByte('+')
			case i < len(parts)-1:
				b.WriteByte(',')
			}
			name := a.Type.String()
			if short, ok := attributes[name]; ok {
				name = short
			}
			b.WriteString(name)
			b.WriteByte('=')
			if v, ok := a.Value.(string); ok {
				escapeName(&b, v)
			}
			if b.Len() > maxDN {
				return b.String()[:maxDN]
			}
		}
	}
	return b.String()
}

// escapeName writes a value with the escapes of RFC 2253 section 2.4; what is not
// ASCII becomes hexadecimal.
func escapeName(b *strings.Builder, v string) {
	const digits = "0123456789ABCDEF"
	for i := range len(v) {
		c := v[i]
		switch {
		case c < ' ' || c >= 0x7f:
			b.Write([]byte{'\\', digits[c>>4], digits[c&15]})
			continue
		case strings.IndexByte(`,+"\<>;`, c) >= 0, i == 0 && (c == '#' || c == ' '), i == len(v)-1 && c == ' ':
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
}
