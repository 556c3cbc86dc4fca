package ledger_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/ledger"
	"barium/internal/ledger/duck"
	"barium/internal/ledger/ledgertest"
)

func TestLook(t *testing.T) {
	ledgertest.RunLook(t, func(ctx context.Context, dir string) (ledger.Store, error) {
		s, err := duck.Open(ctx, filepath.Join(dir, "ledger"), duck.Options{})
		if err != nil {
			return nil, err
		}
		return s, nil
	})
}

func TestWindowOf(t *testing.T) {
	day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	const h = 492336 // hours from 1970 to day
	f := func(name string, since, until time.Time, want ledger.Window) {
		t.Helper()
		if got := ledger.WindowOf(since, until); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	open := uint32(1<<32 - 1)
	f("open", time.Time{}, time.Time{}, ledger.Window{Until: open})
	f("since", day, time.Time{}, ledger.Window{Since: h, Until: open})
	f("until", time.Time{}, day, ledger.Window{Until: h})
	f("within hours", day.Add(30*time.Minute), day.Add(90*time.Minute), ledger.Window{Since: h, Until: h + 2})
	f("one second into the next hour", day, day.Add(time.Hour+time.Second), ledger.Window{Since: h, Until: h + 2})
	f("another zone", day.In(time.FixedZone("", 5*3600)), day.Add(time.Hour), ledger.Window{Since: h, Until: h + 1})
	f("before 1970", time.Unix(-5, 0), time.Unix(-5, 0), ledger.Window{Since: 0, Until: 0})
	late := time.Unix(1<<50, 0)
	f("after all", late, late, ledger.Window{Since: open, Until: open})
}

func TestParseNetworks(t *testing.T) {
	f := func(given []string, want ...string) {
		t.Helper()
		n, err := ledger.ParseNetworks(given)
		if err != nil {
			t.Errorf("%q: %v", given, err)
		}
		var got []string
		for _, x := range n.List() {
			if x.Why != "given" {
				t.Errorf("%q: why %q", given, x.Why)
			}
			got = append(got, x.Prefix.String())
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q:\n%s", given, d)
		}
	}
	f(nil)
	f([]string{"10.0.0.0/16"}, "10.0.0.0/16")
	f([]string{"10.0.1.2/16"}, "10.0.0.0/16")
	f([]string{"10.0.0.1"}, "10.0.0.1/32")
	f([]string{"2001:db8::/32, 10.0.0.0/8", "192.0.2.1"}, "10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32")
	f([]string{"::ffff:10.0.0.1"}, "10.0.0.1/32")
	f([]string{"0.0.0.0/0"}, "0.0.0.0/0")
	for _, bad := range []string{"", "hospital", "10.0.0.0/33", "10.0.0", "10.0.0.0/8,", "10.0.0.0/8;x"} {
		if _, err := ledger.ParseNetworks([]string{bad}); err == nil {
			t.Errorf("%q is no error", bad)
		}
	}
}

func TestInside(t *testing.T) {
	n, err := ledger.ParseNetworks([]string{"10.0.0.0/8", "192.0.2.1", "::ffff:172.16.0.0/108", "2001:db8::/32", "0.0.0.0/8", "224.0.0.0/4"})
	if err != nil {
		t.Fatal(err)
	}
	f := func(ip string, inside, special bool) {
		t.Helper()
		if a, b := n.Inside(ip); a != inside || b != special {
			t.Errorf("%s: inside %t, special %t, want %t, %t", ip, a, b, inside, special)
		}
	}
	f("10.255.255.255", true, false)
	f("11.0.0.0", false, false)
	f("192.0.2.1", true, false)
	f("192.0.2.2", false, false)
	f("172.16.5.5", true, false)
	f("2001:db8:1::1", true, false)
	f("2001:db9::1", false, false)
	for _, s := range []string{"", "x", "0.0.0.0", "::", "127.0.0.1", "::1", "169.254.0.1", "fe80::1", "224.0.0.1", "239.255.255.250", "ff02::fb", "255.255.255.255"} {
		f(s, false, true)
	}
}

func TestMappedNetwork(t *testing.T) {
	n, err := ledger.ParseNetworks([]string{"::ffff:10.0.0.0/104"})
	if err != nil {
		t.Fatal(err)
	}
	if in, _ := n.Inside("10.9.9.9"); !in {
		t.Errorf("an IPv4 network in IPv6 form holds no IPv4 address: %v", n.List())
	}
	if got := n.List()[0].Prefix; got != netip.MustParsePrefix("10.0.0.0/8") {
		t.Errorf("shown as %s", got)
	}
}
