package condense

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
)

func TestFlip(t *testing.T) {
	f := func(name string, c event.Conn, want uint32) {
		t.Helper()
		if got := flip(&c); got != want {
			t.Errorf("%s: flip = %d, want %d", name, got, want)
		}
	}
	mid := func(orig, resp uint16, state event.ConnState, history string) event.Conn {
		return event.Conn{Head: event.Head{OrigPort: orig, RespPort: resp}, State: state, History: []byte(history)}
	}
	f("joined mid-stream, the logged originator is the service", mid(443, 50000, event.OTH, "DdA"), 443)
	f("history unknown", mid(443, 50000, event.OTH, ""), 0)
	f("Zeek has turned it round already", mid(443, 50000, event.OTH, "^dDA"), 0)
	f("the opening was seen", mid(443, 50000, event.OTH, "Sd"), 0)
	f("complete", mid(443, 50000, event.SF, "DdA"), 0)
	f("right way round", mid(50000, 443, event.OTH, "DdA"), 0)
	f("both are services", mid(443, 80, event.OTH, "DdA"), 0)
	f("neither is", mid(50000, 50001, event.OTH, "DdA"), 0)
	f("highest service", mid(1023, 1024, event.OTH, "DdA"), 1023)
	f("above it", mid(1024, 1025, event.OTH, "DdA"), 0)
	f("no port", mid(0, 50000, event.OTH, "DdA"), 0)

	// Flipped and not are apart: what the flip makes of them is the look's affair.
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		s.Conn(&event.Conn{Head: event.Head{TS: base, Orig: addr("203.0.113.9"), Resp: addr("10.0.0.1"), OrigPort: 443, RespPort: 50000}, State: event.OTH, History: []byte("Dd"), Proto: event.ProtoTCP})
	}})
	if d := cmp.Diff([]string{"443"}, st.keys(Conversation, "flip")); d != "" {
		t.Error(d)
	}
}

func TestFarEnd(t *testing.T) {
	f := func(name string, h event.HTTP, want string, wantPort uint16) {
		t.Helper()
		host, port := farEnd(&h)
		if port != wantPort || port > 0 && string(host) != want {
			t.Errorf("%s: %q, %d, want %q, %d", name, host, port, want, wantPort)
		}
	}
	req := func(method, host, uri string, port uint16, proxied bool) event.HTTP {
		return event.HTTP{Head: event.Head{RespPort: port}, Method: []byte(method), Host: []byte(host), URI: []byte(uri), Proxied: proxied}
	}
	f("ordinary", req("GET", "www.example.org", "/a", 80, false), "", 0)
	f("CONNECT", req("CONNECT", "", "Files.Example.org:443", 8080, false), "files.example.org", 443)
	f("CONNECT to an IPv6 address", req("CONNECT", "", "[2001:db8::1]:443", 8080, false), "2001:db8::1", 443)
	f("CONNECT to nothing", req("CONNECT", "", "", 8080, false), "", 0)
	f("absolute URI on a proxy's port", req("GET", "www.example.org", "http://www.example.org/a", 3128, false), "www.example.org", 80)
	f("absolute URI to the server itself", req("GET", "www.example.org", "http://www.example.org/a", 80, false), "", 0)
	f("absolute URI to the server itself, other case", req("GET", "WWW.example.org:80", "HTTP://www.Example.org:80/a", 80, false), "", 0)
	f("absolute URI to another host on port 80", req("GET", "proxy.inside", "http://www.example.org/a", 80, false), "www.example.org", 80)
	f("with proxy headers", req("GET", "www.example.org", "http://www.example.org/a", 80, true), "www.example.org", 80)
	f("https and port", req("GET", "", "https://a.example:8443/x", 3128, false), "a.example", 8443)
	f("ftp by proxy", req("GET", "", "ftp://ftp.example/x", 3128, false), "ftp.example", 21)
	f("query right after the host", req("GET", "", "http://a.example?x=/b", 3128, false), "a.example", 80)
	f("account before the host", req("GET", "", "http://u:p@a.example/b", 3128, false), "a.example", 80)
	f("a path that begins like a scheme", req("GET", "x", "/http://a.example/", 3128, false), "", 0)
	f("no host", req("GET", "", "http:///x", 3128, false), "", 0)

	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		s.HTTP(&event.HTTP{Head: event.Head{TS: base, Orig: addr("10.0.0.1"), Resp: addr("10.0.0.2"), RespPort: 3128}, Method: []byte("CONNECT"), Host: []byte("x"), URI: []byte("far.example:443")})
	}})
	if d := cmp.Diff([]string{"far.example 443"}, []string{st.keys(Request, "host")[0] + " " + st.keys(Request, "proxied")[0]}); d != "" {
		t.Error(d)
	}
}

