package story

import "barium/internal/event"

// apt1 waits for orders by plain HTTP every six hours and sends password-protected
// archives of equal volumes by FTP each night.
var apt1 = Story{
	Name: "apt1", Title: "APT1", Route: FTP,
	Shape:  "HTTP GET every 6 h ± 30 % to a named server; from the third day on, by night, 105 archives of 200 MB by FTP to another address: 21 GB a day",
	Source: "Mandiant, APT1: Exposing One of China's Cyber Espionage Units, 2013; MITRE ATT&CK G0006: 6.5 TB within ten months",
	Play: func(s *Scene) {
		command := s.far("command", s.domain())
		s.every(s.Begin, s.rest(s.Begin), 6*hour, 0.3, func(t event.Time) {
			s.http(flow{at: t, lasts: 2 * second, to: command, port: 80}, request{method: "GET", uri: "/index.htm", agent: "Mozilla/4.0 (compatible; MSIE 6.0)", down: s.size(2*kb, 0.4)})
		})
		out := s.far("exfiltration", "")
		const volume, rate = 200 * mb, 8 * mb
		for night := s.Begin + min(2*day, s.rest(s.Begin)/4); night < s.Until; night += day {
			t := night
			for i := range 105 {
				if !s.store(t, out, s.letters(6)+".part"+digits(i+1)+".rar", "application/x-rar", volume, rate) {
					break
				}
				t += s.around(3*minute, 0.5) + event.Time(volume/rate)*second
			}
		}
	},
}

func digits(n int) string {
	return string([]byte{byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
}
