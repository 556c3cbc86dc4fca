package container

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// tarred is an archive of files, each given as name and content.
func tarred(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		addTar(t, w, tar.Header{Typeflag: tar.TypeReg, Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))}, files[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func addTar(t testing.TB, w *tar.Writer, h tar.Header, data string) {
	t.Helper()
	if err := w.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
}

// zipped is the same as a zip archive.
func zipped(t testing.TB, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// listTar words the members of a tar archive and how reading it ended.
func listTar(t testing.TB, r io.Reader, l limits) (out []string, err error) {
	t.Helper()
	a := newTar(r, l)
	for {
		m, err := a.Next()
		if err != nil {
			if _, again := a.Next(); !errors.Is(again, err) {
				t.Errorf("then %v, now %v", err, again)
			}
			return out, err
		}
		out = append(out, listed(m, a))
	}
}

func listed(m *Member, r io.Reader) string {
	if m.Problem != "" {
		return fmt.Sprintf("%s: %s", m.Name, m.Problem)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return fmt.Sprintf("%s: %d bytes, %v", m.Name, len(data), err)
	}
	return m.Name + "=" + string(data[:min(len(data), 20)])
}

// listZip does the same for a zip archive.
func listZip(t testing.TB, data []byte) (out []string, err error) {
	t.Helper()
	z, err := NewZipReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	for i := range z.Members {
		m := &z.Members[i]
		if m.Problem != "" {
			out = append(out, listed(m, nil))
			continue
		}
		r, err := z.Open(i)
		if err != nil {
			out = append(out, m.Name+": "+err.Error())
			continue
		}
		out = append(out, listed(m, r))
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	return out, z.Damage
}

// hostileNames are what archives call members, and what they are called then.
var hostileNames = []string{
	"../../etc/passwd", "etc/passwd",
	"/etc/shadow", "etc/shadow",
	"a/./b//c", "a/b/c",
	"a/../../b", "b",
	`..\..\windows`, `..\..\windows`,
	"conn.log", "conn.log",
	"conn.log", "conn.log (2)",
	"conn.log (2)", "conn.log (2) (2)",
	"./conn.log", "conn.log (3)",
	"\x1b]0;x\x07\n", "\x1b]0;x\x07\n",
	"caf\xe9", `caf\xe9`,
	"..", "(no name)",
}

func hostileFiles() (files, want []string) {
	for i := 0; i < len(hostileNames); i += 2 {
		files = append(files, hostileNames[i], "x")
		want = append(want, hostileNames[i+1]+"=x")
	}
	return files, want
}

func TestTar(t *testing.T) {
	f := func(name string, in []byte, want []string, wantErr error) {
		t.Helper()
		for _, r := range []io.Reader{bytes.NewReader(in), iotest.OneByteReader(bytes.NewReader(in))} {
			got, err := listTar(t, r, defaultLimits)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s:\n%s", name, d)
			}
			if !errors.Is(err, wantErr) {
				t.Errorf("%s: %v, want %v", name, err, wantErr)
			}
		}
	}
	two := tarred(t, "a.log", "hello", "d/b.log", strings.Repeat("y", 2000))
	both := []string{"a.log=hello", "d/b.log=yyyyyyyyyyyyyyyyyyyy"}
	f("two", two, both, io.EOF)
	f("empty", tarred(t), nil, io.EOF)
	f("two archives, one behind the other", append(bytes.Clone(two), tarred(t, "a.log", "other")...), append(both[:2:2], "a.log (2)=other"), io.EOF)
	f("a lot of padding", append(bytes.Clone(two), make([]byte, 100_000)...), both, io.EOF)
	f("other bytes behind", append(bytes.Clone(two), "trailing"...), both, ErrTrailing)
	f("no end mark", two[:512*7], both, ErrTruncated)
	f("cut between two", two[:1024], both[:1], ErrTruncated)
	f("cut in a header", two[:1200], both[:1], ErrTruncated)
	f("cut in a member", two[:512*5], []string{both[0], "d/b.log: 1024 bytes, tar data ends too early; what came before was read"}, ErrTruncated)
	wrong := bytes.Clone(two)
	wrong[1024] ^= 1
	f("a wrong checksum", wrong, both[:1], ErrCorrupt)
	files, want := hostileFiles()
	f("hostile names", tarred(t, files...), want, io.EOF)
	f("a name of 5000 bytes", tarred(t, strings.Repeat("n", 5000), "x"), []string{strings.Repeat("n", maxName) + "=x"}, io.EOF)

	var b bytes.Buffer
	w := tar.NewWriter(&b)
	addTar(t, w, tar.Header{Typeflag: tar.TypeDir, Name: "d/", Mode: 0o755}, "")
	addTar(t, w, tar.Header{Typeflag: tar.TypeSymlink, Name: "s", Linkname: "/etc/passwd"}, "")
	addTar(t, w, tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "../x"}, "")
	addTar(t, w, tar.Header{Typeflag: tar.TypeFifo, Name: "p"}, "")
	addTar(t, w, tar.Header{Typeflag: tar.TypeChar, Name: "c", Devmajor: 1, Devminor: 5}, "")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f("what is no file", b.Bytes(), []string{
		"s: a link to etc/passwd; barium reads what lies in the archive only", "h: the same file as x in the archive",
		"p: not a regular file (device or named pipe); barium reads files only", "c: not a regular file (device or named pipe); barium reads files only",
	}, io.EOF)
	// The size of the first member is 7 GiB; there are 5 bytes.
	lie := bytes.Clone(two)
	copy(lie[124:136], "67777777777\x00")
	sign(lie)
	f("a size that lies", lie, []string{fmt.Sprintf("a.log: %d bytes, tar data ends too early; what came before was read", len(lie)-512)}, ErrTruncated)
}

// sign puts the checksum right.
func sign(header []byte) {
	copy(header[148:156], "        ")
	sum := 0
	for _, c := range header[:tarBlock] {
		sum += int(c)
	}
	copy(header[148:156], fmt.Sprintf("%06o\x00 ", sum))
}

func TestIsTar(t *testing.T) {
	f := func(name string, head []byte, want bool) {
		t.Helper()
		if isTar(head) != want {
			t.Errorf("%s: %t", name, !want)
		}
	}
	old := tarred(t, "a.log", "hello")[:tarBlock]
	f("ustar", old, true)
	copy(old[257:265], make([]byte, 8))
	f("ustar without its mark", old, false)
	sign(old)
	f("before ustar", old, true)
	f("zeros", make([]byte, tarBlock), false)
	f("text", text[:tarBlock], false)
	f("a short text", text[:300], false)
}

// TestTarSparse checks that a hole in a file cannot pass for terabytes.
func TestTarSparse(t *testing.T) {
	// An old GNU header (type S): one piece of 512 bytes at 1 TiB.
	h := make([]byte, tarBlock)
	copy(h, "sparse.log")
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	copy(h[124:], "00000001000\x0000000000000\x00")
	h[156] = 'S'
	copy(h[257:], "ustar  \x00")
	number := func(at int, n uint64) { h[at] = 0x80; binary.BigEndian.PutUint64(h[at+4:], n) }
	number(386, 1<<40)
	number(398, 512)
	number(483, 1<<40+512)
	sign(h)
	a := NewTarReader(bytes.NewReader(append(append(h, text[:512]...), make([]byte, 1024)...)))
	if _, err := a.Next(); err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, a)
	if !errors.Is(err, ErrBomb) || n > 66<<20 {
		t.Errorf("%d bytes, %v", n, err)
	}
	if _, err := a.Next(); !errors.Is(err, ErrBomb) {
		t.Error("a bomb is gone on with")
	}
}

