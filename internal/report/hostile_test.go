package report_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"barium/internal/report"
	"barium/internal/report/reporttest"
)

// checkJSON wants one JSON document of harmless characters, and returns what a
// reader gets.
func checkJSON(t *testing.T, name string, d *report.Document) *report.Document {
	t.Helper()
	out := encode(t, d)
	if !utf8.ValidString(out) {
		t.Errorf("%s: not UTF-8", name)
	}
	for _, r := range out {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			t.Fatalf("%s: the document holds %U", name, r)
		}
	}
	dec := json.NewDecoder(strings.NewReader(out))
	dec.DisallowUnknownFields()
	var got report.Document
	if err := dec.Decode(&got); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if dec.More() {
		t.Errorf("%s: more than one document", name)
	}
	return &got
}

// TestHostileSlots puts each attack into every text of a document: a reader
// gets the text back, in its place and in no other.
func TestHostileSlots(t *testing.T) {
	for _, attack := range reporttest.Attacks() {
		d := reporttest.HostileWith(attack)
		got := checkJSON(t, attack, d)
		if got.Verdict.Level != d.Verdict.Level || len(got.Cases) != len(d.Cases) || len(got.Sources) != len(d.Sources) {
			t.Errorf("%q: another document", attack)
		}
		if utf8.ValidString(attack) && !reflect.DeepEqual(got.Cases[0].Hosts, d.Cases[0].Hosts) {
			t.Errorf("%q: hosts %q, want %q", attack, got.Cases[0].Hosts, d.Cases[0].Hosts)
		}
		d.PseudonymisePatients()
		checkJSON(t, attack, d)
		checkJSON(t, attack, d.Mask())
	}
}

func TestHostileNumbers(t *testing.T) {
	for name, d := range reporttest.Extremes() {
		checkJSON(t, name, d)
	}
}
