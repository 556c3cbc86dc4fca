package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// TestHostileGzip goes through the header fields of RFC 1952 section 2.3 with
// values that no log rotation writes.
func TestHostileGzip(t *testing.T) {
	f := func(name string, in []byte, want []byte, wantErr error) {
		t.Helper()
		got, _, err := unpack(t, bytes.NewReader(in), defaultLimits)
		if !bytes.Equal(got, want) || !errors.Is(err, wantErr) || wantErr == nil && err != nil {
			t.Errorf("%s: %d bytes, %v; want %d, %v", name, len(got), err, len(want), wantErr)
		}
	}
	body := pack(t, Gzip, text)[10:]
	header := func(flags byte, fields ...string) []byte {
		b := []byte{0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 3}
		return append(append(b, strings.Join(fields, "")...), body...)
	}
	const extra, name, comment, headerCRC = 4, 8, 16, 2
	f("a name that is a path", header(name, "../../etc/passwd\x00"), text, nil)
	f("a name with an escape sequence", header(name, "\x1b]0;x\x07\n\x00"), text, nil)
	f("a name of 500 bytes", header(name, strings.Repeat("n", 500)+"\x00"), text, nil)
	f("a name of 1 MiB", header(name, strings.Repeat("n", 1<<20)+"\x00"), nil, ErrCorrupt)
	f("a comment of 1 MiB", header(comment, strings.Repeat("n", 1<<20)+"\x00"), nil, ErrCorrupt)
	f("an extra field of 64 KiB", header(extra, "\xff\xff"+strings.Repeat("x", 65535)), text, nil)
	f("an extra field that is cut off", header(extra, "\xff\xff")[:500], nil, ErrTruncated)
	f("a wrong header checksum", header(headerCRC, "\x12\x34"), nil, ErrCorrupt)
	f("reserved flags", header(0xe0), nil, ErrCorrupt)

	one := pack(t, Gzip, text)
	wrong := bytes.Clone(one)
	wrong[len(wrong)-1] ^= 0x40
	f("a wrong length", wrong, text, ErrCorrupt)
	f("a wrong checksum, then a good member", append(bytes.Clone(wrong), one...), text, ErrCorrupt)
	f("text behind a member", append(bytes.Clone(one), "1379288667.706265\tCoy\n"...), text, ErrTrailing)
	f("a member behind text", append([]byte("x\n"), one...), append([]byte("x\n"), one...), nil)
}

// TestHostileZstd does the same for frames (RFC 8878 section 3.1.1.1).
func TestHostileZstd(t *testing.T) {
	f := func(name string, in []byte, want []byte, wantErr error, sentence string) {
		t.Helper()
		got, _, err := unpack(t, bytes.NewReader(in), defaultLimits)
		if !bytes.Equal(got, want) || !errors.Is(err, wantErr) || wantErr == nil && err != nil {
			t.Errorf("%s: %d bytes, %v; want %d, %v", name, len(got), err, len(want), wantErr)
		}
		if sentence != "" && (err == nil || err.Error() != sentence) {
			t.Errorf("%s: %v, want %s", name, err, sentence)
		}
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderDictRaw(7, text[:4096]))
	if err != nil {
		t.Fatal(err)
	}
	const dictionary = "zstd data needs a dictionary; unpack it first"
	withDictionary := z.EncodeAll(text, nil)
	f("a dictionary", withDictionary, nil, ErrUnsupported, dictionary)
	one := pack(t, Zstd, text)
	f("a dictionary in the second frame", append(bytes.Clone(one), withDictionary...), text, ErrUnsupported, dictionary)

	const memory = "zstd data needs more than 128 MiB of memory (it was packed with a very long window); unpack it first"
	// Window_Descriptor: exponent in the upper five bits, 1 KiB the smallest. An
	// empty last block follows.
	window := func(exponent byte) []byte { return []byte{0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3, 1, 0, 0} }
	f("a window of 128 MiB", window(17), nil, nil, "")
	f("a window of 256 MiB", window(18), nil, ErrBomb, memory)
	f("a window of 2 TiB", window(31), nil, ErrBomb, memory)

	skippable := func(size uint32, data string) []byte {
		b := binary.LittleEndian.AppendUint32([]byte{0x50, 0x2a, 0x4d, 0x18}, size)
		return append(b, data...)
	}
	f("a skippable frame of 4 GiB that is not there", skippable(1<<32-1, "x"), nil, ErrTruncated, "")
	f("a hundred thousand skippable frames", append(bytes.Repeat(skippable(1, "x"), 100_000), one...), text, nil, "")
	f("a hundred thousand empty frames", append(bytes.Repeat(pack(t, Zstd, nil), 100_000), one...), text, nil, "")
	f("a reserved block type", append(window(10)[:6], 7, 0, 0), nil, ErrCorrupt, "")

	// A frame that says it is larger, or smaller, than it is: Frame_Content_Size
	// stands behind the descriptor of a single segment.
	raw := func(says byte, data string) []byte {
		b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x20, says}
		n := len(data)<<3 | 1
		return append(append(b, byte(n), byte(n>>8), byte(n>>16)), data...)
	}
	f("a frame of the size it says", raw(5, "hello"), []byte("hello"), nil, "")
	f("a frame that says too much", raw(9, "hello"), nil, ErrCorrupt, "")
	f("a frame that says too little", raw(1, "hello"), nil, ErrCorrupt, "")
}

