package cloud

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
		"positive-rclone":     rclone,
		"positive-drop":       gofile,
		"positive-own-drive":  ownDrive,
		"innocent-drive":      drive,
		"innocent-backup":     backup,
		"innocent-attachment": attachment,
		"innocent-download":   download,
	} {
		l := dt.NewLogs(uint64(len(name)) * 32452867)
		l.Browse(dt.Hosts("10.1.2.", 20), dt.Sites(15), inner, 0, 7, 3)
		write(l)
		l.Save(t, name)
	}
}

// put is one upload over TLS to a far end by name.
func put(l *dt.Logs, ts int64, src, dst, name string, out, in int64) {
	l.DNS(dt.DNS{TS: ts - 40_000, Src: src, Resolver: inner, Query: name, Answers: []string{dst}})
	l.TLS(dt.TLS{TS: ts + 20_000, Src: src, Dst: dst, Port: 443, ServerName: name})
	l.Conn(dt.Conn{TS: ts, Src: src, Dst: dst, Port: 443, Service: "ssl", Duration: 30 * dt.Second, Out: out, In: in})
}

// rclone copies a share to a rented machine that speaks WebDAV, in the clear.
func rclone(l *dt.Logs) {
	for i := range int64(40) {
		ts := dt.Start + 5*dt.Day + 22*dt.Hour + i*dt.Minute
		l.HTTP(dt.HTTP{
			Conn:   dt.Conn{TS: ts, Src: "10.1.2.24", Dst: far, Port: 80, Duration: 40 * dt.Second, Out: 90_000_000 + i, In: 800},
			Method: "PUT", Host: "dav.rented.example", URI: "/share/a", Agent: "rclone/v1.68.2", Status: 201,
		})
	}
}

// gofile is a few archives, given to a service that asks nobody's name.
func gofile(l *dt.Logs) {
	for i := range int64(6) {
		put(l, dt.Start+5*dt.Day+23*dt.Hour+i*3*dt.Minute, "10.1.2.25", far, "store4.gofile.io", 250_000_000+i, 40_000)
	}
}

// drives lets all hosts keep a few megabytes in a cloud each day.
func drives(l *dt.Logs) {
	for d := range int64(5) {
		for i, h := range dt.Hosts("10.1.2.", 20) {
			ts := dt.Start + d*dt.Day + 8*dt.Hour + int64(i)*20*dt.Minute
			put(l, ts, h, far, "client.dropbox.com", 2_000_000+l.Int64N(20_000_000), 3_000_000)
		}
	}
}

// ownDrive is somebody who moves a share into that cloud in one evening.
func ownDrive(l *dt.Logs) {
	drives(l)
	for i := range int64(50) {
		put(l, dt.Start+4*dt.Day+20*dt.Hour+i*dt.Minute, "10.1.2.27", far, "client.dropbox.com", 400_000_000+i, 60_000)
	}
}

func drive(l *dt.Logs) { drives(l) }

// backup is a server whose restic sends the day to a bucket, as it always did.
func backup(l *dt.Logs) {
	for d := range int64(7) {
		put(l, dt.Start+d*dt.Day+2*dt.Hour, "10.1.1.30", far, "lakeside.s3.eu-central-1.amazonaws.com", 900_000_000+l.Int64N(200_000_000), 600_000)
	}
}

// attachment is somebody who sends a colleague one file.
func attachment(l *dt.Logs) {
	put(l, dt.Start+3*dt.Day+10*dt.Hour, "10.1.2.31", far, "prod.wetransfer.com", 12_000_000, 90_000)
}

// download is a student who fetches films.
func download(l *dt.Logs) {
	for i := range int64(20) {
		put(l, dt.Start+3*dt.Day+10*dt.Hour+i*dt.Minute, "10.1.2.32", far, "gfs204.userstorage.mega.co.nz", 900_000, 300_000_000)
	}
}
