package pieces

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/formattest"
	"barium/internal/format/zeek"
)

const tsvHead = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\n"

func tsvRow(i int) string {
	return fmt.Sprintf("%d.5\tC%d\t10.0.0.1\t5000\t10.0.0.2\t53\tudp\tn%d.example.org\n", 1772445600+i, i, i)
}

// samples are sources of every kind that may be cut.
func samples() map[string]string {
	var rows, json strings.Builder
	for i := range 60 {
		rows.WriteString(tsvRow(i))
		fmt.Fprintf(&json, `{"_path":"dns","ts":%d.5,"uid":"C%d","id.orig_h":"10.0.0.1","id.orig_p":5000,"id.resp_h":"10.0.0.2","id.resp_p":53,"proto":"udp","query":"n%d.example.org"}`+"\n", 1772445600+i, i, i)
	}
	other := "#separator \\x09\n#path\thttp\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\thost\n1772445600.1\t10.0.0.1\t1\t10.0.0.2\t80\tweb.example.org\n"
	return map[string]string{
		"empty":                "",
		"header alone":         tsvHead,
		"tsv":                  tsvHead + rows.String() + "#close\t2026-03-02-00-00-00\n",
		"no line feed":         tsvHead + rows.String() + strings.TrimSuffix(tsvRow(60), "\n"),
		"cut":                  tsvHead + rows.String() + tsvRow(60)[:30],
		"bad rows":             tsvHead + rows.String() + "x\ty\n" + tsvRow(70) + "1772445600.5\tonly\n" + rows.String(),
		"another header":       tsvHead + rows.String() + other + other + tsvHead + rows.String(),
		"carriage returns":     strings.ReplaceAll(tsvHead+rows.String(), "\n", "\r\n"),
		"byte order mark":      "\xef\xbb\xbf" + tsvHead + rows.String(),
		"blank lines":          "\n\n" + tsvHead + "\n" + rows.String() + "\n\n",
		"no header":            rows.String(),
		"json":                 json.String(),
		"json, bad":            json.String() + "{\"ts\":\n" + json.String() + "nothing\n" + json.String(),
		"json, no line feed":   strings.TrimSuffix(json.String(), "\n"),
		"json, cut":            strings.TrimSuffix(json.String(), "example.org\"}\n"),
		"json, two on a line":  json.String() + strings.ReplaceAll(json.String(), "\n", " "),
		"long line":            tsvHead + rows.String() + strings.Repeat("x", format.MaxRecord+5) + "\n" + rows.String(),
		"very long line":       tsvHead + rows.String() + strings.Repeat("x", 5*format.MaxRecord) + "\n" + rows.String(),
		"endless line":         tsvHead + rows.String() + strings.Repeat("x", 3*format.MaxRecord),
		"refused separator":    "#separator ab\n#path\tdns\n#fields\tts\n" + rows.String(),
		"columns change later": tsvHead + rows.String() + "#fields\tts\tquery\n1772445600.1\tlate.example.org\n",
	}
}

// reading is what sinks were given, in an order that does not depend on who was
// given it.
func reading(recs ...*formattest.Recorder) []string {
	var out []string
	for _, r := range recs {
		out = append(out, r.Texts()...)
		for _, b := range r.Bads {
			out = append(out, fmt.Sprintf("bad %d line %d %s %q", b.Offset, b.Line, b.Reason, b.Sample))
		}
		for name, n := range r.Skipped {
			for range n {
				out = append(out, "skipped "+name)
			}
		}
		for _, w := range r.Warnings {
			out = append(out, "warning "+w)
		}
	}
	slices.Sort(out)
	return out
}

func read(t *testing.T, data string, from int64, sinks int) ([]string, format.Rest) {
	t.Helper()
	recs := make([]*formattest.Recorder, sinks)
	to := make([]format.Sink, sinks)
	for i := range recs {
		recs[i] = &formattest.Recorder{}
		to[i] = recs[i]
	}
	rest, err := Read(t.Context(), zeek.Reader{}, strings.NewReader(data), from, to)
	if err != nil {
		t.Fatal(err)
	}
	return reading(recs...), rest
}

func small(t *testing.T, n int) {
	was := pieceBytes
	pieceBytes = n
	t.Cleanup(func() { pieceBytes = was })
}

// TestSame asserts that pieces give what reading in one go gives.
func TestSame(t *testing.T) {
	for _, size := range []int{64, 999, 100_000, 2 << 20} {
		small(t, size)
		for name, data := range samples() {
			if size < 999 && len(data) > 1<<20 {
				continue
			}
			var whole formattest.Recorder
			if err := (zeek.Reader{}).Read(t.Context(), strings.NewReader(data), &whole); err != nil {
				t.Fatal(err)
			}
			want := reading(&whole)
			for _, sinks := range []int{1, 2, 5} {
				got, _ := read(t, data, 0, sinks)
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("%s, pieces of %d, %d sinks:\n%s", name, size, sinks, d)
				}
			}
		}
	}
}

