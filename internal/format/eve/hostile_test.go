package eve

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/formattest"
)

// hostile are lines whose shape is the attack.
var hostile = []string{
	`{"timestamp":"2026-03-02T10:00:00.0+0000","event_type":"flow"}`,
	`{"timestamp":1,"event_type":["flow"],"flow":7}`,
	`{"timestamp":{},"event_type":"dns","dns":[]}`,
	`{"timestamp":"2026-03-02T10:00:00Z","event_type":"dns","dns":{"type":"answer","answers":{"rdata":1},"grouped":[{}],"queries":"x"}}`,
	`{"timestamp":"2026-03-02T10:00:00Z","event_type":"tls","tls":{"ja3":[],"client":1,"subjectaltname":{"a":1},"fingerprint":true}}`,
	`{"timestamp":"2026-03-02T10:00:00Z","event_type":"smb","smb":{"ntlmssp":1,"kerberos":{"snames":{}},"dcerpc":[]}}`,
	`{"timestamp":"2026-03-02T10:00:00Z","event_type":"dcerpc","dcerpc":{"interfaces":[1,[]],"req":{"opnum":{}}}}`,
	`{"timestamp":"2026-03-02T10:00:00Z","event_type":"stats","stats":{"capture":{"kernel_packets":0,"kernel_drops":9223372036854775807}}}`,
	`{"timestamp":"2026-03-02T10:00:00Z","event_type":"\u0000\ud800","x":"\u12`,
	`{"\u0074imestamp":"2026-03-02T10:00:00Z","event_typ\u0065":"http","http":{}}`,
	"<13>1 - - - - [x y=\"{\"] {\"timestamp\":\"2026-03-02T10:00:00Z\",\"event_type\":\"http\"}",
	`{}{}[]{"a":{}}`, `[[[]]]`, `}`, `{`, `"`, "\x00", "\xef\xbb\xbf", `{"a":nan,"b":+inf,"c":-,"d":1e999}`,
}

// outcome says what one event became.
func outcome(rec *formattest.Recorder) string {
	var out []string
	for _, r := range rec.Records {
		out = append(out, r.Kind)
	}
	for _, b := range rec.Bads {
		out = append(out, "bad: "+b.Reason)
	}
	for name := range rec.Skipped {
		out = append(out, "skip "+name)
	}
	return strings.Join(out, ", ")
}

