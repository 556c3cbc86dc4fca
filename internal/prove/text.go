package prove

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"barium/internal/interval"
	"barium/internal/report"
	"barium/internal/report/safe"
)

// WriteText prints the tables for a terminal.
func (r *Result) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	t := &tables{b}
	t.head(r)
	t.stories(r)
	t.smallest(r)
	t.detectors(r)
	t.missed(r)
	t.reliability(r.Reliability)
	fmt.Fprintf(t, "\nNOT TESTED by injection\n")
	for _, s := range r.Limits {
		t.wrapped("  · ", s)
	}
	return b.Flush()
}

type tables struct{ *bufio.Writer }

func (t *tables) head(r *Result) {
	b := &r.Background
	t.wrapped("", r.Injected)
	fmt.Fprintln(t)
	t.wrapped("Background: ", safe.Text(b.What)+".")
	t.wrapped("", fmt.Sprintf("%s of %s with the outside in %s (%s to %s).", report.Plural(b.Records, "record"),
		report.Plural(b.Hosts, "host"), report.Plural(int64(b.Days), "day"), b.From[:10], b.To[:10]))
	t.wrapped("", fmt.Sprintf("Thefts begin after %s; at most %s at once; %s; each theft %s. Budget: %s a day are read.",
		report.Plural(int64(b.Learning), "day"), report.Plural(int64(b.Together), "theft"), report.Plural(int64(r.Rounds), "round"),
		times(r.Placements), report.Plural(int64(r.Budget), "new case")))
	t.wrapped("Without thefts: ", r.Clean.words())
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// words says what the background shows without thefts.
func (c *Clean) words() string {
	s := fmt.Sprintf("%s at the beginning", report.Plural(int64(c.Backlog), "case"))
	if len(c.NewCases) > 0 {
		s += fmt.Sprintf(", then %.1f new a day, at most %d, before any cut", c.Mean, c.Most)
	}
	return s + fmt.Sprintf("; %d of them say \"data left\".", c.DataLeft)
}

func (t *tables) stories(r *Result) {
	if len(r.Stories) == 0 {
		return
	}
	fmt.Fprintf(t, "\nSTORIES found, and after how long (median, longest)\n")
	rows := [][]string{append([]string{"story", "route", "found", "95 %", "after", "rank"}, r.titles()...)}
	for i := range r.Stories {
		s := &r.Stories[i]
		row := []string{s.Title, s.Route, s.Score.of(), percent(s.Score.Interval), s.Score.after(), "–"}
		if s.Score.Found > 0 {
			row[5] = fmt.Sprintf("≤ %d", s.Score.WorstRank)
		}
		for _, b := range r.Baselines {
			x := s.Baselines[b.Name]
			row = append(row, strings.TrimSpace(x.of()+" "+x.median()))
		}
		rows = append(rows, row)
	}
	t.table(rows)
}

func (t *tables) smallest(r *Result) {
	if len(r.Smallest) == 0 {
		return
	}
	fmt.Fprintf(t, "\nSMALLEST THEFT found in every placement, and every larger one tried\n")
	rows := [][]string{append([]string{"route", "within", "barium"}, append(r.titles(), "largest tried")...)}
	for _, s := range r.Smallest {
		row := []string{s.Route, span(s.Hours), sizeOr(s.Bytes)}
		for _, b := range r.Baselines {
			row = append(row, sizeOr(s.Baselines[b.Name]))
		}
		rows = append(rows, append(row, report.Bytes(s.Largest)))
	}
	t.table(rows)
}

// missed lists the stories that were not always found and how near they came.
func (t *tables) missed(r *Result) {
	named := map[string]string{}
	for i := range r.Stories {
		named[r.Stories[i].Name] = r.Stories[i].Title
	}
	first := true
	for i := range r.Thefts {
		o := &r.Thefts[i]
		title, ok := named[o.Story]
		if o.Found || !ok {
			continue
		}
		if first {
			fmt.Fprintf(t, "\nNOT FOUND\n")
			first = false
		}
		t.wrapped("  · ", fmt.Sprintf("%s on %s from %s: %s", title, safe.Text(o.Host), o.Begin[:16], o.near()))
	}
}

// near says how near a theft came that was not found.
func (o *Outcome) near() string {
	if o.BestRank == 0 {
		return "no case named its host and far end."
	}
	return fmt.Sprintf("a case named it, but came no further than place %d of the new ones (%.1f dB).", o.BestRank, o.BestWeight)
}

func (r *Result) titles() (out []string) {
	for _, b := range r.Baselines {
		out = append(out, b.Title)
	}
	return out
}

func (s Score) of() string { return fmt.Sprintf("%d of %d", s.Found, s.Injected) }

func percent(i interval.Interval) string { return fmt.Sprintf("%.0f–%.0f %%", 100*i.Low, 100*i.High) }

func (s Score) median() string {
	if s.Found == 0 {
		return ""
	}
	return span(s.MedianHours)
}

func (s Score) after() string {
	switch {
	case s.Found == 0:
		return "–"
	case s.MedianHours == s.MostHours:
		return span(s.MedianHours)
	}
	return span(s.MedianHours) + ", " + span(s.MostHours)
}

// span words hours.
func span(h int64) string {
	if h < 48 && h != 24 {
		return fmt.Sprintf("%d h", h)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(h)/24), ".0") + " d"
}

func sizeOr(n *int64) string {
	if n == nil {
		return "none"
	}
	return report.Bytes(*n)
}

// table prints rows in columns as wide as they must be, two blanks apart.
func (t *tables) table(rows [][]string) {
	width := map[int]int{}
	for _, r := range rows {
		for i, c := range r {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, r := range rows {
		line := " "
		for i, c := range r {
			line += " " + c + strings.Repeat(" ", width[i]-utf8.RuneCountInString(c)+1)
		}
		fmt.Fprintln(t, strings.TrimRight(line, " "))
	}
}

// wrapped prints text in lines of at most 100 characters behind a prefix.
func (t *tables) wrapped(prefix, text string) {
	const most = 100
	indent := ""
	if strings.HasPrefix(prefix, " ") {
		indent = strings.Repeat(" ", utf8.RuneCountInString(prefix))
	}
	line := prefix
	for _, word := range strings.Fields(text) {
		if n := utf8.RuneCountInString(line); n > len(indent) && n+1+utf8.RuneCountInString(word) > most {
			fmt.Fprintln(t, strings.TrimRight(line, " "))
			line = indent
		}
		if line != "" && !strings.HasSuffix(line, " ") {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(t, line)
}
