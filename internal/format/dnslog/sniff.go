package dnslog

import (
	"bytes"
	"strings"

	"barium/internal/event"
	"barium/internal/format"
)

// products in the order in which a sniffed source names them.
var products = []string{"BIND", "dnsmasq", "unbound", "Windows DNS"}

// Sniff recognises lines of the servers by their content; the name is not looked
// at.
func (Reader) Sniff(head []byte, _ string) format.Sniffed {
	if isWide(head) {
		head = narrow(nil, head)
	}
	if len(bytes.TrimLeft(head, "\r\n \t\xef\xbb\xbf")) == 0 {
		return format.Sniffed{Why: "empty file"}
	}
	if bytes.IndexByte(head[:min(len(head), 512)], 0) >= 0 {
		return format.Sniffed{Why: "binary data, no lines of text"}
	}
	g := glance(head)
	s := format.Sniffed{Type: g.names() + " look-ups"}
	switch {
	case g.looks == 0 && g.windows:
		s.Confidence = format.Certain // the head of a Windows log alone
	case g.ours == 0:
		return format.Sniffed{Why: "no lines of a DNS server that is known (BIND, dnsmasq, Pi-hole, unbound, Windows DNS)"}
	case g.looks > 0 && g.ours >= g.others:
		s.Confidence = format.Certain
	default:
		s.Confidence = format.Perhaps
	}
	return s
}

// look is a reading of the head of a source.
type look struct {
	*reading
	seen    map[string]bool
	ours    int  // lines of DNS servers
	others  int  // other lines
	wrapped bool // some of them stand behind syslog headers
}

func (l *look) names() string {
	var out []string
	for _, p := range products {
		if l.seen[p] {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// glance reads the head of a source, without the line that it cuts off unless
// there is no other.
func glance(head []byte) *look {
	if i := bytes.LastIndexByte(head, '\n'); i > 0 && len(bytes.TrimLeft(head[:i], "\r\n \xef\xbb\xbf")) > 0 {
		head = head[:i+1]
	}
	l := &look{reading: newReading(&lines{}, discard{}), seen: map[string]bool{}}
	l.head = head
	l.prepare()
	for line := range bytes.Lines(head) {
		line = bytes.TrimPrefix(bytes.TrimRight(line, "\r\n"), bom)
		if len(bytes.TrimLeft(line, " \t")) == 0 {
			continue
		}
		l.header.tag = nil
		reason := l.line(line)
		if l.product == "" || reason != "" {
			l.others++
			continue
		}
		l.ours++
		l.seen[l.product] = true
		l.wrapped = l.wrapped || l.header.tag != nil
	}
	return l
}

// firstTime returns, where the head of a source has times without a year, the
// first time that has one, 0 when there is none.
func firstTime(head []byte) event.Time {
	var h header
	var t event.Time
	yearless := false
	for line := range bytes.Lines(head) {
		line = bytes.TrimPrefix(line, bom)
		var m moment
		if msg := h.take(line); msg != nil {
			if m.named(msg) == 0 {
				m = h.moment
			}
		} else if m.named(line) == 0 {
			continue
		}
		switch {
		case !m.valid():
		case m.year == 0:
			yearless = true
		case t == 0:
			t = m.at(m.year)
		}
		if yearless && t > 0 {
			return t
		}
	}
	return 0
}

var _ format.Cuttable = Reader{}

// Cut lets BIND's own files be cut at every line. The other servers write question
// and answer in lines of their own, and syslog's files may hold anybody's.
func (Reader) Cut(head []byte) []byte {
	if isWide(head) {
		return nil
	}
	g := glance(head)
	if g.looks == 0 || g.wrapped || len(g.seen) != 1 || !g.seen["BIND"] {
		return nil
	}
	return []byte("\n")
}

// Header says that no line matters to those below it.
func (Reader) Header([]byte) (is, fresh bool) { return false, false }

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