// TestHostileValues puts values at and beyond their limits into an event.
func TestHostileValues(t *testing.T) {
	f := func(old, replaced, want string) {
		t.Helper()
		data := strings.Replace(flowTCP, old, replaced, 1)
		if data == flowTCP {
			t.Fatalf("no %s", old)
		}
		if got := outcome(formattest.Read(t, Reader{}, []byte(data))); got != want {
			t.Errorf("%s: %s, want %s", replaced, got, want)
		}
	}
	bad := func(old, replaced, want string) {
		t.Helper()
		f(old, replaced, "bad: field "+want)
	}
	bad("51698", "65536", "src_port: 65536 is too large")
	bad("51698", "-1", "src_port: -1 is negative")
	bad("51698", "1.5", "src_port: 1.5 is not a whole number")
	bad("51698", "1e3", "src_port: 1e3 is not a whole number")
	bad("51698", "{}", "src_port is not a number")
	bad("51698", "true", "src_port is not a number")
	f("51698", "null", "conn")
	f("51698", `"65535"`, "conn")
	bad(":9000", ":9223372036854775808", "flow.bytes_toserver: 9223372036854775808 is too large")
	bad(":9000", ":18446744073709551616", "flow.bytes_toserver: 18446744073709551616 is too large")
	bad(":9000", ":"+strings.Repeat("9", 1000), "flow.bytes_toserver: "+strings.Repeat("9", 32)+"… is too large")
	bad(":9000", ":nan", "flow.bytes_toserver: nan is not a whole number")
	f(":9000", ":9223372036854775807", "conn")
	f(`"pkts_toserver":10`, `"pkts_toserver":9223372036854775807`, "conn")
	bad("10.1.0.5", "10.1.0.256", "src_ip: 10.1.0.256 is not an IP address")
	bad("10.1.0.5", "010.1.0.5", "src_ip: 010.1.0.5 is not an IP address")
	bad("10.1.0.5", "10.1.5", "src_ip: 10.1.5 is not an IP address")
	bad("10.1.0.5", "10.1.0.5.", "src_ip: 10.1.0.5. is not an IP address")
	bad("10.1.0.5", "10.0.0.0/8", "src_ip: 10.0.0.0/8 is not an IP address")
	bad("10.1.0.5", strings.Repeat("1", 300), "src_ip: "+strings.Repeat("1", 32)+"… is not an IP address")
	bad(`"10.1.0.5"`, "[]", "src_ip is not an IP address")
	bad("10.1.0.5", "", "src_ip is missing")
	bad(`"dest_ip":"203.0.113.7",`, "", "dest_ip is missing")
	f("10.1.0.5", "::ffff:10.1.0.5", "conn")
	f("10.1.0.5", "fe80::1%eth0", "conn")
	bad(`"flow":{`, `"fl":{`, "flow is missing")
	bad(`"tcp_flags_ts":"1b"`, `"tcp_flags_ts":"xyz"`, "tcp.tcp_flags_ts: xyz is not hexadecimal")
	bad(`"tcp_flags_ts":"1b"`, `"tcp_flags_ts":"fffff"`, "tcp.tcp_flags_ts: fffff is too large")
	f(`"event_type":"flow"`, `"event_type":"\u001b[2J"`, "skip suricata \x1b[2J")
	f(`"event_type":"flow"`, `"event_type":7`, "skip suricata 7")
	f(`"event_type":"flow"`, `"event_type":null`, "bad: "+notEVE)
	f(`"timestamp"`, `"time"`, "bad: "+notEVE)

	times := func(ts, want string) {
		t.Helper()
		f("2026-03-02T10:00:00.000001+0100", ts, want)
	}
	const none, outside = "is not a time", "is not a time from 1970 to 2262"
	times("1970-01-01T00:00:00.000000+0000", "conn")
	times("2262-04-11T23:47:16.854775Z", "conn")
	times("2016-12-31T23:59:60Z", "conn") // a leap second
	for ts, why := range map[string]string{
		"1969-12-31T23:59:59.999999+0000": outside, "1970-01-01T00:00:00.000000+0100": outside, "2262-04-11T23:47:16.854776Z": outside,
		"9999-12-31T23:59:59.000000+0000": outside, "1601-01-01T00:00:00Z": outside, "2026-02-29T00:00:00Z": none,
		"2026-13-01T00:00:00Z": none, "2026-00-01T00:00:00Z": none, "2026-03-02T24:00:00Z": none, "2026-03-02T10:00:00.Z": none,
		"2026-03-02T10:00:00.1x": none, "2026-03-02T10:00:00+2500": none, "2026-03-02": none, "NaN": none, "0000-01-01T00:00:00Z": none,
		"2026-03-02T10:00:00Z\\u0000": none,
	} {
		shown := strings.ReplaceAll(ts, "\\u0000", "\x00")
		times(ts, fmt.Sprintf("bad: field timestamp: %s %s", shown, why))
	}
}

// TestHostileText writes attacks into texts: what is read is what the client sent.
func TestHostileText(t *testing.T) {
	for _, s := range []string{
		"\x1b]0;title\x07", "\x1b[2J", "\x07\x7f", "\r\n", "\u0085\u2028\u2029", "\t\x00", "\u202efdp.exe", "a" + strings.Repeat("\u0301", 500),
		"<script>alert(1)</script>", `"><img src=x>`, "=cmd|' /C calc'!A0", "'; DROP TABLE x; --", "../../etc/passwd", `\\srv\share`, `{"event_type":"flow"}`, "],[{",
	} {
		q, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		h := one(t, strings.Replace(httpGet, `"curl\/8"`, string(q), 1)).(event.HTTP)
		if string(h.UserAgent) != s {
			t.Errorf("%q became %q", s, h.UserAgent)
		}
	}
	h := one(t, strings.Replace(httpGet, `"curl\/8"`, "\"\xff\xfe\xed\xa0\x80\\ud800\\q\"", 1)).(event.HTTP)
	if want := "\xff\xfe\xed\xa0\x80\\ud800\\q"; string(h.UserAgent) != want {
		t.Errorf("broken text became %q, want %q", h.UserAgent, want)
	}
}

