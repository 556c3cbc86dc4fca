package dnstunnel

import "barium/internal/detect"

// Weights that only this detector uses, in decibans; judgements of 2026-11, with the
// reason for each on its page.
var (
	binaryNames   = detect.Weight{Group: detect.Channel, DB: 6, Text: "%d names hold bytes that no name of a host has"}
	resolverByTLS = detect.Weight{Group: detect.Channel, DB: 5, Text: "asks a public resolver (%s) by TLS, past the house's own"}
	heldAnswers   = detect.Weight{Group: detect.Channel, DB: 12, Text: "%d of %d answers were kept back for a second or more, and the next request followed at once"}
)
