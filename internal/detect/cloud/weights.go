package cloud

import "barium/internal/detect"

// The weights that only this detector uses; docs/detectors/cloud.md gives the
// reason for each.
var (
	drop        = detect.Weight{Group: detect.Identity, DB: 6, Text: "%s takes files from anybody"}
	storage     = detect.Weight{Group: detect.Identity, DB: 2, Text: "%s is storage that anybody can rent"}
	copied      = detect.Weight{Group: detect.Channel, DB: 10, Text: "by %s, which copies whole folders"}
	toolOfHouse = detect.Weight{Group: detect.Innocence, DB: -10, Text: "%d hosts use %s"}
	aboveUsers  = detect.Weight{Group: detect.Volume, DB: 10, Text: "%s what any of its %d other users sent it in a day"} // scaled
	firstUse    = detect.Weight{Group: detect.Rarity, DB: 4, Text: "the host's first use of it: %s, its day %d in the records"}
	rareVolume  = detect.Weight{Group: detect.Rarity, DB: 10, Text: "nobody else of %d users sends it so much"} // scaled
	asOthers    = detect.Weight{Group: detect.Innocence, DB: -10, Text: "no more than others send it: %d of its %d users sent as much in a day"}
)
