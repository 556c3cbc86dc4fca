package ledgertest

import (
	"fmt"
	"net/netip"

	"barium/internal/condense"
	"barium/internal/event"
)

// Put hands one record to a sink.
type Put func(*condense.Sink)

// Hour is the first hour of the records here, in hours since 1970 UTC.
const Hour = 492346

const (
	second = 1_000_000
	hour   = 3600 * second
	start  = Hour * hour
)

func addr(s string) event.Addr { return event.AddrFrom(netip.MustParseAddr(s)) }

func head(at int64, sensor, orig, resp string, port uint16) event.Head {
	h := event.Head{TS: event.Time(start + at), Sensor: []byte(sensor), Orig: addr(orig), OrigPort: 40000, RespPort: port}
	if resp != "" {
		h.Resp = addr(resp)
	}
	return h
}

// Request is an HTTP request for a host.
func Request(host string) Put {
	return func(s *condense.Sink) {
		s.HTTP(&event.HTTP{Head: head(0, "", "10.0.0.1", "192.0.2.80", 80), Method: []byte("GET"), Host: []byte(host), URI: []byte("/"), Status: 200})
	}
}

// At is a request that was read at an offset.
func At(offset int64) Put {
	return func(s *condense.Sink) {
		h := head(7*second, "", "10.0.0.1", "192.0.2.80", 80)
		h.Offset = offset
		s.HTTP(&event.HTTP{Head: h, Method: []byte("GET"), Host: []byte("at.example"), Status: 200})
	}
}

// Connection is a complete TCP connection at a time after the first hour began.
func Connection(at int64, orig, resp string, port uint16, out, in int64) Put {
	return func(s *condense.Sink) {
		s.Conn(&event.Conn{Head: head(at, "", orig, resp, port), Proto: event.ProtoTCP, Duration: second, OrigBytes: out, RespBytes: in, State: event.SF})
	}
}

// Sample is records of every kind over three hours. Two sensors saw most of
// the connections.
func Sample() []Put { return SampleAt(0) }

