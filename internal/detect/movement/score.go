package movement

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"barium/internal/detect"
)

const dayMicros = 86_400_000_000

// together is how near in time, in microseconds, ways belong to one piece of work.
const together = 2 * 3_600_000_000

// techniques of the ways.
var techniques = map[string]string{
	"SMB": "T1021.002", "share": "T1021.002", "RDP": "T1021.001", "SSH": "T1021.004", "VNC": "T1021.005", "WinRM": "T1021.006", "program": "T1570",
}

// lone reports whether hardly any other host works on the machine by this way.
func (w *way) lone() bool { return w.users <= 3 || w.users*20 <= w.hosts }

// first is when the host first used a lone way.
func (e *edge) first() int64 {
	var at int64
	for i := range e.ways {
		if w := &e.ways[i]; w.lone() && (at == 0 || w.first < at) {
			at = w.first
		}
	}
	return at
}

// known reports whether the host works on many machines, or on this one since the
// records begin: then it tells of no path.
func (e *edge) known() bool { return e.administers() || e.old() }

// administers reports whether the host is known to work on others: on three
// machines and two days before this one, or on three when the records began, if
// these are long enough to tell.
func (e *edge) administers() bool {
	w := &e.ways[0]
	return e.habit.before >= 3 && e.habit.days >= 2 || e.habit.early >= 3 && w.lookLast/dayMicros-w.lookFirst/dayMicros >= 2
}

// old: on at least three days, from the first two of the records on.
func (e *edge) old() bool {
	return e.days() >= 3 && e.first()/dayMicros-e.ways[0].lookFirst/dayMicros <= 1
}

func (e *edge) days() (n int64) {
	for i := range e.ways {
		n = max(n, e.ways[i].days)
	}
	return n
}

// score weighs one edge; it depends on nothing else.
func score(e *edge) (detect.Finding, bool) {
	f := detect.Finding{
		Detector: "movement", Stage: detect.Movement, Src: e.host, Dst: e.to, Label: e.to, Proto: "tcp", Records: detect.AnyPort,
		Entities: []detect.Entity{{Kind: detect.KindHost, Value: e.to}},
	}
	lone := e.lone()
	if len(lone) == 0 {
		return f, false
	}
	for i := range e.ways {
		w := &e.ways[i]
		f.BytesOut += w.bytesOut
		f.BytesIn += w.bytesIn
		if w.bytesOut+w.bytesIn > 0 {
			f.Events += w.events
			f.Attempts += w.attempts
		}
		if w.lone() && (f.First == 0 || w.first < f.First) {
			f.First = w.first
		}
		if w.lone() {
			f.Last = max(f.Last, w.last)
			f.Techniques = union(f.Techniques, techniques[w.name])
		}
	}
	f.Port = lone[0].port
	f.Terms = e.terms(lone, &f)
	slices.Sort(f.Techniques)
	var names []string
	for _, w := range lone {
		names = append(names, w.label())
	}
	f.Reason = fmt.Sprintf("%s works on %s from %s on by %s; %s went there and %s came back.", e.host, e.to, detect.Moment(f.First),
		strings.Join(names, ", "), detect.Bytes(f.BytesOut), detect.Bytes(f.BytesIn))
	f.Checks = []detect.Check{
		{Where: "administrators", Text: fmt.Sprintf("does anybody administer %s from %s, and is there a ticket?", e.to, e.host)},
		{Where: "host", Text: fmt.Sprintf("what do the security logs of %s say of log-ons from %s (Windows events 4624, 4648, 7045, 4698)?", e.to, e.host)},
	}
	return f, f.Weight() > 0
}

