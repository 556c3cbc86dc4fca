package hunt

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/ledger"
	"barium/internal/report"
)

// document puts cases, blind spots and sources into the report's words.
func document(ctx context.Context, l *ledger.Look, cover *caseload.Coverage, seen *examined, sources []ledger.Source, files []File, o Options) (_ *report.Document, err error) {
	cases := seen.cases
	d := &report.Document{
		Schema: report.Schema, Version: o.Version, Injected: o.Injected,
		Cases: []report.Case{}, BlindSpots: []report.BlindSpot{},
		Internal: internal(l), Context: houseWords(seen.uses, o.Context),
		Stats: report.Stats{WeakFindings: int64(seen.weak)},
	}
	if d.Sources, err = describe(sources, files); err != nil {
		return nil, err
	}
	sizes(d.Sources, sources)
	skipped := map[string]bool{}
	for _, s := range d.Sources {
		d.Stats.Events += s.Records - s.Duplicates
		cover.Bad += s.Bad
		for name := range s.Skipped {
			skipped[name] = true
		}
	}
	for _, s := range sources {
		d.Stats.Bytes += s.Bytes
		if s.Problem != "" {
			cover.Unread++
		}
		n, err := refused(&s)
		if err != nil {
			return nil, err
		}
		cover.Refused += n
	}
	for _, f := range files {
		if f.Reader == nil && !f.Harmless {
			cover.Unread++
		}
	}
	for name := range skipped {
		cover.Skipped = append(cover.Skipped, name)
	}
	slices.Sort(cover.Skipped)
	if err := ledger.One(ctx, l.Store, "SELECT count(*) FROM oriented", &d.Stats.Conversations); err != nil {
		return nil, err
	}
	d.Period.Hours = cover.Hours
	if cover.Hours > 0 {
		first, last := time.Unix(int64(cover.FirstHour)*3600, 0).UTC(), time.Unix(int64(cover.LastHour+1)*3600, 0).UTC()
		d.Period.First, d.Period.Last = &first, &last
	}
	for _, b := range cover.BlindSpots(o.detectors) {
		d.BlindSpots = append(d.BlindSpots, report.BlindSpot(b))
	}
	var places []detect.Place
	for i := range cases {
		for j := range cases[i].Findings {
			places = append(places, cases[i].Findings[j].Places...)
		}
	}
	evidence, err := o.evidence(ctx, places, sources)
	if err != nil {
		return nil, fmt.Errorf("fetching raw lines: %w", err)
	}
	names, err := hostNames(ctx, l, cases)
	if err != nil {
		return nil, fmt.Errorf("names of hosts: %w", err)
	}
	reach, err := farEnds(ctx, l, cases)
	if err != nil {
		return nil, fmt.Errorf("far ends of the cases: %w", err)
	}
	complete := cover.WorstLoss < 1
	for i := range cases {
		d.Cases = append(d.Cases, present(&cases[i], i+1, complete, evidence))
		reach.name(&d.Cases[i], &cases[i])
		d.Cases[i].Names = names.during(&d.Cases[i])
		know(&d.Cases[i], o.Context, cover.Shared)
	}
	if o.Base != "" {
		shorten(d, o.Base)
	}
	d.Verdict = verdict(cases, cover)
	d.Stats.ElapsedMS = o.elapsed()
	return d, nil
}

// internal lists what counts as inside. Single addresses that the logs call
// local are many in some places; past twenty they become one line.
func internal(l *ledger.Look) []report.Network {
	out := []report.Network{}
	singles := 0
	for _, n := range l.Networks.List() {
		if n.Prefix.IsSingleIP() && n.Why != "given" {
			if singles++; singles > 20 {
				continue
			}
		}
		out = append(out, report.Network{CIDR: n.Prefix.String(), Why: n.Why})
	}
	if singles > 20 {
		out = append(out, report.Network{CIDR: fmt.Sprintf("and %d more single addresses", singles-20), Why: "the logs' local_orig or local_resp"})
	}
	return out
}

var levels = map[caseload.Level]string{
	caseload.NoneSeen: report.LevelNone, caseload.SignsSeen: report.LevelSigns, caseload.Left: report.LevelDataLeft,
}

