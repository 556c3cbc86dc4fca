package pcap

import (
	"bytes"
	"encoding/binary"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format/formattest"
)

// FuzzRead reads any bytes, whole and in halves: the same comes out, every place
// lies in the source, every record has a time.
func FuzzRead(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.Data)
	}
	f.Add(traffic(f, 2, 3000))
	f.Add(newFile(linkRaw).frame(aDatagram(f)).b)
	f.Add(section(binary.LittleEndian, linkEthernet, linkRaw, linkSLL))
	f.Fuzz(func(t *testing.T, data []byte) {
		Reader{}.Sniff(data, "")
		want := formattest.Read(t, Reader{}, data)
		got := formattest.Recorder{Scribble: true}
		if err := (Reader{}).Read(t.Context(), iotest.HalfReader(bytes.NewReader(data)), &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(want.Bads, got.Bads); d != "" {
			t.Fatal(d)
		}
		for _, r := range want.Records {
			if r.Offset < 0 || r.Offset >= int64(len(data)) {
				t.Fatalf("record at %d of %d bytes", r.Offset, len(data))
			}
		}
		walk := Reader{}.Walk(t.Context(), bytes.NewReader(data))
		for last := int64(-1); ; {
			r, err := walk.Next()
			if err != nil {
				break
			}
			if r.Offset <= last || !bytes.HasPrefix(data[r.Offset:], r.Raw) || r.Text() == "" {
				t.Fatalf("record at %d after %d", r.Offset, last)
			}
			last = r.Offset
		}
	})
}

// FuzzPacket reads any bytes as a frame of each link type.
func FuzzPacket(f *testing.F) {
	f.Add(aDatagram(f))
	f.Add(append([]byte{0, 0, 8, 0}, aDatagram(f)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, l := range []linkType{linkEthernet, linkRaw, linkSLL, linkSLL2, linkNull, linkPPP} {
			got := formattest.Read(t, Reader{}, newFile(l).frame(data[:min(len(data), 65535)]).b)
			for _, b := range got.Bads {
				if b.Line != 1 || b.Offset != fileHeader {
					t.Fatalf("%+v", b)
				}
			}
		}
	})
}

// FuzzTLS hands any bytes to the analyser of TLS, from both sides.
func FuzzTLS(f *testing.F) {
	f.Add(seed(asks(string(record(recordHandshake, helloOf(f)))), says("\x16\x03\x03\x00\x04\x0e\x00\x00\x00")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, newTLS, data) })
}

// FuzzDNS reads any bytes as a message of DNS and of NetBIOS.
func FuzzDNS(f *testing.F) {
	f.Add(dnsAnswer(f, 7, "example.org", far))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, netbios := range []bool{false, true} {
			m := dnsMessage{netbios: netbios}
			if m.header(data) {
				m.parse(data)
			}
			for _, a := range m.answers {
				if a.from > a.to || a.to > len(m.text) {
					t.Fatal(a)
				}
			}
		}
	})
}
