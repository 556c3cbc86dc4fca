package pcap

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	gotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"io"
	"math/big"
	"net"
	"slices"
	"testing"
	"time"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// record puts a TLS record around b.
func record(kind byte, b []byte) []byte {
	return append([]byte{kind, 3, 1, byte(len(b) >> 8), byte(len(b))}, b...)
}

func list16(b ...byte) []byte { return binary.BigEndian.AppendUint16(nil, uint16(len(b))) }

// helloOf is the client hello of the example in the description of JA4.
func helloOf(t testing.TB) []byte {
	numbers := func(list ...uint16) (b []byte) {
		for _, v := range list {
			b = binary.BigEndian.AppendUint16(b, v)
		}
		return b
	}
	within := func(b []byte) []byte { return append(list16(b...), b...) }
	var ext []byte
	add := func(kind uint16, b []byte) { ext = slices.Concat(ext, numbers(kind), within(b)) }
	add(0x0a0a, nil)
	add(extServerName, within(append([]byte{0}, within([]byte("example.org"))...)))
	for _, kind := range []uint16{0x17, 0xff01, 0x23, 0x05, 0x12, 0x33, 0x2d, 0x1b, 0x4469, 0x15} {
		add(kind, nil)
	}
	add(extGroups, within(numbers(0x1a1a, 29, 23)))
	add(extPointFormats, []byte{1, 0})
	add(extALPN, within(append([]byte{2}, "h2"...)))
	add(extSignatures, within(numbers(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)))
	versions := numbers(0x2a2a, 0x0304, 0x0303)
	add(extSupportedVersions, append([]byte{byte(len(versions))}, versions...))
	ciphers := numbers(0x3a3a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c, 0x9d, 0x2f, 0x35)
	body := slices.Concat(numbers(0x0303), make([]byte, 32), []byte{0}, within(ciphers), []byte{1, 0}, within(ext))
	if len(body) > 1<<16 {
		t.Fatal("too long")
	}
	return slices.Concat([]byte{helloClient, 0, byte(len(body) >> 8), byte(len(body))}, body)
}

func TestJA4(t *testing.T) {
	h, ok := parseClientHello(helloOf(t)[messageOverhead:])
	if !ok {
		t.Fatal("the hello cannot be read")
	}
	if got, want := string(h.ja4()), "t13d1516h2_8daaf6152771_e5627efa2ab1"; got != want {
		t.Errorf("JA4 %s, want %s", got, want)
	}
	if string(h.name) != "example.org" {
		t.Errorf("name %q", h.name)
	}
	f := func(alpn, want string) {
		t.Helper()
		if got := ja4ALPN([]byte(alpn)); got != want {
			t.Errorf("%q: %s, want %s", alpn, got, want)
		}
	}
	f("", "00")
	f("h2", "h2")
	f("http/1.1", "h1")
	f("x", "xx")
	f("\xab\xcd", "ad")
}

// session records the bytes of a session of Go's own TLS.
func session(t *testing.T, version uint16, cert gotls.Certificate) []turn {
	t.Helper()
	a, b := net.Pipe()
	var turns []turn
	done := make(chan error, 1)
	lock := make(chan struct{}, 1)
	note := func(orig bool) func([]byte) {
		return func(p []byte) {
			lock <- struct{}{}
			turns = append(turns, turn{orig: orig, text: string(p)})
			<-lock
		}
	}
	c := gotls.Client(&tapped{Conn: a, note: note(true)}, &gotls.Config{ServerName: "files.example.org", InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, SessionTicketsDisabled: true})
	s := gotls.Server(&tapped{Conn: b, note: note(false)}, &gotls.Config{Certificates: []gotls.Certificate{cert}, SessionTicketsDisabled: true})
	go func() {
		if err := s.Handshake(); err != nil {
			done <- err
			return
		}
		_, err := io.ReadFull(s, make([]byte, 5))
		done <- err
	}()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return turns
}

type tapped struct {
	net.Conn
	note func([]byte)
}

func (c *tapped) Write(b []byte) (int, error) { c.note(b); return c.Conn.Write(b) }

// TestTLS reads sessions that Go's own TLS made, out of packets.
func TestTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	name := pkix.Name{CommonName: "files.example.org", Organization: []string{"Träger, e.V."}, Country: []string{"DE"}}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(0xabc), Subject: name, NotBefore: time.UnixMicro(began), NotAfter: time.UnixMicro(began).Add(time.Hour),
		DNSNames: []string{"files.example.org"}, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert := gotls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	f := func(version uint16, want string, subject string, certs int) {
		t.Helper()
		file := newFile(linkEthernet)
		d := dial(t, file, 50000, 4433)
		for _, turn := range session(t, version, cert) {
			d.say(turn.orig, turn.text)
		}
		d.hangUp()
		got := formattest.Read(t, Reader{}, file.b)
		if n := got.Counts(); n["ssl"] != 1 || n["x509"] != certs || len(got.Bads) > 0 {
			t.Fatalf("%v %+v", n, got.Bads)
		}
		for _, r := range got.Records {
			switch e := r.Event.(type) {
			case event.SSL:
				if string(e.Version) != want || string(e.ServerName) != "files.example.org" || !e.Established || e.Resumed || string(e.Subject) != subject ||
					len(e.JA3) != 32 || len(e.JA3S) != 32 || len(e.JA4) != 36 || (len(e.CertID) == 64) != (certs > 0) {
					t.Errorf("%s", r.Text)
				}
			case event.X509:
				if string(e.Subject) != subject || string(e.Serial) != "0ABC" || string(e.KeyAlg) != "id-ecPublicKey" || e.KeyLength != 256 || e.CA != event.No || len(e.SANDNS) != 1 {
					t.Errorf("%s", r.Text)
				}
			case event.Conn:
				if string(e.Service) != "ssl" {
					t.Errorf("service %q", e.Service)
				}
			}
		}
	}
	subject := `CN=files.example.org,O=Tr\C3\A4ger\, e.V.,C=DE`
	f(gotls.VersionTLS12, "TLSv12", subject, 1)
	f(gotls.VersionTLS13, "TLSv13", "", 0)
}
