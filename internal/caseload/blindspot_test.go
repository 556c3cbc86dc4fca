package caseload_test

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/caseload"
	"barium/internal/condense"
	"barium/internal/detect/all"
	"barium/internal/event"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

// full is coverage without a hole: everything was seen for a year.
func full() *caseload.Coverage {
	c := &caseload.Coverage{
		Logs: map[string]bool{}, FirstHour: 480000, LastHour: 480000 + 365*24 - 1, Hours: 365 * 24,
		DNSClients: 50, Hosts: 60, Inner: 100, Outer: 100, Inbound: 10, OneSided: 0.1, Shared: []string{"10.0.0.9"},
	}
	for _, l := range []string{"conn", "dns", "http", "smtp", "ssl", "x509", "files", "smb_files", "ftp", "dhcp", "capture_loss", "dce_rpc", "kerberos"} {
		c.Logs[l] = true
	}
	return c
}

// TestBlindSpots switches each condition on alone.
func TestBlindSpots(t *testing.T) {
	about := func(c *caseload.Coverage) map[string]caseload.BlindSpot {
		out := map[string]caseload.BlindSpot{}
		for _, b := range c.BlindSpots(all.Detectors) {
			if b.Route == "" || b.Reason == "" || b.Fix == "" {
				t.Errorf("something is left out: %+v", b)
			}
			if _, again := out[b.Route+b.Reason]; again {
				t.Errorf("twice: %+v", b)
			}
			out[b.Route+b.Reason] = b
		}
		return out
	}
	whole := about(full())
	for _, route := range []string{"another tenant", "mail rules", "cloud to cloud", "hosted record systems", "off the network", "USB drives"} {
		if !slices.ContainsFunc(slices.Collect(maps.Values(whole)), func(b caseload.BlindSpot) bool { return strings.Contains(b.Route, route) }) {
			t.Errorf("%s is missing", route)
		}
	}
	// f changes one thing and wants a blind spot whose reason says so; off is the
	// nearest state that must not give it.
	f := func(name, reason string, on, off func(*caseload.Coverage)) {
		t.Helper()
		has := func(change func(*caseload.Coverage)) bool {
			c := full()
			change(c)
			for _, b := range about(c) {
				if strings.Contains(b.Reason, reason) {
					return true
				}
			}
			return false
		}
		if !has(on) {
			t.Errorf("%s: no blind spot says %q", name, reason)
		}
		if has(off) {
			t.Errorf("%s: %q is said without cause", name, reason)
		}
	}
	nothing := func(*caseload.Coverage) {}
	without := func(logs ...string) func(*caseload.Coverage) {
		return func(c *caseload.Coverage) {
			for _, l := range logs {
				delete(c.Logs, l)
			}
		}
	}
	f("conn", "there is no connection log", without("conn"), nothing)
	f("http", "there is no http log", without("http"), nothing)
	f("files", "there is no files or smb_files log", without("files", "smb_files"), without("files"))
	f("capture_loss", "there is no capture_loss log", without("capture_loss"), nothing)
	for _, d := range all.Detectors {
		for _, n := range d.About().Needs {
			f(d.About().Name+" needs "+n.Log, n.Reason, without(n.Log), nothing)
		}
	}
	f("DNS", "look-ups", without("dns"), nothing)
	f("memory", "did not fit into memory", func(c *caseload.Coverage) { c.TooLarge = []string{"relay"} }, nothing)
	f("TLS", "TLS", without("ssl"), nothing)

	days := func(n uint32) func(*caseload.Coverage) {
		return func(c *caseload.Coverage) { c.FirstHour, c.Hours = c.LastHour-24*n+1, int64(24*n) }
	}
	f("short", "the records cover 121 days, and half of all espionage stays longer than 122 days", days(121), nothing)
	f("short", "nothing before ", days(121), days(122))
	f("gap", "1 of 8760 hours between", func(c *caseload.Coverage) { c.Hours-- }, nothing)
	f("bad records", "2 records and 0 files could not be read", func(c *caseload.Coverage) { c.Bad = 2 }, nothing)
	f("unread files", "0 records and 1 file could not be read", func(c *caseload.Coverage) { c.Unread = 1 }, nothing)
	f("skipped", "read but not used yet: kerberos, ntlm", func(c *caseload.Coverage) { c.Skipped = []string{"kerberos", "ntlm"} }, nothing)
	f("capture loss", "lost up to 1.0 %", func(c *caseload.Coverage) { c.WorstLoss = 1 }, func(c *caseload.Coverage) { c.WorstLoss = 0.99 })
	f("missed", "5 MB were missed", func(c *caseload.Coverage) { c.Missed = 5e6 }, nothing)
	f("only inside", "only traffic between inside addresses", func(c *caseload.Coverage) { c.Outer, c.Inbound = 0, 0 }, nothing)
	f("only outside", "only traffic with the outside", func(c *caseload.Coverage) { c.Inner = 0 }, nothing)
	f("only outbound", "no connection from outside to inside", func(c *caseload.Coverage) { c.Inbound = 0 }, nothing)
	f("one-sided", "60 % of the connections show bytes in one direction only", func(c *caseload.Coverage) { c.OneSided = 0.6 }, nothing)
	f("one-sided", "in one direction only", func(c *caseload.Coverage) { c.OneSided = 0.51 }, func(c *caseload.Coverage) { c.OneSided = 0.5 })
	f("resolver", "the sensor sees the resolver", func(c *caseload.Coverage) { c.DNSClients = 2 }, func(c *caseload.Coverage) { c.DNSClients = 3 })
	f("resolver of few", "the sensor sees the resolver", func(c *caseload.Coverage) { c.DNSClients, c.Hosts = 2, 5 }, func(c *caseload.Coverage) { c.DNSClients, c.Hosts = 2, 4 })
	f("proxy", "clients go out by a proxy: 10.0.0.8", func(c *caseload.Coverage) { c.Proxies = []string{"10.0.0.8"} }, nothing)
	f("shared", "many machines behind one address (NAT, terminal server): 10.0.0.9", nothing, func(c *caseload.Coverage) { c.Shared = nil })
	f("nobody shared", "none stood out here", func(c *caseload.Coverage) { c.Shared = nil }, nothing)
	f("TLS content", "the content of TLS cannot be seen", func(c *caseload.Coverage) { c.TLS = 1 }, nothing)
	f("nothing at all", "no record carries a time", func(c *caseload.Coverage) { c.Hours = 0 }, nothing)

	// Without a time nothing else is said about time.
	for _, b := range about(&caseload.Coverage{}) {
		if strings.Contains(b.Reason, "1970") {
			t.Errorf("%+v", b)
		}
	}
}