// verdict words the answer to "were we robbed?".
func verdict(cases []caseload.Case, c *caseload.Coverage) report.Verdict {
	level := caseload.Verdict(cases)
	v := report.Verdict{Level: levels[level], Confirmed: []string{}}
	n, accepted, least := 0, int64(0), "at least"
	for i := range cases {
		if cases[i].Standing == caseload.Confirmed {
			v.Confirmed = append(v.Confirmed, cases[i].ID)
		}
		if cases[i].Level == level && level != caseload.NoneSeen {
			n++
			accepted += cases[i].Loss.Accepted
			if cases[i].Loss.Estimated {
				least = "an estimated"
			}
		}
	}
	before := ""
	if c.Hours > 0 {
		before = fmt.Sprintf(" Nothing before %s can be seen.", detect.Date(int64(c.FirstHour)*3_600_000_000))
	}
	switch {
	case level == caseload.Left:
		v.Text = fmt.Sprintf("Data left, unexplained: %s %s in %s.%s", least, detect.Bytes(accepted), report.Plural(int64(n), "case"), before)
	case level == caseload.SignsSeen:
		v.Text = fmt.Sprintf("Signs of theft in %s; no transfer that is both accepted outside and heavy enough was seen.%s", report.Plural(int64(n), "case"), before)
	case c.Hours == 0:
		v.Text = "No record lies in the period asked for: nothing can be said about it."
	case c.Outer == 0:
		v.Text = "No sign in what we can see; but no connection between inside and outside was seen, so nothing can be said about what left." + before
	default:
		v.Text = "No sign in what we can see; read with it what could not be seen." + before
	}
	if k := int64(len(v.Confirmed)); k > 0 {
		v.Text = fmt.Sprintf("Theft is confirmed in %s, by the people named there. %s", report.Plural(k, "case"), v.Text)
	}
	return v
}

// present puts a case into the report's words.
func present(c *caseload.Case, rank int, complete bool, evidence map[detect.Place]report.Evidence) report.Case {
	out := report.Case{
		ID: c.ID, Rank: rank, WeightDB: c.Weight, Level: levels[c.Level],
		First: *moment(c.First), Last: *moment(c.Last), Hosts: c.Hosts, Accounts: []string{},
		Destinations: []report.Destination{}, Stages: []string{}, Findings: []report.Finding{},
		Who: "not assessed", Hours: []report.Hour{}, Events: []report.Event{}, Checks: []report.Check{},
		Names: []report.HostName{}, Standing: standings[c.Standing], Judgements: []report.Judgement{},
		Was: append([]string{}, c.Was...), SplitFrom: c.From, Assets: []report.Asset{},
	}
	for i := range c.Judged {
		out.Judgements = append(out.Judgements, judgement(&c.Judged[i]))
	}
	for _, s := range c.Stages {
		out.Stages = append(out.Stages, string(s))
	}
	out.Loss = loss(&c.Loss, complete)
	for _, t := range c.Touched {
		out.Loss.Touched = append(out.Loss.Touched, report.Touched(t))
	}
	type bar struct {
		src, far string
		hour     uint32
	}
	bars := map[bar]int64{} // two findings may be about the same connections
	for i := range c.Findings {
		f := &c.Findings[i]
		to := report.Destination{IP: addressOnly(f.Dst), Name: f.DstName, Port: f.Port}
		if !slices.Contains(out.Destinations, to) {
			out.Destinations = append(out.Destinations, to)
		}
		for _, e := range f.Entities {
			if e.Kind == detect.KindAccount && !slices.Contains(out.Accounts, e.Value) {
				out.Accounts = append(out.Accounts, e.Value)
			}
		}
		for _, h := range f.Hours {
			k := bar{f.Src, f.Label, h.Hour}
			bars[k] = max(bars[k], h.BytesOut)
		}
		for _, x := range f.Checks {
			if y := (report.Check{Where: x.Where, Text: x.Text}); !slices.Contains(out.Checks, y) {
				out.Checks = append(out.Checks, y)
			}
		}
		out.Findings = append(out.Findings, finding(f, evidence))
		out.Events = append(out.Events, timeline(f)...)
	}
	slices.Sort(out.Accounts)
	hours := map[uint32]int64{}
	for k, n := range bars {
		hours[k.hour] += n
	}
	for h, n := range hours {
		if n > 0 {
			out.Hours = append(out.Hours, report.Hour{Start: time.Unix(int64(h)*3600, 0).UTC(), BytesOut: n})
		}
	}
	slices.SortFunc(out.Hours, func(a, b report.Hour) int { return a.Start.Compare(b.Start) })
	out.Events = distinct(out.Events)
	slices.SortStableFunc(out.Events, func(a, b report.Event) int { return a.When.Compare(b.When) })
	out.Summary = summary(c)
	return out
}

