package clinic

import (
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner   = "10.1.1.10" // the resolver of the house
	archive = "10.1.1.50"
	engine  = "10.1.1.60" // of HL7 messages
	records = "10.1.1.61"
	far     = "203.0.113.77"
	partner = "203.0.113.20"
)

var scanners = dt.Hosts("10.1.9.", 6)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-egress":        egress,
		"positive-messages":      messages,
		"positive-pull":          pull,
		"positive-move":          move,
		"positive-worm":          worm,
		"innocent-replication":   replication,
		"innocent-maintenance":   maintenance,
		"innocent-newscanner":    newScanner,
		"innocent-migration":     migration,
		"innocent-distribution":  distribution,
		"innocent-workstations":  workstations,
		"innocent-administrator": administrator,
	} {
		l := dt.NewLogs(uint64(len(name))*49979687 + uint64(name[len(name)-1]))
		house(l)
		write(l)
		l.Save(t, name)
	}
}

// house is a week of thirty machines of people, six scanners that send to the
// archive and ask it for their patients, and messages to the records.
func house(l *dt.Logs) {
	l.Browse(dt.Hosts("10.1.2.", 30), dt.Sites(15), inner, 0, 7, 2)
	for _, s := range scanners {
		for d := range int64(7) {
			for range 3 {
				ts := dt.Start + d*dt.Day + 7*dt.Hour + l.Int64N(11*dt.Hour)
				l.Conn(dt.Conn{TS: ts, Src: s, Dst: archive, Port: 104, Duration: dt.Second, Out: 900, In: 4000})
				n := 60_000_000 + l.Int64N(100_000_000)
				l.Conn(dt.Conn{TS: ts + dt.Minute, Src: s, Dst: archive, Port: 11112, Duration: 10 * dt.Second, Out: n, In: n / 600})
			}
			ts := dt.Start + d*dt.Day + l.Int64N(dt.Hour)
			call(l, ts, s, "rsvp.scanworks.example", "203.0.113.30", 3000, 4300)
		}
	}
	for d := range int64(7) {
		for range 10 {
			l.Conn(dt.Conn{TS: dt.Start + d*dt.Day + l.Int64N(dt.Day), Src: engine, Dst: records, Port: 2575, Duration: dt.Second / 5, Out: 2000 + l.Int64N(5000), In: 300})
		}
	}
}

// call is a look-up and a TLS connection.
func call(l *dt.Logs, ts int64, src, name, ip string, out, in int64) {
	l.DNS(dt.DNS{TS: ts, Src: src, Resolver: inner, Query: name, Answers: []string{ip}})
	l.Conn(dt.Conn{TS: ts + 40_000, Src: src, Dst: ip, Port: 443, Service: "ssl", Duration: 2 * dt.Second, Out: out, In: in})
}

// egress is a scanner that sends images to an address outside, at night.
func egress(l *dt.Logs) {
	at := int64(dt.Start) + 5*dt.Day + 22*dt.Hour
	for range 12 {
		l.Conn(dt.Conn{TS: at, Src: scanners[2], Dst: far, Port: 443, Service: "ssl", Duration: 30 * dt.Second, Out: 20_000_000 + l.Int64N(1_000_000), In: 40_000})
		at += 4 * dt.Minute
	}
}

// messages are those of patients that the engine hands to a stranger as well.
func messages(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day
	for range 300 {
		at += l.Int64N(15 * dt.Minute)
		l.Conn(dt.Conn{TS: at, Src: engine, Dst: far, Port: 2575, Duration: dt.Second / 5, Out: 2000 + l.Int64N(5000), In: 300})
	}
}

// pull is a machine of an office that fetches studies all night (C-GET).
func pull(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 21*dt.Hour
	for range 90 {
		n := 100_000_000 + l.Int64N(300_000_000)
		l.Conn(dt.Conn{TS: at, Src: "10.1.2.33", Dst: archive, Port: 11112, Duration: 20 * dt.Second, Out: n / 500, In: n})
		at += 90*dt.Second + l.Int64N(dt.Minute)
	}
}

// move is the same by C-MOVE: the archive opens the connections.
func move(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 21*dt.Hour
	for range 90 {
		n := 100_000_000 + l.Int64N(300_000_000)
		l.Conn(dt.Conn{TS: at, Src: "10.1.2.33", Dst: archive, Port: 104, Duration: dt.Second, Out: 700, In: 300})
		l.Conn(dt.Conn{TS: at + dt.Second, Src: archive, Dst: "10.1.2.33", Port: 11112, Duration: 20 * dt.Second, Out: n, In: n / 500})
		at += 90*dt.Second + l.Int64N(dt.Minute)
	}
}

// worm is a scanner that copies itself to all machines that it finds.
func worm(l *dt.Logs) {
	at := int64(dt.Start) + 5*dt.Day + 3*dt.Hour
	for _, h := range append(dt.Hosts("10.1.2.", 30), scanners[0], scanners[3]) {
		l.Conn(dt.Conn{TS: at, Src: scanners[1], Dst: h, Port: 445, Service: "gssapi,smb", Duration: 3 * dt.Second, Out: 462_000 + l.Int64N(1500), In: 9000})
		at += 20*dt.Second + l.Int64N(dt.Minute)
	}
}

