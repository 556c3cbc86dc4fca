package sweep

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner = "10.1.1.10" // the resolver of the house
	thief = "10.1.2.24"
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-files":     files,
		"positive-bytes":     volume,
		"positive-servers":   many,
		"innocent-indexer":   indexer,
		"innocent-scanner":   scanner,
		"innocent-migration": migration,
		"innocent-project":   project,
		"innocent-newcomer":  newcomer,
	} {
		l := dt.NewLogs(uint64(len(name)) * 67867967)
		hs := dt.Hosts("10.1.2.", 20)
		l.Browse(hs, dt.Sites(10), inner, 0, 6, 2)
		for _, h := range hs {
			for d := range int64(6) {
				for range 2 {
					at := dt.Start + d*dt.Day + 8*dt.Hour + l.Int64N(9*dt.Hour)
					open(l, at, h, nas(l.IntN(2)), 1+l.IntN(6), 100_000)
				}
			}
		}
		write(l)
		l.Save(t, name)
	}
}

func nas(n int) string { return fmt.Sprintf("10.1.1.%d", 30+n) }

// open lets a host read n files of about a size from a server within some minutes.
func open(l *dt.Logs, at int64, src, dst string, n int, size int64) {
	var sum int64
	for i := range n {
		x := size/2 + l.Int64N(size)
		sum += x
		l.SMBFile(at+int64(i)*dt.Second/2, src, dst, "OPEN", `\\`+dst+`\work`, fmt.Sprintf(`d%02d\f%04d.docx`, l.IntN(40), l.IntN(9000)), x)
	}
	l.Conn(dt.Conn{TS: at, Src: src, Dst: dst, Port: 445, Service: "smb", Duration: int64(n)*dt.Second/2 + dt.Second, Out: int64(n) * 900, In: sum})
}

// files goes through 700 small files of one tree on an evening.
func files(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 21*dt.Hour
	open(l, at, thief, nas(0), 700, 40_000)
	open(l, at+20*dt.Minute, thief, nas(5), 200, 40_000)
}

// volume takes 900 MB where no log names files.
func volume(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 22*dt.Hour
	for i := range int64(9) {
		l.Conn(dt.Conn{TS: at + i*4*dt.Minute, Src: thief, Dst: nas(int(i % 3)), Port: 2049, Duration: dt.Minute, Out: 900_000, In: 100_000_000})
	}
}

// many takes some files from each of forty machines.
func many(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 2*dt.Hour
	for i := range 40 {
		open(l, at+int64(i)*dt.Minute, thief, fmt.Sprintf("10.1.5.%d", 10+i), 8, 900_000)
	}
}

// indexer goes through everything on three nights.
func indexer(l *dt.Logs) {
	for _, d := range []int64{0, 2, 4} {
		open(l, dt.Start+d*dt.Day+2*dt.Hour, "10.1.1.50", nas(0), 900, 60_000)
	}
}

// scanner opens port 445 on two hundred machines.
func scanner(l *dt.Logs) {
	for i := range 200 {
		c := dt.Conn{TS: dt.Start + 2*dt.Day + 3*dt.Hour + int64(i)*10*dt.Second, Src: "10.1.1.51", Dst: fmt.Sprintf("10.1.6.%d", 10+i), Port: 445, Duration: dt.Second, Out: 900, In: 1400}
		if i%3 == 0 {
			c.State = "S0"
		}
		l.Conn(c)
	}
}

// migration is a new file server that copies the old ones and is used from then on.
func migration(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 20*dt.Hour
	open(l, at, "10.1.1.52", nas(0), 2000, 300_000)
	for i, h := range dt.Hosts("10.1.2.", 20) {
		open(l, at+12*dt.Hour+int64(i)*dt.Minute, h, "10.1.1.52", 3, 100_000)
	}
}

// project is somebody who copies a folder by day: much, not far from others.
func project(l *dt.Logs) {
	open(l, dt.Start+2*dt.Day+10*dt.Hour, "10.1.2.31", nas(0), 60, 1_500_000)
}

// newcomer is a machine that is set up and fetches its profile.
func newcomer(l *dt.Logs) {
	open(l, dt.Start+4*dt.Day+9*dt.Hour, "10.1.2.99", nas(0), 500, 100_000)
}
