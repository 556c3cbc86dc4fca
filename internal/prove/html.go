package prove

import (
	_ "embed" // of the page and its style
	"fmt"
	"html/template"
	"io"
	"math"

	"barium/internal/report"
	"barium/internal/report/safe"
)

var (
	//go:embed page.html.tmpl
	pageText string
	//go:embed style.css
	styleText string

	//go:embed reliability.html.tmpl
	reliabilityText string

	//go:embed ablation.html.tmpl
	ablationText string

	page = template.Must(template.Must(template.Must(template.New("prove").Parse(pageText)).Parse(reliabilityText)).Parse(ablationText))
)

// view is what the page shows; all texts are safe, and the template escapes them.
type view struct {
	*Result
	Style    template.CSS
	Headline string
	What     string
	Paths    []string
	Clean    string
	Titles   []string
	Rows     []rowView
	Small    [][]string
	Charts   []chart
	Missed   []string
	// Real is the reliability, and Caps the groups, as tables with their headings; nil
	// when there is none.
	Real, Caps [][]string
	RealHead   string
	RealSum    string
	RealWhy    []string
	// Added is what each detector adds, with its heading.
	Added     [][]string
	AddedHead []string
}

type rowView struct {
	Title, Route, Shape, Source, Found, Interval, After, Rank, By string
	All                                                           bool
	Others                                                        []string
}

// chart draws the share of thefts found over their size, for one route and time.
type chart struct {
	Title string
	Lines []line
	Ticks []tick // below, from the left
	Words string // the same for those who do not see it
}

type line struct{ Class, Points string }

type tick struct{ X, Label string }

// WriteHTML draws the result as one page that asks nothing of any server.
func (r *Result) WriteHTML(w io.Writer) error {
	v := view{Result: r, Style: template.CSS(styleText), What: safe.Text(r.Background.What), Clean: r.Clean.words(), Titles: r.titles()}
	for _, p := range r.Background.Paths {
		v.Paths = append(v.Paths, safe.Text(p))
	}
	found, all := 0, 0
	for i := range r.Stories {
		s := &r.Stories[i]
		found, all = found+s.Score.Found, all+s.Score.Injected
		x := rowView{
			Title: s.Title, Route: s.Route, Shape: s.Shape, Source: s.Source, Found: s.Score.of(), Interval: percent(s.Score.Interval),
			After: s.Score.after(), Rank: "–", All: s.Score.Found == s.Score.Injected,
		}
		if s.Score.Found > 0 {
			x.Rank = fmt.Sprint(s.Score.WorstRank)
		}
		for j, d := range s.By {
			if j > 0 {
				x.By += ", "
			}
			x.By += d
		}
		for _, b := range r.Baselines {
			o := s.Baselines[b.Name]
			x.Others = append(x.Others, o.of()+" "+o.median())
		}
		v.Rows = append(v.Rows, x)
	}
	if all == 0 {
		for i := range r.Sweep {
			found, all = found+r.Sweep[i].Score.Found, all+r.Sweep[i].Score.Injected
		}
	}
	v.Headline = fmt.Sprintf("%d of %d injected thefts found", found, all)
	for _, s := range r.Smallest {
		row := []string{s.Route, span(s.Hours), sizeOr(s.Bytes)}
		for _, b := range r.Baselines {
			row = append(row, sizeOr(s.Baselines[b.Name]))
		}
		v.Small = append(v.Small, append(row, report.Bytes(s.Largest)))
	}
	v.Charts = r.charts()
	v.Added, v.AddedHead = r.added(), addedHead
	for i := range r.Thefts {
		if o := &r.Thefts[i]; !o.Found {
			v.Missed = append(v.Missed, fmt.Sprintf("%s, placement %d, on %s from %s: %s", o.Story, o.Placement, safe.Text(o.Host), o.Begin, o.near()))
		}
	}
	if x := r.Reliability; x != nil {
		v.Real, v.Caps, v.RealHead, v.RealSum, v.RealWhy = x.rows(), x.caps(), x.head(), x.sum(), x.reasons()
	}
	return page.Execute(w, v)
}

// The charts' own units.
const (
	chartWidth, chartHeight = 240.0, 100.0
	chartEdge               = 6.0
)

func (r *Result) charts() (out []chart) {
	for from := 0; from < len(r.Sweep); {
		to := from
		for to < len(r.Sweep) && r.Sweep[to].Route == r.Sweep[from].Route && r.Sweep[to].Hours == r.Sweep[from].Hours {
			to++
		}
		out = append(out, r.chart(r.Sweep[from:to]))
		from = to
	}
	return out
}

// chart draws the cells of one route and time; sizes rise.
func (r *Result) chart(cells []Cell) chart {
	c := chart{Title: fmt.Sprintf("%s, within %s", cells[0].Route, span(cells[0].Hours))}
	low, high := math.Log10(float64(cells[0].Bytes)), math.Log10(float64(cells[len(cells)-1].Bytes))
	x := func(n int64) float64 {
		if high == low {
			return chartWidth / 2
		}
		return chartEdge + (chartWidth-2*chartEdge)*(math.Log10(float64(n))-low)/(high-low)
	}
	y := func(s Score) float64 {
		return chartHeight - chartEdge - (chartHeight-2*chartEdge)*float64(s.Found)/float64(max(1, s.Injected))
	}
	draw := func(class, title string, of func(*Cell) Score) {
		l := line{Class: class}
		for i := range cells {
			s := of(&cells[i])
			l.Points += fmt.Sprintf("%.1f,%.1f ", x(cells[i].Bytes), y(s))
			c.Words += fmt.Sprintf("%s %s: %s. ", title, report.Bytes(cells[i].Bytes), s.of())
		}
		c.Lines = append(c.Lines, l)
	}
	for i, b := range r.Baselines {
		draw(fmt.Sprintf("b%d", i+1), b.Title, func(x *Cell) Score { return x.Baselines[b.Name] })
	}
	draw("b0", "barium", func(x *Cell) Score { return x.Score })
	for i := range cells {
		c.Ticks = append(c.Ticks, tick{fmt.Sprintf("%.1f", x(cells[i].Bytes)), report.Bytes(cells[i].Bytes)})
	}
	return c
}
