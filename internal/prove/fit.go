package prove

import (
	"math"
	"slices"
	"strings"

	"barium/internal/icd203"
)

// Fit is whether a line through the weights states better what was real than the
// weights by themselves. Each fold is fitted on some backgrounds and stories and
// checked on the others.
type Fit struct {
	Folds []Fold `json:"folds"`
	// Better: on what they were checked on, the fitted lines do better in both scores
	// in each fold. Else the weights are kept.
	Better bool   `json:"better"`
	Why    string `json:"why"`
}

// Fold is one fit. A line states the probability whose log-odds (natural) are offset
// + slope times those that a weight states; today's weights are offset 0, slope 1.
type Fold struct {
	Fitted  Part    `json:"fitted_on"`
	Checked Part    `json:"checked_on"`
	Offset  float64 `json:"offset"`
	Slope   float64 `json:"slope"`
	Today   Scores  `json:"today"`
	Line    Scores  `json:"line"`
}

// Part is what a fold was fitted or checked on.
type Part struct {
	Half        string   `json:"half"` // "A" or "B"
	Backgrounds []string `json:"backgrounds"`
	Stories     []string `json:"stories"`
	HostMonths  float64  `json:"host_months"`
	Injected    int      `json:"thefts_injected"`
	Thefts      int      `json:"theft_cases"`
	Innocents   int      `json:"innocent_cases"`

	theft, innocent []float64 // log-odds that the weights state
}

// Scores are means over cases that are reweighted to the stated prior; less is better.
type Scores struct {
	Brier   float64 `json:"brier"`
	LogLoss float64 `json:"log_loss"` // in nats
}

// The line is held to today's weights as far as the cases do not speak against them:
// by a standard deviation of 10 dB in the offset and one half in the slope.
const (
	offsetSD = 10 * math.Ln10 / 10
	slopeSD  = 0.5
)

// fit fits and checks twice: each half of backgrounds and stories once for either.
func fit(runs []sample) *Fit {
	var halves [2]Part
	families := []string{}
	for _, r := range runs {
		for i := range r.thefts {
			families = append(families, family(r.thefts[i].Story))
		}
	}
	slices.Sort(families)
	families = slices.Compact(families)
	for h := range halves {
		p := &halves[h]
		*p = Part{Half: half(h), Backgrounds: []string{}, Stories: []string{}}
		for i, name := range families {
			if i%2 == h {
				p.Stories = append(p.Stories, name)
			}
		}
		for i, r := range runs {
			if i%2 == h {
				p.add(&r)
			}
		}
	}
	f := &Fit{Folds: []Fold{}}
	for h := range halves {
		if p := &halves[h]; p.Thefts == 0 || p.Innocents == 0 {
			f.Why = "Not fitted: it takes innocent cases and thefts with a case in either half of the backgrounds. The weights are kept."
			return f
		}
	}
	for h := range halves {
		a, b := halves[h], halves[1-h]
		x := Fold{Fitted: a, Checked: b}
		x.Offset, x.Slope = a.line()
		x.Today, x.Line = b.scores(0, 1), b.scores(x.Offset, x.Slope)
		f.Folds = append(f.Folds, x)
	}
	f.Better = !slices.ContainsFunc(f.Folds, func(x Fold) bool {
		return x.Line.Brier >= x.Today.Brier || x.Line.LogLoss >= x.Today.LogLoss
	})
	f.Why = "A line does not do better in each fold and score on what it was not fitted on: the weights are kept."
	if f.Better {
		f.Why = "A line does better in each fold and score on what it was not fitted on."
	}
	return f
}

// family is what stories that are variants of each other share: "wellmess-dns" and
// "wellmess-tls" never stand in different halves.
func family(story string) string {
	name, _, _ := strings.Cut(story, "-")
	return name
}

// add takes the innocent cases of a background, and its thefts of the part's stories.
func (p *Part) add(r *sample) {
	p.Backgrounds = append(p.Backgrounds, r.what)
	p.HostMonths += r.hostMonths
	for i := range r.innocents {
		p.innocent = append(p.innocent, logOdds(*r.innocents[i].WeightDB))
		p.Innocents++
	}
	for i := range r.thefts {
		if t := &r.thefts[i]; slices.Contains(p.Stories, family(t.Story)) {
			p.Injected++
			if t.WeightDB != nil {
				p.theft = append(p.theft, logOdds(*t.WeightDB))
				p.Thefts++
			}
		}
	}
}

// logOdds are those that a weight states, natural.
func logOdds(db float64) float64 { return (db - icd203.Weight(0.5)) * math.Ln10 / 10 }

// line fits offset and slope by penalised maximum likelihood (Newton). Thefts are
// injected more often than they happen; that is a constant in the log-odds of the
// cases, which is known (prior correction: King and Zeng, Political Analysis 2001).
func (p *Part) line() (offset, slope float64) {
	more := math.Log(float64(p.Injected) / (p.HostMonths * icd203.Prior))
	offset, slope = 0, 1
	for range 100 {
		// Gradient and curvature of the penalised loss, which is strictly convex.
		g0, g1 := offset/(offsetSD*offsetSD), (slope-1)/(slopeSD*slopeSD)
		h00, h01, h11 := 1/(offsetSD*offsetSD), 0.0, 1/(slopeSD*slopeSD)
		for k, xs := range [][]float64{p.innocent, p.theft} {
			for _, x := range xs {
				q := sigmoid(more + offset + slope*x)
				d, w := q-float64(k), q*(1-q)
				g0, g1 = g0+d, g1+d*x
				h00, h01, h11 = h00+w, h01+w*x, h11+w*x*x
			}
		}
		det := h00*h11 - h01*h01
		s0, s1 := (h11*g0-h01*g1)/det, (h00*g1-h01*g0)/det
		// Half steps until the loss falls: far from the minimum Newton may overshoot.
		at, step := p.loss(more, offset, slope), 1.0
		for step > 1e-9 && p.loss(more, offset-step*s0, slope-step*s1) > at {
			step /= 2
		}
		offset, slope = offset-step*s0, slope-step*s1
		if math.Abs(step*s0)+math.Abs(step*s1) < 1e-10 {
			break
		}
	}
	return offset, slope
}

// loss is what line makes least.
func (p *Part) loss(more, offset, slope float64) float64 {
	sum := offset*offset/(2*offsetSD*offsetSD) + (slope-1)*(slope-1)/(2*slopeSD*slopeSD)
	for _, x := range p.innocent {
		sum += softplus(more + offset + slope*x)
	}
	for _, x := range p.theft {
		sum += softplus(-(more + offset + slope*x))
	}
	return sum
}

// scores says how far a line is from what was real, had thefts the stated prior.
func (p *Part) scores(offset, slope float64) (s Scores) {
	all := 0.0
	score := func(xs []float64, real, weight float64) {
		for _, x := range xs {
			z := offset + slope*x
			q := sigmoid(z)
			s.Brier += weight * (q - real) * (q - real)
			s.LogLoss += weight * (real*softplus(-z) + (1-real)*softplus(z))
			all += weight
		}
	}
	score(p.theft, 1, icd203.Prior/float64(p.Injected))
	score(p.innocent, 0, 1/p.HostMonths)
	return Scores{s.Brier / all, s.LogLoss / all}
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softplus is log(1+exp(z)), also for large z.
func softplus(z float64) float64 { return math.Max(z, 0) + math.Log1p(math.Exp(-math.Abs(z))) }
