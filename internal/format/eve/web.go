package eve

import (
	"bytes"

	"github.com/valyala/fastjson"

	"barium/internal/event"
)

// onHTTP reads a request with its reply. Suricata counts the body of the reply
// only; the body of a request is told of by fileinfo.
func (c *current) onHTTP() {
	v := c.shared.http
	c.http = event.HTTP{
		Head: c.head(false), Depth: c.depth(), Method: c.text(v.Get("http_method")), Host: c.text(v.Get("hostname")),
		URI: c.text(v.Get("url")), UserAgent: c.text(v.Get("http_user_agent")),
		ReqLen: event.Unset, RespLen: c.size("http.length", v.Get("length")),
		Status:  int(c.count("http.status", v.Get("status"), 999)),
		Proxied: given(c.shared.xff) || given(v.Get("xff")) || given(v.Get("via")) || given(v.Get("proxy_authorization")),
	}
	if c.why == "" {
		c.sink.HTTP(&c.http)
	}
}

// depth is the position of a request in its connection, from 1 as in Zeek's logs.
func (c *current) depth() int64 {
	if n := c.count("tx_id", c.shared.txID, 1<<62); n >= 0 {
		return n + 1
	}
	return event.Unset
}

// onTLS reads a handshake, and the server's certificate in it.
func (c *current) onTLS() {
	v := c.shared.tls
	client := v.Get("client")
	e := &c.ssl
	*e = event.SSL{
		Head: c.head(false), Version: c.tlsVersion(c.text(v.Get("version"))), ServerName: c.text(v.Get("sni")),
		Resumed: v.GetBool("session_resumed"),
		Subject: c.text(v.Get("subject")), Issuer: c.text(v.Get("issuerdn")), CertID: c.hex(v.Get("fingerprint")),
		ClientSubject: c.text(client.Get("subject")), ClientIssuer: c.text(client.Get("issuerdn")), ClientCertID: c.hex(client.Get("fingerprint")),
		JA3: c.hash(v.Get("ja3")), JA3S: c.hash(v.Get("ja3s")), JA4: c.text(v.Get("ja4")),
	}
	// The log does not say it, but the version, the certificate and the answer to a
	// known session are the server's.
	e.Established = e.Version != nil || e.Subject != nil || e.CertID != nil || e.JA3S != nil || e.Resumed
	x := c.certificate(e, v)
	if c.why != "" {
		return
	}
	c.sink.SSL(e)
	if x {
		c.sink.X509(&c.x509)
	}
}

// certificate takes the server's certificate out of a handshake. It returns false
// when the log holds no more of it than the handshake's record does.
func (c *current) certificate(e *event.SSL, v *fastjson.Value) bool {
	x := &c.x509
	*x = event.X509{
		Head: event.Head{Offset: e.Offset, TS: e.TS, Sensor: c.join(e.Sensor)},
		ID:   c.join(e.CertID), Subject: c.join(e.Subject), Issuer: c.join(e.Issuer), // the handshake's are gone by then
		Serial: c.hex(v.Get("serial")), NotBefore: c.date("tls.notbefore", v.Get("notbefore")), NotAfter: c.date("tls.notafter", v.Get("notafter")),
		KeyLength: event.Unset, SANDNS: c.texts(x.SANDNS[:0], v.Get("subjectaltname")),
	}
	return len(x.Serial) > 0 || x.NotBefore != event.Unset || x.NotAfter != event.Unset || len(x.SANDNS) > 0
}

// hex is a fingerprint or a serial number, without the colons between its bytes.
func (c *current) hex(v *fastjson.Value) []byte { return c.without(c.text(v), ':') }

// hash is a JA3 fingerprint, which is logged with the text that it was made of.
func (c *current) hash(v *fastjson.Value) []byte {
	if h := c.text(v.Get("hash")); h != nil {
		return h
	}
	return c.text(v)
}

// tlsVersion returns Zeek's name of a version, nil when none was agreed on.
func (c *current) tlsVersion(b []byte) []byte {
	switch string(b) {
	case "UNDETERMINED":
		return nil
	case "TLSv1", "TLS 1.0":
		return c.word("TLSv10")
	case "TLS 1.1":
		return c.word("TLSv11")
	case "TLS 1.2":
		return c.word("TLSv12")
	case "TLS 1.3":
		return c.word("TLSv13")
	case "DTLS 1.0":
		return c.word("DTLSv10")
	case "DTLS 1.2":
		return c.word("DTLSv12")
	}
	return b
}

// onQUIC reads the handshake of a QUIC connection, which is one of TLS 1.3 (RFC
// 9001). That the server agreed is known from its own fingerprint only.
func (c *current) onQUIC() {
	v := c.part("quic")
	e := &c.ssl
	*e = event.SSL{
		Head: c.head(false), ServerName: c.text(v.Get("sni")),
		JA3: c.hash(v.Get("ja3")), JA3S: c.hash(v.Get("ja3s")), JA4: c.text(v.Get("ja4")),
	}
	if version := c.text(v.Get("version")); version != nil {
		e.Version = c.join(c.word("QUIC "), version)
	}
	e.Established = e.JA3S != nil
	if c.why == "" {
		c.sink.SSL(e)
	}
}

// unbracket returns a mail address without the brackets of RFC 5321 section 4.1.2.
func unbracket(b []byte) []byte {
	b = bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("<")), []byte(">"))
	if len(b) == 0 {
		return nil
	}
	return b
}
