package mismatch

import (
	"fmt"
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
		"positive-custom":    custom,
		"positive-mailtls":   mailTLS,
		"positive-ssh443":    ssh443,
		"innocent-midstream": midstream,
		"innocent-support":   support,
		"innocent-sharing":   sharing,
		"innocent-device":    device,
		"innocent-flows":     flows,
	} {
		l := dt.NewLogs(uint64(len(name)) * 67867967)
		if name != "innocent-flows" {
			l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), inner, 0, 4, 4)
		}
		write(l)
		l.Save(t, name)
	}
}

func conn(l *dt.Logs, ts int64, src, dst string, port int, service string, out, in int64) {
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Port: port, Service: service, Duration: 4 * dt.Second, Out: out, In: in})
}

// custom is an implant that speaks a protocol of its own on 443.
func custom(l *dt.Logs) {
	for range 30 {
		conn(l, dt.Start+dt.Day+l.Int64N(2*dt.Day), "10.1.2.24", far, 443, "", 900+l.Int64N(4000), 500+l.Int64N(2000))
	}
}

// mailTLS is one that speaks TLS on the port of mail, to a server that is none.
func mailTLS(l *dt.Logs) {
	for i := range int64(12) {
		conn(l, dt.Start+dt.Day+i*dt.Hour, "10.1.2.25", far, 25, "ssl", 2000+l.Int64N(900), 3000+l.Int64N(900))
	}
}

// ssh443 is a shell that leaves by the port of the web.
func ssh443(l *dt.Logs) {
	for i := range int64(3) {
		conn(l, dt.Start+2*dt.Day+i*dt.Hour, "10.1.2.26", far, 443, "ssh", 90_000+l.Int64N(9000), 30_000)
	}
}

// midstream is a service of which the sensor missed some beginnings.
func midstream(l *dt.Logs) {
	for i := range int64(30) {
		service := ""
		if i%5 == 0 {
			service = "ssl"
		}
		conn(l, dt.Start+dt.Day+i*dt.Hour, "10.1.2.27", far, 443, service, 5000, 9000)
	}
}

// support is remote support with a protocol of its own, on every host.
func support(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 20) {
		for d := range int64(4) {
			conn(l, dt.Start+d*dt.Day+7*dt.Hour+int64(i)*dt.Minute, h, far, 443, "", 40_000, 30_000)
		}
	}
}

// sharing is a program that shares files with anybody, on ports that are open.
func sharing(l *dt.Logs) {
	for i := range int64(25) {
		conn(l, dt.Start+2*dt.Day+i*dt.Minute, "10.1.2.30", fmt.Sprintf("203.0.113.%d", 100+i), 80, "", 40_000, 90_000)
	}
}

// device speaks its maker's protocol on 443, from the first hour on.
func device(l *dt.Logs) {
	for h := range int64(96) {
		conn(l, dt.Start+h*dt.Hour, "10.1.9.3", far, 443, "", 700, 300)
	}
}

// flows is records of a router, which recognises nothing.
func flows(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 20) {
		for k := range int64(12) {
			conn(l, dt.Start+k*dt.Hour+int64(i)*dt.Minute, h, fmt.Sprintf("198.51.100.%d", 1+(int64(i)*7+k)%60), 443, "", 3000, 40_000)
		}
	}
}
