package report_test

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"barium/internal/report"
	"barium/internal/report/html"
	"barium/internal/report/reporttest"
	"barium/internal/report/term"
)

// masked returns what Mask makes of a text in a document with these entities.
func masked(text string, entities ...report.Entity) string {
	d := &report.Document{
		Verdict: report.Verdict{Text: text},
		Cases:   []report.Case{{Findings: []report.Finding{{Entities: entities}}}},
	}
	return d.Mask().Verdict.Text
}

func TestMaskText(t *testing.T) {
	host := func(v string) report.Entity { return report.Entity{Kind: report.KindHost, Value: v} }
	name := func(v string) report.Entity { return report.Entity{Kind: report.KindName, Value: v} }
	file := func(v string) report.Entity { return report.Entity{Kind: report.KindFile, Value: v} }
	account := func(v string) report.Entity { return report.Entity{Kind: report.KindAccount, Value: v} }
	f := func(text, want string, entities ...report.Entity) {
		t.Helper()
		if got := masked(text, entities...); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	f("10.0.1.4 and 10.0.1.45", "host-1 and host-2", host("10.0.1.4"), host("10.0.1.45"))
	f("10.0.1.4, not 10.0.1.45x", "host-1, not 10.0.1.45x", host("10.0.1.4"))
	f("10.0.1.4:80 (10.0.1.4). 110.0.1.4x", "host-1:80 (host-1). 110.0.1.4x", host("10.0.1.4"))
	f("::ffff:10.0.1.4 2001:DB8:0:0::1", "host-1 host-2", host("10.0.1.4"), host("2001:db8::1"))
	f("[2001:DB8::1]:443 2001:db8::1:443 2001:db8::12", "[host-1]:443 host-1:443 address-1", host("2001:db8::1"))
	f("8.8.8.8::q, 8.8.8.8:80x, src:8.8.8.8, cafe", "address-1::q, address-1:80x, src:address-1, cafe")
	f("fe80::1 ::1", "address-1 host-1", host("::1"))
	f("asked 8.8.8.8, 8.8.8.8:53 and 1.1.1.1.", "asked address-1, address-1:53 and address-2.")
	f("in 10.0.0.0/8, not 10.0.0.9/32", "in 10.0.0.0/8, not address-1/32")
	f("at 00:19:03, 2020-04-30, 1,082,089 bytes, MAC 00:11:22:33:44:55", "at 00:19:03, 2020-04-30, 1,082,089 bytes, MAC 00:11:22:33:44:55")
	f("FILES.Example. and files.example.org, myfiles.example", "name-1. and name-1.org, myfiles.example", name("files.example."))
	f("ΣΊΣΥΦΟΣ, σίσυφος", "name-1, name-1", name("Σίσυφος"))
	f("OfficeSupplies.7z, officesupplies, /webdav/OfficeSupplies.7z; Office%20x", "file-1, file-1, file-1; file-2",
		file("/webdav/OfficeSupplies.7z"), file("Office x"))
	f("dump.tar.gz dump.tar dump dumpster", "file-1 file-1 file-1 dumpster", file(`C:\temp\dump.tar.gz`))
	f("data left; data.zip", "data left; file-1", file("/x/data.zip"))
	f("/a/x1.7z /b/x1.7z x1.7z", "file-1 file-2 file-name-1", file("/a/x1.7z"), file("/b/x1.7z"))
	f(`jmeier, CLINIC\JMeier, jmeier@clinic`, "account-1, account-1, account-1@clinic", account(`CLINIC\jmeier`))
	f("srv-pacs, srv-pacs.clinic.example", "host-1, host-1", host("srv-pacs.clinic.example"))
	f("host-1 and x7", "host-2 and host-3", host("host-1"), host("x7"))
	f("a b c", "a b c", account("a"))
	f(`y\x1b `+"y\x1b", "name-1 name-1", name("y\x1b"))
	f("", "")
}

func TestMaskFields(t *testing.T) {
	d := reporttest.DataLeft()
	d.Internal = append(d.Internal, report.Network{CIDR: "192.168.7.7/32", Why: "given"})
	before := encode(t, d)
	m := d.Mask()
	if diff := cmp.Diff(before, encode(t, d)); diff != "" {
		t.Fatalf("Mask changed the document:\n%s", diff)
	}
	f := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	c := m.Cases[0]
	f(m.Sources[0].Path, "source-1")
	f(c.Hosts[0], "host-1")
	f(c.Accounts[0], "account-1")
	f(c.Destinations[0].IP, "destination-1")
	f(c.Destinations[0].Name, "name-1")
	f(c.Loss.Files[0].Name, "file-1")
	f(c.Findings[0].Src, "host-1")
	f(c.Findings[0].Dst, "destination-1")
	f(c.Findings[0].Evidence[0].Raw, report.Masked)
	f(c.Findings[0].Evidence[0].Source, "source-2")
	f(c.Findings[0].Evidence[0].UID, "uid-1")
	f(c.Findings[0].Evidence[0].CommunityID, "flow-1")
	f(c.Findings[0].Detector, "putfile")
	f(c.Summary, "host-1 sent the archive file-1 (1.08 MB) twice to the web server destination-1, which nobody approved.")
	f(c.Events[1].Text, "PUT file-1, 1,082,089 bytes, answered 201 Created")
	f(m.Cases[1].Destinations[0].IP, "destination-1")
	f(m.Sources[1].BadSamples[0].Sample, report.Masked)
	f(m.Internal[0].CIDR, "10.0.0.0/8")
	f(m.Internal[2].CIDR, "host-3/32")
	if !m.Masked || d.Masked {
		t.Error("Masked is not set on the copy alone")
	}
	f(encode(t, m.Mask()), encode(t, m))
}

// TestMaskProperty: nothing that a field calls an entity is left in any output
// of a masked document. All names hold "q" and a number that no text of barium's
// has, so that a plain search finds every leak.
func TestMaskProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		serial := 0
		word := func(label string) string {
			serial++
			return rapid.StringMatching(`[Qq][a-zA-Zäé]{3,6}`).Draw(t, label) + fmt.Sprint(serial) + "q"
		}
		ip := func() string {
			serial++
			if rapid.Bool().Draw(t, "six") {
				return fmt.Sprintf("2001:db8:%x::%x", rapid.IntRange(1, 65535).Draw(t, "net"), serial)
			}
			return fmt.Sprintf("10.%d.%d.%d", rapid.IntRange(0, 255).Draw(t, "net"), rapid.IntRange(100, 255).Draw(t, "sub"), serial%256)
		}
		sep := rapid.SampledFrom([]string{" ", "/", ":", "“", "(", ",", "=", "\t", "\x1b", "<", "->", "\n"})
		var secrets []string
		secret := func(s string) string { secrets = append(secrets, s); return s }
		text := func() string {
			s := "see"
			for range rapid.IntRange(0, 6).Draw(t, "words") {
				if len(secrets) > 0 {
					w := rapid.SampledFrom(secrets).Draw(t, "secret")
					if rapid.Bool().Draw(t, "upper") {
						w = strings.ToUpper(w)
					}
					s += sep.Draw(t, "sep") + w + sep.Draw(t, "sep")
				}
			}
			return s
		}
		path := func() string {
			stem := secret(word("stem"))
			return secret("/" + word("dir") + "/" + stem + rapid.SampledFrom([]string{".7z", ".tar.gz", "", ".log"}).Draw(t, "ext"))
		}

		d := &report.Document{Sources: []report.Source{{Path: path()}}}
		for range rapid.IntRange(1, 3).Draw(t, "cases") {
			c := report.Case{
				Hosts: []string{secret(ip()), secret(word("host"))}, Accounts: []string{secret(word("account"))},
				Destinations: []report.Destination{{IP: secret(ip()), Name: secret(word("name") + ".example")}},
				Loss:         report.Loss{Files: []report.File{{Name: path()}}},
			}
			c.Findings = []report.Finding{{
				Src: c.Hosts[0], Dst: secret(ip()), DstName: secret(word("dst") + ".example."),
				Entities: []report.Entity{{Kind: report.KindURI, Value: path()}, {Kind: report.KindName, Value: secret(word("entity"))}},
				Evidence: []report.Evidence{{Source: path(), UID: secret(word("uid")), CommunityID: secret("1:" + word("flow") + "=")}},
			}}
			d.Cases = append(d.Cases, c)
		}
		d.Internal = []report.Network{{CIDR: single(secret(ip())), Why: text()}}
		d.Verdict.Text, d.Injected = text(), text()
		for i := range d.Cases {
			c := &d.Cases[i]
			c.Summary, c.Who = text(), text()
			c.Events = []report.Event{{Text: text()}}
			c.Checks = []report.Check{{Where: text(), Text: text()}}
			f := &c.Findings[0]
			f.Reason, f.Terms, f.Evidence[0].Raw = text(), []report.Term{{Name: text(), DB: 1}}, text()
		}
		d.BlindSpots = []report.BlindSpot{{Route: text(), Reason: text(), Fix: text()}}
		s := &d.Sources[0]
		s.Problem, s.Warnings, s.Format, s.Skipped = text(), []string{text()}, text(), map[string]int64{text(): 1}
		s.BadSamples = []report.BadSample{{Reason: text(), Sample: text()}}

		m := d.Mask()
		outputs := map[string]string{"json": encodeRapid(t, m)}
		var b bytes.Buffer
		if err := term.Write(&b, m, term.Options{Width: math.MaxInt32}); err != nil {
			t.Fatal(err)
		}
		outputs["term"] = b.String()
		b.Reset()
		if err := html.Write(&b, m, html.Options{}); err != nil {
			t.Fatal(err)
		}
		outputs["html"] = b.String()
		for kind, out := range outputs {
			out = strings.ToLower(out)
			for _, s := range secrets {
				if leaks(out, strings.ToLower(strings.TrimSuffix(s, "."))) {
					i := strings.Index(out, strings.ToLower(strings.TrimSuffix(s, ".")))
					t.Fatalf("%s shows %q in %q", kind, s, out[max(0, i-60):min(len(out), i+60)])
				}
			}
		}
	})
}

// single returns the network of one address.
func single(ip string) string {
	if strings.Contains(ip, ":") {
		return ip + "/128"
	}
	return ip + "/32"
}

// leaks tells whether s stands in out, not as a part of a longer number.
func leaks(out, s string) bool {
	for {
		before, after, ok := strings.Cut(out, s)
		if !ok {
			return false
		}
		if (before == "" || !alnum(before[len(before)-1])) && (after == "" || !alnum(after[0])) {
			return true
		}
		out = after
	}
}

func alnum(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func encodeRapid(t *rapid.T, d *report.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.EncodeJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
