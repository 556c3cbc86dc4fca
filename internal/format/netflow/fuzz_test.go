package netflow

import (
	"bytes"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"barium/internal/event"
	"barium/internal/format/formattest"
)

// sound checks what must hold whatever was read.
func sound(t *testing.T, rec *formattest.Recorder) {
	t.Helper()
	for _, r := range rec.Records {
		c, ok := r.Event.(event.Conn)
		if !ok || c.TS <= 0 || c.TS > maxTime || c.Duration < event.Unset {
			t.Fatal(r.Text)
		}
		for _, n := range []int64{c.OrigBytes, c.OrigIPBytes, c.OrigPkts, c.RespBytes, c.RespIPBytes, c.RespPkts} {
			if n < event.Unset {
				t.Fatal(r.Text)
			}
		}
	}
}

// FuzzRead reads any file.
func FuzzRead(f *testing.F) {
	t9 := setOf(0, template(256, flowFields))
	f.Add(file(legacy5(up, down), message9(0, t9, flows(256, up, ask)), sampled(10, 1500, ethernetTCP(in, far, 1, 2, 2, 40))))
	f.Add(append(file(legacy5(up)), file(legacy5(down))[5:]...))
	f.Add(AppendLost(AppendHead(nil), at, 3))
	f.Fuzz(func(t *testing.T, data []byte) {
		Reader{}.Sniff(data, "")
		want := formattest.Read(t, Reader{}, data)
		sound(t, want)
		got := formattest.Recorder{Scribble: true}
		if err := (Reader{}).Read(t.Context(), iotest.OneByteReader(bytes.NewReader(data)), &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want.Texts(), got.Texts()); d != "" {
			t.Fatal(d)
		}
		if d := cmp.Diff(want.Bads, got.Bads); d != "" {
			t.Fatal(d)
		}
		Reader{}.Record(data, bytes.NewReader(data)) //nolint:errcheck // it must only not crash
	})
}

// FuzzDatagram reads any two datagrams of one exporter, in whole frames.
func FuzzDatagram(f *testing.F) {
	t9 := setOf(0, template(256, flowFields))
	f.Add(message9(0, t9), message9(0, flows(256, up, down)))
	f.Add(messageIPFIX(0, setOf(2, template(256, flowFields))), messageIPFIX(0, flows(256, up)))
	f.Add(legacy5(up, down), sampled(10, 1500, ethernetTCP(in, far, 1, 2, 2, 40)))
	f.Add(message9(0, setOf(1, u16(nil, 300, 4, 4, 1, 4, 34, 4)), setOf(300, u32(nil, 1, 100))), messageIPFIX(0, setOf(3, u16(nil, 300, 2, 1, 149, 4, 160, 8))))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		if len(a) > MaxDatagram || len(b) > MaxDatagram {
			return
		}
		data := file(a, b)
		rec := formattest.Read(t, Reader{}, data)
		sound(t, rec)
		Reader{}.Record(data, bytes.NewReader(data[HeadBytes:])) //nolint:errcheck // it must only not crash
		AppendTemplates(nil, a)
	})
}

// FuzzNfdump reads anything as output of nfdump.
func FuzzNfdump(f *testing.F) {
	f.Add([]byte("1772445600.250|1.500|6|10.0.0.1|5|10.0.0.2|443|...AP.SF|7|700|3|300|0|0|192.0.2.1\n"))
	f.Add([]byte("1515771450.942| 00:00:01.5|1    |::1| 8|::2|0|0xff|1|60|0|0|8|0|::\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var rec formattest.Recorder
		if err := readNfdump(t.Context(), bytes.NewReader(data), &rec, func() {}); err != nil {
			t.Fatal(err)
		}
		sound(t, &rec)
		Nfcapd{}.Sniff(data, "")
	})
}
