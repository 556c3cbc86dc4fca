package inflate

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"
)

// samples are texts of several kinds.
func samples() [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_000)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	few := make([]byte, 200_000)
	for i := range few {
		few[i] = "abc"[r.IntN(3)]
	}
	// Bytes whose frequencies fall so fast that their codes are as long as can be.
	var skew []byte
	for i, n := 0, 1; n < 300_000; i, n = i+1, n*2 {
		skew = append(skew, bytes.Repeat([]byte{byte(i * 7)}, n)...)
	}
	r.Shuffle(len(skew), func(i, j int) { skew[i], skew[j] = skew[j], skew[i] })
	return [][]byte{
		nil,
		{'x'},
		[]byte("abcabcabcabcabcabc"), log(200_000), noise, few, skew, make([]byte, 1<<20),
		slices.Concat(log(40_000), noise[:70_000], make([]byte, 70_000), log(100_000)),
	}
}

// log is text like that of a log.
func log(size int) (b []byte) {
	r := rand.New(rand.NewPCG(3, 4))
	for i := 0; len(b) < size; i++ {
		b = fmt.Appendf(b, "%d.%06d\tC%x\t10.20.%d.%d\t%d\t203.0.113.%d\t443\ttcp\tssl\t%f\t%d\t%d\tSF\tT\tF\t0\tShADadFf\n",
			1772445600+i/90, r.IntN(1_000_000), r.Uint64(), r.IntN(8), r.IntN(256), 49152+r.IntN(16384), r.IntN(256), r.ExpFloat64(), r.IntN(5000), r.IntN(90000))
	}
	return b[:size]
}

func deflate(t testing.TB, level int, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, level)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSame asserts that streams of every level come out as they went in, however
// the input arrives, and that nothing behind them is taken.
func TestSame(t *testing.T) {
	var r Reader
	for i, text := range samples() {
		for _, level := range []int{flate.HuffmanOnly, 0, 1, 6, 9} {
			packed := append(deflate(t, level, text), "behind"...)
			for name, in := range map[string]*bufio.Reader{
				"at once": bufio.NewReaderSize(bytes.NewReader(packed), 64<<10),
				"small":   bufio.NewReaderSize(bytes.NewReader(packed), 16),
				"halves":  bufio.NewReaderSize(iotest.HalfReader(bytes.NewReader(packed)), 4096),
				"bytes":   bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(packed)), 512),
			} {
				if level == 6 {
					_, _ = in.Peek(3) // may be there already
				}
				r.Reset(in)
				got, err := io.ReadAll(&r)
				if err != nil || !bytes.Equal(got, text) {
					t.Errorf("sample %d, level %d, %s: %d bytes of %d, %v", i, level, name, len(got), len(text), err)
				}
				if rest, _ := io.ReadAll(in); string(rest) != "behind" {
					t.Errorf("sample %d, level %d, %s: %q is left", i, level, name, rest)
				}
			}
		}
	}
}

// TestCutOff asserts that a stream that ends early gives what stands before and an
// error, at every place.
func TestCutOff(t *testing.T) {
	var r Reader
	for _, level := range []int{0, 6} {
		text := log(3000)
		packed := deflate(t, level, text)
		for n := range packed {
			r.Reset(bufio.NewReader(bytes.NewReader(packed[:n])))
			got, err := io.ReadAll(&r)
			if !errors.Is(err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(text, got) {
				t.Fatalf("%d of %d bytes: %d bytes, %v", n, len(packed), len(got), err)
			}
			want, _ := io.ReadAll(flate.NewReader(bytes.NewReader(packed[:n])))
			if len(got) < len(want) {
				t.Errorf("%d of %d bytes: %d bytes come out, %d of compress/flate", n, len(packed), len(got), len(want))
			}
		}
		broken := errors.New("broken")
		r.Reset(bufio.NewReader(io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(broken))))
		if _, err := io.ReadAll(&r); !errors.Is(err, broken) {
			t.Errorf("the input's error is lost: %v", err)
		}
	}
}

// TestCorrupt asserts that what is no stream is refused.
func TestCorrupt(t *testing.T) {
	f := func(name string, in ...byte) {
		t.Helper()
		var r Reader
		r.Reset(bufio.NewReader(bytes.NewReader(append(in, make([]byte, 64)...))))
		if _, err := io.ReadAll(&r); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f("a block of type 3", 0b111)
	f("a stored block whose sizes differ", 1, 5, 0, 5, 0)
	f("287 lengths", 0b11101101, 0, 0)
	f("31 distances", 5, 30, 0)
	f("codes of no length", 5, 0, 0)
	f("a distance before the beginning", 0x4b, 0x04, 0x62)
}

// FuzzReader compares with compress/flate, whatever comes in.
func FuzzReader(f *testing.F) {
	for _, text := range samples() {
		text = text[:min(len(text), 5000)]
		for _, level := range []int{flate.HuffmanOnly, 0, 6} {
			f.Add(deflate(f, level, text))
		}
	}
	f.Add([]byte{0b111})
	f.Fuzz(func(t *testing.T, packed []byte) {
		const most = 4 << 20
		in := bytes.NewReader(packed)
		want, wantErr := io.ReadAll(io.LimitReader(flate.NewReader(in), most))
		var r Reader
		br := bufio.NewReaderSize(bytes.NewReader(packed), 256)
		r.Reset(br)
		got, err := io.ReadAll(io.LimitReader(&r, most))
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, compress/flate says %v", err, wantErr)
		}
		if len(got) < len(want) || !bytes.Equal(got[:len(want)], want) {
			t.Fatalf("%d bytes, compress/flate gives %d", len(got), len(want))
		}
		if err != nil || len(got) == most {
			return
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%d bytes, compress/flate gives %d", len(got), len(want))
		}
		if rest, _ := io.ReadAll(br); len(rest) != in.Len() {
			t.Fatalf("%d bytes are left, %d by compress/flate", len(rest), in.Len())
		}
	})
}

func BenchmarkReader(b *testing.B) {
	text := log(8 << 20)
	packed := deflate(b, 6, text)
	b.SetBytes(int64(len(text)))
	var r Reader
	in := bufio.NewReaderSize(nil, 64<<10)
	for b.Loop() {
		in.Reset(bytes.NewReader(packed))
		r.Reset(in)
		if _, err := io.Copy(io.Discard, &r); err != nil {
			b.Fatal(err)
		}
	}
}
