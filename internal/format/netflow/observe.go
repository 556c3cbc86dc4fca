package netflow

import (
	"encoding/binary"
	"strings"
)

// Observer follows datagrams as they come, as Reader would, and counts what is in
// them. It is for the program that listens; it keeps no flow.
type Observer struct {
	d     *decoder
	tally []Tally
}

// Tally is what could be read of the datagrams of one sender.
type Tally struct {
	Flows      int64
	Bad        int64 // parts that could not be read
	NoTemplate int64 // sets of records that nothing was said about; complete after Done
}

// NewObserver returns an Observer that has seen nothing.
func NewObserver() *Observer {
	o := &Observer{d: newDecoder()}
	o.d.flow = func(f *flow) { o.tally[f.offset].Flows++ }
	o.d.skip = func(string) {}
	o.d.warn = func(*exporter, int64) {}
	o.d.fail = func(sender, _ int64, reason string, _ []byte) {
		if strings.HasPrefix(reason, noTemplate) {
			o.tally[sender].NoTemplate++
		} else {
			o.tally[sender].Bad++
		}
	}
	return o
}

// Datagram looks at one datagram; it keeps nothing of f. Senders are numbered from
// 0 by the caller.
func (o *Observer) Datagram(f *Frame, sender int) {
	for len(o.tally) <= sender {
		o.tally = append(o.tally, Tally{})
	}
	o.d.datagram(f, int64(sender), 0)
}

// Done counts the sets that still wait for what was never said about them.
func (o *Observer) Done() { o.d.end() }

// Of returns what was counted of a sender.
func (o *Observer) Of(sender int) Tally {
	if sender >= len(o.tally) {
		return Tally{}
	}
	return o.tally[sender]
}

// AppendTemplates appends to b what a datagram says about the records of its
// exporter: version, domain and the sets of templates. It appends nothing when the
// datagram says nothing.
func AppendTemplates(b, datagram []byte) []byte {
	if len(datagram) < 20 {
		return b
	}
	version := binary.BigEndian.Uint16(datagram)
	var head, domain int
	var least, most uint16
	switch version {
	case v9:
		head, domain, least, most = 20, 16, 0, 1
	case ipfix:
		head, domain, least, most = 16, 12, 2, 3
	default:
		return b
	}
	begun := false
	for rest := datagram[head:]; len(rest) >= 4; {
		id, n := binary.BigEndian.Uint16(rest), int(binary.BigEndian.Uint16(rest[2:]))
		if n < 4 || n > len(rest) {
			break
		}
		if id >= least && id <= most {
			if !begun {
				b = append(append(b, datagram[:2]...), datagram[domain:domain+4]...)
				begun = true
			}
			b = append(b, rest[:n]...)
		}
		rest = rest[n:]
	}
	return b
}