// TestHostileNested takes one layer off ten and names the next.
func TestHostileNested(t *testing.T) {
	data := text
	for i := range 10 {
		data = pack(t, []string{Gzip, Zstd}[i%2], data)
	}
	got, kind, err := unpack(t, bytes.NewReader(data), defaultLimits)
	if err != nil || kind != Zstd {
		t.Fatal(kind, err)
	}
	if inner := Packed(got); inner != "gzip data" {
		t.Errorf("inside is %q", inner)
	}
	f := func(head, want string) {
		t.Helper()
		if got := Packed([]byte(head)); got != want {
			t.Errorf("Packed(%q) = %q, want %q", head, got, want)
		}
	}
	f("", "")
	f("#separator \\x09\n", "")
	f("\x1f\x8b", "")
	f("\x1f\x8b\x00", "")
	f("\x28\xb5\x2f\xfd", "zstd data")
	f("PK\x03\x04", "a zip archive")
}

// TestBombLimits stands on both sides of each limit, with the real ratio.
func TestBombLimits(t *testing.T) {
	// rle is one frame of n blocks, each one byte that stands for 128 KiB.
	rle := func(n int) []byte {
		b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3} // window of 128 KiB
		for i := range n {
			h := 128<<10<<3 | 1<<1
			if i == n-1 {
				h |= 1
			}
			b = append(b, byte(h), byte(h>>8), byte(h>>16), 'x')
		}
		return b
	}
	f := func(name string, in []byte, l limits, least, most int64, wantErr error) {
		t.Helper()
		rc, _, err := open(bytes.NewReader(in), l)
		if err != nil {
			t.Fatal(err)
		}
		defer rc.Close()
		n, err := io.Copy(io.Discard, rc)
		if !errors.Is(err, wantErr) || wantErr == nil && err != nil || n < least || n > most {
			t.Errorf("%s: %d bytes, %v; want %d to %d, %v", name, n, err, least, most, wantErr)
		}
	}
	const free = 64 << 20
	f("as much as is free, at any ratio", rle(free>>17), defaultLimits, free, free, nil)
	f("one block more", rle(free>>17+1), defaultLimits, free, free+128<<10, ErrBomb)
	f("a gigabyte", rle(1<<30>>17), defaultLimits, free, free+1<<20, ErrBomb)

	// Noise at the end brings the ratio to just below and just above the limit.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	const frame = 8 << 20
	mixed := z.EncodeAll(noise(frame/2000+200), rle(frame>>17))
	small := limits{maxOutput: 1 << 40, maxRatio: 2000, freely: 1 << 20}
	f("a ratio below the limit", mixed, small, frame, frame+frame, nil)
	f("the same, without the noise", rle(frame>>17), small, 1<<20, frame, ErrBomb)
}

// TestBombMemory checks that a bomb costs time only, not memory.
func TestBombMemory(t *testing.T) {
	member := pack(t, Gzip, make([]byte, 16<<20))
	in := make([]io.Reader, 16)
	for i := range in {
		in[i] = bytes.NewReader(member)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rc, _, err := Open(io.MultiReader(in...))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, rc)
	if err != nil || n != 256<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d KiB allocated for 256 MiB", used>>10)
	}
}

// FuzzGzip checks that what a gzip reader of the standard kind reads without
// complaint comes out the same.
func FuzzGzip(f *testing.F) {
	for _, data := range [][]byte{nil, []byte("hello"), text[:300]} {
		p := pack(f, Gzip, data)
		f.Add(p)
		f.Add(append(bytes.Clone(p), p...))
		f.Add(append(append(bytes.Clone(p), 0, 0), p...))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		z, err := gzip.NewReader(bytes.NewReader(in))
		if err != nil {
			return
		}
		want, err := io.ReadAll(io.LimitReader(z, 1<<20))
		if err != nil || len(want) == 1<<20 {
			return
		}
		got, kind, err := unpack(t, bytes.NewReader(in), defaultLimits)
		if err != nil || kind != Gzip || !bytes.Equal(got, want) {
			t.Errorf("%s, %d bytes, %v; want %d", kind, len(got), err, len(want))
		}
	})
}
