package proxy

import (
	"strings"
	"testing"

	"barium/internal/format/formattest"
)

// TestHostile feeds what an attacker could write into a log.
func TestHostile(t *testing.T) {
	f := func(name, in, want string) {
		t.Helper()
		got := told([]byte(in), formattest.Read(t, Reader{}, []byte(in)))
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
	const built = "%ASA-6-302013: Built outbound TCP connection 1 for outside:198.51.100.9/443 (x) to inside:10.20.0.24/51234 (x)"
	const other = "skipped 1: syslog of other programs\n"
	// A line of a product further on in another program's message is not one.
	f("forged behind a name", "2026-03-02T10:00:00Z host sshd[7]: Invalid user "+built+"\n", other)
	f("forged behind two words", "<13>Mar  2 10:00:00 host app said "+built+"\n", other)
	f("forged in structured data", `<13>1 2026-03-02T10:00:00Z h app 1 - [x y="\"]`+built+`"] text`+"\n", other)
	f("forged in a FortiGate value", `date=2026-03-02 time=10:00:00 logid="0000000013" type="traffic" msg="x\" srcip=10.9.9.9 dstip=198.51.100.1" srcip=10.0.0.1 dstip=198.51.100.9 proto=6 tz="+0000" action="close"`+"\n",
		`1 conn TS=1772445600000000 Orig=10.0.0.1 Resp=198.51.100.9 Proto=tcp State=SF`)
	f("forged in a CEF value", `CEF:0|Fortinet|Fortigate|v7|1|x|3|src=10.0.0.1 dst=198.51.100.9 dpt=443 rt=1772445600000 msg=a out\=9 b`+"\n",
		`1 conn TS=1772445600000000 Orig=10.0.0.1 Resp=198.51.100.9 RespPort=443`)
	f("forged in a quoted column", `1,2026/03/02 10:00:00,1,TRAFFIC,end,1,2026/03/02 10:00:00,10.0.0.1,198.51.100.9,,,"r,9.9.9.9",,,ssl,v,a,b,c,d,l,x,1,1,5,443,0,0,0x0,tcp,allow,3,1,2,4,2026/03/02 10:00:00,0`+"\n",
		`1 conn TS=1772445600000000 Orig=10.0.0.1 Resp=198.51.100.9 OrigPort=5 RespPort=443 Proto=tcp Service="ssl" Duration=0 OrigBytes=1 RespBytes=2`)
	f("forged in a Squid URL", "1772445600.000      5 10.0.0.1 TCP_MISS/200 10 GET http://x.example/ - HIER_DIRECT/9.9.9.9 text/plain - HIER_DIRECT/198.51.100.1 text/html\n",
		`1 http TS=1772445599995000 Orig=10.0.0.1 Method="GET" Host="x.example" URI="http://x.example/"`)
	// Control characters and bytes that are no UTF-8 are passed on as they are.
	f("bytes", "1772445600.000 5 10.0.0.1 TCP_MISS/200 10 GET http://x.example/\x1b]0;\xff\x00 - HIER_DIRECT/1.1.1.1 -\n",
		`1 http TS=1772445599995000 Orig=10.0.0.1 Method="GET" Host="x.example" URI="http://x.example/\x1b]0;\xff\x00"`)
	f("far future", "9999999999.000 5 10.0.0.1 TCP_MISS/200 10 GET http://x.example/ - HIER_DIRECT/1.1.1.1 -\n", "1 bad: no time that can be read")
	f("before 1970", "0000000000.000 5 10.0.0.1 TCP_MISS/200 10 GET http://x.example/ - HIER_DIRECT/1.1.1.1 -\n", "1 bad: no time that can be read")
	f("duration before 1970", "1772445600.000 9999999999999999 10.0.0.1 TCP_MISS/200 10 GET http://x.example/ - HIER_DIRECT/1.1.1.1 -\n", "1 bad: a duration that cannot be read")
	f("many columns", "#Fields: c-ip cs-host time date"+strings.Repeat(" x", 100_000)+"\n10.0.0.1 x\n", "2 bad: not as many columns")
	f("many quotes", `"Mon Mar 02 15:29:12 2026",`+strings.Repeat(`"",`, 100_000)+"\n", "1 bad: ")
	f("deep JSON", `{"sourcetype":"zscalernss-web","event":`+strings.Repeat(`{"a":`, 50_000)+"\n", "1 bad: a JSON object that does not end")
	f("many pairs", "CEF:0|a|b|c|d|e|f|"+strings.Repeat("a=b ", 100_000)+"\n", "skipped 1: cef b")
	f("UTF-16", "\xff\xfe1\x007\x00", "1 bad: ")
	many := &strings.Builder{}
	for i := range 500 {
		many.WriteString("CEF:0|a|product" + strings.Repeat("x", i%40) + string(rune('a'+i%26)) + "|c|d|e|f|a=b\n")
	}
	if r := formattest.Read(t, Reader{}, []byte(many.String())); len(r.Skipped) > 70 {
		t.Errorf("%d types of skipped lines are told apart", len(r.Skipped))
	}
}
