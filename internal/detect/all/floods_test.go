package all_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/detect/all"
	dt "barium/internal/detect/detecttest"
	"barium/internal/site"
)

// flood is large or regular traffic of a house that is no theft.
type flood struct {
	name, domain string
	day          func(l *dt.Logs, midnight int64, d int) // writes one day; d counts from Monday
	context      string                                  // what a person can add
	row          string                                  // the same as a row of flows.csv, to its hours; empty where none is needed
}

const (
	resolver = "10.1.1.10"
	archive  = "10.1.1.50"
	listed   = 20 // decibans from which a case is shown
	sign     = 30
)

var (
	people   = dt.Hosts("10.1.2.", 60)
	scanners = dt.Hosts("10.1.9.", 6)
)

// send is a connection to a name, with its look-up and, by TLS, its session.
func send(l *dt.Logs, ts int64, src, name, ip string, port int, proto string, minutes, out, in int64) {
	l.DNS(dt.DNS{TS: ts, Src: src, Resolver: resolver, Query: name, Answers: []string{ip}})
	l.Conn(dt.Conn{TS: ts + 30_000, Src: src, Dst: ip, Port: port, Proto: proto, Duration: minutes * dt.Minute, Out: out, In: in})
	if port == 443 && proto == "tcp" {
		l.TLS(dt.TLS{TS: ts + 50_000, Src: src, Dst: ip, Port: port, ServerName: name, Validation: "ok"})
	}
}

// work is a moment of a working day.
func work(l *dt.Logs, midnight int64) int64 { return midnight + 7*dt.Hour + l.Int64N(10*dt.Hour) }

var floods = []flood{
	{"telehealth, four clinicians", "telehealth.example", func(l *dt.Logs, midnight int64, d int) {
		for _, h := range people[:4] {
			for range 5 {
				n := 150_000_000 + l.Int64N(100_000_000)
				send(l, work(l, midnight), h, "turn.telehealth.example", "203.0.113.10", 3478, "udp", 20, n, n*(8+l.Int64N(4))/10)
			}
		}
	}, "a row for the relay, both directions", "10.1.2.0/24,telehealth.example,out,8,"},
	{"conferencing, a third of the house", "conference.example", func(l *dt.Logs, midnight int64, d int) {
		for _, h := range people[10:30] {
			send(l, work(l, midnight), h, "mmr.conference.example", "203.0.113.11", 8801, "udp", 45, 120_000_000+l.Int64N(60_000_000), 250_000_000+l.Int64N(90_000_000))
		}
	}, "not needed", ""},
	{"PACS replication and tele-radiology", "teleradiology.example", func(l *dt.Logs, midnight int64, d int) {
		for i := range int64(20) {
			n := 100_000_000 + l.Int64N(100_000_000)
			send(l, midnight+2*dt.Hour+i*5*dt.Minute, archive, "gw.teleradiology.example", "203.0.113.12", 2762, "tcp", 2, n, n/700)
		}
	}, "archive → partner, 10 GB a day, by night", "10.1.1.50,teleradiology.example,out,10,0-6"},
	{"record system in a cloud, its interface engine", "cloudrecords.example", func(l *dt.Logs, midnight int64, d int) {
		for _, h := range people[:45] {
			for range 4 {
				send(l, work(l, midnight), h, "app.cloudrecords.example", "203.0.113.13", 443, "tcp", 30, 2_000_000+l.Int64N(3_000_000), 9_000_000+l.Int64N(9_000_000))
			}
		}
		for i := range int64(24) {
			send(l, midnight+i*dt.Hour, "10.1.1.60", "app.cloudrecords.example", "203.0.113.13", 443, "tcp", 5, 20_000_000+l.Int64N(9_000_000), 400_000)
		}
	}, "engine → record system, 2 GB a day", "10.1.1.60,cloudrecords.example,out,2,"},
	{"Citrix in a cloud", "workspace.example", func(l *dt.Logs, midnight int64, d int) {
		for _, h := range people[30:55] {
			send(l, work(l, midnight), h, "gw.workspace.example", "203.0.113.14", 443, "tcp", 240, 30_000_000+l.Int64N(20_000_000), 300_000_000+l.Int64N(200_000_000))
		}
	}, "not needed; what leaves inside the session is not seen", ""},
	{"a vendor's remote access", "remotehelp.example", func(l *dt.Logs, midnight int64, d int) {
		if d%2 == 0 { // a screen that is shown sends more than it gets
			send(l, work(l, midnight), "10.1.1.70", "relay.remotehelp.example", "203.0.113.15", 443, "tcp", 110, 250_000_000+l.Int64N(90_000_000), 30_000_000)
		}
	}, "server → relay, 1 GB a day, working hours, until the contract ends", "10.1.1.70,remotehelp.example,out,1,7-20"},
	{"backup to a cloud", "vault.example", func(l *dt.Logs, midnight int64, d int) {
		for i := range int64(40) {
			send(l, midnight+dt.Hour+i*4*dt.Minute, "10.1.1.40", "eu.vault.example", "203.0.113.16", 443, "tcp", 4, 1_000_000_000+l.Int64N(100_000_000), 900_000)
		}
	}, "backup server → vault, 60 GB a day, by night", "10.1.1.40,vault.example,out,60,0-6"},
	{"telemetry of devices", "scanworks.example", func(l *dt.Logs, midnight int64, d int) {
		for _, h := range scanners {
			for i := range int64(48) {
				send(l, midnight+i*30*dt.Minute+l.Int64N(9*dt.Second), h, "rsvp.scanworks.example", "203.0.113.17", 443, "tcp", 0, 3000+l.Int64N(400), 4300)
			}
		}
	}, "scanners → maker, 0.1 GB a day", "10.1.9.0/24,scanworks.example,out,0.1,"},
	{"patch day", "updates.example", func(l *dt.Logs, midnight int64, d int) {
		for _, h := range people {
			send(l, work(l, midnight), h, "dl.updates.example", "203.0.113.18", 443, "tcp", 6, 3_000_000+l.Int64N(900_000), 700_000_000)
		}
	}, "not needed", ""},
	{"uploads to a sequencing cloud", "seqcloud.example", func(l *dt.Logs, midnight int64, d int) {
		if d%2 == 1 {
			for i := range int64(30) {
				send(l, midnight+14*dt.Hour+i*10*dt.Minute, "10.1.1.80", "eu.seqcloud.example", "203.0.113.19", 443, "tcp", 9, 4_000_000_000, 3_000_000)
			}
		}
	}, "sequencer → cloud, 150 GB a day", "10.1.1.80,seqcloud.example,out,150,"},
	{"a collaborator by SFTP, once a week", "partner-university.example", func(l *dt.Logs, midnight int64, d int) {
		if d == 4 {
			send(l, midnight+15*dt.Hour, "10.1.1.81", "sftp.partner-university.example", "203.0.113.20", 22, "tcp", 90, 8_000_000_000, 9_000_000)
		}
	}, "host → partner, 10 GB a day, with the project's ticket and end", "10.1.1.81,partner-university.example,out,10,"},
}

