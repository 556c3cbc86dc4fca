package pcap

import (
	"net/netip"
	"strings"
	"testing"

	"barium/internal/format/formattest"
)

// netbiosDatagram is a datagram of NetBIOS from a machine (RFC 1002 section 4.4.2).
func netbiosDatagram(kind byte, from, name string) []byte {
	b := append([]byte{kind, 0x0a, 0, 1}, netip.MustParseAddr(from).AsSlice()...)
	b = append(b, 0, 138, 0, 80, 0, 0, 32)
	for _, c := range []byte((name + strings.Repeat(" ", 15))[:15] + "\x00") {
		b = append(b, 'A'+c>>4, 'A'+c&15)
	}
	return append(b, 0, 32)
}

func TestNetBIOS(t *testing.T) {
	f := func(name string, payload []byte, want ...string) {
		t.Helper()
		file := newFile(linkEthernet)
		for range 2 { // one record is enough
			file.frame(udp(t, pc, 138, "10.0.0.255", 138, payload))
		}
		k := &talk{Recorder: *formattest.Read(t, Reader{}, file.b)}
		k.check(t, "netbios", "Orig Proto Client", want...)
		if len(k.Bads) > 0 {
			t.Errorf("%s: bad: %+v", name, k.Bads)
		}
	}
	whole := netbiosDatagram(0x11, pc, "WARD-PC-7")
	f("group", whole, pc+` udp "WARD-PC-7"`)
	f("longest", netbiosDatagram(0x10, pc, "ABCDEFGHIJKLMNO"), pc+` udp "ABCDEFGHIJKLMNO"`)
	f("an error", netbiosDatagram(0x13, pc, "WARD-PC-7"))
	f("passed on for another", netbiosDatagram(0x11, "10.9.9.9", "WARD-PC-7"))
	f("no name", netbiosDatagram(0x11, pc, ""))
	f("a service", netbiosDatagram(0x11, pc, "\x01\x02__MSBROWSE__\x02"))
	for i := range whole[:len(whole)-2] {
		f("cut off", whole[:max(i, 1)])
	}
}
