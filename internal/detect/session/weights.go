package session

import "barium/internal/detect"

// The weights that only this detector uses; docs/detectors/session.md gives the
// reason for each.
var (
	staysOpen  = detect.Weight{Group: detect.Channel, DB: 8, Text: "open for %s, in %d connections"} // scaled
	remotePort = detect.Weight{Group: detect.Channel, DB: 6, Text: "port %d carries shells, screens or tunnels"}
	overDays   = detect.Weight{Group: detect.Rhythm, DB: 4, Text: "%d sessions of hours on %d days"}
	reversed   = detect.Weight{Group: detect.Volume, DB: 8, Text: "the host opened it, yet sent %s what it received, as who is asked does"}
	receives   = detect.Weight{Group: detect.Innocence, DB: -8, Text: "received %s what it sent, as pages and messages do"}
	streams    = detect.Weight{Group: detect.Innocence, DB: -14, Text: "received %s what it sent, as streams and downloads do"}
	silent     = detect.Weight{Group: detect.Innocence, DB: -6, Text: "hardly anything went over it: %s an hour"}
	waiting    = detect.Weight{Group: detect.Innocence, DB: -10, Text: "port %d keeps connections open for messages"}
	manyOpen   = detect.Weight{Group: detect.Innocence, DB: -12, Text: "the host keeps such sessions with %d far ends, as sharing programs and gateways do"}
)