// lone returns the lone ways, by what they say, then by time.
func (e *edge) lone() (out []*way) {
	for i := range e.ways {
		if e.ways[i].lone() {
			out = append(out, &e.ways[i])
		}
	}
	rank := func(w *way) int {
		return slices.Index([]string{"execution", "program", "share", "WinRM", "RDP", "SSH", "VNC", "SMB", "RPC"}, w.name)
	}
	slices.SortStableFunc(out, func(a, b *way) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

// label words a way.
func (w *way) label() string {
	switch w.name {
	case "execution":
		return w.what
	case "share":
		return "the share " + w.what
	case "program":
		return "the program " + w.what
	}
	return w.name
}

func (e *edge) terms(lone []*way, f *detect.Finding) (ts []detect.Term) {
	add := func(t detect.Term) {
		if t.DB > 0 || t.Group == detect.Innocence {
			ts = append(ts, t)
		}
	}
	var users int64 = math.MaxInt64
	var names []string
	from, to := int64(math.MaxInt64), int64(0)
	w0 := lone[0]
	for _, w := range lone {
		if w.users < users {
			users, w0 = w.users, w
		}
		if w.bytesOut+w.bytesIn > 0 {
			names = append(names, w.name)
			from, to = min(from, w.first), max(to, w.first)
		}
	}
	add(LoneWay.Scaled(10*math.Log10(float64(w0.hosts)/float64(w0.users))/LoneWay.DB, w0.users, w0.hosts, strings.TrimPrefix(w0.kind(), "by ")))
	if age := f.First/dayMicros - w0.lookFirst/dayMicros; age >= 1 {
		add(NewEdge.Says(age + 1))
	}
	if len(names) >= 2 && to-from <= together {
		add(SeveralWays.Scaled(float64(len(names)-1)/2, len(names), detect.Span(max(to-from, 1)), strings.Join(names, ", ")))
	}
	for _, w := range lone {
		switch w.name {
		case "execution":
			add(Executes.Says(w.what))
			f.Techniques = union(f.Techniques, executes(w.what))
		case "program":
			add(Program.Says(w.what))
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindFile, Value: w.what})
		case "share":
			add(AdminShare.Says(w.what))
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindName, Value: w.what})
		case "WinRM":
			add(Commands.Says(detect.Bytes(w.bytesOut + w.bytesIn)))
		case "RDP", "SSH", "VNC":
			add(AtScreen.Says(w.name))
		case "SMB":
			if w.bytesOut >= 100_000 && w.bytesOut > 2*w.bytesIn {
				add(Pushes.Says(detect.Bytes(w.bytesOut)))
			}
		}
	}
	switch {
	case w0.knocked >= 20:
		add(KnocksMany.Says(w0.knocked))
	case w0.tried >= 3:
		add(Knocks.Says(w0.tried))
	}
	if e.from != "" {
		add(OnPath.Says(e.from, detect.Span(max(f.First-e.since, 1))))
		f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindHost, Value: e.from})
	}
	ts = append(ts, e.switched(f)...)
	switch {
	case e.administers():
		add(Administers.Says(e.habit.all))
	case e.habit.all >= 5:
		add(FansOut.Says(e.habit.all))
	}
	if e.old() {
		add(OldEdge.Says(e.days(), w0.lookLast/dayMicros-w0.lookFirst/dayMicros+1))
	}
	if e.back {
		add(BothWays.Says())
	}
	return ts
}

// kind words the way for the term of how lone it is.
func (w *way) kind() string {
	switch w.name {
	case "execution":
		return "remote execution"
	case "share":
		return "administrative shares"
	case "program":
		return "writing programs"
	}
	return w.name
}

// executes is the technique of a remote call.
func executes(what string) string {
	switch {
	case strings.HasPrefix(what, "svcctl"), strings.HasPrefix(what, "winreg"):
		return "T1569.002"
	case strings.HasPrefix(what, "IWbem"), strings.HasPrefix(what, "IDispatch"):
		return "T1047"
	}
	return "T1053.005"
}

// switched tells whether the host took to another account just before.
func (e *edge) switched(f *detect.Finding) []detect.Term {
	if len(e.accounts) < 2 {
		return nil
	}
	usual := e.accounts[0]
	for _, a := range e.accounts[1:] {
		if a.first >= f.First-together/2 && a.first <= f.First+together/4 && a.first-usual.first >= dayMicros/2 && person(a.name) != person(usual.name) && a.hosts <= 5 {
			f.Techniques = union(f.Techniques, "T1078")
			f.Entities = append(f.Entities, detect.Entity{Kind: detect.KindAccount, Value: a.name}, detect.Entity{Kind: detect.KindAccount, Value: usual.name})
			return []detect.Term{NewAccount.Says(a.name, usual.name)}
		}
	}
	return nil
}

// person is an account without its realm or domain, in lower case.
func person(account string) string {
	account, _, _ = strings.Cut(account, "@")
	account, _, _ = strings.Cut(account, "/")
	return strings.ToLower(account)
}

func union(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
