package ledgertest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/condense"
	"barium/internal/event"
	"barium/internal/ledger"
)

// RunLook checks that what detectors may query is there and means what it says.
func RunLook(t *testing.T, open Open) {
	t.Helper()
	o := opener{open}
	t.Run("views of an empty ledger", o.emptyViews)
	t.Run("views of a full ledger", o.fullViews)
	t.Run("window", o.window)
	t.Run("networks", o.networks)
	t.Run("directions", o.directions)
	t.Run("names of far ends", o.farEnds)
	t.Run("proxy", o.proxy)
	t.Run("proxy log alone", o.proxyLogAlone)
	t.Run("proxy log and sensor", o.proxyLogAndSensor)
	t.Run("proxy behind itself", o.proxyBehindItself)
	t.Run("sensors", o.sensors)
	t.Run("facts", o.facts)
	t.Run("context ended", o.lookCancelled)
}

// views lists what look.sql promises.
var views = []string{
	"place", "oriented", "flow", "looked", "tls", "asked", "moved", "certified", "called", "answered", "vouched",
	"best_called", "best_answered", "contact", "known", "dealt",
}

func lookAt(t *testing.T, s ledger.Store, w ledger.Window, networks ...string) *ledger.Look {
	t.Helper()
	n, err := ledger.ParseNetworks(networks)
	if len(networks) == 0 {
		n, err = ledger.DefaultNetworks(context.Background(), s)
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.NewLook(context.Background(), s, w, n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var everything = ledger.WindowOf(time.Time{}, time.Time{})

func (o opener) emptyViews(t *testing.T) {
	s := o.fresh(t)
	for range 2 { // a second look takes the place of the first
		l := lookAt(t, s, everything)
		for _, v := range views {
			if n := number(t, s, "SELECT count(*) FROM "+v); n != 0 {
				t.Errorf("%s has %d rows", v, n)
			}
		}
		if l.Facts != (ledger.Facts{}) {
			t.Errorf("%+v", l.Facts)
		}
	}
}

func (o opener) fullViews(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, Sample())
	lookAt(t, s, everything)
	for _, v := range views {
		if n := number(t, s, "SELECT count(*) FROM "+v); n == 0 {
			t.Errorf("%s is empty", v)
		}
	}
	before := sum(t, s)
	lookAt(t, s, ledger.Window{Since: Hour, Until: Hour + 1}, "192.0.2.0/24")
	if sum(t, s) != before {
		t.Error("a look changes the ledger")
	}
}

// window asserts that no view sees anything outside of the window.
func (o opener) window(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, Sample())
	f := func(w ledger.Window) {
		t.Helper()
		l := lookAt(t, s, w)
		for _, v := range []string{"oriented", "flow", "looked", "tls", "asked", "moved", "certified"} {
			if n := number(t, s, "SELECT count(*) FROM "+v+" WHERE hour < ? OR hour >= ?", w.Since, w.Until); n != 0 {
				t.Errorf("%+v: %s shows %d rows outside", w, v, n)
			}
			if n := number(t, s, "SELECT count(*) FROM "+v); n == 0 && w.Since < w.Until {
				t.Errorf("%+v: %s shows nothing", w, v)
			}
		}
		from, to := int64(w.Since)*hour, int64(w.Until)*hour
		for _, v := range []string{"contact", "known", "dealt"} {
			if n := number(t, s, "SELECT count(*) FROM "+v+" WHERE first < ? OR last >= ?", from, to); n != 0 {
				t.Errorf("%+v: %s shows %d rows outside", w, v, n)
			}
		}
		if l.Facts.First < from && l.Facts.First != 0 || l.Facts.Last >= to && l.Facts.Last != 0 {
			t.Errorf("%+v: %+v", w, l.Facts)
		}
	}
	f(ledger.Window{Since: Hour, Until: Hour + 1})
	f(ledger.Window{Since: Hour + 1, Until: Hour + 2})
	f(ledger.Window{Since: Hour + 1, Until: Hour + 3})
	f(ledger.Window{Since: Hour + 1, Until: Hour + 1})
}

func inside(t *testing.T, s ledger.Store) []string {
	t.Helper()
	return texts(t, s, "SELECT ip FROM place WHERE inside ORDER BY ip")
}

func (o opener) networks(t *testing.T) {
	s := o.fresh(t)
	local := func(orig, resp string, o, r event.Tri) Put {
		return func(s *condense.Sink) {
			s.Conn(&event.Conn{Head: head(0, "", orig, resp, 443), Proto: event.ProtoTCP, State: event.SF, LocalOrig: o, LocalResp: r})
		}
	}
	mustAdd(t, s, 1, []Put{
		local("10.1.2.3", "192.0.2.1", event.Maybe, event.Maybe), local("172.31.0.1", "172.32.0.1", event.Maybe, event.Maybe),
		local("100.64.0.1", "100.128.0.1", event.Maybe, event.No), local("192.168.1.1", "fd00::1", event.Maybe, event.Maybe),
		local("147.32.81.167", "192.0.2.2", event.Yes, event.No), local("192.0.2.3", "198.51.100.7", event.No, event.Yes),
		local("169.254.1.1", "224.0.0.251", event.Yes, event.Yes), local("::1", "ff02::1", event.Yes, event.Yes),
		local("0.0.0.0", "255.255.255.255", event.Yes, event.Yes), local("fe80::1", "2001:db8::1", event.Yes, event.No),
	})
	l := lookAt(t, s, everything)
	if d := cmp.Diff([]string{"10.1.2.3", "100.64.0.1", "147.32.81.167", "172.31.0.1", "192.168.1.1", "198.51.100.7", "fd00::1"}, inside(t, s)); d != "" {
		t.Errorf("by default:\n%s", d)
	}
	specials := []string{"", "0.0.0.0", "169.254.1.1", "224.0.0.251", "255.255.255.255", "::1", "fe80::1", "ff02::1"}
	if d := cmp.Diff(specials, texts(t, s, "SELECT ip FROM place WHERE special ORDER BY ip")); d != "" {
		t.Errorf("special:\n%s", d)
	}
	var why []string
	for _, n := range l.Networks.List() {
		why = append(why, n.Prefix.String()+" "+n.Why)
	}
	want := []string{
		"10.0.0.0/8 RFC 1918", "100.64.0.0/10 RFC 6598, carrier-grade NAT", "147.32.81.167/32 the logs' local_orig or local_resp",
		"172.16.0.0/12 RFC 1918", "192.168.0.0/16 RFC 1918", "198.51.100.7/32 the logs' local_orig or local_resp", "fc00::/7 RFC 4193, unique local",
	}
	if d := cmp.Diff(want, why); d != "" {
		t.Errorf("what counts as inside:\n%s", d)
	}

	lookAt(t, s, everything, "192.0.2.0/30", "2001:db8::1")
	if d := cmp.Diff([]string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"}, inside(t, s)); d != "" {
		t.Errorf("given:\n%s", d)
	}
	lookAt(t, s, everything, "0.0.0.0/0", "::/0")
	if n := number(t, s, "SELECT count(*) FROM place WHERE inside AND special"); n != 0 {
		t.Errorf("%d special addresses are inside", n)
	}
	if n := number(t, s, "SELECT count(*) FROM flow"); n != 0 {
		t.Errorf("%d ways out though everything is inside", n)
	}
}

// directions asserts who is the host, who the far end, and which bytes go out.
func (o opener) directions(t *testing.T) {
	s := o.fresh(t)
	flipped := func(c *condense.Sink) { // joined mid-stream: the server is logged as originator
		c.Conn(&event.Conn{
			Head: event.Head{TS: start, Orig: addr("192.0.2.4"), Resp: addr("10.0.0.4"), OrigPort: 443, RespPort: 50000}, Proto: event.ProtoTCP,
			OrigBytes: 3, RespBytes: 40, State: event.OTH, History: []byte("DdA"),
		})
	}
	tried := func(c *condense.Sink) {
		c.Conn(&event.Conn{Head: head(0, "", "10.0.0.5", "192.0.2.5", 1177), Proto: event.ProtoTCP, OrigBytes: 9, State: event.S0})
	}
	mustAdd(t, s, 1, []Put{
		Connection(0, "10.0.0.1", "192.0.2.1", 443, 10, 1), Connection(hour, "10.0.0.1", "192.0.2.1", 443, 20, 2),
		Connection(0, "192.0.2.2", "10.0.0.2", 22, 3, 30), Connection(0, "10.0.0.1", "10.0.0.2", 445, 5, 6), Connection(0, "192.0.2.1", "192.0.2.2", 80, 7, 8),
		Connection(0, "10.0.0.3", "224.0.0.251", 5353, 9, 0), Connection(0, "10.0.0.3", "255.255.255.255", 67, 9, 0), Connection(0, "fe80::1", "192.0.2.9", 80, 9, 0),
		flipped, tried,
	})
	lookAt(t, s, everything)
	want := []string{
		"10.0.0.1 192.0.2.1 443 true 10 1 0 false", "10.0.0.1 192.0.2.1 443 true 20 2 0 false", "10.0.0.2 192.0.2.2 22 false 30 3 0 false",
		"10.0.0.4 192.0.2.4 443 true 40 3 0 true", "10.0.0.5 192.0.2.5 1177 true 0 0 9 false",
	}
	got := texts(t, s, `SELECT h.ip, p.ip, f.port, f.outbound, f.bytes_out, f.bytes_in, f.bytes_tried, f.flipped
		FROM flow f JOIN place h ON h.address = f.host JOIN place p ON p.address = f.far ORDER BY 1, 2, 3, 5`)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("flow:\n%s", d)
	}
	want = []string{
		"10.0.0.1 192.0.2.1 443 true 2 0 30 3 1", "10.0.0.2 192.0.2.2 22 false 1 0 30 3 1",
		"10.0.0.4 192.0.2.4 443 true 1 0 40 3 1", "10.0.0.5 192.0.2.5 1177 true 1 1 0 0 1",
	}
	got = texts(t, s, `SELECT h.ip, p.ip, c.port, c.outbound, cast(c.events AS BIGINT), cast(c.attempts AS BIGINT), cast(c.bytes_out AS BIGINT), cast(c.bytes_in AS BIGINT), c.days
		FROM contact c JOIN place h ON h.address = c.host JOIN place p ON p.address = c.far ORDER BY 1, 2, 3`)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("contact:\n%s", d)
	}
	got = texts(t, s, "SELECT l.text, k.hosts FROM known k JOIN label l ON l.label = k.label ORDER BY l.text")
	if d := cmp.Diff([]string{"192.0.2.1 1", "192.0.2.4 1", "192.0.2.5 1"}, got); d != "" {
		t.Errorf("known:\n%s", d)
	}
}

