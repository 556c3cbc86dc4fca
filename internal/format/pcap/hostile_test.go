package pcap

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// TestForeignLink asserts that frames of a link type that is not read are counted
// and named.
func TestForeignLink(t *testing.T) {
	got := formattest.Read(t, Reader{}, newFile(127).frame(make([]byte, 60)).frame(make([]byte, 60)).b)
	if len(got.Records) > 0 || len(got.Bads) > 0 || got.Skipped["frames of a link type that is not read"] != 2 ||
		len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "2 frames of link type 127") {
		t.Errorf("%+v", got)
	}
}

// TestTunnelDepth puts a datagram into many tunnels: the deepest that is opened
// counts, with what is below as its payload.
func TestTunnelDepth(t *testing.T) {
	b := aDatagram(t)
	for range 3 * maxTunnels {
		_, ip := ipLayer("198.51.100.1", "198.51.100.2", layers.IPProtocolIPv4)
		b = serialize(t, ip, gopacket.Payload(b))
	}
	got := formattest.Read(t, Reader{}, newFile(linkRaw).frame(b).b)
	if n := got.Counts(); n["conn"] != 1 || n["dns"] != 0 || n["tunnel"] != 1 || len(got.Bads) > 0 {
		t.Error(n, got.Bads)
	}
}

// TestFirstBytes sends other bytes again in the place of those before: whichever
// way they come, those that came first are followed.
func TestFirstBytes(t *testing.T) {
	const get, fake = "GET /true HTTP/1.1\r\nHost: a\r\n\r\n", "GET /fake HTTP/1.1\r\nHost: a\r\n\r\n"
	f := func(segments ...segmentOf) {
		t.Helper()
		file := newFile(linkEthernet)
		dial(t, file, 1025, 80)
		for _, s := range segments {
			s.flags = "PA"
			s.seq += 7001
			file.frame(tcp(t, pc, 1025, far, 80, s))
		}
		var uris []string
		for _, r := range formattest.Read(t, Reader{}, file.b).Records {
			if e, ok := r.Event.(event.HTTP); ok {
				uris = append(uris, string(e.URI))
			}
		}
		if fmt.Sprint(uris) != "[/true]" {
			t.Errorf("%v", uris)
		}
	}
	f(segmentOf{payload: get}, segmentOf{payload: fake})
	f(segmentOf{seq: 4, payload: get[4:]}, segmentOf{seq: 4, payload: fake[4:]}, segmentOf{payload: get[:4]}) // while they wait
	f(segmentOf{seq: 6, payload: get[6:]}, segmentOf{seq: 4, payload: "/t" + fake[6:]}, segmentOf{payload: get[:4]})
	f(segmentOf{payload: get[:8]}, segmentOf{payload: fake[:8] + get[8:]}) // the part that is new counts
	var backward []segmentOf
	for j := len(get) - 1; j >= 0; j-- {
		backward = append(backward, segmentOf{seq: uint32(j), payload: get[j : j+1]})
	}
	f(backward...)
}

// TestPending sends segments behind one that never comes: some wait, then it is
// taken for lost, and its bytes are said to be missing.
func TestPending(t *testing.T) {
	f := func(segments, size int) {
		t.Helper()
		file := newFile(linkEthernet)
		dial(t, file, 1025, 80)
		for i := range segments {
			file.frame(tcp(t, pc, 1025, far, 80, segmentOf{"A", uint32(7001 + 100 + i*size), 0, strings.Repeat("x", size)}))
		}
		r := newReading(t.Context(), bytes.NewReader(file.b), &formattest.Recorder{})
		most := 0
		var fr frame
		for r.capture.next(&fr) {
			r.frame(&fr)
			most = max(most, r.table.buffered)
		}
		r.end()
		if most == 0 || most > maxPendingBytes+size || r.table.buffered != 0 {
			t.Errorf("%d segments of %d: at most %d bytes waited, %d at the end", segments, size, most, r.table.buffered)
		}
		want := fmt.Sprintf("1025>80 S1 ShADG %d/0 %d+1 -100", 100+segments*size, 2+segments)
		if got := conns(t, file); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f(10, 100)
	f(2*maxSegments, 10)
	f(100, 40_000)
}