func TestTarMany(t *testing.T) {
	one := tarred(t, "empty.log", "")[:tarBlock]
	in := io.MultiReader(bytes.NewReader(bytes.Repeat(one, maxMembers+1000)), bytes.NewReader(make([]byte, 1024)))
	got, err := listTar(t, in, defaultLimits)
	if len(got) != maxMembers || !errors.Is(err, ErrBomb) {
		t.Errorf("%d members, %v", len(got), err)
	}
}

func TestZip(t *testing.T) {
	f := func(name string, in []byte, want []string, wantErr error) {
		t.Helper()
		got, err := listZip(t, in)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
		if !errors.Is(err, wantErr) || wantErr == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, wantErr)
		}
	}
	long := strings.Repeat("y", 2000)
	two := zipped(t, "a.log", "hello", "d/", "", "d/b.log", long)
	both := []string{"a.log=hello", "d/b.log=yyyyyyyyyyyyyyyyyyyy"}
	f("two", two, both, nil)
	f("empty", zipped(t), nil, nil)
	f("other bytes before", append([]byte("#!/bin/sh\n"), two...), both, nil)
	f("cut", two[:len(two)-30], nil, ErrCorrupt)
	files, want := hostileFiles()
	f("hostile names", zipped(t, files...), want, nil)

	// at is where the i-th entry of the directory begins.
	at := func(in []byte, i int) int {
		n := 0
		for range i + 1 {
			n += bytes.Index(in[n:], []byte("PK\x01\x02")) + 4
		}
		return n - 4
	}
	change := func(offset int, b ...byte) []byte {
		in := bytes.Clone(two)
		copy(in[at(in, 0)+offset:], b)
		return in
	}
	f("encrypted", change(8, 1, 0), []string{"a.log: encrypted; unpack it first, with its password", both[1]}, nil)
	f("packed by implosion", change(10, 6, 0), []string{"a.log: packed by method 6 of zip, which is not read; unpack it first", both[1]}, nil)
	f("a wrong checksum", change(16, 1, 2, 3, 4), []string{"a.log: 5 bytes, zip data is damaged (wrong checksum); what came before was read", both[1]}, nil)
	f("a size that is too large", change(24, 0xfe, 0xff, 0xff, 0x7f), []string{"a.log: 5 bytes, zip data ends too early; what came before was read", both[1]}, nil)
	f("a size that is too small", change(24, 1, 0, 0, 0), []string{"a.log: 5 bytes, zip data is damaged (more bytes than it says); what came before was read", both[1]}, nil)
	f("an offset that leads nowhere", change(42, 5, 0, 0, 0), []string{"a.log: the zip archive is damaged: where the member should begin there is none", both[1]}, nil)
	const shared = ": shares bytes of the zip archive with another member, as bombs do; it is not read"
	overlap := bytes.Clone(two)
	copy(overlap[at(overlap, 2)+42:], []byte{0, 0, 0, 0})                           // the third begins where the first does
	copy(overlap[at(overlap, 2)+16:], overlap[at(overlap, 0)+16:at(overlap, 0)+28]) // and is the same
	f("two members of the same bytes", overlap, []string{both[0], "d/b.log" + shared}, nil)
}

