package prove

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"slices"

	"barium/internal/event"
	"barium/internal/generate"
	"barium/internal/hunt"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

// ErrEmpty is returned for a background in which no host inside ever dealt with
// the outside: there is nobody to rob.
var ErrEmpty = errors.New("no host inside opens connections to the outside in these logs, so that no theft can be injected; is --internal right?")

// machine is a host inside that may be robbed.
type machine struct {
	ip       string
	days     map[int]bool // on which it dealt with the outside, counted from 0
	resolver string       // that it asks, empty for none
}

// background is the logs that thefts are injected into.
type background struct {
	store      *duck.Store
	done       func() error
	networks   ledger.Networks
	first      uint32 // first hour with a conversation
	hours      uint32 // from there to the end
	days       int    // of 24 hours, at least 1
	warm       int    // days before the first theft may begin
	hosts      int64  // that deal with the outside
	machines   []machine
	forwards   map[string]bool // resolvers whose own look-ups are logged
	logs       map[string]bool
	taken      map[event.Addr]bool
	sources    uint32 // highest id of a source
	records    int64
	volume     *generate.Volume // nil for logs that were given
	popularity *popularity
}

// leastDatabase is the least memory in bytes that the database gets, as in a hunt.
const leastDatabase = 128 << 20

// open makes a temporary ledger of the logs that the options name.
func open(ctx context.Context, o *Options) (b *background, err error) {
	dir, err := os.MkdirTemp(o.TempDir, "barium-prove-")
	if err != nil {
		return nil, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	store, err := duck.Open(ctx, filepath.Join(dir, "ledger"), duck.Options{Memory: max(o.Memory/2, leastDatabase), TempDir: dir})
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	b = &background{store: store, done: func() error { return errors.Join(store.Close(), remove()) }}
	if err := b.fill(ctx, o, dir); err != nil {
		return nil, errors.Join(err, b.done())
	}
	return b, nil
}

// fill reads the logs, or generates them.
func (b *background) fill(ctx context.Context, o *Options, dir string) (err error) {
	inside := o.Internal
	var sources []ledger.Source
	if o.Generate != nil {
		if b.volume, sources, err = generated(ctx, b.store, *o.Generate, o, dir); err != nil {
			return err
		}
		if len(inside) == 0 {
			inside = b.volume.Internal
		}
	} else {
		files, err := hunt.Discover(ctx, o.Paths, o.Stdin, o.Mappings...)
		if err != nil {
			return err
		}
		if sources, err = hunt.Import(ctx, b.store, files, hunt.Options{Memory: o.Memory, TempDir: dir, Progress: o.Progress}); err != nil {
			return err
		}
	}
	for _, s := range sources {
		b.sources = max(b.sources, s.ID)
		b.records += s.Records
	}
	if b.records == 0 {
		return hunt.ErrNothing
	}
	b.networks, err = hunt.Inside(ctx, b.store, inside)
	return err
}

// survey says what the background holds, from a look at all of it.
func (b *background) survey(ctx context.Context, l *ledger.Look) error {
	var last uint32
	if err := ledger.One(ctx, l, "SELECT coalesce(min(hour), 0), coalesce(max(hour), 0) FROM oriented", &b.first, &last); err != nil {
		return err
	}
	b.hours = last - b.first + 1
	b.days = max(1, int((b.hours+12)/24))
	switch {
	case b.days >= 14:
		b.warm = 7
	default:
		b.warm = b.days / 3
	}
	b.hosts = l.Facts.Hosts
	b.logs, b.taken, b.forwards = map[string]bool{}, map[event.Addr]bool{}, map[string]bool{}
	var text string
	err := ledger.Each(ctx, l, "SELECT DISTINCT n.text FROM ledger.coverage c JOIN ledger.name n ON n.id = c.log ORDER BY n.text", nil, []any{&text}, func() error {
		b.logs[text] = true
		return nil
	})
	if err != nil {
		return err
	}
	err = ledger.Each(ctx, l, "SELECT ip FROM place", nil, []any{&text}, func() error {
		if a, err := netip.ParseAddr(text); err == nil {
			b.taken[event.AddrFrom(a)] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.crowd(ctx, l)
}

// crowd finds the machines. Those that answer look-ups of others are left out: what
// they send is others' business.
func (b *background) crowd(ctx context.Context, l *ledger.Look) error {
	at := map[string]int{}
	var ip, resolver string
	var day int
	err := ledger.Each(ctx, l, machinesQuery, []any{b.first}, []any{&ip, &day}, func() error {
		i, ok := at[ip]
		if !ok {
			i = len(b.machines)
			at[ip] = i
			b.machines = append(b.machines, machine{ip: ip, days: map[int]bool{}})
		}
		b.machines[i].days[day] = true
		return nil
	})
	if err != nil {
		return err
	}
	servers := map[string]bool{}
	var n int64
	err = ledger.Each(ctx, l, resolversQuery, nil, []any{&ip, &resolver, &n}, func() error {
		if i, ok := at[ip]; ok && b.machines[i].resolver == "" { // the most asked comes first
			b.machines[i].resolver = resolver
		}
		servers[resolver] = true
		return nil
	})
	if err != nil {
		return err
	}
	for _, m := range b.machines {
		b.forwards[m.ip] = servers[m.ip] && m.resolver != ""
	}
	b.machines = slices.DeleteFunc(b.machines, func(m machine) bool { return servers[m.ip] })
	if len(b.machines) == 0 {
		return ErrEmpty
	}
	return nil
}

// pick returns n machines that were there on a day, or any when too few were; pick
// order is the caller's random order.
func (b *background) pick(day, n int, order []int) (out []machine) {
	for _, there := range []bool{true, false} {
		for _, i := range order {
			if m := b.machines[i]; len(out) < n && m.days[day] == there {
				out = append(out, m)
			}
		}
	}
	return out
}

// until returns the hour at which a day ends.
func (b *background) until(day int) uint32 {
	if day >= b.days {
		return b.first + b.hours
	}
	return b.first + uint32(day)*24
}

// moment is the begin of an hour.
func moment(hour uint32) event.Time { return event.Time(int64(hour) * 3600 * 1_000_000) }

// together is how many thefts a round may hold.
func (b *background) together() int { return max(1, int(b.hosts/100)) }
