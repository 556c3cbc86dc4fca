package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"runtime"
	"testing"

	"github.com/ulikunitz/xz"
)

// damaged runs one case of hostile compressed data.
func damaged(t *testing.T) func(name string, in, want []byte, wantErr error, sentence string) {
	return func(name string, in, want []byte, wantErr error, sentence string) {
		t.Helper()
		got, _, err := unpack(t, bytes.NewReader(in), defaultLimits)
		if !bytes.Equal(got, want) || !errors.Is(err, wantErr) || wantErr == nil && err != nil {
			t.Errorf("%s: %d bytes, %v; want %d, %v", name, len(got), err, len(want), wantErr)
		}
		if sentence != "" && (err == nil || err.Error() != sentence) {
			t.Errorf("%s: %v, want %s", name, err, sentence)
		}
	}
}

func TestHostileBzip2(t *testing.T) {
	f := damaged(t)
	one := pack(t, Bzip2, text)
	f("zero bytes behind", append(bytes.Clone(one), make([]byte, 1000)...), text, nil, "")
	f("zero bytes, then others", append(append(bytes.Clone(one), make([]byte, 1000)...), 'x'), text, ErrTrailing, "bzip2 data is followed by other bytes; what came before was read")
	f("a second stream without blocks", append(bytes.Clone(one), pack(t, Bzip2, nil)...), text, nil, "")
	f("a hundred thousand empty streams", append(bytes.Repeat(pack(t, Bzip2, nil), 100_000), one...), text, nil, "")
	f("a second stream of level 0", append(bytes.Clone(one), "BZh0"...), text, ErrCorrupt, "")
	wrong := bytes.Clone(one)
	wrong[len(wrong)-3] ^= 0x40
	f("a wrong checksum of the stream", wrong, text, ErrCorrupt, "")
	wrong = bytes.Clone(one)
	wrong[10] ^= 1
	f("a wrong checksum of a block", wrong, text[:100_000], ErrCorrupt, "")
}

// xzHeader is the beginning of a stream of one block with LZMA2 and a dictionary
// of the given code (The .xz File Format, sections 2.1.1, 3.1, 5.3.1).
func xzHeader(dictionary byte) []byte {
	b := []byte("\xfd7zXZ\x00\x00\x01")
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b[6:8]))
	block := []byte{2, 0, 0x21, 1, dictionary, 0, 0, 0}
	return append(b, binary.LittleEndian.AppendUint32(block, crc32.ChecksumIEEE(block))...)
}

func TestHostileXZ(t *testing.T) {
	f := damaged(t)
	one := pack(t, XZ, text)
	f("padding", append(append(bytes.Clone(one), make([]byte, 400)...), one...), append(bytes.Clone(text), text...), nil, "")
	f("padding of odd length", append(bytes.Clone(one), make([]byte, 3)...), text, ErrCorrupt, "")
	f("a hundred thousand empty streams", append(bytes.Repeat(pack(t, XZ, nil), 100_000), one...), text, nil, "")
	wrong := bytes.Clone(one)
	wrong[len(wrong)-5] ^= 1
	f("a wrong footer", wrong, text, ErrCorrupt, "")
	wrong = bytes.Clone(one)
	wrong[7] = 0x0f
	f("another check", wrong, nil, ErrCorrupt, "")

	const memory = "xz data needs more than 128 MiB of memory (it was packed with a very large dictionary); unpack it first"
	// The dictionary is 2 or 3 times 2^(code/2+11) bytes; 40 is 4 GiB − 1.
	f("a dictionary of 128 MiB", append(xzHeader(30), 0), nil, ErrTruncated, "")
	f("a dictionary of 192 MiB", append(xzHeader(31), 0), nil, ErrBomb, memory)
	f("a dictionary of 4 GiB", append(xzHeader(40), 0), nil, ErrBomb, memory)
	f("a dictionary beyond all", append(xzHeader(41), 0), nil, ErrUnsupported, "")
}

