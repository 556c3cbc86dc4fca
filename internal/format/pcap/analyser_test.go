package pcap

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format"
	"barium/internal/format/formattest"
)

// turn is what one side says, or what is missing of it.
type turn struct {
	orig bool
	text string
	lost int64
}

func asks(text ...string) turn { return turn{orig: true, text: strings.Join(text, "")} }
func says(text ...string) turn { return turn{text: strings.Join(text, "")} }
func lostClient(n int64) turn  { return turn{orig: true, lost: n} }
func lostServer(n int64) turn  { return turn{lost: n} }

// talk is what an analyser made of a connection.
type talk struct {
	formattest.Recorder
	service  string
	expected []string
}

var testHead = event.Head{
	TS: 1, UID: []byte("C1"), Orig: event.Addr{15: 1}, Resp: event.Addr{10: 0xff, 11: 0xff, 12: 192, 13: 0, 14: 2, 15: 7}, OrigPort: 40000, RespPort: 80,
}

func (k *talk) flow(sink format.Sink) *flow {
	return &flow{
		head: testHead, sink: sink,
		expect:  func(a event.Addr, port uint16, via string) { k.expected = append(k.expected, a.String()+" "+via) },
		service: func(name string) { k.service = name },
	}
}

// hear lets an analyser follow turns, cut into pieces by cut.
func hear(of func(*flow) analyser, turns []turn, cut func(n int) int) *talk {
	k := &talk{Recorder: formattest.Recorder{Scribble: true}}
	a := of(k.flow(&sink{Sink: k}))
	var buf []byte
	for _, t := range turns {
		if t.lost > 0 {
			a.gap(t.orig, t.lost)
		}
		for text := []byte(t.text); len(text) > 0; {
			n := cut(len(text))
			buf = append(buf[:0], text[:n]...)
			a.data(t.orig, 5, 50, buf)
			for i := range buf { // valid during the call only
				buf[i] = 0xdb
			}
			text = text[n:]
		}
	}
	a.end()
	return k
}

func whole(n int) int { return n }

// listen lets an analyser follow turns and checks that it hears the same in
// however small pieces they come.
func listen(t *testing.T, of func(*flow) analyser, turns ...turn) *talk {
	t.Helper()
	want := hear(of, turns, whole)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 20 {
		got := hear(of, turns, func(n int) int {
			if i == 0 {
				return 1
			}
			return 1 + rng.IntN(min(n, 1+i*i))
		})
		if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
			t.Fatalf("whole and in pieces:\n%s", d)
		}
		if d := cmp.Diff(want.Bads, got.Bads); d != "" {
			t.Fatalf("whole and in pieces, bad:\n%s", d)
		}
		if got.service != want.service || !slices.Equal(got.expected, want.expected) {
			t.Fatalf("whole and in pieces: %q %q, %q %q", want.service, want.expected, got.service, got.expected)
		}
	}
	return want
}

// fields returns the chosen fields of the records of a kind, one line for each
// record.
func (k *talk) fields(kind string, names ...string) []string {
	var lines []string
	for _, r := range k.Records {
		if r.Kind != kind {
			continue
		}
		var line []string
		for _, name := range names {
			_, v, _ := strings.Cut(r.Text, " "+name+"=")
			end := strings.Index(v, " ")
			if strings.HasPrefix(v, `"`) {
				end = strings.Index(v[1:], `"`) + 2
			} else if strings.HasPrefix(v, "[") {
				end = strings.Index(v, "]") + 1
			}
			if end >= 0 {
				v = v[:end]
			}
			line = append(line, v)
		}
		lines = append(lines, strings.Join(line, " "))
	}
	return lines
}

func (k *talk) check(t *testing.T, kind string, names string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, k.fields(kind, strings.Fields(names)...)); d != "" {
		t.Errorf("%s %s:\n%s", kind, names, d)
	}
}

// fuzz lets an analyser follow a conversation that data describes: the first byte
// of each piece gives the direction, whether it is a gap, and the length of the
// piece.
func fuzz(t *testing.T, of func(*flow) analyser, data []byte) {
	var turns []turn
	for len(data) > 0 {
		c := data[0]
		data = data[1:]
		if c&0x42 == 0x42 {
			n := int64(c >> 2)
			if c&4 != 0 {
				n <<= 12
			}
			turns = append(turns, turn{orig: c&1 != 0, lost: n})
			continue
		}
		n := int(c>>1) * 8
		if c&0x80 != 0 {
			n = len(data)
			if i := bytes.Index(data, []byte("\xf0\x9f")); i >= 0 {
				n = i
				data = slices.Delete(data, i, i+2)
			}
		}
		n = min(n, len(data))
		turns = append(turns, turn{orig: c&1 != 0, text: string(data[:n])})
		data = data[n:]
	}
	k := listen(t, of, turns...)
	for _, r := range k.Records {
		switch e := r.Event.(type) {
		case event.File:
			if e.Seen < 0 || e.Missing < 0 || e.TX == e.RX || len(e.FUID) != 18 {
				t.Fatalf("file %+v", e)
			}
		case event.HTTP:
			if e.ReqLen < 0 || e.RespLen < event.Unset || len(e.Method) == 0 {
				t.Fatalf("request %+v", e)
			}
		case event.SMBFile:
			if len(e.Name) == 0 || e.Size < event.Unset {
				t.Fatalf("file %+v", e)
			}
		}
	}
}

// seed writes turns as fuzz reads them.
func seed(turns ...turn) []byte {
	var b []byte
	for _, t := range turns {
		c := byte(0x80)
		if t.orig {
			c |= 1
		}
		b = append(b, c)
		b = append(b, t.text...)
		b = append(b, "\xf0\x9f"...)
	}
	return b
}
