package site

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"barium/internal/ledger"
)

var (
	//go:embed served.sql
	servedQuery string
	//go:embed named.sql
	namedQuery string
	//go:embed regular.sql
	regularQuery string
)

// Unnamed stands in a proposal for what only a person can fill in. A row that
// still holds it cannot be confirmed.
const Unnamed = "to be named"

const (
	regularBytes = 50_000_000 // a day of this much may be a flow that somebody should own
	regularDays  = 3          // on at least so many days
	mostFlows    = 200
	mostAssets   = 5000
	mostShares   = 200
)

// Proposal is what a house could say of itself, by what was seen. Every row says
// why it is there; nothing in it has an effect until a person confirms it.
type Proposal struct {
	Assets []ProposedAsset
	Flows  []ProposedFlow
	Jewels []ProposedJewel
}

// ProposedAsset is a row of assets.csv.
type ProposedAsset struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Many    bool   `json:"used_by_many"`
	Why     string `json:"why"`
}

// ProposedFlow is a row of flows.csv.
type ProposedFlow struct {
	Source      string  `json:"source"`
	Destination string  `json:"destination"`
	Ceiling     float64 `json:"ceiling_gb_day"`
	Hours       string  `json:"hours"`
	Expiry      string  `json:"expiry"`
	Why         string  `json:"why"`
}

// ProposedJewel is a row of crown-jewels.csv.
type ProposedJewel struct {
	Kind  Kind   `json:"kind"`
	What  string `json:"what"`
	Class string `json:"class"`
	Value int    `json:"value"`
	Why   string `json:"why"`
}

// machine is what was seen of a host inside.
type machine struct {
	ip, name, mac string
	roles, why    []string
	many          bool
}

func (m *machine) is(role, format string, args ...any) {
	if !slices.Contains(m.roles, role) {
		m.roles = append(m.roles, role)
	}
	m.why = append(m.why, fmt.Sprintf(format, args...))
}

// Propose asks a look who is who. shared are addresses that look like many
// machines.
func Propose(ctx context.Context, l *ledger.Look, shared []string) (*Proposal, error) {
	ms := map[string]*machine{}
	at := func(ip string) *machine {
		if ms[ip] == nil {
			ms[ip] = &machine{ip: ip}
		}
		return ms[ip]
	}
	for _, ip := range shared {
		m := at(ip)
		m.many = true
		m.is("many machines behind one address", "speaks as many kinds of client software as only several machines do")
	}
	for _, f := range []func(context.Context, *ledger.Look, func(string) *machine) error{served, proxied, devices} {
		if err := f(ctx, l, at); err != nil {
			return nil, err
		}
	}
	if err := name(ctx, l, ms); err != nil {
		return nil, err
	}
	p := &Proposal{Assets: assetRows(ms)}
	var err error
	if p.Flows, err = flows(ctx, l); err != nil {
		return nil, err
	}
	p.Jewels, err = proposedJewels(ctx, l, ms)
	return p, err
}

// roles are what a machine is that answers others on a port.
var roles = []struct {
	port, proto int
	role        string
	alone       bool // says so by itself; otherwise several clients are needed
}{
	{53, 17, "name server", false},
	{53, 6, "name server", false},
	{88, 6, "domain controller", false},
	{88, 17, "domain controller", false},
	{389, 6, "directory server", false},
	{25, 6, "mail server", false},
	{445, 6, "file server", false},
	{2049, 6, "file server", false},
	{1433, 6, "database server", false},
	{1521, 6, "database server", false},
	{3306, 6, "database server", false},
	{5432, 6, "database server", false},
	{3389, 6, "remote desktop server", false},
	{1494, 6, "Citrix server", false},
	{2598, 6, "Citrix server", false},
	{104, 6, "imaging (DICOM)", true},
	{11112, 6, "imaging (DICOM)", true},
	{2762, 6, "imaging (DICOM)", true},
	{2575, 6, "clinical messages (HL7)", true},
	{9100, 6, "printer", true},
	{631, 6, "printer", true},
	{515, 6, "printer", true},
	{67, 17, "DHCP server", false},
	{123, 17, "time server", false},
}

// leastClients is how many machines a server answers.
const leastClients = 3

// served tells servers by whom they answer.
func served(ctx context.Context, l *ledger.Look, at func(string) *machine) error {
	var ip string
	var port, proto int
	var clients int64
	return ledger.Each(ctx, l.Store, servedQuery, nil, []any{&ip, &port, &proto, &clients}, func() error {
		for _, r := range roles {
			if r.port == port && r.proto == proto {
				if clients >= leastClients || r.alone {
					at(ip).is(r.role, "answers %s on port %d", machinesWords(clients), port)
				}
				return nil
			}
		}
		if clients >= leastClients && proto == 6 {
			at(ip).is("server", "answers %s on port %d", machinesWords(clients), port)
		}
		return nil
	})
}

