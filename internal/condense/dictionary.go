package condense

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"barium/internal/event"
)

// maxName is how many bytes of a name are kept; a longer one is cut and ends in
// a hash of the whole, so that different names stay different.
const maxName = 1024

// Dictionary gives ids to addresses and names. Id 0 is the unset address and
// the empty name. It is safe for concurrent use.
type Dictionary struct {
	mu        sync.Mutex
	addresses map[event.Addr]uint32
	names     map[string]uint32
	byAddress []event.Addr
	byName    []string
}

// NewDictionary returns a dictionary that already holds addresses and names;
// position i has id i. Both may be nil; otherwise position 0 must be the empty
// value.
func NewDictionary(addresses []event.Addr, names []string) *Dictionary {
	if len(addresses) == 0 {
		addresses = []event.Addr{{}}
	}
	if len(names) == 0 {
		names = []string{""}
	}
	d := &Dictionary{
		addresses: make(map[event.Addr]uint32, len(addresses)),
		names:     make(map[string]uint32, len(names)),
		byAddress: addresses, byName: names,
	}
	for i, a := range addresses {
		d.addresses[a] = uint32(i)
	}
	for i, n := range names {
		d.names[n] = uint32(i)
	}
	return d
}

// Address returns the id of a.
func (d *Dictionary) Address(a event.Addr) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok := d.addresses[a]
	if !ok {
		id = uint32(len(d.byAddress))
		d.addresses[a] = id
		d.byAddress = append(d.byAddress, a)
	}
	return id
}

// Name returns the id of n.
func (d *Dictionary) Name(n string) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok := d.names[n]
	if !ok {
		id = uint32(len(d.byName))
		d.names[n] = id
		d.byName = append(d.byName, n)
	}
	return id
}

// Addresses returns all addresses; position i has id i.
func (d *Dictionary) Addresses() []event.Addr { return d.byAddress }

// Names returns all names; position i has id i.
func (d *Dictionary) Names() []string { return d.byName }

// cache is one goroutine's view of a dictionary.
type cache struct {
	d       *Dictionary
	v4      []uint64 // IPv4 address << 32 | id, by open addressing; 0 is free
	v4Used  int
	other   map[event.Addr]uint32
	names   map[string]uint32
	recent  [recentNames]recentName
	v4Shift uint
}

// maxCached bounds each part of a cache; past it, that part starts afresh.
const maxCached = 1 << 18

// recentNames is how many short names are found without asking a map: services,
// sensors and methods come again and again.
const recentNames = 64

type recentName struct {
	text string
	id   uint32
}

func newCache(d *Dictionary) *cache {
	return &cache{d: d, v4: make([]uint64, 1<<10), v4Shift: 64 - 10, other: map[event.Addr]uint32{}, names: map[string]uint32{}}
}

// v4Prefix is what an IPv4-mapped address begins with.
var v4Prefix = [12]byte{10: 0xff, 11: 0xff}

func (c *cache) address(a event.Addr) uint32 {
	if [12]byte(a[:12]) != v4Prefix {
		return c.wide(a)
	}
	key := binary.BigEndian.Uint32(a[12:])
	for i := uint64(key) * 0x9e3779b97f4a7c15 >> c.v4Shift; ; i = (i + 1) & uint64(len(c.v4)-1) {
		e := c.v4[i]
		if e == 0 {
			return c.keep(key, a)
		}
		if uint32(e>>32) == key {
			return uint32(e)
		}
	}
}

// keep asks the dictionary for an IPv4 address and remembers the answer. The id
// is never 0, which only the unset address has.
func (c *cache) keep(key uint32, a event.Addr) uint32 {
	id := c.d.Address(a)
	if c.v4Used*2 >= len(c.v4) {
		old := c.v4
		if c.v4Used >= maxCached {
			clear(c.v4)
			old = nil
		} else {
			c.v4 = make([]uint64, 2*len(old))
			c.v4Shift--
		}
		c.v4Used = 0
		for _, e := range old {
			if e != 0 {
				c.place(e)
			}
		}
	}
	c.place(uint64(key)<<32 | uint64(id))
	return id
}

func (c *cache) place(e uint64) {
	i := e >> 32 * 0x9e3779b97f4a7c15 >> c.v4Shift
	for c.v4[i] != 0 {
		i = (i + 1) & uint64(len(c.v4)-1)
	}
	c.v4[i] = e
	c.v4Used++
}

// wide is address for what is not IPv4.
func (c *cache) wide(a event.Addr) uint32 {
	if id, ok := c.other[a]; ok {
		return id
	}
	if len(c.other) >= maxCached {
		clear(c.other)
	}
	id := c.d.Address(a)
	c.other[a] = id
	return id
}

func (c *cache) name(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	r := &c.recent[(uint(b[0])*5+uint(b[len(b)-1])*3+uint(len(b)))%recentNames]
	if r.text == string(b) {
		return r.id
	}
	id, ok := c.names[string(b)]
	if ok {
		if r.text == "" && len(b) <= 32 {
			*r = recentName{string(b), id}
		}
		return id
	}
	if len(c.names) >= maxCached {
		clear(c.names)
	}
	id = c.d.Name(nameText(b))
	if len(b) <= maxName {
		c.names[string(b)] = id
	}
	return id
}

// nameText makes a name of bytes: valid UTF-8 without NUL, what is neither
// written as \xHH, cut after maxName.
func nameText(b []byte) string {
	cut := ""
	if len(b) > maxName {
		cut = "~" + hashText(b)
		b = b[:maxName]
	}
	if utf8.Valid(b) && bytes.IndexByte(b, 0) < 0 {
		return string(b) + cut
	}
	var s strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == 0 || r == utf8.RuneError && n == 1 {
			fmt.Fprintf(&s, `\x%02x`, b[0])
		} else {
			s.Write(b[:n])
		}
		b = b[n:]
	}
	return s.String() + cut
}

func hashText(b []byte) string {
	h := xxhash.Sum64(b)
	var raw [8]byte
	for i := range raw {
		raw[i] = byte(h >> (56 - 8*i))
	}
	return hex.EncodeToString(raw[:])
}

// hash returns a 63-bit hash of b, never negative, 0 for no bytes.
func hash(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	return int64(xxhash.Sum64(b) >> 1)
}
