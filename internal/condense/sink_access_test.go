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
