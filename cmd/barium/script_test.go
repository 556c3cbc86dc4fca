package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"barium/internal/format/formattest"
)

var update = flag.Bool("update", false, "write the expected output in testdata/script anew")

// TestMain makes the test itself the command barium. What it starts runs on one core:
// several run side by side anyway, and logs as small as these take a quarter more
// work on two. The tests of the packages run on all.
func TestMain(m *testing.M) {
	if err := os.Setenv("GOMAXPROCS", "1"); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){"barium": main})
}

// TestScript runs the scenarios in testdata/script on the real command. In a
// script, status N CMD … wants exit status N; gzip, archive, repeat and fifo make
// files.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		Setup:         func(e *testscript.Env) error { e.Setenv("GOMAXPROCS", os.Getenv("GOMAXPROCS")); return nil },
		UpdateScripts: *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": wantStatus, "gzip": gzipFile, "repeat": repeatFile, "fifo": fifo,
			"archive": archiveFiles,
		},
	})
}

// wantStatus N CMD ARGS… runs a command and wants exit status N.
func wantStatus(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		n, ok := strings.CutPrefix(err.Error(), "exit status ")
		if !ok {
			ts.Fatalf("%v", err)
		}
		if got, err = strconv.Atoi(n); err != nil {
			ts.Fatalf("%v", err)
		}
	}
	if (got == want) == neg {
		ts.Fatalf("exit status %d, want %s", got, args[0])
	}
}

// gzipFile FROM TO [BYTES] compresses a file and keeps the first BYTES of the result.
func gzipFile(ts *testscript.TestScript, _ bool, args []string) {
	in, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err = w.Write(in)
	ts.Check(err)
	ts.Check(w.Close())
	out := b.Bytes()
	if len(args) > 2 {
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		out = out[:n]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), out, 0o644))
}

// archiveFiles ARCHIVE FILE… packs files into an archive: zip, tar or tgz by its
// ending. NAME=FILE gives a file another name in there.
func archiveFiles(ts *testscript.TestScript, _ bool, args []string) {
	var b bytes.Buffer
	var add func(name string, data []byte) error
	closers := []io.Closer{}
	if strings.HasSuffix(args[0], ".zip") {
		w := zip.NewWriter(&b)
		closers = append(closers, w)
		add = func(name string, data []byte) error {
			f, err := w.Create(name)
			if err != nil {
				return err
			}
			_, err = f.Write(data)
			return err
		}
	} else {
		var out io.Writer = &b
		if strings.HasSuffix(args[0], ".tgz") {
			z := gzip.NewWriter(&b)
			closers = append(closers, z)
			out = z
		}
		w := tar.NewWriter(out)
		closers = append([]io.Closer{w}, closers...)
		add = func(name string, data []byte) error {
			err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600, Size: int64(len(data))})
			if err != nil {
				return err
			}
			_, err = w.Write(data)
			return err
		}
	}
	for _, arg := range args[1:] {
		name, file, ok := strings.Cut(arg, "=")
		if !ok {
			file = name
		}
		data, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		ts.Check(add(name, data))
	}
	for _, c := range closers {
		ts.Check(c.Close())
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

// repeatFile TEXT COUNT FILE appends TEXT COUNT times and a line feed.
func repeatFile(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[2]), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	ts.Check(err)
	_, err = f.WriteString(strings.Repeat(args[0], n) + "\n")
	ts.Check(err)
	ts.Check(f.Close())
}

func fifo(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(syscall.Mkfifo(ts.MkAbs(args[0]), 0o644))
}

// TestRealData runs the command on the real logs that the scripts need.
func TestRealData(t *testing.T) {
	data := formattest.SharedData(t, "network", "apt29-day1")
	for _, args := range [][]string{{"hunt", "--no-html", "--internal", "10.0.0.0/16", filepath.Join(data, "combined_zeek.log")}} {
		var out, errs bytes.Buffer
		if got := run(args, &out, &errs); got != exitFound {
			t.Errorf("barium %v: exit status %d, want %d\n%s", args, got, exitFound, errs.String())
		}
		for _, want := range []string{"OfficeSupplies.7z", "1,082,089", "2,181,167", "10.0.1.4", "192.168.0.4"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the report does not name %s:\n%s", want, out.String())
			}
		}
	}
}
