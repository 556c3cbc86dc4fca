package caseload

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"barium/internal/detect"
)

// finding is one of host src about label at dst, of a weight.
func finding(src, label, dst string, weight float64) detect.Finding {
	return detect.Finding{
		Detector: "test", Stage: detect.Command, Src: src, Label: label, Dst: dst, Port: 443, First: 10, Last: 20,
		// A group without a cap, and a text of its own, so that weights add up.
		Terms: []detect.Term{{Group: "test", Text: src + label + dst, DB: weight}},
	}
}

func few(string) int64 { return 1 }

// groups words cases as "host label, host label", in the order given.
func groups(cases []Case) (out []string) {
	for _, c := range cases {
		var parts []string
		for _, f := range c.Findings {
			parts = append(parts, f.Src+" "+f.Label)
		}
		out = append(out, strings.Join(parts, ", "))
	}
	return out
}

// TestJoin asserts which findings make up one case.
func TestJoin(t *testing.T) {
	f := func(name string, users func(string) int64, fs []detect.Finding, want ...string) {
		t.Helper()
		for i := range fs {
			fs[i].First = int64(i) // their order in a case
		}
		cases, weak := Join(fs, Facts{Users: users})
		if d := cmp.Diff(want, groups(cases)); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		n := weak
		for _, c := range cases {
			n += len(c.Findings)
		}
		if n != len(fs) {
			t.Errorf("%s: %d of %d findings", name, n, len(fs))
		}
	}
	one := func(fs ...detect.Finding) []detect.Finding { return fs }
	f("none", few, nil)
	f("one", few, one(finding("a", "x.org", "1", 25)), "a x.org")
	f("too light", few, one(finding("a", "x.org", "1", 19.9)))
	f("the same far end", few, one(finding("a", "x.org", "1", 25), finding("b", "x.org", "2", 10)), "a x.org, b x.org")
	f("the same far end, one too light to join", few, one(finding("a", "x.org", "1", 25), finding("b", "x.org", "2", 9.9)), "a x.org")
	f("a far end that five hosts use", func(string) int64 { return 5 }, one(finding("a", "x.org", "1", 25), finding("b", "x.org", "2", 21)), "a x.org, b x.org")
	f("a far end that six hosts use joins nothing", func(string) int64 { return 6 }, one(finding("a", "x.org", "1", 25), finding("b", "x.org", "2", 21)), "a x.org", "b x.org")
	f("the same host", few, one(finding("a", "x.org", "1", 25), finding("a", "y.org", "2", 20)), "a x.org, a y.org")
	f("the same host, one too light", few, one(finding("a", "x.org", "1", 25), finding("a", "y.org", "2", 19)), "a x.org")
	f("by a third", few, one(finding("a", "x.org", "1", 25), finding("b", "y.org", "2", 25), finding("a", "y.org", "3", 25)), "a x.org, b y.org, a y.org")
	f("the same address, one without a name", few, one(finding("a", "1", "1", 25), finding("b", "x.org", "1", 20)), "a 1, b x.org")
	f("the same address, both with other names", few, one(finding("a", "y.org", "1", 25), finding("b", "x.org", "1", 24)), "a y.org", "b x.org")
	f("nothing in common", few, one(finding("a", "x.org", "1", 25), finding("b", "y.org", "2", 24)), "a x.org", "b y.org")
	f("heaviest first", few, one(finding("a", "x.org", "1", 25), finding("b", "y.org", "2", 26)), "b y.org", "a x.org")
	f("light ones together are heavy enough", few, one(finding("a", "x.org", "1", 12), finding("b", "x.org", "2", 12)), "a x.org, b x.org")
}

