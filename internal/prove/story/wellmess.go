package story

import (
	"fmt"

	"barium/internal/event"
)

const wellMessSource = "NCSC, CSE and NSA, Advisory: APT29 targets COVID-19 vaccine development, July 2020; MITRE ATT&CK S0514. Period and volume are chosen here"

// wellMessDaily is what each of the three channels carries in a day.
const wellMessDaily = 5 * mb

var wellMessHTTP = Story{
	Name: "wellmess-http", Title: "WellMess by HTTP", Route: HTTP,
	Shape:  "HTTP POST with an encrypted cookie every 15 min ± 30 % to a bare address; 5 MB a day in bodies of 50 kB",
	Source: wellMessSource,
	Play: func(s *Scene) {
		far := s.far("command", "")
		agent := "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36"
		s.every(s.Begin, s.rest(s.Begin), 15*minute, 0.3, func(t event.Time) {
			n := s.size(wellMessDaily/96, 0.2)
			s.http(flow{at: t, lasts: 2 * second, to: far, port: 80}, request{method: "POST", uri: "/", agent: agent, up: n, down: s.size(300, 0.3)})
		})
	},
}

var wellMessDNS = Story{
	Name: "wellmess-dns", Title: "WellMess by DNS", Route: DNS,
	Shape:  "TXT look-ups of encoded names every 5 min ± 30 %, ten at a time with 100 bytes each: 0.29 MB a day",
	Source: wellMessSource,
	Play: func(s *Scene) {
		zone := s.far("command", s.domain())
		s.every(s.Begin, s.rest(s.Begin), 5*minute, 0.3, func(t event.Time) {
			for i := range event.Time(10) {
				s.tunnelled(t+i*300_000, zone, 100)
			}
		})
	},
}

var wellMessTLS = Story{
	Name: "wellmess-tls", Title: "WellMess by mutual TLS", Route: HTTPS,
	Shape:  "TLS with certificates of both ends, signed by an authority of their own, every 20 min ± 30 % to a bare address; 5 MB a day",
	Source: wellMessSource,
	Play: func(s *Scene) {
		far := s.far("command", "")
		authority := fmt.Sprintf("CN=%s,O=%s", s.letters(8), s.letters(6))
		show := session{subject: "CN=" + s.letters(9), issuer: authority, client: "CN=" + s.letters(5), status: "unable to get local issuer certificate"}
		s.every(s.Begin, s.rest(s.Begin), 20*minute, 0.3, func(t event.Time) {
			n := s.size(wellMessDaily/72, 0.2)
			s.upload(flow{at: t, lasts: 3 * second, to: far, port: 443, out: n, in: 3 * kb}, show)
		})
	},
}
