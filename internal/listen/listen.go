package listen

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"barium/internal/event"
	"barium/internal/format/netflow"
)

// Options say where to listen and how to write.
type Options struct {
	Addresses []string       // to listen at, such as ":2055"
	Folder    string         // for the files; made if it is missing
	Size      int64          // of a file, after which the next one begins
	Age       time.Duration  // of a file, after which the next one begins
	Limit     int64          // of all files together, after which listening ends; 0 for none
	From      []netip.Prefix // exporters to listen to; all when empty
	// Ready is told the addresses when all of them are open.
	Ready func(addresses []string)
}

// Result says what was received.
type Result struct {
	Datagrams, Bytes int64
	Refused          int64 // datagrams of senders that are not in From; not written
	Lost             int64 // datagrams that the kernel dropped because they were too many
	Files            int
	Full             bool     // Limit was reached
	Senders          []Sender // by address; the last may stand for several
}

// Sender is an exporter and what came from it.
type Sender struct {
	Addr             netip.Addr // invalid for all senders beyond maxSenders
	Datagrams, Bytes int64
	netflow.Tally
}

// maxSenders is how many senders are counted by themselves: anybody can forge any
// number of them.
const maxSenders = 1024

// syncEvery is how often what was received is brought to disk.
const syncEvery = time.Second

// Run receives until ctx ends, Limit is reached or something cannot be written. The
// result is there also with an error.
func Run(ctx context.Context, o Options) (*Result, error) {
	l := &listener{o: o, seen: netflow.NewObserver(), ids: map[netip.Addr]int{}}
	var err error
	if l.folder, err = newFolder(o.Folder, o.Size, o.Age); err != nil {
		return l.result(), err
	}
	var sockets []*socket
	defer func() {
		for _, s := range sockets {
			s.conn.Close() //nolint:errcheck // nothing is written to it
		}
	}()
	var addresses []string
	for _, a := range o.Addresses {
		s, err := open(ctx, a)
		if err != nil {
			return l.result(), err
		}
		sockets = append(sockets, s)
		addresses = append(addresses, s.conn.LocalAddr().String())
	}
	if o.Ready != nil {
		o.Ready(addresses)
	}
	err = l.run(ctx, sockets)
	return l.result(), errors.Join(err, l.folder.close())
}

// errFull ends the listening at the limit.
var errFull = errors.New("the limit is reached")

// listener is what the goroutines of the sockets share.
type listener struct {
	o  Options
	mu sync.Mutex

	folder  *folder
	seen    *netflow.Observer
	ids     map[netip.Addr]int
	senders []Sender
	total   Result
}

// run receives at all sockets until one fails or ctx ends.
func (l *listener) run(ctx context.Context, sockets []*socket) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		for _, s := range sockets {
			s.conn.SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // fails only when it is closed
		}
	})
	defer stop()
	var wg sync.WaitGroup
	for _, s := range sockets {
		wg.Go(func() {
			if err := l.receive(ctx, s); err != nil {
				cancel(err)
			}
		})
	}
	wg.Go(func() {
		if err := l.tick(ctx); err != nil {
			cancel(err)
		}
	})
	wg.Wait()
	switch err := context.Cause(ctx); {
	case errors.Is(err, errFull):
		l.total.Full = true
		return nil
	case errors.Is(err, context.Canceled):
		return nil
	default:
		return err
	}
}

// tick brings what was received to disk, again and again.
func (l *listener) tick(ctx context.Context) error {
	t := time.NewTicker(syncEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-t.C:
			l.mu.Lock()
			sync, err := l.folder.flush(now)
			l.mu.Unlock()
			if err != nil {
				return fmt.Errorf("writing what was received: %w", err)
			}
			if err := sync(); err != nil {
				return fmt.Errorf("writing what was received: %w", err)
			}
		}
	}
}

// receive takes in what comes at one socket.
func (l *listener) receive(ctx context.Context, s *socket) error {
	for {
		datagram, from, dropped, err := s.receive()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receiving: %w", err)
		}
		if err := l.take(datagram, from, s.port, dropped, time.Now()); err != nil {
			return err
		}
	}
}

// take writes one datagram and counts it.
func (l *listener) take(datagram []byte, from netip.AddrPort, port uint16, dropped uint32, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if dropped > 0 {
		l.total.Lost += int64(dropped)
		if err := l.folder.lost(uint64(l.total.Lost), now); err != nil {
			return fmt.Errorf("writing what was received: %w", err)
		}
	}
	if !l.wanted(from.Addr()) {
		l.total.Refused++
		return nil
	}
	f := netflow.Frame{Time: event.Time(now.UnixMicro()), Sender: from, Port: port, Datagram: datagram}
	if err := l.folder.write(&f, now); err != nil {
		return fmt.Errorf("writing what was received: %w", err)
	}
	l.folder.carry.add(&f)
	l.count(&f)
	if l.o.Limit > 0 && l.folder.total >= l.o.Limit {
		return errFull
	}
	return nil
}

func (l *listener) wanted(a netip.Addr) bool {
	return len(l.o.From) == 0 || slices.ContainsFunc(l.o.From, func(p netip.Prefix) bool { return p.Contains(a) })
}

// count counts a datagram for its sender.
func (l *listener) count(f *netflow.Frame) {
	id, ok := l.ids[f.Sender.Addr()]
	if !ok {
		if id = len(l.senders); id <= maxSenders {
			l.senders = append(l.senders, Sender{})
		}
		if id < maxSenders {
			l.ids[f.Sender.Addr()] = id
			l.senders[id].Addr = f.Sender.Addr()
		}
		id = min(id, maxSenders)
	}
	s := &l.senders[id]
	n := int64(len(f.Datagram))
	s.Datagrams, s.Bytes = s.Datagrams+1, s.Bytes+n
	l.total.Datagrams, l.total.Bytes = l.total.Datagrams+1, l.total.Bytes+n
	l.seen.Datagram(f, id)
}

// result sums up.
func (l *listener) result() *Result {
	l.seen.Done()
	r := l.total
	r.Senders = slices.Clone(l.senders)
	for i := range r.Senders {
		r.Senders[i].Tally = l.seen.Of(i)
	}
	named := r.Senders[:min(len(r.Senders), maxSenders)]
	slices.SortFunc(named, func(a, b Sender) int { return a.Addr.Compare(b.Addr) })
	if l.folder != nil {
		r.Files = l.folder.files
	}
	return &r
}
