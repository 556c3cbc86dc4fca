package table

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// unknown stands where nobody but the user knows the column. Without a header, it
// has to be one of those that are named.
func (p *proposal) unknown() string {
	if p.headed {
		return "FILL-IN"
	}
	return word(p.looks[0].name)
}

// write makes the YAML.
func (p *proposal) write(name string) string {
	var b strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	say("# A proposal by `barium map`, from the first %d rows. Look it over: \"sure\" means that name and", p.rows)
	say("# content agree. Put it beside the logs as NAME%s, or give it with --mapping.", Suffix)
	if n := plainName(name); n != "" {
		say("name: %s", n)
	}
	p.table(say)
	p.zone(say)
	say("record: %s  # known: conn, dns, http, ssl, files, smb_files, ftp, dhcp, smtp, kerberos, ntlm, rdp, ssh, radius, ldap, rfb", p.record)
	p.clauses(say)
	if p.oneWay {
		say("# Bytes are those of one direction: an end with a port below 1024 answers.")
		say("one_way: true")
	}
	say("fields:")
	needs := []string{}
	var order []string
	for _, k := range kinds() {
		if k.name == p.record {
			needs = k.needs
			for _, f := range k.fields {
				order = append(order, f.name)
			}
		}
	}
	for _, f := range order {
		pick := p.fields[f]
		switch {
		case pick != nil:
			say("  %s: %s  # %s", f, p.source(f, pick), p.sure(f, pick))
		case f == "resp_bytes" && p.total != "":
			say("  resp_bytes: {column: %s, minus: %s}  # sure, if it counts both directions", word(p.total), word(p.looks[p.fields["orig_bytes"].at].name))
		case !slices.Contains(needs, f):
		case f == "ts":
			say("  ts: {column: %s, time: rfc3339}  # no column looks like a time: fill in which it is", p.unknown())
		default:
			say("  %s: %s  # no column looks like it: fill in which it is", f, p.unknown())
		}
	}
	p.amounts(say)
	p.rest(say)
	return b.String()
}

// zone says that times without a zone are taken for UTC.
func (p *proposal) zone(say func(string, ...any)) {
	ts := p.fields["ts"]
	if ts == nil {
		return
	}
	l := p.looks[ts.at]
	switch layout := first(l.formats, layoutISO); {
	case layout == "s", layout == "ms", layout == "us", layout == "ns", strings.Contains(layout, "%z"):
	case layout == layoutISO && len(l.cells) > 0 && zoned(l.cells[len(l.cells)-1]):
	default:
		say("# zone: Europe/Prague  # its times do not name a zone: without this line they are taken for UTC")
	}
}

// zoned reports a time of RFC 3339 that names its zone.
func zoned(s string) bool {
	s = strings.TrimSpace(s)
	_, clock, _ := strings.Cut(strings.ToUpper(s), ":")
	return strings.ContainsAny(clock, "Z+-")
}

// amounts says what is missing where no column tells how much was sent.
func (p *proposal) amounts(say func(string, ...any)) {
	if p.record == "conn" && p.fields["orig_bytes"] == nil && p.fields["orig_ip_bytes"] == nil {
		say("# How much was sent is not known. If a column says it, add: orig_bytes: COLUMN (payload sent by the")
		say("# source) or orig_ip_bytes: COLUMN (with headers), and resp_bytes: COLUMN for what came back.")
	}
}

// clauses says which rows are left out or turned round.
func (p *proposal) clauses(say func(string, ...any)) {
	if p.teller != nil {
		say("# Of several types of rows this is one; for more, write entries below \"records:\".")
		say("accept: {%s: %s}", word(p.teller.name), word(p.tells[0]))
	}
	if proto := p.fields["proto"]; proto != nil {
		l := p.looks[proto.at]
		var below []string
		for _, w := range slices.Sorted(maps.Keys(l.words)) {
			switch strings.ToLower(w) {
			case "arp", "rarp", "llc":
				below = append(below, word(w))
			}
		}
		if below != nil {
			say("skip: {%s: [%s]}  # not IP", word(l.name), strings.Join(below, ", "))
		}
	}
	for i, l := range p.looks {
		if !p.used[i] && l.words["<-"]+l.words["->"] > 0 {
			say("swap: {%s: [\"<-\", \"<?\"]}  # the end on the right began it", word(l.name))
			p.used[i] = true
			p.turned = l.name
			return
		}
	}
}

// plainName makes a mapping's name of a file's.
func plainName(name string) string {
	name = baseName(name)
	name, _, _ = strings.Cut(name, ".")
	return strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, name[:min(len(name), 40)]), "-")
}

