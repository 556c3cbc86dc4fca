package tlsid

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

const second, hour = 1_000_000, 3600 * 1_000_000

// sessions returns n sessions, a gap apart.
func sessions(n int, gap int64) (ss []session) {
	for i := range n {
		ss = append(ss, session{10*day + int64(i)*gap, detect.Place{Source: 1, Offset: int64(i)}})
	}
	return ss
}

func TestScore(t *testing.T) {
	base := func() candidate {
		return candidate{
			host: "10.0.0.5", label: "far.test", port: 443, users: 1, hosts: 100, labelFirst: 10 * day, lookLast: 20 * day, labels: 40,
			connections: 20, duration: 20 * second, bytesOut: 9000, ja3Known: 100, sessions: sessions(20, hour),
			shown: []shown{{
				far: "203.0.113.4", name: "www.far.test", serverName: "www.far.test", validation: "ok", hasCert: true, ja3: "a", ja3Hosts: 90, events: 20, established: 20,
				cert: certificate{subject: "CN=www.far.test", issuer: "CN=CA", notBefore: 0, notAfter: 90 * day, issuerLabels: 30},
			}},
		}
	}
	own := func(c *candidate) {
		c.shown[0].validation, c.shown[0].cert.issuer = "self signed certificate", c.shown[0].cert.subject
	}
	for _, c := range []struct {
		name   string
		change func(*candidate)
		least  float64
		most   float64
		terms  []string
		tech   string
	}{
		{name: "nothing odd", change: func(*candidate) {}},
		{name: "no certificate seen, as in TLS 1.3", change: func(c *candidate) { c.shown[0].hasCert, c.shown[0].validation = false, "" }},
		{name: "signed by itself", change: own, least: 20, most: 25, terms: []string{"signed by itself"}},
		{name: "signed by itself, nobody checked", change: func(c *candidate) { own(c); c.shown[0].validation = "" }, least: 20, most: 25, terms: []string{"signed by itself"}},
		{name: "incomplete chain alone", change: func(c *candidate) {
			c.shown[0].validation, c.shown[0].cert.issuerLabels = "unable to get local issuer certificate", 1
		}},
		{name: "issuer that the sensor does not know, widely used", change: func(c *candidate) {
			c.shown[0].validation, c.shown[0].cert.subject = "unable to get local issuer certificate", "O=Google LLC"
		}},
		{name: "brand under an issuer of its own", change: func(c *candidate) {
			c.shown[0].validation, c.shown[0].cert = "unable to get local issuer certificate", certificate{subject: "CN=a", issuer: "CN=Symantec CA", notBefore: unset, notAfter: unset, issuerLabels: 1}
			c.label, c.shown[0].name = "203.0.113.4", ""
		}, least: 22, most: 30, terms: []string{"imitates symantec", "not trusted: Symantec CA"}, tech: "T1036"},
		{name: "authority of a brand that the sensor does not trust", change: func(c *candidate) {
			c.shown[0].validation, c.shown[0].cert = "unable to get local issuer certificate", certificate{subject: "CN=a", issuer: "CN=Symantec CA", notBefore: unset, notAfter: unset, issuerLabels: 1}
		}},
		{name: "brand in earnest", change: func(c *candidate) {
			own(c)
			c.label, c.shown[0].cert.subject, c.shown[0].cert.issuer = "microsoft.com", "O=Microsoft", "O=Microsoft"
		}, least: 20, most: 25},
		{name: "odd dates", change: func(c *candidate) { c.shown[0].validation, c.shown[0].cert.notAfter = "", 9*year }, least: 15, most: 20, terms: []string{"valid for 9 years"}},
		{name: "placeholder", change: func(c *candidate) {
			own(c)
			c.shown[0].cert.subject, c.shown[0].cert.issuer = "CN=x,O=Internet Widgits Pty Ltd", "CN=x,O=Internet Widgits Pty Ltd"
		}, least: 22, most: 28, terms: []string{"placeholder: Internet Widgits"}},
		{name: "burst at an address", change: func(c *candidate) {
			own(c)
			c.label, c.port, c.sessions, c.connections, c.duration = "203.0.113.4", 8443, sessions(376, second/2), 376, 376*second
			c.shown[0].name, c.shown[0].serverName, c.shown[0].events = "203.0.113.4", "203.0.113.4", 376
		}, least: 35, most: 50, terms: []string{"in place of a name", "376 short sessions within 3.1 min", "port 8443"}, tech: "T1571"},
		{name: "burst of long sessions", change: func(c *candidate) {
			own(c)
			c.sessions, c.connections, c.duration = sessions(376, second/2), 376, 376*60*second
		}, least: 20, most: 25},
		{name: "client certificate", change: func(c *candidate) { c.shown[0].client, c.shown[0].hasCert = "CN=c", false }, least: 15, most: 20, terms: []string{"showed a certificate of its own"}},
		{name: "client certificate at a trusted service", change: func(c *candidate) { c.shown[0].client = "CN=c" }},
		{name: "lone fingerprint", change: func(c *candidate) { own(c); c.shown[0].ja3Hosts = 1 }, least: 23, most: 30, terms: []string{"fingerprint seen on this host only"}},
		{name: "lone fingerprint alone", change: func(c *candidate) { c.shown[0].ja3Hosts = 1 }},
		{name: "too few hosts for a fingerprint to be lone", change: func(c *candidate) { own(c); c.shown[0].ja3Hosts, c.ja3Known = 1, 4 }, least: 20, most: 25},
		{name: "no name at all", change: func(c *candidate) {
			c.label, c.shown[0].name, c.shown[0].serverName, c.shown[0].hasCert = "203.0.113.4", "", "", false
		}, least: 15, most: 20, terms: []string{"no name leads"}},
		{name: "no name, never established", change: func(c *candidate) {
			c.label, c.shown[0].name, c.shown[0].serverName, c.shown[0].hasCert, c.shown[0].established = "203.0.113.4", "", "", false, 0
		}},
		{name: "scanner", change: func(c *candidate) { own(c); c.alike = 40 }, least: 1, most: 15, terms: []string{"everywhere (40)"}},
		{name: "appliance", change: func(c *candidate) {
			own(c)
			c.labelFirst, c.days, c.labels = 0, 21, 1
		}, least: 1, most: 15, terms: []string{"as appliances do"}},
		{name: "used by all", change: func(c *candidate) { own(c); c.users = 90 }, least: 0, most: 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := base()
			c.change(&x)
			f, ok := score(&x)
			w := 0.0
			if ok {
				w = f.Weight()
			}
			if w < c.least || w > c.most {
				t.Errorf("weight %.1f, want %.0f to %.0f: %+v", w, c.least, c.most, f.Terms)
			}
			all := ""
			for _, term := range f.Terms {
				all += term.Text + "\n"
			}
			for _, want := range c.terms {
				if !strings.Contains(all, want) {
					t.Errorf("no term %q in\n%s", want, all)
				}
			}
			if c.tech != "" && !strings.Contains(strings.Join(f.Techniques, " "), c.tech) {
				t.Errorf("techniques %v", f.Techniques)
			}
		})
	}
}

