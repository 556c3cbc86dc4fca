package beacon

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const resolver = "10.1.1.10"

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-jitter50":  jitter50,
		"positive-attempts":  attempts,
		"positive-slow":      slow,
		"innocent-updater":   updater,
		"innocent-appliance": appliance,
		"innocent-ntp":       ntp,
		"innocent-browsing":  browsing,
		"innocent-gone":      gone,
		"innocent-transfer":  transfers,
	} {
		l := dt.NewLogs(uint64(len(name)) * 7919)
		write(l)
		l.Save(t, name)
	}
}

// jittered returns moments from start to end, a period apart that varies by
// plus or minus jitter, of which a share is missing.
func jittered(l *dt.Logs, start, end, period int64, jitter, missing float64) (ts []int64) {
	for at := start; at < end; at += int64(float64(period) * (1 + jitter*(2*l.Float64()-1))) {
		if l.Float64() >= missing {
			ts = append(ts, at)
		}
	}
	return ts
}

// jitter50 is an implant that sleeps ten minutes, plus or minus half of it, and
// misses a fifth of its beats.
func jitter50(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), resolver, 0, 3, 4)
	for _, ts := range jittered(l, dt.Start+32*dt.Hour, dt.Start+3*dt.Day, 10*dt.Minute, 0.5, 0.2) {
		l.DNS(dt.DNS{TS: ts - 40_000, Src: hs[7], Resolver: resolver, Query: "cdn.telemetry-relay.test", Answers: []string{"203.0.113.77"}})
		l.Conn(dt.Conn{TS: ts, Src: hs[7], Dst: "203.0.113.77", Port: 443, Service: "ssl", Duration: dt.Second, Out: 900 + l.Int64N(90), In: 1500 + l.Int64N(90)})
	}
}

// attempts is an implant whose server is down.
func attempts(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 8)
	l.Browse(hs, dt.Sites(10), resolver, 0, 1, 6)
	for _, ts := range jittered(l, dt.Start+9*dt.Hour, dt.Start+13*dt.Hour, dt.Minute, 0.1, 0.02) {
		l.Conn(dt.Conn{TS: ts, Src: hs[3], Dst: "203.0.113.9", Port: 4444, State: "S0"})
	}
}

// slow calls four times a day for two weeks.
func slow(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 12)
	l.Browse(hs, dt.Sites(15), resolver, 0, 14, 2)
	for _, ts := range jittered(l, dt.Start+2*dt.Day, dt.Start+14*dt.Day, 6*dt.Hour, 0.1, 0.05) {
		l.Conn(dt.Conn{TS: ts, Src: hs[5], Dst: "203.0.113.40", Port: 443, Service: "ssl", Duration: 2 * dt.Second, Out: 1200, In: 2400})
	}
}

// updater is software that every host has.
func updater(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), resolver, 0, 3, 2)
	for _, h := range hs {
		for _, ts := range jittered(l, dt.Start+l.Int64N(4*dt.Hour), dt.Start+3*dt.Day, 4*dt.Hour, 0.05, 0) {
			l.DNS(dt.DNS{TS: ts - 40_000, Src: h, Resolver: resolver, Query: "update.vendor.example", Answers: []string{"203.0.113.5"}})
			l.Conn(dt.Conn{TS: ts, Src: h, Dst: "203.0.113.5", Port: 443, Service: "ssl", Duration: dt.Second, Out: 2000, In: 9000})
		}
	}
}

// appliance is a building controller that talks to its maker and to nobody else.
func appliance(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), resolver, 0, 5, 2)
	for _, ts := range jittered(l, dt.Start+2*dt.Minute, dt.Start+5*dt.Day, 15*dt.Minute, 0.02, 0.02) {
		l.DNS(dt.DNS{TS: ts - 40_000, Src: "10.1.9.5", Resolver: resolver, Query: "edge.controls.example", Answers: []string{"203.0.113.6"}})
		l.Conn(dt.Conn{TS: ts, Src: "10.1.9.5", Dst: "203.0.113.6", Port: 443, Service: "ssl", Duration: dt.Second, Out: 1600, In: 2100})
	}
}

// ntp is a machine that sets its clock by four servers.
func ntp(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), resolver, 0, 2, 2)
	for i := range 4 {
		for _, ts := range jittered(l, dt.Start+l.Int64N(dt.Hour), dt.Start+2*dt.Day, 1024*dt.Second, 0.01, 0) {
			l.Conn(dt.Conn{TS: ts, Src: hs[2], Dst: fmt.Sprintf("203.0.113.%d", 120+i), Port: 123, Proto: "udp", Service: "ntp", Duration: 20_000, Out: 48, In: 48})
		}
	}
}

// browsing is people with favourite pages that few others read.
func browsing(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 15)
	l.Browse(hs, dt.Sites(40), resolver, 0, 4, 6)
	for i, h := range hs {
		site, ip := fmt.Sprintf("www.hobby%02d.example", i), fmt.Sprintf("203.0.113.%d", 20+i)
		for d := range 4 {
			for range 1 + l.IntN(6) {
				at := int64(dt.Start) + int64(d)*dt.Day + 8*dt.Hour + l.Int64N(9*dt.Hour)
				l.DNS(dt.DNS{TS: at, Src: h, Resolver: resolver, Query: site, Answers: []string{ip}})
				for range 1 + l.IntN(8) { // pages, read for a while each
					l.Conn(dt.Conn{TS: at, Src: h, Dst: ip, Port: 443, Service: "ssl", Duration: dt.Second, Out: 2000, In: 80_000})
					at += int64(l.ExpFloat64() * 70 * float64(dt.Second))
				}
			}
		}
	}
}

// gone is a device whose maker switched the server off.
func gone(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), resolver, 0, 6, 2)
	for _, ts := range jittered(l, dt.Start+dt.Hour, dt.Start+6*dt.Day, 3*dt.Hour, 0.3, 0) {
		l.Conn(dt.Conn{TS: ts, Src: "10.1.9.8", Dst: "203.0.113.8", Port: 1433, State: "S0"})
	}
}

// transfers is one large job, sent in parts of equal size.
func transfers(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	l.Browse(hs, dt.Sites(15), resolver, 0, 2, 2)
	for _, ts := range jittered(l, dt.Start+34*dt.Hour, dt.Start+34*dt.Hour+15*dt.Minute, 45*dt.Second, 0.2, 0) {
		l.DNS(dt.DNS{TS: ts - 40_000, Src: hs[4], Resolver: resolver, Query: "ingest.consortium.example", Answers: []string{"203.0.113.60"}})
		l.Conn(dt.Conn{TS: ts, Src: hs[4], Dst: "203.0.113.60", Port: 443, Service: "ssl", Duration: 40 * dt.Second, Out: 300_000_000, In: 90_000})
	}
}
