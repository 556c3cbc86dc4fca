package pcap

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// TestReuse lets connections of HTTP follow one another on one sink, which lends
// the memory of those that have ended to the next, and checks that each says what
// it says alone.
func TestReuse(t *testing.T) {
	form := "--x\r\nContent-Disposition: form-data; name=a; filename=scans.zip\r\nContent-Type: application/zip\r\n\r\nPK\x03\x04rest\r\n--x--\r\n"
	talks := [][]turn{
		{asks("POST /a HTTP/1.1\r\nHost: up.example\r\nUser-Agent: agent/1\r\nAuthorization: Basic YW5uOnB3\r\nVia: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 120\r\n\r\n", form), says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%PDF-")},
		{asks("GET / HTTP/1.1\r\n\r\n"), says("HTTP/1.1 204 No\r\n\r\n"), asks("GET /2 HTTP/1.1\r\nHost:\r\nHost: late.example\r\n\r\n"), says("HTTP/1.1 200 OK\r\n\r\n<html>")},
		{asks("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: b\r\n\r\n"), lostServer(100), says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")},
		{asks("GET /cut HTTP/1.1\r\nHost: c"), lostClient(20), asks("GET /found HTTP/1.1\r\nHost: d\r\n\r\n"), says("HTTP/1.1 404 No\r\nContent-Le")},
		{asks("GET /" + strings.Repeat("long", 6000) + " HTTP/1.1\r\nUser-Agent: " + strings.Repeat("u", 900) + "\r\n\r\n"), says("no reply")},
		{asks("CONNECT far.example:443 HTTP/1.1\r\n\r\n"), says("HTTP/1.1 200 OK\r\n\r\n"), asks("\x16\x03\x01")},
		{says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")},
	}
	speak := func(s *sink, turns []turn) {
		k := &talk{}
		a := newHTTP(k.flow(s))
		for _, x := range turns {
			if x.lost > 0 {
				a.gap(x.orig, x.lost)
			}
			a.data(x.orig, 5, 50, []byte(x.text))
		}
		a.end()
	}
	var want []string
	for _, turns := range talks {
		one := &formattest.Recorder{Scribble: true}
		speak(&sink{Sink: one}, turns)
		want = append(want, one.Texts()...)
	}
	all := &formattest.Recorder{Scribble: true}
	shared := &sink{Sink: all}
	for range 3 {
		for _, turns := range talks {
			speak(shared, turns)
		}
	}
	if got := all.Texts(); len(want) < 10 || !slices.Equal(got, slices.Concat(want, want, want)) {
		t.Errorf("%d records, want three times %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	if len(shared.idle) != 1 {
		t.Errorf("%d connections lie idle, want 1", len(shared.idle))
	}
}

// TestFirstDigits compares with package big.
func TestFirstDigits(t *testing.T) {
	f := func(hi, lo uint64) {
		t.Helper()
		n := new(big.Int).SetUint64(hi)
		want := n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(lo)).Text(62)
		for len(want) < 17 {
			want = "0" + want
		}
		var got [17]byte
		firstDigits(got[:], hi, lo)
		if string(got[:]) != want[:17] {
			t.Errorf("%x %x: %s, want %s", hi, lo, got, want[:17])
		}
	}
	f(0, 0)
	f(0, 61)
	f(0, 62)
	f(0, ^uint64(0))
	f(1, 0)
	f(^uint64(0), ^uint64(0))
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 10_000 {
		f(rng.Uint64()>>(i%64), rng.Uint64())
	}
}

// TestFlowsReused checks that a connection names its own service when the memory
// of another, which was named, is used again.
func TestFlowsReused(t *testing.T) {
	f := newFile(linkEthernet)
	dial(t, f, 1024, 80).say(true, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").say(false, "HTTP/1.1 204 No\r\n\r\n").hangUp()
	f.wait(400)
	dial(t, f, 1025, 9999).say(true, "what is this").say(false, strings.Repeat("no protocol", 20)).hangUp()
	f.wait(400)
	dial(t, f, 1026, 25).say(false, "220 mx ESMTP\r\n").say(true, "HELO a\r\n").say(false, "250 mx\r\n").hangUp()
	got := formattest.Read(t, Reader{}, f.b)
	var services []string
	for _, r := range got.Records {
		if c, ok := r.Event.(event.Conn); ok {
			services = append(services, string(c.Service))
		}
	}
	if want := []string{"http", "", "smtp"}; !slices.Equal(services, want) {
		t.Errorf("services %q, want %q", services, want)
	}
}
