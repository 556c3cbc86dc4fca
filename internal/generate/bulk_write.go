package generate

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// bulk is one run of Bulk.
type bulk struct {
	o     BulkOptions
	g     *generator // of what does not grow with the hospital; written first
	crowd *crowd
	out   *outside
	slots []slot
	first *tally

	outlets []*outlet
	sights  [][]sighting // of certificates in g's traffic, by slot
	hours   map[int64][]uint64
	volume  *Volume
}

// slot is a stretch of time and how many connections it has to hold.
type slot struct {
	from, to int64
	quota    int64
}

func newBulk(o BulkOptions) *bulk {
	b := &bulk{o: o, crowd: newCrowd(o), hours: map[int64][]uint64{}, first: &tally{}}
	start := b.crowd.start
	b.g = &generator{
		wire: &wire{logs: b.logs(), start: start, end: start + int64(o.Days)*day, ids: stream(o.Seed, "ids"), tally: b.first},
		o:    Options{Seed: o.Seed, Hosts: o.Hosts, Days: o.Days, Start: o.Start}, pool: &pool{used: map[ip]bool{}},
		shares: newShares(o.Seed, start), net: b.crowd.net,
	}
	b.out = newOutside(b.crowd, b.g)
	b.g.web = b.out.web
	b.crowd.equip(b.out)
	return b
}

// logs returns empty tables; those that nobody wants are off.
func (b *bulk) logs() *logs {
	l := newLogs(b.o.JSON)
	for _, t := range l.all() {
		t.off = b.o.Logs != nil && !slices.Contains(b.o.Logs, t.path)
	}
	return l
}

func (b *bulk) write(ctx context.Context, create Create) (*Volume, error) {
	b.volume = &Volume{Hosts: b.o.Hosts, Truth: Truth{Internal: []string{bulkNet, edgeNet}, Records: map[string]int64{}}}
	b.fixed()
	if err := b.plan(); err != nil {
		return nil, err
	}
	for _, t := range b.g.all() {
		b.outlets = append(b.outlets, newOutlet(t, b, create))
	}
	b.count(b.first)
	b.sights = make([][]sighting, len(b.slots))
	for _, s := range b.first.seen {
		i := b.slotOf(s.ts)
		b.sights[i] = append(b.sights[i], s)
	}
	if err := b.run(ctx); err != nil {
		for _, o := range b.outlets {
			o.abort()
		}
		return nil, err
	}
	for _, o := range b.outlets {
		if o.rows > 0 {
			b.volume.Records[o.t.path] = o.rows
			b.volume.Bytes += o.bytes
		}
	}
	b.countHours(math.MaxInt64)
	return b.volume, writeReadme(create, b.readme())
}

// fixed writes what every hospital has about once, whatever its size, and the
// theft.
func (b *bulk) fixed() {
	for _, c := range concerns() {
		switch c.name {
		case "backup", "laboratory", "sequencing", "indexing", "building", "capture loss":
			c.write(b.g, stream(b.o.Seed, "traffic/"+c.name))
		}
	}
	if b.o.Theft {
		b.volume.Theft = b.g.steal()
	}
}

// plan cuts the time into slots of at most an hour, short enough that their rows
// fit in memory, and gives each its connections.
func (b *bulk) plan() error {
	total := b.o.Rows
	if total == 0 {
		total = int64(b.crowd.rows()) + b.first.conns
	}
	const peak, most = 2.6, 120_000 // of the busiest hour, against the average; connections of a block
	length := hour
	for _, minutes := range []int64{60, 30, 20, 15, 10, 6, 5, 4, 3, 2, 1} {
		length = minutes * minute
		if peak*float64(total)*float64(length)/float64(int64(b.o.Days)*day) < most {
			break
		}
	}
	r := stream(b.o.Seed, "bulk/rhythm")
	var sums []float64
	sum := 0.0
	for at := b.g.start; at < b.g.end; at += length {
		b.slots = append(b.slots, slot{from: at, to: at + length})
		sum += b.crowd.load(b.g, at+length/2, nil) * math.Exp(0.08*r.NormFloat64())
		sums = append(sums, sum)
	}
	if b.o.Files > len(b.slots) {
		return fmt.Errorf("files: %d are too many for %s with so few rows; at most %d", b.o.Files, plural(b.o.Days, "day"), len(b.slots))
	}
	b.volume.Connections = total
	given := int64(0)
	for i := range b.slots {
		upTo := int64(math.Round(float64(total-b.first.conns) * sums[i] / sum))
		b.slots[i].quota, given = upTo-given, upTo
	}
	return nil
}