func loss(l *caseload.Loss, complete bool) report.Loss {
	out := report.Loss{
		BytesSent: report.Bounds{Low: l.Accepted}, BytesOnWire: l.OnWire, Estimated: l.Estimated, Files: []report.File{},
		Approved: l.Approved, Ladder: []report.Step{}, Touched: []report.Touched{},
	}
	if complete && l.Ceiling != nil {
		n := *l.Ceiling
		out.BytesSent.High = &n
	}
	for _, x := range l.Ladder {
		step := report.Step{Rung: string(x.Rung), Seen: x.Seen, Files: report.Bounds(x.Files), Bytes: report.Bounds(x.Bytes), How: x.How}
		if x.Rung == caseload.Sent {
			step.Bytes.High = out.BytesSent.High
		}
		out.Ladder = append(out.Ladder, step)
	}
	for _, f := range l.Files {
		out.Files = append(out.Files, report.File{
			Name: f.Name, Bytes: f.Bytes, MIME: f.MIME, When: *moment(f.First), Sent: f.Sent, Proto: f.How,
		})
	}
	return out
}

func finding(f *detect.Finding, evidence map[detect.Place]report.Evidence) report.Finding {
	out := report.Finding{
		Detector: f.Detector, Techniques: append([]string{}, f.Techniques...), Src: f.Src, Dst: addressOnly(f.Dst), DstName: f.DstName, Port: f.Port,
		FarEnds: []report.Destination{},
		First:   *moment(f.First), Last: *moment(f.Last), BytesOut: f.BytesOut, BytesIn: f.BytesIn, Events: f.Events, Attempts: f.Attempts,
		WeightDB: f.Weight(), Terms: []report.Term{}, Reason: f.Reason, Evidence: evidenceFor(f, evidence), Stage: string(f.Stage),
	}
	for _, p := range f.Peers {
		out.Peers = append(out.Peers, report.Destination{IP: p.IP, Port: p.Port})
	}
	for _, t := range f.Terms {
		out.Terms = append(out.Terms, report.Term{Name: t.Text, DB: t.DB})
	}
	for _, e := range f.Entities {
		out.Entities = append(out.Entities, report.Entity{Kind: e.Kind, Value: e.Value})
	}
	if f.Label != f.Dst {
		out.Entities = append(out.Entities, report.Entity{Kind: detect.KindDestination, Value: f.Label})
	}
	return out
}

// addressOnly returns s if it is one: a far end behind a proxy has a name only.
func addressOnly(s string) string {
	if _, err := netip.ParseAddr(s); err != nil {
		return ""
	}
	return s
}

// maxFileEvents is how many files of a finding appear in a timeline.
const maxFileEvents = 12

// timeline words a finding as events.
func timeline(f *detect.Finding) (out []report.Event) {
	far := detect.FarEnd(f.Dst, f.DstName, f.Port)
	add := func(us int64, text string) {
		out = append(out, report.Event{When: *moment(us), Stage: string(f.Stage), Text: text})
	}
	switch {
	case f.Stage == detect.Exfiltration && len(f.Files) > 0:
		n := 0
		for _, x := range f.Files {
			if n++; n > maxFileEvents {
				add(f.Last, fmt.Sprintf("%d more files", len(f.Files)-maxFileEvents))
				break
			}
			took := "not known to be accepted"
			if x.Accepted {
				took = "accepted"
			}
			add(x.First, fmt.Sprintf("%s sends %s (%s) to %s: %s", f.Src, x.Name, detect.Bytes(x.Bytes), far, took))
		}
	case f.Stage == detect.Exfiltration:
		add(f.First, fmt.Sprintf("%s begins to send to %s", f.Src, far))
		if f.Last > f.First {
			add(f.Last, fmt.Sprintf("last of it: %s sent in all", detect.Bytes(f.BytesOut)))
		}
	case f.Attempts == f.Events && f.Events > 0:
		add(f.First, fmt.Sprintf("%s first tries to reach %s, and is not answered", f.Src, far))
		add(f.Last, fmt.Sprintf("last attempt of %d", f.Attempts))
	case f.Inbound:
		far = detect.FarEnd(f.Dst, f.DstName, 0)
		add(f.First, fmt.Sprintf("%s first reaches %s from outside", far, detect.FarEnd(f.Src, "", f.Port)))
		if f.Last > f.First {
			add(f.Last, fmt.Sprintf("%s last reaches it", far))
		}
	case f.Stage == detect.Movement:
		add(f.First, fmt.Sprintf("%s begins to work on %s", f.Src, far))
	case f.Stage == detect.Collection:
		add(f.First, fmt.Sprintf("%s begins to gather", f.Src))
		if f.Last > f.First {
			add(f.Last, fmt.Sprintf("%s has gathered %s", f.Src, detect.Bytes(f.BytesIn)))
		}
	default:
		add(f.First, fmt.Sprintf("%s first reaches %s", f.Src, far))
		if f.Last > f.First {
			add(f.Last, fmt.Sprintf("%s last reaches %s", f.Src, far))
		}
	}
	return out
}

