package movement

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const (
	inner = "10.1.1.10" // the resolver and domain controller of the house
	thief = "10.1.2.24"
)

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-service":   service,
		"positive-path":      path,
		"positive-winrm":     winrm,
		"innocent-admin":     admin,
		"innocent-gateway":   gateway,
		"innocent-scanner":   scanner,
		"innocent-cluster":   cluster,
		"innocent-support":   support,
		"innocent-printserv": printServer,
	} {
		l := dt.NewLogs(uint64(len(name)) * 86028121)
		hs := dt.Hosts("10.1.2.", 20)
		l.Browse(hs, dt.Sites(10), inner, 0, 6, 2)
		for i, h := range hs {
			for d := range int64(6) {
				at := dt.Start + d*dt.Day + 8*dt.Hour + l.Int64N(dt.Hour)
				l.Ticket(at, h, inner, fmt.Sprintf("user%02d/HOUSE.EXAMPLE", i), "cifs/nas1")
				smb(l, at, h, "10.1.1.30", 20_000, 900_000)
			}
		}
		write(l)
		l.Save(t, name)
	}
}

func conn(l *dt.Logs, at int64, src, dst string, port int, out, in int64) {
	l.Conn(dt.Conn{TS: at, Src: src, Dst: dst, Port: port, Duration: 20 * dt.Second, Out: out, In: in})
}

func smb(l *dt.Logs, at int64, src, dst string, out, in int64) { conn(l, at, src, dst, 445, out, in) }

// service is how PsExec works: a program into ADMIN$, a service, its output.
func service(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 22*dt.Hour
	l.Ticket(at, thief, inner, "admin7/HOUSE.EXAMPLE", "cifs/ws31")
	smb(l, at+dt.Second, thief, "10.1.2.31", 620_000, 30_000)
	l.Share(at+dt.Second, thief, "10.1.2.31", `\\10.1.2.31\ADMIN$`)
	l.SMBFile(at+2*dt.Second, thief, "10.1.2.31", "WRITE", `\\10.1.2.31\ADMIN$`, "updsvc.exe", 600_000)
	conn(l, at+3*dt.Second, thief, "10.1.2.31", 135, 900, 4000)
	l.RPC(at+3*dt.Second, thief, "10.1.2.31", 445, "svcctl", "CreateServiceW")
	l.RPC(at+4*dt.Second, thief, "10.1.2.31", 445, "svcctl", "StartServiceW")
}

// path goes over two machines with remote desktops to a server by a task.
func path(l *dt.Logs) {
	at := int64(dt.Start) + 3*dt.Day + 19*dt.Hour
	conn(l, at, thief, "10.1.2.33", 3389, 900_000, 20_000_000)
	smb(l, at+40*dt.Minute, "10.1.2.33", "10.1.1.44", 300_000, 9000)
	l.NTLM(at+40*dt.Minute, "10.1.2.33", "10.1.1.44", 445, "dbadmin", true)
	l.RPC(at+41*dt.Minute, "10.1.2.33", "10.1.1.44", 445, "ITaskSchedulerService", "SchRpcRegisterTask")
}

// winrm gives commands and hands over a tool, where no log knows what was asked.
func winrm(l *dt.Logs) {
	at := int64(dt.Start) + 4*dt.Day + 13*dt.Hour
	for i := range int64(4) {
		conn(l, at+i*dt.Minute, thief, "10.1.2.36", 5985, 14_000, 8000)
	}
	smb(l, at+3*dt.Minute, thief, "10.1.2.36", 4_000_000, 60_000)
	conn(l, at+4*dt.Minute, thief, "10.1.2.36", 135, 900, 4000)
	for range 5 {
		l.Conn(dt.Conn{TS: at + 5*dt.Minute, Src: thief, Dst: "10.1.2.36", Port: 49812, State: "S0"})
	}
}

// admin works on other machines each day by all means.
func admin(l *dt.Logs) {
	for d := range int64(6) {
		for i := range 4 {
			to := fmt.Sprintf("10.1.2.%d", 20+(int(d)*4+i)%20)
			at := int64(dt.Start) + d*dt.Day + 9*dt.Hour + int64(i)*dt.Hour
			conn(l, at, "10.1.1.90", to, 5985, 30_000, 90_000)
			if d == 5 {
				smb(l, at, "10.1.1.90", to, 900_000, 9000)
				l.RPC(at, "10.1.1.90", to, 445, "svcctl", "StartServiceW")
			}
		}
	}
}

// gateway is a remote desktop gateway that all come to, and that goes to three servers daily.
func gateway(l *dt.Logs) {
	for d := range int64(6) {
		for i, h := range dt.Hosts("10.1.2.", 20) {
			conn(l, dt.Start+d*dt.Day+8*dt.Hour+int64(i)*dt.Minute, h, "10.1.1.80", 3389, 90_000, 2_000_000)
			conn(l, dt.Start+d*dt.Day+8*dt.Hour+int64(i)*dt.Minute, "10.1.1.80", fmt.Sprintf("10.1.1.%d", 81+i%3), 3389, 90_000, 2_000_000)
		}
	}
}

// scanner looks at the ports of everybody on one night.
func scanner(l *dt.Logs) {
	for i := range 60 {
		for k, port := range []int{22, 135, 445, 3389, 5985} {
			c := dt.Conn{TS: dt.Start + 3*dt.Day + int64(i)*dt.Minute + int64(k)*dt.Second, Src: "10.1.1.51", Dst: fmt.Sprintf("10.1.2.%d", 10+i), Port: port, Duration: dt.Second, Out: 700, In: 900}
			if (i+k)%2 == 0 {
				c.State = "S0"
			}
			l.Conn(c)
		}
	}
}

// cluster is two servers that work on each other from the first day on.
func cluster(l *dt.Logs) {
	for h := range int64(140) {
		smb(l, dt.Start+h*dt.Hour, "10.1.1.71", "10.1.1.72", 5_000_000, 20_000)
		smb(l, dt.Start+h*dt.Hour+dt.Minute, "10.1.1.72", "10.1.1.71", 4_000_000, 20_000)
		l.RPC(dt.Start+h*dt.Hour, "10.1.1.71", "10.1.1.72", 445, "winreg", "BaseRegSetValue")
	}
}

// support is a colleague who looks at somebody's screen once.
func support(l *dt.Logs) {
	conn(l, dt.Start+3*dt.Day+10*dt.Hour, "10.1.2.22", "10.1.2.38", 3389, 300_000, 9_000_000)
}

// printServer is handed print jobs by all.
func printServer(l *dt.Logs) {
	for i, h := range dt.Hosts("10.1.2.", 20) {
		smb(l, dt.Start+4*dt.Day+9*dt.Hour+int64(i)*dt.Minute, h, "10.1.1.62", 3_000_000, 9000)
		conn(l, dt.Start+4*dt.Day+9*dt.Hour+int64(i)*dt.Minute, h, "10.1.1.62", 135, 3000, 2000)
	}
}