// replication is a copy of all images for a partner, each night by DICOM over TLS,
// and for a second archive.
func replication(l *dt.Logs) {
	for d := range int64(7) {
		at := dt.Start + d*dt.Day + 2*dt.Hour
		for range 20 {
			n := 80_000_000 + l.Int64N(90_000_000)
			l.Conn(dt.Conn{TS: at, Src: archive, Dst: partner, Port: 2762, Service: "ssl", Duration: 30 * dt.Second, Out: n, In: n / 700})
			l.Conn(dt.Conn{TS: at + 40*dt.Second, Src: archive, Dst: "10.1.1.51", Port: 11112, Duration: 30 * dt.Second, Out: n, In: n / 700})
			at += 3 * dt.Minute
		}
	}
}

// maintenance is the maker's new service, which sends updates to his machines and
// takes their service logs.
func maintenance(l *dt.Logs) {
	for i, s := range scanners[:4] {
		at := dt.Start + 4*dt.Day + int64(i)*dt.Hour + 9*dt.Hour
		call(l, at, s, "updates.scanworks-cloud.example", "203.0.113.44", 400_000, 300_000_000)
		call(l, at+dt.Hour, s, "updates.scanworks-cloud.example", "203.0.113.44", 3_000_000, 90_000)
	}
}

// newScanner arrives in the middle of the week.
func newScanner(l *dt.Logs) {
	for d := range int64(3) {
		for range 12 {
			ts := dt.Start + (4+d)*dt.Day + 7*dt.Hour + l.Int64N(11*dt.Hour)
			n := 100_000_000 + l.Int64N(300_000_000)
			l.Conn(dt.Conn{TS: ts, Src: "10.1.9.40", Dst: archive, Port: 104, Duration: dt.Second, Out: 900, In: 4000})
			l.Conn(dt.Conn{TS: ts + dt.Minute, Src: "10.1.9.40", Dst: archive, Port: 11112, Duration: 10 * dt.Second, Out: n, In: n / 600})
		}
		call(l, dt.Start+(4+d)*dt.Day+dt.Hour, "10.1.9.40", "rsvp.scanworks.example", "203.0.113.30", 3000, 4300)
	}
}

// migration fills a new archive from the old one, for three days, by day and night;
// the scanners send to it as well.
func migration(l *dt.Logs) {
	for at := int64(dt.Start) + 4*dt.Day; at < dt.Start+7*dt.Day; at += 20 * dt.Minute {
		n := 200_000_000 + l.Int64N(400_000_000)
		l.Conn(dt.Conn{TS: at, Src: archive, Dst: "10.1.1.52", Port: 11112, Duration: dt.Minute, Out: n, In: n / 600})
	}
	for _, s := range scanners {
		n := 60_000_000 + l.Int64N(100_000_000)
		l.Conn(dt.Conn{TS: dt.Start + 6*dt.Day + 9*dt.Hour + l.Int64N(dt.Hour), Src: s, Dst: "10.1.1.52", Port: 11112, Duration: 10 * dt.Second, Out: n, In: n / 600})
	}
}

// distribution is a server that puts an update on all machines, on four days.
func distribution(l *dt.Logs) {
	for d := range int64(4) {
		at := dt.Start + (1+d)*dt.Day + 20*dt.Hour
		for _, h := range dt.Hosts("10.1.2.", 30) {
			l.Conn(dt.Conn{TS: at, Src: "10.1.1.30", Dst: h, Port: 445, Service: "gssapi,smb", Duration: 3 * dt.Second, Out: 8_000_000 + d*1_000_000 + l.Int64N(5000), In: 20_000})
			l.Conn(dt.Conn{TS: at - 10*dt.Hour, Src: h, Dst: "10.1.1.30", Port: 8530, Duration: dt.Second, Out: 3000, In: 9000})
			at += 20 * dt.Second
		}
	}
}

// workstations are eight at which images are looked at all day, one of them new.
func workstations(l *dt.Logs) {
	for i, w := range dt.Hosts("10.1.8.", 8) {
		for d := range int64(7) {
			if i == 7 && d < 3 {
				continue
			}
			for range 14 {
				n := 50_000_000 + l.Int64N(200_000_000)
				l.Conn(dt.Conn{TS: dt.Start + d*dt.Day + 7*dt.Hour + l.Int64N(10*dt.Hour), Src: w, Dst: archive, Port: 11112, Duration: 9 * dt.Second, Out: n / 500, In: n})
			}
		}
	}
}

// administrator writes different tools to some machines, and a scanner of
// vulnerabilities asks all of them the same.
func administrator(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 12) {
		l.Conn(dt.Conn{TS: dt.Start + 4*dt.Day + 10*dt.Hour + int64(i)*7*dt.Minute, Src: "10.1.2.90", Dst: h, Port: 445, Duration: dt.Minute, Out: 70_000 + l.Int64N(9_000_000), In: 50_000})
	}
	for i, h := range dt.Hosts("10.1.2.", 30) {
		l.Conn(dt.Conn{TS: dt.Start + 3*dt.Day + 22*dt.Hour + int64(i)*dt.Minute, Src: "10.1.1.40", Dst: h, Port: 445, Duration: dt.Second, Out: 14_000 + l.Int64N(40), In: 9000})
		for _, s := range scanners {
			l.Conn(dt.Conn{TS: dt.Start + 3*dt.Day + 23*dt.Hour + int64(i)*dt.Minute, Src: "10.1.1.40", Dst: s, Port: 1000 + i, State: "S0"})
		}
	}
}
