package ledgertest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"barium/internal/condense"
	"barium/internal/ledger"
)

// now is later than all records here.
var now = time.Unix((Hour+24*1000)*3600, 0)

// months is records of days over 14 months: the first is dropped, the next two are
// rolled up, the last one is kept by the hour. Each day has two runs of hours.
func months() (ps []Put) {
	for _, day := range []int64{0, 30, 31, 420} {
		ps = append(append(ps, SampleAt(day*24)...), SampleAt(day*24+6)...)
		for i := range int64(30) {
			ps = append(ps, Connection(day*24*hour+i*20*second, "10.0.0.1", "192.0.2.250", 443, 1000+i, 10))
		}
	}
	return ps
}

func mustPrune(t *testing.T, s ledger.Store) ledger.Pruned {
	t.Helper()
	p, err := ledger.Prune(context.Background(), s, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// daySums gives what the rows of each key add up to, day by day, from a day on.
func daySums(t *testing.T, s ledger.Store, from uint32) (out []string) {
	t.Helper()
	for _, tab := range condense.Tables {
		var cols []string
		for _, k := range tab.Key[1:] {
			cols = append(cols, "r."+k.Name)
		}
		keys := strings.Join(cols, ", ")
		var sums []string
		for _, x := range tab.Sums {
			switch x.Name {
			case "names", "info", "length": // each different name once, in a day as in an hour
			case "longest", "worst_millionths":
				sums = append(sums, "max(r."+x.Name+")")
			default:
				sums = append(sums, "sum(r."+x.Name+")")
			}
		}
		for _, x := range texts(t, s, fmt.Sprintf("SELECT concat_ws('|', r.hour - r.hour %% 24, %s, min(r.first), max(r.first + r.span), %s) FROM ledger.%s r WHERE r.hour >= %d GROUP BY r.hour - r.hour %% 24, %s ORDER BY 1",
			keys, strings.Join(sums, ", "), tab.Name, from, keys)) {
			out = append(out, tab.Name+" "+x)
		}
	}
	return out
}

// prune asserts that days say of every key what their hours said, and that exactly
// what is too old is gone.
func (o opener) prune(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, months())
	limits := ledger.Limits(condense.DayOf(Hour) + 420*24 + 12)
	want := daySums(t, s, limits.Daily)
	names := number(t, s, "SELECT count(DISTINCT name) FROM ledger.answer")
	p := mustPrune(t, s)
	if p.Dropped != 1 || p.Rolled != 2 || p.After == 0 || p.After*2 > p.Before || p.Hourly == 0 {
		t.Errorf("pruned %+v", p)
	}
	if d := gocmp.Diff(want, daySums(t, s, 0)); d != "" {
		t.Error(d)
	}
	if n := number(t, s, "SELECT count(DISTINCT name) FROM ledger.answer"); n != names {
		t.Errorf("%d names in answers, want %d", n, names)
	}
	for _, tab := range condense.Tables {
		odd := number(t, s, fmt.Sprintf("SELECT count(*) FROM ledger.%s WHERE hour < %d AND hour %% 24 <> 0", tab.Name, p.Hourly))
		if (odd > 0) == tab.Rolls() {
			t.Errorf("%s: %d rows of hours are left", tab.Name, odd)
		}
	}
	if h, err := s.Hourly(context.Background()); err != nil || h != p.Hourly || h != condense.DayOf(Hour)+32*24 {
		t.Errorf("hours from %d on, %v", h, err)
	}
	// The sample makes look-ups for ten names: a day counts each once.
	if n := number(t, s, "SELECT max(names) FROM ledger.lookup WHERE hour < ?", p.Hourly); n != 10 {
		t.Errorf("%d different names in a day, want 10", n)
	}
	o.thinned(t, s, p.Hourly)
	if again := mustPrune(t, s); again.Changed() {
		t.Errorf("pruned again: %+v", again)
	}
}

// thinned looks at the lists of days.
func (o opener) thinned(t *testing.T, s ledger.Store, hourly uint32) {
	t.Helper()
	for _, tab := range condense.Tables {
		if len(tab.Values) == 0 {
			continue
		}
		var list condense.Stored
		var events, sent, longest int64
		conversation := tab.ID == condense.Conversation
		cols, extra := "", "0"
		for _, c := range tab.Totals {
			cols += "r." + c + ", "
		}
		if conversation {
			extra = "r.bytes_orig"
		}
		into := append([]any{&events, &sent}, list.Scan(tab)...)
		err := ledger.Each(context.Background(), s, fmt.Sprintf(`SELECT r.events + r.duplicates, %s, r.first, r.first + r.span, %sr.seq, l.lists
			FROM ledger.%s r JOIN ledger.%s_list l ON l.block = r.seq - r.seq %% 4 WHERE r.hour < %d`, extra, cols, tab.Name, tab.Name, hourly), nil, into, func() error {
			es, err := condense.Events(tab, &list)
			if err != nil {
				return err
			}
			longest = max(longest, events)
			places, out := 0, int64(0)
			for i := range es {
				if es[i].Source != 0 {
					places++
				}
				if !es[i].Dup && !condense.Attempt(condense.ConvState(es[i].V[condense.ConvMeta])) {
					out += es[i].V[condense.ConvBytesOrig]
				}
			}
			if events > 0 && (places == 0 || places > condense.MaxExemplars) {
				t.Errorf("%s: a list of %d leads to %d raw lines", tab.Name, events, places)
			}
			if int64(len(es)) > events || events <= condense.WholeList && int64(len(es)) != events || tab.ID == condense.Transfer && int64(len(es)) != events {
				t.Errorf("%s: a list of %d for %d events", tab.Name, len(es), events)
			}
			if events > 3*condense.WholeList && tab.ID != condense.Transfer && len(es) > condense.WholeList {
				t.Errorf("%s: a list of %d for %d events is not thinned", tab.Name, len(es), events)
			}
			if es[0].TS != list.First || es[len(es)-1].TS != list.Last {
				t.Errorf("%s: a list from %d to %d, want %d to %d", tab.Name, es[0].TS, es[len(es)-1].TS, list.First, list.Last)
			}
			if conversation && out != sent {
				t.Errorf("a list of %d bytes, want %d", out, sent)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if conversation && longest <= 3*condense.WholeList {
			t.Error("no list is long enough to be thinned")
		}
	}
}

// pruneAnyOrder asserts that the same records give the same ledger, in whatever order
// and parts they came, pruned at the end or in between.
func (o opener) pruneAnyOrder(t *testing.T) {
	ps := months()
	once := o.fresh(t)
	mustAdd(t, once, 1, ps)
	mustPrune(t, once)
	want := sum(t, once)
	rng := rand.New(rand.NewPCG(13, 90))
	for range 2 {
		s := o.fresh(t)
		mixed := slices.Clone(ps)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for id := uint32(1); len(mixed) > 0; id += 2 {
			n := min(len(mixed), 1+rng.IntN(len(ps)))
			mustAdd(t, s, id, mixed[:n/2], mixed[n/2:n])
			mixed = mixed[n:]
		}
		mustPrune(t, s)
		if got := sum(t, s); got != want {
			t.Errorf("in another order: checksum %s, want %s", got, want)
		}
	}
	s := o.fresh(t)
	for day := range 4 { // as the days come
		n := len(ps) / 4
		mustAdd(t, s, uint32(day+1), ps[day*n:(day+1)*n])
		mustPrune(t, s)
	}
	if got := sum(t, s); got != want {
		t.Errorf("pruned in between: checksum %s, want %s", got, want)
	}
	unpruned := o.fresh(t)
	mustAdd(t, unpruned, 1, ps)
	if sum(t, unpruned) == want {
		t.Error("pruning changes nothing")
	}
	// What is too old now is refused.
	dict, err := s.Dictionary(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	hourly, err := s.Hourly(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c := condense.New(dict, condense.Options{Oldest: hourly})
	defer c.Close()
	sink := c.Sink(9)
	for _, p := range ps {
		p(sink)
	}
	if err := sink.Close(); err != nil {
		t.Fatal(err)
	}
	if sink.Refused == 0 || sink.Refused >= sink.Records {
		t.Errorf("%d of %d records are refused", sink.Refused, sink.Records)
	}
	if err := s.Import(context.Background(), c, nil); err != nil {
		t.Fatal(err)
	}
	if got := sum(t, s); got != want {
		t.Errorf("old records again: checksum %s, want %s", got, want)
	}
	if _, err := add(context.Background(), s, condense.Options{}, 10, ps[:1]); err == nil {
		t.Error("an hour goes into a day")
	}
}

// pruneClock asserts that a record of the far future drops nothing.
func (o opener) pruneClock(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, Sample())
	mustAdd(t, s, 2, []Put{Connection(24*5000*hour, "10.0.0.1", "192.0.2.1", 443, 1, 1)})
	want := sum(t, s)
	if p := mustPrune(t, s); p.Changed() || sum(t, s) != want {
		t.Errorf("pruned %+v", p)
	}
}
