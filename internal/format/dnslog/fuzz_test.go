package dnslog

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// check reads data whole and byte by byte and checks what must hold for any bytes.
func check(t *testing.T, data []byte) {
	t.Helper()
	Reader{}.Sniff(data, "")
	Reader{}.Cut(data)
	want := formattest.Read(t, Reader{}, data)
	got := formattest.Recorder{Scribble: true}
	if err := (Reader{}).Read(t.Context(), iotest.OneByteReader(bytes.NewReader(data)), &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
		t.Fatalf("whole and byte by byte:\n%s", d)
	}
	if d := cmp.Diff(want.Bads, got.Bads); d != "" {
		t.Fatalf("whole and byte by byte:\n%s", d)
	}
	last := int64(-1)
	for _, r := range want.Records {
		e := r.Event.(event.DNS)
		if r.Offset <= last || r.Offset >= int64(len(data)) {
			t.Fatalf("record at %d after %d, of %d bytes", r.Offset, last, len(data))
		}
		if e.TS <= 0 || e.Orig == (event.Addr{}) || len(e.Query) > maxName || len(e.Answers) > maxAnswers {
			t.Fatalf("record without a time or a client, or too long: %s", r.Text)
		}
		last = r.Offset
	}
	last = -1
	for _, b := range want.Bads {
		if b.Offset <= last || b.Offset >= int64(len(data)) || b.Reason == "" || len(b.Sample) > maxSample {
			t.Fatalf("bad record at %d after %d, of %d bytes: %q", b.Offset, last, len(data), b.Reason)
		}
		last = b.Offset
	}
}

// fuzz checks any bytes, beginning with the samples that pattern names.
func fuzz(f *testing.F, pattern string, more ...[]byte) {
	paths, err := filepath.Glob("testdata/" + pattern)
	if err != nil || len(paths) == 0 {
		f.Fatal(len(paths), err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, data := range more {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}

func FuzzBind(f *testing.F)    { fuzz(f, "bind*.log") }
func FuzzDnsmasq(f *testing.F) { fuzz(f, "dnsmasq*.log") }
func FuzzUnbound(f *testing.F) { fuzz(f, "unbound*.log") }
func FuzzWindows(f *testing.F) { fuzz(f, "windows*.log", wide(repeat(windowsLine, 2), true)) }
