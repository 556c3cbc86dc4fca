package caseload

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"barium/internal/detect"
	"barium/internal/ledger"
)

// BlindSpot is a route of theft that the logs could not have shown.
type BlindSpot struct {
	Route  string // what could have left unseen
	Reason string // why it would not be seen here
	Fix    string // how to close it
}

// Dwell is the median number of days that espionage stays unnoticed (M-Trends
// 2026); shorter records cannot show when it began.
const Dwell = 122

// Coverage is what the ledger knows about its own holes.
type Coverage struct {
	Logs       map[string]bool // log types with records
	FirstHour  uint32
	LastHour   uint32
	Hours      int64  // with records
	Bad        int64  // records that could not be read
	Unread     int64  // files that could not be read, wholly or in part
	Refused    int64  // records that are older than what the ledger keeps by the hour
	Hourly     uint32 // first hour that the ledger keeps as such; rows before stand for days
	Skipped    []string
	DNSClients int64
	Hosts      int64   // inside addresses that opened connections to the outside
	OneSided   float64 // share of answered TCP connections with bytes in one direction only
	Inner      int64   // conversations with both ends inside
	Outer      int64   // conversations with one end outside
	Inbound    int64   // … opened from outside
	WorstLoss  float64 // per cent, of the sensors' own estimates
	Missed     int64   // bytes that sensors missed within connections
	Proxies    []string
	Shared     []string // inside addresses that look like many machines
	TLS        int64    // TLS sessions to the outside

	Silences    []Silence // in order of sensor and time
	SilentHosts []SilentHost
	TooLarge    []string // detectors whose questions did not fit into memory
}

// Cover asks the look what it covers. The counts of bad records and unread
// files come from the sources and are filled in by the caller.
func Cover(ctx context.Context, l *ledger.Look) (*Coverage, error) {
	c := &Coverage{Logs: map[string]bool{}, Hosts: l.Facts.Hosts, Hourly: l.Facts.Hourly}
	where := fmt.Sprintf("hour >= %d AND hour < %d", l.Window.Since, l.Window.Until)
	var name string
	err := ledger.Each(ctx, l.Store, "SELECT DISTINCT n.text FROM ledger.coverage c JOIN ledger.name n ON n.id = c.log WHERE "+where+" ORDER BY n.text",
		nil, []any{&name}, func() error { c.Logs[name] = true; return nil })
	if err != nil {
		return nil, err
	}
	steps := []struct {
		query string
		into  []any
	}{
		{"SELECT coalesce(min(hour), 0), coalesce(max(hour), 0), count(DISTINCT hour) FROM ledger.coverage WHERE " + where, []any{&c.FirstHour, &c.LastHour, &c.Hours}},
		{"SELECT count(DISTINCT client) FROM looked", []any{&c.DNSClients}},
		{`SELECT coalesce(1.0 * sum(CASE WHEN bytes_client = 0 OR bytes_server = 0 THEN 1 ELSE 0 END) / nullif(count(*), 0), 0)
			FROM oriented WHERE proto = 6 AND events > attempts AND bytes_client + bytes_server > 0`, []any{&c.OneSided}},
		{
			`SELECT coalesce(sum(CASE WHEN a.inside AND b.inside THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN a.inside <> b.inside THEN 1 ELSE 0 END), 0)
				+ (SELECT count(*) FROM via v JOIN place c ON c.address = v.client WHERE c.inside),
			coalesce(sum(CASE WHEN b.inside AND NOT a.inside THEN 1 ELSE 0 END), 0)
			FROM oriented o JOIN place a ON a.address = o.client JOIN place b ON b.address = o.server WHERE NOT a.special AND NOT b.special`,
			[]any{&c.Inner, &c.Outer, &c.Inbound},
		},
		{"SELECT coalesce(max(worst_millionths), 0) / 1000000.0 FROM ledger.capture_loss WHERE " + where, []any{&c.WorstLoss}},
		{"SELECT coalesce(sum(missed), 0) FROM oriented", []any{&c.Missed}},
		{"SELECT coalesce(sum(t.events), 0) FROM tls t JOIN place p ON p.address = t.server WHERE NOT p.inside", []any{&c.TLS}},
	}
	for _, s := range steps {
		if err := ledger.One(ctx, l.Store, s.query, s.into...); err != nil {
			return nil, err
		}
	}
	var ip string
	var n int64
	if err := ledger.Each(ctx, l.Store, `SELECT p.ip, sum(a.events) FROM asked a JOIN place p ON p.address = a.server WHERE a.proxied > 0 AND p.ip <> '' GROUP BY p.ip ORDER BY 2 DESC, 1`,
		nil, []any{&ip, &n}, func() error { c.Proxies = append(c.Proxies, ip); return nil }); err != nil {
		return nil, err
	}
	err = ledger.Each(ctx, l.Store, sharedQuery, nil, []any{&ip, &n}, func() error { c.Shared = append(c.Shared, ip); return nil })
	if err != nil {
		return nil, err
	}
	return c, c.findSilences(ctx, l)
}

