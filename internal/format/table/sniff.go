package table

import (
	"bytes"
	"context"
	"strings"

	"barium/internal/event"
	"barium/internal/format"
)

// Sniff recognises a table by the columns that a mapping needs; the name is not
// looked at.
func (r Reader) Sniff(head []byte, _ string) format.Sniffed {
	m := r.mapping
	if m == nil {
		m, _ = choose(head)
	} else if !m.fits(head) {
		m = nil
	}
	if m == nil {
		return missed(head)
	}
	kind := "CSV"
	if m.layout == layoutJSON {
		kind = "JSON"
	}
	return format.Sniffed{Confidence: format.Certain, Type: m.name + " " + m.Records() + " (" + kind + ")"}
}

// Choose returns the reader by the shipped mapping that fits the head of a source,
// and whether one does.
func (r Reader) Choose(head []byte) (Reader, bool) {
	if r.mapping != nil {
		return r, true
	}
	m, ok := choose(head)
	return Reader{m}, ok
}

// choose returns the shipped mapping that fits and knows most of the columns.
func choose(head []byte) (best *Mapping, ok bool) {
	if len(head) == 0 || binary(head) {
		return nil, false
	}
	for _, m := range Shipped() {
		if (best == nil || m.rank() > best.rank()) && m.fits(head) {
			best = m
		}
	}
	return best, best != nil
}

// rank is how much it says that a mapping fits: names of columns say more than
// cells that could be read.
func (m *Mapping) rank() int {
	if m.columns != nil {
		return 0
	}
	return len(m.recognise)
}

// binary reports bytes that are no text.
func binary(head []byte) bool {
	return bytes.IndexByte(head[:min(len(head), 4096)], 0) >= 0
}

// fits reports whether the head of a source is a table of the mapping's.
func (m *Mapping) fits(head []byte) bool {
	if m.layout == layoutCSV && m.headed {
		for line := range bytes.Lines(bytes.TrimPrefix(head, bom)) {
			line = trimLine(line)
			if len(line) == 0 || m.comment != "" && bytes.HasPrefix(line, []byte(m.comment)) {
				continue
			}
			_, why := m.headings(line)
			return why == ""
		}
		return false
	}
	if m.layout == layoutJSON {
		if b := bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n,[\x1e"); len(b) == 0 || b[0] != '{' {
			return false
		}
	}
	r := readings.Get().(*reading)
	defer r.release()
	if m.layout == layoutJSON && m.expand == nil {
		r.begin(context.Background(), m, nil)
		return r.hasKeys(head)
	}
	// What a row is made of does not stand above it: it is read on trial.
	if m.layout == layoutCSV {
		i := bytes.LastIndexByte(head, '\n')
		if i < 0 {
			i = len(head) - 1
		}
		head = head[:i+1]
	}
	var t trial
	r.in.reset(bytes.NewReader(head))
	r.begin(context.Background(), m, &t)
	_ = r.read()
	return t.good > 0 && t.bad <= t.good
}

// hasKeys reports whether one of the first objects has all the keys.
func (r *reading) hasKeys(head []byte) bool {
	const most = 20
	for range most {
		head = head[outside(head):]
		if len(head) == 0 || head[0] != '{' {
			return false
		}
		in := source{buf: head, hi: len(head), err: errEnd}
		n, _ := in.closing()
		b := head[:n]
		if n == 0 {
			b = head // cut off: what stands before that counts
		}
		_ = r.object(b)
		all := true
		for _, c := range r.m.recognise {
			all = all && r.cells[r.m.slotOf[c]] != nil
		}
		if all {
			return true
		}
		if n == 0 {
			return false
		}
		head = head[n:]
	}
	return false
}

// advice is what a user can do about a table that no mapping fits.
const advice = "run `barium map FILE`"

// missed says what a table that no mapping fits has, and what to do.
func missed(head []byte) format.Sniffed {
	g, problem := guess(head)
	if problem != "" {
		return format.Sniffed{Why: problem, Near: problem == wide}
	}
	const most = 12
	names := make([]string, 0, most)
	for i, c := range g.columns {
		if i == most {
			names = append(names, "…")
			break
		}
		if len(c.name) > 40 {
			c.name = c.name[:40] + "…"
		}
		names = append(names, c.name)
	}
	what := "a table"
	if g.layout == layoutJSON {
		what = "JSON"
	}
	if !g.headed && g.layout == layoutCSV {
		return format.Sniffed{Why: what + " of " + itoa(len(g.columns)) + " columns without a header: " + advice, Near: true}
	}
	return format.Sniffed{Why: what + " with columns " + strings.Join(names, ", ") + ": " + advice, Near: true}
}

// trial is a sink that counts.
type trial struct{ good, bad int }

var _ format.Sink = (*trial)(nil)

func (t *trial) Conn(*event.Conn)                 { t.good++ }
func (t *trial) DNS(*event.DNS)                   { t.good++ }
func (t *trial) HTTP(*event.HTTP)                 { t.good++ }
func (t *trial) SSL(*event.SSL)                   { t.good++ }
func (t *trial) X509(*event.X509)                 { t.good++ }
func (t *trial) File(*event.File)                 { t.good++ }
func (t *trial) SMBFile(*event.SMBFile)           { t.good++ }
func (t *trial) FTP(*event.FTP)                   { t.good++ }
func (t *trial) DHCP(*event.DHCP)                 { t.good++ }
func (t *trial) CaptureLoss(*event.CaptureLoss)   { t.good++ }
func (t *trial) Logon(*event.Logon)               { t.good++ }
func (t *trial) Call(*event.Call)                 { t.good++ }
func (t *trial) Mail(*event.Mail)                 { t.good++ }
func (t *trial) Tunnel(*event.Tunnel)             { t.good++ }
func (t *trial) Software(*event.Software)         { t.good++ }
func (t *trial) Note(*event.Note)                 { t.good++ }
func (t *trial) Skip(string)                      { t.good++ }
func (t *trial) Bad(int64, int64, string, []byte) { t.bad++ }
func (t *trial) Warn(string)                      {}