func TestWithoutPort(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := string(withoutPort([]byte(in))); got != want {
			t.Errorf("withoutPort(%q) = %q, want %q", in, got, want)
		}
	}
	f("", "")
	f("www.example.org", "www.example.org")
	f("www.example.org:8080", "www.example.org")
	f("[2001:db8::1]:443", "2001:db8::1")
	f("[2001:db8::1]", "2001:db8::1")
	f("2001:db8::1", "2001:db8::1")
	f(":80", ":80")
	f("10.0.0.1:80", "10.0.0.1")
	f("[", "[")
	f("[2001:db8::1", "[2001:db8::1")
	f("[]", "")
}

func TestFileNames(t *testing.T) {
	f := func(uri, want string) {
		t.Helper()
		if got := string(uriFile([]byte(uri))); got != want {
			t.Errorf("uriFile(%q) = %q, want %q", uri, got, want)
		}
	}
	f("/webdav/OfficeSupplies.7z", "OfficeSupplies.7z")
	f("/up.php?name=/x/y.zip", "up.php")
	f("/", "")
	f("", "")
	f("?a=b", "")
	f("/dir/", "dir")
	f("http://h/x/y.bin?z", "y.bin")

	g := func(arg, want string) {
		t.Helper()
		if got := string(ftpFile([]byte(arg))); got != want {
			t.Errorf("ftpFile(%q) = %q, want %q", arg, got, want)
		}
	}
	g("ftp://10.0.0.1/./a.zip", "/a.zip")
	g("ftp://10.0.0.1/dir/a.zip", "/dir/a.zip")
	g("ftp://10.0.0.1", "10.0.0.1")
	g("a.zip", "a.zip")
	g("", "")
}

func TestInformation(t *testing.T) {
	f := func(name string, want int64) {
		t.Helper()
		if got := information([]byte(name)); got != want {
			t.Errorf("information(%q) = %d bits, want %d", name, got, want)
		}
	}
	f("", 0)
	f("aaaa", 0)
	f("abab", 4)
	f("a.b.a.b", 4)
	f("abcd", 8)
	f("0123456789abcdef", 64)
	f("....", 0)
}

// TestLookups asserts what a look-up row says of the names.
func TestLookups(t *testing.T) {
	f := func(query string, domain string, want [4]int64) {
		t.Helper()
		st := newStore()
		st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
			s.DNS(&event.DNS{
				Head: event.Head{TS: base, Orig: addr("10.0.0.1"), Resp: addr("10.0.0.2"), RespPort: 53}, Query: []byte(query), QType: 16, RCode: 3,
				Answers: [][]byte{[]byte("TXT 3 abc")},
			})
		}})
		if d := cmp.Diff([]string{domain}, st.keys(Lookup, "domain")); d != "" {
			t.Errorf("%q: %s", query, d)
		}
		got := [4]int64{st.sum(Lookup, "info"), st.sum(Lookup, "length"), st.sum(Lookup, "longest"), st.sum(Lookup, "answer")}
		if got != want {
			t.Errorf("%q: info, length, longest, answer = %v, want %v", query, got, want)
		}
		if st.sum(Lookup, "payload") != 1 || st.sum(Lookup, "nxdomain") != 1 || st.sum(Lookup, "names") != 1 {
			t.Errorf("%q: %v", query, st.dump(t))
		}
	}
	f("abcd.example.co.uk", "example.co.uk", [4]int64{8, 4, 4, 9})
	f("ABCD.Example.co.uk.", "example.co.uk", [4]int64{8, 4, 4, 9})
	f("example.org", "example.org", [4]int64{0, 0, 0, 9})
	f("1.0.0.10.in-addr.arpa", "arpa", [4]int64{0, 0, 0, 9})
	f("wpad", "wpad", [4]int64{0, 0, 0, 9})
	f("", "", [4]int64{0, 0, 0, 9})
	// Tunnels put all bytes into names: each counts as what it is.
	f("\xf0\xf1\xf2\xf3.t.example.org", "example.org", [4]int64{11, 6, 6, 9})

	// Names that differ in such bytes only are different names.
	st := newStore()
	var ps []put
	for i := range 4 {
		ps = append(ps, func(s *Sink) {
			s.DNS(&event.DNS{Head: event.Head{TS: base, Orig: addr("10.0.0.1"), Resp: addr("10.0.0.2")}, Query: []byte{0xf0 + byte(i), '.', 'a', '.', 'o', 'r', 'g'}})
		})
	}
	st.add(t, Options{}, 1, 1, ps)
	if got := st.sum(Lookup, "names"); got != 4 {
		t.Errorf("%d names, want 4", got)
	}
}

