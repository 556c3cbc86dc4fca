package ledgertest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/condense"
	"barium/internal/ledger"
)

// Open opens the ledger that lies in a folder, and creates it when there is none.
type Open func(ctx context.Context, dir string) (ledger.Store, error)

// Run checks that the stores which open gives keep the promises of ledger.Store.
func Run(t *testing.T, open Open) {
	t.Helper()
	o := opener{open}
	t.Run("empty", o.empty)
	t.Run("union", o.union)
	t.Run("sources", o.sources)
	t.Run("failed import", o.failedImport)
	t.Run("import interrupted", o.interrupted)
	t.Run("reopen", o.reopen)
	t.Run("dictionary", o.dictionary)
	t.Run("places of records", o.exemplars)
	t.Run("long lists", o.longLists)
	t.Run("checksum", o.checksum)
	t.Run("settings", o.settings)
	t.Run("cases", o.cases)
	t.Run("judgements", o.judgements)
	t.Run("queries", o.queries)
	t.Run("prune", o.prune)
	t.Run("prune in any order", o.pruneAnyOrder)
	t.Run("prune with a clock that is wrong", o.pruneClock)
	RunLook(t, open)
}

type opener struct{ open Open }

// fresh opens a new ledger.
func (o opener) fresh(t *testing.T) ledger.Store { return o.at(t, t.TempDir()) }

