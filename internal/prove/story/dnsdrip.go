package story

import "barium/internal/event"

// dnsDrip lets data out in the names of look-ups, at 0.7 bytes a second.
var dnsDrip = Story{
	Name: "dns-drip", Title: "DNS drip", Route: DNS,
	Shape:  "a look-up every minute ± 50 % whose name holds 42 bytes: 0.7 bytes a second, 60 kB a day, for weeks",
	Source: "Nadler, Aminov and Shabtai, Detection of malicious and low throughput data exfiltration over the DNS protocol, Computers & Security 2019; MITRE ATT&CK T1048.003, T1029",
	Play: func(s *Scene) {
		zone := s.far("exfiltration", s.domain())
		s.every(s.Begin, s.rest(s.Begin), minute, 0.5, func(t event.Time) { s.tunnelled(t, zone, 42) })
	},
}
