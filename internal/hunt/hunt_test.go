package hunt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"barium/internal/detect"
	"barium/internal/detect/all"
	"barium/internal/detect/upload"
	"barium/internal/generate"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
	"barium/internal/report"
)

const connHead = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n" +
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\n" +
	"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tstring\n"

// connRow is a row below connHead; i tells rows apart.
func connRow(i int) string {
	return fmt.Sprintf("%d.000001\tCuid%d\t10.0.0.%d\t%d\t192.0.2.1\t443\ttcp\tssl\t1.5\t100\t200\tSF\tShADadFf\n", 1772445600+i, i, i%250+1, 40000+i%20000)
}

func connRows(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(connRow(i))
	}
	return b.String()
}

// write puts files into dir; names may have folders.
func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// run hunts and fails the test on an error.
func run(t testing.TB, o Options) *report.Document {
	t.Helper()
	d, err := Run(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// runUpload is run with the one detector that tests of reading and of tracing lines
// need: all of them take longer than the rest of a small hunt.
func runUpload(t testing.TB, o Options) *report.Document {
	t.Helper()
	o.detectors = []detect.Detector{upload.Detector{}}
	return run(t, o)
}

// text is the JSON of a document.
func text(t testing.TB, d *report.Document) string {
	t.Helper()
	d.Stats.ElapsedMS = 0
	var b bytes.Buffer
	if err := d.EncodeJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// imported reads paths, import by import, into a new ledger.
func imported(t testing.TB, o Options, imports ...[]string) ledger.Store {
	t.Helper()
	s, err := duck.Open(context.Background(), filepath.Join(t.TempDir(), "ledger"), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, paths := range imports {
		files, err := Discover(context.Background(), paths, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Import(context.Background(), s, files, o); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func checksum(t testing.TB, s ledger.Store) string {
	t.Helper()
	sum, err := s.Checksum(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func number(t testing.TB, s ledger.Store, query string) (n int64) {
	t.Helper()
	if err := ledger.One(context.Background(), s, query, &n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// week writes a generated week and returns its folder and what is in it.
func week(t testing.TB, o generate.Options) (string, generate.Truth) {
	t.Helper()
	dir := t.TempDir()
	truth, err := generate.Hospital(o, func(name string) (io.WriteCloser, error) {
		return os.Create(filepath.Join(dir, name))
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir, truth
}

// detector tells whether a detector is on the list.
func detector(name string) bool {
	for _, d := range all.Detectors {
		if d.About().Name == name {
			return true
		}
	}
	return false
}

// source returns what a document says of a file.
func source(t testing.TB, d *report.Document, name string) report.Source {
	t.Helper()
	for _, s := range d.Sources {
		if filepath.Base(s.Path) == name {
			return s
		}
	}
	t.Fatalf("%s is not among the sources", name)
	return report.Source{}
}

// TestRunErrors asserts what is an error of the run itself.
func TestRunErrors(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"conn.log": connHead + connRows(3), "logs/notes.txt": "nothing here\n"})
	f := func(name string, o Options, want string) {
		t.Helper()
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	conn := []string{filepath.Join(dir, "conn.log")}
	f("network", Options{Paths: conn, Internal: []string{"ten"}}, "ten")
	f("ledger in an absent folder", Options{Paths: conn, Ledger: filepath.Join(dir, "absent", "ledger")}, "ledger")
	f("ledger that is a log", Options{Paths: conn, Ledger: conn[0]}, "is not a ledger")
	f("no room for temporary files", Options{Paths: conn, TempDir: filepath.Join(dir, "absent")}, "temporary")

	d, err := Run(t.Context(), Options{Paths: []string{filepath.Join(dir, "logs")}})
	if !errors.Is(err, ErrNothing) || d == nil || len(d.Sources) != 1 || d.Sources[0].Problem == "" {
		t.Errorf("nothing readable: %v, %+v", err, d)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, Options{Paths: conn}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestTemporaryLedger asserts that nothing stays behind, also after an error.
func TestTemporaryLedger(t *testing.T) {
	dir, tmp := t.TempDir(), t.TempDir()
	write(t, dir, map[string]string{"conn.log": connHead + connRows(3)})
	run(t, Options{Paths: []string{dir}, TempDir: tmp})
	if _, err := Run(t.Context(), Options{Paths: []string{filepath.Join(dir, "absent")}, TempDir: tmp}); err == nil {
		t.Error("a path that does not exist is no error")
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestKeptLedger asserts that a second hunt with a kept ledger reads only what
// is new, and sees both.
func TestKeptLedger(t *testing.T) {
	dir := t.TempDir()
	kept := filepath.Join(t.TempDir(), "ledger")
	write(t, dir, map[string]string{"a.log": connHead + connRows(10)})
	first := run(t, Options{Paths: []string{dir}, Ledger: kept})
	again := run(t, Options{Paths: []string{dir}, Ledger: kept})
	if text(t, first) != text(t, again) {
		t.Error("the same logs again give another document")
	}
	write(t, dir, map[string]string{"b.log": connHead + connRow(100) + connRow(5)})
	both := run(t, Options{Paths: []string{filepath.Join(dir, "b.log")}, Ledger: kept})
	if both.Stats.Events != 11 || len(both.Sources) != 2 || source(t, both, "b.log").Duplicates != 1 {
		t.Errorf("%+v, %+v", both.Stats, both.Sources)
	}
	// A log that has grown is read again and counts once.
	write(t, dir, map[string]string{"a.log": connHead + connRows(12)})
	grown := run(t, Options{Paths: []string{dir}, Ledger: kept})
	if grown.Stats.Events != 13 {
		t.Errorf("%+v, want 13 events", grown.Stats)
	}
}

// TestWindow asserts that --since and --until cut.
func TestWindow(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"conn.log": connHead + connRows(3*3600)})
	whole := run(t, Options{Paths: []string{dir}})
	if whole.Period.Hours != 3 {
		t.Errorf("%d hours", whole.Period.Hours)
	}
	first := whole.Period.First.Add(1)
	cut := run(t, Options{Paths: []string{dir}, Since: first.Add(3600e9), Until: first.Add(7000e9)})
	if cut.Period.Hours != 1 || cut.Stats.Conversations >= whole.Stats.Conversations {
		t.Errorf("%+v of %+v", cut.Stats, whole.Stats)
	}
}

// counting is a Progress that adds up.
type counting struct {
	total, read int64
	stages      []string
	done        int
}

func (c *counting) Start(n int64)  { c.total = n }
func (c *counting) Add(n int64)    { c.read += n }
func (c *counting) Stage(s string) { c.stages = append(c.stages, s) }
func (c *counting) Done()          { c.done++ }

func TestProgress(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"conn.log": connHead + connRows(100)})
	var c counting
	run(t, Options{Paths: []string{dir}, Progress: &c})
	if c.total == 0 || c.read != c.total || len(c.stages) == 0 || c.done != 1 {
		t.Errorf("%+v", c)
	}
}

// TestShownPaths asserts that Base shortens the paths of sources and evidence.
func TestShownPaths(t *testing.T) {
	d := &report.Document{
		Sources: []report.Source{{Path: "/logs/a/conn.log"}},
		Cases:   []report.Case{{Findings: []report.Finding{{Evidence: []report.Evidence{{Source: "/logs/a/conn.log"}}}}}},
	}
	shorten(d, "/logs")
	if d.Sources[0].Path != "a/conn.log" || d.Cases[0].Findings[0].Evidence[0].Source != "a/conn.log" {
		t.Errorf("%+v", d)
	}
}

// TestTimelineOfManyFiles asserts that a timeline stays readable.
func TestTimelineOfManyFiles(t *testing.T) {
	f := detect.Finding{Stage: detect.Exfiltration, Src: "10.0.0.1", Dst: "192.0.2.1", Port: 80}
	for i := range 20 {
		f.Files = append(f.Files, detect.File{Name: fmt.Sprint(i), Accepted: i%2 == 0, Bytes: 5})
	}
	es := timeline(&f)
	if len(es) != maxFileEvents+1 || !strings.Contains(es[len(es)-1].Text, "8 more files") {
		t.Errorf("%d events, the last: %+v", len(es), es[len(es)-1])
	}
	g := func(name string, f detect.Finding, want ...string) {
		t.Helper()
		es := timeline(&f)
		if len(es) != len(want) {
			t.Fatalf("%s: %+v", name, es)
		}
		for i := range es {
			if !strings.Contains(es[i].Text, want[i]) {
				t.Errorf("%s: %q, want %q", name, es[i].Text, want[i])
			}
		}
	}
	g("upload without names", detect.Finding{Stage: detect.Exfiltration, First: 1, Last: 2, BytesOut: 5e6}, "begins to send", "5 MB sent in all")
	g("attempts", detect.Finding{Stage: detect.Command, Events: 3, Attempts: 3, First: 1, Last: 2}, "is not answered", "last attempt of 3")
	g("channel", detect.Finding{Stage: detect.Command, Events: 3, First: 1, Last: 2}, "first reaches", "last reaches")
	g("one moment", detect.Finding{Stage: detect.Command, Events: 1, First: 1, Last: 1}, "first reaches")
}
