package netflow

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

const (
	in   = "10.20.0.5"
	far  = "203.0.113.7"
	S    = syn
	A    = ack
	SA   = syn | ack
	SAF  = syn | ack | fin
	SAFR = syn | ack | fin | rst
	AR   = ack | rst
)

// up and down are the two directions of an upload.
var (
	up   = rec{in, far, 50000, 443, 6, SAF, 1_500_000, 1000, 60_000, 1_000}
	down = rec{far, in, 443, 50000, 6, SAF, 52_000, 1000, 59_900, 900}
	ask  = rec{in, "10.20.0.1", 40000, 53, 17, 0, 60, 1, 5_000, 5_000}
	tell = rec{"10.20.0.1", in, 53, 40000, 17, 0, 160, 1, 4_980, 4_980}
)

// line words a connection for comparison.
func line(r *formattest.Record) string {
	c, ok := r.Event.(event.Conn)
	if !ok {
		return r.Text
	}
	n := func(x int64) string {
		if x == event.Unset {
			return "?"
		}
		return fmt.Sprint(x)
	}
	millis := func(x int64) string {
		if x == event.Unset {
			return "?"
		}
		return fmt.Sprint(x / 1000)
	}
	return fmt.Sprintf("%s %s:%d > %s:%d %s +%s %s out %s/%s/%s in %s/%s/%s [%s]", fmt.Sprintf("%.3f", float64(c.TS-at)/1e6),
		c.Orig, c.OrigPort, c.Resp, c.RespPort, c.Proto, millis(c.Duration), c.State,
		n(c.OrigBytes), n(c.OrigIPBytes), n(c.OrigPkts), n(c.RespBytes), n(c.RespIPBytes), n(c.RespPkts), c.Sensor)
}

func lines(rec *formattest.Recorder) (out []string) {
	for i := range rec.Records {
		out = append(out, line(&rec.Records[i]))
	}
	for _, b := range rec.Bads {
		out = append(out, fmt.Sprintf("bad %d: %s", b.Line, b.Reason))
	}
	for _, name := range []string{"netflow options", "netflow without addresses", "sflow counters", "netflow of a connection that begins", "sflow packet without IP addresses"} {
		if n := rec.Skipped[name]; n > 0 {
			out = append(out, fmt.Sprintf("skipped %d %s", n, name))
		}
	}
	for _, w := range rec.Warnings {
		out = append(out, "warn "+w)
	}
	return out
}

// wantLines reads data and compares.
func wantLines(t *testing.T, data []byte, want ...string) {
	t.Helper()
	got := strings.Join(lines(formattest.Read(t, Reader{}, data)), "\n")
	if w := strings.Join(want, "\n"); got != w {
		t.Errorf("got\n%s\nwant\n%s", got, w)
	}
}

const (
	upload = "-60.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +59100 SF out 1460000/1500000/1000 in 12000/52000/1000 [192.0.2.1]"
	lookup = "-5.000 10.20.0.5:40000 > 10.20.0.1:53 udp +20 SF out 32/60/1 in 132/160/1 [192.0.2.1]"
)

func TestVersions(t *testing.T) {
	f := func(name string, data []byte, want ...string) {
		t.Helper()
		t.Run(name, func(t *testing.T) { t.Helper(); wantLines(t, data, want...) })
	}
	f("v5", file(legacy5(up, ask, tell, down)), upload, lookup)
	f("v5 answers first", file(legacy5(down, up, tell), legacy5(ask)), upload, lookup)
	t9 := setOf(0, template(256, flowFields))
	f("v9", file(message9(0, t9, flows(256, up, ask)), message9(0, flows(256, tell, down))), upload, lookup)
	f("v9 domain", file(message9(7, t9, flows(256, up)), message9(7, flows(256, down))), strings.Replace(upload, "192.0.2.1]", "192.0.2.1/7]", 1))
	f("v9 template late", file(message9(0, flows(256, up, ask)), message9(0, flows(256, tell, down)), message9(0, t9)), upload, lookup)
	f("v9 template of another domain", file(message9(1, t9), message9(2, flows(256, up))),
		"bad 2: no template yet: 192.0.2.1/2 has not said what records of its template 256 are")
	boot := setOf(3, append(u16(nil, 300, 2, 1), append(u16(nil, 149, 4), u16(nil, 160, 8)...)...))
	bootValue := u32(nil, 0)
	bootValue = be.AppendUint64(bootValue, uint64(exportSeconds)*1000-uint64(uptime))
	f("IPFIX since boot", file(messageIPFIX(0, boot, setOf(300, bootValue), setOf(2, template(256, flowFields)), flows(256, up, down))), upload, "skipped 1 netflow options")
	f("no time at all", file(messageIPFIX(0, setOf(2, template(256, flowFields)), flows(256, up))),
		"0.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +?  out 1460000/1500000/1000 in ?/?/? [192.0.2.1]")
	f("sFlow", file(sampled(1024, 1500, ethernetTCP(in, far, 50000, 443, ack, 1480))),
		"0.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +?  out 1440/1480/1 in ?/?/? [192.0.2.9]",
		"warn 192.0.2.9 looks at 1 in 1024 packets: volumes are a lower bound")
	f("sFlow answer", file(sampled(1, 60, ethernetTCP(far, in, 443, 50000, SA, 40))),
		"0.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +?  out ?/?/? in 0/40/1 [192.0.2.9]")
	f("carried", frame(frame(AppendHead(nil), 0, Carried, message9(0, t9, flows(256, up))), 1, 0, message9(0, flows(256, ask, tell))), lookup)
	f("lost", AppendLost(AppendLost(AppendHead(nil), at, 3), at, 12), "warn 12 datagrams were lost before they could be written: there were more than the machine could take")
	f("two files in one", append(file(legacy5(up)), file(legacy5(down))...), upload)
}

