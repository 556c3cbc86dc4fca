package condense

// Block is the lists of up to BlockRows rows of one hour, see BlockRow.
type Block struct {
	Seq   int64 // of its first row
	Hour  uint32
	Lists []byte
}

// Blocks hands out the blocks of the rows that a Finish gave, once its workers
// are done. It is for one goroutine; several of one Finish share the work.
type Blocks struct {
	f    *Finish
	buf  []byte // one partition's blocks
	rest []byte // those not handed out yet
}

// Blocks returns one goroutine's part of the blocks.
func (f *Finish) Blocks() *Blocks { return &Blocks{f: f} }

// Next returns the next block, which is valid until the call after; ok is false
// after the last.
func (b *Blocks) Next() (block Block, ok bool, err error) {
	for len(b.rest) == 0 {
		n := int(b.f.listed.Add(1)) - 1
		if n >= partitions {
			return Block{}, false, nil
		}
		if b.buf, err = b.f.c.pool.take(numTables+b.f.t.ID, n, b.buf[:0]); err != nil {
			return Block{}, false, err
		}
		b.rest = b.buf
	}
	var v [3]uint64
	lists := b.rest[takeFields(b.rest, v[:]):]
	b.rest = lists[v[2]:]
	return Block{Seq: int64(v[0]), Hour: uint32(v[1]), Lists: lists[:v[2]]}, true, nil
}

// endBlock closes the block that is being filled.
func (w *Worker) endBlock() {
	if w.blockRows == 0 {
		return
	}
	if len(w.t.Values) > 0 {
		w.kept = append(appendFields(w.kept, []uint64{uint64(w.nextSeq), uint64(w.blockHour), uint64(len(w.block))}), w.block...)
	}
	w.nextSeq += BlockRows
	w.block, w.blockRows = w.block[:0], 0
}