// at opens the ledger in dir and closes it at the end of the test.
func (o opener) at(t *testing.T, dir string) ledger.Store {
	t.Helper()
	s, err := o.open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// add imports records, as one source for each list.
func add(ctx context.Context, s ledger.Store, o condense.Options, first uint32, lists ...[]Put) ([]ledger.Source, error) {
	dict, err := s.Dictionary(ctx)
	if err != nil {
		return nil, err
	}
	c := condense.New(dict, o)
	defer c.Close()
	var sources []ledger.Source
	for i, l := range lists {
		id := first + uint32(i)
		sink := c.Sink(id)
		for _, p := range l {
			p(sink)
		}
		if err := sink.Close(); err != nil {
			return nil, err
		}
		sources = append(sources, ledger.Source{
			ID: id, Path: fmt.Sprintf("/logs/%d's conn.log\n", id), Format: "zeek conn (TSV)", Reader: "zeek", SHA256: strings.Repeat("ab", 32),
			Size: 1 << 40, ModTime: 1772445600_123456789, Inode: 1<<64 - 1 - uint64(id), Bytes: 1 << 41,
			Content: strings.Repeat("cd", 32), Head: strings.Repeat("ef", 32), Rest: ledger.Rest{Offset: 1<<41 - 7, Records: 1, Bad: 2},
			Records: sink.Records, Bad: sink.Tally.Bad, First: int64(sink.First), Last: int64(sink.Last), Problem: "ends too early", Details: `{"warnings":["x"]}`,
		})
	}
	return sources, s.Import(ctx, c, sources)
}

func mustAdd(t *testing.T, s ledger.Store, first uint32, lists ...[]Put) []ledger.Source {
	t.Helper()
	sources, err := add(context.Background(), s, condense.Options{}, first, lists...)
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func sum(t *testing.T, s ledger.Store) string {
	t.Helper()
	c, err := s.Checksum(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// number runs a query for one number.
func number(t *testing.T, s ledger.Store, query string, args ...any) (n int64) {
	t.Helper()
	rows, err := s.Query(context.Background(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row: %v", query, rows.Err())
	}
	if err := rows.Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// texts runs a query and returns each row in one line.
func texts(t *testing.T, s ledger.Store, query string) (out []string) {
	t.Helper()
	rows, err := s.Query(context.Background(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]any, len(columns))
	for rows.Next() {
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, v := range values {
			parts = append(parts, fmt.Sprint(v))
		}
		out = append(out, strings.Join(parts, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func (o opener) empty(t *testing.T) {
	s := o.fresh(t)
	sources, err := s.Sources(t.Context())
	if err != nil || len(sources) != 0 {
		t.Errorf("sources of an empty ledger: %v, %v", sources, err)
	}
	if v, err := s.Version(t.Context()); err != nil || v == "" {
		t.Errorf("version %q, %v", v, err)
	}
	a, b := sum(t, s), sum(t, o.fresh(t))
	if a != b || len(a) != 64 {
		t.Errorf("two empty ledgers: %s, %s", a, b)
	}
	mustAdd(t, s, 1, nil)
	if got := sum(t, s); got != a {
		t.Error("a source without records changes the checksum")
	}
	if sources, err := s.Sources(t.Context()); err != nil || len(sources) != 1 {
		t.Errorf("a source without records is not recorded: %v, %v", sources, err)
	}
}

// union asserts that imports add up to the same ledger, however divided.
func (o opener) union(t *testing.T) {
	all := Sample()
	whole := o.fresh(t)
	sources := mustAdd(t, whole, 1, all)
	want := sum(t, whole)
	if n := number(t, whole, "SELECT sum(events) FROM ledger.conversation"); n < 100 {
		t.Errorf("only %d connections", n)
	}
	if sources[0].Repeated == 0 {
		t.Error("the sample has no copies by a second sensor")
	}
	half, third := len(all)/2, len(all)/3
	f := func(name string, imports ...[]Put) {
		t.Helper()
		s := o.fresh(t)
		for i, l := range imports {
			mustAdd(t, s, uint32(i+1), l)
		}
		if got := sum(t, s); got != want {
			t.Errorf("%s: another ledger", name)
		}
	}
	f("again", all, all)
	f("two halves", all[:half], all[half:])
	f("two halves, the second first", all[half:], all[:half])
	f("overlapping halves", all[:2*third], all[third:])
	f("a half after the whole", all, all[half:])
	f("the whole after a half", all[third:2*third], all)
	f("backwards", backwards(all))

	s := o.fresh(t)
	mustAdd(t, s, 1, all[:half], all[half:], all[third:])
	if got := sum(t, s); got != want {
		t.Error("three sources at once: another ledger")
	}
	s = o.fresh(t)
	if _, err := add(t.Context(), s, condense.Options{Memory: 1, TempDir: t.TempDir()}, 1, all); err != nil {
		t.Fatal(err)
	}
	if got := sum(t, s); got != want {
		t.Error("with everything on disk: another ledger")
	}
	again := mustAdd(t, s, 2, all)
	if again[0].Repeated != again[0].Records {
		t.Errorf("%d of %d records repeated when all are known", again[0].Repeated, again[0].Records)
	}
	if got := sum(t, s); got != want {
		t.Error("again, after everything on disk: another ledger")
	}
}

func backwards(ps []Put) (out []Put) {
	for i := range ps {
		out = append(out, ps[len(ps)-1-i])
	}
	return out
}

// sources asserts that sources come back as they were given.
func (o opener) sources(t *testing.T) {
	dir := t.TempDir()
	s := o.at(t, dir)
	all := Sample()
	want := mustAdd(t, s, 1, all[:10], all[10:])
	want = append(want, mustAdd(t, s, 7, all)...)
	if n := len(all); want[2].Repeated != int64(n) {
		t.Errorf("%d of %d repeated", want[2].Repeated, n)
	}
	got, err := s.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// A source given again takes the place of the one with its number.
	again := mustAdd(t, s, 7, all[:5])
	got, err = s.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(append(want[:2:2], again...), got); d != "" {
		t.Error(d)
	}
}

// state is what a failed import must leave alone.
type state struct {
	checksum         string
	sources          int
	addresses, names int
	hours            int64
}

func stateOf(t *testing.T, s ledger.Store) (x state) {
	t.Helper()
	x.checksum = sum(t, s)
	sources, err := s.Sources(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	dict, err := s.Dictionary(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	x.sources, x.addresses, x.names = len(sources), len(dict.Addresses()), len(dict.Names())
	x.hours = number(t, s, "SELECT count(*) FROM ledger.hour")
	return x
}

func (o opener) failedImport(t *testing.T) {
	s := o.fresh(t)
	all := Sample()
	half := len(all) / 2
	mustAdd(t, s, 1, all[:half])
	want := stateOf(t, s)
	f := func(name string, ctx context.Context, wantErr error, spoil func(*condense.Condenser)) {
		t.Helper()
		dict, err := s.Dictionary(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c := condense.New(dict, condense.Options{Memory: 1, TempDir: t.TempDir()})
		defer c.Close()
		sink := c.Sink(2)
		for _, p := range all[half:] {
			p(sink)
		}
		if err := sink.Close(); err != nil {
			t.Fatal(err)
		}
		spoil(c)
		err = s.Import(ctx, c, []ledger.Source{{ID: 2, Path: "x"}})
		if err == nil || wantErr != nil && !errors.Is(err, wantErr) {
			t.Errorf("%s: error %v, want %v", name, err, wantErr)
		}
		if d := cmp.Diff(want, stateOf(t, s), cmp.AllowUnexported(state{})); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	f("cancelled before", cancelled, context.Canceled, func(*condense.Condenser) {})
	f("temporary files are gone", context.Background(), nil, func(c *condense.Condenser) {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	})

	mustAdd(t, s, 2, all[half:])
	whole := o.fresh(t)
	mustAdd(t, whole, 1, all)
	if sum(t, s) != sum(t, whole) {
		t.Error("after failed imports a good one gives another ledger")
	}
}

// interrupted cancels imports at any moment: each is in the ledger or is not.
func (o opener) interrupted(t *testing.T) {
	s := o.fresh(t)
	all := Sample()
	mustAdd(t, s, 1, all[:len(all)/2])
	before := stateOf(t, s)
	failed := 0
	for wait := time.Duration(0); ; wait += wait/2 + 500*time.Microsecond {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		_, err := add(ctx, s, condense.Options{}, 2, all)
		cancel()
		if err == nil {
			break
		}
		failed++
		if d := cmp.Diff(before, stateOf(t, s), cmp.AllowUnexported(state{})); d != "" {
			t.Fatalf("stopped after %s with %v:\n%s", wait, err, d)
		}
	}
	if failed == 0 {
		t.Error("no import was stopped")
	}
	whole := o.fresh(t)
	mustAdd(t, whole, 1, all)
	if sum(t, s) != sum(t, whole) {
		t.Error("another ledger")
	}
}

func (o opener) reopen(t *testing.T) {
	dir := t.TempDir()
	all := Sample()
	var want state
	for i := range 3 {
		s, err := o.open(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if d := cmp.Diff(want, stateOf(t, s), cmp.AllowUnexported(state{})); d != "" {
				t.Errorf("after opening it again:\n%s", d)
			}
		}
		mustAdd(t, s, uint32(i+1), all[i*len(all)/3:(i+1)*len(all)/3])
		want = stateOf(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	whole := o.fresh(t)
	mustAdd(t, whole, 1, all)
	if want.checksum != sum(t, whole) {
		t.Error("three parts with the ledger closed between them: another ledger")
	}
}

// dictionary asserts that ids stay the same, and that every text is kept.
func (o opener) dictionary(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 1, Sample())
	first, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"it's", "日本", "a\nb", "\x1b[0m", `back\slash`, `"quoted"`, "'; drop table ledger.name; --", "\u202e"}
	var ps []Put
	for _, n := range names {
		ps = append(ps, Request(n))
	}
	mustAdd(t, s, 2, ps)
	second, err := s.Dictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first.Names(), second.Names()[:len(first.Names())]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(first.Addresses(), second.Addresses()[:len(first.Addresses())]); d != "" {
		t.Error(d)
	}
	known := len(second.Names())
	for _, n := range names {
		if int(second.Name(n)) >= known {
			t.Errorf("%q was not kept", n)
		}
	}
	if second.Names()[0] != "" || second.Addresses()[0].String() != "" {
		t.Error("id 0 is not the empty value")
	}
}

// exemplars asserts that rows lead back to where their records were read, also
// after another import of the same hour.
func (o opener) exemplars(t *testing.T) {
	s := o.fresh(t)
	mustAdd(t, s, 3, []Put{At(500)})
	mustAdd(t, s, 4, Sample())
	rows, err := s.Query(t.Context(), `SELECT r.first, r.first + r.span, r.seq, l.lists FROM ledger.request r JOIN ledger.request_list l ON l.block = r.seq - r.seq % 4
		JOIN ledger.name n ON n.id = r.host WHERE n.text = 'at.example'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var list condense.Stored
		if err := rows.Scan(list.Scan(condense.Tables[condense.Request])...); err != nil {
			t.Fatal(err)
		}
		n++
		es, err := condense.Events(condense.Tables[condense.Request], &list)
		if err != nil || len(es) != 1 || es[0].Source != 3 || es[0].Offset != 500 {
			t.Errorf("%+v, %v", es, err)
		}
	}
	if n != 1 || rows.Err() != nil {
		t.Errorf("%d rows, %v", n, rows.Err())
	}
}

// checksum asserts that other records give another checksum, and other sources
// and places do not.
func (o opener) checksum(t *testing.T) {
	f := func(name string, same bool, a, b []Put) {
		t.Helper()
		x, y := o.fresh(t), o.fresh(t)
		mustAdd(t, x, 1, a)
		mustAdd(t, y, 9, b)
		if got := sum(t, x) == sum(t, y); got != same {
			t.Errorf("%s: equal is %t, want %t", name, got, same)
		}
	}
	f("same", true, []Put{Request("a")}, []Put{Request("a")})
	f("another order", true, []Put{Request("a"), Request("b")}, []Put{Request("b"), Request("a")})
	f("another place", true, []Put{At(1)}, []Put{At(2)})
	f("another name", false, []Put{Request("a")}, []Put{Request("b")})
	f("one more", false, []Put{Request("a")}, []Put{Request("a"), Request("b")})
	f("names with separators", false, []Put{Request("a|b")}, []Put{Request("a"), Request("b")})
	f("fewer", false, Sample(), Sample()[1:])
}

// settings asserts that settings are kept, each under its name.
func (o opener) settings(t *testing.T) {
	s := o.fresh(t)
	f := func(name string, want []string) {
		t.Helper()
		got, err := s.Setting(t.Context(), name)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, d)
		}
	}
	set := func(name string, values ...string) {
		t.Helper()
		if err := s.SetSetting(t.Context(), name, values); err != nil {
			t.Fatal(err)
		}
	}
	f("internal", nil)
	set("internal", "10.0.0.0/8", "it's")
	set("other", "x")
	f("internal", []string{"10.0.0.0/8", "it's"})
	set("internal", "192.0.2.0/24")
	f("internal", []string{"192.0.2.0/24"})
	f("other", []string{"x"})
	set("internal")
	f("internal", nil)
}

// queries asserts how Query, One and Each behave.
func (o opener) queries(t *testing.T) {
	ctx := t.Context()
	s := o.fresh(t)
	mustAdd(t, s, 1, []Put{Request("a"), Request("b")})
	if n := number(t, s, "SELECT count(*) FROM ledger.name WHERE text = ? OR text = ?", "a", "b"); n != 2 {
		t.Errorf("%d names", n)
	}
	var n int64
	if err := ledger.One(ctx, s, "SELECT 1 WHERE 1 = 2", &n); !errors.Is(err, sql.ErrNoRows) {
		t.Errorf("no row: %v", err)
	}
	if err := ledger.One(ctx, s, "SELECT nonsense FROM nowhere", &n); err == nil {
		t.Error("nonsense is no error")
	}
	if err := ledger.One(ctx, s, "SELECT 'text'", &n); err == nil {
		t.Error("a text for a number is no error")
	}
	var text string
	var got []string
	err := ledger.Each(ctx, s, "SELECT text FROM ledger.name WHERE text IN ('a', 'b') ORDER BY text", nil, []any{&text}, func() error {
		got = append(got, text)
		return nil
	})
	if d := cmp.Diff([]string{"a", "b"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	stop := errors.New("stop")
	if err := ledger.Each(ctx, s, "SELECT text FROM ledger.name", nil, []any{&text}, func() error { return stop }); !errors.Is(err, stop) {
		t.Errorf("stopped: %v", err)
	}
	if err := ledger.Each(ctx, s, "SELECT text FROM ledger.name WHERE text = ?", []any{"a"}, []any{&n}, func() error { return nil }); err == nil {
		t.Error("a text for a number is no error")
	}
	if err := ledger.Each(ctx, s, "SELECT nonsense FROM nowhere", nil, nil, nil); err == nil {
		t.Error("nonsense is no error")
	}
	if err := s.Exec(ctx, "SELECT nonsense FROM nowhere"); err == nil {
		t.Error("nonsense is no error")
	}
}
