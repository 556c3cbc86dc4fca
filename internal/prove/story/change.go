package story

import (
	"time"

	"barium/internal/event"
)

// change sends all it can to a cloud that nobody in the house uses, by rclone:
// four transfers at once.
var change = Story{
	Name: "change", Title: "Change Healthcare", Route: Cloud, Length: 5 * 24 * time.Hour, Fast: true,
	Shape:  "rclone to a new cloud storage: four uploads at a time in parts of 256 MB, 500 GB a day for 5 days",
	Source: "Testimony of UnitedHealth Group, 1 May 2024, and press: 4 to 6 TB within nine days; MITRE ATT&CK T1567.002; CISA AA23-347A and others on rclone",
	Play: func(s *Scene) {
		far := s.far("exfiltration", "userstorage.mega.co.nz")
		const part, daily, lanes = 256 * mb, 500 * gb, 4
		lasts := day / event.Time(daily/(part*lanes))
		for lane := range event.Time(lanes) {
			for t := s.Begin + lane*lasts/lanes; t < s.Begin+5*day && t < s.Until; t += lasts {
				s.upload(flow{at: t, lasts: lasts - second, to: far, port: 443, out: part, in: part / 300}, session{name: "gfs270n" + digits(100+int(lane)) + "." + far.Name})
			}
		}
	},
}
