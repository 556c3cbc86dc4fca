package proxy

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format/formattest"
)

var update = flag.Bool("update", false, "write what the samples become anew")

// TestSamples reads what is in testdata: lines as the products' documents give
// them, of several versions, and lines that cannot be read.
func TestSamples(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.log")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples (%v)", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := told(data, formattest.Read(t, Reader{}, data)) + "sniffed " + fmt.Sprintf("%+v\n", Reader{}.Sniff(data, ""))
			golden := strings.TrimSuffix(path, ".log") + ".want"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// told writes what a sink was told, by line; fields that are unset are left out.
func told(data []byte, r *formattest.Recorder) string {
	var b strings.Builder
	line := func(offset int64) int { return strings.Count(string(data[:offset]), "\n") + 1 }
	for _, x := range r.Records {
		fmt.Fprintf(&b, "%d %s\n", line(x.Offset), short(x.Text))
	}
	for _, x := range r.Bads {
		fmt.Fprintf(&b, "%d bad: %s\n", x.Line, x.Reason)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(&b, "skipped %d: %s\n", r.Skipped[name], name)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", w)
	}
	return b.String()
}

// short leaves out of a record's text what is unset.
func short(text string) string {
	for _, unset := range []string{
		`Sensor=""`, `UID=""`, "Orig=", "Resp=", "OrigPort=0", "RespPort=0", "Proto=unknown_transport", `Service=""`, "Duration=-1", "OrigBytes=-1",
		"RespBytes=-1", "State=", "LocalOrig=0", "LocalResp=0", "MissedBytes=-1", `History=""`, "OrigPkts=-1", "OrigIPBytes=-1", "RespPkts=-1",
		"RespIPBytes=-1", "Depth=-1", `Method=""`, `Host=""`, `URI=""`, `UserAgent=""`, `Username=""`, "ReqLen=-1", "RespLen=-1", "Status=-1",
		"Proxied=false", "OrigFUIDs=[]", "OrigFilenames=[]", "OrigMIME=[]", "RespFUIDs=[]", "RespMIME=[]", `Domain=""`, `Client=""`, `Server=""`,
		`Error=""`, `MAC=""`, "Given=", `FUID=""`, "Severity=-1",
	} {
		text = strings.ReplaceAll(text+" ", " "+unset+" ", " ")
		text = strings.TrimSuffix(text, " ")
	}
	return text
}

// preamble returns the directives of W3C extended logs before offset.
func preamble(data []byte, offset int64) []byte { return formattest.CommentLines(data, offset) }

// lineOf returns the lines of a sample with the given numbers.
func linesOf(t *testing.T, name string, numbers ...int) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.SplitAfter(string(data), "\n")
	var b strings.Builder
	for _, n := range numbers {
		b.WriteString(all[n-1])
	}
	return []byte(b.String())
}

func TestConformance(t *testing.T) {
	conn := func(n int) map[string]int { return map[string]int{"conn": n} }
	http := func(n int) map[string]int { return map[string]int{"http": n} }
	syslog := "Mar  2 10:00:01 fw1 %ASA-6-302013: Built outbound TCP connection 1 for outside:198.51.100.9/443 (198.51.100.9/443) to inside:10.20.0.24/51234 (203.0.113.8/40000)\n"
	formattest.Run(t, Reader{}, formattest.Cases{
		Samples: []formattest.Sample{
			{Name: "squid native", Data: linesOf(t, "squid.log", 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14), Counts: http(9)},
			{Name: "combined", Data: linesOf(t, "squid.log", 15, 16, 17, 18), Counts: http(4)},
			{Name: "w3c", Data: linesOf(t, "w3c.log", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Counts: http(4)},
			{Name: "w3c CRLF", Data: []byte(strings.ReplaceAll(string(linesOf(t, "w3c.log", 20, 21, 22, 23, 24, 25, 24)), "\n", "\r\n")), Counts: http(3)},
			{Name: "zscaler", Data: linesOf(t, "zscaler.log", 1, 2, 3, 4, 5, 7), Counts: http(6)},
			{Name: "palo alto", Data: linesOf(t, "paloalto.log", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), Counts: map[string]int{"conn": 4, "http": 2, "alert": 1}},
			{Name: "fortigate", Data: linesOf(t, "fortigate.log", 1, 2, 3, 4, 5, 6, 7, 8, 9), Counts: map[string]int{"conn": 4, "http": 2}},
			{Name: "check point", Data: linesOf(t, "checkpoint.log", 1, 2, 3, 4, 5, 6, 7, 9), Counts: map[string]int{"conn": 5, "http": 1}},
			{Name: "cisco", Data: linesOf(t, "cisco.log", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 24), Counts: map[string]int{"conn": 9, "http": 2, "radius": 4}},
			{Name: "cef", Data: linesOf(t, "cef.log", 1, 3, 4, 5, 6, 7), Counts: map[string]int{"conn": 3, "http": 2}},
			{Name: "leef", Data: linesOf(t, "leef.log", 1, 2, 3, 4, 5), Counts: map[string]int{"conn": 3, "http": 1}},
			{Name: "no year", Data: []byte(syslog + syslog + syslog), Counts: conn(3)},
		},
		Foreign: [][]byte{
			[]byte("#separator \\x09\n#set_separator\t,\n#path\tconn\n#fields\tts\tuid\tid.orig_h\n1379288667.706265\tC\t10.0.0.1\n"),
			[]byte(`{"ts":1379288667.706265,"uid":"C","id.orig_h":"10.0.0.1","id.resp_h":"10.0.0.2"}` + "\n"),
			[]byte("Mar  2 10:00:00 host sshd[77]: Accepted publickey for root from 10.20.0.9 port 5022 ssh2\n"),
			[]byte("10.0.0.1 - - [02/Mar/2026:10:00:00 +0000] \"GET /index.html HTTP/1.1\" 200 5\n"),
			[]byte("type=SYSCALL msg=audit(1772445600.779:180): arch=c000003e syscall=59\n"),
			[]byte("#Software: Microsoft Windows Firewall\n#Fields: date time action protocol src-ip dst-ip src-port dst-port size\n2026-03-02 12:00:03 ALLOW TCP 10.20.0.1 198.51.100.1 5000 443 0\n"),
			[]byte(`{"timestamp":"2019-05-23T17:15:20.865716+0000","flow_id":1,"event_type":"dns","src_ip":"1.2.3.4","dest_ip":"5.6.7.8"}` + "\n"),
		},
		Preamble: preamble,
	})
}
