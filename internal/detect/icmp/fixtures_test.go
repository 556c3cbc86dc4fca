package icmp

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
		"positive-tunnel":     tunnel,
		"positive-inbound":    inbound,
		"innocent-monitor":    monitor,
		"innocent-loss":       loss,
		"innocent-sizes":      sizes,
		"innocent-crowd":      crowd,
		"innocent-unanswered": unanswered,
	} {
		l := dt.NewLogs(uint64(len(name)) * 32452843)
		hs := dt.Hosts("10.1.2.", 20)
		l.Browse(hs, dt.Sites(15), inner, 0, 3, 4)
		write(l)
		l.Save(t, name)
	}
}

func ping(l *dt.Logs, ts int64, src, dst string, out, in, outPkts, inPkts int64) {
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Proto: "icmp", Duration: max(outPkts, 1) * dt.Second, Out: out, In: in, OutPkts: outPkts, InPkts: inPkts, State: "OTH"})
}

// tunnel is a shell over ICMP for two hours of a night: polls with little in
// them, commands that come in and output that goes out.
func tunnel(l *dt.Logs) {
	at := int64(dt.Start) + 26*dt.Hour
	for range 24 {
		packets := 250 + l.Int64N(100)
		ping(l, at, "10.1.2.24", far, packets*100+l.Int64N(9000), packets*60+l.Int64N(3000), packets, packets)
		at += 5 * dt.Minute
	}
}

// inbound is the same, asked from outside: the host answers with data.
func inbound(l *dt.Logs) {
	at := int64(dt.Start) + 50*dt.Hour
	for range 12 {
		packets := 200 + l.Int64N(100)
		ping(l, at, far, "10.1.2.24", packets*40+l.Int64N(2000), packets*400+l.Int64N(9000), packets, packets)
		at += 10 * dt.Minute
	}
}

// monitor pings thirty far ends and twenty machines every minute.
func monitor(l *dt.Logs) {
	for i := range int64(30) {
		for h := range int64(20) {
			ping(l, dt.Start+h*3*dt.Hour+i*dt.Second, "10.1.1.40", dt.Hosts("198.51.100.", 30)[i], 3600*56, 3600*56, 3600, 3600)
		}
	}
}

// loss is one line that is watched, over which packets get lost.
func loss(l *dt.Logs) {
	for h := range int64(70) {
		ping(l, dt.Start+h*dt.Hour, "10.1.2.30", far, 3600*56, (3600-h)*56, 3600, 3600-h)
	}
}

// sizes is somebody who looks for the largest packet that gets through.
func sizes(l *dt.Logs) {
	at := int64(dt.Start) + 34*dt.Hour
	for i := range int64(12) {
		n := 1300 + i*16
		ping(l, at, "10.1.2.31", far, 3*n, 3*n, 3, 3)
		at += 20 * dt.Second
	}
}

// crowd is a product that measures the way to its maker with two sizes, on all
// machines.
func crowd(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 20) {
		for k := range int64(30) {
			ping(l, dt.Start+int64(i)*dt.Minute+k*2*dt.Hour, h, far, 10*32+10*1400, 10*32+9*1400, 20, 19)
		}
	}
}

// unanswered is a device that pings a server that is gone, from a log without
// packets.
func unanswered(l *dt.Logs) {
	for h := range int64(70) {
		ping(l, dt.Start+h*dt.Hour, "10.1.2.33", far, 3600*32, 0, 0, 0)
	}
}