// distinct drops events that another finding about the same connections gave: the
// same within a minute, for a session is logged a little later than its connection.
func distinct(events []report.Event) (out []report.Event) {
	for _, e := range events {
		same := func(x report.Event) bool {
			return x.Stage == e.Stage && x.Text == e.Text && x.When.Sub(e.When).Abs() < time.Minute
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, e)
		}
	}
	return out
}

// summary says in one sentence who sent what where.
func summary(c *caseload.Case) string {
	// Where something left, only the hosts that sent it and the far ends that got it.
	left := slices.Contains(c.Stages, detect.Exfiltration)
	var far, hosts []string
	var out int64
	for i := range c.Findings {
		f := &c.Findings[i]
		if left && f.Stage != detect.Exfiltration {
			continue
		}
		out += f.BytesOut
		if !slices.Contains(hosts, f.Src) {
			hosts = append(hosts, f.Src)
		}
		if s := detect.FarEnd(f.Dst, f.DstName, f.Port); !slices.Contains(far, s) {
			far = append(far, s)
		}
	}
	where := strings.Join(far[:min(len(far), 3)], ", ")
	if len(far) > 3 {
		where += fmt.Sprintf(" and %d more", len(far)-3)
	}
	slices.Sort(hosts)
	who := strings.Join(hosts[:min(len(hosts), 3)], ", ")
	if len(hosts) > 3 {
		who += fmt.Sprintf(" and %d more hosts", len(hosts)-3)
	}
	since := detect.Date(c.First)
	switch {
	case len(c.Loss.Files) > 0:
		return fmt.Sprintf("Since %s: %s sent at least %s in %s to %s, which accepted it.",
			since, who, detect.Bytes(c.Loss.Accepted), report.Plural(int64(len(c.Loss.Files)), "file"), where)
	case c.Loss.Accepted > 0:
		return fmt.Sprintf("Since %s: %s sent an estimated %s to %s; no log names what it was.", since, who, detect.Bytes(c.Loss.Accepted), where)
	case slices.Contains(c.Stages, detect.Exfiltration):
		return fmt.Sprintf("Since %s: %s sent data to %s; whether it was accepted is not known.", since, who, where)
	}
	if !slices.ContainsFunc(c.Findings, func(f detect.Finding) bool { return f.Attempts < f.Events }) {
		return fmt.Sprintf("Since %s: %s keeps calling %s, which never answers; nothing left by it.", since, who, where)
	}
	switch {
	case slices.Contains(c.Stages, detect.Command):
	case slices.Contains(c.Stages, detect.Collection):
		return fmt.Sprintf("Since %s: %s gathers data inside; that it left was not seen.", since, who)
	case slices.Contains(c.Stages, detect.Movement):
		return fmt.Sprintf("Since %s: %s works on other machines inside: %s.", since, who, where)
	}
	return fmt.Sprintf("Since %s: %s keeps a channel to %s; %s went out by it, no file among it is known.", since, who, where, detect.Bytes(out))
}

// shorten shows paths relative to a folder.
func shorten(d *report.Document, base string) {
	short := func(p *string) {
		if rel, err := filepath.Rel(base, *p); err == nil {
			*p = rel
		}
	}
	for i := range d.Sources {
		short(&d.Sources[i].Path)
	}
	for i := range d.Cases {
		for j := range d.Cases[i].Findings {
			for k := range d.Cases[i].Findings[j].Evidence {
				short(&d.Cases[i].Findings[j].Evidence[k].Source)
			}
		}
	}
}
