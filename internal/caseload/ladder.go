package caseload

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"barium/internal/detect"
	"barium/internal/ledger"
	"barium/internal/site"
)

// Touched is a crown jewel that a case touched.
type Touched struct {
	Class string
	Value int
	Kind  string // host, share, path or type
	What  string
	How   string // what the case did with it
}

// Rung is a step of the ladder of loss.
type Rung string

// The ladder, from what could have been taken to what was.
const (
	Reachable Rung = "reachable"
	Viewed    Rung = "viewed"
	Staged    Rung = "staged"
	Sent      Rung = "sent"
)

// Span bounds a count; High is nil where nothing bounds it.
type Span struct {
	Low  int64
	High *int64
}

// Step is how much of the loss got as far as a rung.
type Step struct {
	Rung  Rung
	Seen  bool // some log shows this rung; otherwise only what the next ones prove
	Files Span
	Bytes Span
	How   string // by what it is known, in words
}

// lookBack is how long before its first finding a case's files and shares count:
// what is stolen is gathered before.
const lookBack = 7 * 24 * 3600 * 1_000_000

// seen is a file or share that a host inside worked with, or a server that
// answered it.
type seen struct {
	host        string
	server      string // address of a server, for servers
	how         string
	file, mime  string
	share       string
	bytes       int64
	first, last int64
}

// Reach fills in how far the loss of each case got and which crown jewels it
// touched, from the files and shares that the logs show; c may be nil.
func Reach(ctx context.Context, l *ledger.Look, cases []Case, c *site.Context) error {
	var hosts []any
	known := map[string]bool{}
	for i := range cases {
		for _, h := range cases[i].Hosts {
			if !known[h] {
				known[h] = true
				hosts = append(hosts, h)
			}
		}
	}
	if len(hosts) == 0 {
		return nil
	}
	in := "IN (?" + strings.Repeat(", ?", len(hosts)-1) + ")"
	files, err := collect(ctx, l, `SELECT h.ip, '', m.how, m.file, m.mime, m.at_place, max(m.bytes), min(m.first), max(m.last)
		FROM moved m JOIN place h ON h.address = m.client JOIN place s ON s.address = m.server
		WHERE (m.how LIKE 'SMB %' OR m.how = 'files SMB') AND s.inside AND h.ip `+in+`
		GROUP BY h.ip, m.how, m.file, m.mime, m.at_place
		ORDER BY h.ip, m.at_place, m.file, m.how, m.mime`, hosts)
	if err != nil {
		return err
	}
	shares, err := collect(ctx, l, fmt.Sprintf(`SELECT h.ip, '', '', '', '', o.text, 0, min(c.first), max(c.first + c.span)
		FROM ledger.call c JOIN place h ON h.address = c.orig JOIN place s ON s.address = c.resp JOIN ledger.name n ON n.id = c.log JOIN ledger.name o ON o.id = c.object
		WHERE n.text = 'smb_mapping' AND s.inside AND c.hour >= %d AND c.hour < %d AND h.ip %s
		GROUP BY h.ip, o.text ORDER BY h.ip, o.text`, l.Window.Since, l.Window.Until, in), hosts)
	if err != nil {
		return err
	}
	var servers []seen
	if c != nil && slices.ContainsFunc(c.Jewels, func(j site.Jewel) bool { return j.Kind == site.JewelHost }) {
		servers, err = collect(ctx, l, `SELECT h.ip, s.ip, '', '', '', '', CAST(least(sum(o.bytes_server), 4611686018427387904) AS BIGINT), min(o.first), max(o.last)
			FROM oriented o JOIN place h ON h.address = o.client JOIN place s ON s.address = o.server
			WHERE s.inside AND o.bytes_server > 0 AND h.ip `+in+`
			GROUP BY h.ip, s.ip ORDER BY h.ip, s.ip`, hosts)
		if err != nil {
			return err
		}
	}
	for i := range cases {
		x := &cases[i]
		f, s, v := x.during(files), x.during(shares), x.during(servers)
		x.Loss.Ladder = x.ladder(f, s)
		x.Touched = x.touched(c, f, s, v)
	}
	return nil
}

// mostSeen bounds what is kept of files and shares for all cases together.
const mostSeen = 500_000

func collect(ctx context.Context, l *ledger.Look, query string, hosts []any) (out []seen, err error) {
	var x seen
	err = ledger.Each(ctx, l.Store, query, hosts, []any{&x.host, &x.server, &x.how, &x.file, &x.mime, &x.share, &x.bytes, &x.first, &x.last}, func() error {
		if len(out) < mostSeen {
			out = append(out, x)
		}
		return nil
	})
	return out, err
}

