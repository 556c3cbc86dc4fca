package staging

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner = "10.1.1.10" // the resolver of the house
	far   = "203.0.113.77"
	thief = "10.1.2.24"
	mb    = 1_000_000
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-equal":        equal,
		"positive-packed":       packed,
		"innocent-backup":       backup,
		"innocent-pacs":         pacs,
		"innocent-migration":    migration,
		"innocent-printserver":  printServer,
		"innocent-conferencing": conferencing,
	} {
		l := dt.NewLogs(uint64(len(name)) * 49979687)
		hs := dt.Hosts("10.1.2.", 20)
		l.Browse(hs, dt.Sites(15), inner, 0, 6, 3)
		work(l, hs)
		write(l)
		l.Save(t, name)
	}
}

// work is what people take from three file servers on working days.
func work(l *dt.Logs, hs []string) {
	for _, h := range hs {
		for d := range int64(5) {
			for range 2 {
				fetch(l, dt.Start+d*dt.Day+8*dt.Hour+l.Int64N(9*dt.Hour), h, server(l.IntN(3)), 200_000+l.Int64N(4*mb))
			}
		}
	}
}

func server(n int) string { return fmt.Sprintf("10.1.1.%d", 30+n) }

// fetch lets a host read from another one by SMB.
func fetch(l *dt.Logs, ts int64, src, dst string, n int64) {
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Port: 445, Service: "smb", Duration: n/10_000_000*dt.Second + 3*dt.Second, Out: n / 50, In: n})
}

// hand lets a host write to another one.
func hand(l *dt.Logs, ts int64, src, dst string, port int, n int64) {
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Port: port, Duration: n/10_000_000*dt.Second + 3*dt.Second, Out: n, In: n / 100})
}

func send(l *dt.Logs, ts int64, src, dst string, n int64) {
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Port: 443, Service: "ssl", Duration: n/5_000_000*dt.Second + 3*dt.Second, Out: n, In: n / 200})
}

// equal gathers from five servers on an evening and sends what one of them gave.
func equal(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 20*dt.Hour
	for i := range 20 {
		fetch(l, at+int64(i)*3*dt.Minute, thief, server(i%5), 40*mb+l.Int64N(30*mb))
	}
	var n int64 = 130 * mb
	fetch(l, at+90*dt.Minute, thief, "10.1.1.40", n)
	send(l, at+3*dt.Hour, thief, far, n+n/100)
}

// packed gathers a gigabyte and sends a third of it in four volumes; the files
// were handed to the host by others.
func packed(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 18*dt.Hour
	for i := range 12 {
		hand(l, at+int64(i)*6*dt.Minute, server(i%6), thief, 445, 80*mb+l.Int64N(9*mb))
	}
	for i := range int64(3) {
		l.SMBFile(at+2*dt.Hour+i*dt.Minute, thief, server(1), "WRITE", `\\srv1\public`, fmt.Sprintf("p%d.rar", i), 90*mb)
	}
	for i := range int64(4) {
		send(l, at+4*dt.Hour+i*5*dt.Minute, thief, far, 85*mb)
	}
}

// backup gathers from everywhere each night and sends it away.
func backup(l *dt.Logs) {
	for d := range int64(6) {
		at := int64(dt.Start) + d*dt.Day + dt.Hour
		var n int64
		for i := range 6 {
			x := 100*mb + l.Int64N(50*mb)
			hand(l, at+int64(i)*5*dt.Minute, server(i), "10.1.1.60", 10000, x)
			n += x
		}
		send(l, at+2*dt.Hour, "10.1.1.60", "203.0.113.9", n)
	}
}

// pacs takes images from six devices by DICOM and passes some to a partner, by day.
func pacs(l *dt.Logs) {
	for d := range int64(6) {
		for i := range int64(18) {
			at := int64(dt.Start) + d*dt.Day + 7*dt.Hour + i*30*dt.Minute
			hand(l, at, fmt.Sprintf("10.1.7.%d", 10+i%6), "10.1.1.70", 104, 60*mb+l.Int64N(60*mb))
			if i%3 == 0 {
				l.Conn(dt.Conn{TS: at + 10*dt.Minute, Src: "10.1.1.70", Dst: "203.0.113.21", Port: 2762, Duration: dt.Minute, Out: 70*mb + l.Int64N(40*mb), In: 400_000})
			}
		}
	}
}

// migration copies a file server to a new one within a night; the new one fetches
// its updates from outside.
func migration(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 21*dt.Hour
	for i := range 30 {
		fetch(l, at+int64(i)*5*dt.Minute, "10.1.1.61", server(i%3), 400*mb)
	}
	for i := range int64(4) {
		l.Conn(dt.Conn{TS: at + 6*dt.Hour + i*dt.Hour, Src: "10.1.1.61", Dst: "203.0.113.30", Port: 443, Service: "ssl", Duration: dt.Minute, Out: 2*mb + l.Int64N(mb), In: 60 * mb})
	}
}

// printServer gets print jobs from all, by day, and sends its counters to its maker.
func printServer(l *dt.Logs) {
	for d := range int64(6) {
		for i, h := range dt.Hosts("10.1.2.", 20) {
			hand(l, dt.Start+d*dt.Day+9*dt.Hour+int64(i)*17*dt.Minute, h, "10.1.1.62", 445, 2*mb+l.Int64N(20*mb))
		}
		send(l, dt.Start+d*dt.Day+20*dt.Hour, "10.1.1.62", "203.0.113.31", 2*mb)
	}
}

// conferencing is somebody who opens a large file and then talks for an hour.
func conferencing(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 9*dt.Hour
	fetch(l, at, "10.1.2.30", server(0), 300*mb)
	l.Conn(dt.Conn{TS: at + dt.Hour, Src: "10.1.2.30", Dst: "203.0.113.40", Port: 443, Service: "ssl", Duration: dt.Hour, Out: 310 * mb, In: 420 * mb})
}
