package hunt

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"barium/internal/caseload"
	"barium/internal/detect"
	"barium/internal/ledger"
	"barium/internal/report"
	"barium/internal/site"
)

// examined is what findings amount to, with what the house and its people say.
type examined struct {
	cases []caseload.Case // ranked
	weak  int
	uses  []caseload.Use
	known []ledger.KnownCase // from earlier hunts
}

// examine makes cases of findings.
func examine(ctx context.Context, l *ledger.Look, findings []detect.Finding, cover *caseload.Coverage, o Options) (*examined, error) {
	e := &examined{}
	if err := lease(ctx, l, o.Context); err != nil {
		return nil, fmt.Errorf("whose addresses were: %w", err)
	}
	findings, uses, err := caseload.Approve(ctx, l, findings, o.Context)
	if err != nil {
		return nil, err
	}
	e.uses = uses
	facts, err := factsOf(ctx, l, findings)
	if err != nil {
		return nil, err
	}
	e.cases, e.weak = caseload.Join(findings, facts)
	if e.known, err = l.Cases(ctx); err != nil {
		return nil, fmt.Errorf("cases of earlier hunts: %w", err)
	}
	caseload.Trace(e.cases, e.known)
	if err := caseload.Reach(ctx, l, e.cases, o.Context); err != nil {
		return nil, fmt.Errorf("what the cases touched: %w", err)
	}
	judgements, err := l.Judgements(ctx)
	if err != nil {
		return nil, fmt.Errorf("judgements: %w", err)
	}
	caseload.Judge(e.cases, judgements, endOf(cover))
	return e, nil
}

// endOf is the end of the records in microseconds, 0 without any.
func endOf(c *caseload.Coverage) int64 {
	if c.Hours == 0 {
		return 0
	}
	return int64(c.LastHour+1) * 3_600_000_000
}

// ErrNotWhole is returned when a part of a ledger is to be compared with all of it.
var ErrNotWhole = errors.New("--new compares whole hunts: leave out --since and --until")

// whole tells whether a hunt looks at all that a kept ledger holds.
func (o *Options) whole() bool { return o.Ledger != "" && o.Since.IsZero() && o.Until.IsZero() }

func (o *Options) comparable() error {
	switch {
	case o.New && o.Ledger == "":
		return errors.New("--new compares with the last hunt on a kept ledger; name it with --ledger FILE")
	case o.New && !o.whole():
		return ErrNotWhole
	}
	return nil
}

// remember keeps the cases for the next hunt, and says what changed if asked to.
func (e *examined) remember(ctx context.Context, s ledger.Store, d *report.Document, o Options) error {
	if !o.whole() || o.PlacesOnly {
		return nil
	}
	keep, ch := caseload.Remember(e.cases, e.known)
	if o.New {
		d.Changes = &report.Changes{Opened: changes(ch.Opened), Grew: changes(ch.Grew), Closed: changes(ch.Closed), Same: int64(ch.Same)}
	}
	return s.SetCases(ctx, keep)
}

func changes(list []caseload.Change) []report.Change {
	out := []report.Change{}
	for _, x := range list {
		out = append(out, report.Change{ID: x.ID, Why: append([]string{}, x.Why...)})
	}
	return out
}

const dayMicros = 24 * 3600 * 1_000_000

// factsOf asks the look what joining findings has to know.
func factsOf(ctx context.Context, l *ledger.Look, findings []detect.Finding) (caseload.Facts, error) {
	users, fresh := map[string]int64{}, map[string]bool{}
	var label string
	var n, first int64
	err := ledger.Each(ctx, l.Store, "SELECT l.text, k.hosts, k.first FROM known k JOIN label l ON l.label = k.label ORDER BY l.text", nil, []any{&label, &n, &first}, func() error {
		users[label] = n
		// What was there on the first day of the records may be as old as the hills.
		fresh[label] = first >= l.Facts.First+dayMicros && l.Facts.Last-first < caseload.HubDays*dayMicros
		return nil
	})
	if err != nil {
		return caseload.Facts{}, fmt.Errorf("who uses which far end: %w", err)
	}
	accounts, err := accountHosts(ctx, l, findings)
	if err != nil {
		return caseload.Facts{}, fmt.Errorf("where accounts are used: %w", err)
	}
	return caseload.Facts{
		Users:    func(label string) int64 { return users[label] },
		Fresh:    func(label string) bool { return fresh[label] },
		Accounts: func(account string) int64 { return accounts[account] },
	}, nil
}

// accountHosts returns on how many hosts the accounts of findings were seen.
func accountHosts(ctx context.Context, l *ledger.Look, findings []detect.Finding) (map[string]int64, error) {
	out := map[string]int64{}
	var names []any
	for i := range findings {
		for _, e := range findings[i].Entities {
			if e.Kind == detect.KindAccount && !slices.Contains(names, any(e.Value)) {
				names = append(names, e.Value)
			}
		}
	}
	if len(names) == 0 {
		return out, nil
	}
	within := fmt.Sprintf("hour >= %d AND hour < %d", l.Window.Since, l.Window.Until)
	var name string
	var n int64
	err := ledger.Each(ctx, l.Store, `SELECT n.text, count(DISTINCT x.orig) FROM (
			SELECT account, orig FROM ledger.logon WHERE `+within+` UNION ALL SELECT account, orig FROM ledger.transfer WHERE `+within+`
		) x JOIN ledger.name n ON n.id = x.account
		WHERE n.text IN (?`+strings.Repeat(", ?", len(names)-1)+`) GROUP BY n.text ORDER BY n.text`, names, []any{&name, &n}, func() error {
		out[name] = n
		return nil
	})
	return out, err
}