// named asks for contacts with their names, as detectors do.
const named = `SELECT p.ip, coalesce(b.text, a.text, ''), t.text, c.port, cast(c.events AS BIGINT), cast(c.bytes_out AS BIGINT)
	FROM contact c JOIN place h ON h.address = c.host JOIN place p ON p.address = c.far JOIN label t ON t.label = c.label
	LEFT JOIN best_called b ON b.client = c.host AND b.server = c.far AND b.port = c.port
	LEFT JOIN best_answered a ON a.address = c.far`

// farEnds asserts by what name a far end is called.
func (o opener) farEnds(t *testing.T) {
	s := o.fresh(t)
	dns := func(query, answer string) Put {
		return func(s *condense.Sink) {
			s.DNS(&event.DNS{Head: head(0, "", "10.0.0.1", "10.0.0.53", 53), Query: []byte(query), Answers: [][]byte{[]byte(answer)}})
		}
	}
	tls := func(sni, far string) Put {
		return func(s *condense.Sink) {
			s.SSL(&event.SSL{Head: head(0, "", "10.0.0.1", far, 443), ServerName: []byte(sni), Established: true})
		}
	}
	mustAdd(t, s, 1, []Put{
		Connection(0, "10.0.0.1", "192.0.2.1", 443, 1, 1), tls("WWW.Example.org", "192.0.2.1"), // by server name
		Connection(0, "10.0.0.1", "192.0.2.2", 443, 1, 1), dns("api.example.net", "192.0.2.2"), // by look-up
		Connection(0, "10.0.0.1", "192.0.2.3", 443, 1, 1),                                // by nothing
		Connection(0, "10.0.0.1", "192.0.2.4", 443, 1, 1), tls("192.0.2.4", "192.0.2.4"), // an address is no name
		// DNS knows the domain elsewhere: the client's word does not count.
		Connection(0, "10.0.0.1", "192.0.2.5", 443, 1, 1), tls("cdn.vouched.example", "192.0.2.5"), dns("www.vouched.example", "192.0.2.50"),
	})
	lookAt(t, s, everything)
	want := []string{
		"192.0.2.1 www.example.org example.org 443 1 1", "192.0.2.2 api.example.net example.net 443 1 1", "192.0.2.3  192.0.2.3 443 1 1", "192.0.2.4  192.0.2.4 443 1 1", "192.0.2.5  192.0.2.5 443 1 1",
	}
	if d := cmp.Diff(want, texts(t, s, named+" WHERE c.port = 443 ORDER BY p.ip")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"example.net"}, texts(t, s, "SELECT n.text FROM looked l JOIN ledger.name n ON n.id = l.domain WHERE n.text = 'example.net' ORDER BY 1")); d != "" {
		t.Error(d)
	}
}

