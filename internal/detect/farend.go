package detect

// FarEndFacts is what several detectors weigh about a far end.
type FarEndFacts struct {
	Users, Hosts        int64 // hosts that use it, hosts in all
	First               int64 // when any host first used it
	LookFirst, LookLast int64 // what the records cover
	Days                int64 // on which this host used it
	Labels              int64 // far ends of this host in all
	Name                string
	Names               bool // some log gives names at all
	Port, Proto         int
}

const dayMicros = 24 * 3600 * 1_000_000

// FarEndTerms weighs how rare, how new and how named a far end is, and on what
// port. It is used by every detector, so that the same fact has the same weight
// and wording everywhere and counts once in a case.
func FarEndTerms(f FarEndFacts) (ts []Term) {
	if f.Users >= 5 && f.Users*5 >= f.Hosts {
		ts = append(ts, Common.Says(f.Users, f.Hosts))
	} else if t := Rare(f.Users, f.Hosts); t.DB > 0 {
		ts = append(ts, t)
	}
	// Calendar days (UTC): what first appears on the second day is a day old.
	span := f.LookLast/dayMicros - f.LookFirst/dayMicros + 1
	if age := f.First/dayMicros - f.LookFirst/dayMicros; age >= 1 {
		// Of records that begin a few hours before, nearly all is new on the second day.
		ts = append(ts, NewFarEnd.Scaled(float64(f.First-f.LookFirst)/dayMicros, Date(f.First), age+1))
	} else if span >= 3 && f.Days >= span-1 {
		ts = append(ts, Established.Says(f.Days, span))
		if f.Labels <= 3 {
			ts = append(ts, SinglePurpose.Says(f.Labels))
		}
	}
	if f.Name == "" && f.Names {
		ts = append(ts, NoName.Says())
	}
	switch {
	case f.Port == 123 || f.Port == 53 || f.Port == 853:
		ts = append(ts, TimeService.Says(f.Port))
	case !usualPort(f.Port):
		ts = append(ts, OddPort.Says(f.Port))
	}
	return ts
}

// usualPort lists the ports on which clients usually leave a hospital.
func usualPort(p int) bool {
	switch p {
	case 20, 21, 22, 25, 43, 53, 80, 110, 123, 143, 443, 465, 500, 587, 853, 990, 993, 995,
		104, 2575, 2762, 11112, // HL7 and DICOM
		1194, 1935, 3478, 3479, 3480, 3481, 4500, 5060, 5061, 5222, 5223, 5228, 8080, 8801, 8883, 19302, 19305:
		return true
	}
	return false
}
