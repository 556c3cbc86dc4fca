package eve

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/formattest"
	"barium/internal/format/pieces"
)

// nothing is a sink that drops everything.
type nothing struct{ records, other int }

var _ format.Sink = (*nothing)(nil)

func (n *nothing) Conn(*event.Conn)                 { n.records++ }
func (n *nothing) DNS(*event.DNS)                   { n.records++ }
func (n *nothing) HTTP(*event.HTTP)                 { n.records++ }
func (n *nothing) SSL(*event.SSL)                   { n.records++ }
func (n *nothing) X509(*event.X509)                 {} // the second record of a handshake
func (n *nothing) File(*event.File)                 { n.records++ }
func (n *nothing) SMBFile(*event.SMBFile)           { n.records++ }
func (n *nothing) FTP(*event.FTP)                   { n.records++ }
func (n *nothing) DHCP(*event.DHCP)                 { n.records++ }
func (n *nothing) Logon(*event.Logon)               { n.records++ }
func (n *nothing) Call(*event.Call)                 { n.records++ }
func (n *nothing) Mail(*event.Mail)                 { n.records++ }
func (n *nothing) Tunnel(*event.Tunnel)             { n.records++ }
func (n *nothing) Software(*event.Software)         { n.records++ }
func (n *nothing) Note(*event.Note)                 { n.records++ }
func (n *nothing) CaptureLoss(*event.CaptureLoss)   { n.records++ }
func (n *nothing) Skip(string)                      { n.other++ }
func (n *nothing) Bad(int64, int64, string, []byte) { n.other++ }
func (n *nothing) Warn(string)                      { n.other++ }

const benchFlows = 100_000

// flows makes flows as a hospital's would be, IPv4 addresses all different.
func flows(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"timestamp":"2026-03-02T10:%02d:%02d.%06d+0100","flow_id":%d,"in_iface":"eth0","event_type":"flow","src_ip":"10.%d.%d.%d","src_port":%d,"dest_ip":"203.0.%d.%d","dest_port":443,"proto":"TCP","app_proto":"tls","flow":{"pkts_toserver":%d,"pkts_toclient":14,"bytes_toserver":%d,"bytes_toclient":12034,"start":"2026-03-02T09:%02d:%02d.%06d+0100","end":"2026-03-02T10:%02d:%02d.%06d+0100","age":61,"state":"closed","reason":"timeout","alerted":false},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"1b","syn":true,"fin":true,"psh":true,"ack":true,"state":"closed"},"host":"sensor1"}`+"\n",
			i/60%60, i%60, i%1_000_000, 1_374_195_536_000_000+i, i>>16, i>>8&255, i&255, 1024+i%60_000, i>>8&255, i&255, 10+i%50, 5000+i, i/60%60, i%60, i%1_000_000, i/60%60, i%60, i%1_000_000)
	}
	return b.Bytes()
}

// bench reads data with as many goroutines as there are sinks.
func bench(b *testing.B, data []byte, sinks int) {
	want := bytes.Count(data, []byte{'\n'})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		all := make([]nothing, sinks)
		out := make([]format.Sink, sinks)
		for i := range all {
			out[i] = &all[i]
		}
		if _, err := pieces.Read(b.Context(), Reader{}, bytes.NewReader(data), 0, out); err != nil {
			b.Fatal(err)
		}
		sum := 0
		for _, n := range all {
			sum += n.records
		}
		if sum != want {
			b.Fatalf("%d records, want %d", sum, want)
		}
	}
	b.ReportMetric(float64(want*b.N)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkFlows(b *testing.B) {
	data := flows(benchFlows)
	b.Run("1", func(b *testing.B) { bench(b, data, 1) })
	b.Run("2", func(b *testing.B) { bench(b, data, 2) })
}

func BenchmarkReal(b *testing.B) {
	data, err := os.ReadFile(formattest.SharedData(b, "network", "suricata-eve", "eve.json"))
	if err != nil {
		b.Fatal(err)
	}
	if data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	data = bytes.Repeat(data, 20)
	b.Run("1", func(b *testing.B) { bench(b, data, 1) })
	b.Run("2", func(b *testing.B) { bench(b, data, 2) })
}

// TestAllocations checks that the number of allocations does not grow with the
// number of records.
func TestAllocations(t *testing.T) {
	if race {
		t.Skip("the race detector makes pools forget")
	}
	f := func(name string, data []byte) {
		t.Helper()
		few := allocations(t, data)
		many := allocations(t, bytes.Repeat(data, 100))
		if many > few+20 {
			t.Errorf("%s: %v allocations, %v for 100 times as much", name, few, many)
		}
	}
	f("flows", flows(1000))
	for _, s := range samples[:5] {
		if s.Name != "access" { // the names of a service are joined
			f(s.Name, s.Data)
		}
	}
}

func allocations(t *testing.T, data []byte) float64 {
	return testing.AllocsPerRun(1, func() {
		if err := (Reader{}).Read(t.Context(), bytes.NewReader(data), &nothing{}); err != nil {
			t.Fatal(err)
		}
	})
}
