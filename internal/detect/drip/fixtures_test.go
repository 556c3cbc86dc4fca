package drip

import (
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner = "10.1.1.10" // the resolver of the house
	far   = "203.0.113.77"
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-slow":      slow,
		"positive-portions":  portions,
		"innocent-backup":    backup,
		"innocent-registry":  registry,
		"innocent-photos":    photos,
		"innocent-telemetry": telemetry,
		"innocent-call":      call,
	} {
		l := dt.NewLogs(uint64(len(name)) * 15485863)
		l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), inner, 0, 21, 2)
		write(l)
		l.Save(t, name)
	}
}

// send is one connection that sends to a far end, by name if it has one.
func send(l *dt.Logs, ts int64, src, dst, name string, out, in int64) {
	if name != "" {
		l.DNS(dt.DNS{TS: ts - 40_000, Src: src, Resolver: inner, Query: name, Answers: []string{dst}})
	}
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Port: 443, Service: "ssl", Duration: 20 * dt.Second, Out: out, In: in})
}

// at is a moment of a day.
func at(day int, hour int64) int64 { return dt.Start + int64(day)*dt.Day + hour*dt.Hour }

// slow is 50 MB a day in a few connections of the evening, from the fifth day on.
func slow(l *dt.Logs) {
	for d := 5; d < 19; d++ {
		for i := range int64(4) {
			send(l, at(d, 19)+i*dt.Hour+l.Int64N(40*dt.Minute), "10.1.2.24", far, "cdn.newplace.example", 8_000_000+l.Int64N(8_000_000), 30_000)
		}
	}
}

// portions is 3 MB an hour in one size by night, to a bare address.
func portions(l *dt.Logs) {
	for d := 6; d < 18; d++ {
		for h := range int64(5) {
			send(l, at(d, h)+l.Int64N(dt.Hour), "10.1.2.25", far, "", 3_145_728+l.Int64N(40_000), 9_000)
		}
	}
}

// backup is a server that sends its day to a partner, as it always did.
func backup(l *dt.Logs) {
	for d := range 21 {
		send(l, at(d, 2)+l.Int64N(dt.Hour), "10.1.2.30", far, "vault.offsite.example", 30_000_000+l.Int64N(12_000_000), 60_000)
	}
}

// registry is results that three hosts send to a register from the second week
// on, after its introduction, and to whom the register answers.
func registry(l *dt.Logs) {
	for d := 8; d < 21; d++ {
		if d%7 >= 5 {
			continue
		}
		for i, h := range dt.Hosts("10.1.2.", 7) {
			send(l, at(d, 9+int64(i))+l.Int64N(dt.Hour), h, far, "in.register.example", 12_000_000+l.Int64N(3_000_000), 9_000_000)
		}
	}
}

// photos is one person's pictures, kept outside on some working days.
func photos(l *dt.Logs) {
	for _, d := range []int{7, 9, 11, 14, 17} {
		send(l, at(d, 12)+l.Int64N(3*dt.Hour), "10.1.2.31", far, "album.pictures.example", 15_000_000+l.Int64N(30_000_000), 14_000_000)
	}
}

// telemetry is a device that reports each hour, from the first hour on.
func telemetry(l *dt.Logs) {
	for h := range int64(21 * 24) {
		send(l, at(0, h)+l.Int64N(10*dt.Minute), "10.1.9.9", far, "in.scanworks.example", 400_000+l.Int64N(9_000), 20_000)
	}
}

// call is a weekly round of calls: as much comes back.
func call(l *dt.Logs) {
	for d := 7; d < 20; d++ {
		l.Conn(dt.Conn{TS: at(d, 10), Src: "10.1.2.32", Dst: far, Port: 3478, Proto: "udp", Duration: dt.Hour, Out: 40_000_000 + l.Int64N(5_000_000), In: 30_000_000})
	}
}
