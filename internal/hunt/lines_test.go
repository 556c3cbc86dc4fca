package hunt

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/zeek"
	"barium/internal/report"
)

var update = flag.Bool("update", false, "write testdata/lines.golden anew")

// shownLine is one line as Each gave it.
type shownLine struct {
	Path     string // where it was found
	Offset   int64
	Number   int64
	Raw      string
	Findings string
}

// linesOf finds the lines of what an id means.
func linesOf(t *testing.T, d *report.Document, id string, o TraceOptions) (lines []shownLine, lost []Lost) {
	t.Helper()
	_, findings, err := Select(d, id)
	must(t, err)
	trace, err := FindLines(t.Context(), d, findings, o)
	must(t, err)
	must(t, trace.Each(t.Context(), func(at *Place, l *Line) error {
		lines = append(lines, shownLine{at.Path, l.Offset, l.Number, string(l.Raw), strings.Join(l.Findings, " ")})
		return nil
	}))
	return lines, trace.Lost
}

// fixture hunts in a fixture of a detector.
func fixture(t *testing.T, dir string) *report.Document {
	t.Helper()
	logs, err := filepath.Glob(filepath.Join(dir, "*.log*"))
	must(t, err)
	o := Options{Paths: logs, PlacesOnly: true}
	if b, err := os.ReadFile(filepath.Join(dir, "internal.txt")); err == nil {
		o.Internal = strings.Fields(string(b))
	}
	return run(t, o)
}

// oneSide are detectors whose findings count what came in or what went on, and are
// about both.
var oneSide = map[string]bool{"staging": true, "relay": true}