// TestHostileShapes reads lines whose shape is the attack, each between two good
// events: these must be read, time and memory stay bounded.
func TestHostileShapes(t *testing.T) {
	f := func(name, middle string, records int, want string) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		rec := formattest.Read(t, Reader{}, []byte(flowTCP+"\n"+middle+"\n"+flowTCP+"\n"))
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s: %v", name, took)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
			t.Errorf("%s: %d MiB allocated for %d MiB", name, used>>20, len(middle)>>20)
		}
		got := ""
		if len(rec.Bads) > 0 {
			got = rec.Bads[0].Reason
		}
		if len(rec.Records) != records || got != want || want != "" && len(rec.Bads) != 1 {
			t.Errorf("%s: %d records, %d bad, %q; want %d, %q", name, len(rec.Records), len(rec.Bads), got, records, want)
		}
	}
	const million = 1_000_000
	head := flowTCP[:len(flowTCP)-1] // without the last bracket
	f("depth 100,000 of objects", strings.Repeat(`{"a":`, 100_000)+"1"+strings.Repeat("}", 100_000), 2, "nested too deeply")
	f("depth 100,000 of lists", `{"a":`+strings.Repeat("[", 100_000)+strings.Repeat("]", 100_000)+"}", 2, "nested too deeply")
	f("depth 100,000, never closed", strings.Repeat(`{"a":[`, 100_000), 2, "broken JSON: an object without end")
	f("depth 16", head+`,"a":`+strings.Repeat("[", 15)+strings.Repeat("]", 15)+"}", 3, "")
	f("depth 17", head+`,"a":`+strings.Repeat("[", 16)+strings.Repeat("]", 16)+"}", 2, "nested too deeply")
	f("an error below much depth before much text", strings.Repeat(`{"a":`, 16)+"nul"+strings.Repeat("\x00", million)+strings.Repeat("}", 16), 2, "broken JSON")
	f("brackets in a text", head+`,"a":"`+strings.Repeat("[{", 100_000)+`"}`, 2, "too many values")
	f("some brackets in a text", head+`,"a":"`+strings.Repeat("[{", 10_000)+`"}`, 3, "")
	f("many keys", head+strings.Repeat(`,"a":1`, 170_000)+"}", 2, "too many values")
	f("many equal keys", head+strings.Repeat(`,"src_ip":"x"`, 5000)+"}", 3, "") // the first counts
	f("a number of 1 MB", strings.Replace(flowTCP, "51698", strings.Repeat("7", million), 1), 2, "field src_port: "+strings.Repeat("7", 32)+"… is too large")
	f("a time of 1 MB", strings.Replace(flowTCP, "000001+", strings.Repeat("1", million)+"+", 1), 3, "")
	f("a key of 1 MB", head+`,"`+strings.Repeat("k", million)+`":1}`, 3, "")
	f("backslashes", `{"a":"`+strings.Repeat(`\`, 100_001)+`"}`, 2, "broken JSON: an object without end")
	f("concatenated", strings.Repeat(flowTCP, 1000), 1002, "")
	f("an array", "["+strings.Repeat(flowTCP+",", 1000)+flowTCP+"]", 1003, "")
	f("one bad object in an array", "["+flowTCP+`,{"a":},`+flowTCP+"]", 4, "broken JSON")
	f("junk behind an object", flowTCP+" junk", 3, "not a JSON object")
	f("cut off", flowTCP[:300], 2, "broken JSON: an object without end")
	f("a long prefix", strings.Repeat("x", 2000)+flowTCP, 2, "not a JSON object")
	f("byte order mark", "\xef\xbb\xbf"+flowTCP, 3, "")
	f("1 MiB", strings.Replace(httpGet, "files.example.org", strings.Repeat("x", format.MaxRecord), 1), 2, "longer than 1 MiB")
	f("nearly 1 MiB", strings.Replace(httpGet, "files.example.org", strings.Repeat("x", format.MaxRecord-len(httpGet)), 1), 3, "")
	for _, h := range hostile {
		rec := formattest.Read(t, Reader{}, []byte(flowTCP+"\n"+h+"\n"+flowTCP+"\n"))
		if n := rec.Counts()["conn"]; n != 2 {
			t.Errorf("%s: %d of 2 good events read", h, n)
		}
	}
}

// TestHostileTypes asserts that types which the log invents are counted without
// growing memory: each event names another one.
func TestHostileTypes(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		for i := range 20_000 {
			fmt.Fprintf(w, `{"timestamp":"2026-03-02T10:00:00Z","event_type":"type%d"}`+"\n", i)
		}
		_ = w.Close()
	}()
	var rec formattest.Recorder
	if err := (Reader{}).Read(t.Context(), r, &rec); err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, n := range rec.Skipped {
		total += n
	}
	if len(rec.Skipped) > 300 || total != 20_000 {
		t.Errorf("%d types, %d events", len(rec.Skipped), total)
	}
}
