package beacon

import "barium/internal/detect"

// sibling is the weight that only this detector uses; docs/detectors/beacon.md
// gives the reason for it.
var sibling = detect.Weight{Group: detect.Innocence, DB: -6, Text: "as the host already called %s: same port, same rhythm, same network"}