// TestAllLines finds all lines of every finding of every positive fixture, and
// compares how many there are of which log.
func TestAllLines(t *testing.T) {
	dirs, err := filepath.Glob("../detect/*/testdata/positive-*")
	must(t, err)
	if len(dirs) < 10 {
		t.Fatalf("only %d fixtures", len(dirs))
	}
	var got strings.Builder
	for _, dir := range dirs {
		d := fixture(t, dir)
		for i := range d.Cases {
			for j := range d.Cases[i].Findings {
				f := &d.Cases[i].Findings[j]
				lines, lost := linesOf(t, d, f.ID, TraceOptions{All: true})
				if len(lost) > 0 {
					t.Errorf("%s %s: lost %+v", dir, f.ID, lost)
				}
				counts := map[string]int64{}
				for _, l := range lines {
					log, _, _ := strings.Cut(filepath.Base(l.Path), ".")
					counts[log]++
					if log != "x509" && !strings.Contains(l.Raw, f.Src) {
						t.Errorf("%s %s: not about %s: %s", dir, f.ID, f.Src, l.Raw)
					}
				}
				rest := strings.Split(filepath.ToSlash(dir), "/")
				fmt.Fprintf(&got, "%s %s: %s %s → %s, %d events:", rest[2], rest[4], f.Detector, f.Src, f.Far(), f.Events)
				for _, log := range slices.Sorted(maps.Keys(counts)) {
					fmt.Fprintf(&got, " %s %d", log, counts[log])
				}
				got.WriteByte('\n')
				// With one sensor the lines are what the detector counted; a fixture with a
				// proxy's own log has no other.
				have := counts["conn"] + counts["proxy"]
				if f.Records == report.RecordsLookups {
					have = counts["dns"] + counts["query"]
				}
				if have != f.Events && !(oneSide[f.Detector] && have > f.Events) {
					t.Errorf("%s %s: %d lines of %d events", dir, f.ID, have, f.Events)
				}
			}
		}
	}
	const golden = "testdata/lines.golden"
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(golden, []byte(got.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", golden, diff)
	}
}

// TestMatcher asserts line by line which records belong to a finding. A line that
// begins with + does.
func TestMatcher(t *testing.T) {
	f := func(finding report.Finding, log string) {
		t.Helper()
		var src strings.Builder
		want := map[int64]string{}
		for l := range strings.Lines(log) {
			if l = strings.TrimLeft(l, "\t\n"); l == "" {
				continue
			}
			if l[0] == '+' {
				want[int64(src.Len())] = l[1:]
			}
			src.WriteString(l[1:])
		}
		finding.First, finding.Last = time.Unix(1000, 0), time.Unix(2000, 0)
		s := newScope(&finding)
		for _, first := range []bool{true, false} {
			m := newMatcher([]*scope{s}, first)
			c := &badCount{Sink: m}
			must(t, zeek.Reader{}.Read(t.Context(), strings.NewReader(src.String()), c))
			if c.bad > 0 {
				t.Fatalf("%d bad records", c.bad)
			}
			if first {
				s.marks.join(&m.learn[0])
				continue
			}
			for _, h := range m.hits {
				if want[h.offset] == "" {
					t.Errorf("matched: %s", src.String()[h.offset:][:strings.IndexByte(src.String()[h.offset:], '\n')])
				}
				delete(want, h.offset)
			}
			for _, l := range want {
				t.Errorf("not matched: %s", l)
			}
		}
	}
	far := func(ip, name string, port int) []report.Destination {
		return []report.Destination{{IP: ip, Name: name, Port: port}}
	}
	const (
		conn = `"id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":443`
		to   = `"id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"10.0.0.3","id.resp_p":3128`
	)
	// A port and a transport; what is linked by an id may lie outside the time.
	f(report.Finding{Src: "10.0.0.5", FarEnds: far("192.0.2.1", "", 443), Proto: "tcp", Records: report.RecordsConnections}, `
		+{"_path":"conn","ts":1000.0,"uid":"C1",`+conn+`,"proto":"tcp"}
		+{"_path":"conn","ts":2000.9,"uid":"C2",`+conn+`,"proto":"tcp"}
		-{"_path":"conn","ts":2001.1,"uid":"C3",`+conn+`,"proto":"tcp"}
		-{"_path":"conn","ts":998.9,"uid":"C4",`+conn+`,"proto":"tcp"}
		-{"_path":"conn","ts":1500.0,"uid":"C5",`+conn+`,"proto":"udp"}
		+{"_path":"conn","ts":900.0,"uid":"C6",`+conn+`,"proto":"tcp"}
		+{"_path":"ssl","ts":1001.0,"uid":"C6",`+conn+`,"version":"TLSv12","cert_chain_fuids":["Fcert"],"client_cert_chain_fuids":["Fclient"]}
		-{"_path":"ssl","ts":1500.0,"uid":"C7",`+conn+`,"version":"DTLSv12","cert_chain_fuids":["Fother"]}
		+{"_path":"x509","ts":1.0,"id":"Fcert","certificate.subject":"CN=a"}
		+{"_path":"x509","ts":9000.0,"id":"Fclient","certificate.subject":"CN=b"}
		-{"_path":"x509","ts":1500.0,"id":"Fother","certificate.subject":"CN=c"}
		+{"_path":"http","ts":5000.0,"uid":"C2",`+conn+`,"method":"GET","host":"a.test","uri":"/"}
		-{"_path":"http","ts":5000.0,"uid":"E1",`+conn+`,"method":"GET","host":"a.test","uri":"/"}
		+{"_path":"files","ts":5000.0,"fuid":"F1","uid":"C2",`+conn+`,"source":"HTTP"}
		-{"_path":"files","ts":1500.0,"fuid":"F2","tx_hosts":["10.0.0.5"],"rx_hosts":["192.0.2.1"],"source":"HTTP"}
		+{"_path":"conn","ts":1500.0,"uid":"C8","id.orig_h":"192.0.2.1","id.orig_p":443,"id.resp_h":"10.0.0.5","id.resp_p":50000,"proto":"tcp"}
		-{"_path":"conn","ts":1500.0,"uid":"C9","id.orig_h":"192.0.2.1","id.orig_p":50000,"id.resp_h":"10.0.0.5","id.resp_p":443,"proto":"tcp"}
		-{"_path":"conn","ts":1500.0,"uid":"D1","id.orig_h":"10.0.0.6","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":443,"proto":"tcp"}
		-{"_path":"conn","ts":1500.0,"uid":"D2","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":80,"proto":"tcp"}
		-{"_path":"conn","ts":1500.0,"uid":"D3","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.2","id.resp_p":443,"proto":"tcp"}
		-{"_path":"dns","ts":1500.0,"uid":"D4","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"a.test"}
	`)
	// Any port.
	f(report.Finding{Src: "10.0.0.5", FarEnds: far("192.0.2.1", "", 0), Records: report.RecordsConnections}, `
		+{"_path":"conn","ts":1500.0,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":21,"proto":"tcp"}
		+{"_path":"conn","ts":1500.0,"uid":"C2","id.orig_h":"192.0.2.1","id.orig_p":20,"id.resp_h":"10.0.0.5","id.resp_p":50000,"proto":"tcp"}
		+{"_path":"ftp","ts":1500.0,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":21,"command":"STOR","arg":"x","fuid":"F9"}
		+{"_path":"files","ts":1500.0,"fuid":"F2","tx_hosts":["10.0.0.5"],"rx_hosts":["192.0.2.1"],"source":"FTP_DATA"}
		-{"_path":"files","ts":1500.0,"fuid":"F3","tx_hosts":["10.0.0.5"],"rx_hosts":["192.0.2.7"],"source":"FTP_DATA"}
		+{"_path":"smb_files","ts":1500.0,"uid":"C3","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":445,"action":"SMB::FILE_WRITE","name":"x"}
	`)
	// Behind a proxy: one connection carries requests for two far ends.
	f(report.Finding{Src: "10.0.0.5", FarEnds: far("", "drop.test", 80), Proto: "tcp", Records: report.RecordsConnections}, `
		+{"_path":"conn","ts":999.9,"uid":"C1",`+to+`,"proto":"tcp"}
		+{"_path":"http","ts":1000.0,"uid":"C1",`+to+`,"method":"PUT","host":"drop.test","uri":"http://DROP.test/a","orig_fuids":["Fa"]}
		-{"_path":"http","ts":1001.0,"uid":"C1",`+to+`,"method":"GET","host":"www.test","uri":"http://www.test/","resp_fuids":["Fb"]}
		-{"_path":"http","ts":1002.0,"uid":"C1",`+to+`,"method":"GET","host":"drop.test","uri":"http://drop.test:8080/"}
		+{"_path":"files","ts":1000.0,"fuid":"Fa","uid":"C1",`+to+`,"source":"HTTP"}
		-{"_path":"files","ts":1001.0,"fuid":"Fb","uid":"C1",`+to+`,"source":"HTTP"}
		-{"_path":"conn","ts":1500.0,"uid":"C2",`+to+`,"proto":"tcp"}
		-{"_path":"http","ts":3000.0,"uid":"C4",`+to+`,"method":"GET","host":"drop.test","uri":"http://drop.test/"}
		-{"_path":"http","ts":1500.0,"uid":"C3","id.orig_h":"10.0.0.6","id.orig_p":4000,"id.resp_h":"10.0.0.3","id.resp_p":3128,"method":"CONNECT","uri":"drop.test:80"}
	`)
	// An address asked for through a proxy, and the TLS session within.
	f(report.Finding{Src: "10.0.0.5", FarEnds: far("192.0.2.9", "", 443), Proto: "tcp", Records: report.RecordsConnections}, `
		+{"_path":"http","ts":1500.0,"uid":"C1",`+to+`,"method":"CONNECT","host":"192.0.2.9:443","uri":"192.0.2.9:443"}
		+{"_path":"ssl","ts":1501.0,"uid":"C1",`+to+`,"version":"TLSv12"}
		-{"_path":"ssl","ts":1501.0,"uid":"C2",`+to+`,"version":"TLSv12"}
	`)
	// Look-ups, at any resolver.
	f(report.Finding{Src: "10.0.0.5", FarEnds: far("", "tunnel.test", 53), Records: report.RecordsLookups}, `
		+{"_path":"dns","ts":1500.0,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"AbC.Tunnel.TEST."}
		+{"_path":"dns","ts":1500.0,"uid":"C2","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"192.0.2.1","id.resp_p":53,"proto":"tcp","query":"tunnel.test"}
		-{"_path":"dns","ts":1500.0,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"nottunnel.test"}
		-{"_path":"dns","ts":1500.0,"uid":"C3","id.orig_h":"10.0.0.6","id.orig_p":4000,"id.resp_h":"10.0.0.5","id.resp_p":53,"proto":"udp","query":"a.tunnel.test"}
		-{"_path":"dns","ts":3000.0,"uid":"C4","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp","query":"a.tunnel.test"}
		-{"_path":"conn","ts":1500.0,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":4000,"id.resp_h":"10.0.0.1","id.resp_p":53,"proto":"udp"}
	`)
}

// badCount is a format.Sink that counts bad records on the way to another.
type badCount struct {
	format.Sink
	bad int
}

func (c *badCount) Bad(int64, int64, string, []byte) { c.bad++ }

// theft writes a folder with one upload in conn.log and http.log, between lines
// about others, and returns the folder.
func theft(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"conn.log": connHead + connRows(3) +
			"1772445700.000001\tCtheft\t10.0.0.5\t40000\t198.51.100.9\t80\ttcp\thttp\t60\t900000000\t2000\tSF\tShADadFf\n" + connRow(7),
		"http.log": `{"_path":"http","ts":1772445700.5,"uid":"Cother","id.orig_h":"10.0.0.8","id.orig_p":1,"id.resp_h":"192.0.2.1","id.resp_p":80,"method":"GET","host":"a.test","uri":"/"}` + "\n" +
			`{"_path":"http","ts":1772445701.5,"uid":"Ctheft","id.orig_h":"10.0.0.5","id.orig_p":40000,"id.resp_h":"198.51.100.9","id.resp_p":80,` +
			`"method":"PUT","host":"198.51.100.9","uri":"/dump.7z","request_body_len":890000000,"status_code":201,"orig_mime_types":["application/x-7z-compressed"]}` + "\n",
	})
	return dir
}

