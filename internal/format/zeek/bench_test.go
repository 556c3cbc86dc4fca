package zeek

import (
	"bytes"
	"fmt"
	"testing"

	"barium/internal/event"
	"barium/internal/format"
)

// nothing is a sink that drops everything.
type nothing struct{ records, other int }

var _ format.Sink = (*nothing)(nil)

func (n *nothing) Conn(*event.Conn)                 { n.records++ }
func (n *nothing) DNS(*event.DNS)                   { n.records++ }
func (n *nothing) HTTP(*event.HTTP)                 { n.records++ }
func (n *nothing) SSL(*event.SSL)                   { n.records++ }
func (n *nothing) X509(*event.X509)                 { n.records++ }
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

const benchRows = 100_000

func benchTSV() []byte {
	var b bytes.Buffer
	b.WriteString(tsvHead + "#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n")
	for i := range benchRows {
		fmt.Fprintf(&b, "1655071198.%06d\tCHLXQF2OBY4onAR0Ug\t147.32.81.%d\t62771\t40.74.108.%d\t443\ttcp\tssl\t1.135424\t1596\t4039\tSF\tT\tF\t0\tShADdaFf\t14\t1016\t16\t1226\t(empty)\n", i, i%256, i/256%256)
	}
	return b.Bytes()
}

func benchJSON() []byte {
	var b bytes.Buffer
	for i := range benchRows {
		fmt.Fprintf(&b, `{"ts":1655071198.%06d,"uid":"CHLXQF2OBY4onAR0Ug","id.orig_h":"147.32.81.%d","id.orig_p":62771,"id.resp_h":"40.74.108.%d","id.resp_p":443,"proto":"tcp","service":"ssl","duration":1.135424137115478,"orig_bytes":1596,"resp_bytes":4039,"conn_state":"SF","local_orig":true,"local_resp":false,"missed_bytes":0,"history":"ShADdaFf","orig_pkts":14,"orig_ip_bytes":1016,"resp_pkts":16,"resp_ip_bytes":1226}`+"\n", i, i%256, i/256%256)
	}
	return b.Bytes()
}

func bench(b *testing.B, data []byte) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		var n nothing
		if err := (Reader{}).Read(b.Context(), bytes.NewReader(data), &n); err != nil || n.records != benchRows || n.other != 0 {
			b.Fatal(err, n)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkConnTSV(b *testing.B)  { bench(b, benchTSV()) }
func BenchmarkConnJSON(b *testing.B) { bench(b, benchJSON()) }

// BenchmarkConnJSONGeneral reads the same objects without the short way.
func BenchmarkConnJSONGeneral(b *testing.B) {
	data := benchJSON()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var n nothing
		r := reading{w: newWindow(b.Context(), bytes.NewReader(data)), sink: &n, general: true}
		r.tsv.reset()
		if r.run(); n.records != benchRows || n.other != 0 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
}

// TestAllocations checks that the number of allocations does not grow with the
// number of rows.
func TestAllocations(t *testing.T) {
	for name, data := range map[string][]byte{"TSV": benchTSV(), "JSON": benchJSON()} {
		n := testing.AllocsPerRun(1, func() {
			if err := (Reader{}).Read(t.Context(), bytes.NewReader(data), &nothing{}); err != nil {
				t.Fatal(err)
			}
		})
		if n > 200 {
			t.Errorf("%s: %v allocations for %d rows", name, n, benchRows)
		}
	}
}