// table says how the table is written.
func (p *proposal) table(say func(string, ...any)) {
	if p.layout == layoutJSON {
		say("format: json")
		if p.inside != "" {
			say("inside: %s  # a text that is JSON itself", word(p.inside))
		}
		if p.expand != "" {
			say("expand: %s  # where the rows lie", word(p.expand))
		}
	} else {
		names := map[byte]string{'\t': "tab", ' ': "space"}
		sep := names[p.comma]
		switch {
		case p.blanks:
			sep = "spaces"
		case sep == "":
			sep = `"` + string(p.comma) + `"`
		}
		say("separator: %s", sep)
		if p.comment != "" {
			say("comment: %s", word(p.comment))
		}
		if p.quotes {
			say("# quote: none  # if no cell is ever quoted: one file is then read by several processors")
		}
		if !p.headed {
			say("header: false")
		}
	}
	if p.headed {
		return
	}
	say("columns:  # by position; name them as you like, here and below")
	for _, l := range p.looks {
		example := ""
		if len(l.cells) > 0 {
			example = "  # such as " + short(l.cells[0])
		}
		say("  - %s%s", word(l.name), example)
	}
}

// short quotes the beginning of a value.
func short(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%+q…", s[:most])
	}
	return fmt.Sprintf("%+q", s)
}

// source writes where a field comes from.
func (p *proposal) source(field string, at *picked) string {
	l := p.looks[at.at]
	u, _ := p.useOf(field)
	switch {
	case u == asMoment:
		return fmt.Sprintf("{column: %s, time: %s}", word(l.name), word(first(l.formats, layoutISO)))
	case u == asDuration && len(l.formats) > 0:
		return fmt.Sprintf("{column: %s, time: %s}", word(l.name), word(l.formats[0]))
	case u == asDuration:
		unit := "s"
		if strings.HasSuffix(simple(l.name), "ms") {
			unit = "ms"
		}
		return fmt.Sprintf("{column: %s, unit: %s}", word(l.name), unit)
	case u == asCount && l.grouper != 0:
		return fmt.Sprintf("{column: %s, thousands: %q}", word(l.name), string(l.grouper))
	case u == asState:
		return p.states(l)
	case u == asList && !l.list && p.layout == layoutCSV:
		return fmt.Sprintf("{column: %s, split: %q}", word(l.name), listSeparator(l))
	}
	return word(l.name)
}

func first(list []string, other string) string {
	if len(list) > 0 {
		return list[0]
	}
	return other
}

// listSeparator is what stands between the elements of a list in a cell.
func listSeparator(l *look) string {
	for _, sep := range []string{";", ",", "|", " "} {
		for w := range l.words {
			if strings.Contains(w, sep) {
				return sep
			}
		}
	}
	return ","
}

// states maps words of firewalls; Zeek's own need none.
func (p *proposal) states(l *look) string {
	var a assign
	a.field.use = asState
	words := []string{}
	for _, w := range slices.Sorted(maps.Keys(l.words)) {
		if a.check([]byte(w)) == "" {
			return word(l.name)
		}
		switch s := strings.ToLower(w); {
		case s == "d" || strings.HasPrefix(s, "den") || strings.HasPrefix(s, "drop") || strings.HasPrefix(s, "rej") || strings.HasPrefix(s, "block"), strings.HasPrefix(s, "verworfen"), strings.HasPrefix(s, "abgelehnt"), strings.HasPrefix(s, "refus"):
			if utf8.ValidString(w) {
				words = append(words, word(w)+": REJ")
			}
		}
	}
	return fmt.Sprintf("{column: %s, words: {%s}}", word(l.name), strings.Join(words, ", "))
}

// sure words how sure a choice is. Words that are not known are the user's to say.
func (p *proposal) sure(field string, at *picked) string {
	if l := p.looks[at.at]; field == "conn_state" && strings.HasSuffix(p.source(field, at), "{}}") {
		var list []string
		for _, w := range slices.Sorted(maps.Keys(l.words)) {
			if len(list) < 8 {
				list = append(list, short(w))
			}
		}
		return "fill in which words mean that it was refused, such as {Deny: REJ}; there are " + strings.Join(list, ", ")
	}
	return at.sure()
}

// sure words how sure a choice is.
func (at *picked) sure() string {
	switch {
	case at.header && at.values:
		return "sure"
	case at.header:
		return "by its name only"
	}
	return "a guess, by its content"
}

// rest lists what the proposal leaves out.
func (p *proposal) rest(say func(string, ...any)) {
	unused := false
	for i, l := range p.looks {
		if l.name == p.turned || p.used[i] && !p.left(i) || !utf8.ValidString(l.name) || i > 200 {
			continue
		}
		if p.total == l.name {
			continue
		}
		if !unused {
			say("# Not used:")
			unused = true
		}
		example := ""
		if len(l.cells) > 0 {
			example = ", such as " + short(l.cells[0])
		}
		if f := p.misfit(l); f != "" {
			example += ": it is called as " + f + " is, but its cells do not all look like that"
		}
		say("#   %+q%s", l.name, example)
	}
}

// misfit returns the field that a column's name means and its cells do not.
func (p *proposal) misfit(l *look) string {
	for _, f := range p.order() {
		if u, ok := p.useOf(f); ok && p.fields[f] == nil && l.given > 0 && called(l.name, f) > 0 && !l.fits(u) {
			return f
		}
	}
	return ""
}

// left reports a column that was chosen and then not used.
func (p *proposal) left(i int) bool {
	for _, at := range p.fields {
		if at.at == i {
			return false
		}
	}
	return true
}
