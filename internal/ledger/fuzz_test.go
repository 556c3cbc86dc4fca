package ledger_test

import (
	"strings"
	"testing"

	"barium/internal/ledger"
)

// FuzzParseNetworks checks that what is accepted is whole and says what it is.
func FuzzParseNetworks(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "2001:db8::/32, 10.0.0.1", "::ffff:10.0.0.0/104", "::ffff:0.0.0.0/95", "0.0.0.0/0", "::/0", "2000::/3", "fe80::1%eth0", "fe80::/10%x", "10.0.0.0/08", ",", "\x1b[2J"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := ledger.ParseNetworks([]string{s})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "--internal ") {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		var again []string
		for _, x := range n.List() {
			if !x.Prefix.IsValid() || x.Prefix != x.Prefix.Masked() || x.Prefix.Addr().Zone() != "" {
				t.Fatalf("%q: %v", s, x.Prefix)
			}
			again = append(again, x.Prefix.String())
		}
		m, err := ledger.ParseNetworks(again)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		for i, x := range m.List() {
			if x.Prefix.String() != again[i] {
				t.Fatalf("%q: %v, then %v", s, again[i], x.Prefix)
			}
		}
	})
}