func addr(s string) event.Addr { return event.AddrFrom(netip.MustParseAddr(s)) }

const start = 492346 * 3600 * 1_000_000

// look puts records into a ledger and looks at them.
func look(t *testing.T, w ledger.Window, put func(*condense.Sink)) *ledger.Look {
	t.Helper()
	ctx := context.Background()
	s, err := duck.Open(ctx, filepath.Join(t.TempDir(), "ledger"), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	dict, err := s.Dictionary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := condense.New(dict, condense.Options{})
	sink := c.Sink(1)
	put(sink)
	if err := sink.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Import(ctx, c, nil); err != nil {
		t.Fatal(err)
	}
	n, err := ledger.DefaultNetworks(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.NewLook(ctx, s, w, n)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

var everything = ledger.Window{Until: 1<<32 - 1}

func conn(at int64, orig, resp string, out, in int64, state event.ConnState) *event.Conn {
	return &event.Conn{
		Head:  event.Head{TS: event.Time(start + at), Orig: addr(orig), Resp: addr(resp), OrigPort: 40000, RespPort: 443},
		Proto: event.ProtoTCP, OrigBytes: out, RespBytes: in, State: state,
	}
}

// TestCover asserts what is found out about the holes of a ledger.
func TestCover(t *testing.T) {
	const hour = 3600 * 1_000_000
	put := func(s *condense.Sink) {
		s.Conn(conn(0, "10.0.0.1", "192.0.2.1", 5, 5, event.SF))
		s.Conn(conn(hour, "10.0.0.2", "192.0.2.1", 5, 0, event.SF))
		s.Conn(conn(hour, "10.0.0.3", "192.0.2.1", 5, 0, event.S0)) // attempts are not one-sided
		s.Conn(conn(5*hour, "10.0.0.1", "10.0.0.2", 5, 5, event.SF))
		missed := conn(5*hour, "192.0.2.9", "10.0.0.1", 5, 5, event.SF)
		missed.MissedBytes = 77
		s.Conn(missed)
		s.Conn(conn(0, "10.0.0.1", "224.0.0.251", 5, 0, event.SF)) // nobody's far end
		s.DNS(&event.DNS{Head: event.Head{TS: start, Orig: addr("10.0.0.53"), Resp: addr("192.0.2.53")}, Query: []byte("a.org")})
		s.CaptureLoss(&event.CaptureLoss{Head: event.Head{TS: start}, Percent: 1.5})
		s.CaptureLoss(&event.CaptureLoss{Head: event.Head{TS: start + hour}, Percent: 2.5})
		s.SSL(&event.SSL{Head: event.Head{TS: start, Orig: addr("10.0.0.1"), Resp: addr("192.0.2.1"), RespPort: 443}})
		for range 2 {
			s.HTTP(&event.HTTP{Head: event.Head{TS: start, Orig: addr("10.0.0.1"), Resp: addr("10.0.0.8"), RespPort: 3128}, Method: []byte("CONNECT"), URI: []byte("x.org:443")})
		}
	}
	got, err := caseload.Cover(t.Context(), look(t, everything, put))
	if err != nil {
		t.Fatal(err)
	}
	if got.OneSided <= 0 || got.OneSided >= 0.5 {
		t.Errorf("%f one-sided", got.OneSided)
	}
	got.OneSided = 0
	want := &caseload.Coverage{
		Logs:      map[string]bool{"conn": true, "dns": true, "capture_loss": true, "ssl": true, "http": true},
		FirstHour: 492346, LastHour: 492351, Hours: 3, DNSClients: 1, Hosts: 3, Inner: 1, Outer: 5, Inbound: 1, WorstLoss: 2.5, Missed: 77,
		Proxies: []string{"10.0.0.8"}, TLS: 1,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}

	// A window sees its own holes only.
	got, err = caseload.Cover(t.Context(), look(t, ledger.Window{Since: 492347, Until: 492348}, put))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]bool{"conn": true, "capture_loss": true}, got.Logs); d != "" || got.Hours != 1 || got.Missed != 0 || got.TLS != 0 || len(got.Proxies) != 0 {
		t.Errorf("%+v\n%s", got, d)
	}

	empty, err := caseload.Cover(t.Context(), look(t, everything, func(*condense.Sink) {}))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&caseload.Coverage{Logs: map[string]bool{}}, empty); d != "" {
		t.Error(d)
	}
	l := look(t, everything, func(*condense.Sink) {})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := caseload.Cover(ctx, l); err == nil {
		t.Error("cancelled: no error")
	}
}

