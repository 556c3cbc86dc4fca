package zeek

import (
	"bytes"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"barium/internal/format/formattest"
)

// check reads data whole and in pieces and checks what must hold for any bytes.
func check(t *testing.T, data []byte) {
	t.Helper()
	Reader{}.Sniff(data, "")
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
	inPlace := formattest.Recorder{Scribble: true}
	if err := (Reader{}).Read(t.Context(), bytes.NewBuffer(bytes.Clone(data)), &inPlace); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Texts(), inPlace.Texts()); d != "" {
		t.Fatalf("from a reader and in place:\n%s", d)
	}
	if d := cmp.Diff(want.Bads, inPlace.Bads); d != "" {
		t.Fatalf("from a reader and in place:\n%s", d)
	}
	general := readGeneral(t, data)
	if d := cmp.Diff(want.Texts(), general.Texts()); d != "" {
		t.Fatalf("the short way and the general way:\n%s", d)
	}
	if d := cmp.Diff(want.Bads, general.Bads); d != "" {
		t.Fatalf("the short way and the general way:\n%s", d)
	}
	last := int64(-1)
	for _, r := range want.Records {
		if r.Offset <= last || r.Offset >= int64(len(data)) {
			t.Fatalf("record at %d after %d, of %d bytes", r.Offset, last, len(data))
		}
		last = r.Offset
	}
	last = -1
	for _, b := range want.Bads {
		if b.Offset <= last || b.Offset >= int64(len(data)) {
			t.Fatalf("bad record at %d after %d, of %d bytes", b.Offset, last, len(data))
		}
		last = b.Offset
		if line := int64(bytes.Count(data[:b.Offset], []byte("\n"))) + 1; b.Line != line {
			t.Fatalf("bad record at %d, line %d, want line %d", b.Offset, b.Line, line)
		}
		if !bytes.HasPrefix(data[b.Offset:], []byte(b.Sample)) {
			t.Fatalf("bad record at %d: sample %q", b.Offset, b.Sample)
		}
	}
}

func FuzzTSV(f *testing.F) {
	f.Add([]byte(connHead + connRow + connRow2 + "#close\t2014\n"))
	f.Add([]byte("#separator \\x2c\n#path,dns\n#fields,ts,query,answers\n1.5,a\\x2cb,c\n"))
	f.Add([]byte("#fields\tts\tfuid\ttx_hosts\tseen_bytes\tlabel\n1.5\tF1\t1.1.1.1,::1\t-\n"))
	f.Add([]byte("#separator \\x00\n#fields\tts\n1\n" + connJSON + "\n"))
	f.Add([]byte("\xef\xbb\xbf#path\tx509\n#fields\tts\tid\tsan.dns   label\n1e3\t\\x2d\t(empty)   x\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(connJSON + "\n" + dnsJSON + "\n" + fileJSON))
	f.Add([]byte("[" + pretty(connJSON) + ",\n" + pretty(dnsJSON) + "]\n"))
	f.Add([]byte(connJSON + connJSON + `{"ts":` + "\n" + connJSON))
	f.Add([]byte(`{"_path":"http","ts":"2013-09-15T23:44:27.7+02:00","uri":"\u00e9\\x07\ud83d","proxied":["a",null,{"b":[]}]}`))
	f.Add([]byte(`{"ts":1,"uid":"` + "\n" + `"b":{` + "\n{" + `"ts":1}}` + "\n#fields\tts\n"))
	f.Fuzz(func(t *testing.T, data []byte) { check(t, data) })
}
