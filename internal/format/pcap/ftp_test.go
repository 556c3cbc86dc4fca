package pcap

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
)

// ftpAnd returns a maker of control analysers that share transfers.
func ftpAnd(x *ftpTransfers) func(*flow) analyser {
	return func(f *flow) analyser { return newFTP(f, x) }
}

func alone(f *flow) analyser { return newFTP(f, &ftpTransfers{}) }

const ftpNames = "User Command Arg MIME FileSize ReplyCode DataResp DataPort"

func login(turns ...turn) []turn {
	return append([]turn{server("220-hello\r\n 220 not yet\r\n220 ready\r\n"), client("USER u1\r\n"), server("331 password\r\n"), client("PASS secret\r\n"), server("230 in\r\n")}, turns...)
}

func TestFTP(t *testing.T) {
	f := func(turns []turn, want ...string) {
		t.Helper()
		k := listen(t, alone, login(turns...)...)
		k.check(t, "ftp", ftpNames, want...)
		if strings.Contains(strings.Join(k.Texts(), ""), "secret") {
			t.Error("a password")
		}
	}
	pasv := []turn{client("PASV\r\n"), server("227 Entering Passive Mode (192,0,2,9,1,2).\r\n")}
	f(append(pasv, client("stor a b.zip\r\n"), server("150 go\r\n226 done\r\n")), `"u1" "STOR" "ftp://192.0.2.7/./a b.zip" "" -1 226 192.0.2.9 258`)
	f(append(pasv, client("CWD /x\r\n"), server("250 ok\r\n"), client("CWD y/../z\r\n"), server("250 ok\r\n"), client("APPE f\r\n"), server("550 no\r\n")),
		`"u1" "APPE" "ftp://192.0.2.7/x/z/f" "" -1 550 192.0.2.9 258`)
	f([]turn{client("PWD\r\n"), server("257 \"/home/u1\" is it\r\n"), client("SIZE f\r\n"), server("213 77\r\n"), client("EPSV\r\n"), server("229 ok (|||5000|)\r\n"), client("RETR f\r\n"), server("125 go\r\n226 done\r\n")},
		`"u1" "RETR" "ftp://192.0.2.7/home/u1/f" "" 77 226 192.0.2.7 5000`)
	f([]turn{client("PORT 10,0,0,1,4,1\r\nRETR /f\r\n"), server("200 ok\r\n150 Opening /f (1234 bytes).\r\n426 broken\r\n")},
		`"u1" "RETR" "ftp://192.0.2.7/f" "" 1234 426 10.0.0.1 1025`)
	f([]turn{client("EPRT |2|2001:db8::1|99|\r\nSTOU\r\n"), server("200 ok\r\n250 ok\r\n")}, `"u1" "STOU" "" "" -1 250 2001:db8::1 99`)
	// Nobody answers; no data connection.
	f([]turn{client("STOR f\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 -1  -1`)
	f([]turn{client("STOR f\r\n"), lostServer(9), server("26 done\r\n226 done\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 -1  -1`)
	// TLS.
	f([]turn{client("AUTH TLS\r\n"), server("234 go\r\n"), client("STOR f\r\n")})
	f([]turn{client("AUTH TLS\r\n"), client("\x16\x03\x01STOR f\r\n")})
	f([]turn{client("AUTH TLS\r\n"), server("502 no\r\n"), client("STOR f\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 -1  -1`)
	// Sockets that are none.
	for _, bad := range []string{"PORT 1,2,3\r\n", "PORT 256,1,1,1,1,1\r\n", "PORT 1,1,1,1,0,0\r\n", "EPRT\r\n", "EPRT |1|x|9|\r\n", "EPRT |1|::1%eth0|9|\r\n", "EPRT |1|1.1.1.1|99999|\r\n"} {
		f([]turn{client(bad), server("501 no\r\n"), client("STOR f\r\n"), server("425 no\r\n")}, `"u1" "STOR" "ftp://192.0.2.7/./f" "" -1 425  -1`)
	}
}

func TestFTPExpect(t *testing.T) {
	k := listen(t, alone, login(client("PASV\r\n"), server("227 Entering Passive Mode 192,0,2,9,1,2\r\n"), client("PORT 10,0,0,1,4,1\r\n"))...)
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
		var x ftpTransfers
		k := &talk{}
		control := newFTP(k.flow(k), &x)
		for _, turn := range login(client("PASV\r\n"), server("227 ok (192,0,2,9,1,2)\r\n")) {
			control.data(turn.orig, 5, 50, []byte(turn.text))
		}
		other := k.flow(k)
		other.head.Resp, other.head.RespPort = event.Addr{10: 0xff, 11: 0xff, 12: 192, 13: 0, 14: 2, 15: 9}, 258
		var data analyser
		for _, c := range order {
			switch c {
			case 'o': // open
				data = newFTPData(other, &x)
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
	f.Add(seed(login(client("PASV\r\n"), server("227 ok (192,0,2,9,1,2)\r\n"), client("CWD /a\r\nSTOR f\r\n"), server("250 ok\r\n150 go\r\n226 done\r\n"))...))
	f.Add(seed(login(client("EPSV\r\nPORT 1,2,3,4,5,6\r\nEPRT |1|1.1.1.1|9|\r\nSIZE f\r\nRETR f\r\n"), server("229 ok (|||9|)\r\n200\r\n200\r\n213 9\r\n150 (9 bytes)\r\n226 \r\n"))...))
	f.Add(seed(client("PWD\r\nAUTH TLS\r\n"), server("257 \"/\"\r\n234 \r\n")))
	f.Fuzz(func(t *testing.T, data []byte) { fuzz(t, alone, data) })
}

func FuzzFTPData(f *testing.F) {
	f.Add(seed(client("abc"), server("x"), client("def")))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzz(t, func(f *flow) analyser { return newFTPData(f, &ftpTransfers{}) }, data)
	})
}

func BenchmarkFTP(b *testing.B) {
	var x ftpTransfers
	var turns []turn
	for range 1000 {
		turns = append(turns, client("PASV\r\n"), server("227 Entering Passive Mode (192,0,2,9,1,2).\r\n"), client("STOR abcdef.zip\r\n"), server("150 go\r\n226 done\r\n"))
	}
	benchmark(b, ftpAnd(&x), turns...)
}
