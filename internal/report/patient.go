package report

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Keys behind which a value belongs to a patient, as they are written in URLs,
// JSON (FHIR among it), DICOM and file names; with their parts joined by
// nothing, "_", "-", "." or a space, in any case.
const (
	// patientID are keys of numbers.
	patientID = `patient[_\-. ]?(?:id(?:entifier)?|no|nr|num(?:ber)?|key)?|mrn|medical[_\-. ]?record[_\-. ]?(?:no|num(?:ber)?)|pid|` +
		`ssn|social[_\-. ]?security[_\-. ]?(?:no|num(?:ber)?)|nhs[_\-. ]?(?:no|num(?:ber)?)?|ahv(?:n13)?[_\-. ]?(?:nr|no|num(?:ber)?)?`
	// patientWord are keys of names and dates.
	patientWord = `patient'?s?[_\-. ]?(?:name|birth[_\-. ]?date|address)|dob|birth[_\-. ]?(?:date|day)|date[_\-. ]?of[_\-. ]?birth|` +
		`(?:sur|last|first|given|family|maiden)[_\-. ]?name|family|given`
)

// The places in which a value may stand behind a key. In each, the last group
// is the value.
var patientPlaces = []*regexp.Regexp{
	// key=value, key%3Dvalue, with or without quotes; name only as a parameter
	regexp.MustCompile(`(?i)((?:^|[^a-z0-9])(?:` + patientID + `|` + patientWord + `)["']?\s?(?:=|%3d)\s?["']?)([^&;"'<>|\s\\,)]+)`),
	regexp.MustCompile(`(?i)([?&;](?:amp;)?name=)([^&;"'<>|\s\\,)]+)`),
	// "key": "value", "key": 1234, also with escaped quotes
	regexp.MustCompile(`(?i)(\\?["'](?:` + patientID + `|` + patientWord + `|name)\\?["']\s*:\s*\\?["'])([^"'\\]+)`),
	regexp.MustCompile(`(?i)(\\?["'](?:` + patientID + `)\\?["']\s*:\s*)([0-9]+)`),
	// "given": ["Anna", "B."], DICOM JSON's "00100010": {"vr": "PN", "Value": [...]}
	regexp.MustCompile(`(?i)(\\?["'](?:` + patientID + `|` + patientWord + `)\\?["']\s*:\s*\[)([^\[\]{}]+)`),
	regexp.MustCompile(`(?i)(\\?["']0010[0-9a-f]{4}\\?["']\s*:\s*\{[^{}\[\]]*\[\s*(?:\{[^{}\[\]:]*:\s*)?)([^\[\]{}]+)`),
	// (0010,0020) LO [1234], (0010,0010)=DOE^JOHN
	regexp.MustCompile(`(?i)(\(0010,[0-9a-f]{4}\)\s*(?:[A-Z]{2}\s*)?[=:]?\s*\[?)([^\[\]\s(),;]+)`),
	// /patient/1234, mrn-1234.pdf, PatientID_1234: a path or a name with a number
	regexp.MustCompile(`(?i)((?:^|[^a-z0-9])(?:patients?|` + patientID + `)(?:/|%2f|[_\-. ]))([a-z]{0,3}[0-9][0-9a-z]*(?:[.\-][0-9]+)*)`),
	// PATIENT_Doe_John.pdf is left alone (it may be any word), Doe^John is not:
	// HL7 and DICOM write names like that
	regexp.MustCompile(`()([\p{L}][\p{L}'\-]*\^[\p{L}][\p{L}'\-]*(?:\^[\p{L}'\-.]*)*)`),
}

// patientSegment is HL7's segment of a patient, up to its end.
var patientSegment = regexp.MustCompile(`(^|[\r\n\x0b]|\\r|\\n|\\x0d|\\x0b)(PID\|[^\r\n\\]*)`)

// patientFields are the fields of an HL7 PID segment that tell who it is:
// identifiers, names, birth, addresses, telephones, accounts.
var patientFields = map[int]bool{
	2: true, 3: true, 4: true, 5: true, 6: true, 7: true, 9: true, 11: true, 13: true, 14: true, 18: true, 19: true, 20: true, 21: true,
}

var (
	quoted       = regexp.MustCompile(`[^"'\\,\s][^"'\\,]*`)
	patientStand = regexp.MustCompile(`^patient-[0-9]+$`)
)

// PseudonymisePatients replaces, in every text of d, the values that stand
// behind a key of a patient's identifier (patient, patientid, mrn, pid, ssn,
// nhs, ahv, dob, birthdate, surname, lastname, name= and their like) in URIs,
// file names and raw lines by stand-ins: the same value by the same patient-1
// throughout the document, whatever its case and percent encoding. It is meant
// for every output that an operator did not ask to see bare. Counts, sizes and
// offsets stay; a value without a key is not recognised. Call it once, and
// before Mask.
func (d *Document) PseudonymisePatients() {
	p := patients{}
	*d = *rewriter{text: func(field, s string) string {
		if keptFields[field] {
			return s
		}
		return p.replace(s)
	}}.copy(d)
}

// patients are the stand-ins of the values seen so far.
type patients map[string]string

// span is a value within a text.
type span struct{ start, end int }

// replace replaces the values in a text. All places are looked for in the text
// as it was, so that no stand-in is taken for a value.
func (p patients) replace(s string) string {
	if len(s) < 4 {
		return s
	}
	var spans []span
	for _, m := range patientSegment.FindAllStringSubmatchIndex(s, -1) {
		spans = append(spans, segmentSpans(s, m[4], m[5])...)
	}
	for _, place := range patientPlaces {
		for _, m := range place.FindAllStringSubmatchIndex(s, -1) {
			spans = append(spans, valueSpans(s, m[4], m[5])...)
		}
	}
	if spans == nil {
		return s
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var b strings.Builder
	end := 0
	for _, v := range spans {
		if v.start < end {
			continue
		}
		b.WriteString(s[end:v.start])
		b.WriteString(p.stand(s[v.start:v.end]))
		end = v.end
	}
	b.WriteString(s[end:])
	return b.String()
}

// valueSpans returns the value s[start:end], or each one of a JSON array.
func valueSpans(s string, start, end int) []span {
	if !strings.ContainsAny(s[start:end], `"'`) {
		return []span{{start, end}}
	}
	var spans []span
	for _, m := range quoted.FindAllStringIndex(s[start:end], -1) {
		spans = append(spans, span{start + m[0], start + m[1]})
	}
	return spans
}

// segmentSpans returns the telling fields of the PID segment s[start:end].
func segmentSpans(s string, start, end int) []span {
	var spans []span
	for i, field := range strings.Split(s[start:end], "|") {
		if patientFields[i] && field != "" {
			spans = append(spans, span{start, start + len(field)})
		}
		start += len(field) + 1
	}
	return spans
}

// stand returns the stand-in of a value. What logs write for "nothing" has none.
func (p patients) stand(value string) string {
	trimmed := strings.TrimSpace(value)
	switch {
	case trimmed == "" || trimmed == "-" || trimmed == "(empty)" || trimmed == "null" || trimmed == Masked:
		return value
	case patientStand.MatchString(trimmed):
		return value
	}
	key := trimmed
	if plain, err := url.QueryUnescape(key); err == nil {
		key = plain
	}
	key = fold(strings.TrimSpace(key))
	if p[key] == "" {
		p[key] = "patient-" + strconv.Itoa(len(p)+1)
	}
	return p[key]
}