func machinesWords(n int64) string {
	if n == 1 {
		return "1 machine"
	}
	return fmt.Sprintf("%d machines", n)
}

// proxied tells proxies by those that ask them.
func proxied(ctx context.Context, l *ledger.Look, at func(string) *machine) error {
	var ip string
	var clients int64
	return ledger.Each(ctx, l.Store, `SELECT p.ip, count(DISTINCT a.client) FROM asked a JOIN place p ON p.address = a.server
		WHERE a.proxied > 0 AND p.inside GROUP BY p.ip ORDER BY p.ip`, nil, []any{&ip, &clients}, func() error {
		m := at(ip)
		m.many = true
		m.is("proxy", "%s ask it for far ends outside", machinesWords(clients))
		return nil
	})
}

// devices tells machines of one purpose by the far ends that they know.
func devices(ctx context.Context, l *ledger.Look, at func(string) *machine) error {
	days := (l.Facts.Last-l.Facts.First)/86_400_000_000 + 1
	if days < regularDays {
		return nil
	}
	var ip string
	var labels, on int64
	return ledger.Each(ctx, l.Store, `SELECT p.ip, h.labels, h.days FROM habit h JOIN place p ON p.address = h.host
		WHERE h.labels <= 3 AND h.days * 10 >= ? * 8 ORDER BY p.ip`, []any{days}, []any{&ip, &labels, &on}, func() error {
		m := at(ip)
		if len(m.roles) == 0 {
			m.is("device", "far ends outside: %d only, on %d of %d days", labels, on, days)
		}
		return nil
	})
}

// name gives machines the names that logs tell, and the MAC where all leases of
// the address name the same one.
func name(ctx context.Context, l *ledger.Look, ms map[string]*machine) error {
	var ip, text, mac string
	var rank int
	macs := map[string]string{}
	query := strings.NewReplacer("{since}", fmt.Sprint(l.Window.Since), "{until}", fmt.Sprint(l.Window.Until)).Replace(namedQuery)
	return ledger.Each(ctx, l.Store, query, nil, []any{&ip, &rank, &text, &mac}, func() error {
		m := ms[ip]
		if m == nil {
			return nil
		}
		mac = strings.ToLower(strings.ReplaceAll(mac, "-", ":"))
		if known, ok := macs[ip]; mac != "" && (!ok || known == mac) {
			macs[ip], m.mac = mac, mac
		} else if mac != "" {
			macs[ip], m.mac = "", ""
		}
		text = strings.ToLower(strings.TrimSuffix(text, "."))
		if m.name == "" && domainName(text) && text != ip && text[0] != '-' {
			m.name = text
		}
		return nil
	})
}

// assetRows makes rows of machines.
func assetRows(ms map[string]*machine) (out []ProposedAsset) {
	used := map[string]bool{}
	for _, ip := range assetOrder(ms) {
		if len(out) == mostAssets {
			break
		}
		m := ms[ip]
		a := ProposedAsset{Address: ip, Name: m.name, Role: strings.Join(m.roles[:min(len(m.roles), 3)], "; "), Many: m.many, Why: strings.Join(m.why[:min(len(m.why), 5)], ", ")}
		if validMAC(m.mac) && !used[m.mac] {
			a.Address, a.Why = m.mac, ip+": "+a.Why
			used[m.mac] = true
		}
		if a.Name == "" || used["name "+a.Name] {
			a.Name = strings.TrimSpace(a.Name + " " + ip)
		}
		used["name "+a.Name] = true
		out = append(out, a)
	}
	return out
}

