package clinic

import (
	"fmt"
	"slices"

	"barium/internal/detect"
)

// Ports of HL7 by MLLP, and of DICOM over TLS (PS3.15 annex B).
const (
	mllp     = 2575
	dicomTLS = 2762
)

// scoreOutside weighs a clinical protocol with a far end outside.
func scoreOutside(c *farEnd) (detect.Finding, bool) {
	f, top := c.finding()
	what := "medical images (DICOM)"
	switch c.port {
	case mllp:
		what = "patient messages (HL7)"
		f.Terms = append(f.Terms, messagesOut.Says(c.port))
	case dicomTLS: // both ends have certificates: how partners do it, and no sign
	default:
		f.Terms = append(f.Terms, imagesOut.Says(c.port))
	}
	if t := detect.MuchInADay.Scaled(grade(float64(top), 10e6, 10e9), detect.Bytes(top)); t.DB > 0 {
		f.Terms = append(f.Terms, t)
	}
	f.Terms = append(f.Terms, balance(f.BytesOut, f.BytesIn)...)
	if alike := c.alike(top); alike >= 3 && recordDay(c.labelFirst, c.lookFirst) <= 2 {
		f.Terms = append(f.Terms, detect.UsualForHost.Says(alike, recordDay(c.lookLast, c.lookFirst)))
	}
	f.Terms = append(f.Terms, detect.FarEndTerms(c.facts())...)
	far, how := detect.FarEnd(c.far, c.name, 0), fmt.Sprintf("%s opened the connections", c.host)
	if !c.outbound {
		how = "which opened the connections"
	}
	f.Reason = fmt.Sprintf("%s exchanged %s by port %d with %s outside; %s; %s out and %s in since %s.",
		c.host, what, c.port, far, how, detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn), detect.Date(c.first))
	f.Checks = []detect.Check{
		{Where: "contract", Text: fmt.Sprintf("is %s a partner (tele-radiology, laboratory, registry), with a contract that names this address?", far)},
		{Where: "interface engine", Text: fmt.Sprintf("is there a channel on %s that leads to %s, and who set it up, when?", c.host, far)},
	}
	return f, f.Weight() > 0
}

// alike counts the days on which at least a quarter of top left.
func (c *farEnd) alike(top int64) (n int64) {
	perDay := map[int64]int64{}
	for i := range c.calls {
		if !c.calls[i].Attempt {
			perDay[c.calls[i].TS/day] += c.calls[i].Out
		}
	}
	for _, b := range perDay {
		if b*4 >= top {
			n++
		}
	}
	return n
}

// pieces picks places of some calls, in order.
func pieces(calls []detect.Call) []detect.Place {
	slices.SortStableFunc(calls, func(a, b detect.Call) int { return int(max(-1, min(1, a.TS-b.TS))) })
	return detect.Places(calls, 5)
}