// TestWeigh asserts that the same observation counts once, that groups are
// capped, and that a finding against theft does not pull a case below another.
func TestWeigh(t *testing.T) {
	f := func(name string, want float64, fs ...[]detect.Term) {
		t.Helper()
		var findings []detect.Finding
		for _, ts := range fs {
			findings = append(findings, detect.Finding{Terms: ts})
		}
		if got := weigh(findings); got != want {
			t.Errorf("%s: %.1f dB, want %.1f", name, got, want)
		}
	}
	a := detect.Term{Group: "a", Text: "a", DB: 12}
	b := detect.Term{Group: "b", Text: "b", DB: 15}
	minus := detect.Term{Group: detect.Innocence, Text: "innocent", DB: -14}
	rare := func(text string, db float64) detect.Term {
		return detect.Term{Group: detect.Rarity, Text: text, DB: db}
	}
	f("none", 0)
	f("one", 12, []detect.Term{a})
	f("two facts", 27, []detect.Term{a}, []detect.Term{b})
	f("one fact seen twice", 12, []detect.Term{a}, []detect.Term{a})
	f("five views of one group are capped", detect.Caps[detect.Rarity], []detect.Term{rare("1", 10)}, []detect.Term{rare("2", 10), rare("3", 10)})
	f("what speaks against it counts", 13, []detect.Term{a}, []detect.Term{b, minus})
	f("but not below the heaviest finding", 15, []detect.Term{b}, []detect.Term{minus})
	f("innocent alone", 0, []detect.Term{minus})
	f("the same innocence once", 13, []detect.Term{a, minus}, []detect.Term{b, minus})
}

// TestLoss asserts that a file counts once, when it was accepted, and when an
// upper bound is known.
func TestLoss(t *testing.T) {
	type want struct {
		accepted, wire, ceiling int64 // ceiling -1: not known
		files                   string
	}
	f := func(name string, w want, fs ...detect.Finding) {
		t.Helper()
		l := loss(fs)
		ceiling := int64(-1)
		if l.Ceiling != nil {
			ceiling = *l.Ceiling
		}
		var names []string
		for _, x := range l.Files {
			names = append(names, x.Name)
		}
		got := want{l.Accepted, l.OnWire, ceiling, strings.Join(names, " ")}
		if got != w {
			t.Errorf("%s: %+v, want %+v", name, got, w)
		}
	}
	file := func(name string, bytes int64, accepted bool) detect.File {
		return detect.File{Name: name, Bytes: bytes, Accepted: accepted}
	}
	sent := func(src string, accepted, wire int64, files ...detect.File) detect.Finding {
		return detect.Finding{Stage: detect.Exfiltration, Src: src, Label: "x.org", Accepted: accepted, BytesOut: wire, Files: files}
	}
	f("none", want{ceiling: 0})
	f("a channel is no loss", want{ceiling: 0}, detect.Finding{Stage: detect.Command, Accepted: 5, BytesOut: 5, Files: []detect.File{file("a", 5, true)}})
	f("one file", want{10, 25, 25, "a"}, sent("h", 10, 25, file("a", 10, true)))
	f("refused", want{0, 25, 25, ""}, sent("h", 0, 25, file("a", 10, false)))
	f("two files", want{30, 40, 40, "a b"}, sent("h", 30, 40, file("a", 10, true), file("b", 20, true)))
	f("two hosts, other files", want{30, 40, 40, "a b"}, sent("h", 10, 20, file("a", 10, true)), sent("i", 20, 20, file("b", 20, true)))
	f("two hosts, the same file", want{10, 24, 24, "a"}, sent("h", 10, 12, file("a", 10, true)), sent("i", 10, 12, file("a", 10, true)))
	f("the same name, another size", want{21, 24, 24, "a a"}, sent("h", 10, 12, file("a", 10, true)), sent("i", 11, 12, file("a", 11, true)))
	f("accepted from one host only", want{10, 24, 24, "a"}, sent("h", 0, 12, file("a", 10, false)), sent("i", 10, 12, file("a", 10, true)))
	f("no names", want{95, 100, 100, ""}, sent("h", 95, 100))
	f("never less than was accepted", want{95, 10, 95, ""}, sent("h", 95, 10))
	incomplete := sent("h", 10, 20)
	incomplete.Incomplete = true
	f("bytes missed", want{20, 40, -1, ""}, incomplete, sent("i", 10, 20))
}

