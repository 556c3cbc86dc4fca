package hunt

import (
	"net/netip"

	"barium/internal/condense"
	"barium/internal/condense/psl"
	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/report"
)

// scope says which records belong to one finding. Records between the host and
// one of the ends or peers belong to it directly; from these it learns by which other
// marks the rest is known: ids of connections, files and certificates.
type scope struct {
	host        event.Addr
	first, last event.Time
	proto       string // of the transport, empty for any
	ends        map[socket]bool
	doors       map[socket]bool // the same with the host's own port
	names       map[asked]bool  // behind a proxy
	domain      string          // of look-ups; empty for a finding about connections
	marks       marks
}

// socket is an end of a connection; port 0 is any.
type socket struct {
	addr event.Addr
	port uint16
}

// asked is what a client asks a proxy for; port 0 is any.
type asked struct {
	name string
	port uint16
}

// marks are ids that lead from one log to another.
type marks struct {
	conns set // of connections with the far end
	ways  set // of connections to a proxy over which the far end was asked for
	files set
	certs set
}

type set map[string]struct{}

func (s set) has(id []byte) bool {
	_, ok := s[string(id)]
	return ok && len(id) > 0
}

func (s *set) add(ids ...[]byte) {
	for _, id := range ids {
		if len(id) == 0 || s.has(id) {
			continue
		}
		if *s == nil {
			*s = set{}
		}
		(*s)[string(id)] = struct{}{}
	}
}

func (m *marks) join(o *marks) {
	for _, pair := range [][2]*set{{&m.conns, &o.conns}, {&m.ways, &o.ways}, {&m.files, &o.files}, {&m.certs, &o.certs}} {
		for id := range *pair[1] {
			pair[0].add([]byte(id))
		}
	}
}

// clocks is how far, in microseconds, the times of one connection may lie apart
// in two logs.
const clocks = 1_000_000

// newScope makes a scope of a finding as a document describes it.
func newScope(f *report.Finding) *scope {
	s := &scope{
		first: event.Time(f.First.UnixMicro()) - clocks, last: event.Time(f.Last.UnixMicro()) + clocks,
		proto: f.Proto, ends: map[socket]bool{}, doors: map[socket]bool{}, names: map[asked]bool{},
	}
	if a, err := netip.ParseAddr(f.Src); err == nil {
		s.host = event.AddrFrom(a)
	}
	for _, p := range f.Peers {
		if a, err := netip.ParseAddr(p.IP); err == nil {
			at := socket{event.AddrFrom(a), uint16(p.Port)}
			s.ends[at], s.doors[at] = true, true
		}
	}
	for _, far := range f.FarEnds {
		if f.Records == report.RecordsLookups {
			s.domain = far.Name
			continue
		}
		if a, err := netip.ParseAddr(far.IP); err == nil {
			s.ends[socket{event.AddrFrom(a), uint16(far.Port)}] = true
			s.names[asked{a.Unmap().String(), uint16(far.Port)}] = true
		}
		if far.Name != "" {
			s.names[asked{far.Name, uint16(far.Port)}] = true
		}
	}
	return s
}

func (s *scope) within(t event.Time) bool { return t >= s.first && t <= s.last }

// between tells whether a connection is one of the host with a far end, whoever
// the log says opened it: the sensor may have joined in the middle.
func (s *scope) between(h *event.Head, p event.Proto) bool {
	far, own := socket{h.Resp, h.RespPort}, h.OrigPort
	if h.Orig != s.host {
		if h.Resp != s.host {
			return false
		}
		far, own = socket{h.Orig, h.OrigPort}, h.RespPort
	}
	if s.proto != "" && s.proto != p.String() {
		return false
	}
	return s.ends[far] || s.ends[socket{far.addr, 0}] || s.doors[socket{far.addr, own}]
}

// through tells whether the host asked a proxy for a far end.
func (s *scope) through(h *event.Head, name []byte, port uint16) bool {
	if h.Orig != s.host {
		return false
	}
	text := string(name)
	if a, err := netip.ParseAddr(text); err == nil {
		text = a.Unmap().String()
	}
	return s.names[asked{text, port}] || s.names[asked{text, 0}]
}

// hit is one record that belongs to a finding.
type hit struct {
	offset int64
	scope  int
}

// matcher is a format.Sink that notes which records belong to scopes. On the
// first pass over the sources it learns marks; on the second, with the marks of
// all sources in the scopes, it notes hits.
type matcher struct {
	scopes []*scope
	byHost map[event.Addr][]int
	learn  []marks // by scope; nil on the second pass
	hits   []hit
}

var _ format.Sink = (*matcher)(nil)

func newMatcher(scopes []*scope, first bool) *matcher {
	m := &matcher{scopes: scopes, byHost: map[event.Addr][]int{}}
	for i, s := range scopes {
		m.byHost[s.host] = append(m.byHost[s.host], i)
	}
	if first {
		m.learn = make([]marks, len(scopes))
	}
	return m
}

// about returns the scopes whose host is an end of a record.
func (m *matcher) about(h *event.Head) []int {
	a, b := m.byHost[h.Orig], m.byHost[h.Resp]
	switch {
	case len(b) == 0 || h.Orig == h.Resp:
		return a
	case len(a) == 0:
		return b
	}
	return append(append(make([]int, 0, len(a)+len(b)), a...), b...)
}

// note takes one record in: on the first pass it calls teach when the record
// belongs to the scope directly, on the second it notes a hit also when a mark
// led to it.
func (m *matcher) note(i int, h *event.Head, direct, marked bool, teach func(*marks)) {
	switch {
	case m.learn == nil:
		if direct || marked {
			m.hits = append(m.hits, hit{h.Offset, i})
		}
	case direct && teach != nil:
		teach(&m.learn[i])
	}
}

