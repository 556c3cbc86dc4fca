package evaluate

import (
	"fmt"
	"io"
	"math"
	"strings"

	"barium/internal/icd203"
	"barium/internal/interval"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// Result is how cases stand against labels; docs/evaluate.md describes its JSON.
type Result struct {
	Schema     string     `json:"schema"`
	Version    string     `json:"version"`
	Injected   string     `json:"injected"` // what in the records was generated; empty for real logs
	Malicious  int        `json:"labels_malicious"`
	Benign     int        `json:"labels_benign"`
	Recall     Share      `json:"recall"`    // malicious labels that a case touches
	Precision  Share      `json:"precision"` // true cases among true and false ones
	Unlabelled int        `json:"cases_without_label"`
	HostDays   float64    `json:"host_days"` // labelled hosts times the days of the records
	FalseADay  float64    `json:"false_cases_per_host_day"`
	Brier      *float64   `json:"brier"` // nil without a case that has a label
	Calibrated bool       `json:"calibrated"`
	Curve      []Bin      `json:"reliability"`
	Missed     []string   `json:"missed"` // malicious labels that no case touches
	Cases      []Verified `json:"cases"`
}

// Share is x of n.
type Share struct {
	X        int               `json:"x"`
	N        int               `json:"n"`
	Interval interval.Interval `json:"interval_95"`
}

// Bin is the cases whose weight stands for a range of probabilities, by the words
// of ICD 203.
type Bin struct {
	Words string  `json:"words"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	Mean  float64 `json:"mean_stated"` // of the cases in it
	True  Share   `json:"true"`
}

// Verified is a case and what the labels say of it.
type Verified struct {
	ID       string  `json:"id"`
	WeightDB float64 `json:"weight_db"`
	Stated   float64 `json:"stated"` // probability that the weight stands for
	Truth    string  `json:"truth"`  // "malicious", "benign", "unlabelled"
	Lines    []int   `json:"label_lines"`
}

// Compare holds the cases of a document against labels.
func Compare(d *report.Document, labels []Label) *Result {
	r := &Result{
		Schema: "barium-evaluate/1", Version: d.Version, Injected: d.Injected,
		Curve: []Bin{}, Missed: []string{}, Cases: []Verified{},
	}
	hit := make([]bool, len(labels))
	var right, wrong int
	var brier float64
	curve := make([]Bin, len(icd203.Words))
	for i, w := range icd203.Words {
		curve[i] = Bin{Words: w.Text, Low: w.Low, High: w.High}
	}
	for i := range d.Cases {
		c := &d.Cases[i]
		v := Verified{ID: c.ID, WeightDB: c.WeightDB, Stated: stated(c), Truth: "unlabelled", Lines: []int{}}
		r.Calibrated = r.Calibrated || c.Calibrated
		for j := range labels {
			l := &labels[j]
			if !touches(c, l) {
				continue
			}
			hit[j] = true
			v.Lines = append(v.Lines, l.Line)
			switch {
			case l.Malicious:
				v.Truth = "malicious"
			case v.Truth == "unlabelled":
				v.Truth = "benign"
			}
		}
		r.Cases = append(r.Cases, v)
		real := 0
		switch v.Truth {
		case "unlabelled":
			r.Unlabelled++
			continue
		case "malicious":
			real = 1
			right++
		default:
			wrong++
		}
		brier += (v.Stated - float64(real)) * (v.Stated - float64(real))
		b := &curve[icd203.Of(v.Stated)]
		b.Mean += v.Stated
		b.True.N++
		b.True.X += real
	}
	found := 0
	for j := range labels {
		l := &labels[j]
		switch {
		case !l.Malicious:
			r.Benign++
		case hit[j]:
			r.Malicious++
			found++
		default:
			r.Malicious++
			r.Missed = append(r.Missed, fmt.Sprintf("line %d: %s to %s", l.Line, l.Host, l.Far))
		}
	}
	r.Recall, r.Precision = share(found, r.Malicious), share(right, right+wrong)
	if p := d.Period; p.First != nil && p.Last != nil {
		r.HostDays = float64(len(hosts(labels))) * math.Max(1, math.Ceil(p.Last.Sub(*p.First).Hours()/24))
		r.FalseADay = float64(wrong) / r.HostDays
	}
	if n := right + wrong; n > 0 {
		brier /= float64(n)
		r.Brier = &brier
	}
	for _, b := range curve {
		if b.True.N > 0 {
			b.Mean /= float64(b.True.N)
			b.True = share(b.True.X, b.True.N)
			r.Curve = append(r.Curve, b)
		}
	}
	return r
}

// stated is the probability that a case states or, as long as weights were not
// measured, that its weight stands for by the prior.
func stated(c *report.Case) float64 {
	if c.Probability != nil {
		return *c.Probability
	}
	return icd203.Stated(c.WeightDB)
}

// touches reports whether a finding of a case is about a label's traffic.
func touches(c *report.Case, l *Label) bool {
	for i := range c.Findings {
		f := &c.Findings[i]
		if f.Src == l.Host && (l.From.IsZero() || !f.Last.Before(l.From)) && (l.To.IsZero() || f.First.Before(l.To)) && reaches(f, l.Far) {
			return true
		}
	}
	return false
}

// reaches reports whether a finding's far end is an address, a name or below a domain.
func reaches(f *report.Finding, far string) bool {
	is := func(s string) bool {
		s = strings.ToLower(strings.TrimSuffix(s, "."))
		return s != "" && (s == far || strings.HasSuffix(s, "."+far))
	}
	if far == "*" || is(f.Dst) || is(f.DstName) {
		return true
	}
	for _, d := range f.FarEnds {
		if is(d.IP) || is(d.Name) {
			return true
		}
	}
	return false
}

// share is x of n with its interval.
func share(x, n int) Share {
	return Share{x, n, interval.Wilson(x, n)}
}

// WriteText prints the result for a terminal.
func (r *Result) WriteText(w io.Writer) error {
	var b strings.Builder
	if r.Injected != "" {
		fmt.Fprintf(&b, "Generated data: %s\n\n", safe.Text(r.Injected))
	}
	fmt.Fprintf(&b, "Labels      %d malicious, %d benign\n", r.Malicious, r.Benign)
	fmt.Fprintf(&b, "Recall      %s of the malicious labels are in a case\n", r.Recall.words())
	fmt.Fprintf(&b, "Precision   %s of the cases with a label are about something malicious; %d cases have no label\n", r.Precision.words(), r.Unlabelled)
	fmt.Fprintf(&b, "False cases %.4f per host and day, over %.0f host-days\n", r.FalseADay, r.HostDays)
	if r.Brier != nil {
		fmt.Fprintf(&b, "Brier score %.3f (0 is perfect, 0.25 is a coin)\n", *r.Brier)
	}
	if !r.Calibrated {
		fmt.Fprintf(&b, "\nThe weights have not been measured: what a case states is reckoned from its weight and a prior of one host in 10,000.\n")
	}
	for i, c := range r.Curve {
		if i == 0 {
			fmt.Fprintf(&b, "\nCases by what they state, and how many of them were real\n")
		}
		fmt.Fprintf(&b, "  %-26s  %4.0f–%.0f %%  stated %5.1f %%  real %s\n", c.Words, 100*c.Low, 100*c.High, 100*c.Mean, c.True.words())
	}
	for i, m := range r.Missed {
		if i == 0 {
			fmt.Fprintf(&b, "\nIn no case\n")
		}
		fmt.Fprintf(&b, "  %s\n", safe.Text(m))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (s Share) words() string {
	if s.N == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%d of %d (95 %%: %.0f–%.0f %%)", s.X, s.N, 100*s.Interval.Low, 100*s.Interval.High)
}