// house is a week of people and scanners without any flood.
func house(l *dt.Logs) {
	l.Browse(people, dt.Sites(25), resolver, 0, 7, 4)
	servers := []string{archive, "10.1.1.60", "10.1.1.70", "10.1.1.40", "10.1.1.80", "10.1.1.81"}
	l.Browse(servers, dt.Sites(3), resolver, 0, 7, 2)
	for _, s := range scanners {
		for d := range int64(7) {
			for range 4 {
				n := 60_000_000 + l.Int64N(100_000_000)
				l.Conn(dt.Conn{TS: work(l, dt.Start+d*dt.Day), Src: s, Dst: archive, Port: 11112, Duration: 10 * dt.Second, Out: n, In: n / 600})
			}
		}
	}
}

// hidden are thefts on Saturday, by the host that has an approval, to the
// partner that it is approved for.
var hidden = []flood{
	{"three times the ceiling of the backup", "vault.example", func(l *dt.Logs, midnight int64, d int) {
		for i := range int64(30) {
			send(l, midnight+2*dt.Hour+i*5*dt.Minute, "10.1.1.40", "eu.vault.example", "203.0.113.16", 443, "tcp", 5, 6_000_000_000, 2_000_000)
		}
	}, "", ""},
	{"30 GB to the tele-radiology partner at noon", "teleradiology.example", func(l *dt.Logs, midnight int64, d int) {
		for i := range int64(30) {
			send(l, midnight+12*dt.Hour+i*5*dt.Minute, archive, "gw.teleradiology.example", "203.0.113.12", 2762, "tcp", 5, 1_000_000_000, 2_000_000)
		}
	}, "", ""},
	{"3 GB over the scanners' telemetry", "scanworks.example", func(l *dt.Logs, midnight int64, d int) {
		for i := range int64(30) {
			send(l, midnight+2*dt.Hour+i*5*dt.Minute, scanners[0], "rsvp.scanworks.example", "203.0.113.17", 443, "tcp", 2, 100_000_000, 200_000)
		}
	}, "", ""},
}

