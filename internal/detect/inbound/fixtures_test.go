package inbound

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner  = "10.1.1.10" // the resolver of the house
	far    = "203.0.113.77"
	server = "10.1.1.40"
	mb     = 1_000_000
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-listener": listener,
		"positive-winrm":    winrm,
		"innocent-scans":    scans,
		"innocent-public":   public,
		"innocent-vendor":   vendor,
		"innocent-ftp":      ftp,
		"innocent-partner":  partner,
	} {
		l := dt.NewLogs(uint64(len(name)) * 15485867)
		l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(10), inner, 0, 6, 3)
		scans(l)
		write(l)
		l.Save(t, name)
	}
}

func visit(l *dt.Logs, at int64, src, dst string, port int, in, out int64) {
	l.Conn(dt.Conn{TS: at, Src: src, Dst: dst, Port: port, Duration: 30 * dt.Second, Out: in, In: out})
}

// listener is a web server on which a second port answers one far end, and which
// then goes on inside.
func listener(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 23*dt.Hour
	for i := range int64(9) {
		visit(l, at+i*7*dt.Minute, far, server, 8443, 3000+l.Int64N(2000), 40_000+l.Int64N(3*mb))
	}
	for i := range 4 {
		visit(l, at+dt.Hour+int64(i)*dt.Minute, server, fmt.Sprintf("10.1.1.%d", 60+i), 445, 9000, 80_000)
	}
}

// winrm is the way back that CuckooBees kept: 5985, for one far end.
func winrm(l *dt.Logs) {
	for i := range int64(6) {
		visit(l, dt.Start+4*dt.Day+2*dt.Hour+i*20*dt.Minute, far, server, 5985, 30_000, 2*mb)
	}
}

// scans ask every address, and get banners from some.
func scans(l *dt.Logs) {
	for d := range int64(6) {
		for i := range 30 {
			c := dt.Conn{TS: dt.Start + d*dt.Day + int64(i)*dt.Hour/2, Src: fmt.Sprintf("198.51.100.%d", 200+i%9), Dst: fmt.Sprintf("10.1.1.%d", 40+i%12), Port: []int{22, 3389, 8080, 8443}[i%4], Duration: dt.Second, Out: 300, In: 1200}
			if i%3 > 0 {
				c.State = "S0"
			}
			l.Conn(c)
		}
	}
}

// public is a web server that opens on the third day.
func public(l *dt.Logs) {
	for d := int64(2); d < 6; d++ {
		for i := range 40 {
			visit(l, dt.Start+d*dt.Day+int64(i)*20*dt.Minute, fmt.Sprintf("192.0.2.%d", 10+i), "10.1.1.41", 443, 2000, 90_000)
		}
	}
}

// vendor comes in to a device each morning, from the first day on.
func vendor(l *dt.Logs) {
	for d := range int64(6) {
		visit(l, dt.Start+d*dt.Day+7*dt.Hour, "203.0.113.50", "10.1.7.20", 22, 90_000, mb)
	}
}

// ftp in its active mode: the server connects back with or for data.
func ftp(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 11*dt.Hour
	l.Conn(dt.Conn{TS: at, Src: "10.1.2.25", Dst: "203.0.113.60", Port: 21, Service: "ftp", Duration: dt.Minute, Out: 900, In: 2000})
	visit(l, at+dt.Second, "203.0.113.60", "10.1.2.25", 50_123, 0, 900_000)
}

// partner is a far end that the house deals with, and that begins to fetch results.
func partner(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 6) {
		visit(l, dt.Start+int64(i)*dt.Hour+9*dt.Hour, h, "203.0.113.61", 443, 9000, 90_000)
	}
	visit(l, dt.Start+3*dt.Day+9*dt.Hour, "203.0.113.61", "10.1.1.42", 104, 9000, 90_000)
}
