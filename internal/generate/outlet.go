package generate

import (
	"compress/gzip"
	"io"
	"sync/atomic"
	"time"
)

// outlet writes one log of a bulk run: rows in the order in which the sensor
// writes them, in one file or several.
type outlet struct {
	t           *table // of what is written first; its schema and format
	b           *bulk
	create      Create
	late        []heldBack // rows that end in a later slot, by slot; the last ends after all
	file        int        // which file is open
	to          *spool
	buf         []byte
	rows, bytes int64
}

// heldBack are rows of a slot to come.
type heldBack struct {
	rows []span
	buf  []byte
}

func newOutlet(t *table, b *bulk, create Create) *outlet {
	o := &outlet{t: t, b: b, create: create, late: make([]heldBack, len(b.slots)+1)}
	for _, row := range t.rows {
		o.hold(row.ts, t.buf[row.from:row.to])
	}
	return o
}

func (o *outlet) hold(ts int64, row []byte) {
	h := &o.late[min(o.b.slotOf(ts), len(o.late)-1)]
	first := len(h.buf)
	h.buf = append(h.buf, row...)
	h.rows = append(h.rows, span{ts, first, len(h.buf)})
}

// take writes the rows of one slot: those of its block that end in it, and those
// held back for it.
func (o *outlet) take(number int, t *table) error {
	shut := o.b.slots[number].to
	held := o.release(number)
	for _, row := range t.rows {
		if row.ts >= shut {
			o.hold(row.ts, t.buf[row.from:row.to])
			continue
		}
		for len(held.rows) > 0 && held.rows[0].ts <= row.ts {
			if err := o.next(number, held); err != nil {
				return err
			}
		}
		if err := o.put(number, t.buf[row.from:row.to]); err != nil {
			return err
		}
	}
	for len(held.rows) > 0 {
		if err := o.next(number, held); err != nil {
			return err
		}
	}
	return nil
}

// release takes out what was held back for a slot, in order.
func (o *outlet) release(number int) *table {
	h := o.late[number]
	o.late[number] = heldBack{}
	t := &table{buf: h.buf, rows: h.rows}
	t.sort()
	return t
}

func (o *outlet) next(number int, held *table) error {
	row := held.rows[0]
	held.rows = held.rows[1:]
	return o.put(number, held.buf[row.from:row.to])
}

// put writes one row to the file of the slot.
func (o *outlet) put(number int, row []byte) error {
	if file := number * o.b.o.Files / len(o.b.slots); o.to == nil || file != o.file {
		if err := o.open(file); err != nil {
			return err
		}
	}
	o.rows++
	if o.buf = append(o.buf, row...); len(o.buf) < chunk-1<<14 {
		return nil
	}
	return o.flush()
}

func (o *outlet) flush() (err error) {
	o.bytes += int64(len(o.buf))
	o.buf, err = o.to.write(o.buf)
	return err
}

// finish writes what is still open when the sensor stops.
func (o *outlet) finish() error {
	last := len(o.late) - 1
	held := o.release(last)
	for len(held.rows) > 0 {
		if err := o.next(last-1, held); err != nil {
			return err
		}
	}
	return o.shut()
}

// since is when a file of the set begins.
func (o *outlet) since(file int) time.Time {
	slots, files := o.b.slots, o.b.o.Files
	if file == files {
		return time.UnixMicro(o.b.g.end).UTC()
	}
	return time.UnixMicro(slots[(file*len(slots)+files-1)/files].from).UTC()
}

func (o *outlet) open(file int) error {
	if err := o.shut(); err != nil {
		return err
	}
	o.file = file
	name := o.t.path
	if o.b.o.Files > 1 {
		name += o.since(file).Format(".2006-01-02T15-04-05")
	}
	name += ".log"
	if o.b.o.Gzip {
		name += ".gz"
	}
	w, err := o.create(name)
	if err != nil {
		return err
	}
	o.to = newSpool(w, o.b.o.Gzip)
	o.buf = make([]byte, 0, chunk)
	if !o.t.json {
		o.buf = appendHeader(o.buf, o.t.schema, o.since(file))
	}
	return nil
}

func (o *outlet) shut() error {
	if o.to == nil {
		return nil
	}
	if !o.t.json {
		o.buf = append(o.since(o.file+1).AppendFormat(append(o.buf, "#close\t"...), headerTime), '\n')
	}
	if err := o.flush(); err != nil {
		return err
	}
	err := o.to.close()
	o.to = nil
	return err
}

// abort gives up what is open without closing it, so that it does not look
// whole.
func (o *outlet) abort() {
	if o.to != nil {
		_ = o.to.stop() // the error that ended it is the one to tell
		o.to = nil
	}
}

const chunk = 1 << 20

// spool compresses and writes chunks in a goroutine of its own, while more rows
// are made.
type spool struct {
	file   io.WriteCloser
	chunks chan []byte
	free   chan []byte
	done   chan error
	failed atomic.Pointer[error]
}

func newSpool(file io.WriteCloser, gz bool) *spool {
	s := &spool{file: file, chunks: make(chan []byte, 2), free: make(chan []byte, 3), done: make(chan error, 1)}
	for range cap(s.free) {
		s.free <- make([]byte, 0, chunk)
	}
	go func() { s.done <- s.drain(gz) }()
	return s
}

func (s *spool) drain(gz bool) error {
	w, shut := io.Writer(s.file), func() error { return nil }
	if gz {
		z, _ := gzip.NewWriterLevel(s.file, gzip.BestSpeed) // the level is a valid one
		w, shut = z, z.Close
	}
	var err error
	for c := range s.chunks {
		if err == nil {
			if _, err = w.Write(c); err != nil {
				s.failed.Store(&err)
			}
		}
		s.free <- c[:0]
	}
	if err == nil {
		err = shut()
	}
	return err
}

// write takes a chunk and returns an empty one.
func (s *spool) write(c []byte) ([]byte, error) {
	if err := s.failed.Load(); err != nil {
		return nil, *err
	}
	s.chunks <- c
	return <-s.free, nil
}

// stop ends the goroutine and leaves the file open.
func (s *spool) stop() error {
	close(s.chunks)
	return <-s.done
}

func (s *spool) close() error {
	if err := s.stop(); err != nil {
		return err
	}
	return s.file.Close()
}