// compressed returns b as gzip or zstd.
func compressed(t *testing.T, kind string, b []byte) []byte {
	t.Helper()
	if kind == "zst" {
		return []byte(zstded(t, string(b)))
	}
	return []byte(packed(t, string(b)))
}

// TestMoved changes the logs after the hunt and asserts which lines are still
// found, where, and what is said of the others.
func TestMoved(t *testing.T) {
	f := func(name string, change func(dir string), o TraceOptions, wantLines int, wantWhere, wantWhy string) {
		t.Helper()
		dir := theft(t)
		d := runUpload(t, Options{Paths: []string{dir}, PlacesOnly: true})
		if len(d.Cases) != 1 {
			t.Fatalf("%d cases", len(d.Cases))
		}
		change(dir)
		for i := range o.Paths {
			o.Paths[i] = strings.ReplaceAll(o.Paths[i], "DIR", dir)
		}
		lines, lost := linesOf(t, d, d.Cases[0].ID, o)
		if len(lines) != wantLines {
			t.Errorf("%s: %d lines, want %d: %+v", name, len(lines), wantLines, lines)
		}
		where := ""
		for _, l := range lines {
			if !strings.Contains(l.Raw, "Ctheft") || strings.HasSuffix(l.Raw, "\n") {
				t.Errorf("%s: %q", name, l.Raw)
			}
			if l.Findings != d.Cases[0].ID+"/1" {
				t.Errorf("%s: of %q", name, l.Findings)
			}
			where += filepath.Base(l.Path) + fmt.Sprintf(":%d ", l.Number)
		}
		if wantWhere != "" && where != wantWhere {
			t.Errorf("%s: found in %q, want %q", name, where, wantWhere)
		}
		why := ""
		for _, l := range lost {
			why += fmt.Sprintf("%s %t %s; ", filepath.Base(l.Path), l.Offset >= 0, l.Why)
		}
		if why != wantWhy {
			t.Errorf("%s: lost %q, want %q", name, why, wantWhy)
		}
		for i := range o.Paths {
			o.Paths[i] = strings.ReplaceAll(o.Paths[i], dir, "DIR")
		}
	}
	conn := func(dir string) string { return filepath.Join(dir, "conn.log") }
	read := func(dir string) []byte {
		b, err := os.ReadFile(conn(dir))
		must(t, err)
		return b
	}
	const here = "conn.log:11 http.log:2 "
	for _, all := range []bool{false, true} {
		if slow && !all {
			continue
		}
		o := TraceOptions{All: all}
		there := TraceOptions{All: all, Paths: []string{"DIR"}}
		// With all lines, it is also said that nobody knows how many are lost.
		lost := func(why string) string {
			if all {
				return "conn.log false " + why + "; conn.log true " + why + "; "
			}
			return "conn.log true " + why + "; "
		}
		f("untouched", func(string) {}, o, 2, here, "")
		f("touched", func(dir string) { must(t, os.Chtimes(conn(dir), time.Unix(1, 0), time.Unix(1, 0))) }, o, 2, here, "")
		f("grown", func(dir string) {
			must(t, os.WriteFile(conn(dir), append(read(dir), bytes.Replace(read(dir), []byte("Ctheft"), []byte("Cafter"), 1)...), 0o600))
		}, o, 2, here, "")
		f("gone", func(dir string) { must(t, os.Remove(conn(dir))) }, o, 1, "http.log:2 ", lost("the source is gone: no such file or folder"))
		f("gone, and not in the paths", func(dir string) { must(t, os.Remove(conn(dir))) }, there, 1, "http.log:2 ", lost("the source is gone: no such file or folder"))
		f("a byte changed", func(dir string) {
			must(t, os.WriteFile(conn(dir), bytes.Replace(read(dir), []byte("900000000"), []byte("900000001"), 1), 0o600))
		}, o, 1, "http.log:2 ", lost("the source has changed since it was read"))
		f("shorter", func(dir string) { must(t, os.Truncate(conn(dir), 600)) }, o, 1, "http.log:2 ", lost("the source has changed since it was read"))
		f("a pipe now", func(dir string) {
			must(t, os.Remove(conn(dir)))
			must(t, syscall.Mkfifo(conn(dir), 0o600))
		}, there, 1, "http.log:2 ", lost("the source is gone: not a regular file any more (named pipe)"))
		f("moved", func(dir string) { must(t, os.Rename(conn(dir), filepath.Join(dir, "old"))) }, there, 2, "old:11 http.log:2 ", "")
		for _, kind := range []string{"gz", "zst"} {
			f("rotated, with more in it, to "+kind, func(dir string) {
				b := compressed(t, kind, append(read(dir), read(dir)...))
				must(t, os.WriteFile(filepath.Join(dir, "conn.2026."+kind), b, 0o600))
				must(t, os.WriteFile(conn(dir), []byte("#separator"), 0o600))
			}, there, 2, "conn.2026."+kind+":11 http.log:2 ", "")
		}
	}
}

