package table

import (
	"fmt"
	"strings"

	"barium/internal/event"
)

// Suffix is how the file of a mapping ends that lies beside the logs.
const Suffix = ".barium.yaml"

// layout is what a table is written in.
type layout uint8

const (
	layoutCSV layout = iota
	layoutJSON
)

// quoting says what quotation marks mean in a CSV table.
type quoting uint8

const (
	quoteMultiline quoting = iota // RFC 4180: a quoted cell may hold line feeds
	quoteLine                     // a record ends with its line, whatever the quotes
	quoteNone                     // a quotation mark is a character
)

// Mapping says how the rows of a table become records. It is not changed after it
// was parsed.
type Mapping struct {
	name, about string
	text        string
	layout      layout
	comma       byte
	blanks      bool // several separators in a row count as one
	quote       quoting
	comment     string
	headed      bool     // the first line names the columns
	columns     []string // the names, where no line does
	short       bool     // rows may lack columns at their end
	expand      []string // path to the rows inside JSON documents
	inside      []string // keys of a text that holds the record as JSON
	below       string   // keys that may stand above all others, with a point
	recognise   []string // columns that must be there
	empty       []string // words for nothing
	logs        []log
	slots       []string       // the columns that are looked at
	slotOf      map[string]int // their places
}

// Name is the mapping's name, for people.
func (m *Mapping) Name() string { return m.name }

// About says what the mapping reads, for people.
func (m *Mapping) About() string { return m.about }

// Text is the YAML that the mapping was parsed from: Parse makes the same of it.
func (m *Mapping) Text() string { return m.text }

// Records names the types of records that the mapping makes.
func (m *Mapping) Records() string {
	var out []string
	seen := map[string]bool{}
	for i := range m.logs {
		if name := m.logs[i].kind.name; !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}

// log is how one type of record is made.
type log struct {
	kind   kind
	accept []clause // any of which must hold; none: always
	skip   []clause // none of which may hold
	swap   []clause // originator and responder stand the other way round
	oneWay bool
	link   int64 // bytes of each packet that are counted and lie below IP
	fields []assign
	needs  []need
	sized  bool // payload is mapped, not to be worked out
}

// need is a field without which a record is bad.
type need struct {
	field string
	at    func(*target) any
}

// clause holds when all of its tests do.
type clause []test

// test holds when a cell is one of some words, "*" being any word and "" none.
// A word that ends in * stands for all that begin so.
type test struct {
	slot  int
	words []string
}

// assign fills one field.
type assign struct {
	field    field
	slots    []int // the first that is not empty
	constant []byte
	words    map[string]string // what a cell's word stands for; "*": any other
	clocks   []*clock          // formats of a time, the first that fits
	unit     unit
	minus    int  // slot of a number to take away, or −1
	thousand byte // stands between groups of three digits, or 0
	split    string
	empty    []string
	line     int
}

func (m *Mapping) slot(column string) int {
	if i, ok := m.slotOf[column]; ok {
		return i
	}
	i := len(m.slots)
	m.slots = append(m.slots, column)
	m.slotOf[column] = i
	return i
}

// holds reports whether any clause does.
func holds(clauses []clause, cells [][]byte) bool {
	for _, c := range clauses {
		all := true
		for i := range c {
			if !c[i].holds(cells[c[i].slot]) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return false
}

func (t *test) holds(cell []byte) bool {
	for _, w := range t.words {
		if n := len(w) - 1; n >= 0 && w[n] == '*' {
			if len(cell) > 0 && len(cell) >= n && string(cell[:n]) == w[:n] {
				return true
			}
		} else if string(cell) == w {
			return true
		}
	}
	return false
}

// checkWords asserts that what words stand for can be read by the field.
func (a *assign) checkWords() error {
	for w, to := range a.words {
		if to == "" {
			continue
		}
		if why := a.check([]byte(to)); why != "" {
			return fmt.Errorf("%q, for the word %q, %s", to, w, why)
		}
	}
	if a.constant != nil && a.words == nil {
		if why := a.check(a.constant); why != "" {
			return fmt.Errorf("the constant %q %s", a.constant, why)
		}
	}
	return nil
}

// check says why a text of the mapping cannot be read by the field.
func (a *assign) check(b []byte) (why string) {
	var known addresses
	switch a.field.use {
	case asAddr:
		if _, ok := known.addr(b); !ok {
			why = "is not an IP address"
		}
	case asPort, asCount, asDuration:
		_, why = whole(b, 1<<62)
	case asCode:
		_, why = code(b, nil)
	case asQType:
		_, why = code(b, qtypes)
	case asRCode:
		_, why = code(b, rcodes)
	case asProto:
		_, why = protocol(b)
	case asState:
		if event.ParseConnState(b) == event.StateUnknown {
			why = "is none of Zeek's conn_state (S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH)"
		}
	case asTri, asBool:
		if truth(b) == event.Maybe {
			why = "is neither true nor false"
		}
	}
	return why
}
