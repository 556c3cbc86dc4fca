package upload

import (
	"testing"

	"barium/internal/detect"
	dt "barium/internal/detect/detecttest"
)

const resolver = "10.1.1.10"

// writeHours writes fixtures of little more than a day of records: a host that
// sends 20 GB within its last hour; and one that sends as much as ever.
func writeHours(t *testing.T) {
	hosts := dt.Hosts("10.1.2.", 20)
	l := dt.NewLogs(7919)
	l.Browse(hosts, dt.Sites(15), resolver, 0, 2, 14)
	at := int64(dt.Start + dt.Day + 18*dt.Hour)
	l.DNS(dt.DNS{TS: at - 50_000, Src: hosts[4], Resolver: resolver, Query: "eu.newcloud.example", Answers: []string{"203.0.113.77"}})
	for i := range int64(40) {
		l.Conn(dt.Conn{TS: at + i*dt.Minute, Src: hosts[4], Dst: "203.0.113.77", Port: 443, Service: "ssl", Duration: 50 * dt.Second, Out: 500_000_000 + i, In: 900_000})
	}
	l.Save(t, "positive-hour")

	l = dt.NewLogs(7927)
	l.Browse(hosts, dt.Sites(15), resolver, 0, 5, 3)
	for h := range int64(5 * 24) {
		ts := dt.Start + h*dt.Hour + l.Int64N(dt.Minute)
		l.DNS(dt.DNS{TS: ts - 50_000, Src: "10.1.9.7", Resolver: resolver, Query: "in.watchpoint.example", Answers: []string{"203.0.113.78"}})
		l.Conn(dt.Conn{TS: ts, Src: "10.1.9.7", Dst: "203.0.113.78", Port: 443, Service: "ssl", Duration: 50 * dt.Minute, Out: 150_000_000 + l.Int64N(90_000_000), In: 900_000})
	}
	l.Save(t, "innocent-camera")
}

// TestBurst: what leaves within an hour is judged by the host's other hours.
func TestBurst(t *testing.T) {
	browsing := func(n int) (out []hourSum) {
		for i := range n {
			out = append(out, hourSum{uint32(i), int64(300_000 + i%5*100_000), int64(20_000_000 + i%7*1_000_000)})
		}
		return out
	}
	f := func(name string, past []hourSum, bytes int64, least, most float64) {
		t.Helper()
		past = append(past, hourSum{900, bytes, bytes / 100})
		got, _ := burst([]detect.HourBytes{{Hour: 900, BytesOut: bytes}}, past)
		if got.DB < least || got.DB > most {
			t.Errorf("%s: %+v, want %.1f to %.1f dB", name, got, least, most)
		}
	}
	f("Change Healthcare's pace", browsing(24), 20_000_000_000, 10, 10)
	f("APT1's pace", browsing(24), 900_000_000, 9, 10)
	f("small", browsing(24), 99_000_000, 0, 0)
	f("no past", browsing(11), 20_000_000_000, 0, 0)
	busy := browsing(24)
	for i := range busy {
		busy[i].out = 80_000_000 * int64(1+i%3)
	}
	f("a busy sender", busy, 400_000_000, 0, 0)
	producing := browsing(24)
	for i := range producing {
		producing[i].out, producing[i].in = producing[i].in, producing[i].out
	}
	f("a producer before", producing, 900_000_000, 0, 0)
}