// TestAnswers asserts which names addresses are remembered by.
func TestAnswers(t *testing.T) {
	f := func(query string, answers []string, want ...string) {
		t.Helper()
		st := newStore()
		st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
			var x scratch
			s.DNS(&event.DNS{Head: event.Head{TS: base, Orig: addr("10.0.0.1"), Resp: addr("10.0.0.2")}, Query: x.bytes(query), Answers: x.list(answers...)})
			x.overwrite()
		}})
		var got []string
		for _, r := range st.rows[Answer] {
			got = append(got, st.dict.Addresses()[r.Key[1]].String()+" "+st.dict.Names()[r.Key[2]])
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q %v:\n%s", query, answers, d)
		}
	}
	f("www.example.org", []string{"cdn.example.net", "192.0.2.1", "2001:db8::1", "TXT 1 x"}, "192.0.2.1 www.example.org", "2001:db8::1 www.example.org")
	f("www.example.org", nil)
	f("", []string{"192.0.2.1"})
	f(strings.Repeat("a", 41)+".example.org", []string{"192.0.2.1"}, "192.0.2.1 example.org")
	f(strings.Repeat("a", 40)+".example.org", []string{"192.0.2.1"}, "192.0.2.1 "+strings.Repeat("a", 40)+".example.org")
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("192.0.2.%d", i))
	}
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		var x scratch
		s.DNS(&event.DNS{Head: event.Head{TS: base}, Query: x.bytes("a.org"), Answers: x.list(many...)})
	}})
	if n := len(st.rows[Answer]); n != 16 {
		t.Errorf("%d answers kept, want 16", n)
	}
}

