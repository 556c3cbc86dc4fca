package drip

import "barium/internal/detect"

// The weights that only this detector uses; docs/detectors/drip.md gives the
// reason for each.
var (
	addsUp     = detect.Weight{Group: detect.Volume, DB: 8, Text: "%s sent there within %s, at most %s in a day"}                                        // scaled
	levelRose  = detect.Weight{Group: detect.Volume, DB: 6, Text: "since %s the host sends %s a day, %s before (cumulative sum %s, a change from 5 on)"} // scaled
	dayByDay   = detect.Weight{Group: detect.Rhythm, DB: 6, Text: "sent on %d of %d days"}                                                               // scaled
	evenDays   = detect.Weight{Group: detect.Rhythm, DB: 3, Text: "about as much each day: %s, half of the days within ± %d %%"}
	officeOnly = detect.Weight{Group: detect.Innocence, DB: -4, Text: "sent on working days between 6 and 20 o'clock (UTC) only, as people do"}
)
