package listen

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format/formattest"
	"barium/internal/format/netflow"
)

// running is a listener on the loopback.
type running struct {
	t      *testing.T
	dir    string
	cancel context.CancelFunc
	conn   net.Conn
	done   chan *Result
	err    error
}

// start runs a listener with one socket and opens a sender to it.
func start(t *testing.T, o Options) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, dir: filepath.Join(t.TempDir(), "flows"), cancel: cancel, done: make(chan *Result, 1)}
	ready := make(chan string, 1)
	o.Addresses, o.Folder = []string{"127.0.0.1:0"}, r.dir
	o.Ready = func(a []string) { ready <- a[0] }
	if o.Size == 0 {
		o.Size = 1 << 30
	}
	if o.Age == 0 {
		o.Age = time.Hour
	}
	go func() {
		res, err := Run(ctx, o)
		r.err = err
		r.done <- res
	}()
	select {
	case a := <-ready:
		var err error
		if r.conn, err = net.Dial("udp", a); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.conn.Close(); cancel() }) //nolint:errcheck // a sender
	case <-r.done:
		t.Fatal(r.err)
	}
	return r
}

func (r *running) send(datagrams ...[]byte) {
	r.t.Helper()
	for _, d := range datagrams {
		if _, err := r.conn.Write(d); err != nil {
			r.t.Fatal(err)
		}
	}
}

// stop ends the listener once it has had time for what was sent.
func (r *running) stop() *Result {
	r.t.Helper()
	time.Sleep(300 * time.Millisecond)
	r.cancel()
	select {
	case res := <-r.done:
		if r.err != nil {
			r.t.Fatal(r.err)
		}
		return res
	case <-time.After(20 * time.Second):
		r.t.Fatal("the listener does not end")
		return nil
	}
}

