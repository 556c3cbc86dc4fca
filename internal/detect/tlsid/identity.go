package tlsid

import (
	"fmt"
	"strings"

	"barium/internal/detect"
	"barium/internal/event"
)

// unset marks a date that is not known.
const unset = event.Unset

// certificate is what a leaf says of itself.
type certificate struct {
	subject, issuer     string
	names               string // DNS names, joined by commas
	notBefore, notAfter int64  // microseconds since 1970 UTC; unset when not known
	issuerLabels        int64  // far ends with certificates by the same issuer
}

const (
	day  = 24 * 3600 * 1_000_000
	year = 365 * day
	// longest is how long a certificate may be valid without being odd. Public
	// ones may be for 398 days; private ones of five years are common.
	longest = 5 * year
	// longAgo is how long a certificate may have expired without being odd:
	// renewals are forgotten for weeks.
	longAgo = 90 * day
	// authority is from how many far ends on an issuer is one that the sensor's
	// list of roots lacks, rather than one of the far end's own making.
	authority = 3
)

// oddDates says what is odd about the dates of c, seen first and last at the
// given times; empty when nothing is.
func (c *certificate) oddDates(first, last int64) string {
	if c.notBefore == unset || c.notAfter == unset {
		return ""
	}
	switch span := c.notAfter - c.notBefore; {
	case span < 0:
		return "it ends before it begins"
	case span < day:
		return "valid for " + detect.Span(span) + " only"
	case c.notBefore > first+day:
		return "not valid before " + detect.Date(c.notBefore)
	case c.notAfter < last-longAgo:
		return "expired on " + detect.Date(c.notAfter)
	case span > longest+30*day:
		return fmt.Sprintf("valid for %d years", (span+year/2)/year)
	}
	return ""
}

// selfSigned reports whether a leaf signed itself, by its names or by what the
// sensor's check of the chain said (OpenSSL's words, before and since 3.0).
func (c *certificate) selfSigned(validation string) bool {
	switch strings.ToLower(validation) {
	case "self signed certificate", "self-signed certificate":
		return true
	}
	return c.subject != "" && c.subject == c.issuer
}

// untrusted reports whether the sensor's check found no way to a trusted root.
func untrusted(validation string) bool {
	v := strings.ToLower(validation)
	return strings.HasPrefix(v, "unable to") || strings.Contains(v, "certificate chain") || strings.Contains(v, "untrusted")
}

// field returns the value of a field of a distinguished name as Zeek writes it
// (RFC 2253), empty when it has none.
func field(dn, key string) string {
	for len(dn) > 0 {
		part := dn
		for i := 0; i < len(dn); i++ {
			if dn[i] == '\\' {
				i++
				continue
			}
			if dn[i] == ',' {
				part = dn[:i]
				break
			}
		}
		dn = strings.TrimPrefix(dn[len(part):], ",")
		if k, v, ok := strings.Cut(part, "="); ok && strings.EqualFold(strings.TrimSpace(k), key) {
			return strings.ReplaceAll(strings.TrimSpace(v), "\\", "")
		}
	}
	return ""
}

// issuedBy names who signed c, for people.
func (c *certificate) issuedBy() string {
	for _, key := range []string{"CN", "O", "OU"} {
		if v := field(c.issuer, key); v != "" {
			return v
		}
	}
	return "unnamed"
}

// brand is a name that attackers borrow, and the domains of its owner.
type brand struct {
	word    string
	domains []string
}

