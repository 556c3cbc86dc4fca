package pcap

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
)

const ftpNames = "User Command Arg MIME FileSize ReplyCode DataResp DataPort"

func login(turns ...turn) []turn {
	return append([]turn{says("220-hello\r\n 220 not yet\r\n220 ready\r\n"), asks("USER u1\r\n"), says("331 password\r\n"), asks("PASS secret\r\n"), says("230 in\r\n")}, turns...)
}

func TestFTP(t *testing.T) {
	f := func(turns []turn, want ...string) {
		t.Helper()
		k := listen(t, newFTP, login(turns...)...)
		k.check(t, "ftp", ftpNames, want...)
		if strings.Contains(strings.Join(k.Texts(), ""), "secret") {
			t.Error("a password")
		}
	}
	pasv := []turn{asks("PASV\r\n"), says("227 Entering Passive Mode (192,0,2,9,1,2).\r\n")}
	f(append(pasv, asks("stor a b.zip\r\n"), says("150 go\r\n226 done\r\n")), `"u1" "STOR" "ftp://192.0.2.7/./a b.zip" "" -1 226 192.0.2.9 258`)
	f(append(pasv, asks("CWD /x\r\n"), says("250 ok\r\n"), asks("CWD y/../z\r\n"), says("250 ok\r\n"), asks("APPE f\r\n"), says("550 no\r\n")),
		`"u1" "APPE" "ftp://192.0.2.7/x/z/f" "" -1 550 192.0.2.9 258`)
	f([]turn{asks("PWD\r\n"), says("257 \"/disk1/u1\" is it\r\n"), asks("SIZE f\r\n"), says("213 77\r\n"), asks("EPSV\r\n"), says("229 ok (|||5000|)\r\n"), asks("RETR f\r\n"), says("125 go\r\n226 done\r\n")},
		`"u1" "RETR" "ftp://192.0.2.7/disk1/u1/f" "" 77 226 192.0.2.7 5000`)
	f([]turn{asks("PORT 10,0,0,1,4,1\r\nRETR /f\r\n"), says("200 ok\r\n150 Opening /f (1234 bytes).\r\n426 broken\r\n")},
		`"u1" "RETR" "ftp://192.0.2.7/f" "" 1234 426 10.0.0.1 1025`)
	f([]turn{asks("EPRT |2|2001:db8::1|99|\r\nSTOU\r\n"), says("200 ok\r\n250 ok\r\n")}, `"u1" "STOU" "" "" -1 250 2001:db8::1 99`)
	// Nobody answers; no data connection.
	f([]turn{asks("STOR f\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 -1  -1`)
	f([]turn{asks("STOR f\r\n"), lostServer(9), says("26 done\r\n226 done\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 -1  -1`)
	// TLS.
	f([]turn{asks("AUTH TLS\r\n"), says("234 go\r\n"), asks("STOR f\r\n")})
	f([]turn{asks("AUTH TLS\r\n"), asks("\x16\x03\x01STOR f\r\n")})
	f([]turn{asks("AUTH TLS\r\n"), says("502 no\r\n"), asks("STOR f\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 -1  -1`)
	// Sockets that are none.
	for _, bad := range []string{"PORT 1,2,3\r\n", "PORT 256,1,1,1,1,1\r\n", "PORT 1,1,1,1,0,0\r\n", "EPRT\r\n", "EPRT |1|x|9|\r\n", "EPRT |1|::1%eth0|9|\r\n", "EPRT |1|1.1.1.1|99999|\r\n"} {
		f([]turn{asks(bad), says("501 no\r\n"), asks("STOR f\r\n"), says("425 no\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 425  -1`)
	}
}

func TestFTPExpect(t *testing.T) {
	k := listen(t, newFTP, login(asks("PASV\r\n"), says("227 Entering Passive Mode 192,0,2,9,1,2\r\n"), asks("PORT 10,0,0,1,4,1\r\n"))...)
	if d := cmp.Diff([]string{"192.0.2.9 ftp-data", "192.0.2.7 ftp-data", "10.0.0.1 ftp-data"}, k.expected); d != "" {
		t.Error(d)
	}
	if k.service != "ftp" {
		t.Errorf("service %q", k.service)
	}
}

// TestFTPData follows a control and a data connection at once.
func TestFTPData(t *testing.T) {
	f := func(order string, want ...string) {
		t.Helper()
		k := &talk{}
		shared := &sink{Sink: k}
		control := newFTP(k.flow(shared))
		for _, turn := range login(asks("PASV\r\n"), says("227 ok (192,0,2,9,1,2)\r\n")) {
			control.data(turn.orig, 5, 50, []byte(turn.text))
		}
		other := k.flow(shared)
		other.head.Resp, other.head.RespPort = event.Addr{10: 0xff, 11: 0xff, 12: 192, 13: 0, 14: 2, 15: 9}, 258
		var data analyser
		for _, c := range order {
			switch c {
			case 'o': // open
				data = newFTPData(other)
			case 's':
				control.data(true, 6, 60, []byte("STOR f.zip\r\n"))
			case 'd':
				data.data(true, 7, 70, []byte("PK\x03\x04"))
			case 'g':
				data.gap(true, 100)
			case 'x':
				data.end()
			case 'r':
				control.data(false, 8, 80, []byte("226 done\r\n"))
			case 'e':
				control.end()
			}
		}
		k.check(t, "files", fileNames, want[0])
		k.check(t, "ftp", "Command MIME FileSize ReplyCode DataPort", want[1])
		if files, commands := k.fields("files", "FUID"), k.fields("ftp", "FUID"); files[0] != commands[0] {
			t.Errorf("file %s, command %s", files, commands)
		}
	}
	file, command := `"FTP_DATA" 1 "f.zip" "application/zip" 8 -1 0`, `"STOR" "application/zip" 8 226 258`
	f("osddxre", file, command)
	f("sodrdxe", file, command)
	f("sodrdex", file, command)
	f("osddexr", file, `"STOR" "application/zip" 8 -1 258`)
	f("osdgdxre", `"FTP_DATA" 1 "f.zip" "application/zip" 8 -1 100`, `"STOR" "application/zip" -1 226 258`)
	f("osgdxre", `"FTP_DATA" 1 "f.zip" "" 4 -1 100`, `"STOR" "" -1 226 258`)
}

func TestFTPTransfers(t *testing.T) {
	var x ftpTransfers
	for port := range uint16(2 * maxTransfers) {
		x.put(ftpSocket{port: port}, &ftpTransfer{})
	}
	if len(x.bySocket.of) != maxTransfers || len(x.bySocket.order) != maxTransfers {
		t.Errorf("%d transfers, %d in order", len(x.bySocket.of), len(x.bySocket.order))
	}
	if x.claim(ftpSocket{port: 1}) != nil || x.claim(ftpSocket{port: maxTransfers}) == nil || x.claim(ftpSocket{port: maxTransfers}) != nil {
		t.Error("the oldest are forgotten, and each is claimed once")
	}
}

func FuzzFTP(f *testing.F) {
	f.Add(seed(login(asks("PASV\r\n"), says("227 ok (192,0,2,9,1,2)\r\n"), asks("CWD /a\r\nSTOR f\r\n"), says("250 ok\r\n150 go\r\n226 done\r\n"))...))
	f.Add(seed(login(asks("EPSV\r\nPORT 1,2,3,4,5,6\r\nEPRT |1|1.1.1.1|9|\r\nSIZE f\r\nRETR f\r\n"), says("229 ok (|||9|)\r\n200\r\n200\r\n213 9\r\n150 (9 bytes)\r\n226 \r\n"))...))
	f.Add(seed(asks("PWD\r\nAUTH TLS\r\n"), says("257 \"/\"\r\n234 \r\n")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, newFTP, data) })
}

func FuzzFTPData(f *testing.F) {
	f.Add(seed(asks("abc"), says("x"), asks("def")))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzz(t, newFTPData, data)
	})
}

func BenchmarkFTP(b *testing.B) {
	var turns []turn
	for range 1000 {
		turns = append(turns, asks("PASV\r\n"), says("227 Entering Passive Mode (192,0,2,9,1,2).\r\n"), asks("STOR abcdef.zip\r\n"), says("150 go\r\n226 done\r\n"))
	}
	benchmark(b, newFTP, login(turns...)...)
}
