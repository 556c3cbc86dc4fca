package zeek

import (
	"strings"

	"barium/internal/event"
	"barium/internal/format"
)

// have is what a record has been seen to give.
type have uint16

const (
	haveTS have = 1 << iota
	haveOrig
	haveResp
	haveFPS
	haveClientFPS
	haveFingerprint
	haveHostName
	haveClient
	haveServer
	haveFarName
)

// parser holds the record that is being read. Its slices point into the line or
// into arena, and are good until the next record begins.
type parser struct {
	// Set from the TSV header.
	setSep, unset, empty []byte

	head  *event.Head
	kind  kind
	have  have
	rank  uint8 // of the field that gave Head.Sensor; lower is better
	why   string
	where string // field that is wrong
	wrong []byte // its value

	arena   []byte
	scratch [][]byte

	conn event.Conn
	dns  event.DNS
	http event.HTTP
	ssl  event.SSL
	x509 event.X509
	file event.File
	smb  event.SMBFile
	ftp  event.FTP
	dhcp event.DHCP
	loss event.CaptureLoss

	logon    event.Logon
	call     event.Call
	mail     event.Mail
	tunnel   event.Tunnel
	software event.Software
	note     event.Note
}

// begin makes an empty record of type k the current one.
func (p *parser) begin(k kind, offset int64) {
	p.kind, p.have, p.rank = k, 0, noSensor
	p.why, p.where, p.wrong = "", "", nil
	p.arena = p.arena[:0]
	switch k {
	case kindConn:
		p.conn = event.Conn{
			Duration: event.Unset, OrigBytes: event.Unset, RespBytes: event.Unset, MissedBytes: event.Unset,
			OrigPkts: event.Unset, OrigIPBytes: event.Unset, RespPkts: event.Unset, RespIPBytes: event.Unset,
		}
		p.head = &p.conn.Head
	case kindDNS:
		p.dns = event.DNS{QType: event.Unset, RCode: event.Unset, Answers: p.dns.Answers[:0]}
		p.head = &p.dns.Head
	case kindHTTP:
		h := &p.http
		*h = event.HTTP{
			Depth: event.Unset, ReqLen: event.Unset, RespLen: event.Unset, Status: event.Unset,
			OrigFUIDs: h.OrigFUIDs[:0], OrigFilenames: h.OrigFilenames[:0], OrigMIME: h.OrigMIME[:0],
			RespFUIDs: h.RespFUIDs[:0], RespMIME: h.RespMIME[:0],
		}
		p.head = &h.Head
	case kindSSL:
		p.ssl = event.SSL{}
		p.head = &p.ssl.Head
	case kindX509:
		p.x509 = event.X509{
			NotBefore: event.Unset, NotAfter: event.Unset, KeyLength: event.Unset, SANDNS: p.x509.SANDNS[:0],
		}
		p.head = &p.x509.Head
	case kindFile:
		p.file = event.File{Seen: event.Unset, Total: event.Unset, Missing: event.Unset}
		p.head = &p.file.Head
	case kindSMBFile:
		p.smb = event.SMBFile{Size: event.Unset}
		p.head = &p.smb.Head
	case kindFTP:
		p.ftp = event.FTP{FileSize: event.Unset, ReplyCode: event.Unset, DataPort: event.Unset}
		p.head = &p.ftp.Head
	case kindDHCP:
		p.dhcp = event.DHCP{Lease: event.Unset}
		p.head = &p.dhcp.Head
	case kindCaptureLoss:
		p.loss = event.CaptureLoss{Delta: event.Unset, Gaps: event.Unset, Acks: event.Unset}
		p.head = &p.loss.Head
	default:
		p.beginAccess(k)
	}
	p.head.Offset = offset
}

// end hands the current record to the sink, or returns why it is bad.
func (p *parser) end(s format.Sink) (reason string) {
	if p.why != "" {
		return p.reason()
	}
	if p.have&haveTS == 0 {
		return "field ts is missing"
	}
	switch p.kind {
	case kindConn:
		if p.have&haveOrig == 0 {
			return "field id.orig_h is missing"
		}
		if p.have&haveResp == 0 {
			return "field id.resp_h is missing"
		}
		s.Conn(&p.conn)
	case kindDNS:
		s.DNS(&p.dns)
	case kindHTTP:
		s.HTTP(&p.http)
	case kindSSL:
		s.SSL(&p.ssl)
	case kindX509:
		s.X509(&p.x509)
	case kindFile:
		p.endFile()
		s.File(&p.file)
	case kindSMBFile:
		s.SMBFile(&p.smb)
	case kindFTP:
		s.FTP(&p.ftp)
	case kindDHCP:
		p.endDHCP()
		s.DHCP(&p.dhcp)
	case kindCaptureLoss:
		s.CaptureLoss(&p.loss)
	default:
		p.endAccess(s)
	}
	return ""
}

// endFile derives sender and receiver where the log gives the connection
// instead (Zeek 5.1 and later).
func (p *parser) endFile() {
	f := &p.file
	if f.TX != (event.Addr{}) || f.RX != (event.Addr{}) {
		return
	}
	switch f.IsOrig {
	case event.Yes:
		f.TX, f.RX = f.Orig, f.Resp
	case event.No:
		f.TX, f.RX = f.Resp, f.Orig
	}
}

// endDHCP takes the client's address from the connection in logs before Zeek
// 2.6, unless a relay or a client without an address sent the packet.
func (p *parser) endDHCP() {
	d := &p.dhcp
	const clientPort = 68
	none := event.Addr{10: 0xff, 11: 0xff}
	if p.have&haveClient == 0 && d.OrigPort == clientPort && d.Orig != none {
		d.Client = d.Orig
	}
}

// reason says which field is wrong and how: "field id.orig_p: 70000 is not a port".
func (p *parser) reason() string {
	const most = 32
	var b strings.Builder
	b.WriteString("field ")
	b.WriteString(p.where)
	b.WriteString(": ")
	b.Write(p.wrong[:min(len(p.wrong), most)])
	if len(p.wrong) > most {
		b.WriteString("…")
	}
	b.WriteByte(' ')
	b.WriteString(p.why)
	return b.String()
}