func validMAC(s string) bool {
	if len(s) != 17 || s == "00:00:00:00:00:00" {
		return false
	}
	for i, c := range s {
		if i%3 == 2 {
			if c != ':' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// flows proposes approvals for what goes out in bulk, day after day.
func flows(ctx context.Context, l *ledger.Look) (out []ProposedFlow, err error) {
	span := (l.Facts.Last-l.Facts.First)/86_400_000_000 + 1
	expiry := time.UnixMicro(l.Facts.Last).UTC().AddDate(1, 0, 0).Format(time.DateOnly)
	var ip, label string
	var days, most, total int64
	err = ledger.Each(ctx, l.Store, regularQuery, []any{regularBytes, regularDays, span}, []any{&ip, &label, &days, &most, &total}, func() error {
		if _, ok := network(ip); !ok || len(out) == mostFlows || !destinationName(label) {
			return nil
		}
		out = append(out, ProposedFlow{
			Source: ip, Destination: label, Ceiling: roundUp(1.5 * float64(most) / 1e9), Expiry: expiry,
			Why: fmt.Sprintf("at least %d MB on %d of %d days, at most %.3g GB in one", regularBytes/1_000_000, days, span, float64(most)/1e9),
		})
		return nil
	})
	slices.SortFunc(out, func(a, b ProposedFlow) int {
		x, _ := network(a.Source)
		y, _ := network(b.Source)
		return cmp.Or(cmp.Compare(a.Destination, b.Destination), x.Compare(y))
	})
	return out, err
}

// destinationName tells whether flows.csv takes a label as destination.
func destinationName(label string) bool {
	r := row{wrong: &mistakes{}}
	a := Approval{Destination: label}
	a.destination(&r)
	return r.wrong.err() == nil && hostile(label) == ""
}

// roundUp rounds up to two digits.
func roundUp(v float64) float64 {
	if v <= 0 {
		return 0.01
	}
	unit := math.Pow(10, math.Floor(math.Log10(v))-1)
	// Through text, so that 6.1 is not 6.1000000000000005.
	out, err := strconv.ParseFloat(strconv.FormatFloat(math.Ceil(v/unit-1e-9)*unit, 'g', 3, 64), 64)
	if err != nil {
		return v
	}
	return out
}

// words tell a class by what shares are called.
var words = []struct {
	class string
	parts []string
}{
	{"trials", []string{"trial", "studie", "study", "sas", "edc"}},
	{"formulas", []string{"formula", "recipe", "rezept"}},
	{"manufacturing", []string{"manufactur", "production", "batch", "gmp"}},
	{"unpatented research", []string{"research", "forschung", "r&d", "patent", "lab"}},
	{"prescriptions", []string{"prescription", "pharmac", "apothek"}},
	{"payroll and bank data", []string{"payroll", "finance", "accounting", "salary", "bank"}},
	{"patient records", []string{"patient", "ehr", "emr", "pacs", "radiolog", "clinic"}},
}

// types are endings and types of files that say what is in them.
var types = []struct{ what, class string }{
	{"application/dicom", "patient records"},
	{".dcm", "patient records"},
	{".hl7", "patient records"},
	{".sas7bdat", "trials"},
	{".xpt", "trials"},
}

// proposedJewels proposes what a name or type gives away; people know the rest.
func proposedJewels(ctx context.Context, l *ledger.Look, ms map[string]*machine) (out []ProposedJewel, err error) {
	var share string
	err = ledger.Each(ctx, l.Store, fmt.Sprintf(`SELECT text FROM (
			SELECT o.text FROM ledger.call c JOIN ledger.name n ON n.id = c.log JOIN ledger.name o ON o.id = c.object
			WHERE n.text = 'smb_mapping' AND c.hour >= %d AND c.hour < %d
			UNION SELECT at_place FROM moved WHERE how LIKE 'SMB %%'
		) x ORDER BY text`, l.Window.Since, l.Window.Until), nil, []any{&share}, func() error {
		folded := slashes(share)
		if len(out) == mostShares || hostile(share) != "" || !strings.HasPrefix(folded, "//") || strings.Count(strings.Trim(folded, "/"), "/") != 1 {
			return nil
		}
		for _, w := range words {
			for _, part := range w.parts {
				if strings.Contains(folded, part) {
					out = append(out, ProposedJewel{Kind: JewelShare, What: share, Class: w.class, Value: 3, Why: "by its name"})
					return nil
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, ip := range assetOrder(ms) {
		for _, role := range ms[ip].roles {
			if strings.HasPrefix(role, "imaging") || strings.HasPrefix(role, "clinical") || role == "database server" {
				out = append(out, ProposedJewel{Kind: JewelHost, What: ip, Class: "patient records", Value: 3, Why: role})
				break
			}
		}
	}
	for _, t := range types {
		var n int64
		query := "SELECT count(*) FROM moved WHERE lower(mime) = '" + t.what + "'"
		if strings.HasPrefix(t.what, ".") {
			query = "SELECT count(*) FROM moved WHERE lower(file) LIKE '%" + t.what + "'"
		}
		if err := ledger.One(ctx, l.Store, query, &n); err != nil {
			return nil, err
		}
		if n > 0 {
			out = append(out, ProposedJewel{Kind: JewelType, What: t.what, Class: t.class, Value: 3, Why: "such files were seen"})
		}
	}
	return out, nil
}

// assetOrder returns the addresses of machines in order.
func assetOrder(ms map[string]*machine) (out []string) {
	for ip := range ms {
		if _, ok := network(ip); ok {
			out = append(out, ip)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		x, _ := network(a)
		y, _ := network(b)
		return x.Compare(y)
	})
	return out
}
