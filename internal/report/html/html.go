package html

import (
	"bytes"
	_ "embed" // for the page and its style
	"html/template"
	"io"

	"barium/internal/report"
)

// Options say how much to draw.
type Options struct {
	Top int // cases to show in full; 0 is 10
}

const defaultTop = 10

var (
	//go:embed page.html.tmpl
	pageText string

	//go:embed style.css
	styleText string

	page = template.Must(template.New("page").Parse(pageText))
)

// Wrote reports whether a file begins as those of Write do, of this version or an
// earlier one.
func Wrote(head []byte) bool {
	const enough = 4 << 10 // up to the end of the title
	return bytes.HasPrefix(head, []byte("<!DOCTYPE html>\n")) && bytes.Contains(head[:min(len(head), enough)], []byte(" – barium</title>"))
}

// Write draws d as one HTML file. It returns the first error of w.
func Write(w io.Writer, d *report.Document, o Options) error {
	top := o.Top
	if top <= 0 {
		top = defaultTop
	}
	v := newView(d.FirstPage(top), top)
	v.Style = template.CSS(styleText)
	return page.Execute(w, v)
}
