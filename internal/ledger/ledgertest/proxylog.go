package ledgertest

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/condense"
	"barium/internal/event"
)

// asked is a request as a proxy's own log tells of it: without the client's port
// and, when proxy is empty, without the proxy's address.
func asked(at int64, client, proxy, method, url string, status int, out, in int64) Put {
	return func(s *condense.Sink) {
		h := event.Head{TS: event.Time(start + at), Orig: addr(client)}
		if proxy != "" {
			h.Resp = addr(proxy)
		}
		s.HTTP(&event.HTTP{Head: h, Method: []byte(method), URI: []byte(url), Proxied: true, Status: status, ReqLen: out, RespLen: in})
	}
}

const dealings = `SELECT h.ip || ' ' || t.text || ' ' || c.port || ' ' || c.events || ' ' || c.attempts || ' ' || c.bytes_out || ' ' || c.bytes_in
	FROM contact c JOIN place h ON h.address = c.host JOIN label t ON t.label = c.label WHERE c.outbound ORDER BY 1`

// proxyLogAlone asserts that a proxy's log alone says what went where.
func (o opener) proxyLogAlone(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, []Put{
		asked(0, "10.0.0.1", "", "CONNECT", "files.example.org:443", 200, 700, 30),
		asked(5*second, "10.0.0.1", "", "CONNECT", "files.example.org:443", 407, 90, 30), // not opened
		asked(hour, "10.0.0.1", "", "PUT", "http://www.example.org:8080/d.zip", 201, 200_000, 1),
		asked(hour, "10.0.0.2", "10.0.0.8", "POST", "https://192.0.2.7/x", 200, 80_000, 2),
	})
	l := lookAt(t, s, everything)
	want := []string{
		"10.0.0.1 example.org 443 2 1 700 30", "10.0.0.1 example.org 8080 1 0 200000 1", "10.0.0.2 192.0.2.7 443 1 0 80000 2",
	}
	if d := cmp.Diff(want, texts(t, s, dealings)); d != "" {
		t.Error(d)
	}
	if l.Facts.First != start || l.Facts.Last != start+hour || l.Facts.Hosts != 2 || !l.Facts.Names {
		t.Errorf("facts %+v", l.Facts)
	}
	// A file belongs to the far end that it was sent to.
	moved := `SELECT p.ip || ' ' || m.port || ' ' || m.file || ' ' || m.bytes FROM moved m JOIN place p ON p.address = m.server ORDER BY 1`
	if d := cmp.Diff([]string{"192.0.2.7 443 x 80000", "www.example.org 8080 d.zip 200000"}, texts(t, s, moved)); d != "" {
		t.Error(d)
	}
	if n := number(t, s, "SELECT count(*) FROM opened f JOIN opened_list l ON l.block = f.block WHERE f.via"); n != 3 {
		t.Errorf("%d lists behind the far ends, want 3", n)
	}
}

