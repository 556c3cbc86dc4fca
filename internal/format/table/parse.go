package table

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// maxMapping is how long a mapping may be; real ones have a few KiB.
	maxMapping = 256 << 10
	// maxColumns is how many columns a row may have.
	maxColumns = 16 << 10
)

// parser reads one mapping.
type parser struct {
	file string
	m    *Mapping
	zone *time.Location
	some map[string]bool // columns of which one of several is enough
}

// Parse reads a mapping. file is what it is called in errors, which name the line
// and say what to do. Whatever is not known to the language is an error.
func Parse(text []byte, file string) (m *Mapping, err error) {
	p := &parser{file: file, zone: time.UTC, some: map[string]bool{}}
	if len(text) > maxMapping {
		return nil, fmt.Errorf("%s: longer than 256 KiB: this is no mapping", file)
	}
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%s: not UTF-8: save it as UTF-8", file)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %s", file, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, fmt.Errorf("%s: empty: write a mapping, or begin with `barium map FILE`", file)
	}
	p.m = &Mapping{
		text: string(text), name: baseName(file), comma: ',', headed: true, empty: []string{"", "-"}, slotOf: map[string]int{},
	}
	if err := p.mapping(doc.Content[0]); err != nil {
		return nil, err
	}
	return p.m, nil
}

// baseName is the name of a mapping that gives none: that of its file.
func baseName(file string) string {
	file = file[strings.LastIndexByte(file, '/')+1:]
	for _, end := range []string{Suffix, ".yaml", ".yml"} {
		if s, ok := strings.CutSuffix(file, end); ok && s != "" {
			return s
		}
	}
	return file
}

// fail makes an error that names the place.
func (p *parser) fail(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", p.file, n.Line, fmt.Sprintf(format, args...))
}

// each visits the pairs of a YAML mapping.
func (p *parser) each(n *yaml.Node, what string, visit func(key string, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		return p.fail(n, "anchors and aliases are not read: write it out")
	}
	if n.Kind != yaml.MappingNode {
		return p.fail(n, "%s must be pairs of \"key: value\"", what)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || k.Anchor != "" || v.Kind == yaml.AliasNode || v.Anchor != "" {
			return p.fail(k, "anchors, aliases and keys that are no words are not read: write it out")
		}
		if seen[k.Value] {
			return p.fail(k, "%q stands here twice: leave one out", k.Value)
		}
		seen[k.Value] = true
		if err := visit(k.Value, v); err != nil {
			return err
		}
	}
	return nil
}

// text reads a word, a number or the like as it is written.
func (p *parser) text(n *yaml.Node, key string) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", p.fail(n, "%s must be one word or text", key)
	}
	if n.Tag == "!!null" {
		return "", nil
	}
	return n.Value, nil
}

// texts reads a text, or a list of them.
func (p *parser) texts(n *yaml.Node, key string) ([]string, error) {
	if n.Kind != yaml.SequenceNode {
		s, err := p.text(n, key)
		return []string{s}, err
	}
	out := make([]string, 0, len(n.Content))
	for _, e := range n.Content {
		s, err := p.text(e, key)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (p *parser) truth(n *yaml.Node, key string) (bool, error) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		return strings.EqualFold(n.Value, "true"), nil
	}
	return false, p.fail(n, "%s must be true or false", key)
}

