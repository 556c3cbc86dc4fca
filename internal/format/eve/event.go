package eve

import (
	"github.com/valyala/fastjson"

	"barium/internal/event"
	"barium/internal/format"
)

// current is the event that is being read. Its slices point into the parser's
// copy of the line or into arena, and are good until the next event begins.
type current struct {
	sink   format.Sink
	json   fastjson.Parser
	visit  func(key []byte, v *fastjson.Value) // field, made once
	shared shared
	offset int64 // of the line
	at     int64 // of the event
	ts     event.Time
	proto  event.Proto
	arena  []byte
	addrs  map[string]event.Addr

	where, why string // what is wrong
	wrong      []byte // the value that is

	history [16]byte
	conn    event.Conn
	dns     event.DNS
	http    event.HTTP
	file    event.File
	mail    event.Mail
	x509    event.X509
	logon   event.Logon
	call    event.Call
	ssl     event.SSL
	smb     event.SMBFile
	ftp     event.FTP
	dhcp    event.DHCP
	loss    event.CaptureLoss
	note    event.Note
}

// shared holds the top level fields that many types of events have. Where a key
// stands twice, the first counts.
type shared struct {
	timestamp, eventType                *fastjson.Value
	flowID, inIface, host, vlan         *fastjson.Value
	srcIP, srcPort, destIP, destPort    *fastjson.Value
	proto, appProto, direction, txID    *fastjson.Value
	icmpType, icmpCode, xff             *fastjson.Value
	flow, tcp, dns, http, fileinfo, tls *fastjson.Value
	object                              *fastjson.Object // the whole event
}

// field takes one field of the top level.
func (c *current) field(key []byte, v *fastjson.Value) {
	s := &c.shared
	var p **fastjson.Value
	switch string(key) {
	case "timestamp":
		p = &s.timestamp
	case "event_type":
		p = &s.eventType
	case "flow_id":
		p = &s.flowID
	case "in_iface":
		p = &s.inIface
	case "host":
		p = &s.host
	case "vlan":
		p = &s.vlan
	case "src_ip":
		p = &s.srcIP
	case "src_port":
		p = &s.srcPort
	case "dest_ip":
		p = &s.destIP
	case "dest_port":
		p = &s.destPort
	case "proto":
		p = &s.proto
	case "app_proto":
		p = &s.appProto
	case "direction":
		p = &s.direction
	case "tx_id":
		p = &s.txID
	case "icmp_type":
		p = &s.icmpType
	case "icmp_code":
		p = &s.icmpCode
	case "xff":
		p = &s.xff
	case "flow":
		p = &s.flow
	case "tcp":
		p = &s.tcp
	case "dns":
		p = &s.dns
	case "http":
		p = &s.http
	case "fileinfo":
		p = &s.fileinfo
	case "tls":
		p = &s.tls
	default:
		return
	}
	if *p == nil {
		*p = v
	}
}

// notEVE is the reason for an object that lacks what every event has.
const notEVE = "JSON, but without Suricata's timestamp and event_type"

// begin makes an event the current one and returns its type, or why it is bad.
func (c *current) begin(at int64, v *fastjson.Value) (name []byte, reason string) {
	c.at, c.proto, c.ts = at, 0, 0
	c.where, c.why, c.wrong = "", "", nil
	c.arena = c.arena[:0]
	c.shared = shared{object: v.GetObject()}
	c.shared.object.Visit(c.visit)
	s := &c.shared
	name = c.text(s.eventType)
	if name == nil || !given(s.timestamp) {
		return nil, notEVE
	}
	c.ts, _ = c.moment("timestamp", s.timestamp)
	c.proto = protocol(c.text(s.proto))
	return name, ""
}

// deliver hands the current event to the sink, unless something is wrong with it.
// It returns false for what is not kept.
func (c *current) deliver(name []byte) bool {
	switch string(name) {
	case "flow":
		c.onFlow()
	case "dns":
		c.onDNS()
	case "http":
		c.onHTTP()
	case "tls":
		c.onTLS()
	case "quic":
		c.onQUIC()
	case "fileinfo":
		c.onFile()
	case "ftp":
		c.onFTP()
	case "ftp_data":
		c.onFTPData()
	case "smtp", "email":
		c.onMail()
	case "smb":
		return c.onSMB()
	case "krb5":
		c.onKerberos()
	case "rdp":
		return c.onRDP()
	case "rfb":
		c.onRFB()
	case "ssh":
		c.onSSH()
	case "dcerpc":
		c.onDCERPC(c.part("dcerpc"))
	case "snmp":
		c.onSNMP()
	case "dhcp":
		c.onDHCP()
	case "alert":
		c.onAlert()
	case "anomaly":
		c.onAnomaly()
	case "stats":
		return c.onStats()
	default:
		return false
	}
	return true
}

// part returns a field of the top level that shared does not hold.
func (c *current) part(key string) *fastjson.Value { return c.shared.object.Get(key) }

// head returns what records about one connection share. reversed says that the
// log gives the server as source.
func (c *current) head(reversed bool) event.Head {
	s := &c.shared
	h := event.Head{
		Offset: c.at, TS: c.ts, Sensor: c.sensor(), UID: c.uid(),
		Orig: c.addr("src_ip", s.srcIP), Resp: c.addr("dest_ip", s.destIP),
	}
	if c.proto == event.ProtoICMP {
		h.OrigPort, h.RespPort = c.port("icmp_type", s.icmpType), c.port("icmp_code", s.icmpCode)
	} else {
		h.OrigPort, h.RespPort = c.port("src_port", s.srcPort), c.port("dest_port", s.destPort)
	}
	if reversed {
		h.Orig, h.Resp = h.Resp, h.Orig
		if c.proto != event.ProtoICMP {
			h.OrigPort, h.RespPort = h.RespPort, h.OrigPort
		}
	}
	return h
}

// sensor returns the name of the machine that wrote the event. A log shipper may
// have made an object of it. Without any name it is "suricata", so that the same
// traffic in Zeek's logs is known to be another sensor's.
func (c *current) sensor() []byte {
	v := c.shared.host
	if v != nil && v.Type() == fastjson.TypeObject {
		v = v.Get("name")
	}
	if b := c.text(v); b != nil {
		return b
	}
	return c.word("suricata")
}

// uid returns the flow_id, which is unique on one interface.
func (c *current) uid() []byte {
	id := c.text(c.shared.flowID)
	if iface := c.text(c.shared.inIface); id != nil && iface != nil {
		return c.join(id, c.word("@"), iface)
	}
	return id
}

// toClient says whether the event is about bytes on their way to the client, as
// far as it says so.
func (c *current) toClient() bool { return string(c.text(c.shared.direction)) == "to_client" }

// protocol returns the number of a transport protocol. ICMP for IPv6 counts as
// ICMP, as in Zeek's logs.
func protocol(name []byte) event.Proto {
	switch string(name) {
	case "TCP", "tcp":
		return event.ProtoTCP
	case "UDP", "udp":
		return event.ProtoUDP
	case "ICMP", "IPv6-ICMP", "icmp", "ipv6-icmp":
		return event.ProtoICMP
	case "SCTP":
		return 132
	case "GRE":
		return 47
	case "ESP":
		return 50
	}
	// Suricata writes protocols without a name as three digits.
	if n := digits(name); len(name) == 3 && n > 0 && n <= 255 {
		return event.Proto(n)
	}
	return event.ProtoUnknown
}