// read reads each file by itself, in order of name.
func (r *running) read() (files []*formattest.Recorder) {
	r.t.Helper()
	names, err := filepath.Glob(filepath.Join(r.dir, "*.dgm"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, name := range names {
		st, err := os.Stat(name)
		if err != nil || st.Mode().Perm() != 0o600 {
			r.t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			r.t.Fatal(err)
		}
		files = append(files, formattest.Read(r.t, netflow.Reader{}, b))
	}
	return files
}

var be = binary.BigEndian

func words(b []byte, n ...uint16) []byte {
	for _, x := range n {
		b = be.AppendUint16(b, x)
	}
	return b
}

// message is a NetFlow v9 message of now.
func message(sets ...[]byte) []byte {
	b := words(nil, 9, uint16(len(sets)))
	for _, n := range []uint32{1_000_000, uint32(time.Now().Unix()), 0, 0} {
		b = be.AppendUint32(b, n)
	}
	for _, s := range sets {
		b = append(b, s...)
	}
	return b
}

// template says that records are addresses, ports and bytes.
var template = words(nil, 0, 4+4+20, 256, 5, 8, 4, 12, 4, 7, 2, 11, 2, 1, 4)

// data is a set of one flow from port i.
func data(i uint16) []byte {
	b := words(nil, 256, 4+16)
	b = append(b, 10, 0, 0, 1, 203, 0, 113, 7)
	b = words(b, i, 443)
	return be.AppendUint32(b, 1000)
}

func TestRotation(t *testing.T) {
	r := start(t, Options{Size: 2000})
	r.send(message(template))
	const n = 100
	for i := range uint16(n) {
		r.send(message(data(1000 + i)))
	}
	res := r.stop()
	files := r.read()
	if len(files) < 4 || res.Files != len(files) {
		t.Fatalf("%d files, the result says %d", len(files), res.Files)
	}
	seen := map[uint16]int{}
	for _, rec := range files {
		if len(rec.Bads) > 0 {
			t.Errorf("%+v", rec.Bads)
		}
		for _, x := range rec.Records {
			seen[x.Event.(event.Conn).OrigPort]++
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d flows", len(seen), n)
	}
	for port, k := range seen {
		if k != 1 {
			t.Errorf("port %d %d times", port, k)
		}
	}
	want := &Result{
		Datagrams: n + 1, Bytes: int64(len(message(template)) + n*len(message(data(0)))), Files: len(files),
		Senders: []Sender{{Addr: netip.MustParseAddr("127.0.0.1"), Datagrams: n + 1, Bytes: res.Bytes, Tally: netflow.Tally{Flows: n}}},
	}
	if d := cmp.Diff(want, res, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Error(d)
	}
}

func TestGarbage(t *testing.T) {
	r := start(t, Options{})
	r.send([]byte("hello"), nil, make([]byte, 60000), message(data(1)), message(data(2)), message(words(nil, 300, 2)))
	res := r.stop()
	if res.Datagrams != 6 {
		t.Errorf("%d datagrams", res.Datagrams)
	}
	if got := res.Senders[0].Tally; got != (netflow.Tally{Bad: 4, NoTemplate: 2}) {
		t.Errorf("%+v", got)
	}
	if files := r.read(); len(files) != 1 || len(files[0].Bads) != 6 {
		t.Errorf("%d files", len(files))
	}
}

func TestFrom(t *testing.T) {
	r := start(t, Options{From: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	r.send(message(template), message(data(1)))
	if res := r.stop(); res.Refused != 2 || res.Datagrams != 0 || res.Files != 0 || len(r.read()) != 0 {
		t.Errorf("%+v", res)
	}
	r = start(t, Options{From: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	r.send(message(template), message(data(1)))
	if res := r.stop(); res.Refused != 0 || res.Datagrams != 2 {
		t.Errorf("%+v", res)
	}
}

func TestLimit(t *testing.T) {
	r := start(t, Options{Limit: 10_000})
	for i := range uint16(300) {
		r.conn.Write(message(data(i))) //nolint:errcheck // refused once the listener has ended
	}
	res := <-r.done
	if r.err != nil || !res.Full || res.Files != 1 {
		t.Errorf("%+v, %v", res, r.err)
	}
	names, err := filepath.Glob(filepath.Join(r.dir, "*"))
	if len(names) != 1 {
		t.Fatal(names, err)
	}
	if st, err := os.Stat(names[0]); err != nil || st.Size() < 10_000 || st.Size() > 10_100 {
		t.Error(st.Size(), err)
	}
}

// TestAge checks that a file ends with its time also when nothing comes.
func TestAge(t *testing.T) {
	r := start(t, Options{Age: 500 * time.Millisecond})
	r.send(message(template), message(data(1)))
	time.Sleep(1500 * time.Millisecond)
	r.send(message(data(2)))
	if res := r.stop(); res.Files != 2 {
		t.Errorf("%d files", res.Files)
	}
	for i, rec := range r.read() {
		if len(rec.Records) != 1 || len(rec.Bads) != 0 {
			t.Errorf("file %d: %d records, %v", i, len(rec.Records), rec.Bads)
		}
	}
}

// TestFlood sends faster than the disk is brought up to date: what is not written
// is counted.
func TestFlood(t *testing.T) {
	r := start(t, Options{})
	r.send(message(template))
	const n = 30_000
	d := message(data(1))
	for range n {
		r.send(d)
	}
	r.send(message(data(2)))
	time.Sleep(500 * time.Millisecond)
	r.send(message(data(3))) // says how many were dropped
	res := r.stop()
	if got := res.Datagrams + res.Lost; got != n+3 {
		t.Errorf("%d received and %d lost of %d", res.Datagrams, res.Lost, n+3)
	}
	warned := false
	for _, rec := range r.read() {
		for _, w := range rec.Warnings {
			warned = warned || strings.HasPrefix(w, fmt.Sprintf("%d datagrams were lost", res.Lost))
		}
	}
	if warned != (res.Lost > 0) {
		t.Errorf("%d lost, warned: %v", res.Lost, warned)
	}
	t.Logf("%d lost", res.Lost)
}

func TestErrors(t *testing.T) {
	f := func(o Options, want string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		o.Size, o.Age = 1<<20, time.Hour
		if _, err := Run(ctx, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	f(Options{Addresses: []string{"127.0.0.1:99999"}, Folder: t.TempDir()}, "listening at 127.0.0.1:99999: ")
	f(Options{Addresses: []string{"192.0.2.77:5000"}, Folder: t.TempDir()}, "listening at 192.0.2.77:5000: ")
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f(Options{Addresses: []string{"127.0.0.1:0"}, Folder: filepath.Join(file, "x")}, "not a directory")

	r := start(t, Options{})
	if err := os.RemoveAll(r.dir); err != nil {
		t.Fatal(err)
	}
	r.send(message(template))
	<-r.done
	if !errors.Is(r.err, fs.ErrNotExist) || !strings.HasPrefix(r.err.Error(), "writing what was received: ") {
		t.Error(r.err)
	}
}

// TestCarrier checks that what is carried over is bounded, and that a template
// said anew comes last.
func TestCarrier(t *testing.T) {
	c := newCarrier()
	other := words(nil, 0, 4+8, 257, 1, 8, 4)
	add := func(from string, d []byte) {
		c.add(&netflow.Frame{Sender: netip.AddrPortFrom(netip.MustParseAddr(from), 1), Datagram: d})
	}
	add("10.0.0.1", message(template))
	add("10.0.0.1", message(other, data(1)))
	add("10.0.0.1", message(data(1)))
	add("10.0.0.1", message(template))
	add("10.0.0.1", []byte("nonsense that is long enough"))
	frames := c.frames()
	if len(frames) != 2 || len(frames[0].Datagram) != len(message(other, data(1))) || frames[0].Flags != netflow.Carried {
		t.Errorf("%d frames", len(frames))
	}
	for i := range 3 * maxCarried {
		add(netip.AddrFrom4([4]byte{10, 1, byte(i >> 8), byte(i)}).String(), message(template))
	}
	if len(c.frames()) != maxCarried || len(c.byKey) != maxCarried {
		t.Errorf("%d carried", len(c.frames()))
	}
	big := message(words(nil, 0, 60_000), make([]byte, 60_000-4))
	for i := range 200 {
		add(netip.AddrFrom4([4]byte{10, 2, 0, byte(i)}).String(), big)
	}
	if c.bytes > maxCarriedBytes || c.bytes < maxCarriedBytes/2 {
		t.Errorf("%d bytes carried", c.bytes)
	}
}
