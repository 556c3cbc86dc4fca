package proxy

import (
	"bytes"
	"slices"
	"strings"

	"barium/internal/event"
	"barium/internal/format"
)

// seen is what sniffing counts.
type seen struct {
	names []string
	lines int // of products
	last  bool
}

func (s *seen) add(name string) {
	const most = 8
	s.last = true
	if slices.Contains(s.names, name) {
		return
	}
	switch {
	case len(s.names) < most:
		s.names = append(s.names, name)
	case len(s.names) == most:
		s.names = append(s.names, "…")
	}
}

// Sniff recognises lines of the products by their content; the name is not
// looked at.
func (Reader) Sniff(head []byte, _ string) format.Sniffed {
	if len(bytes.TrimLeft(head, "\r\n \t\xef\xbb\xbf")) == 0 {
		return format.Sniffed{Why: "empty file"}
	}
	if bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
		return format.Sniffed{Why: "binary data or UTF-16, no lines of text"}
	}
	g := glance(head)
	good, all := g.seen.lines, g.seen.lines+g.others
	s := format.Sniffed{Type: strings.Join(g.seen.names, ", ")}
	switch {
	case good == 0 && len(g.seen.names) > 0 && g.others == 0:
		s.Confidence = format.Certain // header lines alone
	case good == 0:
		return format.Sniffed{Why: "no lines of a web proxy or firewall that is known (Squid, W3C extended, Zscaler, Palo Alto, FortiGate, Check Point, Cisco ASA, CEF, LEEF)"}
	case good*2 >= all:
		s.Confidence = format.Certain
	default:
		s.Confidence = format.Perhaps
	}
	return s
}

// look is a reading of the head of a source.
type look struct {
	*reading
	seen   *seen
	others int // lines of nothing known
}

// glance reads the head of a source, without the line that it cuts off unless
// there is no other.
func glance(head []byte) look {
	if i := bytes.LastIndexByte(head, '\n'); i > 0 && len(bytes.TrimLeft(head[:i], "\r\n \xef\xbb\xbf")) > 0 {
		head = head[:i+1]
	}
	l := look{seen: &seen{}}
	l.reading = newReading(&lines{}, discard{})
	l.reading.seen = l.seen
	for line := range bytes.Lines(head) {
		line = bytes.TrimPrefix(bytes.TrimRight(line, "\r\n"), bom)
		if len(bytes.TrimLeft(line, " \t")) == 0 {
			continue
		}
		l.seen.last = false
		reason := l.line(line)
		switch {
		case line[0] == '#' && l.seen.last:
		case line[0] == '#' && isW3C(line):
		case (l.seen.last || l.table.usable) && reason == "":
			l.seen.lines++
		default:
			l.others++
		}
	}
	return l
}

// firstTime returns the first time in the head of a source that is written with
// its year, 0 when there is none.
func firstTime(head []byte) event.Time {
	r := newReading(&lines{}, discard{})
	r.clock.strict = true
	for line := range bytes.Lines(head) {
		line = bytes.TrimPrefix(bytes.TrimRight(line, "\r\n"), bom)
		if len(bytes.TrimLeft(line, " \t")) == 0 {
			continue
		}
		r.line(line)
		if r.clock.last != 0 {
			return r.clock.last
		}
	}
	return 0
}

var _ format.Cuttable = Reader{}

// Cut lets a source be cut at every line. Where times have no year, or a W3C
// header stands behind a syslog header, a line needs those above it.
func (Reader) Cut(head []byte) []byte {
	g := glance(head)
	if g.clock.yearless || g.table.wrapped {
		return nil
	}
	return []byte("\n")
}

// Header reports the directives of a W3C extended log; #Software begins a new one.
func (Reader) Header(line []byte) (is, fresh bool) {
	line = bytes.TrimPrefix(line, bom)
	return isW3C(line), starts(line, "#Software:")
}

// discard is a sink that drops everything.
type discard struct{}

var _ format.Sink = discard{}

func (discard) Conn(*event.Conn)                 {}
func (discard) DNS(*event.DNS)                   {}
func (discard) HTTP(*event.HTTP)                 {}
func (discard) SSL(*event.SSL)                   {}
func (discard) X509(*event.X509)                 {}
func (discard) File(*event.File)                 {}
func (discard) SMBFile(*event.SMBFile)           {}
func (discard) FTP(*event.FTP)                   {}
func (discard) DHCP(*event.DHCP)                 {}
func (discard) CaptureLoss(*event.CaptureLoss)   {}
func (discard) Logon(*event.Logon)               {}
func (discard) Call(*event.Call)                 {}
func (discard) Mail(*event.Mail)                 {}
func (discard) Tunnel(*event.Tunnel)             {}
func (discard) Software(*event.Software)         {}
func (discard) Note(*event.Note)                 {}
func (discard) Skip(string)                      {}
func (discard) Bad(int64, int64, string, []byte) {}
func (discard) Warn(string)                      {}
