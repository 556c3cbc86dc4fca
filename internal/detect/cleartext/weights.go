package cleartext

import "barium/internal/detect"

// Weights that only this detector uses, in decibans; judgements of 2026-11, with the
// reason for each on its page.
var (
	mailInClear  = detect.Weight{Group: detect.Channel, DB: 3, Text: "hands mail to a server outside by itself, in clear (port %d)"}
	noMailClient = detect.Weight{Group: detect.Channel, DB: 4, Text: "the message names no program that wrote it, as mail programs do"}
	postOnly     = detect.Weight{Group: detect.Channel, DB: 3, Text: "sends forms there in clear (%d POST) and never fetched a page"}
	falseBrowser = detect.Weight{Group: detect.Channel, DB: 10, Text: "names a browser, but writes its requests as no browser does (%d of %d)"}
	dynamicName  = detect.Weight{Group: detect.Identity, DB: 8, Text: "name of a dynamic DNS service: %s"}
	toOwnDomain  = detect.Weight{Group: detect.Innocence, DB: -8, Text: "goes to the sender's own domain (%s), as reports of devices do"}
)
