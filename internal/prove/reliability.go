package prove

// Reliability is how often cases of a weight were real.
type Reliability struct {
	HostMonths float64   `json:"host_months"`
	Innocents  []Weighed `json:"innocent_cases"`
	Thefts     []Weighed `json:"theft_cases"`
}

func reliability(b *Background, innocents []Weighed, thefts []*theft) *Reliability {
	r := &Reliability{HostMonths: float64(b.Hosts) * float64(b.Hours) / (24 * 30), Innocents: innocents, Thefts: []Weighed{}}
	for _, t := range thefts {
		r.Thefts = append(r.Thefts, t.last)
	}
	return r
}
