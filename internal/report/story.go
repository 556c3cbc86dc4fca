package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"
)

// StorySchema names the shape of CaseStory.
const StorySchema = "barium-case/1"

// Sentence is one step of a case's story.
type Sentence struct {
	When  *time.Time `json:"when"`  // null for what holds for the whole case
	Stage string     `json:"stage"` // empty for what belongs to none
	Text  string     `json:"text"`
}

// CaseStory is a case with its story.
type CaseStory struct {
	Schema string     `json:"schema"`
	Story  []Sentence `json:"story"`
	Case   Case       `json:"case"`
}

// mostFileSentences is how many files a story names.
const mostFileSentences = 12

// Story tells a case in sentences: who its hosts are, what happened in order of
// time, what was lost, what it is worth, and what people said of it.
func (c *Case) Story() []Sentence {
	var out []Sentence
	say := func(format string, args ...any) { out = append(out, Sentence{Text: fmt.Sprintf(format, args...)}) }
	for _, a := range c.Assets {
		c.introduce(a, say)
	}
	out = append(out, c.steps()...)
	say("Lost, as far as the logs show: %s.", c.Loss.Words())
	if c.Loss.Approved > 0 {
		say("Approved flows cover %s more; that is not counted.", Bytes(c.Loss.Approved))
	}
	if s := c.Loss.LadderWords(); s != "" {
		say("%s.", s)
	}
	for _, t := range c.Loss.Touched {
		say("It touched %s.", t.Words())
	}
	if len(c.Was) > 0 {
		say("It has grown together with what was called %s.", strings.Join(c.Was, ", "))
	}
	if c.SplitFrom != "" {
		say("It was part of %s before.", c.SplitFrom)
	}
	for _, j := range c.Judgements {
		say("%s.", j.Words())
	}
	return out
}

// introduce says what is known of a host.
func (c *Case) introduce(a Asset, say func(string, ...any)) {
	var is []string
	for _, s := range []string{a.Name, a.Role, a.Model} {
		if s != "" {
			is = append(is, s)
		}
	}
	if len(is) > 0 {
		say("%s is %s.", a.IP, strings.Join(is, ", "))
	}
	if a.UsedByMany {
		say("%s is used by many (%s): the address does not tell which person or machine it was.", a.IP, a.Source)
	}
}

// steps tells what happened: each finding's reason, and the files that left, in
// order of time.
func (c *Case) steps() (out []Sentence) {
	for i := range c.Findings {
		f := &c.Findings[i]
		text := f.Reason
		if text == "" {
			text = fmt.Sprintf("%s and %s: %s out, %s in.", f.Src, f.Far(), Bytes(f.BytesOut), Bytes(f.BytesIn))
		}
		if !f.Last.IsZero() && f.Last.Sub(f.First) >= time.Minute {
			text = strings.TrimSuffix(text, ".") + "; until " + Time(f.Last) + "."
		}
		out = append(out, Sentence{&f.First, f.Stage, text})
	}
	for i := range c.Loss.Files {
		x := &c.Loss.Files[i]
		if i == mostFileSentences {
			out = append(out, Sentence{&x.When, "exfiltration", fmt.Sprintf("… and %s.", Plural(int64(len(c.Loss.Files)-i), "more file"))})
			break
		}
		out = append(out, Sentence{&x.When, "exfiltration", fmt.Sprintf("%s (%s) is accepted, by %s.", x.Name, Bytes(x.Bytes), x.Proto)})
	}
	slices.SortStableFunc(out, func(a, b Sentence) int { return a.When.Compare(*b.When) })
	return out
}

// LadderWords says how far the loss got: "reachable: …; viewed: …".
func (l *Loss) LadderWords() string {
	var parts []string
	for _, s := range l.Ladder {
		parts = append(parts, s.Rung+": "+s.Words())
	}
	return strings.Join(parts, "; ")
}

// Words says how much got as far as a rung, and by what that is known.
func (s *Step) Words() string {
	var n []string
	if s.Files.Low > 0 {
		n = append(n, Plural(s.Files.Low, "file"))
	}
	if s.Bytes.Low > 0 {
		n = append(n, Bytes(s.Bytes.Low))
	}
	what := "nothing known"
	if len(n) > 0 {
		what = "at least " + strings.Join(n, ", ")
	}
	if s.How != "" {
		what += " (" + s.How + ")"
	}
	return what
}

// Words says what was touched and how: "patient records (value 5 of 5), share
// \\fs1\research: 10.0.0.5 connected to it".
func (t *Touched) Words() string {
	return fmt.Sprintf("%s (value %d of 5), %s %s: %s", t.Class, t.Value, t.Kind, t.What, t.How)
}

// Words says who judged what, why, and what it is worth now.
func (j *Judgement) Words() string {
	what := "judged it benign"
	if j.Verdict == "theft" {
		what = "confirmed the theft"
	}
	s := fmt.Sprintf("%s %s on %s, because: %s", j.By, what, Time(j.Made), strings.TrimSuffix(j.Because, "."))
	if j.Until != nil {
		s += "; until " + j.Until.Add(-time.Second).UTC().Format(time.DateOnly)
	}
	if j.State != "" {
		s += " (" + j.ID + ", " + j.State + ")"
	}
	if len(j.Why) > 0 {
		s += "; beyond it: " + strings.Join(j.Why, "; ")
	}
	return s
}

// EncodeStory writes a case and its story as JSON, as harmless as a document's.
func EncodeStory(w io.Writer, c *Case) error {
	in := CaseStory{StorySchema, c.Story(), *c}
	clear := rewriter{text: func(_, s string) string { return showBytes(s) }, when: clampTime}
	out := new(CaseStory)
	clear.value(reflect.ValueOf(out).Elem(), reflect.ValueOf(&in).Elem(), "")
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return err
	}
	_, err := w.Write(escapeHidden(b.Bytes()))
	return err
}

// Words says what changed: "2 opened, 1 grew, 0 closed, 5 as they were".
func (ch *Changes) Words() string {
	return fmt.Sprintf("%d opened, %d grew, %d closed, %d as they were", len(ch.Opened), len(ch.Grew), len(ch.Closed), ch.Same)
}

// Words says what became of a case: "C-e7f8fc67: 1 new host".
func (x *Change) Words() string {
	if len(x.Why) == 0 {
		return x.ID
	}
	return x.ID + ": " + strings.Join(x.Why, "; ")
}

// Words says what became of an approved flow.
func (u *FlowUse) Words() string {
	s := fmt.Sprintf("%s → %s (%s, %s a day; %s, %s, until %s): ", u.Source, u.Destination, u.Direction, Bytes(u.Ceiling), u.Owner, u.Ticket, u.Expiry)
	switch u.Status {
	case UseUnused:
		return s + "not used"
	case UseExpired:
		return s + "expired, and " + Bytes(u.AfterExpiry) + " went on after"
	case UseExceeded:
		return s + fmt.Sprintf("exceeded on %s by %s", Plural(u.DaysExceeded, "day"), Bytes(u.Excess))
	}
	return s + fmt.Sprintf("%s on %s, at most %s a day", Bytes(u.Bytes), Plural(u.Days, "day"), Bytes(u.MostADay))
}
