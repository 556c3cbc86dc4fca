package cloud

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed cloud.sql
	query string
	//go:embed users.sql
	usersQuery string
)

// Detector finds uploads to storage that anybody can rent.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "cloud", ID: "D07", Stage: detect.Exfiltration,
		Claim:   "A host sends storage that anybody can rent, or by a tool that copies whole folders, what the house does not send there.",
		Matters: "Most that was stolen for ransom left by rclone, MEGAsync or WinSCP to rented storage, within hours; the names are trusted and let through.",
		Innocent: []string{
			"the storage that the house uses itself: many hosts, as much as others",
			"backup by restic, Duplicati or the provider's tool: the same since the records begin",
			"exchange with collaborators, sequencing clouds, image sharing",
			"staff who share a file: little, or one file",
			"downloads: more comes than goes",
		},
		Techniques: []string{"T1567.002"},
		Sources: []string{
			"LOTS project, lots-project.com: trusted sites that thieves live off",
			"the providers' manuals for their domains; the tools' manuals for their user agents (rclone.org/docs)",
			"MITRE ATT&CK T1567.002",
		},
		Needs: []detect.Need{
			{
				Log: "conn", Whole: true, Hides: "uploads to storage in clouds",
				Reason: "there is no connection log", Fix: "keep Zeek's conn.log (or flow records) of the internet edge",
			},
			{
				Log: "dns", Hides: "that a far end is storage in a cloud",
				Reason: "no log of look-ups names far ends", Fix: "keep Zeek's dns.log and ssl.log, or the resolver's query log",
			},
			{
				Log: "http", Hides: "which tool sent it: names of programs",
				Reason: "there is no http log", Fix: "keep Zeek's http.log, and the proxy's log for encrypted uploads",
			},
		},
	}
}

// dayBytes is how much a host must send to a label within a day to be looked at.
const dayBytes = 5_000_000

// used is what one host sent a service on one day (hours since 1970).
type used struct {
	day   uint32
	bytes int64
	first int64
}

// candidate is what the score depends on.
type candidate struct {
	host, label, name, service string
	drop, listed               bool // the service takes files from anybody; is on the list at all
	tool                       string
	toolUsers                  int64
	hosts                      int64
	lookFirst, lookLast        int64
	hostFirst                  int64 // the host's first dealings with the outside
	names, bulk                bool
	labels, days               int64
	pieces                     []piece
	users                      map[string][]used // of the service, by host
}

// piece is one conversation-hour.
type piece struct {
	ip          string
	port, proto int
	calls       []detect.Call
}

// maxCalls bounds the memory for one candidate.
const maxCalls = 1 << 20

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	known, err := lay(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("cloud: what is known: %w", err)
	}
	var out []detect.Finding
	var c, row candidate
	var p piece
	var flipped bool
	var list detect.List
	var users map[string]map[string][]used
	calls := 0
	flush := func() {
		if len(c.pieces) == 0 {
			return
		}
		if f, ok := score(&c); ok {
			out = append(out, f)
		}
	}
	into := []any{
		&row.host, &row.label, &row.service, &row.days, &row.bulk, &p.ip, &row.name, &p.port, &p.proto, &row.labels, &row.hostFirst,
		&row.tool, &row.toolUsers, &flipped,
	}
	into = append(into, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, query, []any{dayBytes}, into, func() error {
		if users == nil {
			if users, err = usersOf(ctx, l); err != nil {
				return err
			}
		}
		if row.host != c.host || row.label != c.label {
			flush()
			c, calls = row, 0
			c.hosts, c.lookFirst, c.lookLast, c.names = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
			c.users = users[c.service]
			c.drop, c.listed = known[c.service].drop, known[c.service].name != ""
		}
		if c.name == "" {
			c.name = row.name
		}
		q := p
		if q.calls, err = detect.Calls(&list, flipped); err != nil {
			return err
		}
		if calls += len(q.calls); calls <= maxCalls {
			c.pieces = append(c.pieces, q)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cloud: %w", err)
	}
	flush()
	return out, nil
}

// lay fills the tables cloud_label and cloud_agent with what of the lists is seen
// in this look, and returns the services by name.
func lay(ctx context.Context, l *ledger.Look) (map[string]service, error) {
	known := map[string]service{}
	var labels, agents [][]any
	seen := map[int64]bool{}
	var label int64
	var text string
	err := ledger.Each(ctx, l.Store, `SELECT t.label, t.text FROM known k JOIN label t ON t.label = k.label
		UNION SELECT label, text FROM best_called UNION SELECT label, text FROM best_answered ORDER BY 1, 2`, nil, []any{&label, &text}, func() error {
		if s, ok := serviceOf(text); ok && !seen[label] {
			seen[label], known[s.name] = true, s
			labels = append(labels, []any{label, s.name})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = ledger.Each(ctx, l.Store, "SELECT DISTINCT user_agent FROM asked ORDER BY 1", nil, []any{&text}, func() error {
		if tool := toolOf(text); tool != "" {
			agents = append(agents, []any{text, tool})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := l.Exec(ctx, "CREATE OR REPLACE TABLE cloud_label (label BIGINT, service VARCHAR)"); err != nil {
		return nil, err
	}
	if err := l.Exec(ctx, "CREATE OR REPLACE TABLE cloud_agent (agent VARCHAR, tool VARCHAR)"); err != nil {
		return nil, err
	}
	if err := fill(ctx, l, "cloud_label", labels); err != nil {
		return nil, err
	}
	return known, fill(ctx, l, "cloud_agent", agents)
}

func fill(ctx context.Context, l *ledger.Look, table string, rows [][]any) error {
	return l.Fill(ctx, table, func(add func(...any) error) error {
		for _, r := range rows {
			if err := add(r...); err != nil {
				return err
			}
		}
		return nil
	})
}

// usersOf returns what all hosts sent each service, day by day.
func usersOf(ctx context.Context, l *ledger.Look) (map[string]map[string][]used, error) {
	out := map[string]map[string][]used{}
	var service, ip string
	var u used
	err := ledger.Each(ctx, l.Store, usersQuery, nil, []any{&service, &ip, &u.day, &u.bytes, &u.first}, func() error {
		if out[service] == nil {
			out[service] = map[string][]used{}
		}
		out[service][ip] = append(out[service][ip], u)
		return nil
	})
	return out, err
}
