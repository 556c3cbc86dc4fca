package evaluate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Label is what is known of a host's traffic with a far end.
type Label struct {
	Host      string    // address inside
	Far       string    // address, name or registered domain; "*" for any
	From, To  time.Time // zero leaves that side open; To is not within
	Malicious bool
	Line      int // where it stands
}

const (
	mostLabels = 1_000_000
	mostCell   = 1024
)

// columns are those that a file of labels must have, in any order.
var columns = []string{"host", "destination", "from", "to", "label"}

// ReadLabels reads a CSV file with the columns host, destination, from, to and
// label. The error names the line, what is wrong and what to write.
func ReadLabels(r io.Reader) ([]Label, error) {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("empty; the first line must be: %s", strings.Join(columns, ","))
	}
	if err != nil {
		return nil, err
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	at := map[string]int{}
	for i, h := range head {
		at[strings.ToLower(strings.TrimSpace(h))] = i
	}
	for _, name := range columns {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("line 1: there is no column %s; the first line must be: %s", name, strings.Join(columns, ","))
		}
	}
	var out []Label
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err // names the line
		}
		line, _ := c.FieldPos(0)
		if len(out) == mostLabels {
			return nil, fmt.Errorf("line %d: more than %d labels; cut the file", line, mostLabels)
		}
		l, err := parse(func(name string) string { return strings.TrimSpace(rec[at[name]]) })
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		l.Line = line
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, errors.New("no label in it")
	}
	return out, nil
}

func parse(cell func(string) string) (l Label, err error) {
	for _, name := range columns {
		if len(cell(name)) > mostCell {
			return l, fmt.Errorf("%s: longer than %d bytes", name, mostCell)
		}
	}
	if l.Host, err = address(cell("host")); err != nil {
		return l, fmt.Errorf("host: %q is not an address such as 10.0.0.5", cell("host"))
	}
	l.Far = strings.ToLower(strings.TrimSuffix(cell("destination"), "."))
	if a, err := address(l.Far); err == nil {
		l.Far = a
	}
	if l.Far == "" {
		return l, errors.New("destination: empty; write an address, a name, or * for any")
	}
	if l.From, err = moment(cell("from")); err != nil {
		return l, fmt.Errorf("from: %w", err)
	}
	if l.To, err = moment(cell("to")); err != nil {
		return l, fmt.Errorf("to: %w", err)
	}
	if !l.From.IsZero() && !l.To.IsZero() && !l.From.Before(l.To) {
		return l, errors.New("from is not before to")
	}
	switch strings.ToLower(cell("label")) {
	case "malicious":
		l.Malicious = true
	case "benign":
	default:
		return l, fmt.Errorf("label: %q is neither malicious nor benign", cell("label"))
	}
	return l, nil
}

func address(s string) (string, error) {
	a, err := netip.ParseAddr(s)
	return a.Unmap().String(), err
}

func moment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time such as 2026-03-02T10:00:00Z; leave it empty for any", s)
}

// hosts returns the hosts of labels, each once.
func hosts(labels []Label) []string {
	var out []string
	for _, l := range labels {
		out = append(out, l.Host)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
