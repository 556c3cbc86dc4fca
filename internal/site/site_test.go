package site

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	assetHead = "address,name,role,model,used_by_many,confirmed\n"
	flowHead  = "source,destination,direction,ceiling_gb_day,hours,owner,ticket,expiry,confirmed\n"
	jewelHead = "kind,what,class,value\n"
)

func parse(a, f, j string) (*Context, error) {
	return Parse(strings.NewReader(a), strings.NewReader(f), strings.NewReader(j))
}

// TestMistakes asserts that each mistake is named by file, line and column.
func TestMistakes(t *testing.T) {
	f := func(a, fl, j string, want ...string) {
		t.Helper()
		_, err := parse(assetHead+a, flowHead+fl, jewelHead+j)
		if err == nil {
			t.Fatalf("%q %q %q: no mistake", a, fl, j)
		}
		for _, w := range want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q %q %q:\n%v\nwant %q", a, fl, j, err, w)
			}
		}
	}
	f("x,n,,,,\n", "", "", `assets.csv, line 2, column address: "x" is no address`)
	f("10.0.0.1,,,,,\n", "", "", "assets.csv, line 2, column name: empty")
	f("10.0.0.1,a,,,maybe,\n", "", "", `column used_by_many: "maybe"; write yes or no`)
	f("10.0.0.1,a,,,,perhaps\n", "", "", `column confirmed: "perhaps"`)
	f("10.0.0.1,a,,,,\n10.0.0.1,b,,,,\n", "", "", "line 3, column address: 10.0.0.1/32 stands on line 2 already")
	f("10.0.0.1,a,,,,\n10.0.0.2,A,,,,\n", "", "", `line 3, column name: "A" is the name of line 2 already`)
	f("fe80::1%eth0,a,,,,\n", "", "", "is no address")
	f("10.0.0.1,\"a\nb\",,,,\n", "", "", "invisible character U+000A")
	f("10.0.0.1,a\u202eb,,,,\n", "", "", "invisible character U+202E")
	f("10.0.0.1,@a,,,,\n", "", "", "begins with @")
	f("10.0.0.1,"+strings.Repeat("a", 501)+",,,,\n", "", "", "501 bytes long")
	f("10.0.0.1,\"a,,,,\n", "", "", "assets.csv, line 2, character")
	f("10.0.0.1,\xff,,,,\n", "", "", "assets.csv, line 2: the byte 0xff is no UTF-8")
	f("", "any,0.0.0.0/0,out,1,,a,b,2026-01-01,\n", "", "too wide")
	f("", "any,com,out,1,,a,b,2026-01-01,\n", "", "anybody can have a name")
	f("", "any,co.uk,out,1,,a,b,2026-01-01,\n", "", "anybody can have a name")
	f("", "any,a b.example,out,1,,a,b,2026-01-01,\n", "", "neither an address nor a domain")
	f("", "any,x.example.com,out,0,,a,b,2026-01-01,\n", "", "is no number of GB above 0")
	f("", "any,x.example.com,out,NaN,,a,b,2026-01-01,\n", "", "is no number of GB")
	f("", "any,x.example.com,out,1e300,,a,b,2026-01-01,\n", "", "is no number of GB")
	f("", "any,x.example.com,out,1,25-3,a,b,2026-01-01,\n", "", "full hours in UTC")
	f("", "any,x.example.com,out,1,3-3,a,b,2026-01-01,\n", "", "full hours in UTC")
	f("", "any,x.example.com,out,1,,a,b,tomorrow,\n", "", "the last day that it holds")
	f("", "any,x.example.com,out,1,,"+Unnamed+",b,2026-01-01,yes\n", "", "column owner: still")
	f("", "", "file,x,trials,1\n", `column kind: "file"; write host, share, path or type`)
	f("", "", "path,/x/y,gold,1\n", `column class: "gold"; write formulas`)
	f("", "", "path,/x/y,trials,9\n", "a number from 1 to 5")
	f("", "", "share,research,trials,1\n", "is no share")
	f("", "", "type,*,trials,1\n", "is no type")
	f("", "", "host,pump,trials,1\n", "neither an address nor the name")
	f(strings.Repeat("x,n,,,,\n", 30), "", "", "and ")

	if _, err := Parse(strings.NewReader(""), nil, nil); err == nil || !strings.Contains(err.Error(), "its first row names the columns: address,name") {
		t.Error(err)
	}
	if _, err := Parse(strings.NewReader("address,nome\n"), nil, nil); err == nil || !strings.Contains(err.Error(), `line 1, column 2: "nome" is none of its columns`) || !strings.Contains(err.Error(), "the column name is missing") {
		t.Error(err)
	}
	if _, err := Parse(strings.NewReader("address,name,name\n"), nil, nil); err == nil || !strings.Contains(err.Error(), "stands there twice") {
		t.Error(err)
	}
}