func TestBiflow(t *testing.T) {
	fields := []field{{27, 16, 0}, {28, 16, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0}, {6, 2, 0}, {1, 8, 0}, {2, 8, 0}, {152, 8, 0}, {153, 8, 0}, {1, 8, 29305}, {2, 8, 29305}, {6, 2, 29305}, {239, 1, 0}, {95, 65535, 0}, {1, 4, 12345}}
	record := func(direction byte) []byte {
		b := ipBytes(ipBytes(nil, "2001:db8::5"), "2001:db8:1::7")
		b = u16(b, 50000, 443)
		b = u16(append(b, 6), SAF)
		ms := uint64(exportSeconds) * 1000
		for _, n := range []uint64{100_000, 100, ms - 5000, ms - 1000, 7_000, 50} {
			b = be.AppendUint64(b, n)
		}
		b = append(u16(b, SAF), direction)
		b = append(b, 3, 'a', 'b', 'c') // of variable length
		return u32(b, 9)
	}
	f := func(direction byte, want string) {
		t.Helper()
		wantLines(t, file(messageIPFIX(0, setOf(2, template(256, fields)), setOf(256, record(direction)))), want)
	}
	f(1, "-5.000 2001:db8::5:50000 > 2001:db8:1::7:443 tcp +4000 SF out 94000/100000/100 in 4000/7000/50 [192.0.2.1]")
	f(2, "-5.000 2001:db8:1::7:443 > 2001:db8::5:50000 tcp +4000 SF out 4000/7000/50 in 94000/100000/100 [192.0.2.1]")
	f(0, "-5.000 2001:db8::5:50000 > 2001:db8:1::7:443 tcp +4000 SF out 94000/100000/100 in 4000/7000/50 [192.0.2.1]")
}

func TestFirewall(t *testing.T) {
	fields := []field{{8, 4, 0}, {12, 4, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0}, {233, 1, 0}, {152, 8, 0}, {231, 4, 0}, {232, 4, 0}}
	record := func(event byte, out, back uint32) []byte {
		b := ipBytes(ipBytes(nil, in), far)
		b = append(u16(b, 50000, 443), 6, event)
		b = be.AppendUint64(b, uint64(exportSeconds)*1000-3000)
		return u32(b, out, back)
	}
	set := setOf(256, append(append(record(1, 0, 0), record(2, 5000, 100)...), record(3, 0, 0)...))
	wantLines(t, file(message9(0, setOf(0, template(256, fields)), set)),
		"-3.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +?  out 5000/?/? in 100/?/? [192.0.2.1]",
		"-3.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +? REJ out 0/?/? in 0/?/? [192.0.2.1]",
		"skipped 1 netflow of a connection that begins")
}

