package generate

// tally counts what a block of a bulk log holds; nil counts nothing.
type tally struct {
	conns int64
	hour  int64      // since 1970, in which most of the block's connections begin
	keys  []uint64   // of the conversations of that hour, one for each connection
	other []otherKey // of other hours
	seen  []sighting
}

type otherKey struct {
	hour int64
	key  uint64
}

// sighting is a certificate on the wire.
type sighting struct {
	cert *cert
	ts   int64
}

func (c *tally) reset(hour int64) {
	c.conns, c.hour, c.keys, c.other, c.seen = 0, hour, c.keys[:0], c.other[:0], c.seen[:0]
}

// conn counts one connection.
func (c *tally) conn(f *flow, proto string) {
	if c == nil {
		return
	}
	c.conns++
	key := splitmix(uint64(f.src)<<32|uint64(f.dst)) ^ uint64(f.dp)<<8 ^ uint64(proto[0])
	if h := f.ts / hour; h == c.hour {
		c.keys = append(c.keys, key)
	} else {
		c.other = append(c.other, otherKey{h, key})
	}
}

func (c *tally) saw(x *cert, ts int64) { c.seen = append(c.seen, sighting{x, ts}) }
