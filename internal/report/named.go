package report

import (
	"reflect"
	"slices"
	"strings"
)

// namedFields are the texts in which people look for machines by name.
var namedFields = map[string]bool{
	"Case.Hosts":     true,
	"Case.Summary":   true,
	"Event.Text":     true,
	"Check.Where":    true,
	"Check.Text":     true,
	"Finding.Src":    true,
	"Finding.Reason": true,
	"Touched.How":    true,
}

// mostNamed is how many bytes of a text are looked through: no drawing shows more.
const mostNamed = 8 << 10

// mostNamesShown is how many names of one address a text shows.
const mostNamesShown = 2

// Named returns the case as people like to read it: in its texts the addresses
// that have a name stand behind it, "nurse-station-12 (10.0.4.7)". Without names
// it is the case itself.
func (c *Case) Named() *Case {
	if len(c.Names) == 0 {
		return c
	}
	called := map[string][]string{}
	for _, n := range c.Names {
		if n.IP != "" && n.Name != "" && !slices.Contains(called[n.IP], n.Name) {
			called[n.IP] = append(called[n.IP], n.Name)
		}
	}
	stands := map[string]string{}
	for ip, names := range called {
		text := strings.Join(names[:min(len(names), mostNamesShown)], " or ")
		if len(names) > mostNamesShown {
			text += " …"
		}
		stands[fold(ip)] = text + " (" + ip + ")"
	}
	n := names{index: newIndex(stands)}
	w := rewriter{text: func(field, s string) string {
		if !namedFields[field] || !mentions(s, called) {
			return s
		}
		end := min(len(s), mostNamed)
		return n.replace(s[:end]) + s[end:]
	}}
	out := new(Case)
	w.value(reflect.ValueOf(out).Elem(), reflect.ValueOf(c).Elem(), "")
	return out
}

// mentions says whether any of the addresses may stand in s: most texts hold none,
// and looking for them is quicker than replacing them.
func mentions(s string, called map[string][]string) bool {
	for ip := range called {
		if strings.Contains(s, ip) {
			return true
		}
	}
	return false
}
