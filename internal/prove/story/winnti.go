package story

import "barium/internal/event"

// winnti speaks a protocol of its own on port 443: no TLS is in it.
var winnti = Story{
	Name: "winnti", Title: "Winnti (Bayer)", Route: HTTPS,
	Shape:  "a protocol that is no TLS on port 443 of a bare address: call-backs every 10 min ± 20 %, and 30 MB a day in pieces of 1 to 2 MB",
	Source: "BR and NDR, Winnti: attacking the heart of the German industry, 2019; MITRE ATT&CK S0141 (T1095, T1205). Period and volume are chosen here; the internal relay is not injected",
	Play: func(s *Scene) {
		far := s.far("command", "")
		s.every(s.Begin, s.rest(s.Begin), 10*minute, 0.2, func(t event.Time) {
			s.connect(flow{at: t, lasts: 3 * second, to: far, port: 443, proto: event.ProtoTCP, out: 64, in: 48})
		})
		s.every(s.Begin, s.rest(s.Begin), 72*minute, 0.4, func(t event.Time) {
			n := mb + s.Rand.Int64N(mb)
			if _, ok := s.connect(flow{at: t, lasts: 10 * second, to: far, port: 443, proto: event.ProtoTCP, out: n, in: 2 * kb}); ok {
				s.sent(t, n)
			}
		})
	},
}