// TestMovedCompressed asserts that a log that was read compressed is found again
// as it was, and that its lines are right.
func TestMovedCompressed(t *testing.T) {
	for _, kind := range []string{"gz", "zst"} {
		dir := theft(t)
		b, err := os.ReadFile(filepath.Join(dir, "conn.log"))
		must(t, err)
		must(t, os.Remove(filepath.Join(dir, "conn.log")))
		must(t, os.WriteFile(filepath.Join(dir, "c."+kind), compressed(t, kind, b), 0o600))
		d := runUpload(t, Options{Paths: []string{dir}, PlacesOnly: true})
		must(t, os.Rename(filepath.Join(dir, "c."+kind), filepath.Join(dir, "moved")))
		// As it was, compressed in another way with more in it, unpacked with more in it.
		for _, now := range [][]byte{nil, compressed(t, "zst", append(bytes.Clone(b), b...)), append(bytes.Clone(b), b...)} {
			if now != nil {
				must(t, os.WriteFile(filepath.Join(dir, "moved"), now, 0o600))
			}
			lines, lost := linesOf(t, d, d.Cases[0].ID, TraceOptions{All: true, Paths: []string{dir}})
			if len(lines) != 2 || len(lost) > 0 || lines[0].Number != 11 || !strings.Contains(string(b), lines[0].Raw+"\n") {
				t.Errorf("%s: %+v, lost %+v", kind, lines, lost)
			}
		}
	}
}