// TestAssets asserts who a host is: by MAC before address, the narrowest network.
func TestAssets(t *testing.T) {
	c, err := parse("\ufeff"+assetHead+"10.0.0.0/8,house,,,,\n10.0.1.0/24,ward,,,yes,\n10.0.1.7,pump,,,,\n00-11-22-33-44-55,cart,,,,\n::ffff:10.0.2.1,mapped,,,,\n10.9.9.9,later,,,,no\n", flowHead, jewelHead)
	if err != nil {
		t.Fatal(err)
	}
	if c.Proposals != 1 || !c.HasMACs() {
		t.Errorf("%d proposals", c.Proposals)
	}
	c.Lease(map[string][]Holding{"10.0.1.7": {{From: 100, MAC: "66:66:66:66:66:66"}, {From: 200, MAC: "00:11:22:33:44:55"}, {From: 300, MAC: "77:77:77:77:77:77"}}})
	f := func(ip string, at int64, want string) {
		t.Helper()
		a, ok := c.Asset(ip, at)
		if a.Name != want || ok != (want != "") {
			t.Errorf("%s at %d is %q, want %q", ip, at, a.Name, want)
		}
	}
	f("10.0.1.7", 50, "pump")
	f("10.0.1.7", 200, "cart")
	f("10.0.1.7", 299, "cart")
	f("10.0.1.7", 300, "pump")
	f("10.0.1.8", 0, "ward")
	f("10.9.9.9", 0, "house")
	f("10.0.2.1", 0, "mapped")
	f("192.0.2.1", 0, "")
	f("no address", 0, "")
	var none *Context
	if _, ok := none.Asset("10.0.0.1", 0); ok || none.HasMACs() {
		t.Error("no context knows an asset")
	}
}

// TestApprovals asserts when an approval holds and whom it is about.
func TestApprovals(t *testing.T) {
	c, err := parse(assetHead+"10.0.0.7,Backup,,,,\n", flowHead+
		"backup,vault.example.com,OUT,0.5,22-6,storage,CHG-1,2026-03-31,\n"+
		"10.0.1.0/24,192.0.2.0/24,out,1,8-18,x,y,2026-03-31,yes\n"+
		"any,2001:db8::/32,in,1,,x,y,2026-03-31,\n", jewelHead)
	if err != nil {
		t.Fatal(err)
	}
	a := &c.Approvals[0]
	if a.Ceiling != 500_000_000 || a.LastDay() != "2026-03-31" || a.Direction != Out || a.Hours() != "22–6 UTC" {
		t.Errorf("%+v", a)
	}
	hour := func(s string) uint32 {
		at, err := time.Parse("2006-01-02 15", s)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(at.Unix() / 3600)
	}
	holds := func(a *Approval, at string, want bool) {
		t.Helper()
		if a.At(hour(at)) != want {
			t.Errorf("%s at %s: %v", a.Destination, at, !want)
		}
	}
	holds(a, "2026-03-31 22", true)
	holds(a, "2026-03-31 05", true)
	holds(a, "2026-03-31 06", false)
	holds(a, "2026-04-01 00", false)
	holds(&c.Approvals[1], "2026-03-31 08", true)
	holds(&c.Approvals[1], "2026-03-31 18", false)
	holds(&c.Approvals[2], "2026-03-31 23", true)
	covers := func(i int, host, far, name, label string, want bool) {
		t.Helper()
		if c.Covers(&c.Approvals[i], host, far, name, label, 0) != want {
			t.Errorf("approval %d, %s → %s (%s): %v", i, host, far, name, !want)
		}
	}
	covers(0, "10.0.0.7", "203.0.113.1", "a.vault.example.com", "example.com", true)
	covers(0, "10.0.0.7", "203.0.113.1", "vault.example.com.", "example.com", true)
	covers(0, "10.0.0.7", "203.0.113.1", "evilvault.example.com", "example.com", false)
	covers(0, "10.0.0.7", "203.0.113.1", "", "203.0.113.1", false)
	covers(0, "10.0.0.8", "203.0.113.1", "vault.example.com", "example.com", false)
	covers(1, "10.0.1.200", "192.0.2.9", "", "192.0.2.9", true)
	covers(1, "10.0.2.200", "192.0.2.9", "", "192.0.2.9", false)
	covers(2, "anything", "2001:db8::9", "", "", true)
}

