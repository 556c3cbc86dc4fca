package story

import "barium/internal/event"

// cuckooBees sends cabinet files slowly, by day and night, to a named server.
var cuckooBees = Story{
	Name: "cuckoobees", Title: "CuckooBees (APT41)", Route: HTTPS,
	Shape:  "TLS call-backs every 30 min ± 50 %; a cabinet file of 10 to 30 MB about every 2 h over the same channel: 240 MB a day for weeks",
	Source: "Cybereason, Operation CuckooBees, 2022; MITRE ATT&CK C0012: hundreds of gigabytes over years. Rate and period are chosen here; entry by web shell and movement by WinRM are not injected",
	Play: func(s *Scene) {
		out := s.far("exfiltration", "www."+s.domain())
		show := session{name: out.Name}
		s.every(s.Begin, s.rest(s.Begin), 30*minute, 0.5, func(t event.Time) {
			s.tls(flow{at: t, lasts: second, to: out, port: 443, out: s.size(700, 0.2), in: s.size(1500, 0.3)}, show)
		})
		s.every(s.Begin, s.rest(s.Begin), 2*hour, 0.4, func(t event.Time) {
			n := 10*mb + s.Rand.Int64N(20*mb)
			s.upload(flow{at: t, lasts: event.Time(n/(500*kb)) * second, to: out, port: 443, out: n, in: n / 200}, show)
		})
	},
}
