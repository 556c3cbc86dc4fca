package pcap

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// conns reads a file and says of each connection what matters to flows.
func conns(t *testing.T, f *file) string {
	t.Helper()
	var out []string
	for _, r := range formattest.Read(t, Reader{}, f.b).Records {
		if c, ok := r.Event.(event.Conn); ok {
			out = append(out, fmt.Sprintf("%d>%d %s %s %d/%d %d+%d -%d", c.OrigPort, c.RespPort, c.State, c.History, c.OrigBytes, c.RespBytes, c.OrigPkts, c.RespPkts, c.MissedBytes))
		}
	}
	return strings.Join(out, "; ")
}

// TestState asserts state, history, bytes and packets of connections.
func TestState(t *testing.T) {
	f := func(want string, write func(f *file)) {
		t.Helper()
		file := newFile(linkEthernet)
		write(file)
		if got := conns(t, file); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	seg := func(f *file, orig bool, flags string, seq, ack uint32, payload string) {
		d := dialog{t: t, f: f, from: 1025, port: 80, src: pc, dst: far, next: [2]uint32{seq, ack}}
		if !orig {
			d.next = [2]uint32{ack, seq}
		}
		d.send(orig, flags, payload)
	}
	f("1025>80 SF ShADadFf 5/6 5+4 -0", func(f *file) {
		dial(t, f, 1025, 80).say(true, "hello").send(false, "A", "").say(false, "world!").hangUp()
	})
	f("1025>80 S1 ShAD 5/0 3+1 -0", func(f *file) { dial(t, f, 1025, 80).say(true, "hello") })
	f("1025>80 S0 S 0/0 3+0 -0", func(f *file) { // and the same again is no other connection
		for range 3 {
			seg(f, true, "S", 100, 0, "")
		}
	})
	f("1025>80 S0 S 0/0 1+0 -0; 1025>80 S0 S 0/0 1+0 -0", func(f *file) { // but one after the attempt was given up
		seg(f, true, "S", 100, 0, "")
		f.wait(6)
		seg(f, true, "S", 100, 0, "")
	})
	f("1025>80 REJ Sr 0/0 1+1 -0", func(f *file) { seg(f, true, "S", 100, 0, ""); seg(f, false, "RA", 0, 101, "") })
	f("1025>80 RSTO ShADR 5/0 4+1 -0", func(f *file) { dial(t, f, 1025, 80).say(true, "hello").send(true, "RA", "") })
	f("1025>80 RSTR ShADr 5/0 3+2 -0", func(f *file) { dial(t, f, 1025, 80).say(true, "hello").send(false, "R", "") })
	f("1025>80 RSTOS0 SR 0/0 2+0 -0", func(f *file) { seg(f, true, "S", 100, 0, ""); seg(f, true, "R", 101, 0, "") })
	f("1025>80 SH SF 0/0 2+0 -0", func(f *file) { seg(f, true, "S", 100, 0, ""); seg(f, true, "FA", 101, 0, "") })
	f("1025>80 SHR ^hf 0/0 0+2 -0", func(f *file) { seg(f, false, "SA", 100, 7, ""); seg(f, false, "FA", 101, 7, "") })
	f("1025>80 RSTRH ^hr 0/0 0+2 -0", func(f *file) { seg(f, false, "SA", 100, 7, ""); seg(f, false, "R", 101, 7, "") })
	f("1025>80 OTH ^d 0/3 0+1 -0", func(f *file) { seg(f, false, "PA", 100, 7, "abc") }) // the port tells who serves
	f("1025>80 S2 ShAF 0/0 3+1 -0", func(f *file) { dial(t, f, 1025, 80).send(true, "FA", "") })
	f("1025>80 S3 ShAf 0/0 2+2 -0", func(f *file) { dial(t, f, 1025, 80).send(false, "FA", "") })

	// Retransmissions count once, out of order or not; what is missing is said.
	f("1025>80 S1 ShADT 5/0 4+1 -0", func(f *file) {
		dial(t, f, 1025, 80).say(true, "hello")
		seg(f, true, "PA", 7001, 0, "hello")
	})
	f("1025>80 S1 ShADT 10/0 4+1 -0", func(f *file) { // the late one is taken for a retransmission
		dial(t, f, 1025, 80)
		seg(f, true, "A", 7006, 0, "world")
		seg(f, true, "A", 7001, 0, "hello")
	})
	f("1025>80 S1 ShADGa 10/0 3+2 -5", func(f *file) { // acknowledged, so it was there
		dial(t, f, 1025, 80)
		seg(f, true, "A", 7006, 0, "world")
		seg(f, false, "A", 5_000_001, 7011, "")
	})
	f("1025>80 S1 ShADG 10/0 3+1 -5", func(f *file) { // never acknowledged, never seen
		dial(t, f, 1025, 80)
		seg(f, true, "A", 7006, 0, "world")
	})
	f("1025>80 S1 ShAaG 1000/0 2+2 -1000", func(f *file) { // nothing was captured but the acknowledgement
		dial(t, f, 1025, 80)
		seg(f, false, "A", 5_000_001, 8001, "")
	})
	f("1025>80 S1 ShDA 6/0 3+1 -0", func(f *file) { // a sequence number that wraps
		seg(f, true, "S", 0xfffffffe, 0, "")
		seg(f, false, "SA", 1, 0xffffffff, "")
		seg(f, true, "PA", 0xffffffff, 2, "abcdef")
		seg(f, true, "A", 5, 2, "")
	})
	f("1025>80 SF ShAFfa 0/0 3+3 -0; 1025>80 S0 S 0/0 1+0 -0", func(f *file) { // the port is used again
		d := dial(t, f, 1025, 80)
		d.send(true, "FA", "").send(false, "FA", "").send(false, "A", "")
		seg(f, true, "S", 99, 0, "")
	})
	f("5000>53 SF Dd 4/2 1+1 -0", func(f *file) {
		f.frame(udp(t, pc, 5000, far, 53, []byte("ping"))).frame(udp(t, far, 53, pc, 5000, []byte("ok")))
	})
	f("5000>53 SHR ^d 0/2 0+1 -0", func(f *file) { f.frame(udp(t, far, 53, pc, 5000, []byte("ok"))) })
	f("5000>5001 S0 D 1/0 1+0 -0; 5000>5001 S0 D 1/0 1+0 -0", func(f *file) {
		f.frame(udp(t, pc, 5000, far, 5001, []byte("x"))).wait(61).frame(udp(t, pc, 5000, far, 5001, []byte("x")))
	})
	// Time that runs backward, as behind a file that was appended, ends what was open.
	f("5000>5001 S0 D 1/0 1+0 -0; 5000>5001 S0 D 1/0 1+0 -0", func(f *file) {
		f.frame(udp(t, pc, 5000, far, 5001, []byte("x"))).wait(-7200).frame(udp(t, pc, 5000, far, 5001, []byte("x")))
	})
}

// TestICMP asserts that a question and its answer are one flow.
func TestICMP(t *testing.T) {
	echo := func(src, dst string, kind uint8) []byte {
		k, ip := ipLayer(src, dst, layers.IPProtocolICMPv4)
		return ether(t, k, ip, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(kind, 0)}, gopacket.Payload("12345678"))
	}
	f := func(want string, frames ...[]byte) {
		t.Helper()
		file := newFile(linkEthernet)
		for _, b := range frames {
			file.frame(b)
		}
		if got := conns(t, file); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	f("8>0 OTH  8/8 1+1 -0", echo(pc, far, 8), echo(far, pc, 0))
	f("0>8 OTH  8/8 1+1 -0", echo(far, pc, 0), echo(pc, far, 8)) // the answer was seen first
	f("3>0 OTH  8/0 1+0 -0; 3>0 OTH  8/0 1+0 -0", echo(pc, far, 3), echo(far, pc, 3))
}

// TestBounds opens more flows than the table holds.
func TestBounds(t *testing.T) {
	f := newFile(linkEthernet)
	const more = 10
	for i := range maxFlows + more {
		f.now = began
		f.frame(udp(t, fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), 5000, far, 5001, nil))
	}
	got := formattest.Read(t, Reader{}, f.b)
	if len(got.Records) != maxFlows+more || len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "10 flows") {
		t.Error(len(got.Records), got.Warnings)
	}
}
