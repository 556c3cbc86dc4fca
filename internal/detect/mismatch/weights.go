package mismatch

import "barium/internal/detect"

// The weights that only this detector uses; docs/detectors/mismatch.md gives the
// reason for each.
var (
	spoken     = detect.Weight{Group: detect.Channel, DB: 10, Text: "%s in place of %s on port %d"}
	unknowable = detect.Weight{Group: detect.Channel, DB: 10, Text: "nothing that the sensor knows, in %d connections both ways on port %d, where %d of %d hours of such connections are recognised"} // scaled
	backForth  = detect.Weight{Group: detect.Channel, DB: 2, Text: "both sides sent, %s and %s"}
	fewTalks   = detect.Weight{Group: detect.Innocence, DB: -4, Text: "only %d connections"}
)