// approvals is the house's own word on its floods: each has an approval that lasts.
func approvals(t *testing.T) *site.Context {
	t.Helper()
	var s strings.Builder
	s.WriteString("source,destination,direction,ceiling_gb_day,hours,owner,ticket,expiry\n")
	for i, f := range floods {
		if f.row != "" {
			fmt.Fprintf(&s, "%s,head of department %d,T-%d,2030-12-31\n", f.row, i, i)
		}
	}
	c, err := site.Parse(nil, strings.NewReader(s.String()), nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// measureFloods lets all floods run from a day of the week on and returns, for each,
// the weight of what all detectors say of one host there together, and who says most.
// known is what people say of the house; nil for nothing. Thefts are hidden on Saturday.
func measureFloods(t *testing.T, from int, known *site.Context, thefts ...flood) map[string]string {
	l := dt.NewLogs(uint64(from) + 7)
	house(l)
	for _, f := range floods {
		for d := from; d < 7; d++ {
			if d < 5 || f.name != "patch day" {
				f.day(l, dt.Start+int64(d)*dt.Day, d)
			}
		}
	}
	for _, f := range thefts {
		f.day(l, dt.Start+5*dt.Day, 5)
	}
	t.Chdir(t.TempDir())
	l.Save(t, "week")
	look := dt.Look(t, filepath.Join("testdata", "week"))
	type key struct{ domain, host string }
	terms := map[key][]detect.Term{}
	best := map[key]*detect.Finding{}
	var fs []detect.Finding
	for _, d := range all.Detectors {
		found, err := d.Find(context.Background(), look)
		if err != nil {
			t.Fatal(err)
		}
		fs = append(fs, found...)
	}
	fs, _, err := caseload.Approve(context.Background(), look, fs, known)
	if err != nil {
		t.Fatal(err)
	}
	for i := range fs {
		k := key{fs[i].Label, fs[i].Src}
		if best[k] == nil || fs[i].Weight() > best[k].Weight() {
			best[k] = &fs[i]
		}
		for _, x := range fs[i].Terms {
			if !slices.Contains(terms[k], x) {
				terms[k] = append(terms[k], x)
			}
		}
	}
	out := map[string]string{}
	for _, f := range slices.Concat(floods, thefts) {
		most, by := 0.0, ""
		for k, x := range best {
			w := math.Max(x.Weight(), detect.Sum(terms[k]))
			if k.domain == f.domain && (w > most || w == most && cmp.Less(x.Detector, by)) {
				most, by = w, x.Detector
			}
		}
		switch {
		case by == "":
			out[f.name] = "nothing"
		case most >= sign:
			out[f.name] = fmt.Sprintf("**%.1f dB** (%s), a sign", most, by)
		case most >= listed:
			out[f.name] = fmt.Sprintf("%.1f dB (%s), listed", most, by)
		default:
			out[f.name] = fmt.Sprintf("%.1f dB (%s)", most, by)
		}
	}
	return out
}

// TestFloods asserts that docs/floods.md says what the detectors say of the usual
// floods: those that go on since the records begin, and those that begin on Thursday.
// With -update it writes the table.
func TestFloods(t *testing.T) {
	const begin, end = "<!-- floods -->\n", "<!-- end -->"
	page, err := filepath.Abs("../../../docs/floods.md")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	usual, fresh := measureFloods(t, 0, nil), measureFloods(t, 3, nil)
	said := measureFloods(t, 3, approvals(t))
	robbed := measureFloods(t, 3, approvals(t), hidden...)
	var s strings.Builder
	s.WriteString("| flood | since the records begin | begins on day 4 of 7 | begins on day 4, with the row | answered by | a row of flows.csv |\n|---|---|---|---|---|---|\n")
	shown := func(x string) bool { return strings.Contains(x, "listed") || strings.Contains(x, "sign") }
	for _, f := range floods {
		by := "learning, from the start"
		switch {
		case shown(usual[f.name]):
			by = "context"
		case shown(fresh[f.name]):
			by = "learning once it is a habit, context before"
		}
		with := said[f.name]
		if f.row == "" {
			with = "no row"
		} else if strings.Contains(with, "sign") {
			t.Errorf("%s: %s with a row that covers it", f.name, with)
		}
		fmt.Fprintf(&s, "| %s | %s | %s | %s | %s | %s |\n", f.name, usual[f.name], fresh[f.name], with, by, f.context)
	}
	s.WriteString("\n| hidden in an approved flow, on day 6 | with the row |\n|---|---|\n")
	for _, f := range hidden {
		if !shown(robbed[f.name]) {
			t.Errorf("%s: %s, though it is more than approved", f.name, robbed[f.name])
		}
		fmt.Fprintf(&s, "| %s | %s |\n", f.name, robbed[f.name])
	}
	head, rest, ok := strings.Cut(string(b), begin)
	table, tail, closed := strings.Cut(rest, end)
	if !ok || !closed {
		t.Fatalf("%s has no table of floods", page)
	}
	if dt.Updating() {
		if err := os.WriteFile(page, []byte(head+begin+s.String()+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if table != s.String() {
		t.Errorf("%s differs (run with -update and read it); want:\n%s", page, s.String())
	}
}
