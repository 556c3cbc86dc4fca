package story

import (
	"bytes"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

var allLogs = map[string]bool{"conn": true, "dns": true, "http": true, "ssl": true, "ftp": true, "files": true, "smtp": true}

var (
	testBegin = event.Time(1_772_409_600_000_000)
	testUntil = testBegin + 11*day
)

// perform plays a story and returns what it wrote, as text.
func perform(s *Story, seed uint64, logs map[string]bool, until event.Time) (*Scene, *formattest.Recorder, string) {
	var rec formattest.Recorder
	host := event.AddrFrom(netip.MustParseAddr("10.0.0.5"))
	site := Site{Host: host, Resolver: event.AddrFrom(netip.MustParseAddr("10.0.0.53")), Forwards: true, Logs: logs}
	scene := NewScene(site, testBegin, until, seed, s.Name, &rec)
	s.Play(scene)
	return scene, &rec, strings.Join(rec.Texts(), "\n")
}

func TestStoriesAreTheSameAgain(t *testing.T) {
	for i := range Named {
		s := &Named[i]
		_, _, a := perform(s, 1, allLogs, testBegin+2*day)
		_, _, b := perform(s, 1, allLogs, testBegin+2*day)
		_, _, c := perform(s, 2, allLogs, testBegin+2*day)
		if a != b {
			t.Errorf("%s: the same seed gives other records", s.Name)
		}
		if a == c {
			t.Errorf("%s: another seed gives the same records", s.Name)
		}
	}
}

// Rates are those that the stories' shapes state.
func TestStoriesSendWhatTheySay(t *testing.T) {
	f := func(name string, bytesPerDay float64, within float64) {
		t.Helper()
		for i := range Named {
			s := &Named[i]
			if s.Name != name {
				continue
			}
			scene, _, _ := perform(s, 3, allLogs, testUntil)
			length := 11.0
			if s.Length > 0 {
				length = s.Length.Hours() / 24
			}
			first := scene.Sent[0].At
			length -= math.Floor(float64(first-testBegin) / float64(day)) // begins later
			got := float64(scene.Total(testUntil)) / length
			if got < bytesPerDay*(1-within) || got > bytesPerDay*(1+within) {
				t.Errorf("%s: %.4g bytes a day, want %.4g", name, got, bytesPerDay)
			}
			return
		}
		t.Errorf("no story %s", name)
	}
	f("apt1", 21e9, 0.01)
	f("cuckoobees", 240e6, 0.1)
	f("winnti", 30e6, 0.1)
	f("wellmess-http", 5e6, 0.1)
	f("wellmess-dns", 0.288e6, 0.1)
	f("wellmess-tls", 5e6, 0.1)
	f("change", 500e9, 0.02)
	f("extortion", 10e9, 0.01)
	f("dns-drip", 0.7*86400, 0.05)
	f("slow-drip", 50e6, 0.1)
}

func TestSweepsSendTheirSize(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Sweeps() {
		if seen[s.Name] {
			t.Errorf("%s is there twice", s.Name)
		}
		seen[s.Name] = true
		if s.Route == DNS && s.Size > 100*kb { // too many records for a test
			continue
		}
		scene, _, _ := perform(&s.Story, 1, allLogs, testUntil)
		if got := scene.Total(testUntil); got != s.Size {
			t.Errorf("%s sends %d bytes", s.Name, got)
		}
		last := scene.Sent[len(scene.Sent)-1].At
		if got := time.Duration(last-testBegin) * time.Microsecond; got > s.Lasts {
			t.Errorf("%s goes on for %s", s.Name, got)
		}
	}
}

// What a scene writes lies within its time and its logs, and is what a sensor
// could have written.
func TestRecordsArePossible(t *testing.T) {
	check := func(name string, rec *formattest.Recorder, scene *Scene, until event.Time) {
		t.Helper()
		if len(rec.Records) == 0 {
			t.Fatalf("%s: no record", name)
		}
		for i := range rec.Records {
			switch r := rec.Records[i].Event.(type) {
			case event.Conn:
				if r.TS < testBegin || r.TS+event.Time(max(r.Duration, 0)) > until {
					t.Fatalf("%s: a connection at %s lies outside", name, r.TS.Std())
				}
			case event.DNS:
				if len(r.Query) > 253 {
					t.Fatalf("%s: a name of %d bytes", name, len(r.Query))
				}
				for l := range bytes.SplitSeq(r.Query, []byte(".")) {
					if len(l) > 63 || len(l) == 0 {
						t.Fatalf("%s: a label of %d bytes", name, len(l))
					}
				}
			}
		}
		for _, e := range scene.Ends {
			a := e.Addr.Netip()
			if !netip.MustParsePrefix("198.18.0.0/15").Contains(a) {
				t.Errorf("%s: far end %s is not reserved for tests", name, a)
			}
		}
	}
	for i := range Named {
		s := &Named[i]
		scene, rec, _ := perform(s, 5, allLogs, testBegin+3*day)
		check(s.Name, rec, scene, testBegin+3*day)
		if s.Title == "" || s.Shape == "" || !strings.ContainsAny(s.Source, "0123456789") {
			t.Errorf("%s: title, shape or source with a year is missing", s.Name)
		}
	}
	for _, s := range Sweeps() {
		if s.Lasts == time.Hour && (s.Route != DNS || s.Size <= 100*kb) {
			scene, rec, _ := perform(&s.Story, 5, allLogs, testBegin+3*hour)
			check(s.Name, rec, scene, testBegin+3*hour)
		}
	}
}

func TestOnlyLogsThatAreThere(t *testing.T) {
	for i := range Named {
		_, rec, _ := perform(&Named[i], 1, map[string]bool{"conn": true}, testBegin+day)
		if n := rec.Counts(); len(n) != 1 || n["conn"] == 0 {
			t.Errorf("%s: records of logs that the background does not have: %v", Named[i].Name, n)
		}
	}
}

func TestFarEndsAreFree(t *testing.T) {
	n := 0
	site := Site{Logs: allLogs, Taken: func(event.Addr) bool { n++; return n%3 != 0 }}
	s := NewScene(site, testBegin, testUntil, 1, "x", &formattest.Recorder{})
	a, b := s.far("command", ""), s.far("exfiltration", "files.content.example")
	if a.Addr == b.Addr || n != 6 {
		t.Errorf("%s and %s after %d tries", a.Addr, b.Addr, n)
	}
	if got := fmt.Sprint(s.Labels()); got != fmt.Sprint([]string{a.Addr.String(), "content.example"}) {
		t.Errorf("labels %s", got)
	}
}
