package zeek

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
	"barium/internal/format/formattest"
)

func TestJSONVariants(t *testing.T) {
	f := func(name, data string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, outcome(formattest.Read(t, Reader{}, []byte(data)))); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	const end = "bad: broken JSON: an object without end"
	f("line", connJSON, "conn")
	f("BOM and blanks", "\xef\xbb\xbf\r\n\n"+connJSON+"\r\n", "conn")
	f("JSON text sequence", "\x1e"+connJSON+"\n\x1e"+connJSON+"\n", "conn", "conn")
	f("concatenated", connJSON+connJSON+dnsJSON, "conn", "conn", "dns")
	f("array", "["+connJSON+","+dnsJSON+"]", "conn", "dns")
	f("array over lines", "[\n"+connJSON+"\n,"+dnsJSON+"\n]\n", "conn", "dns")
	f("pretty", pretty(connJSON)+"\n"+pretty(dnsJSON), "conn", "dns")
	f("path suffix", `{"_path":"json_streaming_conn","ts":1,"id.orig_h":"1.1.1.1","id.resp_h":"1.1.1.2"}`, "conn")
	f("other type", `{"_path":"syslog","ts":1}`, "skip syslog ")
	f("unknown type", `{"ts":1,"uid":"C1","foo":2}`, "skip unknown ")
	f("not Zeek", `{"timestamp":1,"event_type":"dns"}`, "bad: "+notZeek)
	f("empty object", "{}", "bad: "+notZeek)
	f("scalar", "3\n\"x\"\n"+connJSON, "conn", "bad: a row before any #fields line", "bad: a row before any #fields line")
	f("cut line", connJSON+"\n"+connJSON[:50]+"\n"+connJSON+"\n", "conn", "conn", end)
	f("cut line at a colon", connJSON+"\n"+`{"ts":1,"uid":`+"\n"+connJSON+"\n", "conn", "conn", end)
	f("cut line in an array", "["+connJSON+",\n  "+`{"ts":1,"uid":`+"\n  ,"+connJSON+"]", "conn", "conn", end)
	f("cut line at the end", connJSON+"\n"+connJSON[:60], "conn", end)
	f("cut pretty", "[\n"+pretty(connJSON)[:60]+"\n", end)
	f("open brace too many", connJSON+"\n"+`{"ts":1,"a":{"b":2}`+"\n"+connJSON, "conn", "conn", end)
	f("closing brace too many", connJSON+"}\n"+connJSON, "conn", "conn", "bad: not a JSON object")
	f("stray quote", connJSON+"\n"+`{"ts":1,"uid":"a"b","x":1}`+"\n"+connJSON, "conn", "conn", "bad: broken JSON: no comma between fields")
	f("stray quote, pretty", "[\n"+pretty(connJSON)+",\n"+strings.Replace(pretty(dnsJSON), `"query"`, `query"`, 1)+",\n"+pretty(connJSON)+"\n]", "conn", "conn", end)
	f("garbage behind", connJSON+" trailing\n"+connJSON, "conn", "conn", "bad: not a JSON object")
	f("two in one line, first broken", `{"ts":}`+connJSON, "conn", "bad: broken JSON: a value is missing or not quoted")
	f("NaN", strings.Replace(connJSON, "0.44746", "NaN", 1), "bad: field duration: NaN is not a number of seconds")
	f("single quotes", "{'ts':1}", "bad: broken JSON: a name must be in quotes")
	f("depth", `{"a":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)+`}`, "bad: nested too deeply")
	f("depth of objects", strings.Repeat(`{"a":`, 100)+"1"+strings.Repeat("}", 100), "bad: nested too deeply")
	f("depth bomb", strings.Repeat(`{"a":`, 100000)+"\n"+connJSON, "conn", "bad: nested too deeply")
	f("many keys", `{"_path":"conn",`+strings.Repeat(`"a":1,`, 100000)+`"ts":1}`+connJSON, "conn", "bad: too many fields")
	f("long number", strings.Replace(connJSON, "601", strings.Repeat("6", 100000), 1), "bad: field orig_bytes: "+strings.Repeat("6", 32)+"… is too large")
	f("long number of zeros", strings.Replace(connJSON, "601", "6."+strings.Repeat("0", 100000), 1), "conn")
	f("address as number", strings.Replace(connJSON, `"192.168.33.10"`, "7", 1), "bad: field id.orig_h: 7 is not an IP address")
	f("list for a number", strings.Replace(connJSON, "601", "[1,2]", 1), "bad: field orig_bytes: 1,2 is not a whole number")
	f("null", strings.Replace(connJSON, "601", "null", 1), "conn")
	f("null address", strings.Replace(connJSON, `"192.168.33.10"`, "null", 1), "bad: field id.orig_h is missing")
}

// TestJSONSame checks that different spellings give the same record.
func TestJSONSame(t *testing.T) {
	text := func(data string) string {
		t.Helper()
		rec := formattest.Read(t, Reader{}, []byte(data))
		if len(rec.Records) != 1 {
			t.Fatalf("%s: %q", data, outcome(rec))
		}
		return rec.Records[0].Text
	}
	f := func(a, b string) {
		t.Helper()
		if x, y := text(a), text(b); x != y {
			t.Errorf("different records\n%s\n%s", x, y)
		}
	}
	replace := func(s string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(s) }
	f(connJSON, replace(connJSON, "id.orig", "id_orig", "id.resp", "id_resp"))
	f(connJSON, replace(connJSON, "1379288667.706265", `"2013-09-15T23:44:27.706265Z"`))
	f(connJSON, replace(connJSON, "1379288667.706265", `"2013-09-16T01:44:27.706265+02:00"`))
	f(connJSON, replace(connJSON, "1379288667.706265", `"1379288667.706265"`))
	f(connJSON, replace(connJSON, "1032", `"1032"`, "601", "601.0", "0.44746", "4.4746e-1"))
	f(connJSON, replace(connJSON, `"uid":"Coy"`, `"uid":"other","uid":"Coy"`))
	f(connJSON, replace(connJSON, `"uid":"Coy"`, `"\u0075id":"\u0043oy","uid":null`))
	f(connJSON, replace(connJSON, `"http"`, `["http"]`))
	f(replace(connJSON, `"http"`, `"ssl,http"`), replace(connJSON, `"http"`, `["ssl","http"]`))
	f(connJSON, connHead+connRow)
	f(dnsJSON, replace(dnsJSON, `{"orig_h":"10.47.1.100","orig_p":41772,"resp_h":"10.0.0.100","resp_p":53}`,
		`"x","id.orig_h":"10.47.1.100","id.orig_p":41772,"id.resp_h":"10.0.0.100","id.resp_p":53`))
	f(dnsJSON, replace(dnsJSON, `"_path":"dns",`, ""))
	f(replace(fileJSON, `"@system":"s1"`, `"_system_name":"s2"`), replace(fileJSON, `"@system":"s1"`, `"sensor":"s4","@system":"s1","_system_name":"s2","_node_name":"s3"`))
	const files = `{"ts":1,"fuid":"F1","uid":"C6","source":"SMB","seen_bytes":22,`
	f(files+`"is_orig":true,"id.orig_h":"1.1.1.1","id.resp_h":"2.2.2.2"}`, files+`"is_orig":true,"id.orig_h":"1.1.1.1","id.resp_h":"2.2.2.2","tx_hosts":["1.1.1.1"],"rx_hosts":["2.2.2.2"]}`)
	f(files+`"is_orig":false,"id.orig_h":"1.1.1.1","id.resp_h":"2.2.2.2"}`, files+`"is_orig":false,"id.orig_h":"1.1.1.1","id.resp_h":"2.2.2.2","tx_hosts":["2.2.2.2"],"rx_hosts":["1.1.1.1"]}`)
	f(`{"ts":1,"id":"F1","certificate.subject":"CN=x","certificate.key_length":2048,"san.dns":["a","b"],"basic_constraints.ca":true}`,
		`{"ts":1,"id":"F1","certificate":{"subject":"CN=x","key_length":2048},"san":{"dns":["a","b"]},"basic_constraints":{"ca":true}}`)
	f(`{"ts":1,"id":"F1","certificate.subject":"CN=x","san.dns":["a"]}`, `{"ts":1,"id":"F1","certificate_subject":"CN=x","san_dns":["a"]}`)
	f(`{"ts":1,"fingerprint":"ab","certificate.subject":"CN=x"}`, `{"ts":1,"fingerprint":"ab","id":"F1","certificate.subject":"CN=x"}`)
	f(`{"_path":"ssl","ts":1,"cert_chain_fps":["ab","cd"]}`, `{"_path":"ssl","ts":1,"cert_chain_fps":["ab"],"cert_chain_fuids":["F1"]}`)
	f(`{"_path":"dhcp","ts":1,"uids":["C1","C2"],"host_name":"h"}`, `{"_path":"dhcp","ts":1,"uid":"C1","client_fqdn":"h"}`)
	f(`{"_path":"ftp","ts":1,"command":"RETR","password":"secret","data_channel.resp_p":20}`, `{"_path":"ftp","ts":1,"command":"RETR","data_channel_resp_p":20}`)
	f(`{"_path":"http","ts":1,"proxied":["VIA -> x"]}`, tsvHead+"#path\thttp\n#fields\tts\tproxied\n1.0\tVIA -> x\n")
	f(`{"_path":"http","ts":1,"proxied":[],"user_agent":"-","uri":"(empty)"}`, tsvHead+"#path\thttp\n#fields\tts\tproxied\tuser_agent\turi\n1.0\t(empty)\t\\x2d\t\\x28empty)\n")
}

func TestLongObjects(t *testing.T) {
	long := `{"_path":"conn","x":"` + strings.Repeat("a", format.MaxRecord) + `"}`
	lines := `{"_path":"conn","x":[` + strings.Repeat("1,\n", format.MaxRecord/3) + `1]}`
	fits := `{"ts":1,"id.orig_h":"1.1.1.1","id.resp_h":"1.1.1.2","_path":"conn","x":"`
	fits += strings.Repeat("a", format.MaxRecord-len(fits)-2) + `"}`
	f := func(name, data string, line int64, want ...string) {
		t.Helper()
		rec := formattest.Read(t, Reader{}, []byte(data))
		if d := cmp.Diff(want, outcome(rec)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if len(rec.Bads) > 0 && (rec.Bads[0].Line != line || rec.Bads[0].Offset != int64(strings.Index(data, `{"_path"`))) {
			t.Errorf("%s: %d, line %d", name, rec.Bads[0].Offset, rec.Bads[0].Line)
		}
	}
	f("line", connJSON+"\n"+long+"\n"+connJSON+"\n", 2, "conn", "conn", "bad: "+tooLong)
	f("same line", connJSON+long+connJSON+"\n", 1, "conn", "conn", "bad: "+tooLong)
	f("many lines", connJSON+"\n"+lines+connJSON+"\n", 2, "conn", "conn", "bad: "+tooLong)
	f("without end", connJSON+"\n"+long[:len(long)-2]+"\n"+connJSON+"\n", 2, "conn", "conn", "bad: "+tooLong)
	f("just fits", fits+"\n"+fits+fits+"\n"+fits, 0, "conn", "conn", "conn", "conn")
	f("endless line", strings.Repeat(connJSON, 20000), 0, strings.Split(strings.Repeat("conn ", 19999)+"conn", " ")...)
}

// FuzzScan checks that every object that encoding/json accepts is accepted, and
// that names and strings are the same.
func FuzzScan(f *testing.F) {
	for _, s := range []string{connJSON, dnsJSON, fileJSON, pretty(dnsJSON), `{"a":[1,{"b":[]},"x"],"c":{}}`, `{}`, `{"a":-1.5e+3}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var s1 scanner
		s = strings.TrimSpace(s)
		n, ok := 0, false
		if strings.HasPrefix(s, "{") {
			n, ok = s1.object([]byte(s))
		}
		var want map[string]any
		if json.Unmarshal([]byte(s), &want) != nil || want == nil {
			return
		}
		if !ok && (s1.why == "nested too deeply" || s1.why == "too many fields") {
			return
		}
		if !ok || n != len(s) {
			t.Fatalf("%q: stopped at %d: %q", s, n, s1.why)
		}
		for _, p := range s1.pairs {
			if v, ok := want[string(p.key)].(string); ok && p.val.kind == jsonString && !strings.Contains(v, "\ufffd") {
				if v != string(p.val.raw) && strings.Count(s, `"`+string(p.key)+`"`) == 1 {
					t.Fatalf("%q: %q is %q", s, p.key, p.val.raw)
				}
			}
		}
		c, ok := closing([]byte(s))
		if !ok || c != len(s) {
			t.Fatalf("%q: closing finds %d", s, c)
		}
	})
}
