package inbound

import "barium/internal/detect"

// The detector's own weights; docs/detectors/inbound.md gives the reasons.
var (
	NewDoor      = detect.Weight{Group: detect.Channel, DB: 8, Text: "answered the outside at port %d, where it never had before day %d of the records"}
	ControlPort  = detect.Weight{Group: detect.Channel, DB: 5, Text: "port %d is one by which machines are controlled"}
	GaveMuch     = detect.Weight{Group: detect.Volume, DB: 8, Text: "answered with %s, where a banner or an error has a kilobyte"} // scaled
	GaveMost     = detect.Weight{Group: detect.Volume, DB: 3, Text: "gave %s what it was sent"}
	OneVisitor   = detect.Weight{Group: detect.Rarity, DB: 6, Text: "%d far ends in all came in there"} // scaled
	ThenInside   = detect.Weight{Group: detect.Moving, DB: 6, Text: "within a day after it the host opened %d machines inside that it never had, %s among them"}
	ThenOutside  = detect.Weight{Group: detect.Rhythm, DB: 4, Text: "within a day after it the host called %s, which no host had"}
	Knocks       = detect.Weight{Group: detect.Innocence, DB: -8, Text: "the far end tried %d hosts, as scanners of the internet do"}
	Little       = detect.Weight{Group: detect.Innocence, DB: -10, Text: "only %s in answer to each visit, as banners and errors are"}
	CalledBefore = detect.Weight{Group: detect.Innocence, DB: -14, Text: "the host had called the far end itself before, as for data of FTP, calls and sharing"}
	Partner      = detect.Weight{Group: detect.Innocence, DB: -8, Text: "%d hosts call the far end: somebody whom the house deals with"}
	OldDoor      = detect.Weight{Group: detect.Innocence, DB: -10, Text: "the door has been open since the records begin"}
	ManyDoors    = detect.Weight{Group: detect.Innocence, DB: -8, Text: "the host answers the outside at %d ports, as servers and sharing programs do"}
)
