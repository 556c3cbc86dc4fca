package formattest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format"
)

// Run checks that r keeps the promises of format.Reader on the given cases.
func Run(t *testing.T, r format.Reader, cases Cases) {
	t.Helper()
	if r.Name() == "" {
		t.Error("the reader has no name")
	}
	t.Run("foreign", func(t *testing.T) { runForeign(t, r, cases) })
	for _, s := range cases.Samples {
		t.Run(s.Name, func(t *testing.T) {
			want := Read(t, r, s.Data)
			if len(want.Bads) > 0 {
				t.Fatalf("the sample has bad records: %+v", want.Bads)
			}
			if s.Counts != nil {
				if d := cmp.Diff(s.Counts, want.Counts()); d != "" {
					t.Errorf("records:\n%s", d)
				}
			}
			t.Run("sniff", func(t *testing.T) { runSniff(t, r, cases, s) })
			t.Run("chunks", func(t *testing.T) { runChunks(t, r, s, want) })
			if cases.Binary {
				t.Run("records", func(t *testing.T) { runRecords(t, r, s, want) })
				t.Run("walk", func(t *testing.T) { runWalk(t, r, s, want) })
			} else {
				t.Run("offset", func(t *testing.T) { runOffset(t, r, cases, s, want) })
				t.Run("bad line", func(t *testing.T) { runBadLine(t, r, cases, s, want) })
				t.Run("long line", func(t *testing.T) { runLongLine(t, r, s, want) })
			}
			t.Run("read error", func(t *testing.T) { runReadError(t, r, s, want) })
			t.Run("cancel", func(t *testing.T) { runCancel(t, r, s) })
			t.Run("cut", func(t *testing.T) { runCut(t, r, s) })
		})
	}
}

func runForeign(t *testing.T, r format.Reader, cases Cases) {
	f := func(name string, data []byte) {
		t.Helper()
		got := r.Sniff(data[:min(len(data), 64<<10)], "conn.log")
		if got.Confidence != format.NotMine {
			t.Errorf("%s: sniffed %+v, want NotMine", name, got)
		} else if got.Why == "" {
			t.Errorf("%s: does not say why it is not the reader's", name)
		}
		var rec Recorder // reading it all the same must end and must not crash
		if err := r.Read(t.Context(), bytes.NewReader(data), &rec); err != nil {
			t.Errorf("%s: reading: %v", name, err)
		}
		if len(rec.Records) > 0 {
			t.Errorf("%s: %d records", name, len(rec.Records))
		}
	}
	for name, data := range foreign {
		if name != r.Name() {
			f(name, data)
		}
	}
	for _, data := range cases.Foreign {
		f("foreign "+string(data[:min(len(data), 20)]), data)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		data := make([]byte, rng.IntN(4096))
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		f("random bytes", data)
	}
}

func runSniff(t *testing.T, r format.Reader, cases Cases, s Sample) {
	head := s.Data[:min(len(s.Data), 64<<10)]
	for _, name := range []string{"", "x", "eve.json", "/a/b/conn.log"} {
		if got := r.Sniff(head, name); got.Confidence != format.Certain || got.Type == "" {
			t.Errorf("named %q: sniffed %+v, want Certain", name, got)
		}
	}
	for _, before := range []string{"\n\r\n", "\xef\xbb\xbf"} {
		if cases.Binary { // no text tool has been at it
			break
		}
		if got := r.Sniff(append([]byte(before), head...), ""); got.Confidence != format.Certain {
			t.Errorf("behind %q: sniffed %+v, want Certain", before, got)
		}
	}
	for n := range min(len(head), 3000) {
		r.Sniff(head[:n], "") // any place may be where the head is cut
	}
}

func runChunks(t *testing.T, r format.Reader, s Sample, want *Recorder) {
	f := func(name string, src io.Reader, rec *Recorder) {
		t.Helper()
		if err := r.Read(t.Context(), src, rec); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		same(t, name, want, rec)
	}
	f("again", bytes.NewReader(s.Data), &Recorder{})
	f("byte by byte", iotest.OneByteReader(bytes.NewReader(s.Data)), &Recorder{})
	f("in halves", iotest.HalfReader(bytes.NewReader(s.Data)), &Recorder{})
	f("end with the last bytes", iotest.DataErrReader(bytes.NewReader(s.Data)), &Recorder{})
	f("with slices overwritten after each record", bytes.NewReader(s.Data), &Recorder{Scribble: true})
}

// same compares two readings, offsets included.
func same(t *testing.T, name string, want, got *Recorder) {
	t.Helper()
	if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
		t.Errorf("%s: other records:\n%s", name, d)
		return
	}
	for i := range want.Records {
		if want.Records[i].Offset != got.Records[i].Offset {
			t.Errorf("%s: record %d at %d, want %d", name, i, got.Records[i].Offset, want.Records[i].Offset)
		}
	}
	if d := cmp.Diff(want.Skipped, got.Skipped); d != "" {
		t.Errorf("%s: skipped:\n%s", name, d)
	}
	if d := cmp.Diff(want.Bads, got.Bads); d != "" {
		t.Errorf("%s: bad:\n%s", name, d)
	}
}

// runOffset reads the line at each record's offset alone. A line may hold more
// than one record, which then share its offset.
func runOffset(t *testing.T, r format.Reader, cases Cases, s Sample, want *Recorder) {
	last, nth := int64(-1), 0
	for _, rec := range want.Records {
		if rec.Offset < last || rec.Offset >= int64(len(s.Data)) {
			t.Fatalf("offset %d after %d, of %d bytes", rec.Offset, last, len(s.Data))
		}
		if nth++; rec.Offset > last {
			nth = 0
		}
		last = rec.Offset
		data := append(bytes.Clone(cases.preamble(s.Data, rec.Offset)), s.Data[rec.Offset:]...)
		got := Read(t, r, data)
		if len(got.Records) <= nth || got.Records[nth].Text != rec.Text {
			t.Fatalf("offset %d does not lead to the record %s", rec.Offset, rec.Text)
		}
	}
}

