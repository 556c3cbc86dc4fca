package drip

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed drip.sql
	query string
	//go:embed level.sql
	levelQuery string
)

// Detector finds what leaves in drips.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "drip", ID: "D06", Stage: detect.Exfiltration,
		Claim:   "A host sends a far end that few hosts use a little on many days, which adds up, or sends it portions of one size.",
		Matters: "Espionage has time: the SingHealth records left at 60 MB a day, and a day of that looks like any other.",
		Innocent: []string{
			"backup and replication to a partner: the same since the records begin",
			"telemetry and remote support of devices: the same, or many hosts",
			"laboratory results, billing and registers that are sent each day",
			"photographs, notes and mail of people that are kept outside: a few days, or many such far ends",
			"calls and video conferences: as much comes back",
		},
		Techniques: []string{"T1041", "T1030", "T1029"},
		Sources: []string{
			"Marchetti et al., Analysis of high volumes of network traffic for advanced persistent threat detection, Computer Networks 2016",
			"Page, Continuous inspection schemes, Biometrika 1954 (cumulative sums)",
			"Committee of Inquiry into the cyber attack on SingHealth, public report, 2019",
			"MITRE ATT&CK T1030, T1029",
		},
		Needs: []detect.Need{{
			Log: "conn", Whole: true, Hides: "what leaves in drips",
			Reason: "there is no connection log", Fix: "keep Zeek's conn.log (or flow records) of the internet edge for 90 days at least",
		}},
	}
}

const (
	// activeBytes is how much sent within a day makes it active.
	activeBytes = 1_000_000
	// fewDays is how many active days are looked at.
	fewDays = 5
	// fewBytes is how much must have left in all to be looked at: less than that
	// people lose in notes and photographs.
	fewBytes = 100_000_000
)

// candidate is what the score depends on.
type candidate struct {
	host, label, name   string
	users, hosts        int64 // hosts that use the label, hosts in all
	labelFirst          int64
	lookFirst, lookLast int64
	names               bool // some log gives names of far ends
	bulk                bool // upload answers for the bytes
	others              int64
	labels              int64
	pieces              []piece
	level               map[int64]int64 // bytes that the host sent the outside, by day since 1970
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
	var out []detect.Finding
	var c, row candidate
	var p piece
	var flipped bool
	var list detect.List
	var levels map[string]map[int64]int64
	calls := 0
	flush := func() {
		if len(c.pieces) == 0 {
			return
		}
		c.level = levels[c.host]
		if f, ok := score(&c); ok {
			out = append(out, f)
		}
	}
	into := []any{
		&row.host, &row.label, &p.ip, &row.name, &p.port, &p.proto, &row.users, &row.labelFirst, &row.bulk, &row.others, &row.labels,
		&flipped,
	}
	into = append(into, detect.Scan(&list)...)
	err := ledger.Steps(ctx, l.Store, query, []any{activeBytes, fewDays, fewBytes}, into, func() error {
		if levels == nil { // now that the candidates are picked
			var err error
			if levels, err = dailyLevels(ctx, l); err != nil {
				return err
			}
		}
		if row.host != c.host || row.label != c.label {
			flush()
			c, calls = row, 0
			c.hosts, c.lookFirst, c.lookLast, c.names = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names
		}
		if c.name == "" {
			c.name = row.name
		}
		q := p
		var err error
		if q.calls, err = detect.Calls(&list, flipped); err != nil {
			return err
		}
		if calls += len(q.calls); calls <= maxCalls {
			c.pieces = append(c.pieces, q)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("drip: %w", err)
	}
	flush()
	return out, nil
}

// dailyLevels returns what the hosts of candidates sent the outside, by day.
func dailyLevels(ctx context.Context, l *ledger.Look) (map[string]map[int64]int64, error) {
	out := map[string]map[int64]int64{}
	var ip string
	var day uint32
	var n int64
	err := ledger.Each(ctx, l.Store, levelQuery, nil, []any{&ip, &day, &n}, func() error {
		if out[ip] == nil {
			out[ip] = map[int64]int64{}
		}
		out[ip][int64(day)/24] = n
		return nil
	})
	return out, err
}
