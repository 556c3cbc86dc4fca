package all

import (
	"strings"
	"testing"

	"barium/internal/format"
)

// TestSniffWords asserts what a user is told of a source that nobody reads.
func TestSniffWords(t *testing.T) {
	f := func(head string, near bool, want ...string) {
		t.Helper()
		r, said := Sniff([]byte(head), "x")
		if r != nil || said.Confidence != format.NotMine || said.Near != near || said.Why != strings.Join(want, "; ") {
			t.Errorf("%.40q: %v %+v, want %q", head, r, said, want)
		}
	}
	const nobody = "no log that barium knows (zeek, eve, proxy, netflow, nfcapd, pcap, dnslog, table)"
	f("", false, "empty file")
	f("\xef\xbb\xbf\r\n \n", false, "empty file")
	f("Permission is hereby granted, free of charge,\nto any person obtaining a copy\nof this software.\n", false, nobody)
	f("# a script\nset -e\n", false, nobody)
	f(strings.Repeat("\x00\xff\x01", 500), false, nobody)
	f("\xff\xfea\x00\n\x00", true, "text in UTF-16: make it UTF-8 (iconv -f UTF-16 -t UTF-8)")
	f("#path\tconn\n#types\ttime\tstring\nx\n", true, "not zeek: lines with # but no #separator or #fields as Zeek writes them")
	f("a,b\n10.0.0.5,2\n", true, "a table with columns a, b: run `barium map FILE`")
	f("10.0.0.5,2\n10.0.0.6,3\n", true, "a table of 2 columns without a header: run `barium map FILE`")
	f(`{"event_type":"x"}`+"\n", true, "JSON with columns event_type: run `barium map FILE`", "not eve: JSON, but without Suricata's timestamp and event_type")
	f("\x0c\xa5\x03\x00", true, "not nfcapd: it is a file of nfcapd of another format than 1 or 2")
	f("\xd4\xc3\xb2\xa1\x09\x00\x00\x00"+strings.Repeat("\x00", 20), true, "not pcap: it begins as pcap does, but its header is of a version or length that is not read")
}
