package upload

import "barium/internal/detect"

// The weight that only this detector uses; docs/detectors/upload.md gives the
// reason for it.
var aboveOwnHour = detect.Weight{Group: detect.Volume, DB: 10, Text: "%s within the hour from %s, %s in the host's median hour (bound %s), and it turned from receiving to sending"} // scaled
