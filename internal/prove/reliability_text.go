package prove

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"barium/internal/caseload"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// head says what the shares are made of.
func (r *Reliability) head() string {
	s := fmt.Sprintf("%s in %s host-months without thefts; %s of %s injected, which is %s for a host in a month (real ones, by the prior: %g).",
		report.Plural(int64(len(r.Innocents)), "innocent case"), months(r.HostMonths), report.Plural(int64(r.Injected), "theft"), stories(r.Stories), digits(r.Rate), r.Prior)
	if r.Unseen > 0 {
		s += fmt.Sprintf(" %s no case.", counted(r.Unseen, "of them has", "of them have"))
	}
	return s
}

// sum says which words were measured.
func (r *Reliability) sum() string {
	var words []string
	for i := range r.Words {
		if r.Words[i].Measured {
			words = append(words, r.Words[i].Words)
		}
	}
	s := fmt.Sprintf("%s host-months support at most %s for any case, were every theft and no innocent host to have one.", months(r.HostMonths), chance(r.Most))
	if len(words) == 0 {
		return "No word is measured. " + s
	}
	return fmt.Sprintf("Measured, on injected thefts: %s. %s", strings.Join(words, ", "), s)
}

// rows are the words as a table, the heading first.
func (r *Reliability) rows() [][]string {
	out := [][]string{{"what the weight states", "", "weight", "innocent (kinds)", "thefts", "real, as injected", "real, at the prior", "word"}}
	for i := range r.Words {
		w := &r.Words[i]
		row := []string{w.Words, fmt.Sprintf("%.0f–%.0f %%", 100*w.Low, 100*w.High), w.weights(), w.innocent(), fmt.Sprint(w.Thefts), "–", "–", "not measured"}
		if w.Real != nil {
			row[5] = fmt.Sprintf("%.0f %% (%s)", 100**w.Real, percent(w.RealInterval))
			row[6] = fmt.Sprintf("%s to %s", chance(w.AtPriorInterval.Low), chance(w.AtPriorInterval.High))
		}
		if w.AtPrior != nil {
			row[6] = fmt.Sprintf("%s (%s)", chance(*w.AtPrior), row[6])
		}
		if w.Measured {
			row[7] = "measured"
		}
		out = append(out, row)
	}
	return out
}

// reasons say of each word that some case states why it was not measured.
func (r *Reliability) reasons() (out []string) {
	for i := range r.Words {
		if w := &r.Words[i]; !w.Measured && w.Innocents+w.Thefts > 0 {
			out = append(out, fmt.Sprintf("%q is not measured: %s.", w.Words, w.Why))
		}
	}
	return out
}

// innocent is how many innocent cases there are, and of how many kinds.
func (w *WordScore) innocent() string {
	if w.Innocents == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d)", w.Innocents, w.Kinds)
}

// weights words the weights that state a word.
func (w *WordScore) weights() string {
	switch {
	case w.LowDB == nil && w.HighDB != nil:
		return fmt.Sprintf("%d to %.1f dB", caseload.Listed, *w.HighDB)
	case w.HighDB == nil && w.LowDB != nil:
		return fmt.Sprintf("from %.1f dB", *w.LowDB)
	case w.LowDB != nil:
		return fmt.Sprintf("%.1f to %.1f dB", *w.LowDB, *w.HighDB)
	}
	return ""
}

// caps are the groups as a table, the heading first.
func (r *Reliability) caps() [][]string {
	out := [][]string{{"group", "may weigh", "supported", "heaviest in an innocent case", "in innocent cases", "in cases of thefts"}}
	for i := range r.Groups {
		g := &r.Groups[i]
		row := []string{g.Group, report.Decibels(g.Cap), report.Decibels(g.Supported), "–", fmt.Sprint(g.Innocents), fmt.Sprint(g.Thefts)}
		if !g.Within {
			row[2] += ", too little"
		}
		if g.Innocents > 0 {
			row[3] = report.Decibels(g.Heaviest)
		}
		out = append(out, row)
	}
	return out
}

func (t *tables) reliability(r *Reliability) {
	if r == nil {
		return
	}
	fmt.Fprintf(t, "\nRELIABILITY: of the cases of a weight, how many were real\n")
	t.wrapped("  ", r.head())
	t.table(r.rows())
	for _, s := range r.reasons() {
		t.wrapped("  · ", s)
	}
	t.wrapped("  ", r.sum())
	fmt.Fprintf(t, "\nGROUPS: what one group of terms may weigh, and what %s host-months without thefts support\n", months(r.HostMonths))
	t.table(r.caps())
}

// WriteText prints the tables for a terminal.
func (p *Pooled) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	t := &tables{b}
	t.wrapped("", p.Injected)
	fmt.Fprintf(t, "\nRUNS\n")
	rows := [][]string{{"background", "from", "days", "hosts", "seed", "innocent cases", "thefts"}}
	for i := range p.Runs {
		r := &p.Runs[i]
		rows = append(rows, []string{
			safe.Text(r.Background.What), safe.Text(r.Background.From), fmt.Sprint(r.Background.Days), report.Count(r.Background.Hosts), fmt.Sprint(r.Seed),
			fmt.Sprint(r.Innocents), fmt.Sprint(r.Injected),
		})
	}
	t.table(rows)
	t.reliability(p.Reliability)
	t.fit(p.Fit)
	return b.Flush()
}

func (t *tables) fit(f *Fit) {
	fmt.Fprintf(t, "\nFIT: a line through the weights, checked on backgrounds and stories that it was not fitted on\n")
	rows := [][]string{{"fitted on", "checked on", "offset", "slope", "Brier score", "log loss"}}
	for i := range f.Folds {
		x := &f.Folds[i]
		rows = append(rows, []string{
			x.Fitted.words(), x.Checked.words(), fmt.Sprintf("%+.2f", x.Offset), fmt.Sprintf("%.2f", x.Slope),
			digits(x.Today.Brier) + " today, " + digits(x.Line.Brier) + " fitted", digits(x.Today.LogLoss) + " today, " + digits(x.Line.LogLoss) + " fitted",
		})
	}
	if len(f.Folds) > 0 {
		t.table(rows)
		for i := range f.Folds {
			x := &f.Folds[i].Fitted
			t.wrapped("  · ", fmt.Sprintf("Half %s: %s; %s.", half(i), counted(len(x.Backgrounds), "background", "backgrounds"), safe.Text(strings.Join(x.Stories, ", "))))
		}
	}
	t.wrapped("  ", f.Why)
}

// half names the halves of backgrounds and stories; the first fold is fitted on A.
func half(i int) string { return string(rune('A' + i)) }

// words says how much a part holds.
func (p *Part) words() string {
	return fmt.Sprintf("%s: %d innocent, %d thefts", p.Half, p.Innocents, p.Thefts)
}

func stories(n int) string { return counted(n, "story", "stories") }

func counted(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}

// digits writes a number with two digits that say something.
func digits(v float64) string { return fmt.Sprintf("%.2g", v) }
