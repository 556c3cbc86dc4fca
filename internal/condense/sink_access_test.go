package condense

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
)

func accessHead(port uint16) event.Head {
	return event.Head{TS: base, Orig: event.Addr{15: 1}, Resp: event.Addr{15: 2}, OrigPort: 50000, RespPort: port}
}

// TestLogon counts successes and failures apart, and remembers what machines
// call themselves.
func TestLogon(t *testing.T) {
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		for i, ok := range []event.Tri{event.Yes, event.No, event.No, event.Maybe} {
			h := accessHead(445)
			h.TS += event.Time(i * second)
			s.Logon(&event.Logon{Head: h, Log: "ntlm", Proto: event.ProtoTCP, Account: []byte("anna"), Client: []byte("WS-1"), Server: []byte("FS1"), Success: ok})
		}
		s.Logon(&event.Logon{Head: accessHead(88), Log: "kerberos", Account: []byte("WS-7$"), Domain: []byte("H")})
		s.Logon(&event.Logon{Head: accessHead(88), Log: "kerberos", Account: []byte("anna"), Domain: []byte("H")})
		s.Logon(&event.Logon{Head: accessHead(1812), Log: "radius", Account: []byte("anna"), Given: event.Addr{15: 9}})
	}})
	if a, b, n := st.sum(Logon, "succeeded"), st.sum(Logon, "failed"), st.sum(Logon, "events"); a != 1 || b != 2 || n != 7 {
		t.Error(a, b, n)
	}
	if d := cmp.Diff([]string{"anna", "fs1", "ws-1", "ws-7"}, st.keys(Identity, "host_name")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"::1", "::1", "::2", "::9"}, st.keys(Identity, "address")); d != "" {
		t.Error(d)
	}
}

// TestSelf keeps what a mail and a request tell of their sender, and the names by
// which machines announce themselves.
func TestSelf(t *testing.T) {
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		for _, helo := range []string{"Ward-PC-7", "[10.0.0.7]", "10.0.0.8", "localhost", ""} {
			s.Mail(&event.Mail{Head: accessHead(587), Helo: []byte(helo), Anonymous: event.Yes, NamesSelf: event.No, Size: 1})
		}
		s.Logon(&event.Logon{Head: accessHead(138), Log: "netbios", Proto: event.ProtoUDP, Client: []byte("WARD-PC-9")})
	}})
	if d := cmp.Diff([]string{"ward-pc-7", "ward-pc-9"}, st.keys(Identity, "host_name")); d != "" {
		t.Error(d)
	}
	f := func(m event.Mail, want int64) {
		t.Helper()
		s := New(NewDictionary(nil, nil), Options{}).Sink(1)
		m.Head = accessHead(25)
		s.Mail(&m)
		if got := s.r.event.V[XferFlags]; got != want {
			t.Errorf("%+v: flags %d, want %d", m, got, want)
		}
	}
	f(event.Mail{}, XferFromOrig)
	f(event.Mail{Anonymous: event.No, NamesSelf: event.No}, XferFromOrig)
	f(event.Mail{Anonymous: event.Yes}, XferFromOrig|XferAnonymous)
	f(event.Mail{NamesSelf: event.Yes}, XferFromOrig|XferNamesSelf)
	g := func(b event.Tri, want int64) {
		t.Helper()
		s := New(NewDictionary(nil, nil), Options{}).Sink(1)
		s.HTTP(&event.HTTP{Head: accessHead(80), Browser: b})
		if got := s.r.event.V[ReqPort]; got != want {
			t.Errorf("browser %d: port %d, want %d", b, got, want)
		}
	}
	g(event.Maybe, 50000)
	g(event.Yes, 50000)
	g(event.No, 50000|ReqDisguised)
}

// TestTurns keeps turns only where answers were held back, and packets of ICMP
// apart from them.
func TestTurns(t *testing.T) {
	f := func(c event.Conn, turns, held int64) {
		t.Helper()
		c.OrigPort = 50000
		v := convPort(&c)
		if a, b := ConvTurns(v); a != turns || b != held || uint16(v) != 50000 {
			t.Errorf("%+v: %d %d", c, a, b)
		}
	}
	f(event.Conn{Proto: event.ProtoTCP, Turns: 9}, 0, 0)
	f(event.Conn{Proto: event.ProtoTCP, Turns: 9, Held: 3}, 9, 3)
	f(event.Conn{Proto: event.ProtoTCP, Turns: 1 << 40, Held: 1 << 40}, mostPackets, mostPackets)
	f(event.Conn{Proto: event.ProtoTCP, Turns: -1, Held: 3}, 0, 3)
	f(event.Conn{Proto: event.ProtoUDP, Turns: 9, Held: 3}, 0, 0)
	f(event.Conn{Proto: event.ProtoICMP, Turns: 9, Held: 3, OrigPkts: 5}, 5, 0)
}

// TestMail files each attachment as a transfer, the size with the first.
func TestMail(t *testing.T) {
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		s.Mail(&event.Mail{
			Head: accessHead(25), From: []byte("a@h.example"), Size: 900, Code: 250,
			To:        [][]byte{[]byte("b@O.example"), []byte("<c@o.example>"), []byte("d@p.example"), []byte("nobody"), nil},
			Filenames: [][]byte{[]byte("a.zip"), []byte("b.zip")}, FUIDs: [][]byte{[]byte("F1")},
		})
	}})
	if n, b, ok := st.sum(Transfer, "events"), st.sum(Transfer, "bytes"), st.sum(Transfer, "bytes_accepted"); n != 2 || b != 900 || ok != 900 {
		t.Error(n, b, ok)
	}
	if d := cmp.Diff([]string{"a.zip", "b.zip"}, st.keys(Transfer, "file")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"o.example,p.example,nobody", "o.example,p.example,nobody"}, st.keys(Transfer, "place")); d != "" {
		t.Error(d)
	}
}

// TestTunnel makes a request to a SOCKS proxy one for the far end too.
func TestTunnel(t *testing.T) {
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		s.Tunnel(&event.Tunnel{Head: accessHead(1080), Log: "socks", Proto: event.ProtoTCP, Type: []byte("SOCKS5"), FarHost: []byte("Far.Example"), FarPort: 443})
		s.Tunnel(&event.Tunnel{Head: accessHead(3544), Log: "tunnel", Proto: event.ProtoUDP, Type: []byte("Tunnel::TEREDO")})
	}})
	if a, b := st.sum(Tunnel, "events"), st.sum(Request, "events"); a != 2 || b != 1 {
		t.Error(a, b)
	}
	if d := cmp.Diff([]string{"far.example"}, st.keys(Request, "host")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"socks", "tunnel"}, st.keys(Coverage, "log")); d != "" {
		t.Error(d)
	}
}
