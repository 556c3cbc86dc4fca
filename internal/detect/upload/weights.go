package upload

import "barium/internal/detect"

// Weights that only this detector uses, in decibans; judgements of 2026-11, with the
// reason for each on its page.
var (
	clearLogin   = detect.Weight{Group: detect.Channel, DB: 4, Text: "logs in outside with a password in clear, as %s"}
	stamped      = detect.Weight{Group: detect.Content, DB: 3, Text: "a name with date and time: %s"}
	aboveOwnHour = detect.Weight{Group: detect.Volume, DB: 10, Text: "%s within the hour from %s, %s in the host's median hour (bound %s), and it turned from receiving to sending"} // scaled
	aboveRest    = detect.Weight{Group: detect.Volume, DB: 10, Text: "%s what the host uploaded to all its %d other far ends on that day"}                                           // scaled
	onlySends    = detect.Weight{Group: detect.Channel, DB: 4, Text: "each of %d connections only sends: nobody reads there"}
	roundClock   = detect.Weight{Group: detect.Rhythm, DB: 5, Text: "sent in %d hours of the day, by night as by day, never more than %d %% in one hour"}
)
