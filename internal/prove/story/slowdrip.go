package story

import "barium/internal/event"

// slowDrip is a steady small upload to one server that nobody else uses.
var slowDrip = Story{
	Name: "slow-drip", Title: "50 MB a day", Route: HTTPS,
	Shape:  "TLS to one rare named server, 8 uploads of 6 MB a day at random times, for weeks",
	Source: "MITRE ATT&CK T1030, T1029; acceptance shape: 50 MB a day to one rare host must be found within 14 days",
	Play: func(s *Scene) {
		far := s.far("exfiltration", s.domain())
		s.every(s.Begin, s.rest(s.Begin), 3*hour, 0.6, func(t event.Time) {
			n := s.size(50*mb/8, 0.3)
			s.upload(flow{at: t, lasts: 15 * second, to: far, port: 443, out: n, in: n / 100}, session{name: far.Name})
		})
	},
}
