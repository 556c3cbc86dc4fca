package tlsid

import (
	"fmt"
	"testing"

	dt "barium/internal/detect/detecttest"
)

const resolver = "10.1.1.10"

// writeFixtures writes the logs below testdata anew.
func writeFixtures(t *testing.T) {
	for name, write := range map[string]func(*dt.Logs){
		"positive-burst":            burstOfSessions,
		"positive-brand":            brandName,
		"positive-client-cert":      clientCert,
		"innocent-appliance":        appliance,
		"innocent-printers":         printers,
		"innocent-agents":           agents,
		"innocent-incomplete-chain": incomplete,
		"innocent-calls":            calls,
		"innocent-scanner":          scanner,
	} {
		l := dt.NewLogs(uint64(len(name)) * 104729)
		write(l)
		l.Save(t, name)
	}
}

// Certificates begin and end a number of days before and after the first day.
func cert(subject, issuer string, before, after int64) *dt.Cert {
	return &dt.Cert{Subject: subject, Issuer: issuer, From: dt.Start - before*dt.Day, To: dt.Start + after*dt.Day}
}

func selfSigned(subject string, before, after int64) *dt.Cert {
	return cert(subject, subject, before, after)
}

const browserJA3, otherJA3 = "cd08e31494f9531f560d64c695473da9", "72a589da586844d7f0818ce684948eea"

// held adds a TLS session with its connection and, if named, its look-up.
func held(l *dt.Logs, s dt.TLS, out, in int64) {
	if s.ServerName != "" && s.ServerName != s.Dst {
		l.DNS(dt.DNS{TS: s.TS - 60_000, Src: s.Src, Resolver: resolver, Query: s.ServerName, Answers: []string{s.Dst}})
	}
	l.Conn(dt.Conn{TS: s.TS, Src: s.Src, Dst: s.Dst, Port: s.Port, Service: "ssl", Duration: 700_000, Out: out, In: in})
	s.TS += 20_000
	l.TLS(s)
}

// office is what people and their programs do in TLS.
func office(l *dt.Logs, hosts []string, days int) {
	ca := "CN=Public CA 3,O=Public Trust"
	for d := range days {
		for _, h := range hosts {
			for range 2 {
				n := l.IntN(15)
				s := dt.TLS{
					TS: dt.Start + int64(d)*dt.Day + 7*dt.Hour + l.Int64N(10*dt.Hour), Src: h, Dst: fmt.Sprintf("198.51.100.%d", n+1), Port: 443,
					ServerName: fmt.Sprintf("www.site%02d.example", n), JA3: browserJA3,
				}
				if n%3 == 0 {
					s.Cert, s.Validation = cert("CN=www.site"+fmt.Sprintf("%02d", n)+".example", ca, 30, 60), "ok"
				}
				held(l, s, 2000, 40_000)
			}
		}
	}
}

// burstOfSessions has the shape of an interactive command channel: hundreds of
// short sessions within minutes at an address on an odd port.
func burstOfSessions(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 8)
	office(l, hs, 1)
	c := selfSigned("CN=harbor.group.test,O=Harbor Group,C=US", 1400, 1550)
	at := int64(dt.Start) + 14*dt.Hour
	for range 180 {
		at += l.Int64N(3 * dt.Second)
		held(l, dt.TLS{TS: at, Src: hs[2], Dst: "203.0.113.4", Port: 8443, ServerName: "203.0.113.4", Cert: c, Validation: "self signed certificate", JA3: otherJA3}, 900, 1200)
	}
}

// brandName is an implant under a name and certificate that borrow a brand.
func brandName(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	office(l, hs, 3)
	c := selfSigned("CN=mail.yahoo.com,O=Yahoo Inc.,C=US", 10, 355)
	for at := int64(dt.Start) + 50*dt.Hour; at < dt.Start+3*dt.Day; at += 20*dt.Minute + l.Int64N(10*dt.Minute) {
		held(l, dt.TLS{TS: at, Src: hs[11], Dst: "203.0.113.88", Port: 443, ServerName: "login.mailportal.test", Cert: c, Validation: "self signed certificate", JA3: browserJA3}, 800, 1900)
	}
}

