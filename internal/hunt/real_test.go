package hunt

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format/formattest"
	"barium/internal/report"
)

var company = []string{"10.0.0.0/16"}

// numbers is what a document says, without where it was read and in what order.
func numbers(d *report.Document) (out []report.Case) {
	for _, c := range d.Cases {
		c.Findings = slices.Clone(c.Findings)
		for i := range c.Findings {
			c.Findings[i].Evidence = nil
		}
		out = append(out, c)
	}
	return out
}

// TestTheftByWebDAV asserts that the theft of the emulated intrusion is named, with
// its file once, and that giving the same records again changes no number.
func TestTheftByWebDAV(t *testing.T) {
	dir := formattest.SharedData(t, "network", "apt29-day1")
	combined := filepath.Join(dir, "combined_zeek.log")
	s := imported(t, Options{}, []string{combined})
	if n := number(t, s, "SELECT sum(events) FROM ledger.conversation"); n != 569 {
		t.Errorf("%d connections, want 569", n)
	}
	if n := number(t, s, "SELECT sum(duplicates) FROM ledger.conversation"); n != 44 {
		t.Errorf("%d copies by a second sensor, want 44", n)
	}
	d := run(t, Options{Paths: []string{combined}, Internal: company})
	if d.Verdict.Level != report.LevelDataLeft {
		t.Errorf("verdict %s: %s", d.Verdict.Level, d.Verdict.Text)
	}
	var theft *report.Case
	for i := range d.Cases {
		for _, f := range d.Cases[i].Findings {
			if f.Src == "10.0.1.4" && f.Dst == "192.168.0.4" && f.Port == 80 {
				theft = &d.Cases[i]
				if f.BytesOut != 2_181_167 {
					t.Errorf("%d bytes on the wire in the finding", f.BytesOut)
				}
			}
		}
	}
	if theft == nil {
		t.Fatalf("no case of 10.0.1.4 and 192.168.0.4: %+v", d.Cases)
	}
	if l := theft.Loss; l.BytesSent.Low != 1_082_089 || l.BytesOnWire != 2_181_167 {
		t.Errorf("loss %+v", l)
	}
	var files []string
	for _, f := range theft.Loss.Files {
		if f.Bytes != 1_082_089 || f.Sent != 2 || f.MIME != "application/x-7z-compressed" {
			t.Errorf("file %+v", f)
		}
		files = append(files, f.Name)
	}
	if d := cmp.Diff([]string{"OfficeSupplies.7z"}, files); d != "" {
		t.Errorf("files:\n%s", d)
	}
	if theft.Level != report.LevelDataLeft || !slices.Contains(theft.Stages, "exfiltration") || !slices.Contains(theft.Hosts, "10.0.1.4") {
		t.Errorf("level %s, stages %v, hosts %v", theft.Level, theft.Stages, theft.Hosts)
	}
	evident := false
	for _, f := range theft.Findings {
		for _, e := range f.Evidence {
			evident = evident || strings.Contains(e.Raw, "OfficeSupplies.7z") && strings.Contains(e.Raw, e.UID) && e.UID != "" && strings.HasPrefix(e.CommunityID, "1:") && e.Line > 0
		}
	}
	if !evident {
		t.Error("no raw line names the file")
	}

	whole := run(t, Options{Paths: []string{dir}, Internal: company})
	if d := cmp.Diff(numbers(d), numbers(whole)); d != "" {
		t.Errorf("the same records again, per sensor, change the cases:\n%s", d)
	}
	if d.Stats.Events != whole.Stats.Events || d.Stats.Conversations != whole.Stats.Conversations {
		t.Errorf("%+v, the whole folder %+v", d.Stats, whole.Stats)
	}
	if a, b := checksum(t, s), checksum(t, imported(t, Options{}, []string{dir})); a != b {
		t.Error("the same records again, per sensor, change the ledger")
	}
}

func TestCommandChannelByTLS(t *testing.T) {
	combined := formattest.SharedData(t, "network", "apt29-day1", "combined_zeek.log")
	if !detector("tlsid") {
		t.Skip("there is no detector tlsid yet")
	}
	d := run(t, Options{Paths: []string{combined}, Internal: company})
	for _, c := range d.Cases {
		for _, f := range c.Findings {
			if f.Src == "10.0.1.6" && f.Dst == "192.168.0.4" && f.Port == 8443 && f.Events == 376 {
				return
			}
		}
	}
	t.Errorf("no finding of 10.0.1.6 and 192.168.0.4:8443: %+v", numbers(d))
}