// SampleAt is Sample a number of hours later.
func SampleAt(hours int64) (ps []Put) {
	add := func(p Put) { ps = append(ps, p) }
	for i := range int64(150) {
		at, resp := hours*hour+i*71*second, fmt.Sprintf("192.0.2.%d", i%7+1)
		conn := event.Conn{
			Proto: event.ProtoTCP, Duration: i * 1000, OrigBytes: i * 100, RespBytes: i, State: event.SF, Service: []byte("ssl"), LocalOrig: event.Yes,
			History: []byte("ShADad"), MissedBytes: i % 3,
		}
		if i%5 == 0 {
			conn.State = event.S0
		}
		for j, sensor := range []string{"edge", "core"} {
			if j == 1 && i%4 == 0 {
				continue
			}
			add(func(s *condense.Sink) {
				c := conn
				c.Head = head(at+int64(j)*12_000, sensor, fmt.Sprintf("10.0.0.%d", i%5+1), resp, 443)
				c.OrigPort = uint16(30000 + i)
				c.Offset = i * 120
				s.Conn(&c)
			})
		}
		if i%3 == 0 {
			add(func(s *condense.Sink) {
				s.DNS(&event.DNS{
					Head: head(at, "edge", "10.0.0.1", "10.0.0.53", 53), Query: fmt.Appendf(nil, "h%d.Example.co.uk", i%10), QType: 1, RCode: int(i % 4),
					Answers: [][]byte{[]byte(resp), []byte("2001:db8::1")},
				})
			})
			add(func(s *condense.Sink) {
				s.SSL(&event.SSL{
					Head: head(at, "edge", "10.0.0.1", resp, 443), ServerName: fmt.Appendf(nil, "h%d.example.co.uk", i%10), Established: i%2 == 0,
					JA3: []byte("ja3"), Subject: []byte("CN=x"), Issuer: []byte("CN=y"), CertID: []byte("00112233445566778899aabbccddeeff"),
				})
			})
		}
		if i%10 == 0 {
			add(func(s *condense.Sink) {
				s.HTTP(&event.HTTP{
					Head: head(at, "core", "10.0.0.2", resp, 80), Method: []byte("PUT"), Host: []byte("up.example.org"), URI: []byte("/a.7z"), ReqLen: 1000 + i,
					Status: 204, OrigFUIDs: [][]byte{[]byte("F1")}, UserAgent: []byte("agent/1"),
				})
			})
			add(func(s *condense.Sink) {
				s.File(&event.File{Head: head(at, "core", "10.0.0.2", resp, 80), FUID: []byte("F1"), Protocol: []byte("HTTP"), MIME: []byte("application/x-7z-compressed"), IsOrig: event.Yes, Seen: 1000 + i, Total: 1000 + i})
			})
			add(func(s *condense.Sink) {
				s.FTP(&event.FTP{Head: head(at, "core", "10.0.0.3", resp, 21), User: []byte("u"), Command: []byte("STOR"), Arg: []byte("a.zip"), FileSize: i, ReplyCode: 226})
			})
			add(func(s *condense.Sink) {
				s.SMBFile(&event.SMBFile{Head: head(at, "core", "10.0.0.3", "10.0.0.9", 445), Action: []byte("SMB::FILE_WRITE"), Path: []byte("share"), Name: []byte("n"), Size: i})
			})
			add(func(s *condense.Sink) {
				s.X509(&event.X509{Head: event.Head{TS: event.Time(start + at)}, ID: []byte("00112233445566778899aabbccddeeff"), Subject: []byte("CN=x"), Issuer: []byte("CN=y"), NotAfter: 5, SANDNS: [][]byte{[]byte("a"), []byte("b")}})
			})
			add(func(s *condense.Sink) {
				s.DHCP(&event.DHCP{Head: head(at, "core", "10.0.0.4", "10.0.0.67", 67), MAC: []byte("00:11:22:33:44:55"), HostName: []byte("pc"), Assigned: addr("10.0.0.4"), Lease: hour})
			})
			add(func(s *condense.Sink) {
				s.CaptureLoss(&event.CaptureLoss{Head: event.Head{TS: event.Time(start + at)}, Peer: []byte("zeek"), Gaps: i, Acks: 1000, Percent: float64(i) / 10})
			})
			add(func(s *condense.Sink) {
				s.Logon(&event.Logon{
					Head: head(at, "core", "10.0.0.3", "10.0.0.9", 445), Log: "ntlm", Proto: event.ProtoTCP, Account: []byte("u"), Domain: []byte("D"),
					Client: []byte("WS-3"), Server: []byte("FS-9"), Success: event.Tri(i%3 - 1), Error: []byte("e"),
				})
			})
			add(func(s *condense.Sink) {
				s.Call(&event.Call{Head: head(at, "core", "10.0.0.3", "10.0.0.9", 445), Log: "dce_rpc", Proto: event.ProtoTCP, Object: []byte("svcctl"), Verb: []byte("CreateServiceW"), Result: []byte("ok"), Count: i - 1})
			})
			add(func(s *condense.Sink) {
				s.Mail(&event.Mail{
					Head: head(at, "core", "10.0.0.3", resp, 25), From: []byte("a@h.example"), To: [][]byte{[]byte("b@o.example"), []byte("<c@O.example>")},
					Size: 1000, Code: 250, FUIDs: [][]byte{[]byte("F2"), []byte("F3")}, Filenames: [][]byte{[]byte("a.zip")},
				})
			})
			add(func(s *condense.Sink) {
				s.Tunnel(&event.Tunnel{Head: head(at, "core", "10.0.0.3", resp, 1080), Log: "socks", Proto: event.ProtoTCP, Type: []byte("SOCKS5"), FarHost: []byte("Far.example"), FarPort: 443})
			})
			add(func(s *condense.Sink) {
				s.Software(&event.Software{Head: head(at, "core", "10.0.0.3", "", 0), Type: []byte("SSH::SERVER"), Name: []byte("OpenSSH"), Version: []byte("7")})
			})
			add(func(s *condense.Sink) {
				s.Note(&event.Note{Head: head(at, "core", "10.0.0.3", resp, 80), Log: "alert", Proto: event.ProtoTCP, Name: []byte("sig"), Message: []byte("m"), Severity: int(i % 4)})
			})
		}
	}
	return ps
}
