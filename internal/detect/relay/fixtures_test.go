package relay

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner  = "10.1.1.10" // the resolver of the house
	far    = "203.0.113.77"
	pivot  = "10.1.2.24"
	device = "10.1.7.20" // meets nobody outside
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-pivot":        pivoting,
		"positive-htran":        htran,
		"innocent-balancer":     balancer,
		"innocent-proxy":        proxy,
		"innocent-mail":         mail,
		"innocent-desktop":      desktop,
		"innocent-fileexchange": exchange,
	} {
		l := dt.NewLogs(uint64(len(name)) * 32452867)
		l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(10), inner, 0, 6, 3)
		write(l)
		l.Save(t, name)
	}
}

// pass lets a session go over a host: asker to host, host to target.
func pass(l *dt.Logs, at int64, asker, host, target string, inPort, outPort int, forth, back int64) {
	d := 2*dt.Second + l.Int64N(dt.Minute)
	l.Conn(dt.Conn{TS: at, Src: asker, Dst: host, Port: inPort, Duration: d, Out: forth, In: back})
	l.Conn(dt.Conn{TS: at + 5_000 + l.Int64N(90_000), Src: host, Dst: target, Port: outPort, Duration: d - 10_000, Out: forth + l.Int64N(9), In: back})
}

// pivoting takes what a device gives to the outside, over a PC.
func pivoting(l *dt.Logs) {
	for i := range int64(12) {
		pass(l, dt.Start+4*dt.Day+22*dt.Hour+i*7*dt.Minute, device, pivot, far, 9443, 443, 100_000+l.Int64N(9_000_000), 2000+l.Int64N(4000))
	}
}

// htran lets the outside in to a server, over a PC.
func htran(l *dt.Logs) {
	for i := range int64(8) {
		pass(l, dt.Start+3*dt.Day+20*dt.Hour+i*9*dt.Minute, far, pivot, "10.1.1.44", 443, 3389, 9000+l.Int64N(90_000), 200_000+l.Int64N(900_000))
	}
}

// balancer passes visitors from outside on to two servers, from the first day on.
func balancer(l *dt.Logs) {
	for d := range int64(6) {
		for i := range 60 {
			pass(l, dt.Start+d*dt.Day+int64(i)*20*dt.Minute, fmt.Sprintf("192.0.2.%d", 10+i%40), "10.1.1.50", fmt.Sprintf("10.1.1.%d", 51+i%2), 443, 8443, 3000, 90_000+l.Int64N(90_000))
		}
	}
}

// proxy passes ten hosts on to sites, from the first day on.
func proxy(l *dt.Logs) {
	for d := range int64(6) {
		for i, h := range dt.Hosts("10.1.3.", 10) {
			pass(l, dt.Start+d*dt.Day+8*dt.Hour+int64(i)*13*dt.Minute, h, "10.1.1.60", fmt.Sprintf("198.51.100.%d", 60+i%5), 8080, 443, 9000, 90_000+l.Int64N(900_000))
		}
	}
}

// mail is a relay that takes from a mail server and hands to a provider.
func mail(l *dt.Logs) {
	for d := range int64(6) {
		for i := range int64(15) {
			pass(l, dt.Start+d*dt.Day+8*dt.Hour+i*31*dt.Minute, "10.1.1.61", "10.1.1.62", "203.0.113.25", 25, 25, 30_000+l.Int64N(900_000), 900)
		}
	}
}

// desktop is a gateway by which a vendor comes in, from the first day on.
func desktop(l *dt.Logs) {
	for d := range int64(6) {
		pass(l, dt.Start+d*dt.Day+10*dt.Hour, "203.0.113.30", "10.1.1.63", "10.1.1.70", 443, 3389, 90_000+l.Int64N(9000), 3_000_000+l.Int64N(900_000))
	}
}

// exchange takes a file from a host and sends it to a partner a minute later.
func exchange(l *dt.Logs) {
	for i := range int64(6) {
		at := dt.Start + 3*dt.Day + 9*dt.Hour + i*dt.Hour/3
		n := 400_000 + l.Int64N(900_000)
		l.Conn(dt.Conn{TS: at, Src: "10.1.2.30", Dst: "10.1.1.64", Port: 22, Duration: 5 * dt.Second, Out: n, In: 3000})
		l.Conn(dt.Conn{TS: at + dt.Minute, Src: "10.1.1.64", Dst: "203.0.113.33", Port: 22, Duration: 5 * dt.Second, Out: n, In: 3000})
	}
}