// clientCert is an implant that proves itself to its server, on the port of mail.
func clientCert(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 12)
	office(l, hs, 2)
	server := cert("C=Tunis,O=IT", "C=Tunis,O=IT,CN=root", 400, 3200)
	client := cert("C=Tunis,O=GSS,CN=client", "C=Tunis,O=IT,CN=root", 400, 3200)
	for at := int64(dt.Start) + 33*dt.Hour; at < dt.Start+2*dt.Day; at += 30*dt.Minute + l.Int64N(20*dt.Minute) {
		held(l, dt.TLS{TS: at, Src: hs[5], Dst: "203.0.113.31", Port: 25, Cert: server, Client: client, Validation: "unable to get local issuer certificate", JA3: otherJA3}, 3000, 1100)
	}
}

// appliance is a building controller under its maker's own certificate.
func appliance(l *dt.Logs) {
	office(l, dt.Hosts("10.1.2.", 20), 5)
	c := selfSigned("CN=controls-edge,O=Controls,C=SE", 900, 2750)
	for at := int64(dt.Start) + dt.Minute; at < dt.Start+5*dt.Day; at += 30 * dt.Minute {
		held(l, dt.TLS{TS: at, Src: "10.1.9.5", Dst: "203.0.113.6", Port: 443, ServerName: "edge.controls.example", Cert: c, Validation: "self signed certificate"}, 1700, 2100)
	}
}

// printers sign themselves, inside.
func printers(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	office(l, hs, 2)
	for i := range 60 {
		p := fmt.Sprintf("10.1.8.%d", 1+i%6)
		held(l, dt.TLS{TS: dt.Start + 8*dt.Hour + int64(i)*7*dt.Minute, Src: hs[i%20], Dst: p, Port: 443, Cert: selfSigned("CN=PRN-"+p, 1000, 2600), Validation: "self signed certificate"}, 900, 4000)
	}
}

// agents show client certificates to the cloud of a backup service.
func agents(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	office(l, hs, 2)
	for i, h := range hs {
		client := cert("CN=agent-"+h, "CN=Backup Agents CA", 100, 265)
		for d := range int64(2) {
			held(l, dt.TLS{
				TS: dt.Start + d*dt.Day + 20*dt.Hour + int64(i)*dt.Minute, Src: h, Dst: "203.0.113.50", Port: 443, ServerName: "gw.backup.example",
				Cert: cert("CN=gw.backup.example", "CN=Backup Agents CA", 100, 600), Client: client, Validation: "unable to get local issuer certificate",
			}, 90_000, 3000)
		}
	}
}

// incomplete is small shops that forgot to install their chain.
func incomplete(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	office(l, hs, 3)
	for i := range 6 {
		name := fmt.Sprintf("shop%d.example", i)
		for k := range int64(4) {
			held(l, dt.TLS{
				TS: dt.Start + int64(i%3)*dt.Day + 10*dt.Hour + k*dt.Minute, Src: hs[3*i], Dst: fmt.Sprintf("203.0.113.%d", 70+i), Port: 443, ServerName: "www." + name,
				Cert: cert("CN=www."+name, fmt.Sprintf("CN=Domain Validation CA %d", i%2), 20, 70), Validation: "unable to get local issuer certificate", JA3: browserJA3,
			}, 3000, 70_000)
		}
	}
}

// calls in a browser run over UDP under certificates made for one call.
func calls(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 8)
	office(l, hs, 1)
	for i := range 4 {
		ts := dt.Start + 9*dt.Hour + int64(i)*dt.Hour
		dst := fmt.Sprintf("203.0.113.%d", 100+i)
		l.Conn(dt.Conn{TS: ts, Src: hs[i], Dst: dst, Port: 19305, Proto: "udp", Service: "dtls", Duration: 30 * dt.Minute, Out: 40_000_000, In: 60_000_000})
		l.TLS(dt.TLS{TS: ts + 20_000, Src: hs[i], Dst: dst, Port: 19305, Cert: selfSigned("CN=WebRTC", 1, 29), Client: selfSigned("CN=WebRTC", 1, 28), Validation: "self signed certificate"})
	}
}

// scanner is a machine of the security team that looks at partners' addresses.
func scanner(l *dt.Logs) {
	hs := dt.Hosts("10.1.2.", 20)
	office(l, hs, 2)
	for i := range 40 {
		dst := fmt.Sprintf("203.0.113.%d", 10+i)
		for k := range int64(2) {
			held(l, dt.TLS{
				TS: dt.Start + 26*dt.Hour + int64(i)*10*dt.Second + k*dt.Second, Src: "10.1.9.77", Dst: dst, Port: 443,
				Cert: selfSigned("CN=firewall-"+dst, 500, 3000), Validation: "self signed certificate", JA3: otherJA3,
			}, 400, 1500)
		}
	}
}
