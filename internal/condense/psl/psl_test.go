package psl

import "testing"

func TestDomain(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := Domain(name); got != want {
			t.Errorf("Domain(%q) = %q, want %q", name, got, want)
		}
	}
	f("www.example.org", "example.org")
	f("a.b.Example.CO.UK.", "example.co.uk")
	f("example.org", "example.org")
	f("co.uk", "co.uk")
	f("org", "org")
	f("wpad", "wpad")
	f("", "")
	f(".", "")
	f("10.0.0.1", "10.0.0.1")
	f("2001:db8::1", "2001:db8::1")
	f("1.0.0.10.in-addr.arpa", "arpa")
	f("arpa", "arpa")
	f("notarpa", "notarpa")
	f("me.github.io", "me.github.io") // private suffix: each user is a party of its own
	f("x.me.github.io", "me.github.io")
	f("host.internal.lan", "internal.lan")
	f(".example.org", ".example.org")
	f("a..org", "a..org")
	f("\xf0\xff.Example.org", "example.org")
	f("x.\xf0\xffA.org", "\xf0\xffa.org") // bytes stay what they are
	f("İ.example.org", "example.org")
	f("x.İ.org", "İ.org")
}
