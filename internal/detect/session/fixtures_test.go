package session

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
		"positive-reverse":  reverse,
		"positive-rejoined": rejoined,
		"innocent-support":  support,
		"innocent-page":     page,
		"innocent-push":     push,
		"innocent-vpn":      vpn,
		"innocent-radio":    radio,
	} {
		l := dt.NewLogs(uint64(len(name)) * 49979687)
		l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), inner, 0, 5, 4)
		write(l)
		l.Save(t, name)
	}
}

// reverse is a tunnel that a host opens by SSH and through which somebody outside
// works inside for nine hours.
func reverse(l *dt.Logs) {
	l.Conn(dt.Conn{TS: dt.Start + 2*dt.Day + 19*dt.Hour, Src: "10.1.2.24", Dst: far, Port: 22, Service: "ssh", Duration: 9 * dt.Hour, Out: 48_000_000, In: 3_000_000})
}

// rejoined is one over TLS that the thief's server cuts every half an hour, and
// that goes on for a day and a half.
func rejoined(l *dt.Logs) {
	at := int64(dt.Start + 2*dt.Day + 6*dt.Hour)
	for range 70 {
		long := 28*dt.Minute + l.Int64N(2*dt.Minute)
		l.Conn(dt.Conn{TS: at, Src: "10.1.2.25", Dst: far, Port: 443, Service: "ssl", Duration: long, Out: 900_000 + l.Int64N(400_000), In: 120_000 + l.Int64N(90_000)})
		at += long + l.Int64N(20*dt.Second)
	}
}

// support is remote support that every host of the house is connected to.
func support(l *dt.Logs) {
	for d := range int64(5) {
		for i, h := range dt.Hosts("10.1.2.", 20) {
			ts := dt.Start + d*dt.Day + 7*dt.Hour + int64(i)*dt.Minute
			l.DNS(dt.DNS{TS: ts - 40_000, Src: h, Resolver: inner, Query: "router.remotehelp.example", Answers: []string{far}})
			l.Conn(dt.Conn{TS: ts, Src: h, Dst: far, Port: 443, Service: "ssl", Duration: 9 * dt.Hour, Out: 3_000_000, In: 1_000_000})
		}
	}
}

// page is one person's page, left open over the day.
func page(l *dt.Logs) {
	ts := int64(dt.Start + 3*dt.Day + 8*dt.Hour)
	l.DNS(dt.DNS{TS: ts - 40_000, Src: "10.1.2.27", Resolver: inner, Query: "live.ticker.example", Answers: []string{far}})
	l.Conn(dt.Conn{TS: ts, Src: "10.1.2.27", Dst: far, Port: 443, Service: "ssl", Duration: 8 * dt.Hour, Out: 400_000, In: 9_000_000})
}

// push is a device that waits for messages, from its first hour on.
func push(l *dt.Logs) {
	for d := range int64(5) {
		l.Conn(dt.Conn{TS: dt.Start + d*dt.Day + dt.Minute, Src: "10.1.9.4", Dst: far, Port: 8883, Service: "ssl", Duration: 24*dt.Hour - 2*dt.Minute, Out: 700_000, In: 200_000})
	}
}

// vpn is the line to the house's other site, as old as the records.
func vpn(l *dt.Logs) {
	for d := range int64(5) {
		l.Conn(dt.Conn{TS: dt.Start + d*dt.Day, Src: "10.1.1.1", Dst: far, Port: 4500, Proto: "udp", Duration: 24*dt.Hour - dt.Minute, Out: 9_000_000_000, In: 4_000_000_000})
	}
}

// radio plays in an office.
func radio(l *dt.Logs) {
	for d := range int64(4) {
		l.Conn(dt.Conn{TS: dt.Start + dt.Day + d*dt.Day + 8*dt.Hour, Src: "10.1.2.30", Dst: far, Port: 8000, Duration: 9 * dt.Hour, Out: 600_000, In: 500_000_000})
	}
}
