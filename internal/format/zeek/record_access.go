package zeek

import (
	"bytes"

	"barium/internal/event"
	"barium/internal/format"
)

// logs names the logs that share a record type, and the transport that each uses;
// none where both are possible and the log does not say which.
var logs = map[kind]struct {
	name  string
	proto event.Proto
}{
	kindSMBMapping: {"smb_mapping", event.ProtoTCP},
	kindDCERPC:     {"dce_rpc", event.ProtoTCP},
	kindLDAPSearch: {"ldap_search", event.ProtoTCP},
	kindSNMP:       {"snmp", event.ProtoUDP},
	kindKerberos:   {"kerberos", event.ProtoUnknown},
	kindNTLM:       {"ntlm", event.ProtoTCP},
	kindRDP:        {"rdp", event.ProtoTCP},
	kindSSH:        {"ssh", event.ProtoTCP},
	kindRADIUS:     {"radius", event.ProtoUDP},
	kindLDAP:       {"ldap", event.ProtoTCP},
	kindRFB:        {"rfb", event.ProtoTCP},
	kindTunnel:     {"tunnel", event.ProtoUnknown},
	kindSOCKS:      {"socks", event.ProtoTCP},
	kindNotice:     {"notice", event.ProtoUnknown},
	kindWeird:      {"weird", event.ProtoUnknown},
	kindDPD:        {"dpd", event.ProtoUnknown},
	kindAnalyzer:   {"analyzer", event.ProtoUnknown},
	kindReporter:   {"reporter", event.ProtoUnknown},
	kindPE:         {"pe", event.ProtoUnknown},
}

// beginAccess makes an empty record of type k the current one.
func (p *parser) beginAccess(k kind) {
	log := logs[k]
	switch k {
	case kindKerberos, kindNTLM, kindRDP, kindSSH, kindRADIUS, kindLDAP, kindRFB:
		p.logon = event.Logon{Log: log.name, Proto: log.proto}
		p.head = &p.logon.Head
	case kindDCERPC, kindSMBMapping, kindLDAPSearch, kindSNMP:
		p.call = event.Call{Log: log.name, Proto: log.proto, Count: event.Unset}
		p.head = &p.call.Head
	case kindSMTP:
		p.mail = event.Mail{Size: event.Unset, Code: event.Unset, To: p.mail.To[:0], FUIDs: p.mail.FUIDs[:0]}
		p.head = &p.mail.Head
	case kindTunnel, kindSOCKS:
		p.tunnel = event.Tunnel{Log: log.name, Proto: log.proto}
		p.head = &p.tunnel.Head
	case kindQUIC:
		p.ssl = event.SSL{}
		p.head = &p.ssl.Head
	case kindSoftware:
		p.software = event.Software{}
		p.head = &p.software.Head
	default:
		p.note = event.Note{Log: log.name, Proto: log.proto, Severity: event.Unset}
		p.head = &p.note.Head
	}
}

// endAccess hands the current record to the sink.
func (p *parser) endAccess(s format.Sink) {
	switch p.kind {
	case kindKerberos, kindNTLM, kindRDP, kindSSH, kindRADIUS, kindLDAP, kindRFB:
		p.endLogon()
		s.Logon(&p.logon)
	case kindDCERPC, kindSMBMapping, kindLDAPSearch, kindSNMP:
		s.Call(&p.call)
	case kindSMTP:
		s.Mail(&p.mail)
	case kindTunnel, kindSOCKS:
		p.endTunnel()
		s.Tunnel(&p.tunnel)
	case kindQUIC:
		p.endQUIC()
		s.SSL(&p.ssl)
	case kindSoftware:
		s.Software(&p.software)
	default:
		p.endNote()
		s.Note(&p.note)
	}
}

// endNote cuts the bytes of the connection off what Zeek says of them: they are
// whatever was sent, and differ each time.
func (p *parser) endNote() {
	if p.kind == kindAnalyzer || p.kind == kindDPD {
		p.note.Message, _, _ = bytes.Cut(p.note.Message, []byte{'\n'})
		p.note.Message = p.note.Message[:len(p.note.Message):len(p.note.Message)]
	}
}

// endLogon takes a Kerberos principal, name/REALM as Zeek writes it, apart.
func (p *parser) endLogon() {
	l := &p.logon
	if p.kind != kindKerberos {
		return
	}
	if i := bytes.LastIndexByte(l.Account, '/'); i >= 0 {
		l.Account, l.Domain = l.Account[:i], l.Account[i+1:]
	}
}

// endTunnel names the version of SOCKS.
func (p *parser) endTunnel() {
	t := &p.tunnel
	if p.kind == kindSOCKS && len(t.Type) > 0 {
		n := len(p.arena)
		p.arena = append(append(p.arena, "SOCKS"...), t.Type...)
		t.Type = p.arena[n:len(p.arena):len(p.arena)]
	}
}

// endQUIC says that the version is QUIC's: a TLS session by it is over UDP (RFC
// 9001), and Zeek logs the packets of both sides.
func (p *parser) endQUIC() {
	e := &p.ssl
	n := len(p.arena)
	p.arena = append(append(p.arena, "QUIC "...), e.Version...)
	e.Version = p.arena[n:len(p.arena):len(p.arena)]
}