// TestJewels asserts which files are crown jewels.
func TestJewels(t *testing.T) {
	c, err := parse(assetHead, flowHead, jewelHead+`type,sas7bdat,trials,3
type,application/dicom,patient records,4
share,//FS1/Research/,unpatented research,5
path,\trials\2026,trials,5
host,10.0.0.9,patient records,5
`)
	if err != nil {
		t.Fatal(err)
	}
	f := func(i int, name, mime, share string, want bool) {
		t.Helper()
		if c.Jewels[i].IsFile(name, mime, share) != want {
			t.Errorf("%v and %q %q %q: %v", c.Jewels[i], name, mime, share, !want)
		}
	}
	f(0, "x/Visit.SAS7BDAT", "", "", true)
	f(0, "sas7bdat", "", "", false)
	f(1, "x", "application/DICOM", "", true)
	f(2, "a.doc", "", `\\fs1\research`, true)
	f(2, "a.doc", "", `\\fs1\research2`, false)
	f(3, `trials\2026\a.doc`, "", `\\fs2\d`, true)
	f(3, "/srv/trials/2026/a", "", "", true)
	f(3, "/srv/trials/20267/a", "", "", false)
	f(4, "10.0.0.9", "", "", false)
	if !c.IsHost(&c.Jewels[4], "10.0.0.9", 0) || c.IsHost(&c.Jewels[4], "10.0.0.8", 0) {
		t.Error("host")
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "holds none of") {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, JewelFile), []byte(jewelHead+"type,.dcm,trials,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(dir)
	if err != nil || len(c.Jewels) != 1 || len(c.Assets) != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if err := os.Mkdir(filepath.Join(dir, AssetFile), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(dir); err == nil {
		t.Error("a folder was read as a file")
	}
}

// TestProposalParses asserts that what is proposed can be read, and has no effect.
func TestProposalParses(t *testing.T) {
	ms := map[string]*machine{"10.0.0.10": {ip: "10.0.0.10", name: "fs1.clinic.example"}, "10.0.0.9": {ip: "10.0.0.9", mac: "00:11:22:33:44:55", many: true}, "no address": {ip: "no address"}}
	ms["10.0.0.9"].is("printer", "answers %d", 3)
	p := &Proposal{
		Assets: assetRows(ms),
		Flows:  []ProposedFlow{{Source: "10.0.0.9", Destination: "vault.example.com", Ceiling: roundUp(4.05 * 1.5), Expiry: "2027-01-01", Why: "x"}},
		Jewels: []ProposedJewel{{Kind: JewelShare, What: `\\fs1\a "b", c`, Class: "trials", Value: 3}},
	}
	if len(p.Assets) != 2 || p.Assets[0].Address != "00:11:22:33:44:55" || p.Flows[0].Ceiling != 6.1 {
		t.Errorf("%+v", p)
	}
	var texts []string
	for _, f := range p.Files() {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, b.String())
	}
	c, err := parse(texts[0], texts[1], texts[2])
	if err != nil || c.Proposals != 4 || len(c.Assets)+len(c.Approvals)+len(c.Jewels) != 0 {
		t.Errorf("%v\n%s", err, strings.Join(texts, "\n"))
	}
	confirmed := strings.ReplaceAll(texts[0], ",no\n", ",yes\n")
	if c, err = parse(confirmed, texts[1], texts[2]); err != nil || len(c.Assets) != 2 {
		t.Errorf("%v\n%s", err, confirmed)
	}
	if _, err = parse(confirmed, strings.ReplaceAll(texts[1], ",no\n", ",yes\n"), texts[2]); err == nil {
		t.Error("a flow without an owner was confirmed")
	}
}

// FuzzContext asserts that no file makes the parser fail otherwise than with
// words that are harmless to look at.
func FuzzContext(f *testing.F) {
	f.Add(assetHead+"10.0.0.1,a,b,c,yes,no\n", flowHead+"any,x.example.com,out,1,22-6,a,b,2026-01-01,yes\n", jewelHead+"share,\\\\a\\b,trials,3\n")
	f.Add("\ufeffaddress,name\n\"10.0.0.0/8\",\"a\"\"b\"\n", "#x\n", "kind\n")
	f.Add("address,name\n\x00,=1\n", flowHead+",,,,,,,,\n", jewelHead+"type,.,trials,0\n")
	f.Fuzz(func(t *testing.T, a, fl, j string) {
		c, err := parse(a, fl, j)
		if err != nil {
			for _, r := range err.Error() {
				if r != '\n' && (r < ' ' || r == 0x7f || r == '\u202e') {
					t.Fatalf("%q", err)
				}
			}
			return
		}
		c.Asset("10.0.0.1", 0)
		for i := range c.Approvals {
			c.Covers(&c.Approvals[i], "10.0.0.1", "192.0.2.1", "x.example.com", "example.com", 0)
			c.Approvals[i].At(490000)
		}
		for i := range c.Jewels {
			c.Jewels[i].IsFile(`\a\b`, "x/y", `\\a\b`)
		}
	})
}