// plain takes in a record that says nothing of files, certificates and proxies.
func (m *matcher) plain(h *event.Head, p event.Proto) {
	for _, i := range m.about(h) {
		s := m.scopes[i]
		m.note(i, h, s.within(h.TS) && s.between(h, p), s.marks.conns.has(h.UID), func(l *marks) { l.conns.add(h.UID) })
	}
}

// Conn implements format.Sink.
func (m *matcher) Conn(c *event.Conn) {
	h := &c.Head
	for _, i := range m.about(h) {
		s := m.scopes[i]
		m.note(i, h, s.within(h.TS) && s.between(h, c.Proto), s.marks.conns.has(h.UID) || s.marks.ways.has(h.UID),
			func(l *marks) { l.conns.add(h.UID) })
	}
}

// DNS implements format.Sink.
func (m *matcher) DNS(d *event.DNS) {
	h := &d.Head
	for _, i := range m.about(h) {
		s := m.scopes[i]
		if s.domain == "" {
			m.note(i, h, s.within(h.TS) && s.between(h, d.Proto), s.marks.conns.has(h.UID), func(l *marks) { l.conns.add(h.UID) })
			continue
		}
		asks := h.Orig == s.host && s.within(h.TS) &&
			condense.NameText([]byte(psl.Domain(string(d.Query)))) == s.domain
		m.note(i, h, asks, false, nil)
	}
}

// HTTP implements format.Sink. A connection to a proxy may carry requests for
// many far ends, so there each request has to ask for one of the scope's.
func (m *matcher) HTTP(r *event.HTTP) {
	h := &r.Head
	name, port := condense.FarEnd(r)
	for _, i := range m.about(h) {
		s := m.scopes[i]
		through := port > 0 && s.within(h.TS) && s.through(h, name, port)
		direct := s.within(h.TS) && s.between(h, event.ProtoTCP)
		m.note(i, h, direct || through, s.marks.conns.has(h.UID), func(l *marks) {
			l.files.add(r.OrigFUIDs...)
			l.files.add(r.RespFUIDs...)
			if direct {
				l.conns.add(h.UID)
			} else {
				l.ways.add(h.UID)
			}
		})
	}
}

// SSL implements format.Sink.
func (m *matcher) SSL(r *event.SSL) {
	h := &r.Head
	proto := condense.SessionProto(r)
	for _, i := range m.about(h) {
		s := m.scopes[i]
		m.note(i, h, s.within(h.TS) && s.between(h, proto), s.marks.conns.has(h.UID) || s.marks.ways.has(h.UID), func(l *marks) {
			l.conns.add(h.UID)
			l.certs.add(r.CertID, r.ClientCertID)
		})
	}
}

// X509 implements format.Sink. A certificate is logged once for many
// connections, so its time says nothing.
func (m *matcher) X509(x *event.X509) {
	for i, s := range m.scopes {
		m.note(i, &x.Head, false, s.marks.certs.has(x.ID), nil)
	}
}

// File implements format.Sink. Where the log gives no connection, it gives no
// port.
func (m *matcher) File(f *event.File) {
	h := f.Head
	if h.Orig == (event.Addr{}) {
		h.Orig, h.Resp = f.TX, f.RX
	}
	for _, i := range m.about(&h) {
		s := m.scopes[i]
		m.note(i, &h, s.within(h.TS) && s.between(&h, event.ProtoTCP), s.marks.conns.has(h.UID) || s.marks.files.has(f.FUID), nil)
	}
}

// FTP implements format.Sink.
func (m *matcher) FTP(r *event.FTP) {
	h := &r.Head
	for _, i := range m.about(h) {
		s := m.scopes[i]
		m.note(i, h, s.within(h.TS) && s.between(h, event.ProtoTCP), s.marks.conns.has(h.UID), func(l *marks) {
			l.conns.add(h.UID)
			l.files.add(r.FUID)
		})
	}
}

// SMBFile implements format.Sink.
func (m *matcher) SMBFile(r *event.SMBFile) { m.plain(&r.Head, event.ProtoTCP) }

// DHCP implements format.Sink: leases belong to no finding.
func (*matcher) DHCP(*event.DHCP) {}

// CaptureLoss implements format.Sink.
func (*matcher) CaptureLoss(*event.CaptureLoss) {}

// Logon implements format.Sink.
func (m *matcher) Logon(r *event.Logon) { m.plain(&r.Head, r.Proto) }

// Call implements format.Sink.
func (m *matcher) Call(r *event.Call) { m.plain(&r.Head, r.Proto) }

// Tunnel implements format.Sink.
func (m *matcher) Tunnel(r *event.Tunnel) { m.plain(&r.Head, r.Proto) }

// Note implements format.Sink.
func (m *matcher) Note(r *event.Note) { m.plain(&r.Head, r.Proto) }

// Mail implements format.Sink.
func (m *matcher) Mail(r *event.Mail) {
	h := &r.Head
	for _, i := range m.about(h) {
		s := m.scopes[i]
		m.note(i, h, s.within(h.TS) && s.between(h, event.ProtoTCP), s.marks.conns.has(h.UID), func(l *marks) {
			l.conns.add(h.UID)
			l.files.add(r.FUIDs...)
		})
	}
}

// Software implements format.Sink: what a machine runs belongs to no finding.
func (*matcher) Software(*event.Software) {}

// Skip implements format.Sink.
func (*matcher) Skip(string) {}

// Bad implements format.Sink.
func (*matcher) Bad(int64, int64, string, []byte) {}

// Warn implements format.Sink.
func (*matcher) Warn(string) {}
