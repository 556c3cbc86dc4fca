package condense

import (
	"bytes"
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
	d         *Dictionary
	addresses map[event.Addr]uint32
	names     map[string]uint32
}

// maxCached bounds a cache; past it, it starts afresh.
const maxCached = 1 << 18

func newCache(d *Dictionary) *cache {
	return &cache{d: d, addresses: make(map[event.Addr]uint32), names: make(map[string]uint32)}
}

func (c *cache) address(a event.Addr) uint32 {
	if id, ok := c.addresses[a]; ok {
		return id
	}
	if len(c.addresses) >= maxCached {
		clear(c.addresses)
	}
	id := c.d.Address(a)
	c.addresses[a] = id
	return id
}

func (c *cache) name(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	if id, ok := c.names[string(b)]; ok {
		return id
	}
	if len(c.names) >= maxCached {
		clear(c.names)
	}
	id := c.d.Name(nameText(b))
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
