package cleartext

import (
	"strings"
	"testing"

	"barium/internal/detect"
)

const minute = 60 * 1_000_000

// lone is what a capture of one machine shows: nothing is rare there.
func lone(mail bool, sent ...sending) candidate {
	c := candidate{
		mail: mail, host: "10.0.0.5", label: "far.test", far: "203.0.113.9", name: "mail.far.test", port: 587, users: 1, hosts: 1,
		labelFirst: 60 * minute, lookFirst: 0, lookLast: 120 * minute, labels: 5, names: true, wireOut: 900, wireIn: 300,
		own: []string{"ward-pc-7"}, checks: []detect.AddressCheck{{Service: "ipify.org", At: 59 * minute}}, sent: sent,
	}
	if !mail {
		c.name, c.port = "x.duckdns.org", 80
	}
	return c
}

func TestScore(t *testing.T) {
	letter := sending{ts: 60 * minute, out: 700, accepted: true, anonymous: true, namesSelf: true, from: "a@far.test", to: "freemail.test", place: detect.Place{Source: 1}}
	post := sending{ts: 60 * minute, out: 460, in: 50, accepted: true, disguised: true, place: detect.Place{Source: 1}}
	f := func(name string, c candidate, change func(*candidate), least, most float64, accepted int64, term string) {
		t.Helper()
		c.sent = append([]sending(nil), c.sent...)
		change(&c)
		x, ok := score(&c)
		w := 0.0
		if ok {
			w = x.Weight()
		}
		if w < least || w > most || ok && x.Accepted != accepted {
			t.Errorf("%s: %.1f dB, %d accepted: %+v", name, w, x.Accepted, x.Terms)
		}
		found := term == ""
		for _, y := range x.Terms {
			found = found || strings.Contains(y.Text, term)
		}
		if !found {
			t.Errorf("%s: no term %q in %+v", name, term, x.Terms)
		}
	}
	none := func(*candidate) {}
	f("mail", lone(true, letter), none, 20, 22, 700, "the subject holds the host's own name, ward-pc-7")
	f("form", lone(false, post), none, 26, 28, 460, "dynamic DNS service: duckdns.org")
	// No single observation lists a case.
	f("mail in clear", lone(true, letter), func(c *candidate) {
		c.checks, c.sent[0].anonymous, c.sent[0].namesSelf = nil, false, false
	}, 1, 5, 700, "in clear (port 587)")
	f("mail of no program", lone(true, letter), func(c *candidate) { c.checks, c.sent[0].namesSelf = nil, false }, 1, 10, 700, "no program")
	f("mail with own name", lone(true, letter), func(c *candidate) { c.checks, c.sent[0].anonymous = nil, false }, 1, 15, 700, "")
	f("mail after a check", lone(true, letter), func(c *candidate) { c.sent[0].anonymous, c.sent[0].namesSelf = false, false }, 1, 15, 700, "ipify.org")
	f("check long before", lone(true, letter), func(c *candidate) { c.checks[0].At = 10 * minute }, 1, 16, 700, "")
	f("check afterwards", lone(true, letter), func(c *candidate) { c.checks[0].At = 61 * minute }, 1, 16, 700, "")
	f("browser", lone(false, post), func(c *candidate) { c.checks, c.sent[0].disguised = nil, false }, 1, 15, 460, "")
	f("dynamic name only", lone(false, post), func(c *candidate) { c.checks, c.sent[0].disguised = nil, false }, 1, 12, 460, "duckdns.org")
	f("disguise only", lone(false, post), func(c *candidate) { c.checks, c.name = nil, "x.test" }, 1, 15, 460, "no browser does (1 of 1)")
	// What speaks against it.
	f("to the own domain", lone(true, letter), func(c *candidate) { c.sent[0].to = "FAR.test" }, 1, 14, 700, "as reports of devices do")
	f("every day", lone(true, letter), func(c *candidate) {
		c.labelFirst, c.lookLast = 60*minute, 4*dayMicros
		for i := range int64(3) {
			s := c.sent[0]
			s.ts += (i + 1) * dayMicros
			c.sent = append(c.sent, s)
		}
	}, 0, 1, 2800, "4 of 5 days")
	f("many hosts", lone(true, letter), func(c *candidate) { c.users, c.hosts = 30, 100 }, 1, 8, 700, "30 of 100 hosts")
	f("refused form", lone(false, post), func(c *candidate) { c.sent[0].accepted = false }, 0, 0, 0, "")
	f("mail without a reply", lone(true, letter), func(c *candidate) { c.sent[0].accepted = false }, 20, 22, 0, "")
	// An attachment tells the size where the mail does not, and its name.
	f("attachment", lone(true, letter), func(c *candidate) {
		c.sent[0].out, c.sent[0].namesSelf = 0, false
		c.sent = append(c.sent, sending{ts: 60*minute + 1, analysed: true, out: 512, file: "PW_WARD-PC-7.html"})
	}, 20, 22, 512, "PW_WARD-PC-7.html holds")
	f("attachments alone", lone(true), func(c *candidate) {
		c.sent = append(c.sent, sending{ts: 60 * minute, analysed: true, out: 512, file: "PW_WARD-PC-7.html"})
	}, 0, 0, 0, "")
}

func TestDynamic(t *testing.T) {
	f := func(name, want string) {
		t.Helper()
		if got := dynamic(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	f("a.ydns.eu", "ydns.eu")
	f("b.a.duckdns.org", "duckdns.org")
	f("ydns.eu", "")
	f("notydns.eu", "")
	f("", "")
}
