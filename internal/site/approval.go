package site

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"barium/internal/condense/psl"
)

var approvalColumns = []column{
	{"source", true},
	{"destination", true},
	{"direction", true},
	{"ceiling_gb_day", true},
	{"hours", false},
	{"owner", true},
	{"ticket", true},
	{"expiry", true},
	{confirmedColumn, false},
}

// Direction is which way the bytes of an approval go.
type Direction string

// The directions: Out is from the source to the destination.
const (
	Out Direction = "out"
	In  Direction = "in"
)

// Approval is somebody's word that data may flow.
type Approval struct {
	Source      string // as written
	Destination string // as written
	Direction   Direction
	Ceiling     int64 // bytes in a day (UTC), all sources together
	From, To    int   // hours of the day (UTC), From inclusive; equal for the whole day
	Owner       string
	Ticket      string
	Expiry      time.Time // the first moment at which it holds no more
	Line        int

	source machines
	far    netip.Prefix // invalid when told by domain
	domain string
}

// machines are those that a cell means.
type machines struct {
	any    bool
	prefix netip.Prefix
	mac    string
}

// approvals reads flows.csv.
func approvals(rows []row, known []Asset) (out []Approval, proposals int) {
	for i := range rows {
		r := &rows[i]
		a := Approval{
			Source: r.get("source"), Destination: r.get("destination"), Direction: Direction(strings.ToLower(r.get("direction"))),
			Owner: r.get("owner"), Ticket: r.get("ticket"), Line: r.line,
		}
		a.source = r.machines("source", known, true)
		a.destination(r)
		if a.Direction != Out && a.Direction != In && a.Direction != "" {
			r.fault("direction", "%q; write out (from source to destination) or in", short(string(a.Direction)))
		}
		a.Ceiling = r.gigabytes("ceiling_gb_day")
		a.From, a.To = r.hours("hours")
		a.Expiry = r.day("expiry")
		if !r.confirmed {
			proposals++
			continue
		}
		for _, c := range []string{"owner", "ticket"} {
			if r.get(c) == Unnamed {
				r.fault(c, "still %q; name who answers for the flow, and where that is written", Unnamed)
			}
		}
		out = append(out, a)
	}
	return out, proposals
}

// machines reads a cell that means machines inside.
func (r *row) machines(column string, known []Asset, anyToo bool) (m machines) {
	cell := r.get(column)
	if cell == "" {
		return m
	}
	if anyToo && strings.EqualFold(cell, "any") {
		return machines{any: true}
	}
	if p, ok := network(cell); ok {
		return machines{prefix: p}
	}
	for _, a := range known {
		if strings.EqualFold(a.Name, cell) {
			return machines{prefix: a.Prefix, mac: a.MAC}
		}
	}
	also := ""
	if anyToo {
		also = ", or any"
	}
	r.fault(column, "%q is neither an address nor the name of a confirmed row of %s; write one such as 10.0.4.7 or 10.0.4.0/24, or add the row%s", short(cell), AssetFile, also)
	return m
}

// leastBits is how narrow a destination must be: what approves the internet
// approves nothing that anybody has looked at.
const (
	leastBits4 = 8
	leastBits6 = 19
)

func (a *Approval) destination(r *row) {
	cell := a.Destination
	if cell == "" {
		return
	}
	if p, ok := network(cell); ok {
		least := leastBits6
		if p.Addr().Is4() {
			least = leastBits4
		}
		if p.Bits() < least {
			r.fault("destination", "%s is too wide; name the networks of the partner, at most /%d", short(cell), least)
		}
		a.far = p
		return
	}
	name := strings.TrimSuffix(strings.ToLower(cell), ".")
	if !domainName(name) {
		r.fault("destination", "%q is neither an address nor a domain; write one such as 192.0.2.7, 192.0.2.0/24 or backup.example.com", short(cell))
		return
	}
	// psl returns a public suffix as it is; the name of its own label is longer than the suffix.
	if !strings.Contains(name, ".") || psl.Domain("x."+name) == "x."+name {
		r.fault("destination", "under %q anybody can have a name; name the partner's domain", short(cell))
	}
	a.domain = name
}

func domainName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range label {
			if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

// gigabytes reads a number of GB (10^9 bytes).
func (r *row) gigabytes(column string) int64 {
	cell := r.get(column)
	if cell == "" {
		return 0
	}
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil || v <= 0 || v > 1e6 || strings.ContainsAny(cell, "xXpPeEiInN_") {
		r.fault(column, "%q is no number of GB above 0, such as 50 or 0.25", short(cell))
		return 0
	}
	return max(1, int64(v*1e9))
}

// hours reads "22-6", or nothing for the whole day.
func (r *row) hours(column string) (from, to int) {
	cell := r.get(column)
	if cell == "" {
		return 0, 0
	}
	a, b, ok := strings.Cut(cell, "-")
	from, err := strconv.Atoi(strings.TrimSpace(a))
	to, err2 := strconv.Atoi(strings.TrimSpace(b))
	if !ok || err != nil || err2 != nil || from < 0 || from > 23 || to < 0 || to > 24 || from == to {
		r.fault(column, "%q; write full hours in UTC such as 22-6 (from 22:00 to 06:00), or nothing for the whole day", short(cell))
		return 0, 0
	}
	return from, to % 24
}

// day reads the last day that something holds, and returns its end.
func (r *row) day(column string) time.Time {
	cell := r.get(column)
	if cell == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, cell)
	if err != nil {
		r.fault(column, "%q; write the last day that it holds, such as 2027-03-31", short(cell))
		return time.Time{}
	}
	return t.AddDate(0, 0, 1)
}

// At tells whether the approval holds in an hour (hours since 1970 UTC).
func (a *Approval) At(hour uint32) bool {
	if !time.Unix(int64(hour)*3600, 0).Before(a.Expiry) {
		return false
	}
	if a.From == a.To {
		return true
	}
	h := int(hour % 24)
	if a.From < a.To {
		return h >= a.From && h < a.To
	}
	return h >= a.From || h < a.To
}

// Covers tells whether an approval is about a host inside and a far end: its
// address, its name, and what it is recognised by. at is when.
func (c *Context) Covers(a *Approval, host, far, name, label string, at int64) bool {
	return c.means(&a.source, host, at) && a.reaches(far, name, label)
}

// means tells whether a host is one of the machines.
func (c *Context) means(m *machines, host string, at int64) bool {
	if m.any {
		return true
	}
	if m.mac != "" {
		return c.holder(host, at) == m.mac
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && m.prefix.IsValid() && m.prefix.Contains(addr.Unmap())
}

func (a *Approval) reaches(far, name, label string) bool {
	if a.far.IsValid() {
		addr, err := netip.ParseAddr(far)
		return err == nil && a.far.Contains(addr.Unmap())
	}
	for _, s := range []string{name, label} {
		if within(strings.TrimSuffix(strings.ToLower(s), "."), a.domain) {
			return true
		}
	}
	return false
}

// within tells whether a name is a domain or below it.
func within(name, domain string) bool {
	return domain != "" && (name == domain || strings.HasSuffix(name, "."+domain))
}

// Hours words the hours of the day: "22–6 UTC", "" for all.
func (a *Approval) Hours() string {
	if a.From == a.To {
		return ""
	}
	return strconv.Itoa(a.From) + "–" + strconv.Itoa(a.To) + " UTC"
}

// LastDay is the last day on which the approval holds.
func (a *Approval) LastDay() string { return a.Expiry.AddDate(0, 0, -1).Format(time.DateOnly) }
