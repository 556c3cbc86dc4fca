package table

import (
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// log reads how one type of record is made.
func (p *parser) log(n *yaml.Node) error {
	l := log{}
	var name, fields *yaml.Node
	err := p.each(n, "an entry of records", func(key string, v *yaml.Node) (err error) {
		switch key {
		case "record":
			name = v
		case "fields":
			fields = v
		case "accept":
			l.accept, err = p.clauses(v, key)
		case "skip":
			l.skip, err = p.clauses(v, key)
		case "swap":
			l.swap, err = p.clauses(v, key)
		case "one_way":
			l.oneWay, err = p.truth(v, key)
		case "link_header":
			var n int64
			var why string
			if n, why = whole([]byte(v.Value), 64); why != "" {
				return p.fail(v, "link_header must be the bytes of a packet below IP that are counted, 14 for Ethernet")
			}
			l.link = n
		default:
			err = p.fail(v, "%q is not known; known are name, about, format, separator, quote, comment, header, columns, short_rows, expand, below, inside, recognise, empty, zone, records, record, accept, skip, swap, one_way, link_header, fields", key)
		}
		return err
	})
	if err != nil {
		return err
	}
	all := kinds()
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].name
	}
	if name == nil {
		return p.fail(n, "which records? Write \"record: conn\", or one of %s", strings.Join(names, ", "))
	}
	i := slices.Index(names, name.Value)
	if i < 0 {
		return p.fail(name, "%q is no type of record; known are %s", name.Value, strings.Join(names, ", "))
	}
	l.kind = all[i]
	if fields == nil {
		return p.fail(n, "which columns go where? Write \"fields:\" and below it lines such as \"ts: {column: Time, time: rfc3339}\"")
	}
	if err := p.fields(&l, fields); err != nil {
		return err
	}
	if l.oneWay && l.kind.name != "conn" || l.link > 0 && l.kind.name != "conn" {
		return p.fail(n, "one_way and link_header are for \"record: conn\"")
	}
	p.m.logs = append(p.m.logs, l)
	return nil
}

// clauses reads a clause, or a list of which one must hold.
func (p *parser) clauses(n *yaml.Node, key string) (out []clause, err error) {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	for _, e := range list {
		var c clause
		err := p.each(e, key, func(column string, v *yaml.Node) error {
			words, err := p.texts(v, column)
			c = append(c, test{p.m.slot(column), words})
			return err
		})
		if err != nil {
			return nil, err
		}
		if len(c) == 0 {
			return nil, p.fail(e, "%s needs a column and its words: \"%s: {Status: [OK, done]}\"", key, key)
		}
		out = append(out, c)
	}
	return out, nil
}