// TestAttemptsOnly asserts that a channel which never answered is a sign and no loss.
func TestAttemptsOnly(t *testing.T) {
	d := run(t, Options{Paths: []string{formattest.SharedData(t, "network", "ctu-001")}})
	found := false
	for _, c := range d.Cases {
		for _, f := range c.Findings {
			if f.Src != "192.168.1.115" || f.Dst != "41.108.179.197" || f.Port != 1177 {
				continue
			}
			found = true
			if f.Detector != "beacon" || f.Attempts != f.Events || f.Events != 237 || f.BytesOut != 0 || !strings.Contains(f.Reason, "attempt") {
				t.Errorf("%+v", f)
			}
			if c.Loss.BytesSent.Low != 0 || c.Loss.BytesOnWire != 0 || len(c.Loss.Files) != 0 {
				t.Errorf("loss %+v", c.Loss)
			}
		}
	}
	if !found {
		t.Errorf("no finding of 41.108.179.197:1177: %+v", numbers(d))
	}
	if d.Verdict.Level != report.LevelSigns {
		t.Errorf("verdict %s", d.Verdict.Level)
	}
}

// TestSmallThefts asserts that passwords which left in a mail, a form and a file are
// found from the packets, each with its far end, the way and the bytes: from each
// capture alone, and from all of them together.
func TestSmallThefts(t *testing.T) {
	type theft struct {
		capture, ip string
		port        int
		way         string // in the reason
		accepted    int64
	}
	thefts := []theft{
		{"0e328ab7-12b2-4843-8717-a5b3ebef33a8.pcap", "78.41.139.12", 80, "posted 1 form", 460},
		{"a30789ce-1e1c-4f96-a097-78c34b9fb612.pcap", "43.255.154.57", 587, "by SMTP", 831},
		{"db9f075c-7879-4957-923a-f79fac957a2d.pcap", "208.91.198.143", 587, "by SMTP", 719},
		{"f9421792-7d2c-47d3-90e0-07eb54ae12fa.pcap", "143.95.79.226", 21, "by FTP STOR", 533},
	}
	dir := formattest.SharedData(t, "network", "agenttesla-pcap")
	f := func(paths []string, want []theft) {
		t.Helper()
		d := run(t, Options{Paths: paths})
		if len(d.Cases) != len(want) {
			t.Errorf("%s: %d cases, want %d: %+v", paths, len(d.Cases), len(want), numbers(d))
		}
		for _, w := range want {
			found := false
			for _, c := range d.Cases {
				for _, x := range c.Findings {
					found = found || x.Dst == w.ip && x.Port == w.port && strings.Contains(x.Reason, w.way) && c.Loss.BytesSent.Low == w.accepted && len(x.Evidence) > 0
				}
			}
			if !found {
				t.Errorf("%s: no case of %+v: %+v", paths, w, numbers(d))
			}
		}
	}
	f([]string{dir}, thefts)
	for _, w := range thefts {
		f([]string{filepath.Join(dir, w.capture)}, []theft{w})
	}
}

// TestTunnels asserts that tunnels are found from their packets alone, and that
// captures of ordinary protocols give no case.
func TestTunnels(t *testing.T) {
	f := func(folder, capture string, want ...string) {
		t.Helper()
		d := run(t, Options{Paths: []string{formattest.SharedData(t, "network", folder, capture)}})
		var got []string
		for _, c := range d.Cases {
			for _, x := range c.Findings {
				got = append(got, x.Detector+" "+x.Src+" "+x.Dst+x.DstName)
			}
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", capture, d)
		}
	}
	f("ndpi-pcap", "dns-tunnel-iodine.pcap", "dnstunnel 10.0.2.30 pirate.sea")
	f("ndpi-pcap", "dns2tcp_tunnel.pcap", "dnstunnel 192.168.20.211 1.1.1.1")
	f("ndpi-pcap", "dns_exfiltration.pcap", "dnstunnel 192.168.220.56 (none)")
	f("ndpi-pcap", "icmp-tunnel.pcap", "icmp 192.168.154.131 192.168.154.132", "icmp 192.168.154.132 192.168.154.131")
	for _, capture := range []string{"ftp-start-tls.pcap", "ftp.pcap", "ftp_failed.pcap", "hl7.pcap", "http_connect.pcap", "smbv1.pcap"} {
		f("ndpi-pcap", capture)
	}
	for _, capture := range []string{"manx-tcp.pcap", "manx-udp.pcap", "ragdoll.pcap", "sandcat.pcap"} {
		f("caldera-pcap", capture)
	}
}

