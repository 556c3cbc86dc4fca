package pcap

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// tally is a sink that counts records and drops them.
type tally struct {
	counter
	bad int
}

func (n *tally) Conn(*event.Conn)                 { n.records++ }
func (n *tally) DNS(*event.DNS)                   { n.records++ }
func (n *tally) Bad(int64, int64, string, []byte) { n.bad++ }

// traffic writes n connections, each with a look-up, a request and an answer of
// some size, of several clients at a time.
func traffic(t testing.TB, n, size int) []byte {
	f := newFile(linkEthernet)
	body := strings.Repeat("x", size)
	for i := range n {
		port := uint16(1024 + i%60000)
		name := fmt.Sprintf("host%d.example.org", i%500)
		f.frame(udp(t, pc, port, far, 53, dnsQuery(t, uint16(i), name, layers.DNSTypeA)))
		f.frame(udp(t, far, 53, pc, port, dnsAnswer(t, uint16(i), name, far)))
		d := dial(t, f, port, 80)
		d.say(true, "GET /"+name+" HTTP/1.1\r\nHost: "+name+"\r\n\r\n")
		d.say(false, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, body))
		d.hangUp()
	}
	return f.b
}

func benchmarkCapture(b *testing.B, data []byte) {
	walk := Reader{}.Walk(b.Context(), bytes.NewReader(data))
	packets := 0
	for {
		if _, err := walk.Next(); err != nil {
			break
		}
		packets++
	}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var n tally
		if err := (Reader{}).Read(b.Context(), bytes.NewReader(data), &n); err != nil || n.records == 0 || n.bad != 0 {
			b.Fatal(err, n)
		}
	}
	b.ReportMetric(float64(packets*b.N)/b.Elapsed().Seconds(), "packets/s")
}

// BenchmarkMix reads packets of all sizes: look-ups, handshakes, requests and
// answers of 40 kB; on average some 1,000 bytes.
func BenchmarkMix(b *testing.B) {
	data := traffic(b, 500, 40_000)
	benchmarkCapture(b, data)
}

// BenchmarkSmall reads small packets of which many records come: look-ups,
// handshakes and answers of 20 bytes, four records for ten packets.
func BenchmarkSmall(b *testing.B) {
	data := traffic(b, 10_000, 20)
	benchmarkCapture(b, data)
}

// BenchmarkPackets reads packets of 60 bytes of payload in few flows, as calls
// and terminals make them: what a packet costs when no record comes of it.
func BenchmarkPackets(b *testing.B) {
	f := newFile(linkEthernet)
	payload := make([]byte, 60)
	for i := range 100_000 {
		f.frame(udp(b, pc, uint16(10_000+i%1000), far, 10_000, payload))
	}
	benchmarkCapture(b, f.b)
}

// TestTraffic reads what the benchmarks read and finds every part of it.
func TestTraffic(t *testing.T) {
	data := traffic(t, 10_000, 20) // several times what lies in memory
	got := formattest.Read(t, Reader{}, data)
	if n := got.Counts(); n["conn"] != 20_000 || n["dns"] != 10_000 || n["http"] != 10_000 || len(got.Bads) > 0 {
		t.Error(n, got.Bads)
	}
}
