package generate

import "strings"

// cert is one X.509 certificate.
type cert struct {
	fingerprint, serial string
	subject, issuer     string
	notBefore, notAfter int64
	ecdsa               bool
	bits                int64
	names               []string
	ca, constrained     bool
	seen                []int64 // per day, when it was first on the wire
}

// newCert returns a leaf for names, signed by issuer; ages in days.
func newCert(r *random, now int64, subject string, issuer string, names []string, before, after int64) *cert {
	c := &cert{
		fingerprint: r.hex(64), serial: strings.ToUpper(r.hex(32)), subject: subject, issuer: issuer,
		bits: 2048, names: names, constrained: true,
	}
	c.notBefore = (now-before*day)/second*second - r.Int64N(86400)*second
	c.notAfter = c.notBefore + (before+after)*day
	return c
}

// authority is an issuer of certificates.
type authority struct {
	cert  *cert
	days  int64 // how long its leaves live
	ecdsa bool
}

// newAuthority returns an issuer whose own certificate is signed by root, or by
// itself when root is empty.
func newAuthority(r *random, now int64, subject, root string, days int64, ecdsa bool) *authority {
	if root == "" {
		root = subject
	}
	c := newCert(r, now, subject, root, nil, r.between(700, 2500), r.between(1200, 3000))
	c.ca, c.ecdsa = true, ecdsa
	return &authority{cert: c, days: days, ecdsa: ecdsa}
}

// publicAuthorities returns the issuers that browsers trust, the busiest first.
func publicAuthorities(r *random, now int64) []*authority {
	return []*authority{
		newAuthority(r, now, "CN=E7,O=OpenCert Project,C=US", "CN=OpenCert Root X2,O=OpenCert Project,C=US", 90, true),
		newAuthority(r, now, "CN=R12,O=OpenCert Project,C=US", "CN=OpenCert Root X1,O=OpenCert Project,C=US", 90, false),
		newAuthority(r, now, "CN=WebTrust TLS CA 2021,O=WebTrust Services,C=US",
			"CN=WebTrust Global Root G2,O=WebTrust Services,C=US", 397, false),
		newAuthority(r, now, "CN=CloudSign RSA OV CA 3,O=CloudSign Ltd,C=GB",
			"CN=CloudSign Root R6,O=CloudSign Ltd,C=GB", 397, false),
		newAuthority(r, now, "CN=Northern Certificates DV,O=Northern Certificates AB,C=SE",
			"CN=Northern Root 4,O=Northern Certificates AB,C=SE", 198, true),
	}
}

// issue gives s a certificate for its name signed by a, and the chain that the
// server sends.
func (a *authority) issue(r *random, now int64, s *site) {
	names := []string{s.name}
	if i := strings.IndexByte(s.name, '.'); i > 0 && strings.Count(s.name, ".") > 1 {
		names = append(names, "*"+s.name[i:])
	}
	age := r.between(1, a.days*2/3)
	leaf := newCert(r, now, "CN="+s.name, a.cert.subject, names, age, a.days-age)
	leaf.ecdsa = a.ecdsa
	s.chain = []*cert{leaf, a.cert}
	s.validation, s.matches = "ok", true
	s.cipher = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
	if a.ecdsa {
		s.cipher = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
	}
}

// selfSign gives s a certificate that it signed itself; before and after say in
// days how old it is and how long it lasts.
func selfSign(r *random, now int64, s *site, subject string, before, after int64) {
	c := newCert(r, now, subject, subject, nil, before, after)
	c.constrained = r.chance(0.5)
	s.chain = []*cert{c}
	s.validation, s.cipher = "self signed certificate", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
}
