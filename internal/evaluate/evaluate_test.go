package evaluate

import (
	"math"
	"strings"
	"testing"
	"time"

	"barium/internal/report"
)

func at(hour int) time.Time { return time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC) }

// found is a case with one finding.
func found(id string, db float64, src, dst, name string, first, last int) report.Case {
	return report.Case{ID: id, WeightDB: db, Findings: []report.Finding{{Src: src, Dst: dst, DstName: name, First: at(first), Last: at(last)}}}
}

func document(cases ...report.Case) *report.Document {
	first, last := at(0), at(0).AddDate(0, 0, 2)
	return &report.Document{Cases: cases, Period: report.Period{First: &first, Last: &last}}
}

func labels(t *testing.T, lines ...string) []Label {
	t.Helper()
	out, err := ReadLabels(strings.NewReader("host,destination,from,to,label\n" + strings.Join(lines, "\n") + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCompare(t *testing.T) {
	d := document(
		found("C-1", 50, "10.0.0.1", "192.0.2.1", "", 1, 5),
		found("C-2", 40, "10.0.0.2", "192.0.2.2", "www.shop.example", 1, 5),
		found("C-3", 25, "10.0.0.3", "192.0.2.3", "", 1, 5),
		found("C-4", 22, "10.0.0.9", "192.0.2.9", "", 1, 5),
	)
	r := Compare(d, labels(
		t,
		"10.0.0.1,192.0.2.1,,,malicious",
		"10.0.0.1,*,,,benign", // the rest of that host's traffic
		"10.0.0.2,shop.example,2026-03-02,2026-03-03,benign",
		"10.0.0.3,192.0.2.3,2026-03-02T06:00:00Z,,malicious", // later than the case
		"10.0.0.3,*,,,benign",
	))
	if r.Recall.X != 1 || r.Recall.N != 2 || r.Precision.X != 1 || r.Precision.N != 3 || r.Unlabelled != 1 {
		t.Errorf("recall %+v, precision %+v, %d without label", r.Recall, r.Precision, r.Unlabelled)
	}
	if len(r.Missed) != 1 || r.Missed[0] != "line 5: 10.0.0.3 to 192.0.2.3" {
		t.Errorf("missed %q", r.Missed)
	}
	if r.HostDays != 6 || math.Abs(r.FalseADay-2.0/6) > 1e-9 {
		t.Errorf("%g host-days, %g false cases", r.HostDays, r.FalseADay)
	}
	// 50 dB state 10/11, 40 dB 1/2, 25 dB 0.0307.
	want := (math.Pow(1.0/11, 2) + 0.25 + math.Pow(0.03065, 2)) / 3
	if r.Brier == nil || math.Abs(*r.Brier-want) > 1e-4 {
		t.Errorf("Brier %v, want %g", *r.Brier, want)
	}
	words := map[string]Share{}
	for _, b := range r.Curve {
		words[b.Words] = b.True
	}
	if len(words) != 3 || words["very likely"].X != 1 || words["roughly even"].N != 1 || words["almost no chance"].X != 0 {
		t.Errorf("curve %+v", r.Curve)
	}
	var b strings.Builder
	if err := r.WriteText(&b); err != nil || !strings.Contains(b.String(), "1 of 3 (95 %: 6–79 %)") {
		t.Errorf("%v: %s", err, b.String())
	}
}

func TestNothingLabelled(t *testing.T) {
	r := Compare(document(), labels(t, "10.0.0.1,*,,,benign"))
	if r.Brier != nil || r.FalseADay != 0 || r.Precision.N != 0 || len(r.Curve) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestReaches(t *testing.T) {
	f := func(dst, name, far string, want bool) {
		t.Helper()
		if got := reaches(&report.Finding{Dst: dst, DstName: name}, far); got != want {
			t.Errorf("%s (%s), label %s: %t", name, dst, far, got)
		}
	}
	f("192.0.2.1", "", "192.0.2.1", true)
	f("192.0.2.11", "", "192.0.2.1", false)
	f("", "WWW.Shop.example.", "shop.example", true)
	f("", "workshop.example", "shop.example", false)
	f("", "", "*", true)
	f("", "", "shop.example", false)
	g := report.Finding{FarEnds: []report.Destination{{IP: "192.0.2.7"}, {Name: "a.b.example"}}}
	if !reaches(&g, "192.0.2.7") || !reaches(&g, "b.example") || reaches(&g, "192.0.2.8") {
		t.Error("far ends are not looked at")
	}
}

func TestReadLabels(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := ReadLabels(strings.NewReader(text))
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", text, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	const head = "host,destination,from,to,label\n"
	f("", "the first line must be: host,destination,from,to,label")
	f(head, "no label in it")
	f("host,destination,from,to\n", "there is no column label")
	f(head+"10.0.0.1,x.example,,,benign\n", "")
	f("\ufeffLabel,To,From,Destination,Host,why\nbenign,,,*,::ffff:10.0.0.1,because\n", "")
	f(head+"ws-1,x.example,,,benign\n", `line 2: host: "ws-1" is not an address`)
	f(head+"10.0.0.1,,,,benign\n", "line 2: destination: empty")
	f(head+"10.0.0.1,*,yesterday,,benign\n", `line 2: from: "yesterday" is not a time`)
	f(head+"10.0.0.1,*,2026-03-03,2026-03-02,benign\n", "line 2: from is not before to")
	f(head+"10.0.0.1,*,,,bad\n", `line 2: label: "bad" is neither`)
	f(head+"10.0.0.1,*,,\n", "wrong number of fields")
	f(head+"10.0.0.1,\"*,,,benign\n", "line")
	f(head+"10.0.0.1,"+strings.Repeat("x", 2000)+",,,benign\n", "longer than 1024 bytes")
}

func FuzzReadLabels(f *testing.F) {
	f.Add("host,destination,from,to,label\n10.0.0.1,x.example,2026-03-02,,malicious\n")
	f.Add("label,host,destination,from,to\nbenign,::1,*,,\n")
	f.Add("\"host\n,")
	f.Fuzz(func(t *testing.T, text string) {
		ls, err := ReadLabels(strings.NewReader(text))
		if err != nil {
			return
		}
		if len(ls) == 0 {
			t.Error("no label and no error")
		}
		for _, l := range ls {
			if l.Host == "" || l.Far == "" || !l.From.IsZero() && !l.To.IsZero() && !l.From.Before(l.To) {
				t.Errorf("%+v", l)
			}
		}
	})
}