// proxyLogAndSensor asserts that what both a sensor and the proxy's log tell of
// counts once, as the sensor saw it.
func (o opener) proxyLogAndSensor(t *testing.T) {
	s := o.fresh(t)
	sensor := func(at int64, method, url string, out int64) []Put {
		return []Put{Connection(at, "10.0.0.1", "10.0.0.8", 3128, 1000, 50), func(s *condense.Sink) {
			s.HTTP(&event.HTTP{
				Head: head(at, "", "10.0.0.1", "10.0.0.8", 3128), Method: []byte(method), URI: []byte(url), ReqLen: out, RespLen: 1, Status: 200,
			})
		}}
	}
	var ps []Put
	ps = append(ps, sensor(0, "CONNECT", "files.example.org:443", 0)...)
	ps = append(ps, sensor(600*second, "PUT", "http://up.example.net/d.zip", 900)...)
	ps = append(
		ps,
		asked(2*second, "10.0.0.1", "", "CONNECT", "files.example.org:443", 200, 700, 30),      // the same
		asked(3000*second, "10.0.0.1", "", "CONNECT", "files.example.org:443", 200, 30, 7),     // seen by the proxy alone
		asked(601*second, "10.0.0.1", "", "PUT", "http://up.example.net/d.zip", 200, 1100, 30), // the same
		asked(2*second, "10.0.0.2", "", "CONNECT", "files.example.org:443", 200, 5, 6),         // another client
		// Behind a transparent proxy the client dealt with the far end itself.
		Connection(0, "10.0.0.3", "192.0.2.3", 443, 40, 4),
		func(s *condense.Sink) {
			s.SSL(&event.SSL{Head: head(0, "", "10.0.0.3", "192.0.2.3", 443), ServerName: []byte("tls.example.com"), Established: true})
		},
		asked(1*second, "10.0.0.3", "", "CONNECT", "tls.example.com:443", 200, 50, 5),
		Connection(0, "10.0.0.4", "192.0.2.4", 443, 41, 4),
		asked(1*second, "10.0.0.4", "", "CONNECT", "192.0.2.4:443", 200, 51, 5),
		Connection(0, "10.0.0.5", "192.0.2.5", 443, 42, 4),
		func(s *condense.Sink) {
			s.DNS(&event.DNS{Head: head(0, "", "10.0.0.5", "10.0.0.53", 53), Query: []byte("dns.example.info"), Answers: [][]byte{[]byte("192.0.2.5")}})
		},
		asked(1*second, "10.0.0.5", "", "CONNECT", "dns.example.info:443", 200, 52, 5),
	)
	mustAdd(t, s, 1, ps)
	lookAt(t, s, everything)
	want := []string{
		"10.0.0.1 example.net 80 1 0 1000 50", "10.0.0.1 example.org 443 1 0 1000 50", "10.0.0.1 example.org 443 1 0 30 7", "10.0.0.2 example.org 443 1 0 5 6",
		"10.0.0.3 example.com 443 1 0 40 4", "10.0.0.4 192.0.2.4 443 1 0 41 4", "10.0.0.5 example.info 443 1 0 42 4",
	}
	if d := cmp.Diff(want, texts(t, s, dealings)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"900"}, texts(t, s, "SELECT bytes || '' FROM moved ORDER BY 1")); d != "" {
		t.Errorf("transfers:\n%s", d)
	}
}

// proxyBehindItself asserts that the connections of a proxy that its log does not
// name, seen by a sensor at the edge, are not taken for dealings of another host.
func (o opener) proxyBehindItself(t *testing.T) {
	s := o.fresh(t)
	var ps []Put
	for i := range 12 {
		name, ip := fmt.Sprintf("s%d.example", i), fmt.Sprintf("192.0.2.%d", 10+i)
		ps = append(
			ps,
			asked(0, "10.0.0.1", "", "CONNECT", name+":443", 200, 10, 1),
			Connection(0, "10.0.0.8", ip, 443, 11, 2),
			func(s *condense.Sink) {
				h := head(0, "", "10.0.0.8", ip, 443)
				h.Resp = event.AddrFrom(netip.MustParseAddr(ip))
				s.SSL(&event.SSL{Head: h, ServerName: []byte(name), Established: true})
			},
		)
		if i < 3 { // another host deals with some of them itself
			ps = append(ps, Connection(0, "10.0.0.9", ip, 443, 12, 3), func(s *condense.Sink) {
				s.SSL(&event.SSL{Head: head(0, "", "10.0.0.9", ip, 443), ServerName: []byte(name), Established: true})
			})
		}
	}
	// What the proxy's host does besides stays its own.
	ps = append(ps, Connection(0, "10.0.0.8", "192.0.2.99", 443, 5, 5))
	mustAdd(t, s, 1, ps)
	lookAt(t, s, everything)
	hosts := `SELECT h.ip || ' ' || count(*) || ' ' || sum(c.bytes_out) FROM contact c JOIN place h ON h.address = c.host WHERE c.outbound GROUP BY h.ip ORDER BY 1`
	if d := cmp.Diff([]string{"10.0.0.1 12 120", "10.0.0.8 1 5", "10.0.0.9 3 36"}, texts(t, s, hosts)); d != "" {
		t.Error(d)
	}
}