func TestZipMethods(t *testing.T) {
	for method, kind := range map[uint16]string{zip.Store: Plain, zipBzip2: Bzip2, zipZstd: Zstd, zipXZ: XZ} {
		data := pack(t, kind, text)
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		f, err := w.CreateRaw(&zip.FileHeader{Name: "a.log", Method: method, CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(text)), CRC32: sumOf(text)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		z, err := NewZipReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		r, err := z.Open(0)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
			t.Errorf("method %d: %d bytes, %v", method, len(got), err)
		}
	}
}

func TestUnpack(t *testing.T) {
	f := func(name string, in []byte, wantKind, wantArchive string) {
		t.Helper()
		rc, kind, archive, err := Unpack(iotest.OneByteReader(bytes.NewReader(in)))
		if err != nil || kind != wantKind || archive != wantArchive {
			t.Errorf("%s: %q %q %v", name, kind, archive, err)
			return
		}
		defer rc.Close()
		want, _, _ := unpack(t, bytes.NewReader(in), defaultLimits)
		if archive != "" && kind == Plain {
			want = in
		}
		if got, err := io.ReadAll(rc); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, want %d, %v", name, len(got), len(want), err)
		}
	}
	a := tarred(t, "a.log", "hello")
	f("nothing", nil, Plain, "")
	f("text", text, Plain, "")
	f("tar", a, Plain, Tar)
	f("zip", zipped(t, "a", "b"), Plain, Zip)
	for _, kind := range packers {
		f(kind, pack(t, kind, text), kind, "")
		f(kind+" tar", pack(t, kind, a), kind, Tar)
		f(kind+" zip", pack(t, kind, zipped(t, "a", "b")), kind, Zip)
	}
}

func FuzzTar(f *testing.F) {
	files, _ := hostileFiles()
	f.Add(tarred(f, "a.log", "hello"))
	f.Add(tarred(f, files...))
	f.Add(append(tarred(f, "a.log", "hello"), tarred(f, "a.log", "hello")...))
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) >= tarBlock { // no header but with a checksum is looked at
			in = bytes.Clone(in)
			sign(in)
		}
		l := limits{maxOutput: 4 << 20, maxRatio: 2000, freely: 1 << 20}
		got, err := listTar(t, bytes.NewReader(in), l)
		again, err2 := listTar(t, iotest.HalfReader(bytes.NewReader(in)), l)
		if errors.Is(err, io.EOF) != errors.Is(err2, io.EOF) || errors.Is(err, io.EOF) && cmp.Diff(got, again) != "" {
			t.Errorf("%q %v, in pieces %q %v", got, err, again, err2)
		}
		checkNames(t, got)
	})
}

func FuzzZip(f *testing.F) {
	files, _ := hostileFiles()
	f.Add(zipped(f, "a.log", "hello", "d/b.log", "world"))
	f.Add(zipped(f, files...))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, _ := listZip(t, in)
		checkNames(t, got)
	})
}

// FuzzMemberName checks that no name leads out of its archive, and that none is
// given twice.
func FuzzMemberName(f *testing.F) {
	for i := 0; i < len(hostileNames); i += 2 {
		f.Add(hostileNames[i], hostileNames[i])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var n names
		x, err := n.next(a)
		if err != nil {
			t.Fatal(err)
		}
		y, err := n.next(b)
		if err != nil {
			t.Fatal(err)
		}
		if x == y {
			t.Errorf("%q and %q are both called %q", a, b, x)
		}
		for _, name := range []string{x, y} {
			if name == "" || !utf8.ValidString(name) || strings.HasPrefix(name, "/") || strings.Contains("/"+name+"/", "/../") || strings.Contains(name, "\x00") {
				t.Errorf("%q", name)
			}
		}
	})
}

func checkNames(t *testing.T, listed []string) {
	t.Helper()
	for _, l := range listed {
		if strings.HasPrefix(l, "/") || strings.HasPrefix(l, "../") {
			t.Errorf("%q", l)
		}
	}
}

func sumOf(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
