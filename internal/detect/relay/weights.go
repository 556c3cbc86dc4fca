package relay

import "barium/internal/detect"

// The detector's own weights; docs/detectors/relay.md gives the reasons.
var (
	InStep        = detect.Weight{Group: detect.Channel, DB: 14, Text: "%d sessions came in and went on within %s, with as many bytes (r = %.3f)"} // scaled
	Alike         = detect.Weight{Group: detect.Channel, DB: 5, Text: "both legs are alike to within %.1f %% and begin and end together"}
	Restricted    = detect.Weight{Group: detect.Rarity, DB: 6, Text: "%s deals with nobody outside by itself"}
	NewRelay      = detect.Weight{Group: detect.Rarity, DB: 4, Text: "the port at which it takes them was first used on day %d of the records"}
	FromOutside   = detect.Weight{Group: detect.Channel, DB: 4, Text: "it is asked from outside, and passes on to the inside"}
	FewSessions   = detect.Weight{Group: detect.Innocence, DB: -4, Text: "only %d sessions: two connections may happen to be alike"}
	ServesSeveral = detect.Weight{Group: detect.Innocence, DB: -8, Text: "%d clients use it so, as proxies and gateways are"}
	LongSince     = detect.Weight{Group: detect.Innocence, DB: -12, Text: "it takes connections at that port on %d of %d days, since the records begin, as proxies and gateways do"}
	KnownRelay    = detect.Weight{Group: detect.Innocence, DB: -8, Text: "it takes them at port %d, as proxies and mail relays do"}
)
