package report

import (
	"maps"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"barium/internal/report/safe"
)

// Masked stands for a raw line in a masked document.
const Masked = "[masked]"

// Kinds of stand-ins besides those of Entity.
const (
	kindSource  = "source"
	kindCase    = "case"
	kindUID     = "uid"
	kindFlow    = "flow"    // of a community id
	kindAddress = "address" // found in a text, known to no field
)

// keptFields are the fields that hold words of barium's own and are not looked
// into for names. Any field that is not listed here is.
var keptFields = map[string]bool{
	"Document.Schema":     true,
	"Document.Version":    true,
	"Verdict.Level":       true,
	"Case.Level":          true,
	"Case.Standing":       true,
	"Judgement.ID":        true,
	"Judgement.Verdict":   true,
	"Judgement.State":     true,
	"Touched.Class":       true,
	"Touched.Kind":        true,
	"Step.Rung":           true,
	"Step.How":            true,
	"Asset.Source":        true,
	"FlowUse.Direction":   true,
	"FlowUse.Status":      true,
	"FlowUse.Expiry":      true,
	"Case.Stages":         true,
	"Event.Stage":         true,
	"Finding.Stage":       true,
	"Finding.Detector":    true,
	"Finding.Techniques":  true,
	"Finding.Records":     true,
	"Finding.Proto":       true,
	"Source.SHA256":       true,
	"Source.Content":      true,
	"Evidence.SourceHash": true,
	"Entity.Kind":         true,
}

// Mask returns a deep copy of d in which hosts, destinations, names, accounts,
// files, URIs, sources and the identifiers of records are replaced by stand-ins
// such as host-1, numbered by first appearance: sources first, then the cases
// in order, then the networks. Raw lines and samples of unreadable records are
// replaced as a whole.
//
// Every other text is searched for the same entities, see names.replace; so are
// their base names, stems, short host names and accounts without a domain.
// Addresses that no field knows become address-1 and so on; ranges of addresses
// stay unless they hold a single address. What stays: times, sizes, counts,
// hashes of the sources, and anything in a text that is neither an address nor
// an entity of d (detectors name such entities in Finding.Entities).
//
// Two entities that share a base name share a stand-in for it, file-name-1.
func (d *Document) Mask() *Document {
	if d.Masked {
		return rewriter{text: func(_, s string) string { return s }}.copy(d)
	}
	n := collect(d)
	out := rewriter{text: func(field, s string) string {
		switch {
		case field == "Evidence.Raw" || field == "BadSample.Sample" || field == "Judgement.Because" || field == "Touched.How":
			if s == "" {
				return ""
			}
			return Masked
		case keptFields[field]:
			return s
		}
		return n.value(s)
	}}.copy(d)
	out.Masked = true
	for i := range out.Sources { // nothing can be read again from what is masked
		out.Sources[i].Mapping = ""
	}
	for i := range out.Cases { // host-1 is name enough
		out.Cases[i].Names = []HostName{}
	}
	return out
}

// collect finds the entities of d in the order in which they are numbered.
func collect(d *Document) *names {
	n := newNames()
	for i := range d.Sources {
		n.add(kindSource, d.Sources[i].Path)
	}
	for i := range d.Cases {
		collectCase(n, &d.Cases[i])
	}
	for _, network := range d.Internal {
		if p, err := netip.ParsePrefix(network.CIDR); err == nil && p.IsSingleIP() {
			n.add(KindHost, p.Addr().String())
		}
	}
	for _, u := range d.Context.Uses {
		if u.Source != "any" {
			n.add(KindName, u.Source)
		}
		n.add(KindName, u.Destination)
		n.add(KindAccount, u.Owner)
		n.add(KindName, u.Ticket)
	}
	if ch := d.Changes; ch != nil {
		for _, list := range [][]Change{ch.Opened, ch.Grew, ch.Closed} {
			for _, x := range list {
				n.add(kindCase, x.ID)
			}
		}
	}
	n.settle()
	return n
}

func collectCase(n *names, c *Case) {
	n.add(kindCase, c.ID) // made of names, which a short search would find again
	for _, h := range c.Hosts {
		n.add(KindHost, h)
	}
	for _, a := range c.Accounts {
		n.add(KindAccount, a)
	}
	for _, dst := range c.Destinations {
		n.add(KindDestination, dst.IP)
		n.add(KindName, dst.Name)
	}
	for i := range c.Loss.Files {
		n.add(KindFile, c.Loss.Files[i].Name)
	}
	for i := range c.Findings {
		f := &c.Findings[i]
		n.add(KindHost, f.Src)
		n.add(KindDestination, f.Dst)
		n.add(KindName, f.DstName)
		for _, far := range f.FarEnds {
			n.add(KindDestination, far.IP)
			n.add(KindName, far.Name)
		}
		for _, peer := range f.Peers {
			n.add(KindHost, peer.IP)
		}
		for _, e := range f.Entities {
			n.add(e.Kind, e.Value)
		}
		for _, e := range f.Evidence {
			n.add(kindSource, e.Source)
			n.add(kindUID, e.UID)
			n.add(kindFlow, e.CommunityID)
		}
	}
	for _, x := range c.Names {
		n.add(KindName, x.Name)
	}
	for _, id := range append([]string{c.SplitFrom}, c.Was...) {
		n.add(kindCase, id)
	}
	for _, a := range c.Assets {
		n.add(KindName, a.Name)
		n.add(KindName, a.Model)
	}
	for _, j := range c.Judgements {
		n.add(KindAccount, j.By)
	}
	for _, t := range c.Loss.Touched {
		if t.Kind != KindHost {
			n.add(KindFile, t.What)
		} else {
			n.add(KindName, t.What)
		}
	}
}