// sharedQuery finds inside addresses with at least 12 kinds of client software
// and four times as many as the usual host: several machines behind one address.
const sharedQuery = `
SELECT ip, kinds FROM (
    SELECT ip, kinds, avg(kinds) OVER () AS usual, count(*) OVER () AS hosts FROM (
        SELECT p.ip, count(DISTINCT kind) AS kinds FROM (
            SELECT client, user_agent AS kind FROM asked WHERE user_agent <> ''
            UNION ALL
            SELECT client, j.text FROM tls JOIN ledger.name j ON j.id = ja3 WHERE ja3 <> 0
        ) k JOIN place p ON p.address = k.client WHERE p.inside GROUP BY p.ip
    ) c
) u WHERE kinds >= 12 AND (kinds >= 4 * usual OR hosts = 1 AND kinds >= 40) ORDER BY ip`

// BlindSpots lists what could not have been seen, the gravest first: what is
// missing altogether, then holes, then routes that no network log shows.
func (c *Coverage) BlindSpots(detectors []detect.Detector) []BlindSpot {
	var out []BlindSpot
	add := func(route, reason, fix string) {
		b := BlindSpot{route, reason, fix}
		if !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	if c.Hours == 0 {
		c.holes(add)
		detectors = nil
	}
	for _, d := range detectors {
		if slices.Contains(c.TooLarge, d.About().Name) {
			add("what the detector "+d.About().Name+" would have found", "its questions did not fit into memory, and it was left out", "run again with more --memory, or look at less time with --since")
		}
		for _, n := range d.About().Needs {
			if !c.Logs[n.Log] {
				add(n.Hides, n.Reason, n.Fix)
			}
		}
	}
	if c.Hours > 0 {
		c.missingLogs(add)
		c.holes(add)
		c.viewpoint(add)
	}
	for _, b := range always {
		add(b.Route, b.Reason, b.Fix)
	}
	return out
}

type adder func(route, reason, fix string)

func (c *Coverage) missingLogs(add adder) {
	if !c.Logs["smb_files"] && !c.Logs["files"] {
		add("gathering of files from shares before they leave", "there is no files or smb_files log", "keep Zeek's files.log and smb_files.log of the server networks")
	}
}

func (c *Coverage) holes(add adder) {
	if c.Hours == 0 {
		add("everything", "no record carries a time in the period asked for", "give logs of the period, or another --since and --until")
		return
	}
	day := func(h uint32) string { return detect.Date(int64(h) * 3_600_000_000) }
	span := int64(c.LastHour-c.FirstHour) + 1
	if days := (span + 23) / 24; days < Dwell {
		add(fmt.Sprintf("thefts before %s", day(c.FirstHour)),
			fmt.Sprintf("nothing before %s can be seen: the records cover %d days, and half of all espionage stays longer than %d days", day(c.FirstHour), days, Dwell),
			"keep connection, DNS and TLS logs for 13 months; hunt again in archives and backups of older logs")
	}
	if gap := span - c.Hours; gap > 0 {
		add("whatever left in those hours", fmt.Sprintf("%d of %d hours between %s and %s have no record at all", gap, span, day(c.FirstHour), day(c.LastHour)),
			"find out why the sensor was silent; look at other logs for those hours")
	}
	c.silent(add)
	if c.Bad > 0 || c.Unread > 0 {
		add("what the unreadable records and files would have shown", fmt.Sprintf("%s and %s could not be read (see sources)", plural(c.Bad, "record"), plural(c.Unread, "file")),
			"look at the samples in the list of sources; ask for undamaged copies")
	}
	if c.Refused > 0 {
		add("whatever those records would have shown", fmt.Sprintf("%s older than %s, from when on this ledger keeps hours (see sources), and %s not taken in",
			are(c.Refused), day(c.Hourly), was(c.Refused)), "hunt in these logs without --ledger, or with a new one")
	}
	if c.FirstHour < c.Hourly {
		add(fmt.Sprintf("what only shows hour by hour, before %s: quick rhythms, tunnels in look-ups, bursts", day(c.Hourly)),
			fmt.Sprintf("of what is older than %d days, the ledger keeps sums of days", ledger.HourlyDays), "hunt in the logs of that time, if they are still there, without --ledger")
	}
	if len(c.Skipped) > 0 {
		add("movement and log-ons that only these logs show", "read but not used yet: "+strings.Join(c.Skipped, ", "), "look at these logs by hand for the hosts of a case")
	}
	if c.WorstLoss >= 1 {
		add("parts of transfers, and whole short ones", fmt.Sprintf("the sensor says that it lost up to %.1f %% of the traffic at times", c.WorstLoss),
			"give the sensor more capacity; read every number of bytes as a lower bound")
	} else if c.Missed > 0 {
		add("parts of transfers", detect.Bytes(c.Missed)+" were missed within connections that were seen", "check the sensor's capacity; read every number of bytes as a lower bound")
	}
	if !c.Logs["capture_loss"] {
		add("whatever the sensor dropped", "there is no capture_loss log: how much the sensor missed is not known", "load Zeek's misc/capture-loss policy")
	}
}

func (c *Coverage) viewpoint(add adder) {
	switch {
	case c.Inner+c.Outer == 0 && c.Logs["conn"]:
		add("every way out", "no connection has an end in the networks that count as inside", "give your own networks with --internal")
	case c.Inner+c.Outer == 0:
	case c.Outer == 0:
		add("every way out", "only traffic between inside addresses was seen (or --internal is too wide)", "put a sensor at the internet edge; check the networks listed as inside")
	case c.Inner == 0:
		add("movement and gathering between machines inside", "only traffic with the outside was seen", "put a sensor before the servers and between departments")
	case c.Inbound == 0:
		add("data fetched from outside, from servers of yours", "no connection from outside to inside was seen, only outbound ones", "let the sensor see the networks of public servers and remote access")
	}
	if c.OneSided > 0.5 {
		add("how much came back, and whether anything was accepted", fmt.Sprintf("%.0f %% of the connections show bytes in one direction only", c.OneSided*100), "check the mirror port: both directions must reach the sensor")
	}
	if c.Logs["dns"] && c.DNSClients <= 2 && c.Hosts > 2*c.DNSClients {
		add("which machine is behind a look-up", fmt.Sprintf("look-ups come from %d addresses only, connections from %d: the sensor sees the resolver, not its clients", c.DNSClients, c.Hosts), "log DNS where clients ask: on the resolver, or before it")
	}
	if len(c.Proxies) > 0 {
		add("the addresses behind the proxy, and what its encrypted tunnels carry", "clients go out by a proxy: "+list(c.Proxies), "hand over the proxy's own log")
	}
	if len(c.Shared) > 0 {
		add("which machine or person is behind an address", "many machines behind one address (NAT, terminal server): "+list(c.Shared), "put a sensor before the NAT; keep the session logs of the terminal servers")
	} else {
		add("single machines behind NAT, terminal servers and VPN", "network logs alone cannot tell machines behind one address apart; none stood out here", "name such addresses; keep their session logs")
	}
	if c.TLS > 0 {
		add("what was in encrypted transfers", "the content of TLS cannot be seen from the network", "for the hosts of a case, look on the host: file access, archive tools, browser history")
	}
}

// always lists the routes that no network log shows.
var always = []BlindSpot{
	{"copying into another tenant of a cloud that you approved", "same names and addresses as your own use", "tenant restrictions at the proxy; the cloud's own audit log"},
	{"mail rules that copy mail outside", "the mail server sends them, in the provider's network", "the mail system's admin audit log"},
	{"cloud to cloud copies", "no byte crosses your network", "audit logs of the cloud services"},
	{"theft from hosted record systems", "the vendor's network, not yours", "the record system's access log"},
	{"laptops and phones off the network", "they leave by other networks", "logs of the machine itself; always-on VPN"},
	{"USB drives, paper, photographs", "not a network event", "device control logs of the machines; print logs"},
}

// list words up to five entries.
func list(s []string) string {
	if len(s) > 5 {
		return strings.Join(s[:5], ", ") + fmt.Sprintf(" and %d more", len(s)-5)
	}
	return strings.Join(s, ", ")
}

// are and was word how many records something is told of.
func are(n int64) string {
	if n == 1 {
		return "1 record is"
	}
	return plural(n, "record") + " are"
}

func was(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