func TestStitch(t *testing.T) {
	r := func(src, dst string, sport, dport uint16, proto, flags uint8, bytes, pkts, first, last uint32) rec {
		return rec{src, dst, sport, dport, proto, flags, bytes, pkts, first, last}
	}
	f := func(name string, recs []rec, want ...string) {
		t.Helper()
		for i := range want {
			want[i] += " [192.0.2.1]"
		}
		t.Run(name, func(t *testing.T) { t.Helper(); wantLines(t, file(legacy5(recs...)), want...) })
	}
	f("far apart", []rec{r(in, far, 5000, 443, 17, 0, 128, 1, 600_000, 600_000), r(far, in, 443, 5000, 17, 0, 228, 1, 1000, 1000)},
		"-600.000 10.20.0.5:5000 > 203.0.113.7:443 udp +0  out 100/128/1 in ?/?/?",
		"-1.000 10.20.0.5:5000 > 203.0.113.7:443 udp +0  out ?/?/? in 200/228/1")
	f("two of one pair", []rec{r(in, far, 5000, 443, 17, 0, 128, 1, 600_000, 600_000), r(in, far, 5000, 443, 17, 0, 138, 1, 2000, 2000), r(far, in, 443, 5000, 17, 0, 228, 1, 1000, 1000)},
		"-600.000 10.20.0.5:5000 > 203.0.113.7:443 udp +0  out 100/128/1 in ?/?/?",
		"-2.000 10.20.0.5:5000 > 203.0.113.7:443 udp +1000 SF out 110/138/1 in 200/228/1")
	f("attempt", []rec{r(in, far, 5000, 443, 6, S, 120, 2, 2000, 1000)}, "-2.000 10.20.0.5:5000 > 203.0.113.7:443 tcp +1000 S0 out 40/120/2 in ?/?/?")
	f("rejected", []rec{r(far, in, 443, 5000, 6, AR, 40, 1, 2000, 2000), r(in, far, 5000, 443, 6, S, 60, 1, 2000, 2000)},
		"-2.000 10.20.0.5:5000 > 203.0.113.7:443 tcp +0 REJ out 20/60/1 in 0/40/1")
	f("reset by the originator", []rec{r(in, far, 5000, 443, 6, SA|rst, 1000, 3, 2000, 1000), r(far, in, 443, 5000, 6, SA, 1000, 3, 1999, 1000)},
		"-2.000 10.20.0.5:5000 > 203.0.113.7:443 tcp +1000 RSTO out 880/1000/3 in 880/1000/3")
	f("a server's port decides a tie", []rec{r(far, in, 443, 5000, 6, SAF, 400, 3, 2000, 1000), r(in, far, 5000, 443, 6, SAF, 500, 3, 2000, 1000)},
		"-2.000 10.20.0.5:5000 > 203.0.113.7:443 tcp +1000 SF out 380/500/3 in 280/400/3")
	f("the flow goes on, the answer's part first", []rec{
		r(in, far, 50000, 8443, 6, SA, 5000, 10, 90_000, 61_000), r(far, in, 8443, 50000, 6, SA, 4000, 10, 89_000, 61_000),
		r(far, in, 8443, 50000, 6, A, 4000, 10, 60_000, 1000), r(in, far, 50000, 8443, 6, A, 9000, 10, 59_000, 1000),
	}, "-90.000 10.20.0.5:50000 > 203.0.113.7:8443 tcp +29000 S1 out 4600/5000/10 in 3600/4000/10",
		"-60.000 10.20.0.5:50000 > 203.0.113.7:8443 tcp +59000 OTH out 8600/9000/10 in 3600/4000/10")
	f("one direction, of a server", []rec{r(far, in, 443, 50000, 6, SAFR, 4000, 10, 60_000, 1000)},
		"-60.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +59000  out ?/?/? in 3600/4000/10")
	f("fewer bytes than headers", []rec{r(in, far, 5000, 443, 6, S, 20, 2, 2000, 1000)}, "-2.000 10.20.0.5:5000 > 203.0.113.7:443 tcp +1000 S0 out 0/20/2 in ?/?/?")
	f("ping", []rec{r(far, in, 0, 0, 1, 0, 84, 1, 1990, 1990), r(in, far, 0, 8<<8, 1, 0, 84, 1, 2000, 2000)},
		"-2.000 10.20.0.5:8 > 203.0.113.7:0 icmp +10 SF out 56/84/1 in 56/84/1")
	f("unreachable", []rec{r(far, in, 0, 3<<8|1, 1, 0, 84, 1, 1990, 1990)}, "-1.990 203.0.113.7:3 > 10.20.0.5:1 icmp +0  out 56/84/1 in ?/?/?")
	f("ends before it begins", []rec{r(in, far, 0, 0, 47, 0, 84, 1, 1990, 2990)}, "-1.990 10.20.0.5:0 > 203.0.113.7:0 unknown_transport +?  out 64/84/1 in ?/?/?")
	f("uptime wrapped", []rec{r(in, far, 5000, 443, 6, S, 60, 1, uptime+5000, uptime+5000)}, "-1005.000 10.20.0.5:5000 > 203.0.113.7:443 tcp +0 S0 out 20/60/1 in ?/?/?")
}

