package detecttest

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"barium/internal/condense"
	"barium/internal/detect"
	"barium/internal/format/all"
	"barium/internal/format/container"
	"barium/internal/ledger"
	"barium/internal/ledger/duck"
)

var update = flag.Bool("update", false, "write want.txt of the fixtures anew")

var (
	techniqueID = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	nameShape   = regexp.MustCompile(`^[a-z][a-z0-9]*$`)
)

// Run puts a detector, whose tests run in its own folder, through the suite.
func Run(t *testing.T, d detect.Detector) {
	t.Helper()
	a := d.About()
	if !nameShape.MatchString(a.Name) {
		t.Errorf("name %q: want lower-case letters and digits", a.Name)
	}
	if a.ID == "" || a.Claim == "" || a.Matters == "" || len(a.Innocent) == 0 || len(a.Techniques) == 0 || len(a.Sources) == 0 || len(a.Needs) == 0 || a.Stage == "" {
		t.Errorf("About of %s leaves something out: %+v", a.Name, a)
	}
	for _, id := range a.Techniques {
		if !techniqueID.MatchString(id) {
			t.Errorf("%q is no ATT&CK id", id)
		}
	}
	dirs, err := filepath.Glob("testdata/*-*")
	if err != nil {
		t.Fatal(err)
	}
	positive, innocent := 0, 0
	for _, dir := range dirs {
		name := filepath.Base(dir)
		isPositive := strings.HasPrefix(name, "positive-")
		switch {
		case isPositive:
			positive++
		case strings.HasPrefix(name, "innocent-"):
			innocent++
		default:
			continue // fuzz corpora and the like
		}
		t.Run(name, func(t *testing.T) { fixture(t, d, dir, isPositive) })
	}
	if positive == 0 || innocent == 0 {
		t.Errorf("%s has %d positive and %d innocent fixtures; each kind is needed", a.Name, positive, innocent)
	}
}

// floor is the weight in decibans that an innocent fixture must stay below.
const floor = 20

func fixture(t *testing.T, d detect.Detector, dir string, isPositive bool) {
	l := Look(t, dir)
	found := find(t, d, l)
	strongest := 0.0
	for i := range found {
		check(t, d.About(), &found[i])
		strongest = max(strongest, found[i].Weight())
	}
	if isPositive && strongest < floor {
		t.Errorf("positive fixture weighs %.1f dB, want at least %d", strongest, floor)
	}
	if !isPositive && strongest >= floor {
		t.Errorf("innocent fixture weighs %.1f dB, want less than %d", strongest, floor)
	}
	text := Text(found)
	if again := Text(find(t, d, l)); again != text {
		t.Errorf("a second look differs:\n%s\nfirst:\n%s", again, text)
	}
	golden := filepath.Join(dir, "want.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatalf("%v (run the test with -update and read what it writes)", err)
	}
	if string(want) != text {
		t.Errorf("findings differ from %s; got:\n%s", golden, text)
	}
}

func find(t *testing.T, d detect.Detector, l *ledger.Look) []detect.Finding {
	t.Helper()
	found, err := d.Find(context.Background(), l)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// check asserts what every finding must hold.
func check(t *testing.T, a detect.About, f *detect.Finding) {
	t.Helper()
	if f.Detector != a.Name {
		t.Errorf("finding of %q says it is of %q", a.Name, f.Detector)
	}
	if f.Src == "" || f.Dst == "" && f.DstName == "" || f.Label == "" || f.Reason == "" || len(f.Places) == 0 || len(f.Checks) == 0 {
		t.Errorf("finding leaves something out: %+v", f)
	}
	if f.First > f.Last {
		t.Errorf("finding ends at %d before it begins at %d", f.Last, f.First)
	}
	if f.Weight() <= 0 {
		t.Errorf("finding with weight %.1f: %s", f.Weight(), f.Reason)
	}
	for _, id := range f.Techniques {
		if !slices.Contains(a.Techniques, id) {
			t.Errorf("technique %s is not among those of About", id)
		}
	}
	for _, term := range f.Terms {
		if _, ok := detect.Caps[term.Group]; !ok && term.Group != detect.Innocence {
			t.Errorf("term %q belongs to no known group: %q", term.Text, term.Group)
		}
		if term.DB == 0 {
			t.Errorf("term %q weighs nothing; leave it out", term.Text)
		}
	}
	for _, p := range f.Places {
		if p.Source == 0 {
			t.Errorf("a place without a source: %+v", f.Places)
		}
	}
}

// Text writes findings for golden files.
func Text(found []detect.Finding) string {
	var b strings.Builder
	for i := range found {
		f := &found[i]
		fmt.Fprintf(&b, "%.1f dB %s %s → %s %s port %d, %d events, %d attempts, %d out, %d in, %d accepted\n",
			f.Weight(), f.Detector, f.Src, f.Dst, f.DstName, f.Port, f.Events, f.Attempts, f.BytesOut, f.BytesIn, f.Accepted)
		fmt.Fprintf(&b, "  %s\n", f.Reason)
		for _, x := range f.Terms {
			fmt.Fprintf(&b, "  %+.1f %s: %s\n", x.DB, x.Group, x.Text)
		}
		for _, x := range f.Files {
			fmt.Fprintf(&b, "  file %s, %d bytes, %s, %s, sent %d times, accepted %t\n", x.Name, x.Bytes, x.MIME, x.How, x.Sent, x.Accepted)
		}
	}
	if b.Len() == 0 {
		return "no finding\n"
	}
	return b.String()
}

// Look reads the logs of a folder into a ledger of its own and looks at all of it.
func Look(t *testing.T, dir string) *ledger.Look {
	t.Helper()
	ctx := context.Background()
	s, err := duck.Open(ctx, filepath.Join(t.TempDir(), "ledger"), duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	dict, err := s.Dictionary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := condense.New(dict, condense.Options{})
	defer c.Close()
	files, err := filepath.Glob(filepath.Join(dir, "*.log*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs in %s (%v)", dir, err)
	}
	for i, path := range files {
		read(t, c, uint32(i+1), path)
	}
	if err := s.Import(ctx, c, nil); err != nil {
		t.Fatal(err)
	}
	networks, err := ledger.DefaultNetworks(ctx, s)
	if b, e := os.ReadFile(filepath.Join(dir, "internal.txt")); e == nil {
		networks, err = ledger.ParseNetworks(strings.Fields(string(b)))
	}
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.NewLook(ctx, s, ledger.Window{Until: 1<<32 - 1}, networks)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func read(t *testing.T, c *condense.Condenser, id uint32, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, _, err := container.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	head := bufio.NewReaderSize(r, 64<<10)
	first, err := head.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	reader, said := all.Sniff(first, path)
	if reader == nil {
		t.Fatalf("%s: %s", path, said.Why)
	}
	s := c.Sink(id)
	if err := reader.Read(context.Background(), head, s); err != nil {
		t.Fatal(err)
	}
	if s.Tally.Bad > 0 {
		t.Errorf("%s: %d bad records: %+v", path, s.Tally.Bad, s.Samples)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
