package pcap

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/gopacket/gopacket/layers"

	"barium/internal/event"
)

const (
	// maxFlows is how many flows are open at a time; the one that was quiet for
	// longest is handed over for a new one.
	maxFlows = 1 << 17
	// maxFollowed is how many connections are followed by analysers at a time; the
	// one that was followed for longest is followed no more.
	maxFollowed = 1 << 14
)

// Timeouts are Zeek's (tcp_inactivity_timeout and the like in its init-bare),
// but for the delay after a reset, which Zeek makes shorter.
const (
	tcpTimeout     = 300 * second
	attemptTimeout = 5 * second // since the first packet
	overTimeout    = 5 * second
	udpTimeout     = 60 * second
	icmpTimeout    = 60 * second
)

// phase is which timeout a flow waits for.
type phase uint8

const (
	phaseAttempt phase = iota
	phaseOpen
	phaseOver
	phaseUDP
	phaseOther
	phases
)

var timeouts = [phases]event.Time{attemptTimeout, tcpTimeout, overTimeout, udpTimeout, icmpTimeout}

// key is what packets of one flow share, whichever their direction.
type key struct {
	a, b         addr
	aPort, bPort uint16
	proto        layers.IPProtocol
}

// of makes k the key of a packet, and reports whether the packet's source is the
// key's b.
func (k *key) of(p *packet) (swapped bool) {
	switch p.proto {
	case layers.IPProtocolICMPv4, layers.IPProtocolICMPv6:
		return k.ofICMP(p)
	}
	k.proto = p.proto
	if p.src.after(p.dst) || p.src == p.dst && p.sport > p.dport {
		k.a, k.b, k.aPort, k.bPort = p.dst, p.src, p.dport, p.sport
		return true
	}
	k.a, k.b, k.aPort, k.bPort = p.src, p.dst, p.sport, p.dport
	return false
}

// table holds the open flows.
type table struct {
	sink     *sink
	conns    map[key]*conn
	recent   *conn   // of the last packet, nil when it has ended
	free     []*conn // to be used again
	fresh    []conn  // not used yet; several together cost one allocation
	flows    []*flow // to be used again
	expect   func(responder event.Addr, port uint16, via string)
	timeout  [phases]list
	followed list
	clock    event.Time
	buffered int // bytes of streams that wait for others
	expected expected
	lookups  lookups
	leases   leases
	evicted  int64 // flows handed over early
	dropped  int64 // connections followed no more
	record   event.Conn
	key      key // of the last packet
}

func newTable(s *sink) *table {
	t := &table{sink: s, conns: make(map[key]*conn)}
	t.expect = t.expected.add
	for i := range t.timeout {
		t.timeout[i].row = rowTimeout
	}
	t.followed.row = rowFollowed
	t.lookups = lookups{sink: s, most: maxLookups}
	t.leases.sink = s
	return t
}

// packet files a packet under its flow.
func (t *table) packet(p *packet) {
	t.advance(p.ts)
	k := &t.key
	swapped := k.of(p)
	c := t.recent
	if c == nil || c.key != *k {
		c = t.conns[*k]
	}
	if c != nil && p.proto == layers.IPProtocolTCP && c.begins(p, swapped == c.swapped) {
		t.end(c)
		c = nil
	}
	if c == nil {
		c = t.open(k, swapped, p)
	}
	t.recent = c
	orig := swapped == c.swapped
	c.last = max(c.last, p.ts)
	e := c.side(orig)
	e.packets++
	e.ipBytes += int64(p.length)
	switch p.proto {
	case layers.IPProtocolTCP:
		t.tcp(c, orig, p)
	case layers.IPProtocolUDP:
		e.bytes += int64(p.size)
		e.state = tcpPartial
		if p.size > 0 {
			c.mark(orig, 'd', seenData)
		}
		t.timeout[phaseUDP].add(c)
		t.datagram(c, orig, p)
	default:
		e.bytes += int64(p.size)
		t.timeout[phaseOther].add(c)
	}
}

// advance sets the clock and ends flows whose time is over. The clock follows the
// packets also backward, as in files that were appended to one another; a flow
// that was active in a future that is none ends as well.
func (t *table) advance(now event.Time) {
	if now > t.clock || now < t.clock-udpTimeout {
		t.clock = now
	}
	for i := range t.timeout {
		for c := t.timeout[i].head; c != nil; c = t.timeout[i].head {
			since := c.last
			if phase(i) == phaseAttempt {
				since = c.head.TS
			}
			if age := t.clock - since; age <= timeouts[i] && age >= -udpTimeout {
				break
			}
			t.end(c)
		}
	}
	t.lookups.expire(t.clock)
}

// open begins a flow with its first packet.
func (t *table) open(k *key, swapped bool, p *packet) *conn {
	if len(t.conns) >= maxFlows {
		t.evicted++
		t.end(t.oldest())
	}
	var c *conn
	if n := len(t.free); n > 0 {
		c = t.free[n-1]
		t.free = t.free[:n-1]
	} else {
		if len(t.fresh) == 0 {
			t.fresh = make([]conn, 32)
		}
		c, t.fresh = &t.fresh[0], t.fresh[1:]
	}
	c.begin(k, swapped, p)
	t.conns[*k] = c
	if p.proto == layers.IPProtocolTCP {
		c.service = t.expected.take(c.head.Resp, c.head.RespPort)
	}
	return c
}

// oldest returns the flow that was quiet for longest.
func (t *table) oldest() *conn {
	var old *conn
	for i := range t.timeout {
		if c := t.timeout[i].head; c != nil && (old == nil || c.last < old.last || c.last == old.last && c.head.Offset < old.head.Offset) {
			old = c
		}
	}
	return old
}

// spare is how many flows that have ended lend their memory to others.
const spare = 4096

// end hands a flow over and forgets it.
func (t *table) end(c *conn) {
	if c.proto == layers.IPProtocolTCP {
		c.orig.stream.finish(t, c, true)
		c.resp.stream.finish(t, c, false)
	}
	t.unfollow(c)
	t.lookups.end(&c.dialogue)
	delete(t.conns, c.key)
	if t.recent == c {
		t.recent = nil
	}
	if l := c.links[rowTimeout].list; l != nil {
		l.remove(c)
	}
	if c.flow != nil && len(t.flows) < spare {
		t.flows = append(t.flows, c.flow)
	}
	c.fill(&t.record)
	t.sink.Conn(&t.record)
	if len(t.free) < spare {
		*c = conn{}
		t.free = append(t.free, c)
	}
}

// endAll hands over what is open when the source ends, in order of its first
// packets.
func (t *table) endAll() {
	rest := make([]*conn, 0, len(t.conns))
	for _, c := range t.conns {
		rest = append(rest, c)
	}
	slices.SortFunc(rest, func(a, b *conn) int {
		if order := cmp.Compare(a.head.Offset, b.head.Offset); order != 0 {
			return order
		}
		return bytes.Compare(a.uid[:], b.uid[:])
	})
	for _, c := range rest {
		t.end(c)
	}
	t.leases.end()
}
