package hunt

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/report"
)

// TestDuring takes the surest kind of log that knows a name, and of it what held
// in the time of the case.
func TestDuring(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }
	named := func(name, source string, first, last int) report.HostName {
		return report.HostName{IP: "10.0.0.1", Name: name, Source: source, First: at(first), Last: at(last)}
	}
	f := func(what string, first, last int, known []report.HostName, want ...string) {
		t.Helper()
		c := &report.Case{Hosts: []string{"10.0.0.1", "10.0.0.2"}, First: at(first), Last: at(last)}
		got := []string{}
		for _, n := range (naming{"10.0.0.1": known}).during(c) {
			got = append(got, n.Name)
		}
		if d := cmp.Diff(append([]string{}, want...), got); d != "" {
			t.Errorf("%s:\n%s", what, d)
		}
	}
	leases := []report.HostName{named("a", "dhcp", 2, 4), named("b", "dhcp", 10, 10), named("c", "dhcp", 20, 20)}
	f("nothing known", 1, 2, nil)
	f("before the first lease", 0, 1, leases, "a")
	f("during the first", 5, 6, leases, "a")
	f("over the change", 8, 12, leases, "a", "b")
	f("after it", 11, 19, leases, "b")
	f("after all", 22, 23, leases, "c")
	f("all the time", 0, 23, leases, "a", "b", "c")
	f("a surer kind", 5, 6, append(leases[:1:1], named("x", "ntlm", 5, 5)), "a")
	f("only the other kind", 5, 6, []report.HostName{named("x", "ntlm", 5, 5), named("y", "dns", 5, 5)}, "x")
}

func TestCommonName(t *testing.T) {
	f := func(subject, want string) {
		t.Helper()
		if got := commonName(subject); got != want {
			t.Errorf("%q: %q, want %q", subject, got, want)
		}
	}
	f("CN=pacs.hospital.example,O=Hospital", "pacs.hospital.example")
	f("O=Hospital, CN=pacs", "pacs")
	f("CN=*.hospital.example", "")
	f("CN=A Person", "")
	f("O=Hospital", "")
	f("", "")
}

// beacons are attempts of hosts at one far end, every minute for three hours.
func beacons(hosts ...string) string {
	var b strings.Builder
	for i := range 180 {
		for _, h := range hosts {
			fmt.Fprintf(&b, `{"_path":"conn","ts":%d,"uid":"C%s-%d","id.orig_h":"%s","id.orig_p":%d,"id.resp_h":"203.0.113.9","id.resp_p":4444,"proto":"tcp","conn_state":"S0"}`+"\n", 1772445600+60*i, h, i, h, 40000+i)
		}
	}
	return b.String()
}

// TestHostNames hunts in logs with leases, logons and look-ups.
func TestHostNames(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"dhcp.log":     `{"_path":"dhcp","ts":1772445000,"uids":["D1"],"mac":"00:11","host_name":"WS-0007","assigned_addr":"10.0.0.7","lease_time":86400}` + "\n",
		"ntlm.log":     `{"_path":"ntlm","ts":1772445001,"uid":"N1","id.orig_h":"10.0.0.8","id.orig_p":5,"id.resp_h":"10.0.0.9","id.resp_p":445,"username":"u","hostname":"WS-0008","server_nb_computer_name":"FS9"}` + "\n",
		"kerberos.log": `{"_path":"kerberos","ts":1772445001,"uid":"K1","id.orig_h":"10.0.0.6","id.orig_p":5,"id.resp_h":"10.0.0.9","id.resp_p":88,"request_type":"AS","client":"WS-0006$/H"}` + "\n",
		"conn.log":     beacons("10.0.0.7", "10.0.0.8", "10.0.0.6"),
	})
	d := run(t, Options{Paths: []string{dir}, PlacesOnly: true})
	got := map[string]string{}
	for _, c := range d.Cases {
		for _, n := range c.Names {
			got[n.IP] = n.Name + " " + n.Source
		}
	}
	if d := cmp.Diff(map[string]string{"10.0.0.6": "ws-0006 kerberos", "10.0.0.7": "WS-0007 dhcp", "10.0.0.8": "ws-0008 ntlm"}, got); d != "" {
		t.Error(d)
	}
}
