package pcap

import (
	"bytes"

	"barium/internal/event"
)

const (
	// maxLookups is how many look-ups over UDP wait for their answer, of all
	// machines; maxTCPLookups is the same of one connection. The oldest is handed
	// over without an answer for a new one.
	maxLookups    = 1 << 15
	maxTCPLookups = 256
	// lookupTimeout is how long they wait, as with Zeek (dns_session_timeout).
	lookupTimeout = 10 * second
)

// lookup is a question that waits for its answer.
type lookup struct {
	in           *dialogue
	next         *lookup // in the dialogue
	older, newer *lookup // in lookups
	id           uint16
	ts           event.Time
	offset       int64
	qtype        int
	name         []byte
}

// dialogue is the look-ups that wait on one flow.
type dialogue struct {
	head  *event.Head
	proto event.Proto
	first *lookup
}

// lookups are all that wait, in order of time.
type lookups struct {
	sink           *sink
	most           int
	oldest, newest *lookup
	n              int
	free           *lookup
	record         event.DNS
	message        dnsMessage
}

// take takes in one DNS message and reports whether it is one. reason says what
// is wrong with it.
func (l *lookups) take(d *dialogue, ts event.Time, offset int64, b []byte, netbios bool) (is bool, reason string) {
	m := &l.message
	m.netbios = netbios
	if !m.header(b) {
		return false, ""
	}
	reason = m.parse(b)
	switch {
	case !m.response:
		l.ask(d, ts, offset)
	case m.questions == 0 && m.records == 0 && reason != "":
	default:
		l.answer(d, ts, offset)
	}
	return true, reason
}

// ask takes in a question. Further ones in the same message, which only
// multicast DNS has, are handed over at once.
func (l *lookups) ask(d *dialogue, ts event.Time, offset int64) {
	m := &l.message
	for i := range m.asked {
		q := &m.asked[i]
		if i > 0 {
			l.begin(d, ts, offset, m.text[q.from:q.to], q.qtype)
			l.sink.DNS(&l.record)
			continue
		}
		if l.n == l.most {
			l.give(l.oldest)
		}
		n := l.free
		if n == nil {
			n = new(lookup)
		} else {
			l.free = n.next
		}
		*n = lookup{in: d, next: d.first, older: l.newest, id: m.id, ts: ts, offset: offset, qtype: q.qtype, name: append(n.name[:0], m.text[q.from:q.to]...)}
		d.first = n
		if l.newest == nil {
			l.oldest = n
		} else {
			l.newest.newer = n
		}
		l.newest = n
		l.n++
	}
}

// answer takes in an answer and hands it over with its question.
func (l *lookups) answer(d *dialogue, ts event.Time, offset int64) {
	m := &l.message
	var name []byte
	qtype := event.Unset
	if len(m.asked) > 0 {
		name, qtype = m.text[m.asked[0].from:m.asked[0].to], m.asked[0].qtype
	}
	var q *lookup
	for n := d.first; n != nil; n = n.next { // the earliest is the last in the list
		if n.id == m.id && (len(m.asked) == 0 || n.qtype == qtype && bytes.EqualFold(n.name, name)) {
			q = n
		}
	}
	if q == nil && len(name) == 0 && d.head.OrigPort == portMDNS {
		l.sink.Skip("mDNS announcements")
		return
	}
	if q == nil {
		l.begin(d, ts, offset, name, qtype)
	} else {
		l.begin(d, q.ts, q.offset, q.name, q.qtype)
	}
	r := &l.record
	r.RCode = m.rcode
	r.Rejected = m.rcode != 0 && m.records == 0
	for _, a := range m.answers {
		r.Answers = append(r.Answers, m.text[a.from:a.to])
	}
	l.sink.DNS(r)
	if q != nil {
		l.remove(q)
	}
}

// begin begins the record of a look-up.
func (l *lookups) begin(d *dialogue, ts event.Time, offset int64, name []byte, qtype int) {
	l.record = event.DNS{Head: *d.head, Proto: d.proto, Query: name, QType: qtype, RCode: event.Unset, Answers: l.record.Answers[:0]}
	l.record.TS, l.record.Offset = ts, offset
}

// give hands over a look-up that had no answer.
func (l *lookups) give(n *lookup) {
	l.begin(n.in, n.ts, n.offset, n.name, n.qtype)
	l.sink.DNS(&l.record)
	l.remove(n)
}

func (l *lookups) remove(n *lookup) {
	for at := &n.in.first; *at != nil; at = &(*at).next {
		if *at == n {
			*at = n.next
			break
		}
	}
	if n.older == nil {
		l.oldest = n.newer
	} else {
		n.older.newer = n.newer
	}
	if n.newer == nil {
		l.newest = n.older
	} else {
		n.newer.older = n.older
	}
	l.n--
	*n = lookup{name: n.name, next: l.free}
	l.free = n
}

// expire hands over what waits for too long.
func (l *lookups) expire(now event.Time) {
	for l.oldest != nil {
		if age := now - l.oldest.ts; age <= lookupTimeout && age >= -udpTimeout {
			return
		}
		l.give(l.oldest)
	}
}

// end hands over what waits on a flow, in order of time.
func (l *lookups) end(d *dialogue) {
	for d.first != nil {
		n := d.first
		for n.next != nil {
			n = n.next
		}
		l.give(n)
	}
}
