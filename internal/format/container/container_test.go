package container

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/dsnet/compress/bzip2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

func pack(t testing.TB, kind string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch kind {
	case Gzip:
		w = gzip.NewWriter(&b)
	case Zstd:
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		w = z
	case XZ:
		z, err := xz.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	case LZ4:
		z := lz4.NewWriter(&b)
		if err := z.Apply(lz4.BlockSizeOption(lz4.Block64Kb)); err != nil {
			t.Fatal(err)
		}
		w = z
	case Bzip2:
		z, err := bzip2.NewWriter(&b, &bzip2.WriterConfig{Level: 1})
		if err != nil {
			t.Fatal(err)
		}
		w = z
	default:
		return data
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unpack reads everything; err is the first of Open's and Read's.
func unpack(t testing.TB, r io.Reader, l limits) (data []byte, kind string, err error) {
	t.Helper()
	rc, kind, err := open(r, l)
	if err != nil {
		return nil, kind, err
	}
	defer func() {
		if err := rc.Close(); err != nil {
			t.Error(err)
		}
	}()
	data, err = io.ReadAll(rc)
	if _, again := rc.Read(make([]byte, 1)); err != nil && again == nil {
		t.Error("the error is gone when asked again")
	}
	return data, kind, err
}

// packers are all kinds of compression.
var packers = []string{Gzip, Zstd, Bzip2, XZ, LZ4}

var text = []byte(strings.Repeat("1379288667.706265\tCoy\t192.168.33.10\n", 5000))

func noise(n int) []byte {
	b := make([]byte, n)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

func TestOpen(t *testing.T) {
	f := func(name string, in []byte, kind string, want []byte, wantErr error) {
		t.Helper()
		for _, r := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in)), iotest.DataErrReader(bytes.NewReader(in))} {
			got, k, err := unpack(t, r, defaultLimits)
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %d bytes, want %d", name, len(got), len(want))
			}
			if k != kind {
				t.Errorf("%s: kind %q, want %q", name, k, kind)
			}
			if !errors.Is(err, wantErr) || wantErr == nil && err != nil {
				t.Errorf("%s: error %v, want %v", name, err, wantErr)
			}
		}
	}
	f("empty", nil, Plain, nil, nil)
	f("one byte", []byte{0x1f}, Plain, []byte{0x1f}, nil)
	f("plain", text, Plain, text, nil)
	f("like bzip2", []byte("BZh9 is not a header\n"), Plain, []byte("BZh9 is not a header\n"), nil)
	for _, kind := range packers {
		p := pack(t, kind, text)
		p2 := append(bytes.Clone(p), p...)
		f(kind, p, kind, text, nil)
		f(kind+" of nothing", pack(t, kind, nil), kind, nil, nil)
		f(kind+" twice", p2, kind, append(bytes.Clone(text), text...), nil)
		f(kind+" in "+kind, pack(t, kind, p), kind, p, nil)
		f(kind+" with trailing text", append(bytes.Clone(p), "trailing garbage"...), kind, text, ErrTrailing)
	}
	gz := pack(t, Gzip, text)
	f("gzip with padding", append(bytes.Clone(gz), make([]byte, 1000)...), Gzip, text, nil)
	f("gzip, padding, gzip", append(append(bytes.Clone(gz), make([]byte, 10)...), gz...), Gzip, append(bytes.Clone(text), text...), nil)
	f("gzip, only a header", gz[:10], Gzip, nil, ErrTruncated)
	f("gzip, half a header", gz[:5], Gzip, nil, ErrTruncated)
	f("gzip, second header cut", append(bytes.Clone(gz), gz[:3]...), Gzip, text, ErrTruncated)
	f("gzip, second magic cut", append(bytes.Clone(gz), gz[:1]...), Gzip, text, ErrTruncated)
	f("gzip, no checksum", gz[:len(gz)-8], Gzip, text, ErrTruncated)
	f("gzip, half a checksum", gz[:len(gz)-3], Gzip, text, ErrTruncated)
	wrong := bytes.Clone(gz)
	wrong[len(wrong)-8] ^= 1
	f("gzip, wrong checksum", wrong, Gzip, text, ErrCorrupt)
	wrong = bytes.Clone(gz)
	wrong[2] = 7
	f("gzip, unknown method", wrong, Gzip, nil, ErrCorrupt)
	long := append([]byte{0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3}, bytes.Repeat([]byte("n"), 1<<20)...)
	f("gzip, endless name", long, Gzip, nil, ErrCorrupt)
	skippable := append([]byte{0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3}, pack(t, Zstd, text)...)
	f("zstd behind a skippable frame", skippable, Zstd, text, nil)
}

// TestCut checks that everything before the damage comes out.
func TestCut(t *testing.T) {
	data := noise(300_000)
	for _, kind := range packers {
		p := pack(t, kind, data)
		for _, n := range []int{20, 1000, 150_000, len(p) - 20, len(p) - 9, len(p) - 1} {
			got, _, err := unpack(t, bytes.NewReader(p[:n]), defaultLimits)
			if !errors.Is(err, ErrTruncated) {
				t.Errorf("%s cut at %d: %v", kind, n, err)
			}
			if !bytes.HasPrefix(data, got) {
				t.Errorf("%s cut at %d: other bytes", kind, n)
			}
			if n == 150_000 && len(got) == 0 {
				t.Errorf("%s cut at %d: nothing came out", kind, n)
			}
			if want := kind + " data ends too early; what came before was read"; err == nil || err.Error() != want {
				t.Errorf("%s cut at %d: %v, want %s", kind, n, err, want)
			}
		}
	}
}

