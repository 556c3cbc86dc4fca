package clinic

import "barium/internal/detect"

// Weights that only this detector uses, in decibans; judgements of 2026-11, with the
// reason for each on its page.
var (
	fixedPeers     = detect.Weight{Group: detect.Channel, DB: 10, Text: "a machine of the clinical network, which had %d far ends outside in the %d days before"} // scaled
	deviceSent     = detect.Weight{Group: detect.Volume, DB: 8, Text: "%s sent outside within a day, by a machine that sends little"}                             // scaled
	maker          = detect.Weight{Group: detect.Innocence, DB: -12, Text: "%d other machines of the clinical network deal with it, as with a maker's service"}
	messagesOut    = detect.Weight{Group: detect.Channel, DB: 8, Text: "patient messages (HL7) with a far end outside, by port %d, in clear"}
	imagesOut      = detect.Weight{Group: detect.Channel, DB: 5, Text: "medical images (DICOM) with a far end outside, in clear, by port %d"}
	newReceiver    = detect.Weight{Group: detect.Rarity, DB: 8, Text: "got medical images for the first time on %s, on day %d of the records"}
	fewReceivers   = detect.Weight{Group: detect.Rarity, DB: 6, Text: "%d of %d hosts get as many images in a day"} // scaled
	imagesIn       = detect.Weight{Group: detect.Gathering, DB: 14, Text: "%s of medical images within a day, from %d senders"}
	aboveOwnImages = detect.Weight{Group: detect.Gathering, DB: 8, Text: "%d times the images that it gets on other days"} // scaled
	nightImages    = detect.Weight{Group: detect.Gathering, DB: 3, Text: "got them by night or at the weekend (UTC)"}
	isArchive      = detect.Weight{Group: detect.Innocence, DB: -16, Text: "images come from %d senders, as to an archive"}
	usualImages    = detect.Weight{Group: detect.Innocence, DB: -16, Text: "got as many images on %d of %d days"}
	manyReceivers  = detect.Weight{Group: detect.Innocence, DB: -10, Text: "%d hosts get as many images in a day"}
	sameAmount     = detect.Weight{Group: detect.Moving, DB: 14, Text: "wrote the same amount, %s, to the file shares of %d machines within a day"} // scaled
	newCopies      = detect.Weight{Group: detect.Rarity, DB: 5, Text: "did so for the first time on %s, on day %d of the records"}
	fewWriters     = detect.Weight{Group: detect.Rarity, DB: 7, Text: "%d of %d hosts do so"} // scaled
	deviceWrites   = detect.Weight{Group: detect.Moving, DB: 6, Text: "the writer is a machine of the clinical network"}
	usualCopies    = detect.Weight{Group: detect.Innocence, DB: -16, Text: "did so on %d days, since the records begin, as software distribution does"}
	servesMany     = detect.Weight{Group: detect.Innocence, DB: -8, Text: "%d hosts ask it for service, as they ask a server for distribution"}
	newPeers       = detect.Weight{Group: detect.Moving, DB: 12, Text: "called %d machines inside that it never dealt with in the %d days before"} // scaled
	takeOver       = detect.Weight{Group: detect.Moving, DB: 6, Text: "at ports by which machines are governed: %s"}
	othersToo      = detect.Weight{Group: detect.Innocence, DB: -12, Text: "%d other machines of the clinical network began to call the same"}
)