// proxy asserts that behind a proxy the far end is the name asked for.
func (o opener) proxy(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, []Put{Connection(0, "10.0.0.1", "10.0.0.8", 3128, 1, 1), func(s *condense.Sink) {
		s.HTTP(&event.HTTP{Head: head(0, "", "10.0.0.1", "10.0.0.8", 3128), Method: []byte("CONNECT"), URI: []byte("files.example.org:443")})
	}})
	lookAt(t, s, everything)
	if d := cmp.Diff([]string{"files.example.org example.org 443"}, texts(t, s, "SELECT host_text, host_domain, proxied FROM asked ORDER BY 1")); d != "" {
		t.Error(d)
	}
	if n := number(t, s, "SELECT count(*) FROM called c JOIN place p ON p.address = c.server WHERE p.ip = '10.0.0.8'"); n != 0 {
		t.Error("a proxy is called by the names behind it")
	}
	// The far end is the name, with the bytes of the connection that carried it.
	if d := cmp.Diff([]string{"10.0.0.1 files.example.org example.org 443 1 1"}, texts(t, s, strings.Replace(named, "SELECT p.ip", "SELECT h.ip", 1)+" ORDER BY 1")); d != "" {
		t.Error(d)
	}
	if n := number(t, s, "SELECT count(*) FROM opened f JOIN opened_list l ON l.block = f.block WHERE f.via"); n != 1 {
		t.Errorf("%d lists behind the far end, want 1", n)
	}
}

