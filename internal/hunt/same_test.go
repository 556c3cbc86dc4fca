package hunt

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"barium/internal/format/formattest"
	"barium/internal/generate"
	"barium/internal/report"
)

// sameAnyhow asserts that a folder gives the same bytes, however it is hunted in,
// and the same ledger, however it is divided.
func sameAnyhow(t *testing.T, dir string, internal []string) {
	t.Helper()
	files, err := Discover(t.Context(), []string{dir}, nil)
	must(t, err)
	var paths []string
	for _, f := range files {
		if f.Reader != nil {
			paths = append(paths, f.Path)
		}
	}
	o := Options{Paths: paths, Internal: internal}
	want := text(t, run(t, o))
	f := func(name string, o Options) {
		t.Helper()
		got := text(t, run(t, o))
		if got == want {
			return
		}
		for i := range got {
			if i >= len(want) || got[i] != want[i] {
				from := max(0, i-300)
				t.Errorf("%s: other bytes at %d:\n%s\nwant\n%s", name, i, got[from:min(i+100, len(got))], want[from:min(i+100, len(want))])
				return
			}
		}
		t.Errorf("%s: %d bytes of %d", name, len(got), len(want))
	}
	if !slow {
		f("again", o)
	}
	shuffled := o
	shuffled.Paths = slices.Clone(paths)
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(paths), func(i, j int) { shuffled.Paths[i], shuffled.Paths[j] = shuffled.Paths[j], shuffled.Paths[i] })
	small := shuffled
	small.Memory, small.TempDir = 64<<20, t.TempDir()
	f("shuffled paths, 64 MiB", small)
	processors := []int{1, 2}
	if slow {
		processors = processors[:1]
	}
	for _, n := range processors {
		old := runtime.GOMAXPROCS(n)
		f(fmt.Sprintf("GOMAXPROCS %d", n), o)
		runtime.GOMAXPROCS(old)
	}

	half := len(paths) / 2
	whole := checksum(t, imported(t, Options{}, paths))
	if a := checksum(t, imported(t, Options{}, paths[half:], paths[:half])); a != whole {
		t.Error("two halves, the second first: another ledger")
	}
	if slow {
		return
	}
	if a := checksum(t, imported(t, Options{}, paths[:half], paths[half:])); a != whole {
		t.Error("two halves: another ledger")
	}
	if b := checksum(t, imported(t, Options{}, paths, paths[half:])); b != whole {
		t.Error("all, and one half again: another ledger")
	}
	if c := checksum(t, imported(t, Options{Memory: 1 << 20, TempDir: t.TempDir()}, shuffled.Paths)); c != whole {
		t.Error("everything on disk: another ledger")
	}
}

func TestSameAnyhowRecorded(t *testing.T) {
	sameAnyhow(t, formattest.SharedData(t, "network", "apt29-day1"), company)
}

func TestSameAnyhowGenerated(t *testing.T) {
	o := generate.Options{Seed: 3, Theft: true, Hosts: 20}
	if slow {
		o = generate.Options{Seed: 3, Hosts: 10, Days: 1}
	}
	dir, truth := week(t, o)
	sameAnyhow(t, dir, truth.Internal)
}

// TestInjected asserts that the theft of a generated week is named, with its
// bytes, and that the same week without it is quiet.
func TestInjected(t *testing.T) {
	f := func(seed uint64) {
		t.Helper()
		dir, truth := week(t, generate.Options{Seed: seed, Theft: true})
		logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
		must(t, err)
		d := run(t, Options{Paths: logs, Internal: truth.Internal})
		th := truth.Theft
		found := false
		for _, c := range d.Cases {
			if c.Level != report.LevelDataLeft || !slices.Contains(c.Hosts, th.Host) || !slices.ContainsFunc(c.Destinations, func(x report.Destination) bool { return x.IP == th.Destination }) {
				continue
			}
			found = true
			if low := c.Loss.BytesSent.Low; low*100 < th.Bytes*95 || low*100 > th.Bytes*105 {
				t.Errorf("seed %d: %d bytes, injected were %d", seed, low, th.Bytes)
			}
			var names []string
			for _, x := range c.Loss.Files {
				names = append(names, x.Name)
			}
			for _, n := range th.Files {
				if !slices.Contains(names, filepath.Base(n)) {
					t.Errorf("seed %d: %s is not among the files: %v", seed, n, names)
				}
			}
		}
		if !found || d.Verdict.Level != report.LevelDataLeft {
			t.Errorf("seed %d: verdict %s, no case of %s and %s: %+v", seed, d.Verdict.Level, th.Host, th.Destination, numbers(d))
		}

		dir, truth = week(t, generate.Options{Seed: seed})
		logs, err = filepath.Glob(filepath.Join(dir, "*.log"))
		must(t, err)
		d = run(t, Options{Paths: logs, Internal: truth.Internal})
		if d.Verdict.Level != report.LevelNone {
			t.Errorf("seed %d without a theft: verdict %s: %+v", seed, d.Verdict.Level, numbers(d))
		}
		if d.Stats.Events == 0 {
			t.Errorf("seed %d without a theft: nothing was read", seed)
		}
	}
	if slow {
		t.Skip("takes minutes with the race detector")
	}
	for seed := range uint64(3) {
		f(seed + 1)
	}
}