func TestOddDates(t *testing.T) {
	const now = 1000 * day
	for _, c := range []struct {
		from, to int64
		want     string
	}{
		{unset, unset, ""},
		{now - 30*day, now + 60*day, ""},
		{now - 30*day, now + 4*year, ""},
		{now - year, now + 7*year, "valid for 8 years"},
		{now - hour, now + hour, "valid for 2 h only"},
		{now + 9*day, now + 90*day, "not valid before 1972-10-06"},
		{now - 300*day, now - 20*day, ""},
		{now - 600*day, now - 200*day, "expired on 1972-03-11"},
		{now, now - day, "it ends before it begins"},
	} {
		x := certificate{notBefore: c.from, notAfter: c.to}
		if got := x.oddDates(now, now+day); got != c.want {
			t.Errorf("%d to %d: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestField(t *testing.T) {
	for _, c := range []struct{ dn, key, want string }{
		{"CN=a.test,O=B,C=US", "CN", "a.test"},
		{"C=US, O=B Inc\\, Ltd, cn=x", "O", "B Inc, Ltd"},
		{"C=US,O=B", "CN", ""},
		{"", "CN", ""},
		{"emailAddress=x@y,CN=z", "CN", "z"},
		{"CN=ends in\\", "CN", "ends in"},
		{",,=,", "CN", ""},
	} {
		if got := field(c.dn, c.key); got != c.want {
			t.Errorf("%s of %q: %q, want %q", c.key, c.dn, got, c.want)
		}
	}
}

func TestImitates(t *testing.T) {
	for _, c := range []struct{ subject, label, want string }{
		{"CN=mail.yahoo.com", "203.0.113.1", "yahoo"},
		{"CN=mail.yahoo.com", "yahoo.com", ""},
		{"O=Microsoft Corporation", "microsoft-update.test", "microsoft"},
		{"O=Microsoft Corporation", "windowsupdate.com", ""},
		{"O=Pineapple Farms", "farm.test", ""},
		{"CN=www.amazon.fr", "amazon.fr", ""},
		{"CN=vcenter,O=VMware", "host.test", ""},
		{"", "host.test", ""},
	} {
		x := certificate{subject: c.subject, issuer: c.subject}
		if got := x.imitates(c.label); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.subject, c.label, got, c.want)
		}
	}
}
