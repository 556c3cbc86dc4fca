package sweep

import "barium/internal/detect"

// The detector's own weights; docs/detectors/sweep.md gives the reasons.
var (
	MoreFiles    = detect.Weight{Group: detect.Gathering, DB: 10, Text: "%d files in %d folders within an hour, %s as many as in any hour of its other days"}
	MoreBytes    = detect.Weight{Group: detect.Gathering, DB: 9, Text: "%s taken from file servers within an hour, %s as much as in any hour of its other days"}
	MoreServers  = detect.Weight{Group: detect.Gathering, DB: 9, Text: "%d file servers within an hour, %s as many as in any hour of its other days"}
	AbovePeers   = detect.Weight{Group: detect.Gathering, DB: 4, Text: "more than in 99 of 100 hours of all %d hosts that use file servers"}
	NewServers   = detect.Weight{Group: detect.Rarity, DB: 5, Text: "%d of the %d file servers are ones that it had never used"}
	OddHour      = detect.Weight{Group: detect.Rhythm, DB: 4, Text: "at an hour (%02d:00 UTC) at which it used no file server on its %d other days"}
	Scans        = detect.Weight{Group: detect.Innocence, DB: -14, Text: "%d of %d tries went unanswered, and what was answered brought %s a server, as with scanners"}
	ServesOthers = detect.Weight{Group: detect.Innocence, DB: -10, Text: "%d hosts take files from it: a server that copies from servers"}
	NewHere      = detect.Weight{Group: detect.Innocence, DB: -4, Text: "its first day with a file server: nothing is known of what it usually does"}
)
