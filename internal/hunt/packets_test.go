package hunt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"barium/internal/format"
	"barium/internal/format/formattest"
	"barium/internal/format/pcap"
)

// packetFile is a pcap file in which 10.0.0.5 calls 198.51.100.9:443 every
// minute, n times, and is refused; and its offsets.
func packetFile(n int) (data []byte, offsets []int64) {
	le := binary.LittleEndian
	for _, v := range []uint32{0xa1b2c3d4, 2 | 4<<16, 0, 0, 65535, 101} {
		data = le.AppendUint32(data, v)
	}
	packet := func(seconds uint32, orig bool, port uint16, flags byte) {
		src, dst, sport, dport := []byte{10, 0, 0, 5}, []byte{198, 51, 100, 9}, port, uint16(443)
		if !orig {
			src, dst, sport, dport = dst, src, dport, sport
		}
		ip := slices.Concat([]byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0}, src, dst)
		be := binary.BigEndian
		ip = be.AppendUint16(be.AppendUint16(ip, sport), dport)
		ip = append(ip, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 0, 1, 0, 0, 0, 0)
		offsets = append(offsets, int64(len(data)))
		for _, v := range []uint32{1_772_445_600 + seconds, 5, uint32(len(ip)), uint32(len(ip))} {
			data = le.AppendUint32(data, v)
		}
		data = append(data, ip...)
	}
	for i := range n {
		packet(uint32(i)*60, true, uint16(30000+i), 0x02)
		packet(uint32(i)*60, false, uint16(30000+i), 0x14)
	}
	return data, offsets
}

// TestRecordsOfPackets finds packets by offset: through a walk, which knows their
// numbers, and by place alone.
func TestRecordsOfPackets(t *testing.T) {
	data, offsets := packetFile(4)
	f := func(reader format.Reader, numbers bool) {
		t.Helper()
		r := newRecords(t.Context(), reader, bytes.NewReader(data))
		for _, i := range []int{1, 2, 3, 6} { // neighbours too
			must(t, r.seek(offsets[i]))
			if r.position() != offsets[i] {
				t.Fatalf("packet %d: at %d", i, r.position())
			}
			rec, err := r.take()
			must(t, err)
			number := int64(0)
			if numbers {
				number = int64(i) + 1
			}
			if rec.number != number || !bytes.Equal(rec.raw, data[offsets[i]:offsets[i]+56]) || !strings.Contains(string(rec.text), "198.51.100.9") {
				t.Errorf("packet %d: number %d, %d bytes, %q", i, rec.number, len(rec.raw), rec.text)
			}
			uid, community := identify(reader, &rec)
			if uid != "" || (community != "") != numbers {
				t.Errorf("packet %d: uid %q, community id %q", i, uid, community)
			}
		}
		if err := r.seek(int64(len(data)) + 1); !errors.Is(err, io.EOF) {
			t.Errorf("behind the end: %v", err)
		}
	}
	f(pcap.Reader{}, true)
	f(struct{ format.Binary }{pcap.Reader{}}, false)
}

// TestPackets hunts in a capture. Its evidence is packets in words; what is
// preserved of them is a capture of its own.
func TestPackets(t *testing.T) {
	data, offsets := packetFile(600)
	path := filepath.Join(t.TempDir(), "calls.pcap")
	must(t, os.WriteFile(path, data, 0o600))
	d := run(t, Options{Paths: []string{path}})
	if len(d.Cases) != 1 || len(d.Cases[0].Findings) == 0 {
		t.Fatalf("%d cases", len(d.Cases))
	}
	for _, e := range d.Cases[0].Findings[0].Evidence {
		i := slices.Index(offsets, e.Offset)
		if i < 0 || e.Line != int64(i)+1 || !strings.Contains(e.Raw, " tcp S ") || e.CommunityID == "" {
			t.Errorf("evidence %+v", e)
		}
	}

	out := filepath.Join(t.TempDir(), "a.tar.gz")
	p, trace, err := preserve(t, d, out)
	must(t, err)
	if len(trace.Lost) > 0 || p.Lines != 600 {
		t.Fatalf("%d lines, lost %+v", p.Lines, trace.Lost)
	}
	archive, err := os.ReadFile(out)
	must(t, err)
	files := unpack(t, archive, d.Cases[0].ID)
	extract := files["lines/1-calls.pcap"]
	got := formattest.Read(t, pcap.Reader{}, []byte(extract))
	if got.Counts()["conn"] != 600 || len(got.Bads) > 0 {
		t.Errorf("%d bytes preserved: %v, bad %v; files %v", len(extract), got.Counts(), got.Bads, slices.Sorted(maps.Keys(files)))
	}
}
