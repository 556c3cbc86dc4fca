package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"barium/internal/report"
)

// TestHostileRecords puts hostile records beside the logs of a theft, which is
// found whole.
func TestHostileRecords(t *testing.T) {
	f := func(name, data string, records, duplicates, bad int64, shown ...string) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeTheft(t, filepath.Join(dir, "logs"))
			writeFile(t, filepath.Join(dir, "logs", "x.log"), data)
			r := barium(t, dir, "hunt", "--json", "out.json", "logs")
			r.wantTheft(t, name)
			s := r.sourceOf(t, "logs/x.log")
			if s.Records != records || s.Duplicates != duplicates || s.Bad != bad {
				t.Errorf("%s: %d records, %d duplicates, %d bad; want %d, %d, %d", name, s.Records, s.Duplicates, s.Bad, records, duplicates, bad)
			}
			if len(s.BadSamples) != int(min(bad, 5)) {
				t.Errorf("%s: %d samples", name, len(s.BadSamples))
			}
			for _, want := range shown {
				if !strings.Contains(strings.Join(strings.Fields(r.out), " "), want) {
					t.Errorf("%s: %q is not in the report", name, want)
				}
			}
			page, err := os.ReadFile(filepath.Join(dir, "barium-report.html"))
			if err != nil {
				t.Fatal(err)
			}
			checkPlain(t, strings.ReplaceAll(string(page), "\t", " "))
		})
	}
	row := func(ts, orig, origPort, resp, respPort, bytes string) string {
		return ts + "\tX\t" + strings.Join([]string{orig, origPort, resp, respPort}, "\t") + "\ttcp\tssl\t1.5\t" + bytes + "\t100\tSF\t0\tShADadFf\n"
	}
	head := zeekHead + connFields
	times := func(all ...string) string {
		var b strings.Builder
		for i, ts := range all {
			b.WriteString(row(ts, "10.0.0.9", fmt.Sprint(5+i), "192.0.2.1", "443", "7"))
		}
		return head + b.String()
	}
	f("times at the limits", times("0", "0.000001", "2147483647", "2147483648", "4294967295", "4294967296", "9223372036.854775"), 7, 0, 0, "7 records")
	f("times beyond", times("-1", "-11644473600", "253402300799", "NaN", "Inf", "1e308", "9007199254740993", "18446744073709551616", "-0.000001"), 0, 0, 9,
		"9 unreadable", "field ts: -11644473600 is not a time from 1970 to 2262")
	f("clocks 13 months off", times(fmt.Sprint(begin-34_000_000), fmt.Sprint(begin+34_000_000)), 2, 0, 0)
	f("one time for all", head+strings.Repeat(times("1772445600")[len(head):], 1000), 1000, 999, 0)
	var same, back strings.Builder
	for i := range 3000 {
		same.WriteString(row("1772445600", fmt.Sprintf("10.0.1.%d", i%250), fmt.Sprint(1024+i), "192.0.2.1", "443", "7"))
		back.WriteString(row(fmt.Sprint(begin+3000-i), "10.0.0.9", fmt.Sprint(1024+i), "192.0.2.1", "443", "7"))
	}
	f("one time for many", head+same.String(), 3000, 0, 0)
	f("the last first", head+back.String(), 3000, 0, 0)
	f("three offsets in one file", `{"_path":"conn","ts":"2026-03-02T10:00:00Z","id.orig_h":"10.0.0.9","id.resp_h":"192.0.2.1","id.orig_p":1,"uid":"a"}
{"_path":"conn","ts":"2026-03-02T11:00:00+01:00","id.orig_h":"10.0.0.9","id.resp_h":"192.0.2.1","id.orig_p":1,"uid":"b"}
{"_path":"conn","ts":"2026-03-02T04:30:00-0530","id.orig_h":"10.0.0.9","id.resp_h":"192.0.2.1","id.orig_p":1,"uid":"c"}
`, 3, 2, 0)
	f("ports", head+row("1772445600", "10.0.0.9", "70000", "192.0.2.1", "443", "7")+row("1772445600", "10.0.0.9", "-1", "192.0.2.1", "443", "7")+
		row("1772445600", "10.0.0.9", "0", "192.0.2.1", "0", "7")+row("1772445600", "10.0.0.9", "65535", "192.0.2.1", "65535", "7"), 2, 0, 2, "field id.orig_p: 70000 is not a port")
	f("addresses", head+row("1772445600", "::ffff:10.0.0.9", "5", "192.0.2.1", "443", "7")+row("1772445600", "10.0.0.9", "5", "192.0.2.1", "443", "7")+
		row("1772445600", "fe80::1%eth0", "5", "ff02::1", "443", "7")+row("1772445600", "0.0.0.0", "5", "255.255.255.255", "443", "7")+
		row("1772445600", "2000::/3", "5", "192.0.2.1", "443", "7"), 4, 1, 1, "field id.orig_h: 2000::/3 is not an IP address")
	f("sizes", head+row("1772445600", "10.0.0.9", "5", "192.0.2.1", "443", "9007199254740993")+row("1772445600", "10.0.0.9", "5", "192.0.2.1", "443", "9223372036854775808")+
		row("1772445600", "10.0.0.9", "5", "192.0.2.1", "443", "-1")+row("1772445600", "10.0.0.9", "5", "192.0.2.1", "443", "1e308"), 1, 0, 3,
		"9223372036854775808 is too large", "-1 is negative")
}