func (p *parser) fields(l *log, n *yaml.Node) error {
	given := map[string]bool{}
	err := p.each(n, "fields", func(name string, v *yaml.Node) error {
		i := slices.IndexFunc(l.kind.fields, func(f field) bool { return f.name == name })
		if i < 0 {
			names := make([]string, len(l.kind.fields))
			for i := range l.kind.fields {
				names[i] = l.kind.fields[i].name
			}
			return p.fail(v, "%s has no field %q; it has %s", l.kind.name, name, strings.Join(names, ", "))
		}
		a := assign{field: l.kind.fields[i], unit: unit{1, 1}, minus: -1, empty: p.m.empty, line: v.Line}
		if a.field.use == asDuration {
			a.unit = timeUnits["s"]
		}
		given[name] = true
		if err := p.assign(&a, name, v); err != nil {
			return err
		}
		l.fields = append(l.fields, a)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range l.kind.needs {
		if !given[name] {
			return p.fail(n, "%s needs the field %s", l.kind.name, name)
		}
	}
	for i := range l.kind.fields {
		if f := l.kind.fields[i]; slices.Contains(l.kind.needs, f.name) {
			l.needs = append(l.needs, need{f.name, f.at})
		}
	}
	l.sized = given["orig_bytes"] || given["resp_bytes"]
	// A duration may be told by its end: the time has to be known before it.
	slices.SortStableFunc(l.fields, func(a, b assign) int { return int(min(a.field.use, asAddr)) - int(min(b.field.use, asAddr)) })
	return nil
}

// assign reads where one field comes from: a column, or more about it.
func (p *parser) assign(a *assign, name string, n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		columns, err := p.texts(n, name)
		if err != nil {
			return err
		}
		return p.complete(a, name, n, columns, nil, p.zone)
	}
	var columns []string
	var formats []string
	zone := p.zone
	err := p.each(n, name, func(key string, v *yaml.Node) (err error) {
		switch key {
		case "column":
			columns, err = p.texts(v, key)
		case "constant":
			var s string
			s, err = p.text(v, key)
			a.constant = []byte(s)
		case "time":
			formats, err = p.texts(v, key)
		case "zone":
			var s string
			if s, err = p.text(v, key); err == nil {
				zone, err = p.location(v, s)
			}
		case "unit":
			err = p.unit(a, v)
		case "thousands":
			err = p.thousands(a, v)
		case "minus":
			var s string
			if s, err = p.text(v, key); err == nil {
				a.minus = p.m.slot(s)
			}
		case "words":
			a.words = map[string]string{}
			err = p.each(v, key, func(w string, to *yaml.Node) (err error) {
				a.words[w], err = p.text(to, key)
				return err
			})
		case "split":
			a.split, err = p.text(v, key)
		case "empty":
			a.empty, err = p.texts(v, key)
		default:
			err = p.fail(v, "%q is not known; a field has column, constant, time, zone, unit, thousands, minus, words, split, empty", key)
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.complete(a, name, n, columns, formats, zone)
}

func (p *parser) unit(a *assign, n *yaml.Node) error {
	table := sizeUnits
	if a.field.use == asDuration {
		table = timeUnits
	} else if a.field.use != asCount {
		return p.fail(n, "%s has no unit", a.field.name)
	}
	u, ok := table[n.Value]
	if !ok {
		return p.fail(n, "%q is no unit of %s; known are %s", n.Value, a.field.name, strings.Join(slices.Sorted(maps.Keys(table)), ", "))
	}
	a.unit = u
	return nil
}

func (p *parser) thousands(a *assign, n *yaml.Node) error {
	switch {
	case a.field.use != asCount:
		return p.fail(n, "thousands is for counts")
	case len(n.Value) != 1 || !strings.Contains(groupers, n.Value):
		return p.fail(n, "%q does not stand between thousands; known are %q", n.Value, strings.Split(groupers, ""))
	}
	a.thousand = n.Value[0]
	return nil
}

// complete checks a field as a whole.
func (p *parser) complete(a *assign, name string, n *yaml.Node, columns, formats []string, zone *time.Location) error {
	for _, c := range columns {
		if c == "" {
			return p.fail(n, "%s: a column needs a name", name)
		}
		a.slots = append(a.slots, p.m.slot(c))
		p.some[c] = p.some[c] || len(columns) > 1
	}
	constant := a.constant != nil
	if constant == (len(columns) > 0) {
		return p.fail(n, "%s needs either a column or a constant", name)
	}
	switch {
	case formats != nil && a.field.use != asMoment && a.field.use != asDuration:
		return p.fail(n, "%s is no time", name)
	case formats != nil:
		for _, f := range formats {
			c, err := newClock(f, zone)
			if err != nil {
				return p.fail(n, "%s: %v", name, err)
			}
			a.clocks = append(a.clocks, c)
		}
	case a.field.use == asMoment:
		return p.fail(n, "%s needs the format of its times: \"%s: {column: %s, time: rfc3339}\" (or s, ms, us, ns since 1970, or a layout such as \"%%d.%%m.%%Y %%H:%%M:%%S\")", name, name, strings.Join(columns, ""))
	}
	if constant && a.field.use == asMoment {
		return p.fail(n, "%s cannot be a constant", name)
	}
	if a.minus >= 0 && a.field.use != asCount {
		return p.fail(n, "minus is for counts")
	}
	if a.split != "" && a.field.use != asList {
		return p.fail(n, "split is for lists; %s holds one value", name)
	}
	if err := a.checkWords(); err != nil {
		return p.fail(n, "%s: %v", name, err)
	}
	return nil
}