// TestSameBytesTwice hunts in a log before and after it grew: its lines are shown
// once. No path is read to find the case again.
func TestSameBytesTwice(t *testing.T) {
	dir := theft(t)
	ledger := filepath.Join(t.TempDir(), "ledger")
	runUpload(t, Options{Paths: []string{dir}, Ledger: ledger})
	file, err := os.OpenFile(filepath.Join(dir, "conn.log"), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = file.WriteString(connRow(9))
	must(t, errors.Join(err, file.Close()))
	runUpload(t, Options{Paths: []string{dir}, Ledger: ledger})
	for _, remove := range []bool{false, true} {
		if remove {
			must(t, os.RemoveAll(dir))
		}
		d := runUpload(t, Options{Ledger: ledger, PlacesOnly: true})
		if len(d.Sources) != 2 || len(d.Cases) != 1 {
			t.Fatalf("%d sources, %d cases", len(d.Sources), len(d.Cases))
		}
		lines, lost := linesOf(t, d, d.Cases[0].ID, TraceOptions{All: true})
		if !remove && (len(lines) != 2 || len(lost) > 0) || remove && (len(lines) > 0 || len(lost) == 0) {
			t.Errorf("removed %t: %+v, lost %+v", remove, lines, lost)
		}
	}
}

func TestSelect(t *testing.T) {
	d := &report.Document{Cases: []report.Case{
		{ID: "C-aa01", Findings: []report.Finding{{ID: "C-aa01/1"}, {ID: "C-aa01/2"}}}, {ID: "C-aa02"}, {ID: "C-aa0"},
	}}
	f := func(id, wantCase string, wantFindings int, wantErr string) {
		t.Helper()
		c, fs, err := Select(d, id)
		if wantErr != "" {
			if err == nil || !strings.Contains(err.Error(), wantErr) {
				t.Errorf("%s: error %v, want %s", id, err, wantErr)
			}
			return
		}
		if err != nil || c.ID != wantCase || len(fs) != wantFindings {
			t.Errorf("%s: %v, %d findings, %v", id, c, len(fs), err)
		}
	}
	f("C-aa01", "C-aa01", 2, "")
	f("C-aa01/2", "C-aa01", 1, "")
	f("c-AA02", "C-aa02", 0, "")
	f("C-aa0", "C-aa0", 0, "") // a whole id is never a prefix
	f("C-aa", "", 0, "C-aa may mean 3 cases; there are C-aa01, C-aa02, C-aa0")
	f("C-b", "", 0, "no case is called C-b; there are C-aa01")
	f("", "", 0, "no case is called")
	f("/1", "", 0, "no case is called")
	f("C-aa01/3", "", 0, "case C-aa01 has C-aa01/1, C-aa01/2")
	f("C-aa01/", "", 0, "no finding is called")
	f("C-aa01/x", "", 0, "no finding is called")
	f("C-aa02/0", "", 0, "no finding is called")
	d = &report.Document{}
	f("C-1", "", 0, "there is no case at all")
}