func TestHostileLZ4(t *testing.T) {
	f := damaged(t)
	one := pack(t, LZ4, text)
	const legacy = "lz4 data of the legacy kind is not read; unpack it first"
	f("a legacy frame", []byte("\x02\x21\x4c\x18\x04\x00\x00\x00\x30abc"), nil, ErrUnsupported, legacy)
	f("a million legacy frames", bytes.Repeat([]byte("\x02\x21\x4c\x18"), 1_000_000), nil, ErrUnsupported, legacy)
	f("a million legacy frames behind a good one", append(bytes.Clone(one), bytes.Repeat([]byte("\x02\x21\x4c\x18"), 1_000_000)...), text, ErrUnsupported, legacy)
	skippable := []byte{0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}
	f("a skippable frame before", append(bytes.Clone(skippable), one...), text, nil, "")
	f("a skippable frame behind", append(bytes.Clone(one), skippable...), text, nil, "")
	f("a hundred thousand empty frames", append(bytes.Repeat(pack(t, LZ4, nil), 100_000), one...), text, nil, "")
	wrong := bytes.Clone(one)
	wrong[6] ^= 1
	f("a wrong header checksum", wrong, nil, ErrCorrupt, "")
	wrong = bytes.Clone(one)
	wrong[len(wrong)-1] ^= 1
	f("a wrong checksum", wrong, text, ErrCorrupt, "")
	// A block that says it has 2 GiB.
	f("a block longer than its frame allows", append(bytes.Clone(one[:7]), 0xff, 0xff, 0xff, 0x7f), nil, ErrCorrupt, "")
}

// TestHostileMemory checks that no header makes a decompressor take much memory
// before there are bytes.
func TestHostileMemory(t *testing.T) {
	f := func(name string, in []byte, most uint64) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := unpack(t, bytes.NewReader(in), defaultLimits)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > most {
			t.Errorf("%s: %d MiB allocated", name, used>>20)
		}
	}
	f("xz, 128 MiB", append(xzHeader(30), 0), 160<<20)
	f("xz, 4 GiB", append(xzHeader(40), 0), 8<<20)
	f("bzip2, level 9", []byte("BZh91AY&SY\x00\x00"), 8<<20)
	f("lz4, 4 MiB", pack(t, LZ4, text)[:12], 20<<20)
}

// TestPackedBomb checks that the ratio counts for all kinds that can exceed it.
func TestPackedBomb(t *testing.T) {
	const size = 80 << 20
	for _, kind := range []string{Bzip2, XZ} {
		rc, _, err := open(bytes.NewReader(pack(t, kind, make([]byte, size))), limits{maxOutput: 1 << 40, maxRatio: 2000, freely: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, rc)
		if !errors.Is(err, ErrBomb) || n >= size {
			t.Errorf("%s: %d bytes, %v", kind, n, err)
		}
	}
}

// FuzzXZ checks that what another reader of xz reads without complaint comes out
// the same.
func FuzzXZ(f *testing.F) {
	for _, data := range [][]byte{nil, []byte("hello"), text[:300]} {
		p := pack(f, XZ, data)
		f.Add(p)
		f.Add(append(append(bytes.Clone(p), 0, 0, 0, 0), p...))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 17 && in[14] == 0x21 && in[16] > 24 { // the other one allocates what a header asks for
			return
		}
		l := limits{maxOutput: 1 << 20, maxRatio: 2000, freely: 1 << 20}
		got, kind, err := unpack(t, bytes.NewReader(in), l)
		if err != nil || kind != XZ {
			return
		}
		z, err := xz.NewReader(bytes.NewReader(in))
		if err != nil {
			return // filters and checks that it does not know
		}
		want, err := io.ReadAll(z)
		if err == nil && !bytes.Equal(got, want) {
			t.Errorf("%d bytes, want %d", len(got), len(want))
		}
	})
}