// TestWindow checks that a flow does not wait longer than it should, and that
// what waits is bounded.
func TestWindow(t *testing.T) {
	b := AppendHead(nil)
	b = frame(b, 0, 0, legacy5(up))
	b = frame(b, 130, 0, legacy5(ask))
	b = frame(b, 131, 0, legacy5(down))
	want := []string{
		"-60.000 10.20.0.5:50000 > 203.0.113.7:443 tcp +59000  out 1460000/1500000/1000 in ?/?/? [192.0.2.1]",
		"-5.000 10.20.0.5:40000 > 10.20.0.1:53 udp +0  out 32/60/1 in ?/?/? [192.0.2.1]",
		"-59.900 10.20.0.5:50000 > 203.0.113.7:443 tcp +59000  out ?/?/? in 12000/52000/1000 [192.0.2.1]",
	}
	wantLines(t, b, want...)

	n := 0
	s := newStitcher(func(*event.Conn) { n++ })
	f := blank
	f.exporter = &exporter{}
	f.key.src = event.Addr{1}
	for i := range maxOpen + 1000 {
		f.start = int64(at)
		f.key.sport, f.key.dport = uint16(i), uint16(i>>16)
		s.add(&f, at)
	}
	if n != 1000 || len(s.ring) != maxOpen || len(s.open) != maxOpen {
		t.Errorf("%d emitted, %d in a ring of %d", n, len(s.open), len(s.ring))
	}
	if s.end(); n != maxOpen+1000 || len(s.open) != 0 {
		t.Errorf("%d emitted at the end, %d left", n, len(s.open))
	}
}

func TestReader(t *testing.T) {
	t9 := setOf(0, template(256, flowFields))
	one := func(i uint32) rec { return rec{in, far, 1000 + uint16(i), 443, 6, SA, 1000 + i, 3, 2000, 1000} }
	formattest.Run(t, Reader{}, formattest.Cases{
		Samples: []formattest.Sample{
			{Name: "v5", Data: file(legacy5(one(1)), legacy5(one(2)), legacy5(one(3))), Counts: map[string]int{"conn": 3}},
			{Name: "v9", Data: file(message9(0, t9, flows(256, one(1))), message9(0, flows(256, one(2))), message9(0, flows(256, one(3)))), Counts: map[string]int{"conn": 3}},
			{Name: "sflow", Data: file(sampled(1, 1500, ethernetTCP(in, far, 50000, 443, ack, 1480)), sampled(1, 1500, ethernetTCP(in, far, 50001, 443, ack, 1480))), Counts: map[string]int{"conn": 2}},
		},
		Foreign: [][]byte{append([]byte(Magic), 0, 0, 0, 2), []byte("\x0c\xa5\x01\x00"), []byte(frameMagic)},
		Preamble: func(data []byte, offset int64) []byte {
			b := bytes.Clone(data[:HeadBytes])
			if data[HeadBytes+frameHead+1] == v9 && offset > int64(HeadBytes) {
				b = frame(b, 0, Carried, message9(0, t9))
			}
			return b
		},
	})
}

func TestRecord(t *testing.T) {
	data := file(message9(3, setOf(0, template(256, flowFields))), message9(3, flows(256, up, ask)), message9(3, flows(257, up)))
	rec := formattest.Read(t, Reader{}, data)
	offset := rec.Records[0].Offset
	f := func(offset int64, want, wantErr string) {
		t.Helper()
		raw, text, err := Reader{}.Record(data, bytes.NewReader(data[offset:]))
		if fmt.Sprint(err) != wantErr && (err != nil || wantErr != "") {
			t.Errorf("error %v, want %s", err, wantErr)
		}
		if text != want {
			t.Errorf("got\n%s\nwant\n%s", text, want)
		}
		if err == nil && !bytes.HasPrefix(data[offset:], raw) {
			t.Error("raw is not what stands there")
		}
	}
	f(offset, "datagram of 88 bytes from 192.0.2.1:40000 at 2026-03-02T10:00:01Z: 2 flows: tcp 10.20.0.5:50000 → 203.0.113.7:443 1500000 bytes 1000 packets flags 0x13 2026-03-02T09:59:00Z – 2026-03-02T09:59:59Z; udp 10.20.0.5:40000 → 10.20.0.1:53 60 bytes 1 packets flags 0x00 2026-03-02T09:59:55Z – 2026-03-02T09:59:55Z", "")
	f(offset+int64(frameHead)+88, "datagram of 56 bytes from 192.0.2.1:40000 at 2026-03-02T10:00:02Z: 0 flows, and 1 parts that could not be read with the templates at the beginning of the file", "")
	f(offset+1, "", "no datagram begins there")
	f(int64(len(data))-3, "", "no whole datagram begins there")
}
