package term

import (
	"bufio"
	"strings"

	"barium/internal/report/safe"
)

// page is a text being written. Its writer keeps the first error.
type page struct {
	w      *bufio.Writer
	width  int
	colour bool
}

// style is the parameter of an ANSI SGR sequence.
type style string

const (
	plain      style = ""
	bold       style = "1"
	dim        style = "2"
	boldRed    style = "1;31"
	boldYellow style = "1;33"
	cyan       style = "36"
)

// text writes a safe text, wrapped between words: the first line from column
// indent, the others from column hang. On a narrow page both move left.
func (p *page) text(st style, indent, hang int, s string) {
	indent, hang = p.column(indent), p.column(hang)
	room := min(p.width, mostWidth)
	at := indent
	for _, line := range wrap(s, room-indent, room-hang) {
		p.raw(st, at, line)
		at = hang
	}
}

// prefixed writes a text with a prefix in front of its first line and as much
// room in front of the others.
func (p *page) prefixed(st style, indent int, prefix, s string) {
	indent = p.column(indent)
	room := min(p.width, mostWidth)
	margin := safe.Width(prefix)
	if room-indent-margin < leastWidth/2 { // too narrow for two columns
		p.text(st, indent, indent, strings.TrimSpace(prefix)+" "+s)
		return
	}
	for _, line := range wrap(s, room-indent-margin, room-indent-margin) {
		p.raw(st, indent, prefix+line)
		prefix = strings.Repeat(" ", margin)
	}
}

// labelled writes a text behind a label of its own column. Where the page is too
// narrow for two columns, the label has a line of its own.
func (p *page) labelled(label, s string) {
	const column = 11
	if p.width >= 50 {
		p.prefixed(plain, 3, label+strings.Repeat(" ", column-len(label)), s)
		return
	}
	if label != "" {
		p.text(plain, 3, 3, label)
	}
	p.text(plain, 5, 5, s)
}

// cut writes a text on one line of the full width, cut to it.
func (p *page) cut(st style, indent int, s string) {
	indent = p.column(indent)
	p.raw(st, indent, safe.Short(s, p.width-indent))
}

// raw writes one line as it is.
func (p *page) raw(st style, indent int, line string) {
	_, _ = p.w.WriteString(strings.Repeat(" ", indent))
	if p.colour && st != plain && line != "" {
		line = "\x1b[" + string(st) + "m" + line + "\x1b[0m"
	}
	_, _ = p.w.WriteString(line)
	_ = p.w.WriteByte('\n')
}

// column moves a column left where half the page would be margin.
func (p *page) column(n int) int { return min(n, p.width/5) }

func (p *page) blank() { _ = p.w.WriteByte('\n') }

func (p *page) rule() { p.raw(dim, 0, strings.Repeat("─", min(p.width, mostWidth))) }

func (p *page) heading(s string) {
	p.rule()
	p.raw(bold, 0, s)
}

// wrap breaks a safe text between words into lines, the first of width first,
// the others of width rest. Words that are too long are cut where they must be.
func wrap(s string, first, rest int) []string {
	var lines []string
	var line strings.Builder
	used, room := 0, first
	flush := func() {
		lines = append(lines, line.String())
		line.Reset()
		used, room = 0, rest
	}
	for _, w := range words(s) {
		cells := safe.Width(w)
		switch {
		case used > 0 && used+1+cells <= room:
			line.WriteByte(' ')
			used++
		case used > 0:
			flush()
		}
		for cells > room && w != "" {
			var head string
			head, w = safe.Cut(w, max(room, 1))
			line.WriteString(head)
			flush()
			cells = safe.Width(w)
		}
		line.WriteString(w)
		used += cells
	}
	if used > 0 {
		lines = append(lines, line.String())
	}
	return lines
}

// words splits a text at its spaces, but not between a number and its unit.
func words(s string) []string {
	list := strings.Fields(s)
	out := list[:0]
	for i, w := range list {
		if i > 0 && units[strings.TrimRight(w, ",;.:)")] {
			before := out[len(out)-1]
			if c := before[len(before)-1]; c >= '0' && c <= '9' {
				out[len(out)-1] = before + " " + w
				continue
			}
		}
		out = append(out, w)
	}
	return out
}

var units = map[string]bool{"B": true, "kB": true, "MB": true, "GB": true, "TB": true, "PB": true, "EB": true, "dB": true, "UTC": true, "%": true}

// mostText is how many cells of one value are shown.
const mostText = 1000

// show makes a string from a log safe, and short enough not to fill the page.
func show(s string) string { return safe.Short(s, mostText) }