// names knows the stand-ins of a document's entities.
type names struct {
	order []entity
	main  map[string]string // folded value → stand-in
	index index             // values and aliases, for searching texts
	found map[netip.Addr]string
	taken map[string]bool // folded values: no stand-in may look like an entity
	count map[string]int
}

type entity struct{ kind, value string }

func newNames() *names {
	return &names{
		main:  map[string]string{},
		found: map[netip.Addr]string{},
		taken: map[string]bool{},
		count: map[string]int{},
	}
}

// add registers an entity; what logs write for "nothing" is none.
func (n *names) add(kind, value string) {
	switch value {
	case "", "-", "*", "(empty)":
		return
	}
	key := fold(strings.TrimSuffix(value, "."))
	if n.taken[key] {
		return
	}
	n.taken[key] = true
	n.order = append(n.order, entity{kind, value})
}

// settle numbers the entities, once all are known.
func (n *names) settle() {
	for _, e := range n.order {
		n.main[fold(strings.TrimSuffix(e.value, "."))] = n.next(e.kind)
	}
	aliases := map[string]string{} // folded alias → stand-in
	for _, e := range n.order {
		stand := n.main[fold(strings.TrimSuffix(e.value, "."))]
		for _, alias := range e.aliases() {
			key := fold(alias)
			if n.main[key] != "" {
				continue
			}
			if old := aliases[key]; old != "" && old != stand {
				if !strings.Contains(old, "-name-") {
					aliases[key] = n.next(e.kind + "-name")
				}
				continue
			}
			aliases[key] = stand
		}
	}
	maps.Copy(aliases, n.main)
	n.index = newIndex(aliases)
}

// next returns a new stand-in of the kind.
func (n *names) next(kind string) string {
	for {
		n.count[kind]++
		s := kind + "-" + strconv.Itoa(n.count[kind])
		if !n.taken[s] {
			return s
		}
	}
}

// value replaces a whole value, or else the entities in a text.
func (n *names) value(s string) string {
	if stand := n.main[fold(strings.TrimSuffix(s, "."))]; stand != "" {
		return stand
	}
	return n.replace(s)
}

// aliases are the other ways in which texts write e: its value, spelled as
// Text, URLs and their readers spell it; the last part of a path and its stem;
// the first label of a host name; an account without its domain.
func (e entity) aliases() []string {
	list := []string{strings.TrimSuffix(e.value, ".")}
	switch e.kind {
	case KindFile, KindURI, kindSource:
		list = append(list, pathParts(e.value)...)
	case KindHost:
		_, err := netip.ParseAddr(e.value)
		if label, _, ok := strings.Cut(e.value, "."); ok && err != nil && !plainWords[fold(label)] {
			list = append(list, label)
		}
	case KindAccount:
		if _, user, ok := strings.Cut(e.value, `\`); ok {
			list = append(list, user)
		}
		if user, _, ok := strings.Cut(e.value, "@"); ok {
			list = append(list, user)
		}
	}
	for _, s := range list[:len(list):len(list)] {
		list = append(list, safe.Text(s), url.PathEscape(s), url.QueryEscape(s), strings.ReplaceAll(url.PathEscape(s), "%2F", "/"))
		if plain, err := url.PathUnescape(s); err == nil {
			list = append(list, plain)
		}
	}
	return list
}

// pathParts returns the path without its query, its base name, and the stems of
// the base name ("dump.tar", "dump").
func pathParts(value string) []string {
	p, _, _ := strings.Cut(value, "?")
	base := path.Base(strings.ReplaceAll(p, `\`, "/"))
	if base == "." || base == "/" {
		return nil
	}
	list := []string{p, base}
	for {
		ext := path.Ext(base)
		if ext == "" || ext == base {
			break
		}
		base = strings.TrimSuffix(base, ext)
		if len(base) >= 3 && !plainWords[fold(base)] {
			list = append(list, base)
		}
	}
	return list
}

// plainWords are stems that say nothing about anyone but stand in barium's own
// sentences, which would become unreadable without them, and the names of the
// logs themselves.
var plainWords = wordSet("ssl x509 http files smb_files ftp capture_loss kerberos ntlm notice weird software tunnel ssh rdp smtp dce_rpc smb_mapping known_hosts known_services pe ocsp ntp snmp stats account archive backup bytes case conn content data default destination dhcp dns " +
	"document event export file files finding ftp host hour http index kerberos log logs main name ntlm " +
	"output packets patient patients record records report result sent server smb smtp software source ssh " +
	"ssl syslog test theft traffic tunnel upload weird weight wire x509")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