// lineStarts returns the index of each record but the first that begins a line.
func lineStarts(s Sample, want *Recorder) []int {
	var at []int
	for i, rec := range want.Records {
		if i > 0 && rec.Offset > want.Records[i-1].Offset && s.Data[rec.Offset-1] == '\n' {
			at = append(at, i)
		}
	}
	return at
}

// runBadLine puts a bad line before each record in turn.
func runBadLine(t *testing.T, r format.Reader, cases Cases, s Sample, want *Recorder) {
	for _, i := range lineStarts(s, want) {
		offset := want.Records[i].Offset
		got := insert(t, r, s.Data, offset, cases.badLine())
		checkInserted(t, want, got, i, offset, lineAt(s.Data, offset), len(cases.badLine())+1)
		if t.Failed() {
			return
		}
	}
}

func lineAt(data []byte, offset int64) int64 {
	return int64(bytes.Count(data[:offset], []byte{'\n'})) + 1
}

func insert(t *testing.T, r format.Reader, data []byte, offset int64, line []byte) *Recorder {
	t.Helper()
	var rec Recorder
	src := io.MultiReader(bytes.NewReader(data[:offset]), bytes.NewReader(line), bytes.NewReader([]byte{'\n'}), bytes.NewReader(data[offset:]))
	if err := r.Read(t.Context(), src, &rec); err != nil {
		t.Fatal(err)
	}
	return &rec
}

// checkInserted checks that all records are there, those from index i on by n
// bytes later, and one bad one besides.
func checkInserted(t *testing.T, want, got *Recorder, i int, offset, line int64, n int) {
	t.Helper()
	if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
		t.Fatalf("bad line before record %d: other records:\n%s", i, d)
	}
	for j := range want.Records {
		o := want.Records[j].Offset
		if j >= i {
			o += int64(n)
		}
		if got.Records[j].Offset != o {
			t.Errorf("bad line before record %d: record %d at %d, want %d", i, j, got.Records[j].Offset, o)
		}
	}
	if len(got.Bads) != 1 {
		t.Fatalf("bad line before record %d: %d bad records: %+v", i, len(got.Bads), got.Bads)
	}
	bad := got.Bads[0]
	if bad.Offset != offset || bad.Line != line {
		t.Errorf("bad line before record %d: reported at %d, line %d; want %d, line %d", i, bad.Offset, bad.Line, offset, line)
	}
	if bad.Reason == "" || bad.Sample == "" || len(bad.Sample) > 256 {
		t.Errorf("bad line before record %d: reason %q, sample of %d bytes", i, bad.Reason, len(bad.Sample))
	}
}

// runLongLine inserts one line just over the limit, then one of 64 MiB.
func runLongLine(t *testing.T, r format.Reader, s Sample, want *Recorder) {
	at := lineStarts(s, want)
	if len(at) == 0 {
		t.Skip("no record but the first begins a line")
	}
	i := at[len(at)/2]
	offset := want.Records[i].Offset
	line := lineAt(s.Data, offset)
	long := bytes.Repeat([]byte("a"), format.MaxRecord+1)
	checkInserted(t, want, insert(t, r, s.Data, offset, long), i, offset, line, len(long)+1)

	const huge = 64 << 20
	var got Recorder
	src := io.MultiReader(bytes.NewReader(s.Data[:offset]), &letters{huge}, bytes.NewReader([]byte{'\n'}), bytes.NewReader(s.Data[offset:]))
	before := allocated()
	if err := r.Read(t.Context(), src, &got); err != nil {
		t.Fatal(err)
	}
	if used := allocated() - before; used > 16<<20 {
		t.Errorf("%d MiB allocated for a line of %d MiB", used>>20, huge>>20)
	}
	checkInserted(t, want, &got, i, offset, line, huge+1)
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// letters reads as n times the letter a.
type letters struct{ n int }

func (l *letters) Read(p []byte) (int, error) {
	if l.n == 0 {
		return 0, io.EOF
	}
	p = p[:min(len(p), l.n)]
	for i := range p {
		p[i] = 'a'
	}
	l.n -= len(p)
	return len(p), nil
}

// runReadError ends the source with an error: Read must return it after
// everything before it was read.
func runReadError(t *testing.T, r format.Reader, s Sample, want *Recorder) {
	broken := errors.New("the disk is broken")
	var got Recorder
	err := r.Read(t.Context(), io.MultiReader(bytes.NewReader(s.Data), iotest.ErrReader(broken)), &got)
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	same(t, "before the error", want, &got)
}

// runCancel cancels while an endless source is read.
func runCancel(t *testing.T, r format.Reader, s Sample) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var rec Recorder
	if err := r.Read(ctx, bytes.NewReader(s.Data), &rec); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: error %v", err)
	}
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	rec = Recorder{OnRecord: cancel}
	done := make(chan error, 1)
	go func() { done <- r.Read(ctx, &endless{data: s.Data}, &rec) }()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: error %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("Read goes on after its context was cancelled")
	}
}

// endless repeats data for ever.
type endless struct {
	data []byte
	i    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.data[e.i:])
	e.i = (e.i + n) % len(e.data)
	return n, nil
}

// runCut reads the sample cut off at many places: no crash, no error.
func runCut(t *testing.T, r format.Reader, s Sample) {
	step := max(1, len(s.Data)/500)
	for n := 0; n < len(s.Data); n += step {
		Read(t, r, s.Data[:n])
	}
}