// mapping reads the whole document: first what all records share, then these.
func (p *parser) mapping(n *yaml.Node) error {
	m := p.m
	var single yaml.Node // the keys of one record, where there is no list
	single.Kind, single.Line = yaml.MappingNode, n.Line
	var records *yaml.Node
	lines := map[string]*yaml.Node{}
	err := p.each(n, "a mapping", func(key string, v *yaml.Node) (err error) {
		lines[key] = v
		switch key {
		case "name":
			m.name, err = p.text(v, key)
		case "about":
			m.about, err = p.text(v, key)
		case "format":
			err = p.format(v)
		case "separator":
			err = p.separator(v)
		case "quote":
			err = p.quote(v)
		case "comment":
			m.comment, err = p.text(v, key)
		case "header":
			m.headed, err = p.truth(v, key)
		case "columns":
			m.columns, err = p.texts(v, key)
		case "short_rows":
			m.short, err = p.truth(v, key)
		case "expand":
			var s string
			if s, err = p.text(v, key); err == nil {
				m.expand, err = p.path(v, s)
			}
		case "inside":
			m.inside, err = p.texts(v, key)
		case "below":
			m.below, err = p.text(v, key)
			m.below += "."
		case "recognise":
			m.recognise, err = p.texts(v, key)
		case "empty":
			m.empty, err = p.texts(v, key)
		case "zone":
			var s string
			if s, err = p.text(v, key); err == nil {
				p.zone, err = p.location(v, s)
			}
		case "records":
			records = v
		default:
			k := yaml.Node{Kind: yaml.ScalarNode, Value: key, Line: v.Line}
			single.Content = append(single.Content, &k, v)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := p.shape(n, lines); err != nil {
		return err
	}
	if records == nil {
		if err := p.log(&single); err != nil {
			return err
		}
	} else if err := p.logs(&single, records); err != nil {
		return err
	}
	return p.finish(n, lines)
}

func (p *parser) logs(single, records *yaml.Node) error {
	if len(single.Content) > 0 {
		return p.fail(single.Content[0], "%q belongs into an entry of records, or is not known", single.Content[0].Value)
	}
	if records.Kind != yaml.SequenceNode || len(records.Content) == 0 {
		return p.fail(records, "records must be a list: \"- record: conn\" and so on")
	}
	for _, e := range records.Content {
		if err := p.log(e); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) format(n *yaml.Node) error {
	switch n.Value {
	case "csv":
	case "json":
		p.m.layout = layoutJSON
	default:
		return p.fail(n, "format must be csv or json")
	}
	return nil
}

func (p *parser) separator(n *yaml.Node) error {
	s, err := p.text(n, "separator")
	switch {
	case err != nil:
		return err
	case s == "tab":
		s = "\t"
	case s == "space":
		s = " "
	case s == "spaces":
		s, p.m.blanks = " ", true
	}
	if len(s) != 1 || s == "\n" || s == "\r" || s == `"` || s[0] >= utf8.RuneSelf {
		return p.fail(n, "separator must be one ASCII character, or tab, space or spaces (any number of them)")
	}
	p.m.comma = s[0]
	return nil
}

func (p *parser) quote(n *yaml.Node) error {
	i := slices.Index([]string{"multiline", "line", "none"}, n.Value)
	if n.Kind != yaml.ScalarNode || i < 0 {
		return p.fail(n, "quote must be multiline (a quoted cell may hold line feeds), line (it may not) or none (quotation marks mean nothing)")
	}
	p.m.quote = quoting(i)
	return nil
}

// path reads the way to rows inside a document: "records[].flows[].rows[]".
func (p *parser) path(n *yaml.Node, s string) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(s, ".") {
		if out = append(out, part); strings.Trim(part, "[]") == "" && part != "[]" {
			return nil, p.fail(n, "expand must be keys with points between them, and [] behind a list: records[].flows[]")
		}
	}
	if !strings.HasSuffix(s, "[]") || strings.HasPrefix(s, "[]") || len(out) > maxDepth {
		return nil, p.fail(n, "expand must begin with a key and end in a list, such as records[], and have at most %d parts", maxDepth)
	}
	var flat []string
	for _, part := range out {
		key, list := strings.CutSuffix(part, "[]")
		if key != "" {
			flat = append(flat, key)
		}
		if list {
			flat = append(flat, "[]")
		}
	}
	return flat, nil
}

func (p *parser) location(n *yaml.Node, s string) (*time.Location, error) {
	zone, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return nil, p.fail(n, "%q is no time zone: write UTC, or a name such as Europe/Prague", s)
	}
	return zone, nil
}

// shape checks what keys about the table fit together.
func (p *parser) shape(n *yaml.Node, at map[string]*yaml.Node) error {
	m := p.m
	rows := m.layout == layoutCSV || m.columns != nil // cells without keys
	switch {
	case m.layout == layoutJSON && m.expand == nil && m.columns != nil:
		return p.fail(at["columns"], "columns are for csv, or for rows that expand finds; JSON objects have keys")
	case m.layout == layoutCSV && (m.expand != nil || m.inside != nil || m.below != ""):
		return p.fail(n, "expand, below and inside are for \"format: json\"")
	case m.layout == layoutCSV && m.headed && m.columns != nil:
		return p.fail(at["columns"], "columns are read from the first line; write \"header: false\" if there is none")
	case m.layout == layoutCSV && !m.headed && m.columns == nil:
		return p.fail(at["header"], "without a header the columns have to be named: \"columns: [a, b, c]\"")
	case len(m.columns) > maxColumns:
		return p.fail(at["columns"], "more than %d columns", maxColumns)
	case at["quote"] == nil && (m.comma == '\t' || m.comma == ' ' || m.layout == layoutJSON):
		m.quote = quoteNone
	}
	if m.blanks && m.quote != quoteNone {
		return p.fail(at["quote"], "cells between spaces are not quoted: leave quote out")
	}
	if m.layout == layoutJSON {
		for _, key := range []string{"quote", "header", "comment"} {
			if at[key] != nil {
				return p.fail(at[key], "%s is for csv", key)
			}
		}
		if at["separator"] != nil && !rows {
			return p.fail(at["separator"], "separator is for csv")
		}
	}
	if m.name == "" || strings.ContainsAny(m.name, " \t\n\r") || len(m.name) > 64 {
		return p.fail(n, "name must be one word of at most 64 bytes")
	}
	seen := map[string]bool{}
	for _, c := range m.columns {
		if c != "" && seen[c] {
			return p.fail(at["columns"], "the column %q is named twice", c)
		}
		seen[c] = true
	}
	return nil
}

// finish works out what the mapping is recognised by and checks its columns.
func (p *parser) finish(n *yaml.Node, at map[string]*yaml.Node) error {
	m := p.m
	if m.columns != nil {
		for _, c := range append(slices.Clone(m.slots), m.recognise...) {
			if !slices.Contains(m.columns, c) {
				return p.fail(n, "the column %q is not among columns", c)
			}
		}
	}
	if m.recognise == nil {
		if len(m.logs) > 1 {
			return p.fail(n, "with several records, say by which columns the table is recognised: \"recognise: [a, b]\"")
		}
		m.recognise = slices.DeleteFunc(slices.Clone(m.slots), func(c string) bool { return p.some[c] })
	}
	if len(m.recognise) == 0 || slices.Contains(m.recognise, "") {
		return p.fail(orNode(at["recognise"], n), "recognise must name columns")
	}
	for _, c := range m.recognise {
		m.slot(c)
	}
	for _, c := range m.inside {
		m.slot(c)
	}
	return nil
}

func orNode(a, b *yaml.Node) *yaml.Node {
	if a != nil {
		return a
	}
	return b
}