// sensors asserts that what a second sensor saw too is in no view.
func (o opener) sensors(t *testing.T) {
	s := o.fresh(t)
	var ps []Put
	for i, sensor := range []string{"edge", "core"} {
		ps = append(ps, func(s *condense.Sink) {
			s.Conn(&event.Conn{Head: head(int64(i)*12_000, sensor, "10.0.0.1", "192.0.2.1", 443), Proto: event.ProtoTCP, OrigBytes: 5, RespBytes: 5, State: event.SF})
		}, func(s *condense.Sink) {
			s.DNS(&event.DNS{Head: head(int64(i)*12_000, sensor, "10.0.0.1", "10.0.0.53", 53), Query: []byte("a.example.org")})
		})
	}
	mustAdd(t, s, 1, ps)
	lookAt(t, s, everything)
	for query, want := range map[string]int64{
		"SELECT sum(events) FROM oriented": 1, "SELECT sum(bytes_out) FROM flow": 5, "SELECT sum(events) FROM looked": 1, "SELECT sum(names) FROM looked": 1,
		"SELECT sum(events) FROM contact": 1,
	} {
		if got := number(t, s, query); got != want {
			t.Errorf("%s = %d, want %d", query, got, want)
		}
	}
}

func (o opener) facts(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, []Put{
		Connection(5, "10.0.0.1", "192.0.2.1", 443, 1, 1), Connection(hour, "10.0.0.2", "192.0.2.1", 443, 1, 1), Connection(hour, "192.0.2.1", "10.0.0.3", 22, 1, 1),
	})
	l := lookAt(t, s, everything)
	if d := cmp.Diff(ledger.Facts{Hosts: 2, First: start + 5, Last: start + hour}, l.Facts); d != "" {
		t.Error(d)
	}
	mustAdd(t, s, 2, []Put{func(s *condense.Sink) {
		s.DNS(&event.DNS{Head: head(0, "", "10.0.0.1", "10.0.0.53", 53), Query: []byte("x.org")})
	}})
	if l := lookAt(t, s, everything); !l.Facts.DNS {
		t.Error("look-ups are not noticed")
	}
}

func (o opener) lookCancelled(t *testing.T) {
	s := o.fresh(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ledger.DefaultNetworks(ctx, s); err == nil {
		t.Error("DefaultNetworks: no error")
	}
	if _, err := ledger.NewLook(ctx, s, everything, ledger.Networks{}); err == nil {
		t.Error("NewLook: no error")
	}
}