// TestGrown asserts that a source which is read when half of it is written, and
// then from its rest on, gives the records of the whole.
func TestGrown(t *testing.T) {
	small(t, 300)
	rng := rand.New(rand.NewPCG(1, 2))
	for name, data := range samples() {
		if len(data) > 1<<20 || len(data) == 0 {
			continue
		}
		whole, _ := read(t, data, 0, 2)
		for range 60 {
			at := rng.IntN(len(data) + 1)
			first, rest := read(t, data[:at], 0, 2)
			then, _ := read(t, data, rest.Offset, 2)
			if _, again := read(t, data, max(rest.Offset, 1), 1); again.Offset == 0 || rest.Offset == 0 {
				first = nil // the source is read in one piece
			}
			missing := rest.Records + rest.Bad
			got := records(append(first, then...))
			want := records(whole)
			// What stood in the unfinished line may have been told of twice.
			if n := int64(len(got) - len(want)); n < 0 || n > missing+1 {
				t.Errorf("%s, cut at %d: %d told, want %d and at most %d more (%+v)", name, at, len(got), len(want), missing, rest)
			}
			for _, w := range want {
				if !strings.HasPrefix(w, "bad") && !slices.Contains(got, w) {
					t.Errorf("%s, cut at %d: lost %s", name, at, w)
				}
			}
		}
	}
}

// records leaves out what is said of a source as a whole.
func records(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.HasPrefix(s, "warning") })
}

func TestRest(t *testing.T) {
	f := func(name, data string, want format.Rest) {
		t.Helper()
		if _, got := read(t, data, 0, 2); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	rows := tsvHead + tsvRow(1) + tsvRow(2)
	f("whole", rows, format.Rest{Offset: int64(len(rows))})
	f("no line feed", rows+strings.TrimSuffix(tsvRow(3), "\n"), format.Rest{Offset: int64(len(rows)), Records: 1})
	f("cut", rows+tsvRow(3)[:20], format.Rest{Offset: int64(len(rows)), Bad: 1})
	f("pretty-printed JSON is read in one piece", "{\n \"ts\": 1.0\n}\n", format.Rest{})
}

// TestErrors asserts that what was read before an error is handed over, and that
// a cancelled context ends the reading.
func TestErrors(t *testing.T) {
	small(t, 200)
	boom := errors.New("boom")
	data := samples()["tsv"]
	for _, n := range []int{0, 10, 500, len(data)} {
		var rec formattest.Recorder
		_, err := Read(t.Context(), zeek.Reader{}, io.MultiReader(strings.NewReader(data[:n]), failed{boom}), 0, []format.Sink{&rec})
		if !errors.Is(err, boom) {
			t.Errorf("error after %d bytes: %v", n, err)
		}
		if want := max(strings.Count(data[:n], "\n")-8, 0); len(rec.Records) < min(want, 60) {
			t.Errorf("%d records before the error after %d bytes, want %d", len(rec.Records), n, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, zeek.Reader{}, strings.NewReader(strings.Repeat(data, 100)), 0, []format.Sink{&formattest.Recorder{}}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range samples() {
		if len(s) < 100_000 {
			f.Add([]byte(s), uint16(64))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, size uint16) {
		was := pieceBytes
		pieceBytes = int(size)%4096 + 16
		defer func() { pieceBytes = was }()
		mark := (zeek.Reader{}).Cut(data[:min(len(data), headBytes)])
		if len(mark) != 1 {
			return // JSON that changes its shape later may be read otherwise
		}
		var whole, a, b formattest.Recorder
		if err := (zeek.Reader{}).Read(t.Context(), bytes.NewReader(data), &whole); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(t.Context(), zeek.Reader{}, bytes.NewReader(data), 0, []format.Sink{&a, &b}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(len(whole.Records), len(a.Records)+len(b.Records)); d != "" && !bytes.Contains(data, []byte("{")) {
			t.Error(d)
		}
	})
}

// nothing is a sink that takes no notice.
type nothing struct{ format.Sink }

func (nothing) DNS(*event.DNS)                   {}
func (nothing) Bad(int64, int64, string, []byte) {}
func (nothing) Warn(string)                      {}

func BenchmarkRead(b *testing.B) {
	var s strings.Builder
	s.WriteString(tsvHead)
	for i := range 200_000 {
		s.WriteString(tsvRow(i))
	}
	data := s.String()
	for _, sinks := range []int{1, 2} {
		b.Run(fmt.Sprint(sinks, " sinks"), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				to := make([]format.Sink, sinks)
				for i := range to {
					to[i] = nothing{}
				}
				if _, err := Read(b.Context(), zeek.Reader{}, strings.NewReader(data), 0, to); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("skip", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			if _, err := Read(b.Context(), zeek.Reader{}, strings.NewReader(data), int64(len(data)), []format.Sink{nothing{}}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestNextHeader asserts that header lines are found wherever they stand.
func TestNextHeader(t *testing.T) {
	far := strings.Repeat("#x", 2*fewSigns) + "\n"
	if got := nextHeader([]byte(far+"#"), 0); got != len(far) {
		t.Errorf("%d behind many signs, want %d", got, len(far))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		body := make([]byte, 1+rng.IntN(4000))
		signs := rng.IntN(3) // how often # stands there
		for i := range body {
			body[i] = "\nx##"[rng.IntN(2+signs)]
		}
		at := rng.IntN(len(body))
		want := bytes.Index(body[at:], []byte("\n#"))
		if want >= 0 {
			want += at + 1
		}
		if got := nextHeader(body, at); got != want {
			t.Fatalf("%d, want %d, from %d of %q", got, want, at, body)
		}
	}
}
