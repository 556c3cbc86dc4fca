package table

import (
	"bytes"
	"strconv"
)

// guessed is what the head of an unknown table looks like.
type guessed struct {
	layout  layout
	comma   byte
	blanks  bool
	quotes  bool // some cell is quoted
	headed  bool
	comment string
	expand  string
	inside  string // key of a text that is JSON
	columns []column
	rows    int
}

// column is one column with the cells that were seen.
type column struct {
	name  string
	cells []string
	list  bool // of JSON
}

const (
	// mostRows is how many rows are looked at.
	mostRows = 1000
	// mostCell is how much of a cell is looked at.
	mostCell = 1 << 10
)

func itoa(n int) string { return strconv.Itoa(n) }

// wide is why text in UTF-16 is no table, and what to do.
const wide = "text in UTF-16: make it UTF-8 (iconv -f UTF-16 -t UTF-8)"

// guess takes the head of a source apart, or says why it is no table.
func guess(head []byte) (g *guessed, problem string) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, wide
	case binary(head):
		return nil, "no text"
	}
	b := bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n")
	if len(b) == 0 {
		return nil, "empty file"
	}
	if b[0] == '{' || b[0] == '[' {
		return guessJSON(b)
	}
	return guessCSV(b)
}

// guessCSV tries separators: the one that cuts most lines into the same number of
// columns, more than one.
func guessCSV(b []byte) (*guessed, string) {
	var lines [][]byte
	whole := bytes.LastIndexByte(b, '\n') + 1
	if whole == 0 {
		whole = len(b)
	}
	comment := ""
	for line := range bytes.Lines(b[:whole]) {
		line = trimLine(line)
		switch {
		case len(line) == 0:
		case len(lines) == 0 && line[0] == '#':
			comment = "#"
		case comment != "" && line[0] == '#':
		default:
			lines = append(lines, line)
		}
		if len(lines) > mostRows {
			break
		}
	}
	var best *guessed
	most := 0
	for _, comma := range []string{"\t", ",", ";", "|", " ", "  "} {
		s := splitter{comma: comma[0], blanks: len(comma) == 2, quotes: comma != "\t" && comma != " " && comma != "  "}
		if n, width := s.alike(lines); width > 1 && n*width > most && n*10 >= len(lines)*8 {
			most = n * width
			best = &guessed{comma: comma[0], blanks: s.blanks, quotes: s.quotes, comment: comment}
			best.fill(&s, lines, width)
		}
	}
	if best != nil && best.comma == ' ' && !best.told() || len(lines) < 2 {
		best = nil // words of a sentence
	}
	if best == nil {
		return nil, "no table: its lines do not have the same number of columns, and it is no JSON"
	}
	return best, ""
}

// told reports a column that holds more than words.
func (g *guessed) told() bool {
	for i := range g.columns {
		for _, s := range g.columns[i].cells {
			if k := contentOf(s); k != "" && k != contentWord {
				return true
			}
		}
	}
	return false
}

// alike returns how many lines have the same number of columns as most have.
func (s *splitter) alike(lines [][]byte) (n, width int) {
	counts := map[int]int{}
	for _, line := range lines {
		w, why := s.each(line, func(int, []byte) {})
		if why == "" {
			counts[w]++
		}
	}
	for w, c := range counts {
		if c > n || c == n && w > width {
			n, width = c, w
		}
	}
	return n, width
}

// fill keeps the cells of the rows that are as wide as most.
func (g *guessed) fill(s *splitter, lines [][]byte, width int) {
	g.columns = make([]column, width)
	for _, line := range lines {
		var row []string
		if _, why := s.each(line, func(_ int, cell []byte) { row = append(row, string(cell[:min(len(cell), mostCell)])) }); why != "" || len(row) != width {
			continue
		}
		for i := range row {
			g.columns[i].cells = append(g.columns[i].cells, row[i])
		}
		g.rows++
	}
	// The first row names the columns if none of its cells looks like a value.
	g.headed = true
	for i := range g.columns {
		first := g.columns[i].cells[0]
		if k := contentOf(first); k != "" && k != contentWord || first == "" {
			g.headed = false
		}
	}
	for i := range g.columns {
		c := &g.columns[i]
		c.name = "c" + itoa(i+1)
		if g.headed {
			c.name, c.cells = string(bytes.TrimSpace([]byte(c.cells[0]))), c.cells[1:]
		}
	}
	if g.headed {
		g.rows--
	}
}

// guessJSON collects the keys of the first objects.
func guessJSON(b []byte) (*guessed, string) {
	g := &guessed{layout: layoutJSON, headed: true}
	if g.guessExpanded(b) {
		return g, ""
	}
	for range mostRows {
		b = b[outside(b):]
		if len(b) == 0 || b[0] != '{' {
			break
		}
		in := source{buf: b, hi: len(b), err: errEnd}
		n, _ := in.closing()
		if n == 0 {
			if g.rows > 0 {
				break
			}
			n = len(b)
		}
		g.object(b[:n])
		b = b[n:]
	}
	if len(g.columns) == 0 {
		return nil, "JSON, but no objects with keys"
	}
	return g, ""
}

// object adds the values of one object.
func (g *guessed) object(b []byte) {
	g.values(b, map[string]bool{}, false)
	g.rows++
}

// values adds the values of an object, and of one that is a text in it.
func (g *guessed) values(b []byte, seen map[string]bool, inner bool) {
	var s scanner
	_ = s.object(b, func(path, value []byte) {
		if !inner && len(value) > 2 && value[0] == '{' && (g.inside == "" || g.inside == string(path)) {
			var try scanner
			n := 0
			if try.object(value, func(_, _ []byte) { n++ }) == "" && n > 2 {
				g.inside = string(path)
				g.values(value, seen, true)
				return
			}
		}
		i := 0
		for ; i < len(g.columns) && g.columns[i].name != string(path); i++ {
		}
		if i == len(g.columns) {
			if len(path) == 0 || i >= 500 {
				return
			}
			g.columns = append(g.columns, column{name: string(path)})
		}
		c := &g.columns[i]
		if seen[c.name] {
			c.list = true
			return
		}
		seen[c.name] = true
		c.cells = append(c.cells, string(value[:min(len(value), mostCell)]))
	})
}