// TestShared asserts which addresses are taken for many machines.
func TestShared(t *testing.T) {
	f := func(name string, want []string, kinds map[string]int) {
		t.Helper()
		l := look(t, everything, func(s *condense.Sink) {
			for ip, n := range kinds {
				for i := range n {
					s.HTTP(&event.HTTP{Head: event.Head{TS: start, Orig: addr(ip), Resp: addr("192.0.2.1"), RespPort: 80}, UserAgent: fmt.Appendf(nil, "agent %d", i)})
				}
			}
		})
		c, err := caseload.Cover(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, c.Shared); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	ordinary := func(n int) map[string]int {
		out := map[string]int{}
		for i := range n {
			out[fmt.Sprintf("10.0.0.%d", i+1)] = 2
		}
		return out
	}
	with := func(m map[string]int, ip string, n int) map[string]int { m[ip] = n; return m }
	f("ordinary", nil, ordinary(10))
	f("one with many", []string{"10.0.1.1"}, with(ordinary(10), "10.0.1.1", 20))
	f("one with some", nil, with(ordinary(10), "10.0.1.1", 11))
	f("a single host", nil, map[string]int{"10.0.0.1": 20})
	f("a single host with very many", []string{"10.0.0.1"}, map[string]int{"10.0.0.1": 40})
	f("outside", nil, with(ordinary(10), "192.0.2.7", 50))
}
