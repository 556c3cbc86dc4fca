package eve

import (
	"bytes"
	"slices"
	"strings"

	"barium/internal/format"
)

var _ format.Cuttable = Reader{}

// Cut lets a source be cut at every line.
func (Reader) Cut([]byte) []byte { return []byte("\n") }

// Header reports no line: each one stands for itself.
func (Reader) Header([]byte) (is, fresh bool) { return false, false }

// Sniff recognises events by what all of them have; the name is not looked at.
func (Reader) Sniff(head []byte, _ string) format.Sniffed {
	var types []string
	sure, other := 0, 0
	var r reading
	r.visit = r.field
	for line := range bytes.Lines(head) {
		whole := line[len(line)-1] == '\n'
		b := firstObject(line)
		if b == nil {
			if whole && len(bytes.TrimLeft(bytes.TrimPrefix(line, bom), " \t\r\n,[]\x1e")) > 0 {
				other++
			}
			continue
		}
		name := r.typeOf(b)
		switch {
		case name != "":
			sure++
			types = addType(types, name)
		case whole:
			other++
		}
	}
	if sure == 0 || sure < other {
		return format.Sniffed{Why: why(head), Near: bytes.Contains(head, []byte(`"event_type"`))}
	}
	return format.Sniffed{Confidence: format.Certain, Type: "suricata " + strings.Join(types, ", ") + " (EVE JSON)"}
}

// why says why a head without events is none of ours.
func why(head []byte) string {
	switch b := bytes.TrimLeft(bytes.TrimPrefix(head, bom), "\r\n \t"); {
	case len(b) == 0:
		return "empty file"
	case b[0] == '{' && bytes.IndexByte(b, '\n') >= 0 && closing(b[:bytes.IndexByte(b, '\n')]) == 0:
		return "JSON, but not one object to a line"
	case b[0] == '{' || b[0] == '[':
		return notEVE
	}
	return "no JSON objects with Suricata's timestamp and event_type"
}

// firstObject returns the first object on a line, cut off where the head is; nil
// when none begins there.
func firstObject(line []byte) []byte {
	i := bytes.IndexByte(line[:min(len(line), maxPrefix)], '{')
	if i < 0 {
		return nil
	}
	return line[i:]
}

// typeOf returns the event_type of the object at the beginning of b, empty when it
// is not Suricata's. The object may be cut off behind what tells.
func (r *reading) typeOf(b []byte) string {
	n := closing(b)
	if n == 0 {
		return typeOfCut(b)
	}
	if unfit(b[:n]) != "" {
		return ""
	}
	v, err := r.json.ParseBytes(b[:n])
	if err != nil {
		return ""
	}
	name, reason := r.begin(0, v)
	s := &r.shared
	if reason != "" || !isType(name) || !given(s.flowID) && !given(s.srcIP) && !given(s.object.Get("stats")) && !given(s.object.Get("engine")) {
		return ""
	}
	return string(name)
}

// typeOfCut looks for the first fields of an event, in Suricata's own order.
func typeOfCut(b []byte) string {
	rest, ok := bytes.CutPrefix(b, []byte(`{"timestamp":"`))
	if !ok {
		return ""
	}
	_, rest, ok = bytes.Cut(rest[:min(len(rest), maxPrefix)], []byte(`"event_type":"`))
	if !ok {
		return ""
	}
	name, _, ok := bytes.Cut(rest, []byte{'"'})
	if !ok || !isType(name) {
		return ""
	}
	return string(name)
}

// isType says whether Suricata could have named a type so.
func isType(name []byte) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 32
}

func addType(types []string, name string) []string {
	const most = 12
	if slices.Contains(types, name) || len(types) > most {
		return types
	}
	if len(types) == most {
		return append(types, "…")
	}
	return append(types, name)
}
