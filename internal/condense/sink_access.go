package condense

import (
	"bytes"

	"barium/internal/event"
)

// This file files the records that tell who worked where, and what one machine
// asked of another.

// identity remembers that an address was called by a name, and what told of it.
func (s *Sink) identity(h *event.Head, a event.Addr, name []byte, source string) {
	if a == (event.Addr{}) || len(name) == 0 {
		return
	}
	hour := uint32(int64(h.TS) / hourMicros)
	s.set(Identity, hour, s.sensor, h.Offset, s.ids.address(a), s.ids.name(lower(name)), s.ids.name([]byte(source)))
}

// Logon files an authentication, and what the machines call themselves in it.
func (s *Sink) Logon(l *event.Logon) {
	r := s.begin(l.Log, &l.Head)
	s.pair(r, &l.Head, l.Proto)
	n := s.ids.name
	r.key[5], r.key[6], r.key[7] = n([]byte(l.Log)), n(l.Account), n(l.Domain)
	r.key[8], r.key[9], r.key[10] = n(l.Client), n(l.Server), n(l.Service)
	r.event.V = [maxValues]int64{LogonPort: int64(l.OrigPort), LogonSuccess: int64(l.Success) + 1}
	r.set = n(l.Error)
	s.put(Logon, r)
	switch l.Log {
	case "netbios":
		s.identity(&l.Head, l.Orig, l.Client, l.Log)
	case "ntlm", "rdp":
		s.identity(&l.Head, l.Orig, l.Client, l.Log)
		s.identity(&l.Head, l.Resp, l.Server, l.Log)
	case "kerberos":
		// A machine's account is its name and a dollar sign (MS-ADTS section 3.1.1.1.4 sAMAccountName).
		if name, ok := bytes.CutSuffix(accountName(l.Account), []byte("$")); ok {
			s.identity(&l.Head, l.Orig, name, l.Log)
		}
	case "radius":
		s.identity(&l.Head, l.Given, l.Account, l.Log)
	}
}

// accountName cuts the realm off a Kerberos principal.
func accountName(principal []byte) []byte {
	name, _, _ := bytes.Cut(principal, []byte("/"))
	name, _, _ = bytes.Cut(name, []byte("@"))
	return name
}

// Call files an operation that one machine asked of another.
func (s *Sink) Call(c *event.Call) {
	r := s.begin(c.Log, &c.Head)
	s.pair(r, &c.Head, c.Proto)
	n := s.ids.name
	r.key[5], r.key[6], r.key[7], r.key[8] = n([]byte(c.Log)), n(c.Object), n(c.Verb), n(c.Via)
	r.event.V = [maxValues]int64{CallPort: int64(c.OrigPort), CallCount: max(c.Count, event.Unset) + 1}
	r.set = n(c.Result)
	s.put(Call, r)
}

// Mail files a message as a transfer: account is its sender, place its receivers'
// domains. A message without attachments is one transfer, otherwise each
// attachment is one.
func (s *Sink) Mail(m *event.Mail) {
	s.begin("smtp", &m.Head)
	place := s.ids.name(domainsOf(m.To))
	n := s.ids.name
	s.identity(&m.Head, m.Orig, heloName(m.Helo), "helo")
	flags := int64(XferFromOrig)
	if m.Anonymous == event.Yes {
		flags |= XferAnonymous
	}
	if m.NamesSelf == event.Yes {
		flags |= XferNamesSelf
	}
	for i := range max(len(m.FUIDs), len(m.Filenames), 1) {
		r := s.blank(&m.Head)
		r.primary = i == 0
		s.pair(r, &m.Head, event.ProtoTCP)
		var file, id []byte
		if i < len(m.Filenames) {
			file = m.Filenames[i]
		}
		if i < len(m.FUIDs) {
			id = m.FUIDs[i]
		}
		r.key[5], r.key[6], r.key[8], r.key[9] = n([]byte("SMTP")), n(file), n(m.From), place
		r.event.V = [maxValues]int64{XferCode: int64(max(m.Code, 0)), XferFile: hash(id), XferFlags: flags, XferPort: int64(m.OrigPort)}
		if i == 0 {
			r.event.V[XferBytes] = known(m.Size)
		}
		s.put(Transfer, r)
	}
}

// heloName returns the name of a greeting (RFC 5321 section 4.1.1.1), nil where it
// is an address or no name of a machine's own.
func heloName(helo []byte) []byte {
	if len(helo) == 0 || helo[0] == '[' || bytes.EqualFold(helo, []byte("localhost")) {
		return nil
	}
	if _, ok := parseAddr(helo); ok {
		return nil
	}
	return helo
}

// domainsOf returns the domains of mail addresses, in order of their first, each
// once, with commas between them.
func domainsOf(to [][]byte) []byte {
	var out [][]byte
	for _, a := range to {
		d := lower(bytes.Trim(a[bytes.LastIndexByte(a, '@')+1:], "<> "))
		known := false
		for _, o := range out {
			known = known || bytes.Equal(o, d)
		}
		if !known && len(d) > 0 {
			out = append(out, d)
		}
	}
	return bytes.Join(out, []byte(","))
}

// Tunnel files a tunnel. A request to a SOCKS proxy is also a request for a far
// end, as those to an HTTP proxy are.
func (s *Sink) Tunnel(t *event.Tunnel) {
	r := s.begin(t.Log, &t.Head)
	s.pair(r, &t.Head, t.Proto)
	n := s.ids.name
	r.key[5], r.key[6], r.key[7], r.key[8] = n([]byte(t.Log)), n(t.Type), n(t.Action), n(t.Account)
	r.key[9], r.key[10] = n(lower(t.FarHost)), uint32(t.FarPort)
	r.event.V[0] = int64(t.OrigPort)
	s.put(Tunnel, r)
	if len(t.FarHost) == 0 || t.FarPort == 0 {
		return
	}
	r = s.blank(&t.Head)
	s.pair(r, &t.Head, t.Proto)
	r.key[5], r.key[7], r.key[8] = n(lower(t.FarHost)), n([]byte("SOCKS")), uint32(t.FarPort)
	r.event.V[ReqPort] = int64(t.OrigPort)
	s.put(Request, r)
}

// Software files a program that a machine was seen to run.
func (s *Sink) Software(w *event.Software) {
	r := s.begin("software", &w.Head)
	n := s.ids.name
	r.key[1], r.key[2], r.key[3], r.key[4] = s.ids.address(w.Orig), n(w.Type), n(w.Name), n(w.Version)
	r.event.V[0] = int64(w.OrigPort)
	s.put(Software, r)
}

// Note files what another program thought worth saying.
func (s *Sink) Note(e *event.Note) {
	r := s.begin(e.Log, &e.Head)
	s.pair(r, &e.Head, e.Proto)
	n := s.ids.name
	r.key[5], r.key[6], r.key[7] = n([]byte(e.Log)), n(e.Name), n(e.Message)
	r.event.V = [maxValues]int64{NotePort: int64(e.OrigPort), NoteSeverity: int64(max(e.Severity, 0)), NoteFile: hash(e.FUID)}
	s.put(Note, r)
}
