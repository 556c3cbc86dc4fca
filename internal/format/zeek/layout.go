package zeek

import "encoding/binary"

const (
	// maxMembers is how many keys a layout knows; Zeek's largest log has about 60.
	maxMembers = 96
	// maxKey is the longest of them, in bytes.
	maxKey = 64
	// followers is how many keys are remembered to come after a key. Zeek leaves
	// out what is unset, so there may be several.
	followers = 4
)

// layout is what the objects of one log type have in common: their keys, what to
// do with each, and which one comes after which.
type layout struct {
	members []member // the first one stands for the beginning of an object
	marks   marks    // by which the type was last inferred
	own     []byte   // the name that records of the type last gave themselves
}

// member is one key of a layout.
type member struct {
	target
	mark  marks
	names bool // the key names the record's type
	n     int  // length of token
	// The first and the last eight bytes of token.
	head, mask, tail uint64
	token            []byte          // the key in quotes, and the colon
	next             [followers]byte // the members that came after this one; 0 for none
}

// key returns the key without quotes and colon.
func (m *member) key() []byte { return m.token[1 : m.n-2] }

// at says whether the member's key stands at b[i:]. There must be
// maxKey+8 bytes.
func (m *member) at(b []byte, i int) bool {
	if (load(b, i)^m.head)&m.mask != 0 {
		return false
	}
	if m.n <= 8 {
		return true
	}
	if load(b, i+m.n-8) != m.tail {
		return false
	}
	return m.n <= 16 || string(b[i+8:i+m.n-8]) == string(m.token[8:m.n-8])
}

// layoutOf returns the layout of a log type.
func (r *reading) layoutOf(k kind) *layout {
	for len(r.layouts) <= int(k) {
		r.layouts = append(r.layouts, nil)
	}
	if r.layouts[k] == nil {
		r.layouts[k] = &layout{members: make([]member, 1, 32)}
	}
	return r.layouts[k]
}

// follow returns the number of the member whose key stands at b[i:] after that
// of member prev, 0 when there is none. Only what was not seen after prev before
// takes long.
func (r *reading) follow(l *layout, prev int, b []byte, i int) int {
	for _, n := range l.members[prev].next {
		if n > 0 && l.members[n].at(b, i) {
			return int(n)
		}
	}
	n := r.learn(l, b, i)
	if n == 0 {
		return 0
	}
	next := &l.members[prev].next
	for j := range next {
		if next[j] == 0 || j == len(next)-1 {
			next[j] = byte(n)
			break
		}
	}
	return n
}

// learn returns the number of the member whose key stands at b[i:], which is a
// new one if the layout does not know it, or 0 if that cannot be.
func (r *reading) learn(l *layout, b []byte, i int) int {
	if b[i] != '"' {
		return 0
	}
	e := plainText(b, i+1)
	if e+2 > len(b) || b[e] != '"' || b[e+1] != ':' || e-i > maxKey {
		return 0
	}
	for n := 1; n < len(l.members); n++ {
		if l.members[n].at(b, i) {
			return n
		}
	}
	if len(l.members) > maxMembers {
		return 0
	}
	key := b[i+1 : e]
	m := member{target: field(&r.p, r.kind, key), mark: mark(key), n: e + 2 - i, token: append([]byte(nil), b[i:e+2]...)}
	m.names = string(key) == string(pathKey) || string(key) == string(streamKey)
	var head [8]byte
	copy(head[:], m.token)
	m.head, m.mask = binary.LittleEndian.Uint64(head[:]), ^uint64(0)
	if m.n < 8 {
		m.mask = 1<<(8*m.n) - 1
	} else {
		m.tail = load(m.token, m.n-8)
	}
	l.members = append(l.members, m)
	return len(l.members) - 1
}
