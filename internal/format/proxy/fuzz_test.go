package proxy

import (
	"bytes"
	"os"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// check reads data whole and in pieces and checks what must hold for any bytes.
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
		if r.Offset <= last || r.Offset >= int64(len(data)) {
			t.Fatalf("record at %d after %d, of %d bytes", r.Offset, last, len(data))
		}
		last = r.Offset
		checkRecord(t, &r)
	}
	last = -1
	for _, b := range want.Bads {
		if b.Offset <= last || b.Offset >= int64(len(data)) || b.Reason == "" {
			t.Fatalf("bad record at %d after %d, of %d bytes: %q", b.Offset, last, len(data), b.Reason)
		}
		last = b.Offset
		if line := int64(bytes.Count(data[:b.Offset], []byte("\n"))) + 1; b.Line != line {
			t.Fatalf("bad record at %d, line %d, want line %d", b.Offset, b.Line, line)
		}
	}
}

// checkRecord asserts what each record must have, and that no number is beyond
// belief.
func checkRecord(t *testing.T, r *formattest.Record) {
	t.Helper()
	believed := func(ns ...int64) {
		for _, n := range ns {
			if n < event.Unset || n > lastTime {
				t.Fatalf("%d in %s", n, r.Text)
			}
		}
	}
	var h event.Head
	switch e := r.Event.(type) {
	case event.Conn:
		h = e.Head
		believed(e.Duration, e.OrigBytes, e.RespBytes, e.OrigPkts, e.RespPkts)
		if e.Orig == (event.Addr{}) || e.Resp == (event.Addr{}) {
			t.Fatalf("a connection without an end: %s", r.Text)
		}
	case event.HTTP:
		h = e.Head
		believed(e.ReqLen, e.RespLen, int64(e.Status))
		if e.Orig == (event.Addr{}) || len(e.Host)+len(e.URI) == 0 {
			t.Fatalf("a request of nobody or for nothing: %s", r.Text)
		}
	case event.Logon:
		h = e.Head
	case event.Note:
		h = e.Head
	default:
		t.Fatalf("a record of an unexpected kind: %s", r.Text)
	}
	if h.TS < 0 || h.TS > lastTime {
		t.Fatalf("time %d in %s", h.TS, r.Text)
	}
}

// seed adds a file of testdata and each of its lines.
func seed(f *testing.F, name string) {
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for line := range bytes.Lines(data) {
		f.Add(line)
	}
}

func fuzz(f *testing.F, name string) {
	seed(f, name)
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}

func FuzzSquid(f *testing.F)      { fuzz(f, "squid.log") }
func FuzzW3C(f *testing.F)        { fuzz(f, "w3c.log") }
func FuzzW3CSyslog(f *testing.F)  { fuzz(f, "w3c-syslog.log") }
func FuzzZscaler(f *testing.F)    { fuzz(f, "zscaler.log") }
func FuzzPaloAlto(f *testing.F)   { fuzz(f, "paloalto.log") }
func FuzzFortiGate(f *testing.F)  { fuzz(f, "fortigate.log") }
func FuzzCheckPoint(f *testing.F) { fuzz(f, "checkpoint.log") }
func FuzzCisco(f *testing.F)      { fuzz(f, "cisco.log") }
func FuzzCEF(f *testing.F)        { fuzz(f, "cef.log") }
func FuzzLEEF(f *testing.F)       { fuzz(f, "leef.log") }

// FuzzSyslog lets anything stand behind and in front of headers.
func FuzzSyslog(f *testing.F) {
	seed(f, "mixed.log")
	f.Add([]byte("<134>1 2026-03-02T10:00:12Z h a 1 - [x y=\"\\]\"][z] \xef\xbb\xbfCEF:0|a|b|c|d|e|f|src=1.1.1.1\n"))
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}
