package generate

// session is one TLS connection.
type session struct {
	ts       int64
	src, dst ip
	sp, dp   int64
	up, down int64 // bytes each way, handshake included
	dur      int64
	resumed  float64 // chance of a resumed session, TLS 1.2
	linux    bool
	state    string
}

// tls writes one TLS connection to s: conn.log, ssl.log and, through the
// certificates, x509.log.
func (w *wire) tls(r *random, s *site, c session) link {
	if !w.covers(c.ts) {
		return link{}
	}
	l := w.tcp(r, flow{
		ts: c.ts, src: c.src, dst: c.dst, sp: c.sp, dp: c.dp, service: "ssl", dur: c.dur, ob: c.up, rb: c.down,
		linux: c.linux, state: c.state,
	})
	resumed := r.chance(c.resumed)
	at := c.ts + r.between(4, 60)*millisecond
	version, cipher, curve := "TLSv12", s.cipher, "secp256r1"
	switch {
	case s.tls13:
		version, curve = "TLSv13", "x25519"
		cipher = pick(r, []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"})
	case resumed:
		curve = ""
	default:
		for _, c := range s.chain {
			w.saw(c, at)
		}
	}
	t := w.ssl
	if t.off {
		return l
	}
	t.head(at, l)
	t.str(version)
	t.str(cipher)
	t.str(curve)
	t.str(s.sni)
	t.bool(resumed)
	t.skip()
	if s.tls13 {
		t.skip() // encrypted
	} else {
		t.str(s.alpn)
	}
	t.bool(true)
	if s.tls13 || resumed {
		t.str("CsiI")
		t.skip()
		t.skip()
		t.skip()
		t.skip()
		t.end()
		return l
	}
	t.str("CsxknGIi")
	chain := make([]string, 0, 2)
	for _, c := range s.chain {
		chain = append(chain, c.fingerprint)
	}
	t.list(chain)
	t.list([]string{})
	if s.sni == "" {
		t.skip()
	} else {
		t.bool(s.matches)
	}
	t.str(s.validation)
	t.end()
	return l
}

// saw notes that a certificate was on the wire, for x509.log.
func (w *wire) saw(c *cert, ts int64) {
	if w.tally != nil {
		w.tally.saw(c, ts)
		return
	}
	if c.seen == nil {
		c.seen = make([]int64, (w.end-w.start)/day+1)
		w.certs = append(w.certs, c)
	}
	d := min((ts-w.start)/day, int64(len(c.seen)-1))
	if c.seen[d] == 0 || ts < c.seen[d] {
		c.seen[d] = ts
	}
}

// flushCerts writes x509.log: Zeek logs a certificate again only after a day.
func (w *wire) flushCerts() {
	for _, c := range w.certs {
		for _, ts := range c.seen {
			if ts != 0 {
				w.writeCert(c, ts)
			}
		}
	}
	w.certs = nil
}

func (w *wire) writeCert(c *cert, ts int64) {
	t := w.x509
	if t.off {
		return
	}
	t.row(ts)
	t.time(ts)
	t.str(c.fingerprint)
	t.num(3)
	t.str(c.serial)
	t.str(c.subject)
	t.str(c.issuer)
	t.time(c.notBefore)
	t.time(c.notAfter)
	if c.ecdsa {
		t.str("id-ecPublicKey")
		t.str("ecdsa-with-SHA256")
		t.str("ecdsa")
		t.num(256)
		t.skip()
		t.str("prime256v1")
	} else {
		t.str("rsaEncryption")
		t.str("sha256WithRSAEncryption")
		t.str("rsa")
		t.num(c.bits)
		t.str("65537")
		t.skip()
	}
	t.list(c.names)
	t.skip()
	t.skip()
	t.skip()
	if c.constrained {
		t.bool(c.ca)
	} else {
		t.skip()
	}
	t.skip()
	t.bool(!c.ca)
	t.bool(false)
	t.end()
}
