package prove

import (
	"fmt"
	"strings"

	"barium/internal/report"
)

// detectors prints what each detector adds.
func (t *tables) detectors(r *Result) {
	if len(r.Detectors) == 0 {
		return
	}
	fmt.Fprintf(t, "\nDETECTORS: what is found and read without each, at the same budget\n")
	t.table(append([][]string{addedHead}, r.added()...))
	for i := range r.Detectors {
		if a := &r.Detectors[i]; len(a.Lost) > 0 {
			t.wrapped("  · ", fmt.Sprintf("without %s not found: %s", a.Name, strings.Join(a.Lost, ", ")))
		}
	}
}

var addedHead = []string{"detector", "in found cases", "found without", "later", "innocent at the beginning", "new a day", "smallest plain theft with a part in it"}

// added words the table's rows.
func (r *Result) added() (out [][]string) {
	for i := range r.Detectors {
		a := &r.Detectors[i]
		out = append(out, []string{
			a.Name, fmt.Sprintf("%d of %d", a.In, a.Found), fmt.Sprintf("%d of %d", a.Without, a.Found), fmt.Sprint(a.Later),
			fmt.Sprintf("%d, with %d", a.Backlog, r.Clean.Backlog), fmt.Sprintf("%.1f, with %.1f", a.Mean, r.Clean.Mean), a.parts(),
		})
	}
	return out
}

// parts words the smallest plain thefts: the smallest of each route.
func (a *Added) parts() string {
	var words []string
	at := map[string]int{}
	least := map[string]int64{}
	for _, p := range a.Smallest {
		n, ok := at[p.Route]
		if ok && p.Bytes >= least[p.Route] {
			continue
		}
		text := fmt.Sprintf("%s %s in %s", p.Route, report.Bytes(p.Bytes), span(p.Hours))
		least[p.Route] = p.Bytes
		if ok {
			words[n] = text
			continue
		}
		at[p.Route] = len(words)
		words = append(words, text)
	}
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, "; ")
}