// during returns what the hosts of a case did in its time, and shortly before.
func (c *Case) during(all []seen) (out []seen) {
	for _, x := range all {
		if x.last >= c.First-lookBack && x.first <= c.Last && slices.Contains(c.Hosts, x.host) {
			out = append(out, x)
		}
	}
	return out
}

// ladder says how far the loss got. What was sent was on the sending host, was
// read and could be reached: each rung has at least what the next one has.
func (c *Case) ladder(files, shares []seen) []Step {
	places, viewed := map[string]bool{}, map[string]bool{}
	for _, x := range shares {
		places[strings.ToLower(x.share)] = true
	}
	for _, x := range files {
		if x.share != "" {
			places[strings.ToLower(x.share)] = true
		}
		if x.file != "" && (x.how == "SMB OPEN" || x.how == "SMB READ" || x.how == "files SMB") {
			viewed[x.share+"\x00"+x.file] = true
		}
	}
	var gathered, gatheredFiles int64
	collected, left := false, false
	for i := range c.Findings {
		switch f := &c.Findings[i]; f.Stage {
		case detect.Collection:
			collected = true
			gathered += f.BytesIn
			gatheredFiles += int64(len(f.Files))
		case detect.Exfiltration:
			left = true
		}
	}
	sent := Step{Rung: Sent, Seen: left, Files: Span{Low: int64(len(c.Loss.Files))}, Bytes: Span{c.Loss.Accepted, c.Loss.Ceiling}, How: "accepted by the far end"}
	staged := Step{Rung: Staged, Seen: collected, Files: Span{Low: max(gatheredFiles, sent.Files.Low)}, Bytes: Span{Low: max(gathered, sent.Bytes.Low)}, How: "only by what was sent: it was on the host that sent it"}
	if collected {
		staged.How = "gathered on a host of the case"
	}
	view := Step{Rung: Viewed, Seen: len(viewed) > 0, Files: Span{Low: max(int64(len(viewed)), staged.Files.Low)}, Bytes: Span{Low: staged.Bytes.Low}, How: "no log shows which files were opened"}
	if view.Seen {
		view.How = plural(int64(len(viewed)), "file") + " opened on shares"
	}
	reach := Step{Rung: Reachable, Seen: len(places) > 0, Files: Span{Low: view.Files.Low}, Bytes: Span{Low: view.Bytes.Low}, How: "no log shows what could be reached"}
	if reach.Seen {
		reach.How = plural(int64(len(places)), "share") + " connected to; what else lies there is not known"
	}
	return []Step{reach, view, staged, sent}
}

// mostTouched is how many crown jewels a case names.
const mostTouched = 20

// touched returns the crown jewels that a case touched.
func (c *Case) touched(ctx *site.Context, files, shares, servers []seen) (out []Touched) {
	if ctx == nil {
		return nil
	}
	for i := range ctx.Jewels {
		j := &ctx.Jewels[i]
		how := c.meets(ctx, j, files, shares, servers)
		if slices.ContainsFunc(c.Hosts, func(h string) bool { return ctx.IsHost(j, h, c.First) }) {
			how = "a host of the case"
		}
		if how != "" {
			out = append(out, Touched{Class: j.Class, Value: j.Value, Kind: string(j.Kind), What: j.What, How: how})
		}
	}
	slices.SortStableFunc(out, func(a, b Touched) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.What, b.What))
	})
	return out[:min(len(out), mostTouched)]
}

// meets says how a case met a crown jewel, "" when it did not.
func (c *Case) meets(ctx *site.Context, j *site.Jewel, files, shares, servers []seen) string {
	for i := range c.Findings {
		for _, x := range c.Findings[i].Files {
			if j.IsFile(x.Name, x.MIME, "") {
				return "sent: " + x.Name
			}
		}
	}
	for _, x := range servers {
		if ctx.IsHost(j, x.server, x.first) {
			return fmt.Sprintf("%s received %s from %s", x.host, detect.Bytes(x.bytes), x.server)
		}
	}
	for _, x := range files {
		if j.IsFile(x.file, x.mime, x.share) {
			return fmt.Sprintf("%s worked on %s", x.host, strings.TrimPrefix(x.share+`\`+x.file, `\`))
		}
	}
	for _, x := range shares {
		if j.IsFile("", "", x.share) {
			return fmt.Sprintf("%s connected to %s", x.host, x.share)
		}
	}
	return ""
}
