package zeek

import (
	"bytes"
	"slices"
	"strings"

	"barium/internal/format"
)

// Sniff recognises Zeek's header lines and its JSON records; the name is not
// looked at.
func (Reader) Sniff(head []byte, _ string) format.Sniffed {
	const blanks = "\r\n \t\x1e"
	b := bytes.TrimPrefix(bytes.TrimLeft(head, blanks), bom)
	b = bytes.TrimLeft(b, blanks)
	switch {
	case len(b) == 0:
		return format.Sniffed{Why: "empty file"}
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return format.Sniffed{Why: "UTF-16 text; Zeek writes UTF-8"}
	case b[0] == '#':
		return sniffTSV(b)
	case b[0] == '{' || b[0] == '[':
		return sniffJSON(b)
	case bytes.IndexByte(b[:min(len(b), 512)], 0) >= 0:
		return format.Sniffed{Why: "binary data, neither Zeek's header lines nor JSON"}
	}
	return format.Sniffed{Why: "no Zeek header (#separator, #fields) and no JSON objects"}
}

// sniffTSV reads the header lines of the head.
func sniffTSV(b []byte) format.Sniffed {
	var h header
	h.reset()
	var types []string
	sure, near := false, false
	for line := range bytes.Lines(b) {
		if line[0] != '#' {
			continue
		}
		cut := line[len(line)-1] != '\n'
		line = bytes.TrimRight(line, "\r\n")
		near = near || isDirective(line)
		h.line(line)
		if h.declared || h.refused != "" {
			sure = true
		}
		key := []byte("#path")
		if h.path == nil {
			key = []byte("#fields")
		}
		if rest, ok := bytes.CutPrefix(line, []byte("#fields")); ok && len(rest) > 0 && rest[0] == h.sep {
			sure = sure || bytes.Contains(rest, []byte{h.sep, 't', 's'})
		}
		if bytes.HasPrefix(line, key) && !cut && len(h.name) > 0 {
			types = addName(types, string(h.name))
		}
	}
	if !sure {
		return format.Sniffed{Why: "lines with # but no #separator or #fields as Zeek writes them", Near: near}
	}
	return format.Sniffed{Confidence: format.Certain, Type: typeNames(types, "TSV")}
}

// isDirective reports a header line that no other format is known to have.
func isDirective(line []byte) bool {
	for _, key := range [...]string{"#separator", "#set_separator", "#empty_field", "#unset_field", "#path", "#fields", "#types"} {
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok && len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t') {
			return true
		}
	}
	return false
}

// sniffJSON looks at the objects of the head; the last one may be cut off.
func sniffJSON(b []byte) format.Sniffed {
	var r reading
	var types []string
	var sure, other int
	near := false
	for {
		i := bytes.IndexByte(b, '{')
		if i < 0 {
			break
		}
		b = b[i:]
		n, ok := r.scan.object(b)
		if !ok && r.scan.why != "" {
			if i := bytes.IndexByte(b, '\n'); i >= 0 {
				b = b[i:]
				continue
			}
			break
		}
		r.p.arena = r.p.arena[:0]
		name, certain := r.sniffObject()
		near = near || r.partly()
		switch {
		case name != "" && certain:
			sure++
			types = addName(types, name)
		case ok && name != "":
			types = addName(types, name)
		case ok:
			other++
		}
		if !ok {
			break
		}
		b = b[n:]
	}
	s := format.Sniffed{Type: typeNames(types, "JSON")}
	switch {
	case sure > 0 && sure >= other:
		s.Confidence = format.Certain
	case sure > 0 || len(types) > 0 && other == 0:
		s.Confidence = format.Perhaps
	default:
		s = format.Sniffed{Why: notZeek, Near: near}
	}
	return s
}

// sniffObject returns the type of the object just scanned, empty when it is not
// Zeek's.
func (r *reading) sniffObject() (name string, sure bool) {
	ts := slices.ContainsFunc(r.scan.pairs, func(p pair) bool {
		return string(p.key) == "ts" || string(p.key) == "_write_ts"
	})
	if v, ok := ownType(r.scan.pairs); ok && ts {
		if b := r.p.text(v); typed(b) {
			return string(bytes.TrimPrefix(b, []byte("json_streaming_"))), true
		}
	}
	if loadedScript(r.scan.pairs) {
		return "loaded_scripts", true
	}
	name, _, known, sure := inferPairs(r.scan.pairs)
	if !known {
		return "", false
	}
	return name, sure
}

// partly reports whether the object just scanned has a key that hardly anybody but
// Zeek writes.
func (r *reading) partly() bool {
	return slices.ContainsFunc(r.scan.pairs, func(p pair) bool {
		switch string(p.key) {
		case "_path", "id.orig_h", "id.resp_h":
			return true
		}
		return false
	})
}

func addName(names []string, name string) []string {
	const most = 12
	if slices.Contains(names, name) || len(names) > most {
		return names
	}
	if len(names) == most {
		return append(names, "…")
	}
	return append(names, name)
}

func typeNames(names []string, form string) string {
	if len(names) == 0 {
		return unknownType + " (" + form + ")"
	}
	return strings.Join(names, ", ") + " (" + form + ")"
}
