package pcap

// list is a list of flows in order of when they were put in. A flow can be in
// one list of each row at a time.
type list struct {
	row        row
	head, tail *conn
	n          int
}

// row tells apart the lists that a flow may be in at the same time.
type row int

const (
	rowTimeout  row = iota // which timeout it waits for
	rowFollowed            // an analyser follows it
	rows
)

type links struct {
	list       *list
	prev, next *conn
}

// add puts c at the end, after taking it out of where it was.
func (l *list) add(c *conn) {
	if l.tail == c {
		return
	}
	at := &c.links[l.row]
	if at.list != nil {
		at.list.remove(c)
	}
	*at = links{list: l, prev: l.tail}
	if l.tail == nil {
		l.head = c
	} else {
		l.tail.links[l.row].next = c
	}
	l.tail = c
	l.n++
}

// remove takes c out, if it is in this list.
func (l *list) remove(c *conn) {
	at := &c.links[l.row]
	if at.list != l {
		return
	}
	if at.prev == nil {
		l.head = at.next
	} else {
		at.prev.links[l.row].next = at.next
	}
	if at.next == nil {
		l.tail = at.prev
	} else {
		at.next.links[l.row].prev = at.prev
	}
	*at = links{}
	l.n--
}