// lease tells the context which MACs held which addresses, if it has to know.
func lease(ctx context.Context, l *ledger.Look, c *site.Context) error {
	if !c.HasMACs() {
		return nil
	}
	held := map[string][]site.Holding{}
	var ip, mac string
	var first int64
	err := ledger.Each(ctx, l.Store, fmt.Sprintf(`SELECT p.ip, n.text, min(x.first) FROM ledger.lease x JOIN place p ON p.address = x.address JOIN ledger.name n ON n.id = x.mac
		WHERE x.hour >= %d AND x.hour < %d AND n.text <> '' GROUP BY p.ip, n.text, x.hour ORDER BY p.ip, 3, n.text`, l.Window.Since, l.Window.Until), nil, []any{&ip, &mac, &first}, func() error {
		mac = strings.ToLower(strings.ReplaceAll(mac, "-", ":"))
		if h := held[ip]; len(h) == 0 || h[len(h)-1].MAC != mac {
			held[ip] = append(h, site.Holding{From: first, MAC: mac})
		}
		return nil
	})
	c.Lease(held)
	return err
}

// houseWords puts what the house says into the report's words.
func houseWords(uses []caseload.Use, c *site.Context) report.Context {
	out := report.Context{Uses: []report.FlowUse{}}
	if c == nil {
		return out
	}
	out.Assets, out.Flows, out.CrownJewels, out.Proposals = int64(len(c.Assets)), int64(len(c.Approvals)), int64(len(c.Jewels)), int64(c.Proposals)
	for i := range uses {
		u, a := &uses[i], uses[i].Approval
		x := report.FlowUse{
			Source: a.Source, Destination: a.Destination, Direction: string(a.Direction), Ceiling: a.Ceiling, Owner: a.Owner, Ticket: a.Ticket,
			Expiry: a.LastDay(), Status: report.UseWithin, Bytes: u.Bytes, Days: int64(u.Days), MostADay: u.Most,
			DaysExceeded: int64(u.Exceeded), Excess: u.Excess, AfterExpiry: u.Late,
		}
		switch {
		case u.Late > 0:
			x.Status = report.UseExpired
		case u.Exceeded > 0:
			x.Status = report.UseExceeded
		case u.Days == 0:
			x.Status = report.UseUnused
		}
		out.Uses = append(out.Uses, x)
	}
	return out
}

// know adds to a case what is known of its hosts.
func know(c *report.Case, ctx *site.Context, shared []string) {
	at := c.First.UnixMicro()
	for _, h := range c.Hosts {
		a, ok := ctx.Asset(h, at)
		many := slices.Contains(shared, h)
		switch {
		case ok:
			c.Assets = append(c.Assets, report.Asset{IP: h, Name: a.Name, Role: a.Role, Model: a.Model, UsedByMany: a.Many || many, Source: site.AssetFile})
			if a.Name != "" && (!a.Prefix.IsValid() || a.Prefix.IsSingleIP()) {
				// The house knows best: what logs call the host does not count then.
				c.Names = slices.DeleteFunc(c.Names, func(n report.HostName) bool { return n.IP == h })
				c.Names = append(c.Names, report.HostName{IP: h, Name: a.Name, Source: "assets", First: c.First, Last: c.Last})
			}
		case many:
			c.Assets = append(c.Assets, report.Asset{IP: h, UsedByMany: true, Source: "its traffic looks like that of many machines"})
		}
		if n := len(c.Assets); n > 0 && c.Assets[n-1].IP == h && c.Assets[n-1].UsedByMany {
			c.Checks = append([]report.Check{{
				Where: "session logs",
				Text:  h + " is used by many (NAT, terminal server or the like): the address does not tell which person or machine it was; the session logs of these times do",
			}}, c.Checks...)
		}
	}
	slices.SortStableFunc(c.Assets, func(a, b report.Asset) int { return compareIP(a.IP, b.IP) })
	slices.SortStableFunc(c.Names, func(a, b report.HostName) int { return strings.Compare(a.IP, b.IP) })
}

// compareIP orders addresses by number, and other texts as such.
func compareIP(a, b string) int {
	x, err := netip.ParseAddr(a)
	y, err2 := netip.ParseAddr(b)
	if err != nil || err2 != nil {
		return strings.Compare(a, b)
	}
	return x.Compare(y)
}

var standings = map[caseload.Standing]string{
	caseload.Open: report.StandingOpen, caseload.Benign: report.StandingBenign, caseload.Confirmed: report.StandingConfirmed,
}

func judgement(j *caseload.Judged) report.Judgement {
	out := Judgement(&j.Judgement)
	out.State, out.Why = string(j.State), append([]string{}, j.Why...)
	return out
}

// Judgement puts a judgement into the report's words, without its state.
func Judgement(j *ledger.Judgement) report.Judgement {
	out := report.Judgement{
		ID: fmt.Sprintf("J-%d", j.ID), Verdict: j.Verdict, By: j.By, Because: j.Because, Made: *moment(j.Made), Why: []string{},
	}
	if j.Until != 0 {
		out.Until = moment(j.Until)
	}
	return out
}
