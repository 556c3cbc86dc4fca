package zeek

import "barium/internal/event"

// op says how the value of a field is read and what is done with it.
type op uint8

const (
	opNone          op = iota // the field is not kept
	opMoment                  // the time of the record
	opText                    // → text
	opAddr                    // → addr
	opPort                    // → port
	opSize                    // → num
	opInterval                // → num
	opCode                    // → code
	opTri                     // → tri
	opBool                    // → flag, true if the value is
	opProto                   // transport protocol
	opState                   // conn_state
	opList                    // → list
	opFirst                   // first of a list → text
	opFirstAddr               // first of a set → addr
	opAny                     // → flag, true if the list has an element
	opSensor                  // name of the sensor
	opPrefer                  // → text, unless empty; wins over opFallBack
	opFallBack                // → text, unless opPrefer has set it
	opPreferFirst             // the same with the first of a list
	opFallBackFirst           // the same with the first of a list
	opAnyTime                 // a time, maybe centuries away → num
	opDataPort                // FTP's data port
	opPercent                 // percentage of lost packets
	opAddrUnless              // → addr, unless a better field gave it
	opResult                  // the word for a success → tri
	opReply                   // the code that a server's reply begins with → code
)

// target is where the value of a field goes: what op says, and one pointer into
// the parser's records.
type target struct {
	op   op
	have have  // noted once the field was there
	rank uint8 // of a field that names the sensor; lower is better
	text *[]byte
	num  *int64
	addr *event.Addr
	port *uint16
	code *int
	tri  *event.Tri
	flag *bool
	list *[][]byte
}

// set puts v where t says. What is wrong with v is noted in p.
func (p *parser) set(t *target, v value) {
	switch t.op {
	case opMoment:
		p.head.TS = p.moment(v)
		p.have |= haveTS
	case opText:
		*t.text = p.text(v)
		p.have |= t.have
	case opAddr:
		*t.addr = p.addr(v)
		p.have |= t.have
	case opPort:
		*t.port = p.port(v)
	case opSize:
		*t.num = p.size(v)
	case opInterval:
		*t.num = p.interval(v)
	case opCode:
		*t.code = p.code(v)
	case opTri:
		*t.tri = p.tri(v)
	case opBool:
		*t.flag = p.tri(v) == event.Yes
	case opProto:
		p.setProto(p.text(v))
	case opState:
		p.conn.State = event.ParseConnState(p.text(v))
	case opList:
		*t.list = p.list((*t.list)[:0], v)
	case opFirst:
		*t.text = p.first(v)
	case opFirstAddr:
		*t.addr = p.firstAddr(v)
	case opAny:
		*t.flag = p.first(v) != nil
	case opSensor:
		p.sensor(p.text(v), t.rank)
	case opPrefer:
		p.prefer(t, p.text(v))
	case opFallBack:
		p.fallBack(t, p.text(v))
	case opPreferFirst:
		p.prefer(t, p.first(v))
	case opFallBackFirst:
		p.fallBack(t, p.first(v))
	case opAnyTime:
		*t.num = int64(p.anyTime(v))
	case opDataPort:
		p.ftp.DataPort = int(p.port(v))
	case opPercent:
		p.loss.Percent = p.percent(v)
	case opAddrUnless:
		if p.have&t.have == 0 {
			*t.addr = p.addr(v)
		}
	case opResult:
		*t.tri = result(p.text(v))
	case opReply:
		*t.code = replyCode(p.text(v))
	}
}

// result says whether a word is the one for success, in RADIUS and LDAP logs.
func result(b []byte) event.Tri {
	if len(b) == 0 {
		return event.Maybe
	}
	if string(b) == "success" {
		return event.Yes
	}
	return event.No
}

// replyCode returns the code that a reply of a mail server begins with (RFC 5321
// section 4.2).
func replyCode(b []byte) int {
	if len(b) < 3 || len(b) > 3 && b[3] != ' ' && b[3] != '-' {
		return event.Unset
	}
	n, res := parseCount(b[:3])
	if res != numOK || n < 200 || n > 599 {
		return event.Unset
	}
	return int(n)
}

// setProto sets the transport protocol of a connection, a look-up or a note.
func (p *parser) setProto(b []byte) {
	dst := &p.conn.Proto
	switch p.kind {
	case kindDNS:
		dst = &p.dns.Proto
	case kindNotice, kindDPD:
		dst = &p.note.Proto
	}
	switch string(b) {
	case "tcp":
		*dst = event.ProtoTCP
	case "udp":
		*dst = event.ProtoUDP
	case "icmp":
		*dst = event.ProtoICMP
	default:
		*dst = event.ProtoUnknown
	}
}

// sensor takes the sensor's name from the best field that has one.
func (p *parser) sensor(b []byte, rank uint8) {
	if rank <= p.rank && len(b) > 0 {
		p.head.Sensor, p.rank = b, rank
	}
}

// prefer sets a text, unless b is empty, and notes that a better field than the
// one for fallBack has given it.
func (p *parser) prefer(t *target, b []byte) {
	if len(b) > 0 {
		*t.text = b
		p.have |= t.have
	}
}

// fallBack sets a text to b unless prefer has set it.
func (p *parser) fallBack(t *target, b []byte) {
	if p.have&t.have == 0 {
		*t.text = b
	}
}
