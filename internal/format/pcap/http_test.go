package pcap

import (
	"fmt"
	"strings"
	"testing"

	"barium/internal/event"
)

const (
	httpNames = "Method Host URI Status ReqLen RespLen"
	fileNames = "Protocol IsOrig Filename MIME Seen Total Missing"
)

func TestHTTP(t *testing.T) {
	k := listen(t, newHTTP,
		asks("POST /up?x=1 HTTP/1.1\r\nHost: a.test\r\nUser-Agent: b c\r\nContent-Length: 6\r\nAuthorization: Basic dTE6c2VjcmV0OnQ=\r\n\r\nPK\x03\x04xy"),
		says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"),
		asks("\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\nHEAD /h HTTP/1.1\r\nHost: a.test\r\nVia: x\r\n\r\n"), // pipelined
		says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\n%PDF-\r\n3\r\n1.4\r\n0\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"),
		asks("GET http://u@b.test:81/z HTTP/1.0\r\n\r\n"),
		says("HTTP/1.0 200 OK\r\nContent-Disposition: attachment; filename=\"r\u00e9.gif\"\r\n\r\nGIF89a to the end"),
	)
	k.check(t, "http", httpNames+" UserAgent Username Proxied Depth",
		`"POST" "a.test" "/up?x=1" 201 6 2 "b c" "u1" false 1`,
		`"GET" "a.test" "/" 200 0 8 "" "" false 2`,
		`"HEAD" "a.test" "/h" 200 0 0 "" "" true 3`,
		`"GET" "b.test:81" "http://u@b.test:81/z" 200 0 17 "" "" false 4`)
	k.check(t, "files", fileNames,
		`"HTTP" 1 "" "application/zip" 6 6 0`,
		`"HTTP" -1 "" "text/plain" 2 2 0`,
		`"HTTP" -1 "" "application/pdf" 8 -1 0`,
		`"HTTP" -1 "ré.gif" "image/gif" 17 -1 0`)
	if k.service != "http" {
		t.Errorf("service %q", k.service)
	}
	for _, r := range k.Texts() {
		if strings.Contains(r, "secret") {
			t.Errorf("a password in %s", r)
		}
	}
}

// TestHTTPBrowser tells requests of browsers from those that only say so.
func TestHTTPBrowser(t *testing.T) {
	const firefox = "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:99.0) Gecko/20100101 Firefox/99.0\r\n"
	const chrome = "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0 Safari/537.36\r\n"
	f := func(header, want string) {
		t.Helper()
		listen(t, newHTTP, asks("GET / HTTP/1.1\r\nHost: a\r\n"+header+"\r\n"), says("HTTP/1.1 204 No Content\r\n\r\n")).check(t, "http", "Browser", want)
	}
	f(firefox+"Accept: */*\r\n", "1")
	f("accept: */*\r\n"+chrome, "1")
	f(firefox, "-1")
	f(chrome+"Accept: */*\r\nExpect: 100-continue\r\n", "-1")
	f("User-Agent: curl/8\r\n", "0")
	f("User-Agent: Mozilla/5.0 (compatible; bot)\r\n", "0")
	f(firefox+strings.Repeat("X: y\r\n", maxFields), "0") // not read to its end
	k := listen(t, newHTTP, asks("GET / HTTP/1.1\r\nHost: a\r\n"+firefox), lostClient(10))
	k.check(t, "http", "Browser", "0")
}

func TestHTTPForm(t *testing.T) {
	form := "preamble\r\n--b0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\ntext\r\n" +
		"--b0\r\nContent-Disposition: form-data; name=\"f\"; filename=\"my list.zip\"\r\nContent-Type: application/octet-stream\r\n\r\nPK\x03\x04\r\n--b\r\n-\r\n\r\n" +
		"--b0\r\nContent-Disposition: form-data; name=g; filename=a b.txt; x\r\n\r\nhello\r\n--b0--\r\nepilogue"
	k := listen(t, newHTTP,
		asks(fmt.Sprintf("POST /f HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b0\r\nContent-Length: %d\r\n\r\n%s", len(form), form)),
		says("HTTP/1.1 204 No Content\r\n\r\n"))
	k.check(t, "files", fileNames,
		`"HTTP" 1 "my list.zip" "application/zip" 14 -1 0`,
		`"HTTP" 1 "a b.txt" "text/plain" 5 -1 0`)
	k.check(t, "http", "Status ReqLen OrigFilenames OrigMIME",
		fmt.Sprintf(`204 %d ["my list.zip" "a b.txt"] ["application/zip" "text/plain"]`, len(form)))
}

