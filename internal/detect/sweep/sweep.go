package sweep

import (
	"context"
	_ "embed"
	"fmt"

	"barium/internal/detect"
	"barium/internal/ledger"
)

var (
	//go:embed sweep.sql
	hoursQuery string
	//go:embed peak.sql
	peakQuery string
)

const (
	// manyFiles, manyServers and manyBytes make an hour of much.
	manyFiles   = 100
	manyServers = 8
	manyBytes   = 50_000_000
	// maxCalls bounds the memory for one candidate.
	maxCalls = 1 << 16
)

// Detector finds sweeps through file shares.
type Detector struct{}

// About describes the detector.
func (Detector) About() detect.About {
	return detect.About{
		Name: "sweep", ID: "D11", Stage: detect.Collection,
		Claim:   "A host went through more files or file servers within an hour than it ever does, and than nearly any host does.",
		Matters: "File shares hold what is in no record system: studies, formulas, contracts, lists of patients. Who steals them goes through whole trees at once.",
		Innocent: []string{
			"search indexers, antivirus and backup: on several days",
			"vulnerability scanners: many servers, hardly a byte",
			"migration of a file server: the host is a file server itself",
			"somebody who copies a project folder for once",
		},
		Techniques: []string{"T1039", "T1083", "T1119", "T1135"},
		Sources: []string{
			"MITRE ATT&CK T1039, T1083, T1119, T1135",
		},
		Needs: []detect.Need{
			{
				Log: "conn", Whole: true, Hides: "sweeps through file shares",
				Reason: "there is no connection log", Fix: "keep Zeek's conn.log or flow records of the file servers' network",
			},
			{
				Log: "smb_files", Hides: "sweeps through many small files, and which files they were",
				Reason: "there is no smb_files log", Fix: "keep Zeek's smb_files.log of the file servers' network; encrypted SMB (3.x) has none",
			},
		},
	}
}

// hour is what a host did with file servers within one hour.
type hour struct {
	at                     uint32
	files, folders, shares int64
	servers                int64
	answered, attempts     int64
	bytes                  int64
}

// server is a file server of the peak.
type server struct {
	ip    string
	port  int
	first uint32 // the hour in which the host first used it
	bytes int64
	calls []detect.Call
}

// candidate is what the score depends on.
type candidate struct {
	id                  uint32
	host                string
	hours               []hour // in order
	usual               hour   // what 99 of 100 hours of all hosts stay below
	hosts               int64  // that use file servers
	clients             int64  // hosts that take files from this one
	lookFirst, lookLast int64
	servers             []server // of the peak, in order of first use there
}

// Find picks and scores candidates.
func (Detector) Find(ctx context.Context, l *ledger.Look) ([]detect.Finding, error) {
	var all []candidate
	var row candidate
	var h hour
	into := []any{
		&row.id, &row.host, &h.at, &h.files, &h.folders, &h.shares, &h.servers, &h.answered, &h.attempts, &h.bytes,
		&row.usual.files, &row.usual.servers, &row.usual.bytes, &row.hosts, &row.clients,
	}
	err := ledger.Steps(ctx, l.Store, hoursQuery, []any{manyFiles, manyServers, manyBytes}, into, func() error {
		if n := len(all); n == 0 || all[n-1].host != row.host {
			row.lookFirst, row.lookLast = l.Facts.First, l.Facts.Last
			all = append(all, row)
		}
		k := &all[len(all)-1]
		k.hours = append(k.hours, h)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	kept := all[:0]
	for i := range all {
		if p := all[i].peak(); p.stands(&all[i]) {
			kept = append(kept, all[i])
		}
	}
	if err := servers(ctx, l, kept); err != nil {
		return nil, fmt.Errorf("sweep: file servers of the peaks: %w", err)
	}
	var out []detect.Finding
	for i := range kept {
		if f, ok := score(&kept[i]); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// servers fills in the file servers of the candidates' peaks.
func servers(ctx context.Context, l *ledger.Look, all []candidate) error {
	if err := l.Exec(ctx, "CREATE OR REPLACE TABLE sweep_peak (client UINTEGER, hour UINTEGER)"); err != nil {
		return err
	}
	byHost := map[string]*candidate{}
	err := l.Fill(ctx, "sweep_peak", func(add func(...any) error) error {
		for i := range all {
			k := &all[i]
			byHost[k.host] = k
			for _, h := range k.peak().hours {
				if err := add(k.id, h.at); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	var host string
	var s server
	var swapped bool
	var list detect.List
	calls := map[string]int{}
	peak := append([]any{&host, &s.ip, &s.port, &s.first, &swapped}, detect.Scan(&list)...)
	return ledger.Each(ctx, l.Store, peakQuery, nil, peak, func() error {
		cs, err := detect.Calls(&list, swapped)
		if err != nil {
			return err
		}
		if calls[host] += len(cs); calls[host] <= maxCalls {
			byHost[host].add(s, cs)
		}
		return nil
	})
}

// add files the calls of a conversation under its server.
func (c *candidate) add(s server, calls []detect.Call) {
	i := 0
	for i < len(c.servers) && (c.servers[i].ip != s.ip || c.servers[i].port != s.port) {
		i++
	}
	if i == len(c.servers) {
		c.servers = append(c.servers, s)
	}
	for _, x := range calls {
		if !x.Attempt {
			c.servers[i].bytes += x.In
			c.servers[i].calls = append(c.servers[i].calls, x)
		}
	}
}
