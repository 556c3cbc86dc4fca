package upload

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed upload.sql
	candidatesQuery string
	//go:embed files.sql
	filesQuery string
	//go:embed past.sql
	pastQuery string
	//go:embed hours.sql
	hoursQuery string
	//go:embed partners.sql
	partnersQuery string
)

// dayBytes is how much sent to one label within a day is much, as in the look's
// bulk. Half of the 100 MB that D05 starts from.
const dayBytes = 50_000_000

// Detector finds uploads.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "upload", ID: "D05", Stage: detect.Exfiltration,
		Claim:   "A host sent the outside more than it ever does, or sent files, to a far end that few hosts use.",
		Matters: "Whole record systems, trial data and formulas leave this way: in one night when criminals do it, in equal volumes over weeks when spies do.",
		Innocent: []string{
			"backup to a cloud, every night to the same far end",
			"tele-radiology and PACS replication, laboratory results to a partner",
			"sequencing data to a collaborator",
			"calls and video conferences: as much comes back",
			"staff who send a large file to a supplier for once",
		},
		Techniques: []string{"T1041", "T1048.003", "T1560.001", "T1030", "T1016"},
		Sources: []string{
			"Marchetti et al., Analysis of high volumes of network traffic for advanced persistent threat detection, Computer Networks 2016",
			"Bullard and Gerth, PCR: a new flow metric, FloCon 2014",
			"RFC 9110 section 15.3 (2xx), RFC 959 section 4.2 (226, 250)",
		},
		Needs: []detect.Need{
			{
				Log: "conn", Whole: true, Hides: "uploads of every kind",
				Reason: "there is no connection log", Fix: "keep Zeek's conn.log (or flow records) of the internet edge",
			},
			{
				Log: "http", Hides: "what was sent by unencrypted web uploads: names and types of files, and whether they were accepted",
				Reason: "there is no http log", Fix: "keep Zeek's http.log; for encrypted uploads keep the proxy's log",
			},
		},
	}
}

// piece is one conversation-hour of a candidate.
type piece struct {
	ip          string
	port, proto int
	calls       []detect.Call
}

// day is what a host did in one day.
type day struct {
	day      uint32 // first hour
	out, in  int64
	uploaded int64 // of out, to labels that sent less
	most     int64 // to one label that at most two hosts use
}

// candidate is what the score depends on.
type candidate struct {
	host, label, name   string
	users, hosts        int64
	labelFirst          int64
	lookFirst, lookLast int64
	names               bool // some log gives names of far ends
	labels              int64
	pieces              []piece
	files               []file
	hourly              uint32    // first hour that is kept as such
	past                []day     // of the host
	byHour              []hourSum // likewise
	peersMost           int64     // what any other host sent to a rare label in a day
	partner             []int64   // what all hosts together sent to the label, per day
	own                 []string  // what the host calls itself
	checks              []detect.AddressCheck
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	past, most, err := pasts(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("upload: what hosts usually send: %w", err)
	}
	files, err := sent(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("upload: files on their way out: %w", err)
	}
	byHour, err := hours(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("upload: what hosts send by the hour: %w", err)
	}
	partners, err := partnerDays(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("upload: what partners are usually sent: %w", err)
	}
	own, err := detect.OwnNames(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("upload: names of hosts: %w", err)
	}
	checks, err := detect.AddressChecks(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("upload: looks for own addresses: %w", err)
	}
	var out []detect.Finding
	var c, row candidate
	var p piece
	var flipped bool
	var list detect.List
	flush := func() {
		if len(c.pieces) == 0 {
			return
		}
		c.past, c.byHour = past[c.host], byHour[c.host]
		c.peersMost = most.of(c.host)
		c.partner = partners[c.label]
		c.own, c.checks = own[c.host], checks[c.host]
		seen := map[string]bool{}
		for _, x := range c.pieces {
			if !seen[x.ip] {
				seen[x.ip] = true
				c.files = append(c.files, files[pair{c.host, x.ip}]...)
			}
		}
		if f, ok := score(&c); ok {
			out = append(out, f)
		}
	}
	into := []any{
		&row.host, &row.label, &p.ip, &row.name, &p.port, &p.proto, &row.users, &row.labelFirst, &row.labels,
		&flipped,
	}
	into = append(into, detect.Scan(&list)...)
	err = ledger.Steps(ctx, l.Store, candidatesQuery, nil, into, func() error {
		if row.host != c.host || row.label != c.label {
			flush()
			c = row
			c.hosts, c.lookFirst, c.lookLast, c.names, c.hourly = l.Facts.Hosts, l.Facts.First, l.Facts.Last, l.Facts.Names, l.Facts.Hourly
		}
		if c.name == "" {
			c.name = row.name
		}
		q := p
		var err error
		q.calls, err = detect.Calls(&list, flipped)
		c.pieces = append(c.pieces, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("upload: %w", err)
	}
	flush()
	return out, nil
}

// leaders remembers who sent the most to a rare label in a day, and how much the
// next host did.
type leaders struct {
	host         string
	first, other int64
}

func (m *leaders) add(host string, n int64) {
	switch {
	case host == m.host:
		m.first = max(m.first, n)
	case n > m.first:
		m.host, m.first, m.other = host, n, m.first
	default:
		m.other = max(m.other, n)
	}
}

// of returns the most that any host but the given one sent.
func (m *leaders) of(host string) int64 {
	if host == m.host {
		return m.other
	}
	return m.first
}

// pasts returns what each host sends and receives, by day.
func pasts(ctx context.Context, l *ledger.Look) (map[string][]day, leaders, error) {
	out := map[string][]day{}
	var most leaders
	var ip string
	var d day
	err := ledger.Each(ctx, l.Store, pastQuery, nil, []any{&ip, &d.day, &d.out, &d.in, &d.uploaded, &d.most}, func() error {
		out[ip] = append(out[ip], d)
		most.add(ip, d.most)
		return nil
	})
	return out, most, err
}

// partnerDays returns what labels were sent by all hosts together, day by day.
func partnerDays(ctx context.Context, l *ledger.Look) (map[string][]int64, error) {
	out := map[string][]int64{}
	var label string
	var on uint32
	var n int64
	err := ledger.Each(ctx, l.Store, partnersQuery, []any{dayBytes}, []any{&label, &on, &n}, func() error {
		out[label] = append(out[label], n)
		return nil
	})
	return out, err
}
