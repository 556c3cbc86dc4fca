package staging

import "barium/internal/detect"

// The detector's own weights; docs/detectors/staging.md gives the reasons.
var (
	GatheredMore   = detect.Weight{Group: detect.Gathering, DB: 10, Text: "%s gathered from machines inside within a day, %s as much as on its usual day"}
	ManySources    = detect.Weight{Group: detect.Gathering, DB: 4, Text: "gathered from %d machines inside, where it is %d on its usual day"}
	SameAmount     = detect.Weight{Group: detect.Gathering, DB: 8, Text: "as much left as had come from %s before, to within %.1f %%"}
	AsPacked       = detect.Weight{Group: detect.Gathering, DB: 3, Text: "what left is %d %% of what was gathered, as when it is packed"}
	LeftAfter      = detect.Weight{Group: detect.Gathering, DB: 5, Text: "it left %s after the last of it had come"}
	PackedInside   = detect.Weight{Group: detect.Content, DB: 5, Text: "an archive was written to a machine inside: %s"}
	GathersDaily   = detect.Weight{Group: detect.Innocence, DB: -16, Text: "as much was gathered on %d of %d days, as by servers that store or print"}
	GatheredBefore = detect.Weight{Group: detect.Innocence, DB: -6, Text: "as much was gathered on another day, %s"}
	MoreLeft       = detect.Weight{Group: detect.Innocence, DB: -12, Text: "%s left, more than the %s that had come"}
	HardlyAnyLeft  = detect.Weight{Group: detect.Innocence, DB: -10, Text: "only %s left, of %s gathered"}
)
