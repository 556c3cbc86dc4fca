package clinic

import (
	"context"
	"fmt"
	"math"
	"time"

	"barium/internal/detect"
	"barium/internal/ledger"
)

// Detector finds what does not belong into the network of the clinic.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "clinic", ID: "D31", Stage: detect.Collection,
		Claim:   "A machine that speaks DICOM or HL7 got a partner outside or inside that it never had, patient messages or images went outside, a host fetched many studies that never did, or one wrote the same file to many machines.",
		Matters: "Scanners, archives and interface engines hold what is worth most, cannot be patched or watched from within, and hardly ever get a new partner. Orangeworm lived on them for years.",
		Innocent: []string{
			"replication of the archive and tele-radiology: large, the same partners, since the records begin",
			"a new scanner or archive: images come to it from many senders, or it sends them",
			"migration of an archive: goes on for days, and the senders follow",
			"the maker's maintenance: other machines of the same maker deal with it too, and more comes in than goes out",
			"distribution of software: the same writer on many days, which others ask for service",
		},
		Techniques: []string{"T1041", "T1048", "T1071", "T1213", "T1021.002", "T1570", "T1046"},
		Sources: []string{
			"DICOM PS3.8 section 9.1 (ports), PS3.4 annex C (C-MOVE, C-GET)",
			"HL7 Version 3 Standard: Transport Specification - MLLP; IANA port 2575",
			"Symantec: New Orangeworm attack group targets the healthcare sector, 2018",
			"MITRE ATT&CK G0071, T1213, T1570",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "theft of images and messages out of the clinical network",
			Reason: "there is no connection log", Fix: "keep connections or flows between the clinical network, the archive and the rest of the house, not of the internet edge alone",
		}},
	}
}

// learnDays is how many days of records must lie before what is new for a machine of
// the clinical network.
const learnDays = 2

const day = 24 * 3600 * 1_000_000

// Find asks one question after the other.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	if err := ledger.Steps(ctx, l.Store, hostQuery, nil, []any{new(int64)}, func() error { return nil }); err != nil {
		return nil, fmt.Errorf("clinic: %w", err)
	}
	var out []detect.Finding
	for _, q := range []struct {
		what string
		find func(context.Context, *ledger.Look) ([]detect.Finding, error)
	}{
		{"far ends", findEgress}, {"protocols outside", findOutside}, {"images", findImages}, {"copies", findCopies}, {"peers", findPeers},
	} {
		found, err := q.find(ctx, l)
		if err != nil {
			return nil, fmt.Errorf("clinic: %s: %w", q.what, err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// recordDay numbers the days of the records from one.
func recordDay(us, first int64) int64 { return us/day - first/day + 1 }

// grade is how far n lies between two bounds on a logarithmic scale, 0 to 1.
func grade(n, none, full float64) float64 {
	if n <= none {
		return 0
	}
	return math.Min(1, math.Log10(n/none)/math.Log10(full/none))
}

// atNight tells hours out of work: nights and weekends in UTC.
func atNight(hour uint32) bool {
	t := time.Unix(int64(hour)*3600, 0).UTC()
	return t.Hour() >= 20 || t.Hour() < 6 || t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
}

// balance weighs what went out against what came in.
func balance(out, in int64) (ts []detect.Term) {
	switch ratio := float64(out) / float64(max(in, 1)); {
	case ratio < 1:
		ts = append(ts, detect.ReceivedMore.Says())
	case ratio < 1.5:
		ts = append(ts, detect.Conversational.Says())
	case ratio >= 4 && out >= 1_000_000:
		ts = append(ts, detect.NowAProducer.Says(fmt.Sprintf("%.0f times", math.Min(ratio, 1000))))
	}
	return ts
}
