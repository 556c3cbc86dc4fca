package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// gzipped packs s; each call gives one member.
func gzipped(t testing.TB, s string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// frame is a zstd frame (RFC 8878 section 3.1.1): raw bytes, then blocks of 128 KiB of one
// byte each.
func frame(raw string, blocks int) string {
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3}
	add := func(n, kind int, last bool, data string) {
		h := n<<3 | kind<<1
		if last {
			h |= 1
		}
		b = append(append(b, byte(h), byte(h>>8), byte(h>>16)), data...)
	}
	add(len(raw), 0, blocks == 0, raw)
	for i := range blocks {
		add(128<<10, 1, i == blocks-1, "x")
	}
	return string(b)
}

// TestHostileFiles puts one hostile file among good ones. The theft in the good
// ones is found whole, and the hostile one is a line of the report.
func TestHostileFiles(t *testing.T) {
	head, row := zeekHead+connFields, innocentRow(5000)
	f := func(name, file, data string, records, bad int64, problem string, shown ...string) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			writeTheft(t, filepath.Join(dir, "logs"))
			path := filepath.Join("logs", file)
			if data != "" || problem == "empty file" {
				writeFile(t, filepath.Join(dir, path), data)
			}
			r := barium(t, dir, "hunt", "--memory", "256MiB", "--json", "out.json", "logs")
			r.wantTheft(t, name)
			s := r.sourceOf(t, path)
			if s.Records != records || s.Bad != bad || s.Problem != problem || bad > 0 && len(s.BadSamples) == 0 {
				t.Errorf("%s: %d records, %d bad, %d samples, problem %q; want %d, %d, %q", name, s.Records, s.Bad, len(s.BadSamples), s.Problem, records, bad, problem)
			}
			if !slow && r.memory > 512<<20 {
				t.Errorf("%s: %d MiB", name, r.memory>>20)
			}
			page, err := os.ReadFile(filepath.Join(dir, "barium-report.html"))
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Join(strings.Fields(r.out), " ")
			for _, want := range append(shown, problem) {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is not in the report", name, want)
				}
				if !strings.Contains(string(page), strings.ReplaceAll(want, "'", "&#39;")) {
					t.Errorf("%s: %q is not on the page", name, want)
				}
			}
		})
	}
	good := head + row + innocentRow(5001)
	gz := gzipped(t, good)

	f("zero bytes", "a.log", "", 0, 0, "empty file")
	f("last line cut off", "a.log", head+row+row[:40], 1, 1, "", "the last line is cut off", "of 14 columns")
	f("a name with a line feed and a sequence", "a\n\x1b]0;x\x07.log", good, 2, 0, "", `a\n\x1b]0;x\x07.log`)
	f("a name like a flag", "--mask", good, 2, 0, "", "logs/--mask")
	f("a name that ends in a backslash", "a b\\", good, 2, 0, "", `logs/a b\`)

	const before = "; what came before was read"
	f("gzip, truncated", "a.gz", gz[:len(gz)-9], 2, 0, "gzip data ends too early"+before)
	f("gzip, trailing garbage", "a.gz", gz+row, 2, 0, "gzip data is followed by other bytes"+before)
	f("gzip, wrong checksum", "a.gz", gz[:len(gz)-8]+"\x00\x00\x00\x00"+gz[len(gz)-4:], 2, 0, "gzip data is damaged (gzip: invalid checksum)"+before)
	f("gzip, a name of 1 MiB", "a.gz", "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03"+strings.Repeat("n", 1<<20), 0, 0, "gzip data is damaged (gzip: invalid header)"+before)
	if !slow {
		f("gzip, a million empty members", "a.gz", strings.Repeat(gzipped(t, ""), 1_000_000)+gz, 2, 0, "")
		f("gzip bomb of 1 GiB", "a.gz", gz+strings.Repeat(gzipped(t, strings.Repeat("\x00", 64<<20)), 16)+gzipped(t, "\n"+row), 3, 1, "", "longer than 1 MiB")
		f("zstd bomb of 4 GiB", "a.zst", frame(good, 32768), 2, 1, "zstd data grows more than 2000 times when decompressed"+before, "longer than 1 MiB")
	}
	f("zstd, a window of 2 TiB", "a.zst", frame(good, 0)+"\x28\xb5\x2f\xfd\x00\xf8\x01\x00\x00", 2, 0,
		"zstd data needs more than 128 MiB of memory (it was packed with a very long window); unpack it first")
	f("zstd, a dictionary", "a.zst", frame(good, 0)+"\x28\xb5\x2f\xfd\x21\x07\x01\x09\x00\x00x", 2, 0, "zstd data needs a dictionary; unpack it first")
	nested := good
	for range 10 {
		nested = gzipped(t, nested)
	}
	f("ten layers", "a.gz", nested, 0, 0, "gzip data inside gzip data is not read; unpack it first")
	f("a zip archive without a directory", "a.zip", "PK\x03\x04"+strings.Repeat("x", 1000), 0, 0,
		"the zip archive is damaged or cut off: its directory, which stands at its end, cannot be read (zip: not a valid zip file)")
	f("a 7z archive", "a.7z", "7z\xbc\xaf\x27\x1c"+strings.Repeat("x", 1000), 0, 0, "a 7z archive is not read; unpack it first")

	f("JSON that is deep, wide, long and twice", "a.json", strings.Join([]string{
		`{"_path":"conn","ts":1772445600,"ts":1772445601,"id.orig_h":"10.0.0.9","id.resp_h":"192.0.2.1"}`,
		strings.Repeat(`{"a":`, 100_000), `{"_path":"conn"` + strings.Repeat(`,"a":1`, 100_000) + "}", `{"_path":"conn","ts":` + strings.Repeat("9", 1_000_000) + "}",
		`{"a":"` + strings.Repeat("b", 2<<20) + `"}`,
	}, "\n")+"\n", 1, 4, "", "nested too deeply", "too many fields", "999… is not a time from 1970 to 2262")
	f("100,000 columns", "a.log", strings.TrimSuffix(head, "\n")+strings.Repeat("\tx", 100_000)+"\n"+strings.TrimSuffix(row, "\n")+strings.Repeat("\t-", 100_000)+"\n"+row, 1, 1, "",
		"the row has 14 of 100014 columns")
	f("a byte order mark", "a.log", "\xef\xbb\xbf"+good, 2, 0, "")
	f("separator NUL", "a.log", "#separator \\x00\n#fields\tts\n"+row, 0, 2, "", "the separator")
	f("no #fields", "a.log", zeekHead+"#path\tconn\n"+row, 0, 1, "", "a row before any #fields line")
	f("fields change", "a.log", good+"#fields\tts\tid.resp_h\tid.orig_h\n1772445600\t192.0.2.1\t10.0.0.9\n"+"1772445600\t192.0.2.1\n", 3, 1, "", "the row has 2 of 3 columns")
	f("the log of a connection that is still open, twice", "a.log", good+strings.Replace(row, "\t1.5\t1000\t", "\t3.0\t1500\t", 1), 3, 0, "")
}

// TestHostileSpecials hunts in a folder of things that are no files.
func TestHostileSpecials(t *testing.T) {
	dir := t.TempDir()
	logs := filepath.Join(dir, "logs")
	writeTheft(t, logs)
	want := map[string]string{"logs/pipe": "named pipe", "logs/socket": "socket", "logs/loop": "round in a circle", "logs/dangling": "no such file"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(unix.Mkfifo(filepath.Join(logs, "pipe"), 0o600))
	must(unix.Mknod(filepath.Join(logs, "socket"), unix.S_IFSOCK|0o600, 0))
	must(os.Symlink("loop", filepath.Join(logs, "loop")))
	must(os.Symlink("nothing", filepath.Join(logs, "dangling")))
	must(os.Symlink("..", filepath.Join(logs, "up")))
	if unix.Mknod(filepath.Join(logs, "zero"), unix.S_IFCHR|0o600, int(unix.Mkdev(1, 5))) == nil {
		want["logs/zero"] = "device"
	}
	r := barium(t, dir, "hunt", "--json", "out.json", "logs")
	r.wantTheft(t, "specials")
	for path, why := range want {
		if s := r.sourceOf(t, path); !strings.Contains(s.Problem, why) || s.Harmless {
			t.Errorf("%s: %+v", path, s)
		}
	}
}

// TestHostileArguments gives odd paths on the command line.
func TestHostileArguments(t *testing.T) {
	dir := t.TempDir()
	writeTheft(t, filepath.Join(dir, "-rf \n\x1b[2J\\"))
	r := barium(t, dir, "hunt", "--json", "out.json", "--", "-rf \n\x1b[2J\\")
	r.wantTheft(t, "a folder with an odd name")
	if s := r.sourceOf(t, "-rf \n\x1b[2J\\/conn.log"); s.Records == 0 {
		t.Errorf("%+v", s)
	}
	for _, args := range [][]string{{"hunt", "\x1b[2J"}, {"hunt", "--\x1b[2J"}, {"\x1b[2J"}, {"sources", "../\x1b[2J\n"}, {"hunt", "--internal", "\x1b[2J", "."}, {"hunt", "--json", "\x1b[2J/x", "."}} {
		if r := barium(t, dir, args...); r.status != exitUsage || r.errs == "" && r.out == "" {
			t.Errorf("%q: status %d: %s", args, r.status, r.errs)
		}
	}
}

// TestHostileManyFiles hunts in more files than anybody keeps in a folder; what
// it costs grows no faster than their number.
func TestHostileManyFiles(t *testing.T) {
	if slow {
		t.Skip("takes a minute with the race detector")
	}
	const n = 200
	dir := t.TempDir()
	writeTheft(t, filepath.Join(dir, "logs"))
	for i := range n {
		writeFile(t, filepath.Join(dir, "logs", fmt.Sprint(i%100), fmt.Sprint(i)), zeekHead+connFields+innocentRow(3000+i))
	}
	r := barium(t, dir, "hunt", "--memory", "512MiB", "--json", "out.json", "logs")
	r.wantTheft(t, "many files")
	if len(r.doc.Sources) != n+2 || r.memory > 512<<20 {
		t.Errorf("%d sources, %d MiB", len(r.doc.Sources), r.memory>>20)
	}
	if len(r.out) > 100<<10 {
		t.Errorf("%d bytes of text", len(r.out))
	}
}

// TestHostileLongLine hunts in a log with one line of 2 GiB, which takes no room
// on the disk.
func TestHostileLongLine(t *testing.T) {
	if slow {
		t.Skip("takes a minute with the race detector")
	}
	dir := t.TempDir()
	writeTheft(t, filepath.Join(dir, "logs"))
	path := filepath.Join(dir, "logs", "long.log")
	writeFile(t, path, zeekHead+connFields+innocentRow(5000))
	if err := os.Truncate(path, 2<<30); err != nil {
		t.Skip("no files with holes here:", err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = file.WriteString("\n" + innocentRow(5001))
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := barium(t, dir, "hunt", "--memory", "256MiB", "--json", "out.json", "logs")
	r.wantTheft(t, "long line")
	s := r.sourceOf(t, "logs/long.log")
	if s.Records != 2 || s.Bad != 1 || len(s.BadSamples) != 1 || len(s.BadSamples[0].Sample) > 256 || s.BadSamples[0].Reason != "longer than 1 MiB" {
		t.Errorf("%+v", s)
	}
	if r.memory > 384<<20 {
		t.Errorf("%d MiB", r.memory>>20)
	}
}
