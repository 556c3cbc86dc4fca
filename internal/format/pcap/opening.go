package pcap

import (
	"slices"

	"barium/internal/event"
)

// protocol is one that an analyser follows.
type protocol struct {
	name  string
	ports []uint16 // that decide when the content fits more than one
	is    func(orig bool, first []byte) bool
	new   func(*flow) analyser
	// greets says that the server speaks first, and that what clients say is said
	// in other protocols too: it counts on the ports only.
	greets bool
}

// finisher is an analyser that is done before the connection is.
type finisher interface {
	// finished reports that nothing of what follows matters.
	finished() bool
}

// switcher is an analyser of a protocol that another one can take the place of,
// as TLS does after STARTTLS and after CONNECT.
type switcher interface {
	// switched reports that what follows is no more the analyser's.
	switched() bool
}

const (
	// enough is how many bytes of a direction decide what its protocol is not.
	enough = 64
	// maxOpening is how much of a connection is held until its protocol is known.
	maxOpening = 2048
)

// opening is the beginning of a connection whose protocol is not known yet.
type opening struct {
	chunks []chunk
	first  [2][]byte // by direction
}

// chunk is a piece of an opening.
type chunk struct {
	orig   bool
	ts     event.Time
	offset int64
	data   []byte
}

// follow hands bytes to the analyser of a connection, and finds one if there is
// none.
func (t *table) follow(c *conn, orig bool, ts event.Time, offset int64, b []byte) {
	if c.ignored {
		return
	}
	if c.analyser == nil {
		t.recognise(c, orig, ts, offset, b)
		return
	}
	c.analyser.data(orig, ts, offset, b)
	switch a := c.analyser.(type) {
	case finisher:
		if a.finished() {
			t.ignore(c)
		}
	case switcher:
		if a.switched() {
			c.analyser.end()
			c.analyser = nil
		}
	}
}

// recognise looks at the first bytes of a direction. What it cannot tell yet it
// holds.
func (t *table) recognise(c *conn, orig bool, ts event.Time, offset int64, b []byte) {
	o := c.opening
	if o == nil {
		if c.service == ftpDataService {
			t.attach(c, &announced)
			t.follow(c, orig, ts, offset, b)
			return
		}
		if p := choose(orig, b, c.head.RespPort); p != nil {
			t.attach(c, p)
			t.follow(c, orig, ts, offset, b)
			return
		}
		o = &opening{}
		c.opening = o
		t.bound(c)
	}
	side := 0
	if orig {
		side = 1
	}
	held := len(o.first[0]) + len(o.first[1])
	if held+len(b) > maxOpening {
		t.ignore(c)
		return
	}
	o.first[side] = append(o.first[side], b...)
	o.chunks = append(o.chunks, chunk{orig, ts, offset, o.first[side][len(o.first[side])-len(b):]})
	p := choose(orig, o.first[side], c.head.RespPort)
	if p == nil {
		if len(o.first[0]) >= enough && len(o.first[1]) >= enough {
			t.ignore(c)
		}
		return
	}
	c.opening = nil
	t.attach(c, p)
	for _, k := range o.chunks {
		t.follow(c, k.orig, k.ts, k.offset, k.data)
	}
}

// choose returns the protocol that the first bytes of a direction speak.
func choose(orig bool, first []byte, port uint16) *protocol {
	var found *protocol
	for i := range protocols {
		p := &protocols[i]
		if !p.is(orig, first) {
			continue
		}
		if slices.Contains(p.ports, port) {
			return p
		}
		if found == nil && !(p.greets && orig) {
			found = p
		}
	}
	return found
}

// attach gives a connection an analyser.
func (t *table) attach(c *conn, p *protocol) {
	t.bound(c)
	if c.flow == nil {
		c.flow = t.flow(c)
	}
	c.analyser = p.new(c.flow)
}

// flow returns what the analysers of a connection know of it.
func (t *table) flow(c *conn) *flow {
	var f *flow
	if n := len(t.flows); n > 0 {
		f, t.flows = t.flows[n-1], t.flows[:n-1]
	} else {
		f = &flow{sink: t.sink, expect: t.expect}
		f.service = func(name string) { f.of.service = name }
	}
	f.of, f.head = c, c.head
	return f
}

// bound counts a connection among those that are followed.
func (t *table) bound(c *conn) {
	if c.links[rowFollowed].list != nil {
		return
	}
	if t.followed.n >= maxFollowed {
		t.dropped++
		t.ignore(t.followed.head)
	}
	t.followed.add(c)
}

// ignore follows a connection no more.
func (t *table) ignore(c *conn) {
	t.unfollow(c)
	c.ignored = true
}

// unfollow ends the analyser of a connection.
func (t *table) unfollow(c *conn) {
	if a := c.analyser; a != nil {
		c.analyser = nil
		a.end()
	}
	c.opening = nil
	t.followed.remove(c)
}

// lose says that bytes of a connection were not captured.
func (c *conn) lose(t *table, orig bool, n int64) {
	switch {
	case c.analyser != nil:
		c.analyser.gap(orig, n)
	case c.opening != nil:
		t.ignore(c)
	}
}

// expected are the data connections that were announced.
type expected struct {
	via   map[socket]string
	order []socket // by age
}

// socket is an address with a port.
type socket struct {
	addr event.Addr
	port uint16
}

// maxExpected is how many announced connections are remembered.
const maxExpected = 4096

// add announces a connection; the oldest announcement is forgotten for it when
// there are too many.
func (e *expected) add(responder event.Addr, port uint16, via string) {
	k := socket{responder, port}
	if _, ok := e.via[k]; !ok {
		if len(e.order) == maxExpected {
			delete(e.via, e.order[0])
			e.order = e.order[:copy(e.order, e.order[1:])]
		}
		if e.via == nil {
			e.via = make(map[socket]string)
		}
		e.order = append(e.order, k)
	}
	e.via[k] = via
}

// take returns what a connection to a socket was announced as, once.
func (e *expected) take(responder event.Addr, port uint16) string {
	if len(e.via) == 0 {
		return ""
	}
	k := socket{responder, port}
	via := e.via[k]
	if via != "" {
		delete(e.via, k)
		e.order = slices.DeleteFunc(e.order, func(o socket) bool { return o == k })
	}
	return via
}