func TestUnsupported(t *testing.T) {
	f := func(head, name string) {
		t.Helper()
		_, _, err := unpack(t, strings.NewReader(head), defaultLimits)
		if !errors.Is(err, ErrUnsupported) || err.Error() != name+" is not read; unpack it first" {
			t.Errorf("%q: %v", head[:4], err)
		}
	}
	f("PK\x03\x04\x14\x00", "a zip archive")
	f("PK\x05\x06\x00\x00", "a zip archive")
	f("7z\xbc\xaf\x27\x1c\x00", "a 7z archive")
	f("Rar!\x1a\x07\x00", "a rar archive")
	f("\x1f\x9d\x90\x00", "compress (.Z) compression")
	f("conn.log"+strings.Repeat("\x00", 249)+"ustar\x0000"+strings.Repeat("\x00", 300), "a tar archive")
}

// zeros is n zero bytes.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.n))
	clear(p[:n])
	z.n -= int64(n)
	return n, nil
}

func TestBomb(t *testing.T) {
	const size = 80 << 20
	bomb := map[string][]byte{Gzip: nil, Zstd: nil}
	for kind := range bomb {
		var b bytes.Buffer
		var w io.WriteCloser = gzip.NewWriter(&b)
		if kind == Zstd {
			z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
			if err != nil {
				t.Fatal(err)
			}
			w = z
		}
		if _, err := io.Copy(w, &zeros{size}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		bomb[kind] = b.Bytes()
	}
	f := func(name string, in []byte, l limits, most int64, wantErr error) {
		t.Helper()
		rc, _, err := open(bytes.NewReader(in), l)
		if err != nil {
			t.Fatal(err)
		}
		defer rc.Close()
		n, err := io.Copy(io.Discard, rc)
		if !errors.Is(err, wantErr) || wantErr == nil && err != nil || n > most {
			t.Errorf("%s: %d bytes, error %v; want %v", name, n, err, wantErr)
		}
	}
	f("zstd", bomb[Zstd], defaultLimits, defaultLimits.freely+1<<20, ErrBomb)
	f("gzip stays below the ratio", bomb[Gzip], defaultLimits, size, nil)
	f("gzip, too large", bomb[Gzip], limits{maxOutput: 1 << 20, maxRatio: 2000, freely: 64 << 20}, 1<<20, ErrBomb)
	f("gzip, exactly as large as allowed", bomb[Gzip], limits{maxOutput: size, maxRatio: 2000, freely: 64 << 20}, size, nil)
	f("gzip, ratio", bomb[Gzip], limits{maxOutput: 1 << 40, maxRatio: 100, freely: 1 << 20}, 2<<20+bufferSize*100, ErrBomb)
	// A frame that says how large it is may be larger than the window limit.
	z, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	one := z.EncodeAll(bytes.Repeat(noise(1<<20), 150), nil)
	f("zstd, one large frame", one, defaultLimits, 150<<20, nil)
	// Window descriptor for 2 GiB (RFC 8878 section 3.1.1.1.2).
	f("zstd, huge window", []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00}, defaultLimits, 0, ErrBomb)
}

func TestEmptyMembers(t *testing.T) {
	in := bytes.Repeat(pack(t, Gzip, nil), 1_000_000)
	got, _, err := unpack(t, bytes.NewReader(in), defaultLimits)
	if err != nil || len(got) > 0 {
		t.Error(len(got), err)
	}
}

// TestReadError checks that the error of the source comes through.
func TestReadError(t *testing.T) {
	broken := errors.New("the disk is broken")
	for _, kind := range append([]string{Plain}, packers...) {
		p := pack(t, kind, noise(200_000))
		_, _, err := unpack(t, io.MultiReader(bytes.NewReader(p[:100_000]), iotest.ErrReader(broken)), defaultLimits)
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, _, err := Open(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func FuzzContainer(f *testing.F) {
	for _, kind := range append([]string{Plain}, packers...) {
		p := pack(f, kind, text[:200])
		f.Add(p)
		f.Add(p[:len(p)/2])
		f.Add(append(bytes.Clone(p), p...))
		f.Add(append(bytes.Clone(p), 0, 0, 1))
	}
	f.Add([]byte{0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3})
	f.Fuzz(func(t *testing.T, in []byte) {
		l := limits{maxOutput: 4 << 20, maxRatio: 2000, freely: 1 << 20}
		got, kind, err := unpack(t, bytes.NewReader(in), l)
		again, kind2, err2 := unpack(t, iotest.OneByteReader(bytes.NewReader(in)), l)
		if kind != kind2 || (err == nil) != (err2 == nil) || err == nil && !bytes.Equal(got, again) {
			t.Errorf("%s %d %v, byte by byte %s %d %v", kind, len(got), err, kind2, len(again), err2)
		}
		if kind == Plain && (err != nil || !bytes.Equal(got, in)) {
			t.Errorf("plain data changed: %v", err)
		}
	})
}