func TestHTTPLengths(t *testing.T) {
	f := func(request, reply string, want string) {
		t.Helper()
		turns := []turn{asks(request)}
		if reply != "" {
			turns = append(turns, says(reply))
		}
		listen(t, newHTTP, turns...).check(t, "http", httpNames, want)
	}
	put := "PUT /a HTTP/1.1\r\n"
	f(put+"Transfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", "", `"PUT" "" "/a" -1 10 -1`)
	f(put+"Content-Length: 10\r\n\r\n01234", "", `"PUT" "" "/a" -1 5 -1`)
	f(put+"Content-Length: 5\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "HTTP/1.1 200 \r\n\r\n", `"PUT" "" "/a" 200 2 0`)
	// Lengths that contradict each other: what follows is counted as the body.
	f(put+"Content-Length: 5\r\nContent-Length: 6\r\n\r\n0123456789", "HTTP/1.1 400\r\n\r\nbad", `"PUT" "" "/a" 400 10 3`)
	f(put+"Content-Length: -5\r\n\r\n01", "HTTP/1.1 304 x\r\nContent-Length: 9\r\n\r\n", `"PUT" "" "/a" 304 2 0`)
	f(put+"Content-Length: 99999999999999999999\r\n\r\n01", "", `"PUT" "" "/a" -1 2 -1`)
	f("GET /"+strings.Repeat("x", 2*maxLine)+" HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 414 x\r\nContent-Length: 0\r\n\r\n",
		`"GET" "a" "/`+strings.Repeat("x", maxURI-1)+`" 414 0 0`)
	f("GET / HTTP/1.1\r\n"+strings.Repeat("A: b\r\n", 10000)+"\r\n", "HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n", `"GET" "" "/" 200 0 0`)
}

func TestHTTPTunnel(t *testing.T) {
	k := listen(t, newHTTP,
		asks("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n"),
		says("HTTP/1.1 407 Authenticate\r\nContent-Length: 3\r\n\r\nno!"),
		asks("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nProxy-Authorization: x\r\n\r\n"),
		says("HTTP/1.1 200 Established\r\n\r\n"),
		asks("\x16\x03\x01GET / HTTP/1.1\r\n\r\n"),
		says("HTTP/1.1 200 OK\r\n\r\n"))
	k.check(t, "http", httpNames+" Proxied",
		`"CONNECT" "a.test:443" "a.test:443" 407 0 3 false`,
		`"CONNECT" "a.test:443" "a.test:443" 200 0 0 true`)
	k = listen(t, newHTTP, // the reply was not captured
		asks("CONNECT a.test:443 HTTP/1.1\r\n\r\n"), asks("\x16\x03\x01GET / HTTP/1.1\r\n\r\n"))
	k.check(t, "http", "Method Status", `"CONNECT" -1`)
}

func TestHTTPGaps(t *testing.T) {
	get := func(uri string) string { return "GET " + uri + " HTTP/1.1\r\n\r\n" }
	ok := func(code int) string { return fmt.Sprintf("HTTP/1.1 %d x\r\nContent-Length: 4\r\n\r\nbody", code) }
	f := func(turns []turn, want ...string) {
		t.Helper()
		listen(t, newHTTP, turns...).check(t, "http", "URI Status RespLen", want...)
	}
	// In a body whose length is known.
	f([]turn{asks(get("/1")), says("HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nab"), lostServer(7), asks(get("/2")), says(ok(201))},
		`"/1" 200 2`, `"/2" 201 4`)
	// Over the end of a message.
	f([]turn{asks(get("/1")), says("HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\nab"), lostServer(70), asks(get("/2")), says("x\r\n" + ok(201))},
		`"/1" 200 2`, `"/2" 201 4`)
	// A request is missing: its reply is no other's.
	f([]turn{asks(get("/1")), says(ok(201)), lostClient(30), says(ok(202)), asks("junk\r\n" + get("/3")), says(ok(203))},
		`"/1" 201 4`, `"/3" 203 4`)
	// Requests that do not wait: nobody knows whose reply it is.
	f([]turn{asks(get("/1"), get("/2")), lostServer(30), says("HTTP/1.1 200 x\r\nContent-Length: 0\r\n\r\n"), asks(get("/3"))},
		`"/1" -1 -1`, `"/2" -1 -1`, `"/3" -1 -1`)
	// One direction alone.
	f([]turn{asks(get("/1"), get("/2"))}, `"/1" -1 -1`, `"/2" -1 -1`)
	f([]turn{says(ok(200), ok(404))})
	f([]turn{asks(strings.Repeat(get("/x"), 3*maxExchanges))}, strings.Split(strings.TrimSuffix(strings.Repeat(`"/x" -1 -1|`, 3*maxExchanges), "|"), "|")...)
}

func TestHTTPJunk(t *testing.T) {
	k := listen(t, newHTTP, asks("GET / HTTP/1.1\r\n\r\n", "\x00\x01\x02 junk\r\n", "more\r\n", "GET /2 HTTP/1.1\r\n\r\n"))
	k.check(t, "http", "URI", `"/"`, `"/2"`)
	if len(k.Bads) != 1 || k.Bads[0].Sample != "\x00\x01\x02 junk" || k.Bads[0].Offset != 50 {
		t.Errorf("bad: %+v", k.Bads)
	}
	k = listen(t, newHTTP, asks("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"))
	k.check(t, "http", "URI ReqLen", `"/" 0`)
	if len(k.Bads) != 1 {
		t.Errorf("bad: %+v", k.Bads)
	}
}

func TestIsHTTP(t *testing.T) {
	f := func(orig bool, first string, want bool) {
		t.Helper()
		if got := isHTTP(orig, []byte(first)); got != want {
			t.Errorf("%v %q: %v", orig, first, got)
		}
	}
	f(true, "GET / HTTP/1.1\r\n", true)
	f(true, "GET /", true)
	f(true, "BREW /pot HTTP/1.0\n", true)
	f(true, "CONNECT a:1", true)
	f(true, "OPTIONS rtsp://a RTSP/1.0\r\n", false)
	f(true, "GET / RTSP/1.0\r\n", false)
	f(true, "GETX", false)
	f(true, "PRI * HTTP/2.0\r\n\r\n", false)
	f(true, "", false)
	f(false, "HTTP/1.1 200", true)
	f(false, "HTTP/2 200", false)
	f(false, "220 x", false)
}

func FuzzHTTP(f *testing.F) {
	f.Add(seed(asks("POST /u HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"), says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")))
	f.Add(seed(asks("CONNECT a:1 HTTP/1.1\r\n\r\n"), says("HTTP/1.1 200 OK\r\n\r\n"), asks("\x16")))
	f.Add(seed(asks("POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; filename=x\r\n\r\ny\r\n--b--"), says("HTTP/1.0 200 OK\r\n\r\nx")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, newHTTP, data) })
}

func BenchmarkHTTP(b *testing.B) {
	body := strings.Repeat("0123456789abcdef", 64<<10)
	request := fmt.Sprintf("POST /u HTTP/1.1\r\nHost: a.test\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n", len(body)+75) +
		"--b\r\nContent-Disposition: form-data; name=f; filename=\"0123456789.bin\"\r\n\r\n" + body
	benchmark(b, newHTTP, asks(request), says("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"))
}

// benchmark measures how fast an analyser follows turns, in packets of Ethernet.
func benchmark(b *testing.B, of func(*flow) analyser, turns ...turn) {
	var size int64
	texts := make([][]byte, len(turns))
	for i, t := range turns {
		texts[i] = []byte(t.text)
		size += int64(len(t.text))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	records := 0
	for b.Loop() {
		var n counter
		a := of((&talk{}).flow(&n))
		for i, t := range turns {
			for text := texts[i]; len(text) > 0; {
				k := min(len(text), 1460)
				a.data(t.orig, event.Time(1), 1, text[:k])
				text = text[k:]
			}
		}
		a.end()
		records += n.records
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}
