package caseload

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"barium/internal/detect"
	"barium/internal/ledger"
)

// TestBonds asserts what else joins findings: accounts, files, movement, far ends
// that are new; and what does not.
func TestBonds(t *testing.T) {
	facts := Facts{
		Users:    func(label string) int64 { return map[string]int64{"new.org": 7, "old.org": 7}[label] },
		Fresh:    func(label string) bool { return label == "new.org" },
		Accounts: func(a string) int64 { return map[string]int64{"svc": 50}[a] },
	}
	f := func(name string, fs []detect.Finding, want ...string) {
		t.Helper()
		cases, _ := Join(fs, facts)
		if d := cmp.Diff(want, groups(cases)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	at := func(first, last int64, x detect.Finding) detect.Finding {
		x.First, x.Last = first, last
		return x
	}
	two := func(change func(a, b *detect.Finding)) []detect.Finding {
		a, b := at(1, 2, finding("a", "x.org", "1", 25)), at(3, 4, finding("b", "y.org", "2", 21))
		change(&a, &b)
		return []detect.Finding{b, a}
	}
	account := func(name string) []detect.Entity {
		return []detect.Entity{{Kind: detect.KindAccount, Value: name}}
	}
	f("nothing", two(func(_, _ *detect.Finding) {}), "a x.org", "b y.org")
	f("a far end that is new joins, however many use it", two(func(a, b *detect.Finding) { a.Label, b.Label = "new.org", "new.org" }), "a new.org, b new.org")
	f("an established one does not", two(func(a, b *detect.Finding) { a.Label, b.Label = "old.org", "old.org" }), "a old.org", "b old.org")
	f("an account", two(func(a, b *detect.Finding) { a.Entities, b.Entities = account("eve"), account("eve") }), "a x.org, b y.org")
	f("an account of the whole house", two(func(a, b *detect.Finding) { a.Entities, b.Entities = account("svc"), account("svc") }), "a x.org", "b y.org")
	f("a file", two(func(a, b *detect.Finding) {
		a.Files, b.Files = []detect.File{{Name: "z.7z", Bytes: 20000}}, []detect.File{{Name: "z.7z", Bytes: 20000}}
	}), "a x.org, b y.org")
	f("a file of the same name", two(func(a, b *detect.Finding) {
		a.Files, b.Files = []detect.File{{Name: "z.7z", Bytes: 20000}}, []detect.File{{Name: "z.7z", Bytes: 20001}}
	}), "a x.org", "b y.org")
	f("movement", two(func(a, _ *detect.Finding) { a.Dst, a.Label = "b", "b" }), "a b, b y.org")
	f("movement to a host that was done before", two(func(a, b *detect.Finding) {
		a.Dst, a.Label, b.First, b.Last = "b", "b", 0, 0
	}), "a b", "b y.org")
	f("the same far end, long after", two(func(a, b *detect.Finding) {
		b.Label, b.First, b.Last = "x.org", mostApart+10, mostApart+20
	}), "a x.org", "b x.org")
	f("the same far end, all the time", two(func(a, b *detect.Finding) {
		b.Label, a.Last, b.First, b.Last = "x.org", mostApart+5, mostApart+10, mostApart+20
	}), "a x.org, b x.org")
}

// caseOf makes a case of "host label" pairs, each a finding of 25 dB.
func caseOf(pairs ...string) Case {
	var fs []detect.Finding
	for i, p := range pairs {
		src, label, _ := strings.Cut(p, " ")
		x := finding(src, label, "1", 25)
		x.First = int64(i)
		x.Hours = []detect.HourBytes{{Hour: 24, BytesOut: 10e6}}
		fs = append(fs, x)
	}
	return assemble(fs)
}

// remembered is what a ledger keeps of cases, after one hunt with them.
func remembered(known []ledger.KnownCase, cases ...Case) ([]Case, []ledger.KnownCase, Changes) {
	Trace(cases, known)
	keep, ch := Remember(cases, known)
	return cases, keep, ch
}

func words(list []Change) (out []string) {
	for _, x := range list {
		out = append(out, strings.TrimSuffix(x.ID+": "+strings.Join(x.Why, "; "), ": "))
	}
	return out
}

// TestLineage follows cases through growing, merging, splitting, closing and
// coming back.
func TestLineage(t *testing.T) {
	want := func(name string, got []string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	cs, known, ch := remembered(nil, caseOf("a x.org"), caseOf("b y.org", "b z.org"))
	a, b := cs[0].ID, cs[1].ID
	if len(ch.Opened) != 2 || a == b {
		t.Fatalf("%v", ch)
	}
	// Grown by an earlier finding, which would give it another id.
	cs, known, ch = remembered(known, caseOf("c w.org", "a x.org"), caseOf("b y.org", "b z.org"))
	if cs[0].ID != a || cs[1].ID != b || ch.Same != 1 {
		t.Errorf("%s %s, %v", cs[0].ID, cs[1].ID, ch)
	}
	want("grew", words(ch.Grew), a+": 1 new host; 1 new far end; weighs enough for a higher level")
	// Merged: the larger part gives the id.
	cs, known, ch = remembered(known, caseOf("c w.org", "a x.org", "b y.org"))
	if cs[0].ID != a || cmp.Diff([]string{b}, cs[0].Was) != "" {
		t.Errorf("%s was %v", cs[0].ID, cs[0].Was)
	}
	want("merged", words(ch.Grew), a+": "+b+" became part of it; 1 new host; 1 new far end; weighs 25 dB more")
	want("merging closes nothing", words(ch.Closed))
	cs, known, ch = remembered(known, caseOf("c w.org", "a x.org", "b y.org"))
	if cmp.Diff([]string{b}, cs[0].Was) != "" || ch.Same != 1 {
		t.Errorf("%v, %v", cs[0].Was, ch)
	}
	// Split: the larger part keeps the id, the other has the one it had.
	cs, known, _ = remembered(known, caseOf("b y.org"), caseOf("c w.org", "a x.org"))
	if cs[0].ID != b || cs[1].ID != a {
		t.Errorf("%s %s, want %s %s", cs[0].ID, cs[1].ID, b, a)
	}
	cs, known, ch = remembered(known, caseOf("b y.org"), caseOf("c w.org"), caseOf("a x.org"))
	if cs[1].ID != a || cs[2].ID == a || cs[2].From != a {
		t.Errorf("%s, %s from %q", cs[1].ID, cs[2].ID, cs[2].From)
	}
	want("split", words(ch.Opened), cs[2].ID+": split off "+a)
	part := cs[2].ID
	// Closed cases stay watched.
	_, known, ch = remembered(known)
	if len(ch.Closed) != 3 || len(known) != 3 {
		t.Errorf("%v, %d known", ch, len(known))
	}
	_, known, ch = remembered(known)
	if len(ch.Closed) != 0 || len(known) != 3 {
		t.Errorf("%v, %d known", ch, len(known))
	}
	cs, _, ch = remembered(known, caseOf("a x.org", "d v.org"))
	if cs[0].ID != part {
		t.Errorf("%s, want %s", cs[0].ID, part)
	}
	want("back", words(ch.Opened), part+": was closed before")
}

// TestLineageStable asserts that ids are unique, and stay when nothing changed,
// whatever the order.
func TestLineageStable(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(name string) (out []Case) {
			used := map[string]bool{}
			for range rapid.IntRange(0, 5).Draw(r, name) {
				var pairs []string
				for range rapid.IntRange(1, 4).Draw(r, "members") {
					p := rapid.SampledFrom([]string{"a x", "a y", "b x", "b y", "c x", "c z", "d x", "d z"}).Draw(r, "member")
					if !used[p] {
						used[p] = true
						pairs = append(pairs, p)
					}
				}
				if len(pairs) > 0 {
					out = append(out, caseOf(pairs...))
				}
			}
			return out
		}
		var known []ledger.KnownCase
		for i := range 3 {
			cases := draw(fmt.Sprint("hunt ", i))
			Trace(cases, known)
			ids := map[string]bool{}
			for _, c := range cases {
				if ids[c.ID] || c.ID == "" {
					r.Fatalf("id %q twice", c.ID)
				}
				ids[c.ID] = true
			}
			known, _ = Remember(cases, known)
			again := append([]Case{}, cases...)
			for n := len(again) - 1; n > 0; n-- {
				k := rapid.IntRange(0, n).Draw(r, "swap")
				again[n], again[k] = again[k], again[n]
			}
			was := map[string]string{}
			for _, c := range cases {
				was[fmt.Sprint(membersOf(&c))] = c.ID
			}
			Trace(again, known)
			for _, c := range again {
				if was[fmt.Sprint(membersOf(&c))] != c.ID {
					r.Fatalf("%v was %s, is %s", membersOf(&c), was[fmt.Sprint(membersOf(&c))], c.ID)
				}
			}
			if _, ch := Remember(again, known); len(ch.Opened)+len(ch.Grew)+len(ch.Closed) > 0 {
				r.Fatalf("nothing changed, but %v", ch)
			}
		}
	})
}

// TestJudge asserts what judgements do to a case, and when they hold.
func TestJudge(t *testing.T) {
	base := caseOf("a x.org", "a y.org")
	scope := ScopeOf(&base)
	judged := func(id int64, verdict string) ledger.Judgement {
		return ledger.Judgement{ID: id, Verdict: verdict, By: "M", Scope: scope}
	}
	f := func(name string, c Case, want Standing, states string, js ...ledger.Judgement) {
		t.Helper()
		c.Weight, c.Level = 45, Left
		cs := []Case{c}
		Judge(cs, js, 1000)
		var got []string
		for _, j := range cs[0].Judged {
			got = append(got, string(j.State))
		}
		if cs[0].Standing != want || strings.Join(got, " ") != states {
			t.Errorf("%s: standing %d, %v; want %d, %s", name, cs[0].Standing, cs[0].Judged, want, states)
		}
		if (cs[0].Level == NoneSeen) != (want == Benign) || cs[0].Weight != 45 || len(cs[0].Findings) == 0 {
			t.Errorf("%s: level %d, %v dB", name, cs[0].Level, cs[0].Weight)
		}
	}
	benign, theft := judged(1, ledger.VerdictBenign), judged(2, ledger.VerdictTheft)
	f("none", base, Open, "")
	f("benign", base, Benign, "holds", benign)
	f("theft", base, Confirmed, "holds", theft)
	f("theft after benign", base, Confirmed, "superseded holds", benign, theft)
	again := benign
	again.ID = 3
	f("benign after theft", base, Benign, "superseded superseded holds", benign, theft, again)
	withdrawn := theft
	withdrawn.Withdrawn = 5
	f("withdrawn", base, Open, "withdrawn", withdrawn)
	f("withdrawn after benign", base, Benign, "holds withdrawn", benign, withdrawn)
	late := benign
	late.Until = 999
	f("expired", base, Open, "expired", late)
	late.Until = 1000
	f("on its last moment", base, Benign, "holds", late)
	f("about another case", caseOf("b x.org"), Open, "", benign)
	f("a new far end", caseOf("a x.org", "a z.org"), Open, "exceeded", benign)
	f("a new host", caseOf("a x.org", "b x.org"), Open, "exceeded", benign)
	f("less than was judged", caseOf("a x.org"), Benign, "holds", benign)
	f("theft that grew", caseOf("a x.org", "b x.org"), Confirmed, "holds", theft)
	other := caseOf("a x.org")
	other.Findings[0].Detector = "other"
	f("another detector", other, Open, "exceeded", benign)
	more := caseOf("a x.org")
	more.Findings[0].Hours = []detect.HourBytes{{Hour: 48, BytesOut: 15e6}, {Hour: 49, BytesOut: 6e6}}
	f("twice as much, and a little", more, Benign, "holds", benign)
	more.Findings[0].Hours[1].BytesOut = 7e6
	f("much more in a day", more, Open, "exceeded", benign)
	more.Findings[0].Hours = []detect.HourBytes{{Hour: 48, BytesOut: 15e6}, {Hour: 72, BytesOut: 15e6}}
	f("as much on another day", more, Benign, "holds", benign)
	half := benign
	half.Scope = scope[:1]
	rest := benign
	rest.ID, rest.Scope = 4, scope[1:]
	f("two halves", base, Benign, "holds holds", half, rest)
	f("one half", base, Open, "exceeded", half)
}

// TestRank asserts the order: confirmed, weight, value, time; benign at the end.
func TestRank(t *testing.T) {
	mk := func(id string, weight float64, value int, s Standing) Case {
		return Case{ID: id, Weight: weight, Standing: s, Touched: []Touched{{Value: 1}, {Value: value}}}
	}
	cs := []Case{mk("benign", 90, 5, Benign), mk("light", 30, 5, Open), mk("plain", 40, 1, Open), mk("jewel", 40, 4, Open), mk("theft", 20, 1, Confirmed)}
	Rank(cs)
	var got []string
	for _, c := range cs {
		got = append(got, c.ID)
	}
	if strings.Join(got, " ") != "theft jewel plain light benign" {
		t.Error(got)
	}
}

// TestLadder asserts that each rung has at least what the next one has.
func TestLadder(t *testing.T) {
	c := caseOf("a x.org")
	c.Findings[0].Stage = detect.Exfiltration
	c.Loss = Loss{Accepted: 500, Files: []detect.File{{Name: "z"}}}
	files := []seen{{host: "a", how: "SMB OPEN", file: "1", share: `\\s\d`}, {host: "a", how: "SMB OPEN", file: "2", share: `\\s\d`}, {host: "a", how: "SMB WRITE", file: "3", share: `\\s\d`}}
	steps := c.ladder(files, nil)
	var got []string
	for _, s := range steps {
		got = append(got, fmt.Sprintf("%s %v %d %d", s.Rung, s.Seen, s.Files.Low, s.Bytes.Low))
	}
	want := []string{"reachable true 2 500", "viewed true 2 500", "staged false 1 500", "sent true 1 500"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	c.Findings = append(c.Findings, detect.Finding{Stage: detect.Collection, BytesIn: 900})
	if s := c.ladder(nil, nil)[2]; !s.Seen || s.Bytes.Low != 900 {
		t.Errorf("%+v", s)
	}
}