// TestHostileFields puts each text where a client can write it, in logs that a
// finding is made of, and looks at what the reports show of it.
func TestHostileFields(t *testing.T) {
	texts := []string{
		`\x1b]0;title\x07`, `\x1b[2J\x1b]52;c;cm0=\x07`, `\x1b]8;;http://evil.example\x1b\x5cclick\x1b]8;;\x1b\x5c`, `\x9b31m\x7f`,
		`a\x0d\x0aNO SIGN`, `\xc2\x85\xe2\x80\xa8\xe2\x80\xa9`, `\x09\x00`, `\xe2\x80\xaefdp.exe`, `pay\xe2\x80\x8bpal`, `\xff\xfe\xed\xa0\x80`,
		`<script>alert(1)`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `[x](javascript:alert(1))`, "`${alert(1)}`", `<!--`, `{{.}}`,
		`=cmd|' /C calc'!A0`, `@SUM(A1)`, `'; DROP TABLE x; --`, `%n%s`, `..\x2f..\x2f..\x2fetc\x2fpasswd`, strings.Repeat(`e\xcc\x81\xcc\x81`, 300),
	}
	dir := t.TempDir()
	writeTheft(t, filepath.Join(dir, "logs"))
	path := filepath.Join(dir, "logs", "http.log")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	http := string(b)
	for i, s := range texts {
		http += fmt.Sprintf("%d.6\tT0\t10.0.0.12\t50000\t203.0.113.66\t80\t1\tPUT\t203.0.113.66\t/%s\t%s\t%s\t%d\t0\t201\tG%d\t%s\tapplication/x-7z-compressed\n",
			at+1, s, s, s, 1_000_000+i, i, s)
	}
	writeFile(t, path, http)
	r := barium(t, dir, "hunt", "--json", "out.json", "logs")
	want := int64(stolen)
	for i := range texts {
		want += int64(1_000_000 + i)
	}
	if r.status != exitFound || len(r.doc.Cases) == 0 || r.doc.Cases[0].Loss.BytesSent.Low != want || len(r.doc.Cases[0].Loss.Files) != len(texts)+4 {
		t.Fatalf("status %d, %+v", r.status, r.doc.Cases)
	}
	names := map[string]bool{}
	for _, x := range r.doc.Cases[0].Loss.Files {
		names[x.Name] = true
	}
	for _, s := range []string{"\x1b]0;title\x07", "a\r\nNO SIGN", "<script>alert(1)", "\u202efdp.exe", "[x](javascript:alert(1))"} {
		if !names[s] {
			t.Errorf("no file %q among %v", s, names)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "barium-report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "<img", "\x1b", "\x9b", "\u202e", "\u200b"} {
		if strings.Contains(string(page), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	checkPlain(t, strings.ReplaceAll(string(page), "\t", " "))
}

// TestEvasion goes through what a thief who knows barium would do to its input.
// What cannot be read is counted, sampled and shown, and no verdict says that
// nothing is amiss without it.
func TestEvasion(t *testing.T) {
	f := func(name string, rewrite func(conn, http string) (string, string), check func(t *testing.T, r *result)) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			logs := filepath.Join(dir, "logs")
			writeTheft(t, logs)
			conn, err := os.ReadFile(filepath.Join(logs, "conn.log"))
			if err != nil {
				t.Fatal(err)
			}
			http, err := os.ReadFile(filepath.Join(logs, "http.log"))
			if err != nil {
				t.Fatal(err)
			}
			c, h := rewrite(string(conn), string(http))
			writeFile(t, filepath.Join(logs, "conn.log"), c)
			writeFile(t, filepath.Join(logs, "http.log"), h)
			r := barium(t, dir, "hunt", "--memory", "256MiB", "--json", "out.json", "logs")
			check(t, &r)
			if t.Failed() {
				t.Fatalf("%s: status %d\n%s", name, r.status, r.out)
			}
		})
	}
	found := func(t *testing.T, r *result) { t.Helper(); r.wantTheft(t, "evasion") }
	shown := func(bad int64, reason string) func(*testing.T, *result) {
		return func(t *testing.T, r *result) {
			t.Helper()
			s := r.sourceOf(t, "logs/http.log")
			if s.Bad != bad || len(s.BadSamples) == 0 || !strings.Contains(s.BadSamples[0].Reason, reason) || !strings.Contains(r.out, reason) {
				t.Errorf("%d bad, %+v", s.Bad, s.BadSamples)
			}
			spot := slices.ContainsFunc(r.doc.BlindSpots, func(b report.BlindSpot) bool { return strings.Contains(b.Reason, "could not be read") })
			if !spot || r.status == 0 {
				t.Errorf("status %d, a blind spot for it: %t", r.status, spot)
			}
		}
	}
	pad := strings.Repeat("A", 600_000)
	f("a padded URI", func(c, h string) (string, string) { return c, strings.ReplaceAll(h, "/u/records", "/"+pad+"/records") }, found)
	f("a padded query", func(c, h string) (string, string) { return c, strings.ReplaceAll(h, ".7z\t", ".7z?"+pad+"\t") }, found)
	f("a padded user agent", func(c, h string) (string, string) { return c, strings.ReplaceAll(h, "curl/8", pad) }, found)
	f("a record pushed over the limit", func(c, h string) (string, string) { return c, strings.ReplaceAll(h, "curl/8", pad+pad) }, shown(4, "longer than 1 MiB"))
	f("a status that is no number to us", func(c, h string) (string, string) {
		return c, strings.ReplaceAll(h, "\t201\t", "\t99999999999\t")
	}, shown(4, "field status_code: 99999999999 is too large"))
	f("a size beyond 64 bits", func(c, h string) (string, string) {
		return c, strings.ReplaceAll(h, "\t80000000\t0\t", "\t80000000\t18446744073709551616\t")
	}, shown(1, "field response_body_len: 18446744073709551616 is too large"))
	f("noise around", func(c, h string) (string, string) {
		var b strings.Builder
		for i := range 60_000 {
			fmt.Fprintf(&b, "%d.7\tN%d\t10.0.0.12\t%d\t198.51.100.%d\t443\ttcp\tssl\t1.5\t%d\t20000\tSF\t0\tShADadFf\n", begin+i*4, i, 1024+i%60000, i%200+1, i%5000)
		}
		return c + b.String(), h
	}, found)
	f("errors around, so that the sample shows none of them", func(c, h string) (string, string) {
		return strings.Replace(c, "missed_bytes\thistory\n", "missed_bytes\thistory\n"+strings.Repeat("noise\n", 20_000), 1), h
	}, func(t *testing.T, r *result) {
		found(t, r)
		if s := r.sourceOf(t, "logs/conn.log"); s.Bad != 20_000 || len(s.BadSamples) != 5 {
			t.Errorf("%d bad, %d samples", s.Bad, len(s.BadSamples))
		}
	})
	f("the theft's rows before a header of another log", func(c, h string) (string, string) {
		return c, h + "#path\tweird\n#fields\tts\tname\n1\tx\n"
	}, found)
	f("forged rows below: the same again", func(c, h string) (string, string) { return c + c, h + h }, found)
}