// TestLevels asserts the bounds of the verdict.
func TestLevels(t *testing.T) {
	f := func(weight float64, accepted int64, want Level) {
		t.Helper()
		x := finding("a", "x.org", "1", weight)
		x.Stage, x.Accepted = detect.Exfiltration, accepted
		cases, _ := Join([]detect.Finding{x}, Facts{Users: few})
		if got := Verdict(cases); got != want {
			t.Errorf("%.1f dB, %d bytes accepted: %d, want %d", weight, accepted, got, want)
		}
	}
	f(0, 1, NoneSeen)
	f(Signs-0.1, 1, NoneSeen)
	f(Signs, 1, SignsSeen)
	f(DataLeft-0.1, 1, SignsSeen)
	f(DataLeft, 0, SignsSeen)
	f(DataLeft, 1, Left)
	f(DataLeft+50, 1, Left)

	// What left without being a theft's weight does not make another case one.
	quiet := finding("b", "y.org", "2", 25)
	quiet.Stage, quiet.Accepted = detect.Exfiltration, 1000
	cases, _ := Join([]detect.Finding{finding("a", "x.org", "1", 45), quiet}, Facts{Users: few})
	if got := Verdict(cases); got != SignsSeen || len(cases) != 2 {
		t.Errorf("%d from %d cases", got, len(cases))
	}
	if Verdict(nil) != NoneSeen {
		t.Error("no case")
	}
}

// TestCase asserts what a case says of its findings.
func TestCase(t *testing.T) {
	out := finding("10.0.0.2", "x.org", "1", 25)
	out.Stage, out.First, out.Last = detect.Exfiltration, 50, 60
	c2 := finding("10.0.0.1", "x.org", "1", 25)
	c2.First, c2.Last = 10, 90
	cases, weak := Join([]detect.Finding{out, c2}, Facts{Users: few})
	if len(cases) != 1 || weak != 0 {
		t.Fatalf("%d cases, %d weak", len(cases), weak)
	}
	c := cases[0]
	if c.First != 10 || c.Last != 90 || c.Findings[0].Src != "10.0.0.1" || c.Weight != 50 || !strings.HasPrefix(c.ID, "C-") || len(c.ID) != 10 {
		t.Errorf("%+v", c)
	}
	if d := cmp.Diff([]string{"10.0.0.1", "10.0.0.2"}, c.Hosts); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]detect.Stage{detect.Command, detect.Exfiltration}, c.Stages); d != "" {
		t.Error(d)
	}
}

// TestOrderOfFindings asserts that the order in which detectors report changes
// no case.
func TestOrderOfFindings(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var fs []detect.Finding
		for i := range rapid.IntRange(1, 12).Draw(r, "findings") {
			x := finding(
				rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(r, "src"), rapid.SampledFrom([]string{"x.org", "y.org", "1", "2"}).Draw(r, "label"),
				rapid.SampledFrom([]string{"1", "2", "3"}).Draw(r, "dst"), float64(rapid.IntRange(1, 40).Draw(r, "weight")))
			x.First = int64(i) // ties are for the detectors to settle
			fs = append(fs, x)
		}
		users := func(label string) int64 { return int64(len(label)) }
		want, weak := Join(append([]detect.Finding{}, fs...), Facts{Users: users})
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		rng.Shuffle(len(fs), func(i, j int) { fs[i], fs[j] = fs[j], fs[i] })
		got, gotWeak := Join(fs, Facts{Users: users})
		if d := cmp.Diff(want, got); d != "" || weak != gotWeak {
			r.Errorf("%d weak of %d\n%s", gotWeak, weak, d)
		}
	})
}

func TestPlural(t *testing.T) {
	for n, want := range map[int64]string{0: "0 files", 1: "1 file", 2: "2 files"} {
		if got := plural(n, "file"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := list([]string{"a", "b"}); got != "a, b" {
		t.Error(got)
	}
	var many []string
	for i := range 8 {
		many = append(many, fmt.Sprint(i))
	}
	if got := list(many); got != "0, 1, 2, 3, 4 and 3 more" {
		t.Error(got)
	}
}
