package pcap

import (
	"encoding/binary"
	"testing"

	"github.com/gopacket/gopacket/layers"

	"barium/internal/format/formattest"
)

// office is a look-up, a ping and a connection.
func office(t testing.TB, f *file) *file {
	f.frame(udp(t, pc, 40000, far, 53, dnsQuery(t, 7, "example.org", layers.DNSTypeA)))
	f.frame(udp(t, far, 53, pc, 40000, dnsAnswer(t, 7, "example.org", "192.0.2.9")))
	dial(t, f, 50000, 8080).say(true, "a request of nobody's protocol").say(false, "and an answer").hangUp()
	dial(t, f, 50001, 9999).send(true, "RA", "")
	return f
}

// officeNG is the same as pcapng.
func officeNG(t testing.TB, order binary.AppendByteOrder) []byte {
	b := section(order, linkEthernet)
	c := capture{src: newSource(t.Context(), newBytes(office(t, newFile(linkEthernet)).b)), sink: unheard{}}
	var f frame
	for c.next(&f) {
		b = append(b, packetBlock(order, 0, uint64(f.ts), f.data)...)
	}
	return b
}

func samples(t testing.TB) []formattest.Sample {
	counts := map[string]int{"conn": 3, "dns": 1}
	return []formattest.Sample{
		{Name: "pcap", Data: office(t, newFile(linkEthernet)).b, Counts: counts},
		{Name: "big endian, nanoseconds", Data: office(t, newFileIn(binary.BigEndian, true, linkEthernet)).b, Counts: counts},
		{Name: "pcapng", Data: officeNG(t, binary.LittleEndian), Counts: counts},
		{Name: "pcapng, big endian", Data: officeNG(t, binary.BigEndian), Counts: counts},
	}
}

func TestReader(t *testing.T) {
	formattest.Run(t, Reader{}, formattest.Cases{Samples: samples(t), Binary: true})
}

// TestContainers reads the same packets out of every container: the records are
// the same.
func TestContainers(t *testing.T) {
	all := samples(t)
	want := formattest.Read(t, Reader{}, all[0].Data)
	for _, s := range all[1:] {
		got := formattest.Read(t, Reader{}, s.Data)
		for i := range want.Records {
			if a, b := withoutUID(want.Records[i].Text), withoutUID(got.Records[i].Text); a != b {
				t.Errorf("%s:\n%s\nwant\n%s", s.Name, b, a)
			}
		}
	}
}