// brands are those whose names stood on certificates of command channels
// (Mandiant's APT1 report: AOL, IBM, Yahoo) or are borrowed for look-alike
// domains. Makers of appliances are left out: theirs sign themselves in earnest.
var brands = []brand{
	{"microsoft", []string{
		"microsoft.com", "windows.com", "windowsupdate.com", "windows.net", "azure.com", "azure.net", "azureedge.net", "azurefd.net",
		"msftconnecttest.com", "msftncsi.com", "office.com", "office.net", "office365.com", "live.com", "live.net", "skype.com", "bing.com",
		"msn.com", "sharepoint.com", "outlook.com", "microsoftonline.com", "msedge.net", "trafficmanager.net", "onmicrosoft.com", "msauth.net",
		"msocdn.com", "s-microsoft.com", "azurewebsites.net", "cloudapp.net", "visualstudio.com", "xboxlive.com", "hotmail.com", "microsoft.net",
	}},
	{"google", []string{
		"google.com", "googleapis.com", "gstatic.com", "googleusercontent.com", "gvt1.com", "gvt2.com", "gvt3.com", "youtube.com", "ytimg.com",
		"googlevideo.com", "doubleclick.net", "google-analytics.com", "1e100.net", "android.com", "appspot.com", "withgoogle.com", "ggpht.com",
		"googletagmanager.com", "googlesyndication.com", "gmail.com", "goog", "google",
	}},
	{"apple", []string{"apple.com", "icloud.com", "mzstatic.com", "apple-dns.net", "aaplimg.com", "cdn-apple.com", "me.com", "icloud-content.com"}},
	{"amazon", []string{
		"amazon.com", "amazonaws.com", "aws", "amazon-adsystem.com", "cloudfront.net", "media-amazon.com", "ssl-images-amazon.com", "amazon.de",
		"amazon.co.uk", "amazontrust.com", "awsstatic.com", "amazonvideo.com",
	}},
	{"cloudflare", []string{"cloudflare.com", "cloudflare-dns.com", "cloudflareinsights.com", "workers.dev", "pages.dev", "one.one"}},
	{"adobe", []string{"adobe.com", "adobe.io", "adobelogin.com", "typekit.net", "adobedtm.com", "omtrdc.net", "demdex.net", "adobess.com"}},
	{"oracle", []string{"oracle.com", "oraclecloud.com", "java.com", "oracleinfinity.io", "netsuite.com"}},
	{"ibm", []string{"ibm.com", "softlayer.com", "bluemix.net", "ibmcloud.com", "trusteer.com"}},
	{"yahoo", []string{"yahoo.com", "yimg.com", "yahoodns.net", "yahooapis.com", "yahoo.co.jp"}},
	{"aol", []string{"aol.com", "aolcdn.com"}},
	{"mozilla", []string{"mozilla.com", "mozilla.org", "mozilla.net", "firefox.com", "mozgcp.net"}},
	{"symantec", []string{"symantec.com", "symantecliveupdate.com", "norton.com", "broadcom.com", "symcb.com", "symcd.com"}},
	{"eset", []string{"eset.com", "eset.eu", "eset.systems", "e5.sk"}},
	{"facebook", []string{"facebook.com", "fbcdn.net", "facebook.net", "instagram.com", "whatsapp.net", "whatsapp.com", "meta.com"}},
	{"github", []string{"github.com", "githubusercontent.com", "github.io", "githubassets.com"}},
	{"digicert", []string{"digicert.com"}},
	{"verisign", []string{"verisign.com"}},
}

// imitates returns the brand whose name c bears although the far end's domain
// does not belong to it; empty when none. The issuer of a named far end does not
// count: many brands run authorities, and sensors do not trust all of them.
func (c *certificate) imitates(label string) string {
	words := map[string]bool{}
	bearers := []string{c.subject}
	if isAddress(label) {
		bearers = append(bearers, c.issuer)
	}
	for _, dn := range bearers {
		for _, key := range []string{"CN", "O", "OU"} {
			for _, w := range strings.FieldsFunc(strings.ToLower(field(dn, key)), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
				words[w] = true
			}
		}
	}
	for _, b := range brands {
		if words[b.word] && !b.owns(label) {
			return b.word
		}
	}
	return ""
}

func (b *brand) owns(label string) bool {
	for _, d := range b.domains {
		if label == d || strings.HasSuffix(label, "."+d) {
			return true
		}
	}
	// amazon.fr, google.co.jp, apple.de: the brand's word in front of a suffix.
	return strings.HasPrefix(label, b.word+".")
}

// placeholders are values that tools and examples put where a name belongs:
// OpenSSL's defaults, and the common names of APT1's certificates.
var placeholders = []string{
	"internet widgits pty ltd", "some-state", "default company ltd", "default city", "my company name ltd.", "acme", "acme co", "major cobalt strike",
	"cobaltstrike", "localhost", "localhost.localdomain", "localdomain", "example.com", "www.example.com", "example.org", "test", "server", "webmail", "email", "mail",
	"alpha", "ns", "sur", "noname", "lm-68ab71fbd8f5", "moon-night", "none", "unknown", "your organization",
}

// placeholder returns the first value of c's subject that is one, empty when
// there is none.
func (c *certificate) placeholder() string {
	for _, key := range []string{"CN", "O", "OU", "ST", "L"} {
		v := field(c.subject, key)
		for _, p := range placeholders {
			if strings.EqualFold(v, p) {
				return v
			}
		}
	}
	return ""
}
