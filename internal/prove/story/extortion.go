package story

import (
	"time"

	"barium/internal/event"
)

// extortion is the same, quieter: three nights, one upload at a time.
var extortion = Story{
	Name: "extortion", Title: "Double extortion, quiet", Route: HTTPS, Length: 3 * 24 * time.Hour, Bytes: 30 * gb,
	Shape:  "three nights of 8 h, one upload of 500 MB after the other with pauses, 10 GB a night, over TLS to a rented server with a name",
	Source: "FBI and CISA advisories on data extortion without encryption (Karakurt, AA22-152A); MITRE ATT&CK T1048, T1030. Volume and rate are chosen here",
	Play: func(s *Scene) {
		far := s.far("exfiltration", s.domain())
		for night := range event.Time(3) {
			t := s.Begin + night*day
			for _, n := range s.spread(10*gb, 500*mb) {
				s.upload(flow{at: t, lasts: 12 * minute, to: far, port: 443, out: n, in: n / 400}, session{name: far.Name})
				t += 12*minute + s.around(12*minute, 0.6)
			}
		}
	},
}