// TestOrdinaryMachines asserts that two ordinary PCs give hardly a case.
func TestOrdinaryMachines(t *testing.T) {
	f := func(folder, host string) {
		t.Helper()
		d := run(t, Options{Paths: []string{formattest.SharedData(t, "network", folder)}})
		about := 0
		for _, c := range d.Cases {
			if slices.Contains(c.Hosts, host) {
				about++
			}
			if c.Level == report.LevelDataLeft {
				t.Errorf("%s: data left, says case %s: %s", folder, c.ID, c.Summary)
			}
		}
		if about > 1 {
			t.Errorf("%s: %d cases about %s", folder, about, host)
		}
		if !slices.ContainsFunc(d.Internal, func(n report.Network) bool { return n.CIDR == host+"/32" }) {
			t.Errorf("%s: %s is not inside: %+v", folder, host, d.Internal)
		}
	}
	f("ctu-008", "147.32.81.167")
	f("ctu-011", "147.32.83.165")
}

// TestSameAsJSON asserts that TSV and JSON of the same records give the same ledger.
func TestSameAsJSON(t *testing.T) {
	same := func(name string, a, b []string) {
		t.Helper()
		x, y := imported(t, Options{}, a), imported(t, Options{}, b)
		if checksum(t, x) != checksum(t, y) {
			t.Errorf("%s: TSV and JSON give other ledgers", name)
		}
		if n := number(t, x, "SELECT count(*) FROM ledger.hour"); n == 0 {
			t.Errorf("%s: nothing was read", name)
		}
	}
	same("wrccdc", []string{formattest.SharedData(t, "network", "wrccdc", "zeek-default")}, []string{formattest.SharedData(t, "network", "wrccdc", "zeek-json")})
	for _, path := range [][]string{
		{"ctu-011", "data", "conn.log.labeled"}, {"zat", "data", "http.log"}, {"zat", "data", "files.log"}, {"zat", "data", "dhcp.log"}, {"zat", "data", "dhcp_002.log"},
	} {
		tsv := formattest.SharedData(t, append([]string{"network"}, path...)...)
		same(strings.Join(path, "/"), []string{tsv}, []string{asJSON(t, tsv)})
	}
}

// asJSON rewrites a TSV log as Zeek's JSON writer would have written it.
func asJSON(t *testing.T, path string) string {
	t.Helper()
	in, err := os.Open(path)
	must(t, err)
	defer in.Close()
	var out strings.Builder
	var fields, types []string
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		columns := strings.Split(lines.Text(), "\t")
		switch {
		case columns[0] == "#fields":
			fields = columns[1:]
			continue
		case columns[0] == "#types":
			types = columns[1:]
			continue
		case strings.HasPrefix(columns[0], "#"):
			continue
		}
		sep := "{"
		for i, v := range columns {
			if v == "-" {
				continue
			}
			key, err := json.Marshal(fields[i])
			must(t, err)
			out.WriteString(sep + string(key) + ":" + jsonValue(t, types[i], v))
			sep = ","
		}
		out.WriteString("}\n")
	}
	must(t, lines.Err())
	name := filepath.Join(t.TempDir(), "rewritten")
	must(t, os.WriteFile(name, []byte(out.String()), 0o600))
	return name
}

func jsonValue(t *testing.T, kind, v string) string {
	t.Helper()
	inner, list := strings.CutSuffix(kind, "]")
	if list {
		_, inner, _ = strings.Cut(inner, "[")
		if v == "(empty)" {
			return "[]"
		}
		var parts []string
		for _, x := range strings.Split(v, ",") {
			parts = append(parts, jsonValue(t, inner, x))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	switch kind {
	case "time", "interval", "count", "int", "double", "port":
		return v
	case "bool":
		return map[string]string{"T": "true", "F": "false"}[v]
	}
	if v == "(empty)" {
		v = ""
	}
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

// TestDamagedSample asserts that a damaged log of the wild is read as far as it goes.
func TestDamagedSample(t *testing.T) {
	path := formattest.SharedData(t, "network", "zat", "data", "http.log.corrupt.gz")
	d, err := Run(context.Background(), Options{Paths: []string{path}})
	if d == nil {
		t.Fatal(err)
	}
	if s := source(t, d, "http.log.corrupt.gz"); s.Problem == "" {
		t.Errorf("%+v", s)
	}
}