func (b *bulk) slotOf(ts int64) int {
	return int(max(0, ts-b.g.start) / (b.slots[0].to - b.slots[0].from))
}

func (b *bulk) newBlock() *block {
	g := *b.g
	g.wire = &wire{logs: b.logs(), start: b.g.start, end: b.g.end, tally: &tally{}}
	return &block{generator: g, out: b.out, crowd: b.crowd, work: make([]float64, len(b.crowd.actors)), used: make([]int64, len(b.crowd.actors))}
}

// run makes the blocks side by side and writes them one after the other.
func (b *bulk) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	free := make(chan *block, workers+2)
	for range cap(free) {
		free <- b.newBlock()
	}
	todo, made := make(chan *block), make(chan *block, cap(free))
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		defer close(todo)
		for i, s := range b.slots {
			select {
			case k := <-free:
				k.number, k.from, k.to, k.quota = i, s.from, s.to, s.quota
				todo <- k
			case <-ctx.Done():
				return
			}
		}
	})
	for range workers {
		wg.Go(func() {
			for k := range todo {
				k.fill()
				made <- k
			}
		})
	}
	waiting := map[int]*block{}
	done := b.first.conns
	for next := 0; next < len(b.slots); {
		k := waiting[next]
		if k == nil {
			select {
			case k = <-made:
				waiting[k.number] = k
			case <-ctx.Done():
				return ctx.Err()
			}
			continue
		}
		delete(waiting, next)
		if err := b.take(k); err != nil {
			return err
		}
		done += k.quota
		free <- k
		next++
		if b.o.Progress != nil {
			b.o.Progress(done, b.volume.Connections)
		}
	}
	for _, o := range b.outlets {
		if err := o.finish(); err != nil {
			return err
		}
	}
	return nil
}

// take writes one block; blocks come in order of time.
func (b *bulk) take(k *block) error {
	b.count(k.tally)
	b.countHours(k.from/hour - 1)
	b.certificates(k)
	for i, t := range k.all() {
		if err := b.outlets[i].take(k.number, t); err != nil {
			return err
		}
	}
	return nil
}

// certificates adds the rows of x509.log: Zeek logs a certificate again only
// after a day.
func (b *bulk) certificates(k *block) {
	seen := append(k.tally.seen, b.sights[k.number]...)
	if k.x509.off {
		return
	}
	slices.SortStableFunc(seen, func(x, y sighting) int { return int(x.ts - y.ts) })
	for _, s := range seen {
		if s.cert.seen == nil {
			s.cert.seen = []int64{math.MinInt64 / 2}
		}
		if s.ts-s.cert.seen[0] >= day {
			s.cert.seen[0] = s.ts
			k.writeCert(s.cert, s.ts)
		}
	}
	k.x509.sort()
}

// count adds the conversations of a block.
func (b *bulk) count(c *tally) {
	slices.Sort(c.keys)
	b.hours[c.hour] = append(b.hours[c.hour], slices.Compact(c.keys)...)
	for _, o := range c.other {
		b.hours[o.hour] = append(b.hours[o.hour], o.key)
	}
}

// countHours counts the hours before the given one, to which nothing is added
// any more.
func (b *bulk) countHours(before int64) {
	for h, keys := range b.hours {
		if h < before && h < b.crowd.start/hour+int64(b.o.Days)*24 {
			slices.Sort(keys)
			b.volume.ConversationHours += int64(len(slices.Compact(keys)))
			delete(b.hours, h)
		}
	}
}

func (b *bulk) readme() string {
	var s strings.Builder
	s.WriteString(nobody)
	o, format := b.o, "TSV"
	if o.JSON {
		format = "JSON"
	}
	fmt.Fprintf(&s, "seed   %d\nhosts  %d\n", o.Seed, o.Hosts)
	if o.Rows > 0 {
		fmt.Fprintf(&s, "rows   %d\n", o.Rows)
	}
	fmt.Fprintf(&s, "start  %s\ndays   %d\nformat Zeek %s\ninside %s\n\n", o.Start.Format(time.RFC3339), o.Days, format, strings.Join(b.volume.Internal, " "))
	s.WriteString(confession(b.volume.Theft))
	return s.String()
}
