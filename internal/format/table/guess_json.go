package table

import (
	"bytes"
	"encoding/json"
	"strings"
)

// guessExpanded looks for rows inside one large document: texts with commas in a
// list, or else a list of objects.
func (g *guessed) guessExpanded(b []byte) bool {
	if b[0] != '{' {
		return false
	}
	in := source{buf: b, hi: len(b), err: errEnd}
	n, _ := in.closing()
	w := tokens{d: json.NewDecoder(bytes.NewReader(b)), texts: map[string][]string{}}
	w.d.UseNumber()
	w.value(0)
	if rows := w.texts[w.textPath]; len(rows) > 0 {
		g.expand, g.comma, g.headed = w.textPath, ',', false
		lines := make([][]byte, len(rows))
		for i := range rows {
			lines[i] = []byte(rows[i])
		}
		s := splitter{comma: ','}
		if _, width := s.alike(lines); width > 1 {
			g.fill(&s, lines, width)
			return true
		}
	}
	if w.listPath == "" || n > 0 && outside(b[n:]) < len(b[n:]) {
		return false // objects follow each other
	}
	g.expand = w.listPath
	for _, at := range w.lists {
		rows := source{buf: b[at:], hi: len(b) - int(at), err: errEnd}
		if n, _ := rows.closing(); n > 0 {
			g.object(b[at : int(at)+n])
		}
	}
	return len(g.columns) > 0
}

// tokens goes through a document that may be cut off.
type tokens struct {
	d        *json.Decoder
	path     []string
	texts    map[string][]string // by path
	textPath string              // of the first
	listPath string              // of the first list of objects
	lists    []int64             // where its objects begin
}

// value reads one value and reports whether it ended.
func (t *tokens) value(depth int) bool {
	tok, err := t.d.Token()
	if err != nil || depth > maxDepth {
		return false
	}
	path := strings.Join(t.path, ".")
	switch v := tok.(type) {
	case json.Delim:
		if v == '{' && strings.HasSuffix(path, "[]") {
			if t.listPath == "" {
				t.listPath = path
			}
			if t.listPath == path && len(t.lists) < mostRows {
				t.lists = append(t.lists, t.d.InputOffset()-1)
			}
		}
		return t.inner(v, depth)
	case string:
		if strings.HasSuffix(path, "[]") && strings.Count(v, ",") >= 4 {
			if t.textPath == "" {
				t.textPath = path
			}
			if rows := t.texts[path]; len(rows) < mostRows {
				t.texts[path] = append(rows, v)
			}
		}
	}
	return true
}

func (t *tokens) inner(open json.Delim, depth int) bool {
	above := len(t.path)
	if open == '[' && above > 0 {
		t.path[above-1] += "[]"
		defer func() { t.path[above-1] = strings.TrimSuffix(t.path[above-1], "[]") }()
	}
	for t.d.More() {
		if open == '{' {
			key, err := t.d.Token()
			if err != nil {
				return false
			}
			name, _ := key.(string)
			t.path = append(t.path[:above], name)
		}
		if !t.value(depth + 1) {
			return false
		}
		t.path = t.path[:above]
	}
	_, err := t.d.Token()
	return err == nil
}
