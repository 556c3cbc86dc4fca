package listen

import (
	"bufio"
	"container/list"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"barium/internal/event"
	"barium/internal/format/netflow"
)

// folder writes frames into files, one after the other.
type folder struct {
	dir     string
	size    int64         // of a file, about
	age     time.Duration // of a file
	file    *os.File
	old     []*os.File // ended, to be brought to disk and closed
	w       *bufio.Writer
	begun   time.Time
	written int64 // into the present file
	total   int64 // into all of them
	files   int
	dirty   bool
	scratch []byte
	carry   carrier
}

// newFolder makes the folder if it is missing.
func newFolder(dir string, size int64, age time.Duration) (*folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &folder{dir: dir, size: size, age: age, carry: newCarrier()}, nil
}

// write appends a frame to the present file, or to a new one when it is time for
// one.
func (d *folder) write(f *netflow.Frame, now time.Time) error {
	if err := d.turn(now); err != nil {
		return err
	}
	d.scratch = f.AppendTo(d.scratch[:0])
	return d.append()
}

// lost notes that n datagrams were lost so far.
func (d *folder) lost(n uint64, now time.Time) error {
	if err := d.turn(now); err != nil {
		return err
	}
	d.scratch = netflow.AppendLost(d.scratch[:0], event.Time(now.UnixMicro()), n)
	return d.append()
}

func (d *folder) append() error {
	n, err := d.w.Write(d.scratch)
	d.written += int64(n)
	d.total += int64(n)
	d.dirty = true
	return err
}

// turn ends the present file when it is large or old enough, and begins one when
// there is none.
func (d *folder) turn(now time.Time) error {
	if d.file != nil && (d.written >= d.size || now.Sub(d.begun) >= d.age) {
		if err := d.end(); err != nil {
			return err
		}
	}
	if d.file != nil {
		return nil
	}
	if err := d.create(now); err != nil {
		return err
	}
	d.begun, d.written = now, 0
	d.files++
	d.scratch = netflow.AppendHead(d.scratch[:0])
	for _, f := range d.carry.frames() {
		d.scratch = f.AppendTo(d.scratch)
	}
	return d.append()
}

// create opens a file with a name that no other has.
func (d *folder) create(now time.Time) error {
	stamp := now.UTC().Format("20060102T150405Z")
	for i := range 10000 {
		name := filepath.Join(d.dir, fmt.Sprintf("netflow-%s-%04d.dgm", stamp, i))
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return err
		}
		d.file, d.w = f, bufio.NewWriterSize(f, 256<<10)
		return nil
	}
	return fmt.Errorf("%s holds 10000 files of this second", d.dir)
}

// flush hands what was written to the kernel, ends the present file when its time
// has come, and returns a function that brings all to disk. That one takes long and
// may run while more is written.
func (d *folder) flush(now time.Time) (sync func() error, err error) {
	if d.file != nil && now.Sub(d.begun) >= d.age {
		if err := d.end(); err != nil {
			return nil, err
		}
	}
	old, file := d.old, d.file
	d.old = nil
	if file != nil {
		if err := d.w.Flush(); err != nil {
			return nil, err
		}
	}
	if !d.dirty {
		file = nil
	}
	d.dirty = false
	return func() error {
		var errs error
		for _, f := range old {
			errs = errors.Join(errs, f.Sync(), f.Close())
		}
		if file != nil {
			if err := file.Sync(); !errors.Is(err, os.ErrClosed) {
				errs = errors.Join(errs, err)
			}
		}
		return errs
	}, nil
}

// end ends the present file; flush closes it.
func (d *folder) end() error {
	if d.file == nil {
		return nil
	}
	d.old = append(d.old, d.file)
	d.file = nil
	return d.w.Flush()
}

// close brings everything to disk.
func (d *folder) close() error {
	err := d.end()
	sync, e := d.flush(d.begun)
	if e != nil {
		return errors.Join(err, e)
	}
	return errors.Join(err, sync())
}

// carrier keeps the datagrams that say what records are, so that each file begins
// with them and can be read by itself.
type carrier struct {
	byKey   map[carryKey]*list.Element
	list    *list.List // of *carried, the one said last at the end
	bytes   int
	scratch []byte
}

// carryKey: exporters send the same templates again and again; of those that came
// from one address and say the same, the last datagram is kept.
type carryKey struct {
	from netip.Addr
	said [sha256.Size]byte
}

type carried struct {
	key   carryKey
	frame netflow.Frame
}

// How much is carried over.
const (
	maxCarried      = 1024
	maxCarriedBytes = 4 << 20
)

func newCarrier() carrier {
	return carrier{byKey: map[carryKey]*list.Element{}, list: list.New()}
}

// add keeps a datagram if it says what records are.
func (c *carrier) add(f *netflow.Frame) {
	c.scratch = netflow.AppendTemplates(c.scratch[:0], f.Datagram)
	if len(c.scratch) == 0 {
		return
	}
	k := carryKey{f.Sender.Addr(), sha256.Sum256(c.scratch)}
	if e := c.byKey[k]; e != nil {
		c.drop(e)
	}
	g := *f
	g.Flags |= netflow.Carried
	g.Datagram = append([]byte(nil), f.Datagram...)
	c.byKey[k] = c.list.PushBack(&carried{k, g})
	c.bytes += len(g.Datagram)
	for c.list.Len() > maxCarried || c.bytes > maxCarriedBytes {
		c.drop(c.list.Front())
	}
}

func (c *carrier) drop(e *list.Element) {
	x := c.list.Remove(e).(*carried)
	c.bytes -= len(x.frame.Datagram)
	delete(c.byKey, x.key)
}

// frames returns what is carried over, the oldest first, as the exporters said it.
func (c *carrier) frames() []*netflow.Frame {
	out := make([]*netflow.Frame, 0, c.list.Len())
	for e := c.list.Front(); e != nil; e = e.Next() {
		out = append(out, &e.Value.(*carried).frame)
	}
	return out
}