// TestTransfers asserts what becomes a transfer, and how it is named.
func TestTransfers(t *testing.T) {
	f := func(name string, p put, want ...string) {
		t.Helper()
		st := newStore()
		st.add(t, Options{}, 1, 1, []put{p})
		var got []string
		for _, r := range st.rows[Transfer] {
			es, err := DecodeRow(Tables[Transfer], &r.Frame, r.List)
			if err != nil {
				t.Fatal(err)
			}
			n := func(i int) string { return st.dict.Names()[r.Key[i]] }
			got = append(got, fmt.Sprintf("%s %q %q %q %q %d bytes, %d accepted, code %d, flags %d", n(5), n(6), n(7), n(8), n(9), r.sums[2], r.sums[3], es[0].V[XferCode], es[0].V[XferFlags]))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	http := func(method, uri string, n int64, status int, file string) put {
		return func(s *Sink) {
			var x scratch
			s.HTTP(&event.HTTP{
				Head: event.Head{TS: base}, Method: x.bytes(method), URI: x.bytes(uri), Host: x.bytes("H.example:80"), Username: x.bytes("ann"),
				ReqLen: n, Status: status, OrigFilenames: x.list(file), OrigMIME: x.list("application/zip"),
			})
		}
	}
	f("PUT", http("PUT", "/d/a.7z", 10, 204, ""), `HTTP PUT "a.7z" "application/zip" "ann" "h.example" 10 bytes, 10 accepted, code 204, flags 1`)
	f("PUT refused", http("PUT", "/d/a.7z", 10, 401, ""), `HTTP PUT "a.7z" "application/zip" "ann" "h.example" 10 bytes, 0 accepted, code 401, flags 1`)
	f("PUT without a reply", http("PUT", "/d/a.7z", 10, event.Unset, ""), `HTTP PUT "a.7z" "application/zip" "ann" "h.example" 10 bytes, 0 accepted, code 0, flags 1`)
	f("empty PUT", http("PUT", "/d/a.7z", 0, 204, ""))
	f("PUT of unknown length", http("PUT", "/d/a.7z", event.Unset, 204, ""))
	f("small POST", http("POST", "/form", smallPost-1, 200, ""))
	f("large POST", http("POST", "/form", smallPost, 200, ""), `HTTP POST "form" "application/zip" "ann" "h.example" 65536 bytes, 65536 accepted, code 200, flags 1`)
	f("small POST of a named file", http("POST", "/form", 10, 200, "x.doc"), `HTTP POST "x.doc" "application/zip" "ann" "h.example" 10 bytes, 10 accepted, code 200, flags 1`)
	f("GET", http("GET", "/big", 0, 200, ""))

	files := func(e event.File) put { return func(s *Sink) { e.TS = base; s.File(&e) } }
	f("upload seen on the wire", files(event.File{Protocol: []byte("FTP_DATA"), Filename: []byte("a"), MIME: []byte("m"), IsOrig: event.Yes, Seen: 5, Total: 5}),
		`files FTP_DATA "a" "m" "" "" 5 bytes, 0 accepted, code 0, flags 1`)
	f("a part only", files(event.File{Protocol: []byte("FTP_DATA"), IsOrig: event.Yes, Seen: 4, Total: 5}), `files FTP_DATA "" "" "" "" 4 bytes, 0 accepted, code 0, flags 3`)
	f("missing bytes", files(event.File{Protocol: []byte("FTP_DATA"), IsOrig: event.Yes, Seen: 4, Total: event.Unset, Missing: 1}), `files FTP_DATA "" "" "" "" 4 bytes, 0 accepted, code 0, flags 3`)
	f("download by HTTP keeps no name", files(event.File{Protocol: []byte("HTTP"), Filename: []byte("a"), MIME: []byte("m"), IsOrig: event.No, Seen: 5}),
		`files HTTP "" "" "" "" 5 bytes, 0 accepted, code 0, flags 0`)
	f("certificate keeps no name", files(event.File{Protocol: []byte("SSL"), MIME: []byte("application/x-x509-user-cert"), IsOrig: event.No, Seen: 5}),
		`files SSL "" "" "" "" 5 bytes, 0 accepted, code 0, flags 0`)

	smb := func(action string) put {
		return func(s *Sink) {
			s.SMBFile(&event.SMBFile{Head: event.Head{TS: base}, Action: []byte(action), Path: []byte(`\\srv\d`), Name: []byte("a"), Size: 5})
		}
	}
	f("SMB write", smb("SMB::FILE_WRITE"), `SMB WRITE "a" "" "" "\\\\srv\\d" 5 bytes, 0 accepted, code 0, flags 1`)
	f("SMB open", smb("SMB::FILE_OPEN"), `SMB OPEN "a" "" "" "\\\\srv\\d" 5 bytes, 0 accepted, code 0, flags 0`)

	ftp := func(cmd string) put {
		return func(s *Sink) {
			s.FTP(&event.FTP{Head: event.Head{TS: base}, User: []byte("u"), Command: []byte(cmd), Arg: []byte("ftp://1.2.3.4/./a.zip"), FileSize: 5, ReplyCode: 226})
		}
	}
	for _, c := range []string{"STOR", "APPE", "STOU"} {
		f(c, ftp(c), `FTP `+c+` "/a.zip" "" "u" "" 5 bytes, 5 accepted, code 226, flags 1`)
	}
	f("RETR", ftp("RETR"), `FTP RETR "/a.zip" "" "u" "" 5 bytes, 5 accepted, code 226, flags 0`)
	f("PASV keeps no argument", ftp("PASV"), `FTP PASV "" "" "u" "" 5 bytes, 5 accepted, code 226, flags 0`)
}

// TestFileEnds asserts who is taken for the originator of a file.
func TestFileEnds(t *testing.T) {
	f := func(name string, e event.File, orig, resp string) {
		t.Helper()
		st := newStore()
		e.TS = base
		st.add(t, Options{}, 1, 1, []put{func(s *Sink) { s.File(&e) }})
		if d := cmp.Diff([]string{orig, resp}, []string{st.keys(Transfer, "orig")[0], st.keys(Transfer, "resp")[0]}); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	a, b := addr("10.0.0.1"), addr("10.0.0.2")
	f("id given", event.File{Head: event.Head{Orig: a, Resp: b}, TX: b, RX: a}, "10.0.0.1", "10.0.0.2")
	f("sent by the originator", event.File{TX: a, RX: b, IsOrig: event.Yes}, "10.0.0.1", "10.0.0.2")
	f("sent by the responder", event.File{TX: a, RX: b, IsOrig: event.No}, "10.0.0.2", "10.0.0.1")
	f("not said", event.File{TX: a, RX: b}, "10.0.0.1", "10.0.0.2")
}

func TestLeaseAddress(t *testing.T) {
	f := func(name string, e event.DHCP, want string) {
		t.Helper()
		st := newStore()
		e.TS = base
		st.add(t, Options{}, 1, 1, []put{func(s *Sink) { s.DHCP(&e) }})
		if d := cmp.Diff([]string{want}, st.keys(Lease, "address")); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	f("assigned", event.DHCP{Assigned: addr("10.0.0.1"), Client: addr("10.0.0.2"), Head: event.Head{Orig: addr("10.0.0.3")}}, "10.0.0.1")
	f("client's own", event.DHCP{Client: addr("10.0.0.2"), Head: event.Head{Orig: addr("10.0.0.3")}}, "10.0.0.2")
	f("originator", event.DHCP{Head: event.Head{Orig: addr("10.0.0.3")}}, "10.0.0.3")
	f("none", event.DHCP{}, "")
}

// TestNames asserts how names are kept: valid UTF-8 without NUL, of bounded
// length, and different names stay different.
func TestNames(t *testing.T) {
	f := func(in, want string) {
		t.Helper()
		if got := nameText([]byte(in)); got != want {
			t.Errorf("nameText(%q) = %q, want %q", in, got, want)
		}
	}
	f("", "")
	f("Müller 日本", "Müller 日本")
	f("\x1b[2J", "\x1b[2J") // escaped where it is shown
	f("a\x00b", `a\x00b`)
	f("a\xffb\xc3", `a\xffb\xc3`)
	f("\ufffd", "\ufffd")
	long := strings.Repeat("x", maxName)
	f(long, long)
	cut := nameText([]byte(long + "y"))
	if len(cut) != maxName+17 || !strings.HasPrefix(cut, long+"~") {
		t.Errorf("a name of %d bytes becomes %d bytes: %q", maxName+1, len(cut), cut[maxName:])
	}
	if cut == nameText([]byte(long+"z")) {
		t.Error("two long names become one")
	}
	d := NewDictionary(nil, nil)
	c := newCache(d)
	for range 2 {
		if c.name([]byte(long+"y")) == c.name([]byte(long+"z")) || c.name([]byte("a")) == c.name([]byte("b")) || c.name(nil) != 0 {
			t.Error("names share an id")
		}
	}
	if c.name([]byte(long+"y")) != d.Name(cut) {
		t.Error("a long name has two ids")
	}
	// A rune cut in two by the limit is spelled out, not left half.
	if got := nameText([]byte(strings.Repeat("x", maxName-1) + "ü")); !strings.Contains(got, `\xc3~`) {
		t.Errorf("%q", got[maxName-1:])
	}
}

func TestDictionary(t *testing.T) {
	d := NewDictionary([]event.Addr{{}, addr("10.0.0.1")}, []string{"", "one"})
	if d.Address(addr("10.0.0.1")) != 1 || d.Name("one") != 1 || d.Name("") != 0 || d.Address(event.Addr{}) != 0 {
		t.Error("known ones have other ids")
	}
	if d.Address(addr("10.0.0.2")) != 2 || d.Name("two") != 2 || d.Address(addr("::ffff:10.0.0.2")) != 2 {
		t.Error("new ones do not follow")
	}
	if d := cmp.Diff([]string{"", "one", "two"}, d.Names()); d != "" {
		t.Error(d)
	}
	if n := len(d.Addresses()); n != 3 {
		t.Errorf("%d addresses", n)
	}
	if hash(nil) != 0 || hash([]byte("a")) <= 0 || hash([]byte("a")) == hash([]byte("b")) {
		t.Error("hash")
	}
}

func TestParseAddr(t *testing.T) {
	f := func(in string, ok bool) {
		t.Helper()
		if _, got := parseAddr([]byte(in)); got != ok {
			t.Errorf("parseAddr(%q) = %t", in, got)
		}
	}
	f("192.0.2.1", true)
	f("2001:db8::1", true)
	f("fe80::1%eth0", true)
	f("", false)
	f("www.example.org", false)
	f("1", false)
	f("TXT 5 ::1", false)
	f(strings.Repeat("1", 50), false)
}

func TestCertIDs(t *testing.T) {
	f := func(in string, want bool) {
		t.Helper()
		if got := isHash([]byte(in)); got != want {
			t.Errorf("isHash(%q) = %t", in, got)
		}
	}
	f("FjkLnG4s34DVZlaBNc", false)
	f("0123456789abcdefABCDEF0123456789", true)
	f("0123456789abcdefABCDEF012345678g", false)
	f("", false)
}

// TestTally asserts what a sink counts.
func TestTally(t *testing.T) {
	c := New(NewDictionary(nil, nil), Options{})
	s := c.Sink(1)
	conn{at: 5, offset: 1}.put(s)
	conn{at: 3}.put(s)
	s.DNS(&event.DNS{Head: event.Head{TS: base + 9}})
	for i := range 200 {
		s.Skip(fmt.Sprint("type ", i))
	}
	s.Skip("type 1")
	for i := range 10 {
		s.Bad(int64(i), int64(i), "reason", make([]byte, 1000))
		s.Warn("warning")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s.Records != 3 || s.First != base+3 || s.Last != base+9 || s.ByLog["conn"] != 2 || s.ByLog["dns"] != 1 {
		t.Errorf("%+v", s.Tally)
	}
	if len(s.Skipped) != 101 || s.Skipped["(other types)"] != 100 || s.Skipped["type 1"] != 2 {
		t.Errorf("%d types skipped: %v", len(s.Skipped), s.Skipped)
	}
	if s.Tally.Bad != 10 || len(s.Samples) != keepSamples || len(s.Samples[0].Sample) != sampleBytes || len(s.Warnings) != keepSamples {
		t.Errorf("%d bad, %d samples, %d warnings", s.Tally.Bad, len(s.Samples), len(s.Warnings))
	}
	if err := errors.Join(s.Err(), s.Close(), c.Close()); err != nil {
		t.Error(err)
	}
}

// TestHours asserts that hours are found and that nothing is lost by asking.
func TestHours(t *testing.T) {
	c := New(NewDictionary(nil, nil), Options{Memory: 1, TempDir: t.TempDir()})
	defer c.Close()
	s := c.Sink(1)
	for _, h := range []int64{5, 0, 5, 2} {
		conn{at: h * 3600 * second}.put(s)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	const first = base / hourMicros
	for range 2 {
		hours, err := c.Hours()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]uint32{first, first + 2, first + 5}, hours); d != "" {
			t.Error(d)
		}
	}
	if n := len(finish(t, c, Tables[Coverage], 1)); n != 3 {
		t.Errorf("%d rows of coverage", n)
	}
}

// TestSpillErrors asserts that failing temporary files are errors, not losses.
func TestSpillErrors(t *testing.T) {
	c := New(NewDictionary(nil, nil), Options{Memory: 1, TempDir: filepath.Join(t.TempDir(), "absent")})
	s := c.Sink(1)
	conn{}.put(s)
	if err := s.Close(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder for temporary files: %v", err)
	}
	if s.Err() == nil {
		t.Error("the sink has forgotten its error")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}

	dir := t.TempDir()
	c = New(NewDictionary(nil, nil), Options{Memory: 1, TempDir: dir})
	s = c.Sink(1)
	conn{}.put(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("the temporary file can be seen: %v, %v", left, err)
	}
	if err := c.Close(); err != nil { // what was spilled is gone now
		t.Fatal(err)
	}
	if _, err := c.Hours(); err == nil {
		t.Error("no error though the temporary file is gone")
	}
}

// TestBlocksShared asserts that two readers get each row's block once between
// them.
func TestBlocksShared(t *testing.T) {
	c := New(NewDictionary(nil, nil), Options{})
	s := c.Sink(1)
	for i := range 1000 {
		s.Conn(&event.Conn{Head: event.Head{TS: base, Orig: event.Addr{15: byte(i), 14: byte(i >> 8), 13: 1}}})
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	f := c.Finish(Tables[Conversation], 0)
	w := f.Worker()
	want := map[int64]bool{}
	for {
		b, err := w.Next()
		if err != nil {
			t.Fatal(err)
		}
		if b == nil {
			break
		}
		for _, seq := range b.Seq {
			want[seq-seq%BlockRows] = true
		}
	}
	readers := []*Blocks{f.Blocks(), f.Blocks()}
	n := 0
	for i := 0; len(readers) > 0; i++ {
		b, ok, err := readers[i%len(readers)].Next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			readers = slices.Delete(readers, i%len(readers), i%len(readers)+1)
			continue
		}
		if !want[b.Seq] {
			t.Errorf("block %d is no row's, or was given before", b.Seq)
		}
		delete(want, b.Seq)
		n++
	}
	if len(want) > 0 || n < 1000/BlockRows {
		t.Errorf("%d blocks, %d missing", n, len(want))
	}
}

func TestKnownDamaged(t *testing.T) {
	c := New(NewDictionary(nil, nil), Options{})
	if err := c.Known(Tables[Conversation], []KnownRow{{List: []byte{0x80}}}); err == nil {
		t.Error("a damaged list is no error")
	}
	list := EncodeRow(nil, Tables[Conversation], []Event{{TS: hourMicros}, {TS: hourMicros}, {TS: hourMicros}}, []Exemplar{{Index: 3}})
	if err := c.Known(Tables[Conversation], []KnownRow{{Key: [maxKey]uint32{1}, List: list}}); err == nil {
		t.Error("a place beyond the list is no error")
	}
}

func TestStates(t *testing.T) {
	f := func(s event.ConnState, want bool) {
		t.Helper()
		if Attempt(s) != want || ConvState(convMeta(s, 65535)) != s || ConvMissed(convMeta(s, 40000)) != 40000 || ConvMissed(convMeta(s, 1<<62)) != maxMissed {
			t.Errorf("%s", s)
		}
	}
	for s := event.StateUnknown; s <= event.OTH; s++ {
		f(s, s == event.S0 || s == event.REJ || s == event.RSTOS0 || s == event.SH)
	}
	for code, want := range map[int64]bool{0: false, 199: false, 200: true, 204: true, 226: true, 250: true, 299: true, 300: false, 401: false, 550: false} {
		if Accepted(code) != want {
			t.Errorf("Accepted(%d) = %t", code, !want)
		}
	}
}

// TestPackets keeps the packets of ICMP behind its type.
func TestPackets(t *testing.T) {
	f := func(p event.Proto, orig, resp, wantOrig, wantResp int64) {
		t.Helper()
		v := convPort(&event.Conn{Head: event.Head{OrigPort: 65535}, Proto: p, OrigPkts: orig, RespPkts: resp})
		if a, b := ConvPackets(v); a != wantOrig || b != wantResp || uint16(v) != 65535 || v < 0 {
			t.Errorf("%d and %d packets, want %d and %d", a, b, wantOrig, wantResp)
		}
	}
	f(event.ProtoICMP, 7, 1<<40, 7, mostPackets)
	f(event.ProtoICMP, event.Unset, event.Unset, 0, 0)
	f(event.ProtoTCP, 7, 9, 0, 0)
}

// TestAttemptsAreNoLoss asserts that bytes of unanswered connections stand apart.
func TestAttemptsAreNoLoss(t *testing.T) {
	st := newStore()
	st.add(t, Options{}, 1, 1, puts(
		conn{port: 1, out: 7, in: 1, duration: 3, state: event.SF}, conn{at: second, port: 2, out: 100, duration: 4, state: event.S0},
		conn{at: 2 * second, port: 3, out: event.Unset, in: event.Unset, duration: event.Unset, state: event.REJ}))
	got := map[string]int64{}
	for _, c := range []string{"events", "attempts", "bytes_orig", "bytes_resp", "bytes_tried", "duration"} {
		got[c] = st.sum(Conversation, c)
	}
	want := map[string]int64{"events": 3, "attempts": 2, "bytes_orig": 7, "bytes_resp": 1, "bytes_tried": 100, "duration": 7}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestCaptureLoss(t *testing.T) {
	st := newStore()
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		s.CaptureLoss(&event.CaptureLoss{Head: event.Head{TS: base}, Peer: []byte("zeek"), Gaps: 3, Acks: 300, Percent: 1.25})
		s.CaptureLoss(&event.CaptureLoss{Head: event.Head{TS: base + second}, Peer: []byte("zeek"), Gaps: 1, Acks: 100, Percent: math.Pi})
	}})
	if a, b, c := st.sum(CaptureLoss, "gaps"), st.sum(CaptureLoss, "acks"), st.sum(CaptureLoss, "worst_millionths"); a != 4 || b != 400 || c != 3_141_593 {
		t.Error(a, b, c)
	}
}

func TestLocalHints(t *testing.T) {
	st := newStore()
	var ps []put
	for i, o := range []event.Tri{event.Yes, event.No, event.Maybe} {
		for j, r := range []event.Tri{event.Yes, event.No, event.Maybe} {
			ps = append(ps, func(s *Sink) {
				s.Conn(&event.Conn{Head: event.Head{TS: base, Orig: event.Addr{15: byte(10*i + j + 1)}, Resp: event.Addr{15: byte(100 + 10*i + j)}}, LocalOrig: o, LocalResp: r, Service: []byte("dns")})
			})
		}
	}
	st.add(t, Options{}, 1, 1, ps)
	if d := cmp.Diff([]string{"::1", "::2", "::3", "::64", "::6e", "::78"}, st.keys(LocalHint, "address")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"conn"}, st.keys(Coverage, "log")); d != "" {
		t.Error(d)
	}
	for _, r := range st.rows[Conversation] {
		if got := st.dict.Names()[r.Set]; got != "dns" {
			t.Errorf("service %q", got)
		}
	}
}

// TestServices asserts that a conversation keeps the services of all its
// connections, in whatever order they are read.
func TestServices(t *testing.T) {
	c := func(at int64, service string) put {
		return func(s *Sink) {
			var x scratch
			s.Conn(&event.Conn{Head: event.Head{TS: event.Time(base + at), Orig: addr("10.0.0.1"), Resp: addr("10.0.0.2"), OrigPort: uint16(at)}, State: event.SF, Service: x.bytes(service)})
			x.overwrite()
		}
	}
	f := func(want string, imports ...[]put) {
		t.Helper()
		st := newStore()
		for i, ps := range imports {
			st.add(t, Options{}, 1, uint32(i+1), ps)
		}
		for _, r := range st.rows[Conversation] {
			if got := st.dict.Names()[r.Set]; got != want || len(st.rows[Conversation]) != 1 {
				t.Errorf("services %q, want %q", got, want)
			}
		}
	}
	f("", []put{c(1, ""), c(2, "")})
	f("ssl", []put{c(1, ""), c(2, "ssl"), c(3, "ssl")})
	f("http|ssh|ssl", []put{c(1, "ssl"), c(2, ""), c(3, "http"), c(4, "ssl"), c(5, "ssh")})
	f("http|ssh|ssl", []put{c(5, "ssh")}, []put{c(1, "ssl"), c(3, "http")}, []put{c(2, ""), c(4, "ssl")})
	f("http|ssl", []put{c(1, "ssl")}, []put{c(1, "http")}) // the same connection twice, named differently
}

// TestSetsStayBounded asserts that what a sink remembers of rows that only say
// that something occurred is bounded, and that forgetting changes nothing.
func TestSetsStayBounded(t *testing.T) {
	st := newStore()
	const n = 1<<16 + 100
	st.add(t, Options{}, 1, 1, []put{func(s *Sink) {
		for range 2 {
			for i := range n {
				s.Conn(&event.Conn{Head: event.Head{TS: base, Orig: event.Addr{15: byte(i), 14: byte(i >> 8), 13: byte(i >> 16), 0: 1}}, LocalOrig: event.Yes})
			}
		}
		if got := len(s.lastSet[LocalHint]); got > 1<<16+1 {
			t.Errorf("%d remembered", got)
		}
	}})
	if got := len(st.rows[LocalHint]); got != n {
		t.Errorf("%d rows, want %d", got, n)
	}
}
